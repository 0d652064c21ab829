//! Tokens of an XPath expression.
//!
//! Precise for the expressions that the fast engine understands; for all others good enough to find
//! variables, functions and nesting, since it knows names, numbers, strings and comments.

use std::borrow::Cow;

use crate::serialise::{is_name_char, is_name_start};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'x> {
    /// A name, with its prefix: `a`, `p:a`, `*:a`, `p:*`.
    Name {
        prefix: Option<&'x str>,
        local: &'x str,
    },
    /// `$name`.
    Variable(&'x str),
    Text(Cow<'x, str>),
    /// A number as spelt.
    Number(&'x str),
    /// `//`, `..`, `!=`, `<=`, `>=` or a single character.
    Symbol(&'x str),
}

/// Splits an expression into tokens with their offsets; nothing if a string or comment is not closed.
pub(super) fn tokens(text: &str) -> Option<Vec<(usize, Token<'_>)>> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    while lexer.skip_ignored()? {
        tokens.push((lexer.at, lexer.token()?));
    }
    Some(tokens)
}

struct Lexer<'x> {
    text: &'x str,
    at: usize,
}

impl<'x> Lexer<'x> {
    fn rest(&self) -> &'x str {
        &self.text[self.at..]
    }

    /// Skips blanks and nested comments; whether anything is left.
    fn skip_ignored(&mut self) -> Option<bool> {
        let mut comments = 0_usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("(:") {
                comments += 1;
                self.at += 2;
            } else if comments > 0 && rest.starts_with(":)") {
                comments -= 1;
                self.at += 2;
            } else {
                match rest.chars().next() {
                    Some(c) if comments > 0 || c.is_ascii_whitespace() => self.at += c.len_utf8(),
                    Some(_) => return Some(true),
                    None => return (comments == 0).then_some(false),
                }
            }
        }
    }

    fn token(&mut self) -> Option<Token<'x>> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        let second = rest[first.len_utf8()..].chars().next();
        match first {
            '"' | '\'' => self.string(first).map(Token::Text),
            '0'..='9' => Some(self.number()),
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => Some(self.number()),
            '$' if second.is_some_and(is_name_start) => {
                self.at += 1;
                let prefix = self.ncname();
                let start = self.at - prefix.len();
                if self.rest().starts_with(':') && self.name_starts_after(1) {
                    self.at += 1;
                    self.ncname();
                }
                Some(Token::Variable(&self.text[start..self.at]))
            }
            '*' if second == Some(':') && self.name_starts_after(2) => {
                self.at += 2;
                Some(Token::Name {
                    prefix: Some("*"),
                    local: self.ncname(),
                })
            }
            c if is_name_start(c) => Some(self.name()),
            _ => {
                let symbol = ["//", "..", "!=", "<=", ">="]
                    .into_iter()
                    .find(|symbol| rest.starts_with(symbol));
                let length = symbol.map_or(first.len_utf8(), str::len);
                self.at += length;
                Some(Token::Symbol(&rest[..length]))
            }
        }
    }

    fn name(&mut self) -> Token<'x> {
        let first = self.ncname();
        if self.rest().starts_with(":*") {
            self.at += 2;
            return Token::Name {
                prefix: Some(first),
                local: "*",
            };
        }
        if self.rest().starts_with(':') && self.name_starts_after(1) {
            self.at += 1;
            return Token::Name {
                prefix: Some(first),
                local: self.ncname(),
            };
        }
        Token::Name {
            prefix: None,
            local: first,
        }
    }

    fn name_starts_after(&self, skip: usize) -> bool {
        self.rest()[skip..]
            .chars()
            .next()
            .is_some_and(is_name_start)
    }

    fn ncname(&mut self) -> &'x str {
        self.take_while(is_name_char)
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'x str {
        let rest = self.rest();
        let length = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn number(&mut self) -> Token<'x> {
        let start = self.at;
        self.take_while(|c| c.is_ascii_digit());
        if self.rest().starts_with('.') {
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        // A letter makes it a double with exponent, or malformed: either way not for the fast engine.
        self.take_while(|c| c.is_ascii_alphanumeric());
        Token::Number(&self.text[start..self.at])
    }

    /// Reads a string literal, in which a doubled quote stands for one.
    fn string(&mut self, quote: char) -> Option<Cow<'x, str>> {
        self.at += 1;
        let mut value = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let close = rest.find(quote)?;
            self.at += close + 1;
            let doubled = rest[close + 1..].starts_with(quote);
            let piece = if doubled {
                &rest[..=close]
            } else {
                &rest[..close]
            };
            if value.is_empty() {
                value = Cow::Borrowed(piece);
            } else {
                value.to_mut().push_str(piece);
            }
            if !doubled {
                return Some(value);
            }
            self.at += 1;
        }
    }
}
