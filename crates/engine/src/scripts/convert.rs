//! Between values of the engine and values of scripts.

use std::sync::Arc;

use lockgate_groovy::data::{Data, ExceptionData};

use crate::error::StepError;
use crate::value::Value;

/// What a script sees of a header or property.
pub(crate) fn to_data(value: &Value) -> Data {
    match value {
        Value::Null => Data::Null,
        Value::Bool(value) => Data::Bool(*value),
        Value::Int(number) => i32::try_from(*number).map_or(Data::Long(*number), Data::Int),
        Value::Number(number) => Data::Double(*number),
        Value::Text(text) | Value::Xml(text) => Data::Text(Arc::clone(text).into()),
        Value::Bytes(bytes) => Data::Bytes(bytes.clone()),
        Value::List(values) => Data::List(Arc::new(values.iter().map(to_data).collect())),
        Value::Error(error) => exception(error),
        Value::Object(data) => (**data).clone(),
    }
}

/// A header or property as a script left it.
pub(crate) fn to_value(data: Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(value) => Value::Bool(value),
        Data::Int(number) => Value::Int(number.into()),
        Data::Double(number) => Value::Number(number),
        Data::Text(text) => Value::Text(text.into()),
        Data::Bytes(bytes) => Value::Bytes(bytes),
        other => Value::Object(Arc::new(other)),
    }
}

/// A caught error, with what scripts ask it for.
fn exception(error: &StepError) -> Data {
    let mut details = Vec::new();
    let mut add = |name: &str, data: Data| details.push((name.into(), data));
    if let Some(response) = &error.response {
        let body = String::from_utf8_lossy(&response.body);
        let headers = response.headers.iter();
        let pair =
            |(name, value): &(String, String)| (Data::Text(name.into()), Data::Text(value.into()));
        add("statusCode", Data::Int(response.status.into()));
        add("statusText", Data::Text((&response.status_text).into()));
        add("requestUri", Data::Text((&response.uri).into()));
        add("responseBody", Data::Text(body.as_ref().into()));
        let kind = lockgate_groovy::map::MapKind::Linked;
        add(
            "responseHeaders",
            Data::Map(kind, Arc::new(headers.map(pair).collect())),
        );
    }
    Data::Exception(Arc::new(ExceptionData {
        class: error.class.into(),
        message: Some(error.message.as_str().into()),
        cause: match &error.cause {
            Some(cause) => Data::Exception(Arc::clone(cause)),
            None => Data::Null,
        },
        frames: Vec::new(),
        details,
    }))
}
