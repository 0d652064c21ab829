//! Queries of requests, read with the same care as bodies.

use lockgate_core::clock::Timestamp;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use serde_json::{Map, Value};

/// The names and values of a query.
pub(super) type Pairs = Vec<(String, String)>;

/// The query as an object with texts; a name that appears twice is an error.
pub(super) fn object(pairs: Pairs, errors: &mut FieldErrors) -> Value {
    let mut object = Map::new();
    for (name, value) in pairs {
        if object.contains_key(&name) {
            errors.add(name, "appears twice");
        } else {
            object.insert(name, Value::String(value));
        }
    }
    Value::Object(object)
}

/// How many items are wanted: 1 to [`limits::PAGE`], 50 unless given.
pub(super) fn limit(fields: &mut Fields<'_>) -> u32 {
    const DEFAULT: u32 = 50;
    let Some(text) = fields.text("limit") else {
        return DEFAULT;
    };
    let most = limits::PAGE;
    match text.parse::<u32>() {
        Ok(limit) if (1..=most).contains(&(limit as usize)) => limit,
        _ => {
            fields.error("limit", format!("must be a whole number from 1 to {most}"));
            DEFAULT
        }
    }
}

/// A point in time.
pub(super) fn time(fields: &mut Fields<'_>, name: &'static str) -> Option<Timestamp> {
    let text = fields.text(name)?;
    match text.parse::<Timestamp>() {
        Ok(time) => Some(time),
        Err(error) => {
            fields.error(name, error.to_string());
            None
        }
    }
}
