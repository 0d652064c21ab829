//! Number literals.

use super::super::literal::{fraction, integer};
use super::super::token::Tok;
use super::super::{Parsed, error};
use super::{Lexer, continues_name};
use crate::ast::Pos;

/// Digits of a literal; converting more would take quadratic time.
const DIGITS: usize = 1000;

impl Lexer<'_> {
    pub(super) fn number(&mut self, at: Pos) -> Parsed<Tok> {
        let start = self.cursor.offset();
        let radix = match (self.cursor.peek(), self.cursor.second()) {
            (Some('0'), Some('x' | 'X')) => 16,
            (Some('0'), Some('b' | 'B')) => 2,
            _ => 10,
        };
        let made = if radix == 10 {
            self.decimal(start)
        } else {
            self.cursor.bump();
            self.cursor.bump();
            let digits = self.digits(radix);
            let suffix = self.suffix("gGlLiI");
            integer_of(&digits, radix, suffix)
        };
        if self.cursor.peek().is_some_and(continues_name) {
            let message = format!(
                "`{}` is no number: separate it from what follows",
                self.cursor.since(start)
            );
            return error(self.cursor.at(), message);
        }
        made.or_else(|message| error(at, message))
    }

    fn decimal(&mut self, start: usize) -> Result<Tok, String> {
        let mut text = self.digits(10);
        let mut whole = true;
        if self.cursor.peek() == Some('.')
            && self.cursor.second().is_some_and(|c| c.is_ascii_digit())
        {
            whole = false;
            self.cursor.bump();
            text.push('.');
            text.push_str(&self.digits(10));
        }
        if self.exponent_follows() {
            whole = false;
            text.extend(self.cursor.bump());
            if matches!(self.cursor.peek(), Some('+' | '-')) {
                text.extend(self.cursor.bump());
            }
            text.push_str(&self.digits(10));
        }
        let raw = self.cursor.since(start);
        if raw.ends_with('_') {
            return Err("a number cannot end in `_`: remove it".to_owned());
        }
        let suffix = self.suffix("gGlLiIfFdD");
        if text.len() > DIGITS {
            return Err(format!("this number has more than {DIGITS} digits"));
        }
        if !whole {
            return fraction(&text, suffix);
        }
        match suffix {
            Some('f' | 'F' | 'd' | 'D') => integer_of(&text, 10, suffix),
            _ if text.len() > 1 && text.starts_with('0') => {
                integer_of(text.trim_start_matches('0'), 8, suffix)
            }
            _ => integer_of(&text, 10, suffix),
        }
    }

    fn exponent_follows(&self) -> bool {
        let mut coming = self.cursor.rest().chars();
        matches!(coming.next(), Some('e' | 'E'))
            && match coming.next() {
                Some('+' | '-') => coming.next().is_some_and(|c| c.is_ascii_digit()),
                Some(c) => c.is_ascii_digit(),
                None => false,
            }
    }

    /// Digits, letters for those above nine among them, without underscores.
    fn digits(&mut self, radix: u32) -> String {
        let start = self.cursor.offset();
        self.cursor.skip(|c| c == '_' || c.is_digit(radix));
        self.cursor.since(start).replace('_', "")
    }

    fn suffix(&mut self, allowed: &str) -> Option<char> {
        let next = self.cursor.peek().filter(|c| allowed.contains(*c))?;
        self.cursor.bump();
        Some(next)
    }
}

fn integer_of(digits: &str, radix: u32, suffix: Option<char>) -> Result<Tok, String> {
    if digits.len() > DIGITS {
        return Err(format!("this number has more than {DIGITS} digits"));
    }
    if let Some(wrong) = digits.chars().find(|c| !c.is_digit(radix)) {
        return Err(format!(
            "`{wrong}` is no digit of a number with a leading zero, which is octal: remove the zero"
        ));
    }
    match (digits.is_empty(), radix) {
        (true, 8) => integer("0", 10, suffix),
        (true, _) => Err("digits are missing behind `0x` or `0b`".to_owned()),
        (false, _) => integer(digits, radix, suffix),
    }
}
