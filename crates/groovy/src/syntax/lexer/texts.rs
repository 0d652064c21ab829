//! Texts in their six kinds of quotes, with values in four of them.

use super::super::token::{Sign, Tok, Token};
use super::super::{Parsed, error};
use super::{Lexer, Open};
use crate::ast::Pos;

/// What a text stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    /// `'…'`
    Single,
    /// `'''…'''`
    TripleSingle,
    /// `"…"`
    Double,
    /// `"""…"""`
    TripleDouble,
    /// `/…/`
    Slashy,
    /// `$/…/$`
    Dollar,
}

impl Quote {
    fn closing(self) -> &'static str {
        match self {
            Self::Single => "'",
            Self::TripleSingle => "'''",
            Self::Double => "\"",
            Self::TripleDouble => "\"\"\"",
            Self::Slashy => "/",
            Self::Dollar => "/$",
        }
    }

    fn has_values(self) -> bool {
        !matches!(self, Self::Single | Self::TripleSingle)
    }

    fn one_line(self) -> bool {
        matches!(self, Self::Single | Self::Double)
    }

    fn escapes(self) -> bool {
        !matches!(self, Self::Slashy | Self::Dollar)
    }
}

impl Lexer<'_> {
    /// Passes the quote that opens a text, if one comes next.
    pub(super) fn opening_quote(&mut self) -> Option<Quote> {
        let next = self.cursor.peek()?;
        let (quote, opening) = match next {
            '\'' if self.cursor.looking_at("'''") => (Quote::TripleSingle, "'''"),
            '\'' => (Quote::Single, "'"),
            '"' if self.cursor.looking_at("\"\"\"") => (Quote::TripleDouble, "\"\"\""),
            '"' => (Quote::Double, "\""),
            '/' if !self.behind_operand() => (Quote::Slashy, "/"),
            '$' if self.cursor.second() == Some('/') && !self.behind_operand() => {
                (Quote::Dollar, "$/")
            }
            _ => return None,
        };
        self.cursor.eat(opening);
        Some(quote)
    }

    /// A text up to its end or its first value.
    pub(super) fn text(&mut self, quote: Quote, at: Pos, start: usize) -> Parsed<()> {
        let index = self.list.len();
        let (text, ended) = self.piece(quote, at)?;
        let tok = if ended {
            Tok::Text(text)
        } else {
            Tok::TextStart(text)
        };
        self.push(tok, at, start);
        if ended {
            Ok(())
        } else {
            self.value(quote, index)
        }
    }

    /// Goes on with a text behind the braces of a value.
    pub(super) fn text_after_value(&mut self, quote: Quote, first: usize) -> Parsed<()> {
        let (at, start) = (self.cursor.at(), self.cursor.offset());
        let from = self.list.get(first).map_or(at, |token: &Token| token.at);
        let (text, ended) = self.piece(quote, from)?;
        let tok = if ended {
            Tok::TextEnd(text)
        } else {
            Tok::TextMiddle(text)
        };
        let index = self.list.len();
        self.push(tok, at, start);
        if ended {
            if let Some(token) = self.list.get_mut(first) {
                token.close = index;
            }
            return Ok(());
        }
        self.value(quote, first)
    }

    /// A value: `{` opens one whose tokens follow as usual; `a.b.c` is read here.
    fn value(&mut self, quote: Quote, first: usize) -> Parsed<()> {
        let (at, start) = (self.cursor.at(), self.cursor.offset());
        if self.cursor.eat("{") {
            self.open.push((Open::Value(quote), self.list.len(), first));
            self.push(Tok::Sign(Sign::LeftBrace), at, start);
            return Ok(());
        }
        self.plain_name();
        while self.cursor.peek() == Some('.') && self.cursor.second().is_some_and(starts_plain) {
            let (at, start) = (self.cursor.at(), self.cursor.offset());
            self.cursor.bump();
            self.push(Tok::Sign(Sign::Dot), at, start);
            self.plain_name();
        }
        self.text_after_value(quote, first)
    }

    /// A name without `$`.
    fn plain_name(&mut self) {
        let (at, start) = (self.cursor.at(), self.cursor.offset());
        self.cursor.skip(|c| starts_plain(c) || c.is_ascii_digit());
        let text = self.cursor.since(start);
        let word = super::Word::of(text).map_or_else(|| Tok::Name(text.into()), Tok::Word);
        self.push(word, at, start);
    }

    /// Characters up to the closing quote (`true`) or up to a value, whose `$` is passed.
    fn piece(&mut self, quote: Quote, from: Pos) -> Parsed<(Box<str>, bool)> {
        let mut text = String::new();
        loop {
            if self.cursor.eat(quote.closing()) {
                return Ok((text.into(), true));
            }
            let at = self.cursor.at();
            match self.cursor.peek() {
                Some('\n') if quote.one_line() => {
                    let message = format!(
                        "this text has no closing `{}` in its line: add it, or use three quotes",
                        quote.closing()
                    );
                    return error(from, message);
                }
                None => {
                    return error(
                        from,
                        format!(
                            "this text is never closed: its `{}` is missing",
                            quote.closing()
                        ),
                    );
                }
                Some('\\') if quote.escapes() => {
                    self.cursor.bump();
                    self.escape(&mut text, at)?;
                }
                Some('\\') if self.slashy_escape(quote, &mut text) => {}
                Some('$') if quote.has_values() => {
                    if self.dollar(quote, &mut text, at)? {
                        return Ok((text.into(), false));
                    }
                }
                Some(c) => {
                    self.cursor.bump();
                    text.push(c);
                }
            }
        }
    }

    /// A `$`: whether a value follows.
    fn dollar(&mut self, quote: Quote, text: &mut String, at: Pos) -> Parsed<bool> {
        let next = self.cursor.second();
        self.cursor.bump();
        if next.is_some_and(|c| c == '{' || starts_plain(c)) {
            return Ok(true);
        }
        match quote {
            Quote::Dollar if matches!(next, Some('$' | '/')) => text.extend(self.cursor.bump()),
            Quote::Slashy | Quote::Dollar => text.push('$'),
            _ => {
                return error(
                    at,
                    "a `$` in a text needs a name or `{…}` behind it: write `\\$` for the character itself",
                );
            }
        }
        Ok(false)
    }

    /// The only escapes of a slashy text: its slash, and a newline that does not count.
    fn slashy_escape(&mut self, quote: Quote, text: &mut String) -> bool {
        match self.cursor.second() {
            Some('/') if quote == Quote::Slashy => text.push('/'),
            Some('\n') => {}
            _ => return false,
        }
        self.cursor.bump();
        self.cursor.bump();
        true
    }

    /// What stands behind a `\`.
    fn escape(&mut self, text: &mut String, at: Pos) -> Parsed<()> {
        let Some(c) = self.cursor.bump() else {
            return Ok(());
        };
        text.push(match c {
            '\n' => return Ok(()),
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '\\' | '\'' | '"' | '$' => c,
            '0'..='7' => self.octal(c),
            _ => {
                return error(
                    at,
                    format!("`\\{c}` is no escape: write `\\\\{c}` for a backslash"),
                );
            }
        });
        Ok(())
    }

    /// `\0` to `\377`.
    fn octal(&mut self, first: char) -> char {
        let mut value = first.to_digit(8).unwrap_or_default();
        let more = if first <= '3' { 2 } else { 1 };
        for _ in 0..more {
            let Some(digit) = self.cursor.peek().and_then(|c| c.to_digit(8)) else {
                break;
            };
            self.cursor.bump();
            value = value * 8 + digit;
        }
        char::from_u32(value).unwrap_or_default()
    }
}

/// Whether a name in a text, which cannot contain `$`, may begin with this.
fn starts_plain(c: char) -> bool {
    c != '$' && super::starts_name(c)
}
