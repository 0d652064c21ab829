//! A JSON pull reader: the tokens of a text one after the other, with their positions.
//!
//! It checks the grammar of RFC 8259 strictly, keeps the spelling of numbers and the order and
//! repetition of members, and holds one byte of state per nesting level instead of recursing.

use std::borrow::Cow;

use lockgate_core::limits;

use crate::error::Position;

/// A token, the offset at which it begins kept beside it by the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'j> {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    /// A member's name; its value follows.
    Name(Cow<'j, str>),
    Text(Cow<'j, str>),
    /// `true`, `false` or a number, as spelt.
    Literal(&'j str),
    Null,
}

/// What is wrong with a JSON text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub what: String,
    pub position: Position,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// A value.
    Value,
    /// The first element of an array, or its end.
    ElementOrEnd,
    /// The first name of an object, or its end.
    NameOrEnd,
    /// A comma or the end of the innermost object or array; the end of the text outside of any.
    CommaOrEnd,
}

pub(super) struct Reader<'j> {
    text: &'j str,
    at: usize,
    start: usize,
    /// Open objects (`true`) and arrays (`false`).
    open: Vec<bool>,
    expect: Expect,
}

impl<'j> Reader<'j> {
    /// Reads a text, from which a leading byte order mark is skipped.
    pub(super) fn new(text: &'j str) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{FEFF}') { 3 } else { 0 },
            start: 0,
            open: Vec::new(),
            expect: Expect::Value,
        }
    }

    /// A problem at the token last read.
    pub(super) fn problem(&self, what: impl Into<String>) -> Problem {
        self.problem_at(what, self.start)
    }

    fn problem_at(&self, what: impl Into<String>, at: usize) -> Problem {
        Problem {
            what: what.into(),
            position: Position::of(self.text, at),
        }
    }

    /// The next token; nothing once the value is complete and nothing but blanks follows it.
    pub(super) fn next(&mut self) -> Result<Option<Token<'j>>, Problem> {
        self.skip_blanks();
        if self.expect == Expect::CommaOrEnd {
            match (self.peek(), self.open.last()) {
                (None, None) => return Ok(None),
                (Some(_), None) => {
                    return Err(self.problem_at("the text goes on after its value", self.at));
                }
                (Some(b','), Some(object)) => {
                    let object = *object;
                    self.at += 1;
                    self.skip_blanks();
                    return if object { self.name() } else { self.value() }.map(Some);
                }
                (Some(b'}'), Some(true)) => return Ok(Some(self.close(Token::ObjectEnd))),
                (Some(b']'), Some(false)) => return Ok(Some(self.close(Token::ArrayEnd))),
                (_, Some(true)) => return Err(self.unexpected("',' or '}'")),
                (_, Some(false)) => return Err(self.unexpected("',' or ']'")),
            }
        }
        match (self.expect, self.peek()) {
            (Expect::ElementOrEnd, Some(b']')) => Ok(Some(self.close(Token::ArrayEnd))),
            (Expect::NameOrEnd, Some(b'}')) => Ok(Some(self.close(Token::ObjectEnd))),
            (Expect::NameOrEnd, _) => self.name().map(Some),
            _ => self.value().map(Some),
        }
    }

    fn close(&mut self, token: Token<'j>) -> Token<'j> {
        self.start = self.at;
        self.at += 1;
        self.open.pop();
        self.expect = Expect::CommaOrEnd;
        token
    }

    fn name(&mut self) -> Result<Token<'j>, Problem> {
        self.start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a member name in quotes"));
        }
        let name = self.string()?;
        self.skip_blanks();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("':'"));
        }
        self.at += 1;
        self.expect = Expect::Value;
        Ok(Token::Name(name))
    }

    fn value(&mut self) -> Result<Token<'j>, Problem> {
        self.start = self.at;
        let token = match self.peek() {
            Some(b'{') => return self.nest(true),
            Some(b'[') => return self.nest(false),
            Some(b'"') => Token::Text(self.string()?),
            Some(b't') => Token::Literal(self.keyword("true")?),
            Some(b'f') => Token::Literal(self.keyword("false")?),
            Some(b'n') => {
                self.keyword("null")?;
                Token::Null
            }
            Some(b'-' | b'0'..=b'9') => Token::Literal(self.number()?),
            _ => return Err(self.unexpected("a value")),
        };
        self.expect = Expect::CommaOrEnd;
        Ok(token)
    }

    fn nest(&mut self, object: bool) -> Result<Token<'j>, Problem> {
        if self.open.len() >= limits::JSON_DEPTH {
            let what = format!(
                "objects and arrays are nested more than {} levels deep",
                limits::JSON_DEPTH
            );
            return Err(self.problem(what));
        }
        self.at += 1;
        self.open.push(object);
        Ok(if object {
            self.expect = Expect::NameOrEnd;
            Token::ObjectStart
        } else {
            self.expect = Expect::ElementOrEnd;
            Token::ArrayStart
        })
    }

    fn keyword(&mut self, word: &'static str) -> Result<&'j str, Problem> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        Ok(&self.text[self.start..self.at])
    }

    fn number(&mut self) -> Result<&'j str, Problem> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(&self.text[self.start..self.at])
    }

    fn digits(&mut self) -> Result<(), Problem> {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 {
            return Err(self.unexpected("a digit"));
        }
        self.at += count;
        Ok(())
    }

    /// Reads a string from its opening quote. Without escapes it is borrowed.
    fn string(&mut self) -> Result<Cow<'j, str>, Problem> {
        self.at += 1;
        let mut out = Cow::Borrowed("");
        loop {
            let rest = &self.text[self.at..];
            let plain = rest
                .bytes()
                .position(|b| b == b'"' || b == b'\\' || b < 0x20)
                .unwrap_or(rest.len());
            if out.is_empty() {
                out = Cow::Borrowed(&rest[..plain]);
            } else {
                out.to_mut().push_str(&rest[..plain]);
            }
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    let c = self.escape()?;
                    out.to_mut().push(c);
                }
                Some(_) => return Err(self.problem_at("a control character in a string", self.at)),
                None => return Err(self.problem("a string is not closed")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let start = self.at;
        self.at += 1;
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => return Err(self.problem_at("an escape that JSON does not know", start)),
        };
        self.at += 1;
        Ok(c)
    }

    fn unicode(&mut self, start: usize) -> Result<char, Problem> {
        let mut units = vec![self.code_unit(start)?];
        if (0xD800..0xDC00).contains(&units[0]) && self.text[self.at..].starts_with("\\u") {
            self.at += 1;
            units.push(self.code_unit(start)?);
        }
        match char::decode_utf16(units)
            .collect::<Result<Vec<_>, _>>()
            .as_deref()
        {
            Ok([c]) => Ok(*c),
            _ => Err(self.problem_at("an escape is half of a surrogate pair", start)),
        }
    }

    /// Reads `uXXXX`.
    fn code_unit(&mut self, start: usize) -> Result<u16, Problem> {
        let digits = self.text.get(self.at + 1..self.at + 5);
        let unit = digits
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u16::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.problem_at("an escape lacks its four digits", start))?;
        self.at += 5;
        Ok(unit)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn unexpected(&self, expected: &str) -> Problem {
        let found = match self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
        {
            Some(c) => format!("'{}'", c.escape_debug()),
            None => "the end of the text".to_owned(),
        };
        self.problem_at(format!("expected {expected}, found {found}"), self.at)
    }
}

#[cfg(test)]
mod tests;
