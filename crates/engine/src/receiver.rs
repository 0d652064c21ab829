//! What an adapter is to the engine.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use lockgate_core::clock::SharedClock;
use lockgate_core::random::SharedRandom;
use lockgate_flow::plan::{Channel, HttpSession};

use crate::error::StepError;
use crate::exchange::Exchange;
use crate::material::Materials;
use crate::session::SessionStore;

/// A receiver channel, prepared: knows its settings, holds its client.
#[async_trait]
pub trait Receiver: Send + Sync + fmt::Debug {
    /// Sends the message and puts the answer into the exchange: body replaced, headers merged,
    /// properties kept. An adapter without an answer leaves the body alone.
    ///
    /// # Errors
    /// A [`StepError`] whose message names the target and says what to do. The exchange's body is
    /// the request's then, unless the adapter documents otherwise.
    async fn call(&self, exchange: &mut Exchange, call: &Call<'_>) -> Result<(), StepError>;
}

/// What a receiver may use while it is called.
#[derive(Debug)]
pub struct Call<'a> {
    /// The flow that calls.
    pub flow: &'a FlowInfo,
    /// Id of the calling model element.
    pub step: &'a str,
    /// Deployed credentials.
    pub materials: &'a Materials,
    /// Cookies and the like, kept as long as [`FlowInfo::http_session`] says.
    pub session: &'a SessionStore,
    /// Time.
    pub clock: &'a SharedClock,
    /// Randomness.
    pub random: &'a SharedRandom,
}

/// What receivers know of the flow they belong to.
#[derive(Clone, Debug)]
pub struct FlowInfo {
    /// The flow's technical id.
    pub id: String,
    /// How long cookies live.
    pub http_session: HttpSession,
}

/// A setting of a channel that cannot be used. Found when a flow is prepared, so the deployer sees it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("channel {channel:?}, setting {setting:?}: {message}")]
pub struct InvalidSetting {
    /// Channel name.
    pub channel: String,
    /// Property key in the model.
    pub setting: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

/// Makes receivers of one kind from channels. Addresses and numbers that hold expressions or
/// placeholders are checked at the call, not here.
pub trait ReceiverFactory: Send + Sync + fmt::Debug {
    /// Prepares a channel.
    ///
    /// # Errors
    /// Every setting that cannot be used.
    fn prepare(&self, channel: &Channel) -> Result<Arc<dyn Receiver>, Vec<InvalidSetting>>;
}
