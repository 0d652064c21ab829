//! Expressions.

use super::super::token::Word;
use super::Printer;
use crate::ast::{
    Access, Arg, BinaryOp, Block, Expr, ExprKind, MapEntry, Name, Param, Type, UnaryOp,
};

impl Printer {
    /// An expression where any may stand.
    pub(super) fn expression(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::Range {
                from,
                to,
                inclusive,
            } => {
                self.infix(from, if *inclusive { " .. " } else { " ..< " }, to);
            }
            ExprKind::Unary { op, operand } => {
                self.push(match op {
                    UnaryOp::Not => "!",
                    UnaryOp::Minus => "-",
                    UnaryOp::Plus => "+",
                    UnaryOp::BitNot => "~",
                });
                // the minus of a number would become a part of it
                self.enclosed(operand, !matches!(operand.kind, ExprKind::Name(_)));
            }
            ExprKind::Step { up, prefix, target } => {
                let sign = if *up { "++" } else { "--" };
                self.push(if *prefix { sign } else { "" });
                self.enclosed(target, !is_path(target));
                self.push(if *prefix { "" } else { sign });
            }
            ExprKind::Binary { op, left, right } => {
                self.infix(left, &format!(" {} ", binary(*op)), right)
            }
            ExprKind::Assign { op, target, value } => {
                self.path(target);
                self.push(&format!(" {}= ", op.map_or("", binary)));
                self.operand(value);
            }
            ExprKind::MultiAssign { targets, value } => {
                self.push("(");
                self.joined(targets, Self::path);
                self.push(") = ");
                self.operand(value);
            }
            ExprKind::Ternary {
                cond,
                then,
                otherwise,
            } => {
                self.operand(cond);
                self.infix_tail(" ? ", then);
                self.infix_tail(" : ", otherwise);
            }
            ExprKind::Elvis { value, otherwise } => self.infix(value, " ?: ", otherwise),
            ExprKind::Cast { ty, value } => {
                self.push("(");
                self.ty(ty);
                self.push(") ");
                self.operand(value);
            }
            ExprKind::As { ty, value } => self.typed(value, " as ", ty),
            ExprKind::InstanceOf { ty, value } => self.typed(value, " instanceof ", ty),
            ExprKind::Spread(value) => {
                self.push("*");
                self.operand(value);
            }
            _ => self.path(value),
        }
    }

    fn infix(&mut self, left: &Expr, sign: &str, right: &Expr) {
        self.operand(left);
        self.infix_tail(sign, right);
    }

    fn infix_tail(&mut self, sign: &str, right: &Expr) {
        self.push(sign);
        self.operand(right);
    }

    fn typed(&mut self, value: &Expr, word: &str, ty: &Type) {
        self.operand(value);
        self.push(word);
        self.ty(ty);
    }

    /// An operand: in parentheses unless it is a path.
    pub(super) fn operand(&mut self, value: &Expr) {
        self.enclosed(value, !is_path(value));
    }

    fn enclosed(&mut self, value: &Expr, parentheses: bool) {
        if parentheses {
            self.push("(");
            self.expression(value);
            self.push(")");
        } else {
            self.path(value);
        }
    }

    /// An expression as a statement: braces and texts that begin one could be read as something
    /// else.
    pub(super) fn statement_expression(&mut self, value: &Expr) {
        let free = matches!(
            value.kind,
            ExprKind::Name(_)
                | ExprKind::Assign { .. }
                | ExprKind::MultiAssign { .. }
                | ExprKind::ConstructorCall { .. }
                | ExprKind::Call { object: None, .. }
        );
        if free && !begins_with_closure(value) {
            self.expression(value);
        } else {
            self.push("(");
            self.expression(value);
            self.push(")");
        }
    }

    /// What can stand before `.` and behind an operator.
    fn path(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::Null => self.push("null"),
            ExprKind::Bool(value) => self.push(if *value { "true" } else { "false" }),
            ExprKind::Int(value) => self.push(&value.to_string()),
            ExprKind::Long(value) => self.push(&format!("{value}L")),
            ExprKind::BigInteger(digits) => self.push(&format!("{digits}G")),
            ExprKind::Decimal(digits) => self.push(digits),
            ExprKind::Float(value) => self.push(&format!("{value}f")),
            ExprKind::Double(value) => self.push(&format!("{value}d")),
            ExprKind::Str(text) => self.text(text),
            ExprKind::GString { strings, values } => self.gstring(strings, values),
            ExprKind::List(elements) => self.list("[", elements, "]"),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Name(name) => self.push(name),
            ExprKind::This => self.push("this"),
            ExprKind::Super => self.push("super"),
            ExprKind::TypeName(ty) => self.ty(ty),
            ExprKind::Property {
                object,
                name,
                access,
                attribute,
            } => {
                self.object(object);
                self.push(point(*access));
                self.push(if *attribute { "@" } else { "" });
                self.name(name);
            }
            ExprKind::MethodPointer { object, name } => {
                self.object(object);
                self.push(".&");
                self.name(name);
            }
            ExprKind::Index { object, args } => {
                self.object(object);
                self.list("[", args, "]");
            }
            ExprKind::Closure { params, body } => self.closure(params.as_deref(), body),
            _ => self.call(value),
        }
    }

    fn call(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::Call {
                object,
                name,
                args,
                access,
            } => {
                match (object, &**name) {
                    (None, Name::Fixed(name)) => self.called(name),
                    (None, name) => self.name(name),
                    (Some(object), name) => {
                        self.object(object);
                        self.push(point(*access));
                        self.name(name);
                    }
                }
                self.args(args);
            }
            ExprKind::ConstructorCall { to_super, args } => {
                self.push(if *to_super { "super" } else { "this" });
                self.args(args);
            }
            ExprKind::New { ty, args, body } => {
                self.push("new ");
                self.ty(ty);
                self.args(args);
                if let Some(body) = body {
                    self.push(" ");
                    self.class_body(body);
                }
            }
            ExprKind::NewArray {
                element,
                sizes,
                dims,
                init,
            } => {
                self.push("new ");
                self.ty(element);
                for size in sizes {
                    self.list("[", std::slice::from_ref(size), "]");
                }
                for _ in sizes.len()..usize::from(*dims) {
                    self.push("[]");
                }
                if let Some(elements) = init {
                    self.list("{", elements, "}");
                }
            }
            _ => {
                self.push("(");
                self.expression(value);
                self.push(")");
            }
        }
    }

    /// What a member is asked of.
    fn object(&mut self, value: &Expr) {
        match &value.kind {
            // one pair of parentheses around a type could be a cast
            ExprKind::TypeName(ty) => {
                self.push("((");
                self.ty(ty);
                self.push("))");
            }
            ExprKind::Int(_)
            | ExprKind::Long(_)
            | ExprKind::BigInteger(_)
            | ExprKind::Decimal(_)
            | ExprKind::Float(_)
            | ExprKind::Double(_)
            | ExprKind::NewArray { .. } => self.enclosed(value, true),
            _ => self.operand(value),
        }
    }

    /// The name of a method without an object.
    pub(super) fn called(&mut self, name: &str) {
        if is_plain(name) && Word::of(name).is_none() {
            self.push(name);
        } else {
            self.text(name);
        }
    }

    fn name(&mut self, name: &Name) {
        match name {
            Name::Fixed(name) if is_plain(name) => self.push(name),
            Name::Fixed(name) => self.text(name),
            Name::Computed(Expr {
                kind: ExprKind::GString { strings, values },
                ..
            }) => self.gstring(strings, values),
            Name::Computed(value) => self.enclosed(value, true),
        }
    }

    pub(super) fn args(&mut self, args: &[Arg]) {
        self.push("(");
        self.joined(args, |printer, arg| match arg {
            Arg::Plain(value) => printer.element(value),
            Arg::Named(entry) => printer.entry(entry),
        });
        self.push(")");
    }

    fn list(&mut self, open: &str, elements: &[Expr], close: &str) {
        self.push(open);
        self.joined(elements, Self::element);
        self.push(close);
    }

    fn element(&mut self, value: &Expr) {
        if matches!(value.kind, ExprKind::Spread(_)) {
            self.expression(value);
        } else {
            self.operand(value);
        }
    }

    fn map(&mut self, entries: &[MapEntry]) {
        self.push("[");
        self.joined(entries, Self::entry);
        self.push(if entries.is_empty() { ":]" } else { "]" });
    }

    fn entry(&mut self, entry: &MapEntry) {
        match entry {
            MapEntry::Spread(value) => {
                self.push("*: ");
                self.operand(value);
            }
            MapEntry::Pair(key, value) => {
                match &key.kind {
                    ExprKind::Str(text) => self.text(text),
                    _ => self.enclosed(key, true),
                }
                self.push(": ");
                self.operand(value);
            }
        }
    }

    pub(super) fn closure(&mut self, params: Option<&[Param]>, body: &Block) {
        self.push("{");
        if let Some(params) = params {
            self.push(" ");
            self.joined(params, Self::param);
            self.push(" ->");
        }
        self.indent += 1;
        self.statements(body);
        self.indent -= 1;
        self.line();
        self.push("}");
    }

    pub(super) fn param(&mut self, param: &Param) {
        self.modifiers(&param.modifiers);
        if let Some(ty) = &param.ty {
            self.ty(ty);
            self.push(if param.varargs { "..." } else { "" });
            self.push(" ");
        }
        self.push(&param.name);
        if let Some(default) = &param.default {
            self.infix_tail(" = ", default);
        }
    }
}

/// Whether an expression can stand before `.` without parentheses.
fn is_path(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Int(value) => *value >= 0,
        ExprKind::Long(value) => *value >= 0,
        ExprKind::BigInteger(digits) | ExprKind::Decimal(digits) => !digits.starts_with('-'),
        ExprKind::Float(value) => value.is_sign_positive(),
        ExprKind::Double(value) => value.is_sign_positive(),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Str(_)
        | ExprKind::GString { .. }
        | ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Name(_)
        | ExprKind::This
        | ExprKind::Super
        | ExprKind::TypeName(_)
        | ExprKind::Property { .. }
        | ExprKind::MethodPointer { .. }
        | ExprKind::Index { .. }
        | ExprKind::Call { .. }
        | ExprKind::ConstructorCall { .. }
        | ExprKind::New { .. }
        | ExprKind::NewArray { .. }
        | ExprKind::Closure { .. } => true,
        _ => false,
    }
}

/// Whether a closure is the first thing of an assignment.
fn begins_with_closure(value: &Expr) -> bool {
    let mut first = value;
    loop {
        first = match &first.kind {
            ExprKind::Closure { .. } => return true,
            ExprKind::Assign { target, .. } => target,
            ExprKind::Property { object, .. }
            | ExprKind::MethodPointer { object, .. }
            | ExprKind::Index { object, .. } => object,
            ExprKind::Call {
                object: Some(object),
                ..
            } => object,
            _ => return false,
        };
    }
}

/// Whether a member's name needs no quotes.
fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn point(access: Access) -> &'static str {
    match access {
        Access::Plain => ".",
        Access::Safe => "?.",
        Access::Spread => "*.",
    }
}

pub(crate) fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Plus => "+",
        BinaryOp::Minus => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
        BinaryOp::Power => "**",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Identical => "===",
        BinaryOp::NotIdentical => "!==",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Compare => "<=>",
        BinaryOp::And => "&&",
        BinaryOp::Or => "||",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::ShiftLeft => "<<",
        BinaryOp::ShiftRight => ">>",
        BinaryOp::ShiftRightUnsigned => ">>>",
        BinaryOp::In => "in",
        BinaryOp::Find => "=~",
        BinaryOp::Match => "==~",
    }
}
