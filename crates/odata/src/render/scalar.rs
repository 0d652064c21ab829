//! Single values as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use crate::model::{DateForm, Edm, Property};
use crate::value::Value;

/// A value as text: in Atom and behind `$value`. `None` for nothing, and for what is no single value.
pub(crate) fn text(property: &Property, value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Complex(_) => None,
        Value::Text(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Double(number) => Some(number.to_string()),
        Value::Bytes(bytes) => Some(STANDARD.encode(bytes)),
        Value::Time(time) => {
            let text = time.to_string();
            Some(match property.edm {
                Edm::DateTimeOffset => text,
                _ => text.trim_end_matches('Z').to_owned(),
            })
        }
    }
}

/// A single value in JSON.
pub(super) fn json(property: &Property, value: &Value) -> Json {
    match (property.edm, value) {
        (_, Value::Bool(value)) => Json::Bool(*value),
        (Edm::Int32, Value::Int(number)) => (*number).into(),
        (_, Value::Time(time)) if property.dates == DateForm::Milliseconds => {
            format!("/Date({})/", time.millis()).into()
        }
        _ => text(property, value).map_or(Json::Null, Json::String),
    }
}
