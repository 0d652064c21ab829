//! Labels and annotations in requests.

use std::collections::BTreeMap;

use lockgate_core::input::Fields;
use lockgate_core::limits;
use lockgate_store::metadata::Metadata;
use serde_json::{Map, Value, json};

type Entries = BTreeMap<String, Option<String>>;

/// The metadata `before` with what the member `metadata` of a request sets or, by null, removes;
/// `None` when the request says nothing about it.
pub(crate) fn read(fields: &mut Fields<'_>, before: &Metadata) -> Option<Metadata> {
    let given = fields.value("metadata")?;
    match merged(&given, before) {
        Ok(metadata) => Some(metadata),
        Err(message) => {
            fields.error("metadata", message);
            None
        }
    }
}

/// Metadata as resources show it.
pub(crate) fn view(metadata: &Metadata) -> Value {
    json!({"labels": metadata.labels, "annotations": metadata.annotations})
}

fn merged(given: &Value, before: &Metadata) -> Result<Metadata, String> {
    let Value::Object(members) = given else {
        return Err("must be an object".to_owned());
    };
    let known = |name: &&String| matches!(name.as_str(), "labels" | "annotations");
    if members.keys().any(|name| !known(&name)) {
        return Err("has nothing but labels and annotations".to_owned());
    }
    let mut metadata = before.clone();
    merge(&mut metadata.labels, members, "labels", label)?;
    merge(
        &mut metadata.annotations,
        members,
        "annotations",
        annotation,
    )?;
    match size(&metadata) > limits::METADATA_BYTES {
        true => Err(format!(
            "has more than {} KiB of labels and annotations",
            limits::METADATA_BYTES / 1024
        )),
        false => Ok(metadata),
    }
}

/// How much is kept: lists read it with everything they show.
fn size(metadata: &Metadata) -> usize {
    let entries = metadata.labels.iter().chain(&metadata.annotations);
    let sizes = entries.map(|(key, value)| key.len() + value.as_deref().map_or(0, str::len));
    sizes.sum()
}

fn merge(
    entries: &mut Entries,
    members: &Map<String, Value>,
    name: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<(), String> {
    let given = match members.get(name) {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(given)) => given,
        Some(_) => return Err(format!("{name} must be an object")),
    };
    for (key, value) in given {
        check_key(key).map_err(|error| format!("{name}: {error}"))?;
        match value {
            Value::Null => {
                entries.remove(key);
            }
            Value::String(value) => {
                check(value).map_err(|error| format!("{name} {key}: {error}"))?;
                entries.insert(key.clone(), Some(value.clone()));
            }
            _ => return Err(format!("{name} {key}: must be text or null")),
        }
    }
    let most = match name {
        "labels" => limits::METADATA_LABELS,
        _ => limits::METADATA_ANNOTATIONS,
    };
    match entries.len() > most {
        true => Err(format!("has more than {most} {name}")),
        false => Ok(()),
    }
}

/// A key is a name, perhaps behind a domain name and a slash.
fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let domain = |prefix: &str| {
        let legal = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        (1..=253).contains(&prefix.len()) && prefix.contains('.') && prefix.chars().all(legal)
    };
    if name.is_empty() || !is_word(name) || !prefix.is_none_or(domain) {
        let most = limits::METADATA_NAME;
        return Err(format!(
            "a key has 1 to {most} letters, digits, '-', '_' or '.', perhaps behind a domain and '/'"
        ));
    }
    Ok(())
}

fn label(value: &str) -> Result<(), String> {
    if is_word(value) {
        Ok(())
    } else {
        let most = limits::METADATA_NAME;
        Err(format!(
            "a label has at most {most} letters, digits, '-', '_' or '.', the first and last of \
             them letters or digits"
        ))
    }
}

fn annotation(value: &str) -> Result<(), String> {
    let most = limits::METADATA_VALUE;
    match value.chars().count() > most {
        true => Err(format!("an annotation has at most {most} characters")),
        false => Ok(()),
    }
}

fn is_word(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let firm = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    text.len() <= limits::METADATA_NAME
        && text.chars().all(legal)
        && firm(text.chars().next())
        && firm(text.chars().next_back())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(given: Value) -> Result<Metadata, String> {
        let mut before = Metadata::default();
        let old = Some("1".to_owned());
        before.labels.insert("old".to_owned(), old.clone());
        before.annotations.insert("note".to_owned(), old);
        merged(&given, &before)
    }

    #[test]
    fn null_removes_and_the_rest_stays() {
        let given = json!({"labels": {"old": null, "a.example/env": "prod"}});
        let metadata = after(given).unwrap();
        assert_eq!(
            view(&metadata),
            json!({"labels": {"a.example/env": "prod"}, "annotations": {"note": "1"}})
        );
        assert_eq!(after(json!({})).unwrap().labels.len(), 1);
        assert_eq!(after(json!({"labels": null})).unwrap().labels.len(), 1);
    }

    #[test]
    fn what_is_not_metadata_is_refused() {
        let long = "x".repeat(limits::METADATA_NAME + 1);
        let very_long = "x".repeat(limits::METADATA_VALUE + 1);
        let many = |n: usize| -> Map<String, Value> {
            (0..n).map(|n| (format!("k{n}"), json!(""))).collect()
        };
        let cases = [
            json!([]),
            json!({"tags": {}}),
            json!({"labels": []}),
            json!({"labels": {"a": 1}}),
            json!({"labels": {"": "x"}}),
            json!({"labels": {"a b": "x"}}),
            json!({"labels": {"a": "-x"}}),
            json!({"labels": {"nodot/a": "x"}}),
            json!({"labels": {&long: "x"}}),
            json!({"labels": {"a": long}}),
            json!({"labels": many(limits::METADATA_LABELS)}),
            json!({"annotations": {"a": very_long}}),
            json!({"annotations": many(limits::METADATA_ANNOTATIONS)}),
        ];
        for given in cases {
            assert!(after(given.clone()).is_err(), "{given:.80}");
        }
        assert!(after(json!({"labels": many(limits::METADATA_LABELS - 1)})).is_ok());
    }

    #[test]
    fn all_together_is_bounded_and_one_of_the_longest_fits() {
        let longest = "ü".repeat(limits::METADATA_VALUE);
        let given = |count: usize| {
            let longest = (0..count).map(|n| (format!("k{n}"), json!(longest)));
            json!({"annotations": longest.collect::<Map<_, _>>()})
        };
        let fit = limits::METADATA_BYTES / (longest.len() + 10);
        assert!(fit >= 1 && after(given(fit)).is_ok());
        let refused = after(given(fit + 1)).unwrap_err();
        assert_eq!(refused, "has more than 32 KiB of labels and annotations");
    }
}
