//! The exchange: one message on its way through a flow.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::charset::Charset;
use crate::error::StepError;
use crate::headers::Headers;
use crate::log::LogEntries;
use crate::names;
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

impl Body {
    /// Size in memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Null => 0,
            Self::Bytes(bytes) => bytes.len(),
            Self::Text(text) => text.len(),
        }
    }
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
    /// What the message log is to be told.
    pub log: LogEntries,
}

impl Exchange {
    /// The character set between binary and text: header `CamelCharsetName`, else the property of
    /// that name, else UTF-8.
    ///
    /// # Errors
    /// When the name is not known.
    pub fn charset(&self) -> Result<Charset, StepError> {
        let named = self.headers.get(names::CHARSET);
        let named = named.or_else(|| self.properties.get(names::CHARSET));
        match named.and_then(Value::as_text) {
            Some(name) if !name.is_empty() => Charset::named(name),
            _ => Ok(Charset::UTF_8),
        }
    }

    /// The body as text; `None` when there is none.
    ///
    /// # Errors
    /// When the body is binary and its character set is unknown.
    pub fn body_text(&self) -> Result<Option<Cow<'_, str>>, StepError> {
        Ok(match &self.body {
            Body::Null => None,
            Body::Bytes(bytes) => Some(self.charset()?.decode(bytes)),
            Body::Text(text) => Some(Cow::Borrowed(text)),
        })
    }

    /// The body as bytes; empty when there is none.
    ///
    /// # Errors
    /// When the body is text and the character set to write it in is unknown.
    pub fn body_bytes(&self) -> Result<Bytes, StepError> {
        Ok(match &self.body {
            Body::Null => Bytes::new(),
            Body::Bytes(bytes) => bytes.clone(),
            Body::Text(text) => match self.charset()? {
                charset if charset.is_utf8() => {
                    Bytes::from_owner(Arc::<[u8]>::from(Arc::clone(text)))
                }
                charset => Bytes::from(charset.encode(text).into_owned()),
            },
        })
    }

    /// A header or property value as text; `None` for `null`.
    ///
    /// # Errors
    /// When the value is binary and its character set is unknown.
    pub fn value_text<'v>(&self, value: &'v Value) -> Result<Option<Cow<'v, str>>, StepError> {
        match value {
            Value::Bytes(bytes) => Ok(Some(self.charset()?.decode(bytes))),
            other => Ok(other.to_text()),
        }
    }

    /// Sets a property; `null` removes it.
    pub fn set_property(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        if value.is_null() {
            self.properties.remove(&name);
        } else {
            self.properties.insert(name, value);
        }
    }
}

impl From<Value> for Body {
    /// What a step that sets the body makes of a value: everything but bytes and `null` is text.
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bytes(bytes) => Self::Bytes(bytes),
            Value::Text(text) | Value::Xml(text) => Self::Text(text),
            other => Self::Text(other.to_text().unwrap_or_default().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_the_character_set_then_the_property() {
        let mut exchange = Exchange {
            body: Body::Bytes(Bytes::from_static(b"\xe9")),
            ..Exchange::default()
        };
        assert_eq!(exchange.body_text().unwrap().unwrap(), "\u{fffd}");
        exchange.set_property(names::CHARSET, "ISO-8859-1");
        assert_eq!(exchange.body_text().unwrap().unwrap(), "é");
        exchange.headers.set("camelcharsetname", "ISO-8859-7");
        assert_eq!(exchange.body_text().unwrap().unwrap(), "ι");
        exchange.headers.set(names::CHARSET, "no such set");
        assert!(exchange.body_text().is_err());
    }

    #[test]
    fn text_is_written_in_the_character_set() {
        let mut exchange = Exchange {
            body: Body::Text("é".into()),
            ..Exchange::default()
        };
        assert_eq!(exchange.body_bytes().unwrap(), "é".as_bytes());
        exchange.headers.set(names::CHARSET, "ISO-8859-1");
        assert_eq!(exchange.body_bytes().unwrap().as_ref(), b"\xe9");
        exchange.body = Body::Null;
        assert!(exchange.body_bytes().unwrap().is_empty());
        assert!(exchange.body_text().unwrap().is_none());
    }
}
