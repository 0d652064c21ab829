//! The tokens that `prettyPrint` and `JsonSlurperClassic` read.

use crate::throwable::throw;
use crate::thrown::Result;

use super::string;

/// A token.
#[derive(Debug, PartialEq)]
pub(super) enum Token<'a> {
    Open(char),
    Close(char),
    Comma,
    Colon,
    /// The text of a string, without quotes and escapes.
    String(String),
    /// A number or a constant.
    Plain(&'a str),
}

/// Reads tokens one by one.
pub(super) struct Lexer<'a> {
    text: &'a str,
    /// Byte behind the last token.
    at: usize,
    /// Byte at which the last token began.
    start: usize,
    /// Byte behind the token before.
    before: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            start: 0,
            before: 0,
        }
    }

    /// The next token; `None` at the end, and when the text ends inside a string or number.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>> {
        self.before = self.at;
        let rest = self.text.get(self.at..).unwrap_or_default();
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\u{a0}');
        self.start = self.text.len() - rest.len();
        self.at = self.start;
        let Some(first) = rest.chars().next() else {
            return Ok(None);
        };
        let token = match first {
            '{' | '[' => Token::Open(first),
            '}' | ']' => Token::Close(first),
            ',' => Token::Comma,
            ':' => Token::Colon,
            't' => return self.constant(rest, "true"),
            'f' => return self.constant(rest, "false"),
            'n' => return self.constant(rest, "null"),
            '"' => return self.string(rest),
            '-' | '0'..='9' => return self.number(rest),
            other => {
                let place = self.place(", ");
                return Err(failed(&format!(
                    "Lexing failed on {place}, while reading '{other}', \
                     no possible valid JSON value or punctuation could be recognized."
                )));
            }
        };
        self.at += 1;
        Ok(Some(token))
    }

    fn constant(&mut self, rest: &'a str, constant: &str) -> Result<Option<Token<'a>>> {
        let len = constant.len();
        let end = rest
            .char_indices()
            .nth(len)
            .map_or(rest.len(), |(at, _)| at);
        let found = rest.get(..end).unwrap_or(rest);
        self.at += end;
        if found == constant {
            return Ok(Some(Token::Plain(found)));
        }
        let padding = "\0".repeat(len.saturating_sub(found.chars().count()));
        Err(self.unmatched(
            &format!("{found}{padding}"),
            &format!("the constant '{constant}'"),
        ))
    }

    fn string(&mut self, rest: &'a str) -> Result<Option<Token<'a>>> {
        let Some(end) = string::end(rest, 1) else {
            self.at = self.text.len();
            return Ok(None);
        };
        self.at += end + 1;
        Ok(Some(Token::String(string::lenient(
            rest.get(1..end).unwrap_or_default(),
        ))))
    }

    fn number(&mut self, rest: &'a str) -> Result<Option<Token<'a>>> {
        let of_number = |c: char| matches!(c, '0'..='9' | '.' | '-' | '+' | 'e' | 'E');
        let Some(end) = rest.find(|c| !of_number(c)) else {
            self.at = self.text.len();
            return Ok(None);
        };
        self.at += end;
        let number = rest.get(..end).unwrap_or_default();
        if is_number(number) {
            return Ok(Some(Token::Plain(number)));
        }
        Err(self.unmatched(number, "a number"))
    }

    fn unmatched(&self, found: &str, wanted: &str) -> crate::thrown::Thrown {
        let place = self.place(", ");
        failed(&format!(
            "Lexing failed on {place}, while reading '{found}', was trying to match {wanted}"
        ))
    }

    /// `line: 1, column: 2` of what is read next.
    pub(super) fn place(&self, between: &str) -> String {
        place(self.text, self.at, between)
    }

    /// The same of the end of the token before.
    pub(super) fn place_before(&self) -> String {
        place(self.text, self.before, ", ")
    }

    /// The same of the last token.
    pub(super) fn place_of_token(&self, between: &str) -> String {
        place(self.text, self.start, between)
    }

    /// The last token as written.
    pub(super) fn token(&self) -> &'a str {
        self.text.get(self.start..self.at).unwrap_or_default()
    }
}

fn place(text: &str, at: usize, between: &str) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .encode_utf16()
        .count()
        + 1;
    format!("line: {line}{between}column: {column}")
}

/// A `JsonException`.
pub(super) fn failed(message: &str) -> crate::thrown::Thrown {
    throw("groovy.json.JsonException", message)
}

/// `-?\d+(\.\d+)?([eE][-+]?\d+)?`
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && fraction.is_none_or(digits)
        && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)))
}
