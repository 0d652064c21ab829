//! Chains of methods, properties and indices behind a value, such as `trim().length()`.
//!
//! A header or property name is looked up as a whole first; only when there is none, [`split`] says
//! where its chain would begin.

use serde::Serialize;
use thiserror::Error;

/// One link of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Call {
    /// `name(…)`.
    Method {
        /// Method name.
        name: String,
        /// Arguments in order.
        arguments: Vec<Argument>,
    },
    /// `name` without parentheses.
    Property(String),
    /// `[0]`, `['key']` or `[key]`.
    Index(Argument),
}

/// An argument or an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Argument {
    /// Whole number.
    Integer(i64),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`.
    Null,
    /// Quoted or bare text.
    Text(String),
}

/// A text is not a chain.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("not a chain of methods and indices")]
pub struct InvalidChain;

/// Splits a header or property name into the name and its chain, at the first `.` or `[`. The chain
/// is in the form [`parse`] takes.
#[must_use]
pub fn split(name: &str) -> Option<(&str, &str)> {
    let at = name.find(['.', '['])?;
    let chain = name[at..].strip_prefix('.').unwrap_or(&name[at..]);
    Some((&name[..at], chain))
}

/// Parses a chain without its leading dot. An empty text is the empty chain.
///
/// # Errors
/// [`InvalidChain`] when it is none.
pub fn parse(chain: &str) -> Result<Vec<Call>, InvalidChain> {
    let mut calls = Vec::new();
    let mut rest = chain;
    while !rest.is_empty() {
        let (call, after) = link(rest)?;
        calls.push(call);
        rest = match after.strip_prefix('.') {
            Some("") => return Err(InvalidChain),
            Some(next) => next,
            None if after.is_empty() || after.starts_with('[') => after,
            None => return Err(InvalidChain),
        };
    }
    Ok(calls)
}

fn link(text: &str) -> Result<(Call, &str), InvalidChain> {
    if let Some(inner) = text.strip_prefix('[') {
        let end = closing(inner, ']').ok_or(InvalidChain)?;
        let index = argument(&inner[..end]).ok_or(InvalidChain)?;
        return Ok((Call::Index(index), &inner[end + 1..]));
    }
    let length = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')))
        .unwrap_or(text.len());
    let (name, after) = text.split_at(length);
    if name.is_empty() {
        return Err(InvalidChain);
    }
    let Some(inner) = after.strip_prefix('(') else {
        return Ok((Call::Property(name.to_owned()), after));
    };
    let end = closing(inner, ')').ok_or(InvalidChain)?;
    let call = Call::Method {
        name: name.to_owned(),
        arguments: arguments(&inner[..end])?,
    };
    Ok((call, &inner[end + 1..]))
}

/// Where `bracket` first stands in `text` outside quotes.
fn closing(text: &str, bracket: char) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == bracket => return Some(at),
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None => {}
        }
    }
    None
}

fn arguments(text: &str) -> Result<Vec<Argument>, InvalidChain> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut arguments = Vec::new();
    let mut rest = text;
    loop {
        let end = closing(rest, ',').unwrap_or(rest.len());
        arguments.push(argument(&rest[..end]).ok_or(InvalidChain)?);
        match rest.get(end + 1..) {
            Some(next) => rest = next,
            None => return Ok(arguments),
        }
    }
}

fn argument(text: &str) -> Option<Argument> {
    let text = text.trim();
    for quote in ['\'', '"'] {
        if let Some(inner) = text.strip_prefix(quote) {
            let inner = inner.strip_suffix(quote)?;
            return (!inner.contains(quote)).then(|| Argument::Text(inner.to_owned()));
        }
    }
    Some(match text {
        "" => return None,
        "true" => Argument::Boolean(true),
        "false" => Argument::Boolean(false),
        "null" => Argument::Null,
        _ => match text.parse() {
            Ok(number) => Argument::Integer(number),
            Err(_) => Argument::Text(text.to_owned()),
        },
    })
}
