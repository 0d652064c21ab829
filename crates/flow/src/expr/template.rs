//! Parses text with `${…}` functions.

use lockgate_core::limits;

use super::error::{Problem, SyntaxError, excerpt};
use super::{FilePart, Function, Part, Template, ognl};
use crate::schedule;

/// What opens a function.
const OPENERS: [&str; 2] = ["${", "$simple{"];
/// Prefixes of header lookups.
const HEADER: [&str; 4] = ["header.", "in.header.", "headers.", "in.headers."];
/// Prefixes of property lookups.
const PROPERTY: [&str; 2] = ["property.", "exchangeProperty."];

impl Template {
    /// Parses a template. Text without `${` is a literal; the escapes `\n`, `\t`, `\r` and `\}` are
    /// resolved.
    ///
    /// # Errors
    /// The first thing that is not a template, with its position.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        if source.len() > limits::EXPRESSION {
            let limit = limits::EXPRESSION;
            return Err(SyntaxError::new(source, 0, Problem::TooLong { limit }));
        }
        let parser = Parser { source };
        Ok(Self {
            source: source.to_owned(),
            parts: parser.parts(0, source.len(), 0)?,
        })
    }
}

/// The length of the function opener at the start of `text`, if there is one.
pub(super) fn opener(text: &str) -> Option<usize> {
    OPENERS
        .iter()
        .find(|opener| text.starts_with(**opener))
        .map(|opener| opener.len())
}

/// The length of the function at the start of `text`, braces included; `None` when it is not closed.
pub(super) fn function_length(text: &str) -> Option<usize> {
    let mut open = 0usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if let Some(length) = opener(&text[at..]) {
            open += 1;
            at += length;
        } else if text[at..].starts_with("\\}") {
            at += 2;
        } else {
            at += c.len_utf8();
            if c == '}' {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
        }
    }
    None
}

/// Parses parts of one source text; positions are byte offsets into it.
struct Parser<'a> {
    source: &'a str,
}

impl Parser<'_> {
    fn error(&self, at: usize, problem: Problem) -> SyntaxError {
        SyntaxError::new(self.source, at, problem)
    }

    fn parts(&self, start: usize, end: usize, depth: usize) -> Result<Vec<Part>, SyntaxError> {
        let limit = limits::EXPRESSION_DEPTH;
        if depth > limit {
            return Err(self.error(start, Problem::TooDeep { limit }));
        }
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut at = start;
        while let Some(c) = self.source[at..end].chars().next() {
            let rest = &self.source[at..end];
            if let Some(opening) = opener(rest) {
                let length = function_length(rest)
                    .ok_or_else(|| self.error(at, Problem::UnclosedFunction))?;
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                let function = self.function(at + opening, at + length - 1, depth)?;
                parts.push(Part::Function(function));
                at += length;
            } else if let Some(escaped) = escape(rest) {
                literal.push(escaped);
                at += 2;
            } else {
                literal.push(c);
                at += c.len_utf8();
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(parts)
    }

    /// The function whose text without braces is `start..end`.
    fn function(&self, start: usize, end: usize, depth: usize) -> Result<Function, SyntaxError> {
        let text = &self.source[start..end];
        let name = |prefix: &str| -> Result<Template, SyntaxError> {
            Ok(Template {
                source: text[prefix.len()..].to_owned(),
                parts: self.parts(start + prefix.len(), end, depth + 1)?,
            })
        };
        if let Some(prefix) = prefix_of(text, &HEADER) {
            return Ok(Function::Header(name(prefix)?));
        }
        if let Some(prefix) = prefix_of(text, &PROPERTY) {
            return Ok(Function::Property(name(prefix)?));
        }
        let simple = match text {
            "exception.message" | "exception.getMessage()" => Some(Function::ExceptionMessage),
            "exception.stacktrace" => Some(Function::ExceptionStacktrace),
            "null" => Some(Function::Null),
            "camelId" => Some(Function::CamelId),
            "exchangeId" | "id" => Some(Function::ExchangeId),
            "file:name" => Some(Function::File(FilePart::Name)),
            "file:onlyname" => Some(Function::File(FilePart::OnlyName)),
            "file:onlyname.noext" => Some(Function::File(FilePart::OnlyNameNoExt)),
            "file:ext" => Some(Function::File(FilePart::Ext)),
            _ => None,
        };
        if let Some(function) = simple {
            return Ok(function);
        }
        match text.split_once(':') {
            Some(("date", rest)) => self.date(start, text, None, rest),
            Some(("date-with-timezone", rest)) => self.zoned_date(start, text, rest),
            _ => self.body(start, text),
        }
    }

    fn zoned_date(&self, at: usize, text: &str, rest: &str) -> Result<Function, SyntaxError> {
        let invalid = || self.error(at, Problem::InvalidDate(excerpt(text)));
        let (instant, rest) = rest.split_once(':').ok_or_else(invalid)?;
        let (id, pattern) = rest.split_once(':').ok_or_else(invalid)?;
        let zone = schedule::zone_name(id)
            .ok_or_else(|| self.error(at, Problem::UnknownZone(excerpt(id))))?;
        self.date(at, text, Some(zone), &format!("{instant}:{pattern}"))
    }

    fn date(
        &self,
        at: usize,
        text: &str,
        zone: Option<String>,
        rest: &str,
    ) -> Result<Function, SyntaxError> {
        rest.split_once(':')
            .filter(|(_, pattern)| !pattern.is_empty() && !pattern.contains("${"))
            .and_then(|(instant, pattern)| {
                Some(Function::Date {
                    offset_seconds: offset(instant.strip_prefix("now")?)?,
                    zone,
                    pattern: pattern.to_owned(),
                })
            })
            .ok_or_else(|| self.error(at, Problem::InvalidDate(excerpt(text))))
    }

    /// `body…` and `bodyAs(String)…`, with or without `in.`.
    fn body(&self, start: usize, text: &str) -> Result<Function, SyntaxError> {
        let unknown = || self.error(start, Problem::UnknownFunction(excerpt(text)));
        let rest = text.strip_prefix("in.").unwrap_or(text);
        let rest = rest.strip_prefix("body").ok_or_else(unknown)?;
        let as_text = ["As(String)", "As(java.lang.String)"]
            .iter()
            .find_map(|conversion| rest.strip_prefix(conversion));
        let calls = as_text.unwrap_or(rest);
        let calls = match calls.strip_prefix('.') {
            Some(calls) if !calls.is_empty() => calls,
            None if calls.is_empty() || calls.starts_with('[') => calls,
            _ => return Err(unknown()),
        };
        ognl::parse(calls).map_err(|_| self.error(start, Problem::InvalidCalls(excerpt(calls))))?;
        Ok(match as_text {
            Some(_) => Function::BodyAsText(calls.to_owned()),
            None => Function::Body(calls.to_owned()),
        })
    }
}

fn prefix_of<'a>(text: &str, prefixes: &[&'a str]) -> Option<&'a str> {
    prefixes
        .iter()
        .copied()
        .find(|prefix| text.len() > prefix.len() && text.starts_with(prefix))
}

fn escape(text: &str) -> Option<char> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some('n')) => Some('\n'),
        (Some('\\'), Some('t')) => Some('\t'),
        (Some('\\'), Some('r')) => Some('\r'),
        (Some('\\'), Some('}')) => Some('}'),
        _ => None,
    }
}

/// Seconds of an offset such as `-2h` or `+2h30m`; empty means none.
fn offset(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.as_bytes().first() {
        None => return Some(0),
        Some(b'+') => (1i64, &text[1..]),
        Some(b'-') => (-1i64, &text[1..]),
        Some(_) => return None,
    };
    let mut total = 0i64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let amount: i64 = rest[..digits].parse().ok()?;
        let seconds = match rest.as_bytes()[digits] {
            b'd' => 86_400,
            b'h' => 3_600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        total = total.checked_add(amount.checked_mul(seconds)?)?;
        rest = &rest[digits + 1..];
    }
    (text.len() > 1).then_some(sign * total)
}
