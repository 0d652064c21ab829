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
mod net;
mod odata;
mod settings;

pub use config::{AdaptersConfig, EgressConfig};
pub use net::ConfigError;

use client::Client;
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
    let kinds: [(ReceiverKind, Prepare); 3] = [
        (ReceiverKind::Http, http::prepare),
        (ReceiverKind::ODataV2, odata::prepare),
        (ReceiverKind::Mail, mail::prepare),
    ];
    Ok(HashMap::from(kinds.map(|(kind, prepare)| {
        let client = Arc::clone(&client);
        let factory: Arc<dyn ReceiverFactory> = Arc::new(Factory { client, prepare });
        (kind, factory)
    })))
}

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
        let mut settings = Settings::of(channel);
        settings.check_proxy();
        let receiver = (self.prepare)(Arc::clone(&self.client), &mut settings);
        settings.finish(receiver)
    }
}
