//! Message headers: names ignore case and keep their spelling.

use indexmap::IndexMap;

use crate::value::Value;

/// The headers of a message, in the order they were first set.
#[derive(Clone, Debug, Default)]
pub struct Headers(IndexMap<String, (String, Value)>);

impl Headers {
    /// The value under `name`, whatever its case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .get(&name.to_ascii_lowercase())
            .map(|(_, value)| value)
    }

    /// Sets `name`; the newest spelling is kept. Setting `null` removes the header.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        if value.is_null() {
            self.remove(&name);
        } else {
            self.0.insert(name.to_ascii_lowercase(), (name, value));
        }
    }

    /// Removes `name`, whatever its case.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0
            .shift_remove(&name.to_ascii_lowercase())
            .map(|(_, value)| value)
    }

    /// Keeps only headers for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Value) -> bool) {
        self.0.retain(|_, (name, value)| keep(name, value));
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.values().map(|(name, value)| (name.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ignore_case_and_keep_the_newest_spelling() {
        let mut headers = Headers::default();
        headers.set("content-type", "a");
        headers.set("Content-Type", "b");
        assert_eq!(
            headers.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            ["Content-Type"]
        );
        assert!(matches!(headers.get("CONTENT-TYPE"), Some(Value::Text(t)) if &**t == "b"));
        headers.set("CONTENT-type", Value::Null);
        assert!(headers.get("content-type").is_none());
    }
}
