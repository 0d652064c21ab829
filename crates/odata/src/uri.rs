//! Paths of requests: sets, keys, navigations, and what is behind them.

use percent_encoding::percent_decode_str;

use crate::error::{Error, Result};
use crate::key::Key;
use crate::literal;
use crate::model::{Edm, EntityType, Property};
use crate::value::Value;

/// Sets, navigations and properties of one path.
const SEGMENTS: usize = 20;

/// One segment of a path: a name, and what is between the brackets behind it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Segment {
    pub(crate) name: String,
    pub(crate) key: Option<Vec<(Option<String>, Value)>>,
}

/// The segments of a path below the service root. Empty ones do not count, so that slashes at the end
/// and doubled ones do no harm.
pub(crate) fn parse(path: &str) -> Result<Vec<Segment>> {
    let decoded = percent_decode_str(path).decode_utf8();
    let decoded = decoded.map_err(|_| Error::bad_request("The URL is not UTF-8."))?;
    let mut segments = Vec::new();
    let mut rest = &*decoded;
    loop {
        rest = rest.trim_start_matches('/');
        if rest.is_empty() {
            return Ok(segments);
        }
        if segments.len() == SEGMENTS {
            return Err(Error::bad_request("The URL has too many segments."));
        }
        let end = rest.find(['/', '(']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let name = name.trim().to_owned();
        let key = match behind.strip_prefix('(') {
            None => {
                rest = behind;
                None
            }
            Some(predicate) => {
                let (parts, behind) = key_predicate(predicate).ok_or_else(|| {
                    let message = format!("The key predicate of {name} is malformed.");
                    Error::bad_request(message)
                })?;
                rest = behind;
                (!parts.is_empty()).then_some(parts)
            }
        };
        segments.push(Segment { name, key });
    }
}

/// A part of a key: its name, unless it is given by position, and its value.
type Part = (Option<String>, Value);

/// The parts of a key up to the closing bracket, and the text behind that.
fn key_predicate(text: &str) -> Option<(Vec<Part>, &str)> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    if let Some(behind) = rest.strip_prefix(')') {
        return Some((parts, behind));
    }
    loop {
        let (part, behind) = key_part(rest)?;
        parts.push(part);
        let behind = behind.trim_start();
        if let Some(behind) = behind.strip_prefix(')') {
            return Some((parts, behind));
        }
        rest = behind.strip_prefix(',')?.trim_start();
    }
}

fn key_part(text: &str) -> Option<(Part, &str)> {
    let name_end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (name, behind) = text.split_at(name_end);
    let (name, text) = match behind.trim_start().strip_prefix('=') {
        Some(value) if !name.is_empty() => (Some(name.to_owned()), value.trim_start()),
        _ => (None, text),
    };
    if let Some(inner) = text.strip_prefix('\'') {
        let (value, rest) = lenient_text(inner)?;
        return Some(((name, Value::Text(value)), rest));
    }
    let (value, rest) = literal::read(text)?;
    Some(((name, value), rest))
}

/// Text up to its closing quote. Clients send keys as they are: a quote inside that is not doubled is
/// told from the last one by what follows.
fn lenient_text(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('\'')?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        if let Some(more) = rest.strip_prefix('\'') {
            value.push('\'');
            rest = more;
        } else if rest.trim_start().starts_with([')', ',']) {
            return Some((value, rest));
        } else {
            value.push('\'');
        }
    }
}

/// The key of an entity of type `entity`, from what a URL says.
pub(crate) fn key(parts: Vec<Part>, entity: &'static EntityType) -> Result<Key> {
    let properties: Vec<_> = entity.key_properties().collect();
    let wrong = || {
        let names: Vec<_> = entity.key_names().collect();
        let message = format!("The key of {} is {}.", entity.name, names.join(", "));
        Error::bad_request(message)
    };
    if parts.len() != properties.len() {
        return Err(wrong());
    }
    let mut parts = parts;
    if let [(name @ None, _)] = &mut parts[..] {
        *name = Some(properties[0].name.to_owned());
    }
    let find = |property: &'static Property| {
        let named = |(name, _): &&Part| name.as_deref() == Some(property.name);
        let (_, value) = parts.iter().find(named).ok_or_else(wrong)?;
        let value = literal::coerce(value.clone(), property)?;
        match value {
            Value::Null | Value::Double(_) => Err(wrong()),
            value => Ok((property.name, value)),
        }
    };
    let parts: Result<_> = properties.into_iter().map(find).collect();
    Ok(Key::new(parts?))
}

/// A key as URLs spell it, brackets included.
pub(crate) fn spell(key: &Key, entity: &'static EntityType) -> String {
    let spelled = entity.key_properties().map(|property| {
        let value = match (key.get(property.name), property.edm) {
            (Some(Value::Int(number)), Edm::Int64) => format!("{number}L"),
            (Some(Value::Int(number)), _) => number.to_string(),
            (Some(Value::Bool(value)), _) => value.to_string(),
            (Some(Value::Time(time)), edm) => {
                let kind = match edm {
                    Edm::DateTimeOffset => "datetimeoffset",
                    _ => "datetime",
                };
                let text = time.to_string();
                format!("{kind}'{}'", text.trim_end_matches('Z'))
            }
            (Some(Value::Text(text)), _) => format!("'{}'", encode(&text.replace('\'', "''"))),
            _ => "''".to_owned(),
        };
        (property.name, value)
    });
    let spelled: Vec<_> = spelled.collect();
    match &spelled[..] {
        [(_, value)] => format!("({value})"),
        many => {
            let named: Vec<_> = many.iter().map(|(n, v)| format!("{n}={v}")).collect();
            format!("({})", named.join(","))
        }
    }
}

/// Percent-encodes what does not stand for itself in a URL; quotes do.
pub(crate) fn encode(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'\'')
        .remove(b':');
    utf8_percent_encode(text, KEPT).to_string()
}

#[cfg(test)]
mod tests;
