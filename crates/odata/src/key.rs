//! Keys of entities.

use crate::value::Value;

/// The key of an entity, complete and in the order of its type; empty behind a navigation to one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Key {
    parts: Vec<(&'static str, Value)>,
}

impl Key {
    pub(crate) fn new(parts: Vec<(&'static str, Value)>) -> Self {
        Self { parts }
    }

    /// Whether there is no key, because a navigation to one entity leads here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// A part that is text; empty when the key has none of this name.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// A part that is a number; 0 when the key has none of this name.
    #[must_use]
    pub fn number(&self, name: &str) -> i64 {
        match self.get(name) {
            Some(Value::Int(number)) => *number,
            _ => 0,
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let found = self.parts.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value)
    }
}
