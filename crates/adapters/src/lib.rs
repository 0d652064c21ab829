#![doc = include_str!("../README.md")]

use std::collections::HashMap;
use std::sync::Arc;

use lockgate_engine::receiver::ReceiverFactory;
use lockgate_flow::plan::ReceiverKind;

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

/// All receivers that call something outside, by kind. They share one HTTP client, one cache of
/// access tokens and the egress rules.
///
/// # Errors
/// When the configuration cannot be used.
pub fn registry(
    config: &AdaptersConfig,
) -> Result<HashMap<ReceiverKind, Arc<dyn ReceiverFactory>>, ConfigError> {
    let client = Arc::new(client::Client::new(config)?);
    let http: Arc<dyn ReceiverFactory> = Arc::new(http::Factory(Arc::clone(&client)));
    let odata: Arc<dyn ReceiverFactory> = Arc::new(odata::Factory(Arc::clone(&client)));
    let mail: Arc<dyn ReceiverFactory> = Arc::new(mail::Factory(client));
    Ok(HashMap::from([
        (ReceiverKind::Http, http),
        (ReceiverKind::ODataV2, odata),
        (ReceiverKind::Mail, mail),
    ]))
}
