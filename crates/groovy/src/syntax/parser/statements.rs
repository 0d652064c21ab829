//! Statements.

use super::super::token::{Sign, Tok, Word};
use super::super::{Parsed, error};
use super::{Parser, expression_statement};
use crate::ast::{Case, Catch, Expr, Modifiers, Param, Stmt, StmtKind};

impl Parser<'_> {
    /// Any statement.
    pub(super) fn statement(&mut self) -> Parsed<Stmt> {
        self.nested(Self::statement_inside)
    }

    fn statement_inside(&mut self) -> Parsed<Stmt> {
        let at = self.at();
        if let Some(label) = self.label() {
            let body = Box::new(self.body()?);
            return Ok(Stmt {
                at,
                kind: StmtKind::Labelled { label, body },
            });
        }
        let Some(word) = self.word() else {
            let declares = self.is(Sign::At) || self.declares_at(self.pos);
            return if declares {
                self.local()
            } else {
                self.plain_statement()
            };
        };
        let kind = match word {
            Word::If => self.if_statement()?,
            Word::While => self.while_statement()?,
            Word::For => self.for_statement()?,
            Word::Switch => self.switch()?,
            Word::Try => self.try_statement()?,
            Word::Return => self.return_statement()?,
            Word::Throw => {
                self.bump();
                StmtKind::Throw(self.expression()?)
            }
            Word::Break => StmtKind::Break(self.jump()),
            Word::Continue => StmtKind::Continue(self.jump()),
            Word::Assert => self.assert()?,
            Word::Synchronized if self.sign_at(self.pos + 1) == Some(Sign::LeftParen) => {
                self.bump();
                let lock = self.condition()?;
                StmtKind::Synchronized {
                    lock,
                    body: self.block()?,
                }
            }
            Word::Do => {
                return error(
                    at,
                    "Groovy 2.4 has no `do … while`: write `while (true) { … if (!condition) break }`",
                );
            }
            Word::Import | Word::Package => {
                return error(
                    at,
                    format!(
                        "`{}` cannot stand in a body: move it to the top",
                        word.text()
                    ),
                );
            }
            _ => {
                let behind = self.skip_modifiers(self.pos);
                let declares =
                    behind > self.pos || self.class_at(self.pos) || self.declares_at(self.pos);
                return if declares {
                    self.local()
                } else {
                    self.plain_statement()
                };
            }
        };
        Ok(Stmt { at, kind })
    }

    /// `label:`
    fn label(&mut self) -> Option<String> {
        let Tok::Name(label) = self.tok() else {
            return None;
        };
        if self.sign_at(self.pos + 1) != Some(Sign::Colon) {
            return None;
        }
        self.bump();
        self.bump();
        Some(label.to_string())
    }

    /// `(condition)`
    fn condition(&mut self) -> Parsed<Expr> {
        self.expect(Sign::LeftParen, "before the condition")?;
        let value = self.expression()?;
        self.expect(Sign::RightParen, "behind the condition")?;
        Ok(value)
    }

    /// What a condition or loop governs: a block or a statement.
    fn body(&mut self) -> Parsed<Stmt> {
        let at = self.at();
        if self.is(Sign::LeftBrace) {
            return Ok(Stmt {
                at,
                kind: StmtKind::Block(self.block()?),
            });
        }
        self.statement()
    }

    /// The body of a loop, which may be empty.
    fn loop_body(&mut self) -> Parsed<Box<Stmt>> {
        let at = self.at();
        if self.is(Sign::Semicolon) {
            return Ok(Box::new(Stmt {
                at,
                kind: StmtKind::Empty,
            }));
        }
        Ok(Box::new(self.body()?))
    }

    fn if_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let cond = self.condition()?;
        let then = Box::new(self.body()?);
        let separated = self.is(Sign::Semicolon) && self.word_at(self.pos + 1) == Some(Word::Else);
        if separated {
            self.bump();
        }
        let otherwise = if self.eat_word(Word::Else) {
            Some(Box::new(self.body()?))
        } else {
            None
        };
        Ok(StmtKind::If {
            cond,
            then,
            otherwise,
        })
    }

    fn while_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let cond = self.condition()?;
        Ok(StmtKind::While {
            cond,
            body: self.loop_body()?,
        })
    }

    fn for_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        self.expect(Sign::LeftParen, "behind `for`")?;
        if let Some(param) = self.loop_variable()? {
            self.bump();
            let iterable = self.expression()?;
            self.expect(Sign::RightParen, "behind what is iterated")?;
            return Ok(StmtKind::ForIn {
                param,
                iterable,
                body: self.loop_body()?,
            });
        }
        let mut init = Vec::new();
        while !self.is(Sign::Semicolon) {
            let at = self.at();
            let declares = self.skip_modifiers(self.pos) > self.pos || self.declares_at(self.pos);
            init.push(if declares {
                self.local()?
            } else {
                expression_statement(at, self.expression()?)
            });
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.expect(
            Sign::Semicolon,
            "behind the first part of `for`, or `in` behind its variable,",
        )?;
        let cond = if self.is(Sign::Semicolon) {
            None
        } else {
            Some(self.expression()?)
        };
        self.expect(Sign::Semicolon, "behind the condition of `for`")?;
        let mut update = Vec::new();
        while !self.is(Sign::RightParen) {
            update.push(self.expression()?);
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.expect(Sign::RightParen, "at the end of the parts of `for`")?;
        Ok(StmtKind::For {
            init,
            cond,
            update,
            body: self.loop_body()?,
        })
    }

    /// `T x` before `in` or `:`, if that comes.
    fn loop_variable(&mut self) -> Parsed<Option<Param>> {
        let first = self.skip_modifiers(self.pos);
        let joint = |index| {
            self.word_at(index) == Some(Word::In) || self.sign_at(index) == Some(Sign::Colon)
        };
        let typed = self
            .skip_type(first)
            .filter(|name| matches!(self.tok_at(*name), Tok::Name(_)) && joint(name + 1));
        let bare = matches!(self.tok_at(first), Tok::Name(_)) && joint(first + 1);
        if typed.is_none() && !bare {
            return Ok(None);
        }
        let modifiers = self.modifiers()?;
        let ty = if typed.is_some() {
            Some(self.ty()?)
        } else {
            None
        };
        let at = self.at();
        let name = self.name("the loop variable")?;
        if ty.is_none() && modifiers == Modifiers::default() && self.is(Sign::Colon) {
            return error(
                self.at(),
                "`:` needs a type before the loop variable: write `in`",
            );
        }
        Ok(Some(Param {
            at,
            modifiers,
            ty,
            name,
            default: None,
            varargs: false,
        }))
    }

    fn switch(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let subject = self.condition()?;
        self.expect(Sign::LeftBrace, "before the cases")?;
        let mut cases = Vec::new();
        while !self.is(Sign::RightBrace) {
            let at = self.at();
            let label = if self.eat_word(Word::Default) {
                None
            } else if self.eat_word(Word::Case) {
                Some(self.expression()?)
            } else {
                return self.unexpected("`case` or `default`");
            };
            self.expect(Sign::Colon, "behind the label of a case")?;
            let body = self.nested(|parser| parser.statements(true))?;
            cases.push(Case { at, label, body });
        }
        self.bump();
        Ok(StmtKind::Switch { subject, cases })
    }

    fn try_statement(&mut self) -> Parsed<StmtKind> {
        let at = self.bump().at;
        let body = self.block()?;
        let mut catches = Vec::new();
        while self.is_word(Word::Catch) {
            catches.push(self.catch()?);
        }
        let finally = if self.eat_word(Word::Finally) {
            Some(self.block()?)
        } else {
            None
        };
        if catches.is_empty() && finally.is_none() {
            return error(at, "`try` needs a `catch` or a `finally`");
        }
        Ok(StmtKind::Try {
            body,
            catches,
            finally,
        })
    }

    fn catch(&mut self) -> Parsed<Catch> {
        let at = self.bump().at;
        self.expect(Sign::LeftParen, "behind `catch`")?;
        self.modifiers()?;
        let mut types = Vec::new();
        let typed = self.sign_at(self.pos + 1) != Some(Sign::RightParen);
        if typed {
            types.push(self.ty()?);
            while self.eat(Sign::BitOr) {
                types.push(self.ty()?);
            }
        }
        let name = self.name("the variable of the exception")?;
        self.expect(Sign::RightParen, "behind the variable of the exception")?;
        Ok(Catch {
            at,
            types,
            name,
            body: self.block()?,
        })
    }

    fn return_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let over = matches!(
            self.tok(),
            Tok::End | Tok::Sign(Sign::Semicolon | Sign::RightBrace)
        );
        if over || self.newline() {
            return Ok(StmtKind::Return(None));
        }
        Ok(StmtKind::Return(Some(self.command_expression()?)))
    }

    /// `break` and `continue` with their label.
    fn jump(&mut self) -> Option<String> {
        self.bump();
        match self.tok() {
            Tok::Name(label) if !self.newline() => {
                self.bump();
                Some(label.to_string())
            }
            _ => None,
        }
    }

    fn assert(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let first = self.pos;
        let cond = self.expression()?;
        let start = self.token_at(first).start;
        let end = self
            .pos
            .checked_sub(1)
            .map_or(start, |last| self.token_at(last).end);
        let text = self
            .tokens
            .text
            .get(start..end)
            .unwrap_or_default()
            .to_owned();
        let message = if self.eat(Sign::Colon) || self.eat(Sign::Comma) {
            Some(self.expression()?)
        } else {
            None
        };
        Ok(StmtKind::Assert {
            cond,
            text,
            message,
        })
    }
}
