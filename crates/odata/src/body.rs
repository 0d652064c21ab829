//! The properties that a request sends.

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use bytes::Bytes;
use lockgate_web::json::parse_strict;
use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};

/// Objects and arrays nested in each other.
const DEPTH: usize = 32;
/// Padding or not: clients differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The properties that a request sends: plain or in `{"d":…}`. Reading a property says how it has to
/// look; those that nobody reads are ignored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    properties: Map<String, Json>,
}

impl Body {
    /// Reads JSON; nothing at all counts as no properties.
    pub(crate) fn parse(text: &[u8]) -> Result<Self> {
        if text.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let json = parse_strict(text, DEPTH).map_err(|error| {
            Error::bad_request(format!("The request body is not a JSON object: {error}"))
        })?;
        Self::of(json).ok_or_else(|| Error::bad_request("The request body is not a JSON object."))
    }

    fn of(json: Json) -> Option<Self> {
        let Json::Object(mut properties) = json else {
            return None;
        };
        if properties.len() == 1
            && let Some(Json::Object(inner)) = properties.get_mut("d")
        {
            properties = std::mem::take(inner);
        }
        Some(Self { properties })
    }

    /// Whether the request has a property, be it null.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.properties.contains_key(name)
    }

    /// A text; `None` when it is null or not there. Numbers and booleans count as their text.
    ///
    /// # Errors
    /// When it is an object or a list.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        match self.properties.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(json @ (Json::Number(_) | Json::Bool(_))) => Ok(Some(json.to_string())),
            Some(Json::Array(_) | Json::Object(_)) => Err(wrong(name, "a text")),
        }
    }

    /// A text, empty when it is null or not there.
    ///
    /// # Errors
    /// When it is an object or a list.
    pub fn text_or_empty(&self, name: &str) -> Result<String> {
        Ok(self.text(name)?.unwrap_or_default())
    }

    /// A text that has to be there and not empty.
    ///
    /// # Errors
    /// When it is not.
    pub fn required(&self, name: &str) -> Result<String> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| Error::bad_request(format!("{name} cannot be empty.")))
    }

    /// A boolean, also as text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>> {
        match self.text(name)?.as_deref() {
            None | Some("") => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(wrong(name, "true or false")),
        }
    }

    /// A whole number, also as text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&self, name: &str) -> Result<Option<i64>> {
        match self.text(name)?.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| wrong(name, "a whole number")),
        }
    }

    /// Bytes from Base64, with or without line breaks and padding.
    ///
    /// # Errors
    /// When it is not Base64.
    pub fn bytes(&self, name: &str) -> Result<Option<Bytes>> {
        let encoded = match self.properties.get(name) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::String(text)) => text,
            Some(_) => return Err(wrong(name, "Base64")),
        };
        let decoded = match encoded.contains(|c: char| c.is_ascii_whitespace()) {
            false => BASE64.decode(encoded),
            true => {
                let dense: Vec<u8> = encoded
                    .bytes()
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .collect();
                BASE64.decode(dense)
            }
        };
        let decoded = decoded.map_err(|_| wrong(name, "Base64"))?;
        Ok(Some(decoded.into()))
    }

    /// Nested entities or complex values: a list, `{"results":[…]}`, or a single object.
    ///
    /// # Errors
    /// When it is something else.
    pub fn nested(&self, name: &str) -> Result<Vec<Self>> {
        let list = match self.properties.get(name) {
            None | Some(Json::Null) => return Ok(Vec::new()),
            Some(Json::Object(object)) if object.contains_key("__deferred") => {
                return Ok(Vec::new());
            }
            Some(Json::Object(object)) => match object.get("results") {
                Some(Json::Array(list)) => list.clone(),
                _ => vec![Json::Object(object.clone())],
            },
            Some(Json::Array(list)) => list.clone(),
            Some(_) => return Err(wrong(name, "an object or a list of objects")),
        };
        let read = |json| Self::of(json).ok_or_else(|| wrong(name, "a list of objects"));
        list.into_iter().map(read).collect()
    }
}

fn wrong(name: &str, expected: &str) -> Error {
    Error::bad_request(format!("{name} has to be {expected}."))
}
