//! `IntRange` and `ObjectRange`.

use crate::class::ClassRef;
use crate::library::collection;
use crate::value::Value;

/// A range. Both ends belong to it, unless it is empty.
pub struct Range {
    /// First value as written: an integer, a character, a one-character string and so on.
    pub from: Value,
    /// Last value.
    pub to: Value,
    /// Whether `to` is left out.
    pub exclusive: bool,
}

impl Range {
    /// Its class.
    #[must_use]
    pub fn class(&self) -> ClassRef {
        ClassRef::Native(match (&self.from, &self.to) {
            (Value::Int(_), Value::Int(_)) => &collection::INT_RANGE,
            _ => &collection::OBJECT_RANGE,
        })
    }
}
