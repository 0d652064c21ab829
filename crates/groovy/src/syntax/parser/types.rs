//! Types, and how to see one coming.

use super::super::token::{Sign, Tok, Word};
use super::super::{Parsed, error};
use super::Parser;
use crate::ast::Type;

impl Parser<'_> {
    /// The keyword of a primitive type or `void`.
    pub(super) fn builtin_at(&self, index: usize) -> Option<Word> {
        self.word_at(index).filter(|word| word.is_type())
    }

    /// The index behind the type that begins at `index`, if one does.
    pub(super) fn skip_type(&self, index: usize) -> Option<usize> {
        let mut next = if self.builtin_at(index).is_some() {
            index + 1
        } else {
            let behind = self.skip_dotted(index)?;
            self.skip_type_args(behind).unwrap_or(behind)
        };
        while self.sign_at(next) == Some(Sign::LeftBracket)
            && self.sign_at(next + 1) == Some(Sign::RightBracket)
        {
            next += 2;
        }
        Some(next)
    }

    fn skip_dotted(&self, mut index: usize) -> Option<usize> {
        while matches!(self.tok_at(index), Tok::Name(_)) {
            index += 1;
            if self.sign_at(index) != Some(Sign::Dot)
                || !matches!(self.tok_at(index + 1), Tok::Name(_))
            {
                return Some(index);
            }
            index += 1;
        }
        None
    }

    /// The index behind `<…>`, if what stands between can be type arguments.
    fn skip_type_args(&self, index: usize) -> Option<usize> {
        if self.sign_at(index) != Some(Sign::Less) {
            return None;
        }
        let mut open = 0_usize;
        let mut next = index;
        loop {
            match self.tok_at(next) {
                Tok::Sign(Sign::Less) => open += 1,
                Tok::Sign(Sign::Greater) => open = self.closed(open, 1)?,
                Tok::Sign(Sign::ShiftRight) => open = self.closed(open, 2)?,
                Tok::Sign(Sign::ShiftRightUnsigned) => open = self.closed(open, 3)?,
                Tok::Sign(
                    Sign::Dot
                    | Sign::Comma
                    | Sign::Question
                    | Sign::BitAnd
                    | Sign::LeftBracket
                    | Sign::RightBracket,
                )
                | Tok::Name(_)
                | Tok::Word(Word::Extends | Word::Super) => {}
                _ if self.builtin_at(next).is_some() => {}
                _ => return None,
            }
            next += 1;
            if open == 0 {
                return Some(next);
            }
        }
    }

    /// What is still open behind `count` of `>`, which may also close what stands around.
    fn closed(&self, open: usize, count: usize) -> Option<usize> {
        if count > open + self.type_args {
            None
        } else {
            Some(open.saturating_sub(count))
        }
    }

    /// Whether the type at `index` can open a declaration without modifiers: a primitive, or a
    /// name whose last part begins with a capital letter.
    pub(super) fn declares_at(&self, index: usize) -> bool {
        let Some(behind) = self.skip_type(index) else {
            return false;
        };
        let target = self.token_at(behind);
        if target.newline
            || !matches!(target.tok, Tok::Name(_) | Tok::Text(_))
            || !self.declared_at(behind)
        {
            return false;
        }
        if self.builtin_at(index).is_some() {
            return true;
        }
        let last = self
            .skip_dotted(index)
            .and_then(|behind| behind.checked_sub(1));
        match last.map(|last| self.tok_at(last)) {
            Some(Tok::Name(name)) => name.chars().next().is_some_and(char::is_uppercase),
            _ => false,
        }
    }

    /// Whether the name at `index` can be one that is declared: `Foo bar.baz` is a call.
    fn declared_at(&self, index: usize) -> bool {
        let next = self.token_at(index + 1);
        next.newline
            || match &next.tok {
                Tok::End | Tok::Word(Word::In) => true,
                Tok::Sign(sign) => matches!(
                    sign,
                    Sign::Assign
                        | Sign::Comma
                        | Sign::Semicolon
                        | Sign::RightBrace
                        | Sign::RightParen
                        | Sign::LeftParen
                        | Sign::Colon
                ),
                _ => false,
            }
    }

    /// `a.b.c`
    pub(super) fn dotted_name(&mut self) -> Parsed<String> {
        let mut name = self.name("a name")?;
        while self.is(Sign::Dot) && matches!(self.tok_at(self.pos + 1), Tok::Name(_)) {
            self.bump();
            name.push('.');
            name.push_str(&self.name("a name")?);
        }
        Ok(name)
    }

    /// A type with its arguments and `[]`.
    pub(super) fn ty(&mut self) -> Parsed<Type> {
        let mut ty = self.element_type()?;
        ty.dims = self.dims()?;
        Ok(ty)
    }

    /// A type up to its `[]`.
    pub(super) fn element_type(&mut self) -> Parsed<Type> {
        let at = self.at();
        if let Some(word) = self.builtin_at(self.pos) {
            self.bump();
            return Ok(Type {
                at,
                name: word.text().to_owned(),
                args: Vec::new(),
                dims: 0,
            });
        }
        if !matches!(self.tok(), Tok::Name(_)) {
            return self.unexpected("a type");
        }
        let name = self.dotted_name()?;
        let args = if self.skip_type_args(self.pos).is_some() {
            self.type_args()?
        } else {
            Vec::new()
        };
        Ok(Type {
            at,
            name,
            args,
            dims: 0,
        })
    }

    /// `[][]`
    fn dims(&mut self) -> Parsed<u8> {
        let mut dims = 0_u8;
        while self.is(Sign::LeftBracket) && self.sign_at(self.pos + 1) == Some(Sign::RightBracket) {
            self.bump();
            self.bump();
            let Some(more) = dims.checked_add(1) else {
                return error(self.at(), "an array has at most 255 dimensions");
            };
            dims = more;
        }
        Ok(dims)
    }

    /// `<A, ? extends B>`, also the declaration of type parameters; none for `<>`.
    pub(super) fn type_args(&mut self) -> Parsed<Vec<Type>> {
        self.expect(Sign::Less, "before the type arguments")?;
        let mut args = Vec::new();
        if self.eat(Sign::Greater) {
            return Ok(args);
        }
        self.type_args += 1;
        loop {
            args.push(self.nested(Self::type_arg)?);
            if self.split > 0 || !self.eat(Sign::Comma) {
                break;
            }
        }
        self.type_args -= 1;
        self.end_of_type_args()?;
        Ok(args)
    }

    fn type_arg(&mut self) -> Parsed<Type> {
        let at = self.at();
        let mut ty = if self.eat(Sign::Question) {
            Type {
                at,
                name: "?".to_owned(),
                args: Vec::new(),
                dims: 0,
            }
        } else {
            self.ty()?
        };
        if self.split == 0 && (self.eat_word(Word::Extends) || self.eat_word(Word::Super)) {
            ty.args.push(self.nested(Self::ty)?);
            while self.split == 0 && self.eat(Sign::BitAnd) {
                ty.args.push(self.nested(Self::ty)?);
            }
        }
        Ok(ty)
    }

    /// One `>`, which may be a part of `>>` or `>>>`.
    fn end_of_type_args(&mut self) -> Parsed<()> {
        let length = match self.sign() {
            Some(Sign::Greater) => 1,
            Some(Sign::ShiftRight) => 2,
            Some(Sign::ShiftRightUnsigned) => 3,
            _ => return self.unexpected("`>` at the end of the type arguments"),
        };
        self.split += 1;
        if self.split >= length {
            self.split = 0;
            self.bump();
        }
        Ok(())
    }
}
