//! What scripts of integration flows find beside the language: the message, its log, and services.
//!
//! The host gives a [`Content`] and gets one back; in between a script works on a [`Message`] that
//! is live: what it puts into the maps of headers and properties is seen at once.

mod attachments;
mod convert;
mod exchange;
mod faults;
mod log;
mod mapping;
mod message;
mod mime;
mod process;
mod services;

use bytes::Bytes;
use smol_str::SmolStr;

use crate::class::Class;
use crate::data::Data;

pub(crate) use faults::CLASSES as FAULTS;
pub use log::{LogEntry, MessageLogFactory};
pub use mapping::{MappingContext, Output, Queued};
pub use message::Message;
pub(crate) use mime::CLASSES as MIME;
pub use process::{Changes, Outcome, Setting, process};
pub use services::{
    BinaryParameter, Certificate, PartnerId, ServiceContext, Services, Unavailable, UserCredential,
};

/// A message outside a run.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// [`Data::Null`], [`Data::Bytes`] (a stream to the script) or [`Data::Text`]; also what else
    /// an earlier script left.
    pub body: Data,
    /// Headers; names ignore case.
    pub headers: Vec<(SmolStr, Data)>,
    /// Exchange properties.
    pub properties: Vec<(SmolStr, Data)>,
    /// Attachments.
    pub attachments: Vec<Part>,
    /// Character set between bytes and text, as `encoding_rs` labels it; UTF-8 when there is none.
    pub charset: Option<SmolStr>,
    /// `exchange.exchangeId`
    pub exchange_id: SmolStr,
    /// `exchange.context.name`: the flow.
    pub context_name: SmolStr,
}

/// An attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Name.
    pub name: SmolStr,
    /// Media type.
    pub content_type: SmolStr,
    /// Content.
    pub data: Bytes,
}

pub(crate) static CLASSES: &[&Class] = &[
    &message::MESSAGE,
    &log::MESSAGE_LOG_FACTORY,
    &log::MESSAGE_LOG,
    &exchange::CAMEL_EXCHANGE,
    &exchange::EXCHANGE,
    &exchange::CAMEL_CONTEXT,
    &attachments::DATA_SOURCE,
    &attachments::BYTE_ARRAY_DATA_SOURCE,
    &attachments::DATA_HANDLER,
    &attachments::DEFAULT_ATTACHMENT,
    &mapping::MAPPING_CONTEXT,
    &mapping::OUTPUT,
    &services::IT_API_FACTORY,
    &services::SECURE_STORE_SERVICE,
    &services::USER_CREDENTIAL,
    &services::VALUE_MAPPING_API,
    &services::PARTNER_DIRECTORY_SERVICE,
    &services::BINARY_DATA,
    &services::KEYSTORE_SERVICE,
    &convert::X509_CERTIFICATE,
];
