//! Paths (`a.b(c)[d] { }`), what they begin with, and calls without parentheses.

use super::super::token::{Sign, Tok, Word};
use super::super::{Parsed, error};
use super::expressions::starts_operand;
use super::{Parser, expr};
use crate::ast::{Access, Arg, Expr, ExprKind, Name, Pos, Type};

impl Parser<'_> {
    /// An expression that may be a call without parentheses: `println a`, `a b c d`.
    pub(super) fn command_expression(&mut self) -> Parsed<Expr> {
        let first = self.pos;
        self.head = true;
        let value = self.expression()?;
        self.head = false;
        let callable = matches!(
            value.kind,
            ExprKind::Name(_)
                | ExprKind::Property { .. }
                | ExprKind::Call { .. }
                | ExprKind::Index { .. }
                | ExprKind::Str(_)
                | ExprKind::GString { .. }
                | ExprKind::MethodPointer { .. }
                | ExprKind::New { .. }
        );
        if self.path != (first, self.pos) || !callable || !self.argument_follows() {
            return Ok(value);
        }
        self.nested(|parser| parser.command(value))
    }

    /// Whether an argument without parentheses begins here.
    fn argument_follows(&self) -> bool {
        !self.newline()
            && match self.tok() {
                Tok::Sign(sign) => matches!(sign, Sign::Not | Sign::BitNot),
                Tok::Word(Word::Case | Word::Default | Word::Else) => false,
                tok => starts_operand(tok) || self.label_follows(),
            }
    }

    fn command(&mut self, head: Expr) -> Parsed<Expr> {
        let mut value = head;
        if !matches!(value.kind, ExprKind::Call { .. }) {
            let args = self.command_arguments()?;
            value = call(value, args, true)?;
        }
        while !self.newline()
            && matches!(self.tok(), Tok::Name(_) | Tok::Text(_) | Tok::TextStart(_))
        {
            self.grow()?;
            value = self.member_named(value, Access::Plain, false)?;
            value = self.elements(value, true, false)?;
            let open = !matches!(value.kind, ExprKind::Call { .. });
            if open && self.argument_follows() {
                let args = self.command_arguments()?;
                value = call(value, args, true)?;
            }
        }
        Ok(value)
    }

    fn command_arguments(&mut self) -> Parsed<Vec<Arg>> {
        let mut args = Vec::new();
        loop {
            args.push(match self.map_entry()? {
                Some(entry) => Arg::Named(entry),
                None => Arg::Plain(self.element()?),
            });
            if self.newline() || !self.eat(Sign::Comma) {
                return Ok(args);
            }
        }
    }

    /// An operand and everything that hangs on it.
    pub(super) fn path_expression(&mut self) -> Parsed<Expr> {
        let head = std::mem::take(&mut self.head);
        let first = self.pos;
        let outer = std::mem::take(&mut self.height);
        let bare = !self.is(Sign::LeftParen);
        let value = self.primary()?;
        let value = self.elements(value, bare, head)?;
        self.path = (first, self.pos);
        self.height = self.height.max(outer);
        Ok(value)
    }

    /// Members, calls, indexes and closures behind `value`.
    fn elements(&mut self, mut value: Expr, mut bare: bool, head: bool) -> Parsed<Expr> {
        loop {
            let Some(sign) = self.sign() else {
                return Ok(value);
            };
            let newline = self.newline();
            value = match sign {
                Sign::Dot | Sign::SafeDot | Sign::SpreadDot | Sign::Pointer => {
                    self.member(value)?
                }
                Sign::LeftParen if !newline => {
                    let args = self.arguments()?;
                    call(value, args, bare)?
                }
                Sign::LeftBracket if !newline => self.index(value)?,
                Sign::LeftBrace if !newline || head => {
                    let closure = Arg::Plain(self.closure()?);
                    append(value, closure, bare)?
                }
                _ => return Ok(value),
            };
            self.grow()?;
            bare = true;
        }
    }

    /// `.name` and its kin.
    fn member(&mut self, object: Expr) -> Parsed<Expr> {
        let access = match self.bump().tok {
            Tok::Sign(Sign::SafeDot) => Access::Safe,
            Tok::Sign(Sign::SpreadDot) => Access::Spread,
            Tok::Sign(Sign::Pointer) => {
                let at = self.at();
                let name = Box::new(self.member_name()?);
                let object = Box::new(object);
                return Ok(expr(at, ExprKind::MethodPointer { object, name }));
            }
            _ => Access::Plain,
        };
        let attribute = self.eat(Sign::At);
        if self.is(Sign::Less) {
            self.type_args()?;
        }
        self.member_named(object, access, attribute)
    }

    fn member_named(&mut self, object: Expr, access: Access, attribute: bool) -> Parsed<Expr> {
        let at = self.at();
        let name = Box::new(self.member_name()?);
        let object = Box::new(object);
        Ok(expr(
            at,
            ExprKind::Property {
                object,
                name,
                access,
                attribute,
            },
        ))
    }

    fn member_name(&mut self) -> Parsed<Name> {
        Ok(match self.tok() {
            Tok::Text(text) => {
                self.bump();
                Name::Fixed(text.to_string())
            }
            Tok::TextStart(_) => Name::Computed(self.nested(Self::gstring)?),
            Tok::Sign(Sign::LeftParen) => Name::Computed(self.parenthesised()?),
            _ => Name::Fixed(self.member_word()?),
        })
    }

    /// `[…]` behind a value; `T[]` is a type.
    fn index(&mut self, object: Expr) -> Parsed<Expr> {
        let at = self.at();
        if self.sign_at(self.pos + 1) == Some(Sign::RightBracket) {
            let Some((at, name)) = dotted(&object) else {
                return error(at, "an index is missing between the brackets");
            };
            let mut ty = Type {
                at,
                name,
                args: Vec::new(),
                dims: 0,
            };
            while self.is(Sign::LeftBracket)
                && self.sign_at(self.pos + 1) == Some(Sign::RightBracket)
            {
                self.bump();
                self.bump();
                ty.dims = ty.dims.saturating_add(1);
            }
            return Ok(expr(at, ExprKind::TypeName(ty)));
        }
        let args = match self.list_or_map()? {
            ExprKind::List(args) => args,
            map => vec![expr(at, map)],
        };
        Ok(expr(
            at,
            ExprKind::Index {
                object: Box::new(object),
                args,
            },
        ))
    }

    /// An operand without anything before or behind it.
    pub(super) fn primary(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let kind = match self.tok() {
            Tok::Name(name) => ExprKind::Name(name.to_string()),
            Tok::Number(kind) | Tok::Edge(kind, _) => (**kind).clone(),
            Tok::Text(text) => ExprKind::Str(text.to_string()),
            Tok::TextStart(_) => return self.gstring(),
            Tok::Sign(Sign::LeftParen) => return self.parenthesised(),
            Tok::Sign(Sign::LeftBrace) => return self.closure(),
            Tok::Sign(Sign::LeftBracket) => return Ok(expr(at, self.list_or_map()?)),
            Tok::Word(Word::New) => return self.new_expression(),
            Tok::Word(Word::This) => ExprKind::This,
            Tok::Word(Word::Super) => ExprKind::Super,
            Tok::Word(Word::Null) => ExprKind::Null,
            Tok::Word(Word::True) => ExprKind::Bool(true),
            Tok::Word(Word::False) => ExprKind::Bool(false),
            _ if self.builtin_at(self.pos).is_some() => {
                return Ok(expr(at, ExprKind::TypeName(self.ty()?)));
            }
            _ => return self.unexpected("an expression"),
        };
        self.bump();
        Ok(expr(at, kind))
    }

    fn parenthesised(&mut self) -> Parsed<Expr> {
        self.bump();
        let value = self.expression()?;
        self.expect(Sign::RightParen, "at the end of the expression")?;
        Ok(value)
    }

    fn new_expression(&mut self) -> Parsed<Expr> {
        let at = self.bump().at;
        let ty = self.element_type()?;
        if self.is(Sign::LeftBracket) {
            return self.new_array(at, ty);
        }
        if !self.is(Sign::LeftParen) {
            return self.unexpected("`(` with the arguments of the constructor");
        }
        let args = self.arguments()?;
        let body = if self.is(Sign::LeftBrace) && !self.newline() {
            Some(Box::new(self.nested(Self::anonymous_class)?))
        } else {
            None
        };
        Ok(expr(at, ExprKind::New { ty, args, body }))
    }

    /// `[n][]` or `[]{a, b}`
    fn new_array(&mut self, at: Pos, element: Type) -> Parsed<Expr> {
        let (mut sizes, mut dims) = (Vec::new(), 0_u8);
        while self.is(Sign::LeftBracket) && !self.newline() {
            self.bump();
            if !self.is(Sign::RightBracket) {
                if sizes.len() != usize::from(dims) {
                    return error(self.at(), "a size cannot follow an empty pair of brackets");
                }
                sizes.push(self.expression()?);
            }
            self.expect(Sign::RightBracket, "behind the size")?;
            dims = dims.saturating_add(1);
        }
        let init = if sizes.is_empty() {
            Some(self.array_elements()?)
        } else {
            None
        };
        Ok(expr(
            at,
            ExprKind::NewArray {
                element,
                sizes,
                dims,
                init,
            },
        ))
    }

    fn array_elements(&mut self) -> Parsed<Vec<Expr>> {
        self.expect(
            Sign::LeftBrace,
            "with the elements of the array, or its size,",
        )?;
        let mut elements = Vec::new();
        while !self.is(Sign::RightBrace) {
            elements.push(self.element()?);
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.expect(Sign::RightBrace, "behind the elements of the array")?;
        Ok(elements)
    }
}

/// `a.b.C` as one name.
fn dotted(value: &Expr) -> Option<(Pos, String)> {
    let mut parts = Vec::new();
    let mut value = value;
    loop {
        match &value.kind {
            ExprKind::Name(name) => {
                parts.push(name.as_str());
                parts.reverse();
                return Some((value.at, parts.join(".")));
            }
            ExprKind::Property {
                object,
                name,
                access: Access::Plain,
                attribute: false,
            } => {
                let Name::Fixed(name) = &**name else {
                    return None;
                };
                parts.push(name);
                value = object;
            }
            _ => return None,
        }
    }
}

/// The call of what `value` is; a `bare` value stands without parentheses, so that a name is that
/// of a method.
fn call(value: Expr, args: Vec<Arg>, bare: bool) -> Parsed<Expr> {
    let at = value.at;
    let fixed = |name: String| Box::new(Name::Fixed(name));
    let kind = match value.kind {
        ExprKind::Name(name) | ExprKind::Str(name) if bare => ExprKind::Call {
            object: None,
            name: fixed(name),
            args,
            access: Access::Plain,
        },
        ExprKind::GString { .. } if bare => ExprKind::Call {
            object: None,
            name: Box::new(Name::Computed(value)),
            args,
            access: Access::Plain,
        },
        ExprKind::Property {
            object,
            name,
            access,
            attribute: false,
        } if bare => ExprKind::Call {
            object: Some(object),
            name,
            args,
            access,
        },
        ExprKind::This | ExprKind::Super if bare => ExprKind::ConstructorCall {
            to_super: matches!(value.kind, ExprKind::Super),
            args,
        },
        ExprKind::Int(_) | ExprKind::Null | ExprKind::Bool(_) if bare => {
            return error(at, "this value cannot be called");
        }
        _ => ExprKind::Call {
            object: Some(Box::new(value)),
            name: fixed("call".to_owned()),
            args,
            access: Access::Plain,
        },
    };
    Ok(expr(at, kind))
}

/// `value { }`: one more argument of a call, or a call.
fn append(mut value: Expr, closure: Arg, bare: bool) -> Parsed<Expr> {
    match &mut value.kind {
        ExprKind::Call { args, .. } | ExprKind::ConstructorCall { args, .. } if bare => {
            args.push(closure);
            Ok(value)
        }
        _ => call(value, vec![closure], bare),
    }
}
