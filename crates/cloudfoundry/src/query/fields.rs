//! `fields[space.organization]=guid,name`: attributes of related resources that come along.

use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::query::{elements, quoted};

/// Related resources by their path, with the attributes that can be had of each.
pub(crate) type Fields = &'static [(&'static str, &'static [&'static str])];

/// Reads one parameter, which may name what is in `allowed` and nothing else.
pub(super) fn read(
    name: &str,
    value: &str,
    allowed: Fields,
) -> Result<(&'static str, Vec<&'static str>), Failure> {
    let path = name
        .strip_prefix("fields[")
        .and_then(|rest| rest.strip_suffix(']'));
    let found = allowed.iter().find(|(known, _)| Some(*known) == path);
    let Some((known, attributes)) = found else {
        let paths: Vec<&str> = allowed.iter().map(|(known, _)| *known).collect();
        return Err(Failure::query(format!(
            "Fields [{}] valid resources are: {}",
            path.unwrap_or_default(),
            quoted(&paths)
        )));
    };
    let attribute = |wanted: String| {
        let found = attributes.iter().find(|name| **name == wanted).copied();
        found.ok_or_else(|| {
            let valid = quoted(attributes);
            Failure::query(format!("Fields valid keys for '{known}' are: {valid}"))
        })
    };
    let wanted: Result<Vec<_>, _> = elements(value).map(attribute).collect();
    Ok((known, wanted?))
}

/// `object` with nothing but `attributes`, of which `relationships.x` is one relationship.
pub(crate) fn pick(object: &Value, attributes: &[&str]) -> Value {
    let mut picked = Map::new();
    for attribute in attributes {
        let (name, inner) = match attribute.split_once('.') {
            Some((name, inner)) => (name, Some(inner)),
            None => (*attribute, None),
        };
        let value = &object[name];
        match inner {
            None => picked.insert(name.to_owned(), value.clone()),
            Some(inner) => {
                let outer = picked
                    .entry(name)
                    .or_insert_with(|| Value::Object(Map::new()));
                outer[inner] = value[inner].clone();
                None
            }
        };
    }
    Value::Object(picked)
}
