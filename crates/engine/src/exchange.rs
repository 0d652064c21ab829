//! The exchange: one message on its way through a flow.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::headers::Headers;
use crate::value::Value;

/// A message body. Bytes stay bytes until a step needs text or a tree.
#[derive(Clone, Debug, Default)]
pub enum Body {
    /// No body: Java's `null`.
    #[default]
    Null,
    /// Bytes, as adapters deliver them; their character set is found by [`Exchange::charset`].
    Bytes(Bytes),
    /// Text, as expressions produce it.
    Text(Arc<str>),
}

/// A named part beside the body.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Media type.
    pub content_type: String,
    /// Content.
    pub data: Bytes,
}

/// One message with everything that travels with it. Cloning is shallow: bodies are shared.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// Body.
    pub body: Body,
    /// Headers, names ignoring case.
    pub headers: Headers,
    /// Exchange properties, names case-sensitive.
    pub properties: HashMap<String, Value>,
    /// Attachments.
    pub attachments: Vec<Attachment>,
}
