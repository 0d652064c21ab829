//! `[…]`

use regex_syntax::hir::ClassUnicode;

use super::atoms::Escape;
use super::{NESTING, Parse, Parser};
use crate::regex::class;

impl Parser {
    /// Behind `[`.
    pub(super) fn brackets(&mut self) -> Parse<ClassUnicode> {
        self.depth += 1;
        if self.depth > NESTING {
            return Err(self.fault("Too many groups inside groups"));
        }
        let negated = self.eat('^');
        let mut set = self.union()?;
        while self.at_and() {
            self.at += 2;
            set.intersect(&self.union()?);
        }
        if !self.eat(']') {
            return Err(self.unclosed());
        }
        self.depth -= 1;
        Ok(if negated { class::not(set) } else { set })
    }

    fn at_and(&mut self) -> bool {
        self.peek() == Some('&') && self.chars.get(self.at + 1) == Some(&'&')
    }

    fn unclosed(&self) -> super::Fault {
        self.fault_at(
            "Unclosed character class",
            self.chars.len().saturating_sub(1),
        )
    }

    /// Up to `]` or `&&`. A `]` that comes first is a character.
    fn union(&mut self) -> Parse<ClassUnicode> {
        let mut set = class::of(&[]);
        let mut first = true;
        loop {
            let Some(c) = self.peek() else {
                return Err(self.unclosed());
            };
            match c {
                ']' if !first => return Ok(set),
                '&' if self.at_and() => return Ok(set),
                '[' => {
                    self.at += 1;
                    set.union(&self.brackets()?);
                }
                _ => self.range(&mut set)?,
            }
            first = false;
        }
    }

    /// A character, a range of them, or an escape that is a set.
    fn range(&mut self, set: &mut ClassUnicode) -> Parse<()> {
        let from = match self.member()? {
            Escape::Char(c) => c,
            Escape::Set(more) => {
                set.union(&more);
                return Ok(());
            }
            Escape::Node(_) => return Err(self.fault("Illegal character range")),
        };
        let mut to = from;
        let behind = self.chars.get(self.at + 1).copied();
        if self.peek() == Some('-') && !matches!(behind, Some(']' | '[') | None) {
            self.at += 1;
            to = match self.member()? {
                Escape::Char(c) if c >= from => c,
                _ => return Err(self.fault_at("Illegal character range", self.at - 1)),
            };
        }
        set.union(&self.folded(class::of(&[(from, to)])));
        Ok(())
    }

    fn member(&mut self) -> Parse<Escape> {
        match self.next() {
            Some('\\') if self.raw() == Some('Q') => {
                self.at += 1;
                let c = self.next().ok_or_else(|| self.unclosed())?;
                if self.raw() == Some('\\') && self.chars.get(self.at + 1) == Some(&'E') {
                    self.at += 2;
                }
                Ok(Escape::Char(c))
            }
            Some('\\') => self.escape(true),
            Some(c) => Ok(Escape::Char(c)),
            None => Err(self.unclosed()),
        }
    }
}
