#![doc = include_str!("../README.md")]

use std::collections::HashMap;
use std::sync::Arc;

use lockgate_engine::receiver::{InvalidSetting, Receiver, ReceiverFactory};
use lockgate_flow::plan::{Channel, ReceiverKind};

mod address;
mod authentication;
mod client;
pub mod config;
mod cookies;
mod headers;
mod http;
mod mail;
pub mod mock;
mod net;
mod odata;
mod settings;

pub use config::{AdaptersConfig, EgressConfig};
pub use net::{ConfigError, SharedAnchors};

use client::Client;
use mock::{Mocked, Mocks};
use settings::Settings;

/// All receivers that call something outside, by kind. They share one HTTP client, one cache of
/// access tokens and the egress rules.
///
/// # Errors
/// When the configuration cannot be used.
pub fn registry(
    config: &AdaptersConfig,
) -> Result<HashMap<ReceiverKind, Arc<dyn ReceiverFactory>>, ConfigError> {
    let client = Arc::new(Client::new(config)?);
    Ok(HashMap::from(KINDS.map(|(kind, prepare)| {
        let client = Arc::clone(&client);
        let factory: Arc<dyn ReceiverFactory> = Arc::new(Factory { client, prepare });
        (kind, factory)
    })))
}

/// All receivers that call something outside, by kind, with mocks in place of the network.
#[must_use]
pub fn mocked(mocks: &Arc<dyn Mocks>) -> HashMap<ReceiverKind, Arc<dyn ReceiverFactory>> {
    HashMap::from(KINDS.map(|(kind, prepare)| {
        let mocks = Arc::clone(mocks);
        let factory: Arc<dyn ReceiverFactory> = Arc::new(MockedFactory { mocks, prepare });
        (kind, factory)
    }))
}

/// Every kind of receiver.
const KINDS: [(ReceiverKind, Prepare); 3] = [
    (ReceiverKind::Http, http::prepare),
    (ReceiverKind::ODataV2, odata::prepare),
    (ReceiverKind::Mail, mail::prepare),
];

/// Reads the settings of a channel into a receiver and reports those that can never work.
type Prepare = fn(Arc<Client>, &mut Settings<'_>) -> Arc<dyn Receiver>;

/// Prepares receivers of one kind.
#[derive(Debug)]
struct Factory {
    client: Arc<Client>,
    prepare: Prepare,
}

impl ReceiverFactory for Factory {
    fn prepare(&self, channel: &Channel) -> Result<Arc<dyn Receiver>, Vec<InvalidSetting>> {
        prepared(channel, Arc::clone(&self.client), self.prepare)
    }
}

/// Prepares receivers of one kind whose calls are answered by mocks.
#[derive(Debug)]
struct MockedFactory {
    mocks: Arc<dyn Mocks>,
    prepare: Prepare,
}

impl ReceiverFactory for MockedFactory {
    fn prepare(&self, channel: &Channel) -> Result<Arc<dyn Receiver>, Vec<InvalidSetting>> {
        let mocked = Mocked {
            channel: channel.clone(),
            mocks: Arc::clone(&self.mocks),
        };
        prepared(channel, Arc::new(Client::mocked(mocked)), self.prepare)
    }
}

fn prepared(
    channel: &Channel,
    client: Arc<Client>,
    prepare: Prepare,
) -> Result<Arc<dyn Receiver>, Vec<InvalidSetting>> {
    let mut settings = Settings::of(channel);
    settings.check_proxy();
    let receiver = prepare(client, &mut settings);
    settings.finish(receiver)
}
