//! Lists, maps, closures, texts with values, and arguments.

use super::super::token::{Sign, Tok};
use super::super::{Parsed, error};
use super::{Parser, expr};
use crate::ast::{Access, Arg, Expr, ExprKind, MapEntry, Name, Pos, StmtKind};

impl Parser<'_> {
    /// Whether a key and its colon begin here.
    pub(super) fn label_follows(&self) -> bool {
        let token = self.token();
        let behind = match &token.tok {
            Tok::Name(_) | Tok::Word(_) | Tok::Number(_) | Tok::Text(_) | Tok::Edge(..) => {
                self.pos + 1
            }
            Tok::Sign(Sign::LeftParen | Sign::LeftBracket | Sign::LeftBrace)
            | Tok::TextStart(_) => token.close + 1,
            _ => return false,
        };
        self.sign_at(behind) == Some(Sign::Colon)
    }

    /// `key: value` or `*: map`, if one begins here.
    pub(super) fn map_entry(&mut self) -> Parsed<Option<MapEntry>> {
        if self.eat(Sign::SpreadMap) {
            return Ok(Some(MapEntry::Spread(self.expression()?)));
        }
        if !self.label_follows() {
            return Ok(None);
        }
        let at = self.at();
        let key = match self.tok() {
            Tok::Name(_) | Tok::Word(_) => expr(at, ExprKind::Str(self.member_word()?)),
            _ => self.nested(Self::primary)?,
        };
        self.expect(Sign::Colon, "behind the key")?;
        Ok(Some(MapEntry::Pair(key, self.expression()?)))
    }

    /// An argument without a name: `a` or `*a`.
    pub(super) fn element(&mut self) -> Parsed<Expr> {
        let at = self.at();
        if self.eat(Sign::Star) {
            return Ok(expr(at, ExprKind::Spread(Box::new(self.expression()?))));
        }
        self.expression()
    }

    /// Passes the comma behind an element; Groovy lets two of them stand between elements.
    fn next_element(&mut self) -> bool {
        let more = self.eat(Sign::Comma);
        if more {
            self.eat(Sign::Comma);
        }
        more
    }

    /// `[…]`: a list or a map.
    pub(super) fn list_or_map(&mut self) -> Parsed<ExprKind> {
        self.bump();
        if self.eat(Sign::Colon) {
            self.expect(Sign::RightBracket, "of the empty map")?;
            return Ok(ExprKind::Map(Vec::new()));
        }
        let (mut list, mut map) = (Vec::new(), Vec::new());
        while !self.is(Sign::RightBracket) {
            let at = self.at();
            match self.map_entry()? {
                Some(entry) if list.is_empty() => map.push(entry),
                None if map.is_empty() => list.push(self.element()?),
                _ => {
                    return error(
                        at,
                        "a list cannot have keys, and a map needs one for each value",
                    );
                }
            }
            if !self.next_element() {
                break;
            }
        }
        self.expect(Sign::RightBracket, "or `,` behind the element")?;
        Ok(if map.is_empty() {
            ExprKind::List(list)
        } else {
            ExprKind::Map(map)
        })
    }

    /// `(…)` of a call.
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Arg>> {
        self.expect(Sign::LeftParen, "before the arguments")?;
        let mut args = Vec::new();
        while !self.is(Sign::RightParen) {
            args.push(match self.map_entry()? {
                Some(entry) => Arg::Named(entry),
                None => Arg::Plain(self.element()?),
            });
            if !self.next_element() {
                break;
            }
        }
        self.expect(Sign::RightParen, "or `,` behind the argument")?;
        Ok(args)
    }

    /// `{ a, b -> … }`
    pub(super) fn closure(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let arrow = self.arrow();
        self.expect(Sign::LeftBrace, "of a closure")?;
        let params = if arrow {
            let params = self.params(Sign::Arrow)?;
            self.expect(Sign::Arrow, "behind the parameters")?;
            Some(params)
        } else {
            None
        };
        let body = self.nested(|parser| parser.statements(false))?;
        self.expect(Sign::RightBrace, "at the end of the closure")?;
        Ok(expr(at, ExprKind::Closure { params, body }))
    }

    /// Whether the braces that open here have parameters.
    pub(super) fn arrow(&self) -> bool {
        let end = self.token().close;
        let mut index = self.pos + 1;
        while index < end {
            let token = self.token_at(index);
            match token.tok {
                Tok::Sign(Sign::Arrow) => return true,
                Tok::Sign(Sign::Semicolon) => return false,
                _ => index = token.close.max(index) + 1,
            }
        }
        false
    }

    /// A text with values.
    pub(super) fn gstring(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let (mut strings, mut values) = (Vec::new(), Vec::new());
        loop {
            match self.tok() {
                Tok::TextStart(text) | Tok::TextMiddle(text) => {
                    strings.push(text.to_string());
                    self.bump();
                    values.push(self.value_in_text()?);
                }
                Tok::TextEnd(text) => {
                    strings.push(text.to_string());
                    self.bump();
                    return Ok(expr(at, ExprKind::GString { strings, values }));
                }
                _ => return self.unexpected("the rest of the text"),
            }
        }
    }

    /// `a.b` behind a `$`, or `{…}`.
    fn value_in_text(&mut self) -> Parsed<Expr> {
        let at = self.at();
        if !self.is(Sign::LeftBrace) {
            let mut value = match self.tok() {
                Tok::Name(_) => expr(at, ExprKind::Name(self.name("a name")?)),
                _ => self.nested(Self::primary)?,
            };
            while self.eat(Sign::Dot) {
                self.grow()?;
                let at = self.at();
                let name = Box::new(Name::Fixed(self.member_word()?));
                let object = Box::new(value);
                value = expr(
                    at,
                    ExprKind::Property {
                        object,
                        name,
                        access: Access::Plain,
                        attribute: false,
                    },
                );
            }
            return Ok(value);
        }
        if self.arrow() {
            return self.closure();
        }
        let mut body = self.block()?;
        if body.is_empty() {
            return Ok(expr(at, ExprKind::Null));
        }
        if body.len() == 1
            && let Some(only) = body.pop()
        {
            match only.kind {
                StmtKind::Expr(value) => return Ok(value),
                _ => body.push(only),
            }
        }
        Ok(called(
            at,
            expr(
                at,
                ExprKind::Closure {
                    params: Some(Vec::new()),
                    body,
                },
            ),
        ))
    }
}

/// `value()`
fn called(at: Pos, value: Expr) -> Expr {
    expr(
        at,
        ExprKind::Call {
            object: Some(Box::new(value)),
            name: Box::new(Name::Fixed("call".to_owned())),
            args: Vec::new(),
            access: Access::Plain,
        },
    )
}
