//! Message headers: names ignore case and keep their spelling.

use std::borrow::Cow;

use crate::value::Value;

/// The headers of a message, in the order they were first set. Messages have few, so a list that is
/// searched is faster than a map.
#[derive(Clone, Debug, Default)]
pub struct Headers(Vec<(Cow<'static, str>, Value)>, Vec<&'static str>);

impl Headers {
    /// No headers yet, with room for `capacity`.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity), Vec::new())
    }

    /// The value under `name`, whatever its case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Sets `name`; the newest spelling is kept. Setting `null` removes the header.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.put(Cow::Owned(name.into()), value.into());
    }

    /// Sets a header whose name is part of the program; spares the copy of the name.
    pub fn set_static(&mut self, name: &'static str, value: impl Into<Value>) {
        self.put(Cow::Borrowed(name), value.into());
    }

    /// Sets a header that describes the sender's request, and remembers that no step has set it.
    pub fn set_received(&mut self, name: &'static str, value: impl Into<Value>) {
        self.put(Cow::Borrowed(name), value.into());
        self.1.push(name);
    }

    /// Whether the value under `name` is still the one that [`Headers::set_received`] put there.
    /// Receivers ask, so that a sender's path and query do not steer the calls of a flow.
    #[must_use]
    pub fn is_received(&self, name: &str) -> bool {
        self.1.iter().any(|n| n.eq_ignore_ascii_case(name)) && self.get(name).is_some()
    }

    fn put(&mut self, name: Cow<'static, str>, value: Value) {
        self.1.retain(|n| !n.eq_ignore_ascii_case(&name));
        if value.is_null() {
            self.remove(&name);
            return;
        }
        match self
            .0
            .iter_mut()
            .find(|(n, _)| n.eq_ignore_ascii_case(&name))
        {
            Some(entry) => *entry = (name, value),
            None => self.0.push((name, value)),
        }
    }

    /// Removes `name`, whatever its case.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self
            .0
            .iter()
            .position(|(n, _)| n.eq_ignore_ascii_case(name))?;
        Some(self.0.remove(at).1)
    }

    /// Keeps only headers for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Value) -> bool) {
        self.0.retain(|(name, value)| keep(name, value));
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    pub(crate) fn into_entries(self) -> Vec<(Cow<'static, str>, Value)> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_sets_is_not_received() {
        let mut headers = Headers::default();
        headers.set_received("CamelHttpQuery", "a=1");
        assert!(headers.is_received("camelhttpquery"));
        headers.set("camelHttpQuery", "a=1");
        assert!(!headers.is_received("CamelHttpQuery"));
        headers.set_received("CamelHttpQuery", "a=1");
        headers.remove("CamelHttpQuery");
        assert!(!headers.is_received("CamelHttpQuery"));
    }

    #[test]
    fn names_ignore_case_and_keep_the_newest_spelling() {
        let mut headers = Headers::default();
        headers.set("content-type", "a");
        headers.set("X", "x");
        headers.set("Content-Type", "b");
        assert_eq!(
            headers.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            ["Content-Type", "X"]
        );
        assert!(matches!(headers.get("CONTENT-TYPE"), Some(Value::Text(t)) if &**t == "b"));
        headers.set("CONTENT-type", Value::Null);
        assert!(headers.get("content-type").is_none());
        headers.set_static("x", "y");
        assert_eq!(headers.iter().count(), 1);
        assert!(headers.remove("X").is_some());
    }
}
