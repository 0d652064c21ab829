//! Which names closures inside a function mention, so that these variables live in cells.

use std::collections::HashSet;

use crate::ast::{
    Arg, Block, ClassDecl, Expr, ExprKind, MapEntry, MethodDecl, Name, Param, Stmt, StmtKind,
};

/// Names that closures and classes inside this code mention.
pub(super) fn shared_names(params: &[Param], body: &Block) -> HashSet<String> {
    let mut walk = Walk::default();
    for param in params {
        walk.maybe(param.default.as_ref());
    }
    walk.block(body);
    walk.names
}

#[derive(Default)]
struct Walk {
    /// Closures and classes around the current place.
    inside: u32,
    names: HashSet<String>,
}

impl Walk {
    fn note(&mut self, name: &str) {
        if self.inside > 0 && !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
    }

    fn within(&mut self, walk: impl FnOnce(&mut Self)) {
        self.inside += 1;
        walk(self);
        self.inside -= 1;
    }

    fn block(&mut self, block: &Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    fn maybe(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn all(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Empty | StmtKind::Break(_) | StmtKind::Continue(_) => {}
            StmtKind::Expr(expr) | StmtKind::Throw(expr) => self.expr(expr),
            StmtKind::Declare(declarations) => {
                for declaration in declarations {
                    self.maybe(declaration.init.as_ref());
                }
            }
            StmtKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.expr(cond);
                self.stmt(then);
                if let Some(otherwise) = otherwise {
                    self.stmt(otherwise);
                }
            }
            StmtKind::While { cond, body } => {
                self.expr(cond);
                self.stmt(body);
            }
            StmtKind::For {
                init,
                cond,
                update,
                body,
            } => {
                self.block(init);
                self.maybe(cond.as_ref());
                self.all(update);
                self.stmt(body);
            }
            StmtKind::ForIn { iterable, body, .. } => {
                self.expr(iterable);
                self.stmt(body);
            }
            StmtKind::Return(value) => self.maybe(value.as_ref()),
            StmtKind::Labelled { body, .. } => self.stmt(body),
            StmtKind::Block(block) => self.block(block),
            StmtKind::Synchronized { lock, body } => {
                self.expr(lock);
                self.block(body);
            }
            StmtKind::Assert { cond, message, .. } => {
                self.expr(cond);
                self.maybe(message.as_ref());
            }
            StmtKind::Switch { subject, cases } => {
                self.expr(subject);
                for case in cases {
                    self.maybe(case.label.as_ref());
                    self.block(&case.body);
                }
            }
            StmtKind::Try {
                body,
                catches,
                finally,
            } => {
                self.block(body);
                for catch in catches {
                    self.block(&catch.body);
                }
                finally.iter().for_each(|block| self.block(block));
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        stacker::maybe_grow(super::RED_ZONE, super::STACK, || self.expr_here(expr));
    }

    fn expr_here(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Long(_)
            | ExprKind::BigInteger(_)
            | ExprKind::Decimal(_)
            | ExprKind::Float(_)
            | ExprKind::Double(_)
            | ExprKind::Str(_)
            | ExprKind::This
            | ExprKind::Super
            | ExprKind::TypeName(_) => {}
            ExprKind::Name(name) => self.note(name),
            ExprKind::GString { values, .. } | ExprKind::List(values) => self.all(values),
            ExprKind::Map(entries) => entries.iter().for_each(|entry| self.entry(entry)),
            ExprKind::Property { object, name, .. } | ExprKind::MethodPointer { object, name } => {
                self.expr(object);
                self.name(name);
            }
            ExprKind::Index { object, args } => {
                self.expr(object);
                self.all(args);
            }
            ExprKind::Call {
                object, name, args, ..
            } => {
                match object {
                    Some(object) => self.expr(object),
                    None => {
                        if let Name::Fixed(name) = &**name {
                            self.note(name);
                        }
                    }
                }
                self.name(name);
                self.args(args);
            }
            ExprKind::ConstructorCall { args, .. } => self.args(args),
            ExprKind::New { args, body, .. } => {
                self.args(args);
                if let Some(body) = body {
                    self.within(|walk| walk.class(body));
                }
            }
            ExprKind::NewArray { sizes, init, .. } => {
                self.all(sizes);
                init.iter().for_each(|init| self.all(init));
            }
            ExprKind::Closure { params, body } => self.within(|walk| {
                for param in params.iter().flatten() {
                    walk.maybe(param.default.as_ref());
                }
                walk.block(body);
            }),
            _ => self.operator(expr),
        }
    }

    fn operator(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Range { from: a, to: b, .. }
            | ExprKind::Binary {
                left: a, right: b, ..
            }
            | ExprKind::Assign {
                target: a,
                value: b,
                ..
            }
            | ExprKind::Elvis {
                value: a,
                otherwise: b,
            } => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::MultiAssign { targets, value } => {
                self.all(targets);
                self.expr(value);
            }
            ExprKind::Ternary {
                cond,
                then,
                otherwise,
            } => {
                self.expr(cond);
                self.expr(then);
                self.expr(otherwise);
            }
            ExprKind::Unary { operand, .. }
            | ExprKind::Step {
                target: operand, ..
            }
            | ExprKind::Cast { value: operand, .. }
            | ExprKind::As { value: operand, .. }
            | ExprKind::InstanceOf { value: operand, .. }
            | ExprKind::Spread(operand) => self.expr(operand),
            _ => {}
        }
    }

    fn entry(&mut self, entry: &MapEntry) {
        match entry {
            MapEntry::Pair(key, value) => {
                self.expr(key);
                self.expr(value);
            }
            MapEntry::Spread(map) => self.expr(map),
        }
    }

    fn args(&mut self, args: &[Arg]) {
        for arg in args {
            match arg {
                Arg::Plain(expr) => self.expr(expr),
                Arg::Named(entry) => self.entry(entry),
            }
        }
    }

    fn name(&mut self, name: &Name) {
        if let Name::Computed(expr) = name {
            self.expr(expr);
        }
    }

    fn method(&mut self, method: &MethodDecl) {
        for param in &method.params {
            self.maybe(param.default.as_ref());
        }
        method.body.iter().for_each(|body| self.block(body));
    }

    fn class(&mut self, class: &ClassDecl) {
        for field in &class.fields {
            self.maybe(field.init.as_ref());
        }
        for method in class.methods.iter().chain(&class.constructors) {
            self.method(method);
        }
        for (_, block) in &class.initializers {
            self.block(block);
        }
        for inner in &class.classes {
            self.class(inner);
        }
    }
}
