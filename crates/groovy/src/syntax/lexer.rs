//! Splits a source into tokens.

mod numbers;
mod texts;

use super::source::{Cursor, normalise};
use super::token::{Sign, Tok, Token, Tokens, Word};
use super::{Limits, Parsed, error};
use crate::ast::Pos;
use texts::Quote;

/// All tokens of `source`.
pub(super) fn tokens(source: &str, limits: Limits) -> Parsed<Tokens> {
    if source.len() > limits.bytes {
        let message = format!("the script is larger than {} bytes: split it", limits.bytes);
        return error(Pos { line: 1, column: 1 }, message);
    }
    let (text, wide) = normalise(source)?;
    let mut lexer = Lexer {
        cursor: Cursor::new(&text, &wide),
        list: Vec::with_capacity(text.len() / 4),
        open: Vec::new(),
        newline: true,
        limits,
    };
    lexer.run()?;
    let list = lexer.list;
    Ok(Tokens { text, list })
}

/// What is open.
#[derive(Debug)]
enum Open {
    /// A bracket: what closes it.
    Bracket(Sign),
    /// The braces of a value in a text.
    Value(Quote),
}

#[derive(Debug)]
struct Lexer<'s> {
    cursor: Cursor<'s>,
    list: Vec<Token>,
    /// Open brackets with the index of their token; for a value, also that of its text.
    open: Vec<(Open, usize, usize)>,
    /// Whether a newline that counts was passed since the last token.
    newline: bool,
    limits: Limits,
}

impl Lexer<'_> {
    fn run(&mut self) -> Parsed<()> {
        if self.cursor.looking_at("#!") {
            self.cursor.skip(|c| c != '\n');
        }
        loop {
            self.space()?;
            if self.list.len() > self.limits.tokens {
                let message = format!(
                    "the script has more than {} tokens: split it",
                    self.limits.tokens
                );
                return error(self.cursor.at(), message);
            }
            let (at, start) = (self.cursor.at(), self.cursor.offset());
            let Some(c) = self.cursor.peek() else { break };
            if let Some(quote) = self.opening_quote() {
                self.text(quote, at, start)?;
            } else if c.is_ascii_digit() {
                let tok = self.number(at)?;
                self.push(tok, at, start);
            } else if starts_name(c) {
                self.cursor.skip(continues_name);
                let text = self.cursor.since(start);
                let tok = Word::of(text).map_or_else(|| Tok::Name(text.into()), Tok::Word);
                self.push(tok, at, start);
            } else {
                self.sign(at, start)?;
            }
        }
        if let Some((open, token, _)) = self.open.pop() {
            let at = self
                .list
                .get(token)
                .map(|token| token.at)
                .unwrap_or_default();
            let closing = match open {
                Open::Bracket(sign) => sign.text(),
                Open::Value(_) => Sign::RightBrace.text(),
            };
            return error(
                at,
                format!("this bracket is never closed: its `{closing}` is missing"),
            );
        }
        self.newline = true;
        let (at, start) = (self.cursor.at(), self.cursor.offset());
        self.push(Tok::End, at, start);
        Ok(())
    }

    fn push(&mut self, tok: Tok, at: Pos, start: usize) {
        let end = self.cursor.offset();
        let newline = std::mem::take(&mut self.newline);
        self.list.push(Token {
            tok,
            at,
            start,
            end,
            newline,
            close: 0,
        });
    }

    /// Passes blanks, comments and newlines.
    fn space(&mut self) -> Parsed<()> {
        let counts = !matches!(
            self.open.last(),
            Some((Open::Bracket(Sign::RightParen | Sign::RightBracket), ..))
        );
        loop {
            match self.cursor.peek() {
                Some('\n') => {
                    self.newline |= counts;
                    self.cursor.bump();
                }
                Some(' ' | '\t' | '\u{c}') => {
                    self.cursor.bump();
                }
                Some('\\') if self.cursor.second() == Some('\n') => {
                    self.cursor.bump();
                    self.cursor.bump();
                }
                Some('/') if self.cursor.second() == Some('/') => self.cursor.skip(|c| c != '\n'),
                Some('/') if self.cursor.second() == Some('*') => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn comment(&mut self) -> Parsed<()> {
        let at = self.cursor.at();
        self.cursor.eat("/*");
        while !self.cursor.eat("*/") {
            if self.cursor.bump().is_none() {
                return error(at, "this comment is never closed: its `*/` is missing");
            }
        }
        Ok(())
    }

    /// A bracket, separator or operator: the longest that fits.
    fn sign(&mut self, at: Pos, start: usize) -> Parsed<()> {
        let rest = self.cursor.rest();
        let found = (1..=4)
            .rev()
            .filter_map(|length| rest.get(..length))
            .find_map(Sign::of);
        let Some(sign) = found else {
            let c = self.cursor.peek().unwrap_or_default();
            return error(
                at,
                format!("the character `{c}` has no meaning here: remove or quote it"),
            );
        };
        self.cursor.eat(sign.text());
        if matches!(
            sign,
            Sign::RightParen | Sign::RightBracket | Sign::RightBrace
        ) {
            return self.close(sign, at, start);
        }
        let closing = match sign {
            Sign::LeftParen => Some(Sign::RightParen),
            Sign::LeftBracket => Some(Sign::RightBracket),
            Sign::LeftBrace => Some(Sign::RightBrace),
            _ => None,
        };
        if let Some(closing) = closing {
            self.open.push((Open::Bracket(closing), self.list.len(), 0));
        }
        self.push(Tok::Sign(sign), at, start);
        Ok(())
    }

    fn close(&mut self, sign: Sign, at: Pos, start: usize) -> Parsed<()> {
        let index = self.list.len();
        let Some((open, token, text)) = self.open.pop() else {
            return error(
                at,
                format!("this `{}` closes nothing: remove it", sign.text()),
            );
        };
        let wanted = match &open {
            Open::Bracket(wanted) => *wanted,
            Open::Value(_) => Sign::RightBrace,
        };
        let opened = self.list.get_mut(token);
        if wanted != sign {
            let from = opened.map(|token| token.at).unwrap_or_default();
            let message = format!(
                "`{}` is expected here, as the bracket in line {}, column {} is still open, but `{}` was found",
                wanted.text(),
                from.line,
                from.column,
                sign.text(),
            );
            return error(at, message);
        }
        if let Some(opened) = opened {
            opened.close = index;
        }
        self.push(Tok::Sign(sign), at, start);
        match open {
            Open::Value(quote) => self.text_after_value(quote, text),
            Open::Bracket(_) => Ok(()),
        }
    }

    /// Whether what was read last can be the end of an operand, so that a `/` divides it.
    fn behind_operand(&self) -> bool {
        match self.list.last() {
            Some(_) if self.newline => false,
            None => false,
            Some(token) => match &token.tok {
                Tok::Name(_) | Tok::Number(_) | Tok::Edge(..) | Tok::Text(_) | Tok::TextEnd(_) => {
                    true
                }
                Tok::Word(word) => {
                    word.is_type()
                        || self.behind_point()
                        || matches!(
                            word,
                            Word::This | Word::Super | Word::True | Word::False | Word::Null
                        )
                }
                Tok::Sign(sign) => matches!(
                    sign,
                    Sign::RightParen
                        | Sign::RightBracket
                        | Sign::RightBrace
                        | Sign::PlusPlus
                        | Sign::MinusMinus
                ),
                Tok::TextStart(_) | Tok::TextMiddle(_) | Tok::End => false,
            },
        }
    }

    /// Whether the last token names a member.
    fn behind_point(&self) -> bool {
        let before = self
            .list
            .len()
            .checked_sub(2)
            .and_then(|index| self.list.get(index));
        before.is_some_and(|token| {
            matches!(
                token.tok,
                Tok::Sign(Sign::Dot | Sign::SafeDot | Sign::SpreadDot | Sign::Pointer)
            )
        })
    }
}

pub(super) fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '$') || (!c.is_ascii() && c.is_alphabetic())
}

pub(super) fn continues_name(c: char) -> bool {
    starts_name(c) || c.is_ascii_digit()
}
