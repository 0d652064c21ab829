//! Expressions, from assignments down to operands.

use super::super::literal::negated;
use super::super::token::{Sign, Tok, Word};
use super::super::{Parsed, error};
use super::{Parser, expr};
use crate::ast::{BinaryOp, Expr, ExprKind, Type, UnaryOp};

/// How tightly `<`, `in`, `as` and `instanceof` bind.
const RELATION: u8 = 8;
/// How tightly `**` binds, the tightest of all.
const POWER: u8 = 12;

impl Parser<'_> {
    /// Any expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(|parser| {
            if let Some(end) = parser.multiple_targets() {
                return parser.multi_assign(end);
            }
            let value = parser.conditional()?;
            match parser.assignment() {
                Some(op) => parser.assign(value, op),
                None => Ok(value),
            }
        })
    }

    /// `(a, b) =`: the index behind its parenthesis.
    fn multiple_targets(&self) -> Option<usize> {
        let end = self.token().close;
        let names = self.is(Sign::LeftParen)
            && self.sign_at(end + 1) == Some(Sign::Assign)
            && (self.pos + 1..end)
                .enumerate()
                .all(|(place, index)| match self.tok_at(index) {
                    Tok::Name(_) => place % 2 == 0,
                    Tok::Sign(Sign::Comma) => place % 2 == 1,
                    _ => false,
                });
        names.then_some(end)
    }

    fn multi_assign(&mut self, end: usize) -> Parsed<Expr> {
        self.bump();
        let mut targets = Vec::new();
        while self.pos < end {
            let at = self.at();
            targets.push(expr(at, ExprKind::Name(self.name("a variable")?)));
            self.eat(Sign::Comma);
        }
        self.bump();
        let at = self.at();
        self.expect(Sign::Assign, "behind the variables")?;
        let value = Box::new(self.command_expression()?);
        Ok(expr(at, ExprKind::MultiAssign { targets, value }))
    }

    /// The operator of an assignment, if one follows: that before its `=`.
    #[expect(
        clippy::option_option,
        reason = "no assignment, a plain one, one with an operator"
    )]
    fn assignment(&self) -> Option<Option<BinaryOp>> {
        if self.newline() {
            return None;
        }
        Some(match self.sign()? {
            Sign::Assign => None,
            Sign::PlusAssign => Some(BinaryOp::Plus),
            Sign::MinusAssign => Some(BinaryOp::Minus),
            Sign::StarAssign => Some(BinaryOp::Multiply),
            Sign::SlashAssign => Some(BinaryOp::Divide),
            Sign::PercentAssign => Some(BinaryOp::Remainder),
            Sign::PowerAssign => Some(BinaryOp::Power),
            Sign::ShiftLeftAssign => Some(BinaryOp::ShiftLeft),
            Sign::ShiftRightAssign => Some(BinaryOp::ShiftRight),
            Sign::ShiftRightUnsignedAssign => Some(BinaryOp::ShiftRightUnsigned),
            Sign::BitAndAssign => Some(BinaryOp::BitAnd),
            Sign::BitOrAssign => Some(BinaryOp::BitOr),
            Sign::BitXorAssign => Some(BinaryOp::BitXor),
            _ => return None,
        })
    }

    fn assign(&mut self, target: Expr, op: Option<BinaryOp>) -> Parsed<Expr> {
        let at = self.bump().at;
        if !matches!(
            target.kind,
            ExprKind::Name(_) | ExprKind::Property { .. } | ExprKind::Index { .. }
        ) {
            return error(
                at,
                "only a variable, a property or an element can be assigned to: compare with `==`",
            );
        }
        let target = Box::new(target);
        let value = Box::new(self.command_expression()?);
        Ok(expr(at, ExprKind::Assign { op, target, value }))
    }

    /// `a ? b : c`, `a ?: b` and everything that binds more tightly.
    pub(super) fn conditional(&mut self) -> Parsed<Expr> {
        let value = self.binary(0)?;
        let at = self.at();
        if self.eat(Sign::Elvis) {
            let otherwise = Box::new(self.nested(Self::conditional)?);
            let value = Box::new(value);
            return Ok(expr(at, ExprKind::Elvis { value, otherwise }));
        }
        if !self.eat(Sign::Question) {
            return Ok(value);
        }
        let then = Box::new(self.expression()?);
        self.expect(Sign::Colon, "between the two values of `?`")?;
        let otherwise = Box::new(self.nested(Self::conditional)?);
        let cond = Box::new(value);
        Ok(expr(
            at,
            ExprKind::Ternary {
                cond,
                then,
                otherwise,
            },
        ))
    }

    /// Operators that bind at least as tightly as `floor`, by precedence climbing.
    pub(super) fn binary(&mut self, floor: u8) -> Parsed<Expr> {
        let outer = std::mem::take(&mut self.height);
        let mut left = self.unary(floor >= POWER)?;
        while !self.newline() {
            let (token, index) = (self.tok(), self.pos);
            if RELATION >= floor && matches!(token, Tok::Word(Word::As | Word::Instanceof)) {
                left = self.with_type(left)?;
            } else {
                let Some((op, level)) = operator(token).filter(|(_, level)| *level >= floor) else {
                    break;
                };
                self.bump();
                let right = self.binary(level + 1)?;
                left = joined(self.token_at(index).at, op, left, right);
            }
            self.grow()?;
        }
        self.height = self.height.max(outer);
        Ok(left)
    }

    /// `a as T`, `a instanceof T`
    fn with_type(&mut self, value: Expr) -> Parsed<Expr> {
        let token = self.bump();
        let value = Box::new(value);
        let ty = self.ty()?;
        let cast = matches!(token.tok, Tok::Word(Word::As));
        Ok(expr(
            token.at,
            if cast {
                ExprKind::As { ty, value }
            } else {
                ExprKind::InstanceOf { ty, value }
            },
        ))
    }

    /// An operand with what stands before it; `tight`: as an operand of `**`, where a minus does
    /// not take in the power.
    fn unary(&mut self, tight: bool) -> Parsed<Expr> {
        let at = self.at();
        let Some(sign) = self.sign() else {
            return self.postfix();
        };
        match sign {
            Sign::Minus | Sign::Plus | Sign::PlusPlus | Sign::MinusMinus => {
                self.signed(sign, tight)
            }
            Sign::Not | Sign::BitNot => {
                self.start_operand();
                let operand = Box::new(self.nested(|parser| parser.unary(true))?);
                let op = if sign == Sign::Not {
                    UnaryOp::Not
                } else {
                    UnaryOp::BitNot
                };
                Ok(expr(at, ExprKind::Unary { op, operand }))
            }
            Sign::LeftParen if self.cast_follows() => {
                self.start_operand();
                let ty: Type = self.ty()?;
                self.expect(Sign::RightParen, "behind the type")?;
                let value = Box::new(self.nested(|parser| parser.unary(true))?);
                Ok(expr(at, ExprKind::Cast { ty, value }))
            }
            _ => self.postfix(),
        }
    }

    /// Passes the sign before an operand, which then no longer begins a statement.
    fn start_operand(&mut self) {
        self.head = false;
        self.bump();
    }

    /// `-a`, `+a`, `++a`, `--a`
    fn signed(&mut self, sign: Sign, tight: bool) -> Parsed<Expr> {
        let at = self.at();
        self.start_operand();
        let first = self.pos;
        let operand = self.nested(|parser| {
            if tight {
                parser.unary(true)
            } else {
                parser.binary(POWER)
            }
        })?;
        if sign == Sign::Minus && self.pos == first + 1 {
            let literal = match self.tok_at(first) {
                Tok::Number(kind) => negated(kind),
                Tok::Edge(_, negative) => Some((**negative).clone()),
                _ => None,
            };
            if let Some(kind) = literal {
                return Ok(expr(at, kind));
            }
        }
        let operand = Box::new(operand);
        Ok(expr(
            at,
            match sign {
                Sign::Minus => ExprKind::Unary {
                    op: UnaryOp::Minus,
                    operand,
                },
                Sign::Plus => ExprKind::Unary {
                    op: UnaryOp::Plus,
                    operand,
                },
                _ => ExprKind::Step {
                    up: sign == Sign::PlusPlus,
                    prefix: true,
                    target: operand,
                },
            },
        ))
    }

    /// Whether a type in parentheses comes, and behind it something to cast.
    fn cast_follows(&self) -> bool {
        let close = self.token().close;
        if self.skip_type(self.pos + 1) != Some(close) {
            return false;
        }
        let next = self.token_at(close + 1);
        let builtin = self.builtin_at(self.pos + 1).is_some();
        !next.newline
            && match &next.tok {
                Tok::Sign(Sign::Minus | Sign::Plus | Sign::PlusPlus | Sign::MinusMinus) => builtin,
                // `(f)()` is a call
                Tok::Sign(Sign::LeftParen) => next.close > close + 2,
                Tok::Sign(Sign::LeftBracket | Sign::LeftBrace | Sign::Not | Sign::BitNot) => true,
                tok => starts_operand(tok),
            }
    }

    /// `a++`
    fn postfix(&mut self) -> Parsed<Expr> {
        let value = self.path_expression()?;
        if self.newline() {
            return Ok(value);
        }
        let at = self.at();
        let up = self.is(Sign::PlusPlus);
        if !up && !self.is(Sign::MinusMinus) {
            return Ok(value);
        }
        self.bump();
        let target = Box::new(value);
        Ok(expr(
            at,
            ExprKind::Step {
                up,
                prefix: false,
                target,
            },
        ))
    }
}

/// Whether a token that is no sign begins an operand.
pub(super) fn starts_operand(tok: &Tok) -> bool {
    match tok {
        Tok::Name(_) | Tok::Number(_) | Tok::Edge(..) | Tok::Text(_) | Tok::TextStart(_) => true,
        Tok::Word(word) => {
            word.is_type()
                || matches!(
                    word,
                    Word::New | Word::This | Word::Super | Word::Null | Word::True | Word::False
                )
        }
        _ => false,
    }
}

/// An operation; ranges have a node of their own.
fn joined(at: crate::ast::Pos, op: Operator, left: Expr, right: Expr) -> Expr {
    let (left, right) = (Box::new(left), Box::new(right));
    expr(
        at,
        match op {
            Operator::Binary(op) => ExprKind::Binary { op, left, right },
            Operator::Range(inclusive) => ExprKind::Range {
                from: left,
                to: right,
                inclusive,
            },
        },
    )
}

/// What joins two operands.
#[derive(Clone, Copy, Debug)]
enum Operator {
    Binary(BinaryOp),
    /// Whether it is inclusive.
    Range(bool),
}

/// The operator a token is, and how tightly it binds.
fn operator(tok: &Tok) -> Option<(Operator, u8)> {
    let sign = match tok {
        Tok::Sign(sign) => *sign,
        Tok::Word(Word::In) => return Some((Operator::Binary(BinaryOp::In), RELATION)),
        _ => return None,
    };
    let (op, level) = match sign {
        Sign::Or => (BinaryOp::Or, 1),
        Sign::And => (BinaryOp::And, 2),
        Sign::BitOr => (BinaryOp::BitOr, 3),
        Sign::BitXor => (BinaryOp::BitXor, 4),
        Sign::BitAnd => (BinaryOp::BitAnd, 5),
        Sign::Find => (BinaryOp::Find, 6),
        Sign::Match => (BinaryOp::Match, 6),
        Sign::Equal => (BinaryOp::Equal, 7),
        Sign::NotEqual => (BinaryOp::NotEqual, 7),
        Sign::Identical => (BinaryOp::Identical, 7),
        Sign::NotIdentical => (BinaryOp::NotIdentical, 7),
        Sign::Compare => (BinaryOp::Compare, 7),
        Sign::Less => (BinaryOp::Less, RELATION),
        Sign::LessEqual => (BinaryOp::LessOrEqual, RELATION),
        Sign::Greater => (BinaryOp::Greater, RELATION),
        Sign::GreaterEqual => (BinaryOp::GreaterOrEqual, RELATION),
        Sign::ShiftLeft => (BinaryOp::ShiftLeft, 9),
        Sign::ShiftRight => (BinaryOp::ShiftRight, 9),
        Sign::ShiftRightUnsigned => (BinaryOp::ShiftRightUnsigned, 9),
        Sign::Range => return Some((Operator::Range(true), 9)),
        Sign::RangeOpen => return Some((Operator::Range(false), 9)),
        Sign::Plus => (BinaryOp::Plus, 10),
        Sign::Minus => (BinaryOp::Minus, 10),
        Sign::Star => (BinaryOp::Multiply, 11),
        Sign::Slash => (BinaryOp::Divide, 11),
        Sign::Percent => (BinaryOp::Remainder, 11),
        Sign::Power => (BinaryOp::Power, POWER),
        _ => return None,
    };
    Some((Operator::Binary(op), level))
}
