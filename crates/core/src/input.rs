//! Reading JSON from outside: every error is reported, each with the field it lies in.

use std::fmt;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::secret::Secret;

/// What is wrong with one field of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Path of the field, such as `parameters.roles[1]`; empty when the whole input is meant.
    pub field: String,
    /// What is wrong with it and what would be right.
    pub message: String,
}

/// Everything that is wrong with an input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Error, Serialize)]
#[serde(transparent)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// A single error.
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Notes an error.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
    }

    /// The errors in the order in which they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[FieldError] {
        &self.0
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing when nothing is wrong.
    ///
    /// # Errors
    /// The errors, if there are any.
    pub fn check(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            match error.field.as_str() {
                "" => write!(f, "{separator}{}", error.message)?,
                field => write!(f, "{separator}{field}: {}", error.message)?,
            }
        }
        Ok(())
    }
}

/// The members of a JSON object, taken out one by one. A member of the wrong type is an error and
/// counts as absent; `null` counts as absent; a member that nobody took is an error.
#[derive(Debug)]
pub struct Fields<'a> {
    path: String,
    members: Map<String, Value>,
    known: Vec<&'static str>,
    errors: &'a mut FieldErrors,
}

impl<'a> Fields<'a> {
    /// The members of `value`, which lies at `path` (empty for the whole input).
    pub fn of(path: impl Into<String>, value: Value, errors: &'a mut FieldErrors) -> Self {
        let path = path.into();
        let members = match value {
            Value::Object(members) => members,
            other => {
                errors.add(path.as_str(), wrong_type("a JSON object", &other));
                Map::new()
            }
        };
        Self {
            path,
            members,
            known: Vec::new(),
            errors,
        }
    }

    /// The path of the member `name`.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    /// Notes an error in the member `name`.
    pub fn error(&mut self, name: &str, message: impl Into<String>) {
        let path = self.path(name);
        self.errors.add(path, message);
    }

    /// Whether the member `name` is there, even as `null`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Any value.
    pub fn value(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.members
            .shift_remove(name)
            .filter(|value| !value.is_null())
    }

    /// Text.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text),
            other => self.mistyped(name, "text", &other),
        }
    }

    /// Text that must be there; absent or empty is an error.
    pub fn required_text(&mut self, name: &'static str) -> Option<String> {
        self.required(name, |fields| {
            fields.text(name).filter(|text| !text.is_empty())
        })
    }

    /// A whole number within `range` that must be there.
    pub fn required_integer(
        &mut self,
        name: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        self.required(name, |fields| fields.integer(name, range))
    }

    /// Whatever `read` finds for `name`; finding nothing without saying why is an error.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let before = self.errors.0.len();
        let found = read(self);
        if found.is_none() && self.errors.0.len() == before {
            self.error(name, "is required");
        }
        found
    }

    /// Text that is a secret and must be there. Never repeated in an error.
    pub fn required_secret(&mut self, name: &'static str) -> Option<Secret<String>> {
        self.required_text(name).map(Secret::new)
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        match self.value(name)? {
            Value::Bool(value) => Some(value),
            other => self.mistyped(name, "true or false", &other),
        }
    }

    /// A whole number within `range`.
    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(name)?;
        let (min, max) = (range.start(), range.end());
        let expected = format!("a whole number from {min} to {max}");
        match value.as_i64() {
            Some(number) if range.contains(&number) => Some(number),
            Some(number) => {
                self.error(name, format!("must be {expected}, not {number}"));
                None
            }
            None => self.mistyped(name, &expected, &value),
        }
    }

    /// A list of at most `limit` texts.
    pub fn texts(&mut self, name: &'static str, limit: usize) -> Option<Vec<String>> {
        let items = match self.value(name)? {
            Value::Array(items) if items.len() <= limit => items,
            Value::Array(items) => {
                let message = format!("has {} entries; at most {limit} are allowed", items.len());
                self.error(name, message);
                return None;
            }
            other => return self.mistyped(name, "a list of texts", &other),
        };
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Value::String(text) => texts.push(Some(text)),
                other => {
                    self.error(&format!("{name}[{index}]"), wrong_type("text", &other));
                    texts.push(None);
                }
            }
        }
        texts.into_iter().collect()
    }

    /// Ends reading: members that were not asked for are errors.
    pub fn finish(self) {
        for name in self.members.keys() {
            let path = match self.path.as_str() {
                "" => shown(name),
                path => format!("{path}.{}", shown(name)),
            };
            let message = format!("is unknown; known here: {}", self.known.join(", "));
            self.errors.add(path, message);
        }
    }

    fn mistyped<T>(&mut self, name: &str, expected: &str, found: &Value) -> Option<T> {
        self.error(name, wrong_type(expected, found));
        None
    }
}

/// A name from outside, short enough to be repeated.
fn shown(name: &str) -> String {
    name.chars().take(100).collect()
}

fn wrong_type(expected: &str, found: &Value) -> String {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    format!("must be {expected}, not {found}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn errors(value: Value) -> Vec<(String, String)> {
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("p", value, &mut errors);
        fields.required_text("name");
        fields.required_secret("secret");
        fields.boolean("flag");
        fields.integer("count", 1..=9);
        fields.texts("list", 2);
        fields.finish();
        let pairs = errors.as_slice().iter();
        pairs
            .map(|p| (p.field.clone(), p.message.clone()))
            .collect()
    }

    fn error(changed: &str, value: Value) -> (String, String) {
        let mut input = json!({"name": "n", "secret": "s"});
        input[changed] = value;
        let mut found = errors(input);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    #[test]
    fn values_are_taken_out_by_type() {
        let mut errors = FieldErrors::default();
        let input = json!({"a": "x", "b": true, "c": 5, "d": ["y", "z"], "e": null});
        let mut fields = Fields::of("", input, &mut errors);
        assert_eq!(fields.text("a").as_deref(), Some("x"));
        assert_eq!(fields.boolean("b"), Some(true));
        assert_eq!(fields.integer("c", 1..=9), Some(5));
        assert_eq!(
            fields.texts("d", 2),
            Some(vec!["y".to_owned(), "z".to_owned()])
        );
        assert_eq!(fields.text("e"), None);
        fields.finish();
        assert_eq!(errors.check(), Ok(()));
    }

    #[test]
    fn each_error_names_its_field() {
        let case = |changed: &str, value: Value, field: &str, message: &str| {
            let (found_field, found_message) = error(changed, value);
            assert_eq!(
                (found_field.as_str(), found_message.as_str()),
                (field, message)
            );
        };
        case("name", json!(1), "p.name", "must be text, not a number");
        case("name", json!(""), "p.name", "is required");
        case("secret", json!(null), "p.secret", "is required");
        case(
            "flag",
            json!("yes"),
            "p.flag",
            "must be true or false, not text",
        );
        case(
            "count",
            json!(10),
            "p.count",
            "must be a whole number from 1 to 9, not 10",
        );
        case(
            "count",
            json!(1.5),
            "p.count",
            "must be a whole number from 1 to 9, not a number",
        );
        case(
            "count",
            json!("3"),
            "p.count",
            "must be a whole number from 1 to 9, not text",
        );
        case(
            "list",
            json!("x"),
            "p.list",
            "must be a list of texts, not text",
        );
        case(
            "list",
            json!(["x", {}]),
            "p.list[1]",
            "must be text, not an object",
        );
        case(
            "list",
            json!(["x", "y", "z"]),
            "p.list",
            "has 3 entries; at most 2 are allowed",
        );
        case(
            "more",
            json!(1),
            "p.more",
            "is unknown; known here: name, secret, flag, count, list",
        );
    }

    #[test]
    fn all_errors_are_reported_at_once() {
        let found = errors(json!({"flag": 1, "x": 1, "y": 2}));
        let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["p.name", "p.secret", "p.flag", "p.x", "p.y"]);
        assert_eq!(errors(json!([]))[0].1, "must be a JSON object, not a list");
    }

    #[test]
    fn errors_read_as_one_sentence() {
        let mut errors = FieldErrors::one("a", "is required");
        errors.add("", "is too long");
        assert_eq!(errors.to_string(), "a: is required; is too long");
    }
}
