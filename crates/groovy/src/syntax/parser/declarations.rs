//! Modifiers, variables, methods and parameters.

use super::super::token::{Sign, Tok, Token, Word};
use super::super::{Parsed, error};
use super::{Parser, expression_statement};
use crate::ast::{
    Annotation, ClassDecl, Declaration, Expr, MethodDecl, Modifier, Modifiers, Param, Stmt,
    StmtKind, Type, Variable,
};

/// What a script consists of.
#[derive(Debug)]
pub(super) enum Item {
    Stmt(Box<Stmt>),
    Method(Box<MethodDecl>),
    Class(Box<ClassDecl>),
}

impl Parser<'_> {
    /// The index behind modifiers and annotations.
    pub(super) fn skip_modifiers(&self, mut index: usize) -> usize {
        loop {
            let lock = self.sign_at(index + 1) == Some(Sign::LeftParen);
            match self.tok_at(index) {
                Tok::Word(Word::Synchronized) if lock => return index,
                Tok::Word(word) if modifier(*word).is_some() => index += 1,
                Tok::Sign(Sign::At) if matches!(self.tok_at(index + 1), Tok::Name(_)) => {
                    index += 2;
                    while self.sign_at(index) == Some(Sign::Dot) {
                        index += 2;
                    }
                    if self.sign_at(index) == Some(Sign::LeftParen) {
                        index = self.token_at(index).close.max(index) + 1;
                    }
                }
                _ => return index,
            }
        }
    }

    /// Whether a class (or interface, enum, trait, annotation) is declared at `index`, behind its
    /// modifiers.
    pub(super) fn class_at(&self, index: usize) -> bool {
        match self.tok_at(index) {
            Tok::Word(Word::Class | Word::Interface | Word::Enum | Word::Trait) => true,
            Tok::Sign(Sign::At) => self.word_at(index + 1) == Some(Word::Interface),
            _ => false,
        }
    }

    /// A class, a method or a statement.
    pub(super) fn item(&mut self) -> Parsed<Item> {
        let behind = self.skip_modifiers(self.pos);
        if self.class_at(behind) {
            return Ok(Item::Class(Box::new(self.nested(Self::class)?)));
        }
        if behind > self.pos || self.declares_at(self.pos) {
            return self.nested(Self::declaration);
        }
        Ok(Item::Stmt(Box::new(self.statement()?)))
    }

    /// Variables or a method, with modifiers, a type or both.
    pub(super) fn declaration(&mut self) -> Parsed<Item> {
        let at = self.at();
        let modifiers = self.modifiers()?;
        let generics = if self.is(Sign::Less) {
            self.type_args()?
        } else {
            Vec::new()
        };
        if self.is(Sign::LeftParen) {
            let declared = self.multiple_declaration(modifiers)?;
            return Ok(Item::Stmt(Box::new(Stmt {
                at,
                kind: StmtKind::Declare(vec![declared]),
            })));
        }
        let ty = self.declared_type()?;
        if self.parameters_follow() {
            let method = self.method(modifiers, generics, ty)?;
            return Ok(Item::Method(Box::new(method)));
        }
        let declared = self.variables(&modifiers, ty.as_ref())?;
        Ok(Item::Stmt(Box::new(Stmt {
            at,
            kind: StmtKind::Declare(declared),
        })))
    }

    /// Whether the parameters of a method follow the name that comes next.
    pub(super) fn parameters_follow(&self) -> bool {
        self.sign_at(self.pos + 1) == Some(Sign::LeftParen) && !self.token_at(self.pos + 1).newline
    }

    /// The type before a name, if one is there.
    pub(super) fn declared_type(&mut self) -> Parsed<Option<Type>> {
        let named =
            |token: &Token| !token.newline && matches!(token.tok, Tok::Name(_) | Tok::Text(_));
        let behind = self.skip_type(self.pos).map(|behind| self.token_at(behind));
        if behind.is_some_and(named) {
            Ok(Some(self.ty()?))
        } else {
            Ok(None)
        }
    }

    /// `(a, int b) = value`
    fn multiple_declaration(&mut self, modifiers: Modifiers) -> Parsed<Declaration> {
        self.bump();
        let mut variables = Vec::new();
        loop {
            let ty = self.declared_type()?;
            let at = self.at();
            variables.push(Variable {
                at,
                ty,
                name: self.name("the name of a variable")?,
            });
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.expect(Sign::RightParen, "behind the variables")?;
        self.expect(Sign::Assign, "with the values of the variables")?;
        let init = Some(self.command_expression()?);
        Ok(Declaration {
            modifiers,
            variables,
            multiple: true,
            init,
        })
    }

    /// `a = 1, b`
    fn variables(&mut self, modifiers: &Modifiers, ty: Option<&Type>) -> Parsed<Vec<Declaration>> {
        let mut declared = Vec::new();
        loop {
            let at = self.at();
            let name = self.name("the name of a variable")?;
            let variables = vec![Variable {
                at,
                ty: ty.cloned(),
                name,
            }];
            let init = self.initial_value()?;
            declared.push(Declaration {
                modifiers: modifiers.clone(),
                variables,
                multiple: false,
                init,
            });
            if self.newline() || !self.eat(Sign::Comma) {
                return Ok(declared);
            }
        }
    }

    /// `= value`, if it follows.
    pub(super) fn initial_value(&mut self) -> Parsed<Option<Expr>> {
        if self.newline() || !self.eat(Sign::Assign) {
            return Ok(None);
        }
        Ok(Some(self.command_expression()?))
    }

    /// A method from its name on.
    pub(super) fn method(
        &mut self,
        modifiers: Modifiers,
        generics: Vec<Type>,
        returns: Option<Type>,
    ) -> Parsed<MethodDecl> {
        let at = self.at();
        let name = match self.tok() {
            Tok::Text(text) => {
                self.bump();
                text.to_string()
            }
            _ => self.name("the name of a method")?,
        };
        self.expect(Sign::LeftParen, "before the parameters")?;
        let params = self.params(Sign::RightParen)?;
        self.expect(Sign::RightParen, "or `,` behind the parameter")?;
        let mut throws = Vec::new();
        if self.eat_word(Word::Throws) {
            throws.push(self.ty()?);
            while self.eat(Sign::Comma) {
                throws.push(self.ty()?);
            }
        }
        let body = if self.is(Sign::LeftBrace) {
            Some(self.block()?)
        } else {
            None
        };
        Ok(MethodDecl {
            at,
            modifiers,
            generics,
            returns,
            name,
            params,
            throws,
            body,
        })
    }

    /// Parameters up to `end`.
    pub(super) fn params(&mut self, end: Sign) -> Parsed<Vec<Param>> {
        let mut params = Vec::new();
        while !self.is(end) {
            params.push(self.nested(Self::param)?);
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        Ok(params)
    }

    fn param(&mut self) -> Parsed<Param> {
        let modifiers = self.modifiers()?;
        let behind = self.skip_type(self.pos);
        let varargs = behind.is_some_and(|behind| self.sign_at(behind) == Some(Sign::Ellipsis));
        let ty = match behind.map(|behind| self.tok_at(behind)) {
            Some(Tok::Name(_) | Tok::Sign(Sign::Ellipsis)) => Some(self.ty()?),
            _ => None,
        };
        if varargs {
            self.bump();
        }
        let at = self.at();
        let name = self.name("the name of a parameter")?;
        let default = if self.eat(Sign::Assign) {
            Some(self.expression()?)
        } else {
            None
        };
        Ok(Param {
            at,
            modifiers,
            ty,
            name,
            default,
            varargs,
        })
    }

    /// Modifiers and annotations, if any.
    pub(super) fn modifiers(&mut self) -> Parsed<Modifiers> {
        let end = self.skip_modifiers(self.pos);
        let mut modifiers = Modifiers::default();
        while self.pos < end {
            if let Some(one) = self.word().and_then(modifier) {
                modifiers.words.push(one);
                self.bump();
            } else {
                modifiers.annotations.push(self.annotation()?);
            }
        }
        Ok(modifiers)
    }

    fn annotation(&mut self) -> Parsed<Annotation> {
        let at = self.at();
        self.expect(Sign::At, "of an annotation")?;
        let name = self.dotted_name()?;
        let mut members = Vec::new();
        if self.eat(Sign::LeftParen) {
            while !self.is(Sign::RightParen) {
                let named = self.sign_at(self.pos + 1) == Some(Sign::Assign);
                let key = if named {
                    self.member_word()?
                } else {
                    "value".to_owned()
                };
                if named {
                    self.bump();
                }
                if self.is(Sign::At) {
                    return error(
                        self.at(),
                        "an annotation inside an annotation has no effect here: remove it",
                    );
                }
                members.push((key, self.nested(Self::conditional)?));
                if !self.eat(Sign::Comma) {
                    break;
                }
            }
            self.expect(Sign::RightParen, "at the end of the annotation")?;
        }
        Ok(Annotation { at, name, members })
    }

    /// Inside a body: a statement; classes and methods stand outside.
    pub(super) fn local(&mut self) -> Parsed<Stmt> {
        let at = self.at();
        match self.item()? {
            Item::Stmt(stmt) => Ok(*stmt),
            Item::Method(_) => error(
                at,
                "a method cannot stand in a body: move it out, or make it a closure",
            ),
            Item::Class(_) => error(at, "a class cannot stand in a body: move it out"),
        }
    }

    /// An expression as a statement.
    pub(super) fn plain_statement(&mut self) -> Parsed<Stmt> {
        let at = self.at();
        if self.is(Sign::LeftBrace) && !self.arrow() {
            return error(
                at,
                "braces that begin a statement could be a closure or a block: write `{ -> … }` for a closure, a label before a block",
            );
        }
        Ok(expression_statement(at, self.command_expression()?))
    }
}

/// The modifier a word is.
fn modifier(word: Word) -> Option<Modifier> {
    Some(match word {
        Word::Def => Modifier::Def,
        Word::Static => Modifier::Static,
        Word::Final => Modifier::Final,
        Word::Abstract => Modifier::Abstract,
        Word::Public => Modifier::Public,
        Word::Protected => Modifier::Protected,
        Word::Private => Modifier::Private,
        Word::Synchronized => Modifier::Synchronized,
        Word::Native => Modifier::Native,
        Word::Transient => Modifier::Transient,
        Word::Volatile => Modifier::Volatile,
        Word::Strictfp => Modifier::Strictfp,
        _ => return None,
    })
}
