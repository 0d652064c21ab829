//! Statements.

use super::Printer;
use crate::ast::{Case, Catch, Declaration, Expr, Stmt, StmtKind, Type};

impl Printer {
    /// Statements, each on a line of its own.
    pub(super) fn statements(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.line();
            self.statement(stmt);
        }
    }

    pub(super) fn block(&mut self, body: &[Stmt]) {
        self.braces(|printer| printer.statements(body));
    }

    fn statement(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Empty => self.push(";"),
            StmtKind::Expr(value) => self.statement_expression(value),
            StmtKind::Declare(declared) => self.declarations(declared),
            StmtKind::If {
                cond,
                then,
                otherwise,
            } => self.if_statement(cond, then, otherwise.as_deref()),
            StmtKind::While { cond, body } => {
                self.headed("while", cond);
                self.statement(body);
            }
            StmtKind::For { .. } | StmtKind::ForIn { .. } => self.for_statement(&stmt.kind),
            StmtKind::Switch { subject, cases } => {
                self.headed("switch", subject);
                self.braces(|printer| cases.iter().for_each(|case| printer.case(case)));
            }
            StmtKind::Try {
                body,
                catches,
                finally,
            } => {
                self.push("try ");
                self.block(body);
                for catch in catches {
                    self.catch(catch);
                }
                if let Some(body) = finally {
                    self.push(" finally ");
                    self.block(body);
                }
            }
            StmtKind::Return(value) => self.jump("return", value.as_ref()),
            StmtKind::Throw(value) => self.jump("throw", Some(value)),
            StmtKind::Break(label) => self.labelled_jump("break", label.as_deref()),
            StmtKind::Continue(label) => self.labelled_jump("continue", label.as_deref()),
            StmtKind::Labelled { label, body } => {
                self.push(label);
                self.push(": ");
                self.statement(body);
            }
            StmtKind::Block(body) => self.block(body),
            StmtKind::Assert { cond, message, .. } => {
                self.jump("assert", Some(cond));
                if let Some(message) = message {
                    self.push(" : ");
                    self.operand(message);
                }
            }
            StmtKind::Synchronized { lock, body } => {
                self.headed("synchronized", lock);
                self.block(body);
            }
        }
    }

    /// `word (value) `
    fn headed(&mut self, word: &str, value: &Expr) {
        self.push(word);
        self.push(" (");
        self.expression(value);
        self.push(") ");
    }

    fn jump(&mut self, word: &str, value: Option<&Expr>) {
        self.push(word);
        if let Some(value) = value {
            self.push(" ");
            self.operand(value);
        }
    }

    fn labelled_jump(&mut self, word: &str, label: Option<&str>) {
        self.push(word);
        if let Some(label) = label {
            self.push(" ");
            self.push(label);
        }
    }

    fn if_statement(&mut self, cond: &Expr, then: &Stmt, otherwise: Option<&Stmt>) {
        self.headed("if", cond);
        self.statement(then);
        if let Some(otherwise) = otherwise {
            self.line();
            self.push("else ");
            self.statement(otherwise);
        }
    }

    fn for_statement(&mut self, kind: &StmtKind) {
        self.push("for (");
        match kind {
            StmtKind::For {
                init,
                cond,
                update,
                body,
            } => {
                self.joined(init, |printer, stmt| match &stmt.kind {
                    StmtKind::Expr(value) => printer.operand(value),
                    _ => printer.statement(stmt),
                });
                self.push("; ");
                if let Some(cond) = cond {
                    self.operand(cond);
                }
                self.push("; ");
                self.joined(update, Self::operand);
                self.push(") ");
                self.statement(body);
            }
            StmtKind::ForIn {
                param,
                iterable,
                body,
            } => {
                self.param(param);
                self.push(" in ");
                self.operand(iterable);
                self.push(") ");
                self.statement(body);
            }
            _ => {}
        }
    }

    fn case(&mut self, case: &Case) {
        self.line();
        match &case.label {
            Some(label) => self.jump("case", Some(label)),
            None => self.push("default"),
        }
        self.push(":");
        self.indent += 1;
        self.statements(&case.body);
        self.indent -= 1;
    }

    fn catch(&mut self, catch: &Catch) {
        self.push(" catch (");
        for (index, ty) in catch.types.iter().enumerate() {
            self.push(if index > 0 { " | " } else { "" });
            self.ty(ty);
        }
        self.push(if catch.types.is_empty() { "" } else { " " });
        self.push(&catch.name);
        self.push(") ");
        self.block(&catch.body);
    }

    /// `int a = 1, b`: all have the modifiers and the type of the first.
    fn declarations(&mut self, declared: &[Declaration]) {
        for (index, one) in declared.iter().enumerate() {
            if index == 0 {
                self.modifiers(&one.modifiers);
            } else {
                self.push(", ");
            }
            if one.multiple {
                self.push("(");
                self.joined(&one.variables, |printer, variable| {
                    printer.typed_name(variable.ty.as_ref(), &variable.name)
                });
                self.push(")");
            }
            for variable in one.variables.iter().filter(|_| !one.multiple) {
                self.typed_name(variable.ty.as_ref().filter(|_| index == 0), &variable.name);
            }
            self.initial(one.init.as_ref());
        }
    }

    pub(super) fn initial(&mut self, value: Option<&Expr>) {
        if let Some(value) = value {
            self.push(" = ");
            self.operand(value);
        }
    }

    pub(super) fn typed_name(&mut self, ty: Option<&Type>, name: &str) {
        if let Some(ty) = ty {
            self.ty(ty);
            self.push(" ");
        }
        self.push(name);
    }
}
