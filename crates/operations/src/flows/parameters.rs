//! Configured values of a flow's externalised parameters.

use std::collections::BTreeMap;

use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use serde_json::Value;

/// New values by name; `None` returns a parameter to its default.
pub(super) type Changes = BTreeMap<String, Option<String>>;

/// The member `parameters`: texts by name, or `null` to return to the default.
pub(super) fn changes(fields: &mut Fields<'_>) -> Option<Changes> {
    let given = match fields.value("parameters")? {
        Value::Object(given) => given,
        _ => {
            fields.error("parameters", "must be an object with a text for each name");
            return None;
        }
    };
    let mut changes = Changes::new();
    for (name, value) in given {
        let value = match value {
            Value::String(text) => Some(text),
            Value::Null => None,
            _ => {
                fields.error(&at(&name), "must be text, or null to return to the default");
                continue;
            }
        };
        if name.is_empty() || name.chars().count() > limits::PARAMETER_NAME {
            let message = format!("the name has 1 to {} characters", limits::PARAMETER_NAME);
            fields.error(&at(&name), message);
        } else if value
            .as_ref()
            .is_some_and(|text| text.len() > limits::PARAMETER_VALUE)
        {
            let message = format!("is longer than {} bytes", limits::PARAMETER_VALUE);
            fields.error(&at(&name), message);
        }
        changes.insert(name, value);
    }
    Some(changes)
}

/// Path of a parameter, short enough to be repeated.
fn at(name: &str) -> String {
    let name: String = name.chars().take(limits::PARAMETER_NAME).collect();
    format!("parameters.{name}")
}

/// Puts `changes` over the `configured` values.
pub(super) fn apply(
    changes: Changes,
    configured: &mut BTreeMap<String, String>,
) -> Result<(), FieldErrors> {
    for (name, value) in changes {
        match value {
            Some(value) => configured.insert(name, value),
            None => configured.remove(&name),
        };
    }
    if configured.len() > limits::FLOW_PARAMETERS {
        let message = format!("a flow has at most {} parameters", limits::FLOW_PARAMETERS);
        return Err(FieldErrors::one("parameters", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(given: Value) -> Result<Option<Changes>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", json!({"parameters": given}), &mut errors);
        let changes = changes(&mut fields);
        fields.finish();
        errors.check().map(|()| changes)
    }

    #[test]
    fn texts_configure_and_null_returns_to_the_default() {
        let mut configured = BTreeMap::from([
            ("Host".to_owned(), "old".to_owned()),
            ("Port".to_owned(), "1".to_owned()),
            ("Path".to_owned(), "/x".to_owned()),
        ]);
        let changes = read(json!({"Host": "new", "Port": null, "User": ""})).unwrap();
        apply(changes.unwrap(), &mut configured).unwrap();
        let expected = [("Host", "new"), ("Path", "/x"), ("User", "")];
        let pairs: Vec<_> = configured
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(pairs, expected);
        assert_eq!(read(json!(null)), Ok(None));
    }

    #[test]
    fn each_error_names_its_parameter() {
        let long_name = "n".repeat(limits::PARAMETER_NAME + 1);
        let long_value = "v".repeat(limits::PARAMETER_VALUE + 1);
        let cases = [
            (json!([]), "parameters".to_owned()),
            (json!({"Port": 1}), "parameters.Port".to_owned()),
            (json!({"": "x"}), "parameters.".to_owned()),
            (json!({"Port": long_value}), "parameters.Port".to_owned()),
            (json!({long_name.clone(): "x"}), at(&long_name)),
        ];
        for (given, field) in cases {
            let errors = read(given).unwrap_err();
            assert_eq!(errors.as_slice()[0].field, field);
        }
    }

    #[test]
    fn a_flow_has_a_limited_number_of_parameters() {
        let many = |count: usize| (0..count).map(|n| (n.to_string(), Some(String::new())));
        let mut configured = BTreeMap::new();
        let limit = limits::FLOW_PARAMETERS;
        assert!(apply(many(limit).collect(), &mut configured).is_ok());
        assert!(apply(many(limit + 1).collect(), &mut configured).is_err());
    }
}
