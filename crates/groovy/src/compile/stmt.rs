//! Statements.

use super::{Compiler, walk};
use crate::ast::{self, StmtKind as Ast};
use crate::code::{Assert, Block, Catch, Expr, Home, Label, Stmt, StmtKind, Switch, Try, TypeRef};

impl Compiler<'_> {
    /// The statements of a body; the value of the last one is returned when `tail`.
    pub(super) fn block(&mut self, block: &[ast::Stmt], tail: bool) -> Block {
        self.scoped(|this| this.statements(block, tail))
    }

    pub(super) fn statements(&mut self, block: &[ast::Stmt], tail: bool) -> Block {
        let last = block.iter().rposition(|one| one.kind != Ast::Empty);
        let mut code = Vec::with_capacity(block.len());
        for (index, stmt) in block.iter().enumerate() {
            self.stmt(stmt, tail && Some(index) == last, 0, &mut code);
        }
        code.into()
    }

    fn stmt(&mut self, stmt: &ast::Stmt, tail: bool, label: Label, code: &mut Vec<Stmt>) {
        let line = stmt.at.line;
        let mut push = |kind| code.push(Stmt { line, kind });
        match &stmt.kind {
            Ast::Empty => {}
            Ast::Expr(expr) => {
                if let ast::ExprKind::ConstructorCall { to_super, args } = &expr.kind {
                    return push(self.construct(*to_super, args));
                }
                let value = self.expr(expr);
                push(if tail {
                    StmtKind::Return(Some(value))
                } else {
                    StmtKind::Expr(value)
                });
            }
            Ast::Declare(declarations) => self.declarations(line, declarations, tail, code),
            Ast::If {
                cond,
                then,
                otherwise,
            } => {
                let cond = self.expr(cond);
                let then = self.nested(then, tail);
                let otherwise = otherwise.as_ref();
                push(StmtKind::If {
                    cond,
                    then,
                    otherwise: otherwise.map_or_else(Block::default, |one| self.nested(one, tail)),
                });
            }
            Ast::Return(value) => {
                let value = value.as_ref().map(|value| self.expr(value));
                push(StmtKind::Return(value));
            }
            Ast::Throw(value) => push(StmtKind::Throw(self.expr(value))),
            Ast::Break(label) => push(StmtKind::Break(self.label(label.as_deref()))),
            Ast::Continue(label) => push(StmtKind::Continue(self.label(label.as_deref()))),
            Ast::Labelled { label, body } => {
                let label = self.label(Some(label));
                self.stmt(body, tail, label, code);
            }
            Ast::Block(body) => {
                let body = self.block(body, tail);
                push(StmtKind::Block { label, body });
            }
            Ast::Synchronized { lock, body } => {
                push(StmtKind::Expr(self.expr(lock)));
                let body = self.block(body, tail);
                push(StmtKind::Block { label, body });
            }
            Ast::Assert {
                cond,
                text,
                message,
            } => push(self.assertion(cond, text, message.as_ref())),
            Ast::Switch { subject, cases } => push(self.switch(subject, cases, tail, label)),
            Ast::Try {
                body,
                catches,
                finally,
            } => push(self.attempt(body, catches, finally.as_ref(), tail)),
            Ast::While { .. } | Ast::For { .. } | Ast::ForIn { .. } => {
                push(self.scoped(|this| this.looped(&stmt.kind, label)));
            }
        }
    }

    fn declarations(
        &mut self,
        line: u32,
        declarations: &[ast::Declaration],
        tail: bool,
        code: &mut Vec<Stmt>,
    ) {
        for declaration in declarations {
            if !declaration.modifiers.annotated("Field") {
                let kind = self.declaration(declaration);
                code.push(Stmt { line, kind });
            }
        }
        if tail && let Some(value) = self.declared(declarations) {
            let kind = StmtKind::Return(Some(value));
            code.push(Stmt { line, kind });
        }
    }

    /// A statement as a block.
    fn nested(&mut self, stmt: &ast::Stmt, tail: bool) -> Block {
        match &stmt.kind {
            Ast::Block(block) => self.block(block, tail),
            _ => self.block(std::slice::from_ref(stmt), tail),
        }
    }

    /// The value of the last declared variable, which a body gives when nothing follows.
    fn declared(&mut self, declarations: &[ast::Declaration]) -> Option<Expr> {
        let last = declarations.last().filter(|last| !last.multiple)?;
        let name = &last.variables.last()?.name;
        self.local(name)
            .map(|variable| super::expr::home(variable.home))
    }

    fn declaration(&mut self, declaration: &ast::Declaration) -> StmtKind {
        let init = declaration.init.as_ref().map(|init| self.expr(init));
        if declaration.multiple {
            let declare = |variable: &ast::Variable| {
                let ty = self.declared_type(variable.ty.as_ref());
                (self.declare(&variable.name, ty), ty)
            };
            let variables = declaration.variables.iter().map(declare).collect();
            return StmtKind::DeclareMany {
                variables,
                init: init.unwrap_or(Expr::Null),
            };
        }
        let Some(variable) = declaration.variables.first() else {
            return StmtKind::Expr(Expr::Null);
        };
        let ty = self.declared_type(variable.ty.as_ref());
        let home = self.declare(&variable.name, ty);
        let init = init.or_else(|| self.initial(ty));
        StmtKind::Declare { home, ty, init }
    }

    /// The value of a variable of a primitive type that is given none.
    pub(super) fn initial(&self, ty: Option<u32>) -> Option<Expr> {
        let TypeRef::Primitive(class) = self.unit.types.get(ty? as usize)? else {
            return None;
        };
        Some(match class.0.name {
            "java.lang.Boolean" => Expr::Bool(false),
            _ => Expr::Int(0),
        })
    }

    fn looped(&mut self, kind: &Ast, label: Label) -> StmtKind {
        match kind {
            Ast::While { cond, body } => StmtKind::While {
                label,
                cond: self.expr(cond),
                body: self.nested(body, false),
            },
            Ast::For {
                init,
                cond,
                update,
                body,
            } => StmtKind::For {
                label,
                init: self.statements(init, false),
                cond: cond.as_ref().map(|cond| self.expr(cond)),
                update: self.exprs(update),
                body: self.nested(body, false),
            },
            Ast::ForIn {
                param,
                iterable,
                body,
            } => {
                let iterable = self.expr(iterable);
                let ty = self.declared_type(param.ty.as_ref());
                StmtKind::ForIn {
                    label,
                    home: self.declare(&param.name, ty),
                    ty,
                    iterable,
                    body: self.nested(body, false),
                }
            }
            _ => StmtKind::Expr(Expr::Null),
        }
    }

    fn switch(
        &mut self,
        subject: &ast::Expr,
        cases: &[ast::Case],
        tail: bool,
        label: Label,
    ) -> StmtKind {
        let subject = self.expr(subject);
        self.scoped(|this| {
            let mut starts = Vec::with_capacity(cases.len());
            let mut body = Vec::new();
            for (index, case) in cases.iter().enumerate() {
                let case_label = case.label.as_ref().map(|label| this.expr(label));
                starts.push((case_label, body.len()));
                let last = index + 1 == cases.len();
                this.case(&case.body, tail, last, &mut body);
            }
            StmtKind::Switch(Box::new(Switch {
                label,
                subject,
                cases: starts.into(),
                body: body.into(),
            }))
        })
    }

    /// The statements of a case. What stands before its `break`, or at the end of the last one,
    /// is the value of the switch.
    fn case(&mut self, block: &[ast::Stmt], tail: bool, last: bool, code: &mut Vec<Stmt>) {
        let broken = block
            .iter()
            .position(|one| matches!(one.kind, Ast::Break(None)));
        let value = match broken {
            Some(at) => at.checked_sub(1),
            None if last => block.len().checked_sub(1),
            None => None,
        };
        for (index, stmt) in block.iter().enumerate() {
            self.stmt(stmt, tail && Some(index) == value, 0, code);
        }
    }

    fn attempt(
        &mut self,
        body: &ast::Block,
        catches: &[ast::Catch],
        finally: Option<&ast::Block>,
        tail: bool,
    ) -> StmtKind {
        let body = self.block(body, tail);
        let catch = |one: &ast::Catch| {
            let types = one.types.iter().map(|ty| self.type_ref(ty)).collect();
            let (home, body) = self.scoped(|this| {
                let home = this.declare(&one.name, None);
                (home, this.statements(&one.body, tail))
            });
            Catch { types, home, body }
        };
        let catches = catches.iter().map(catch).collect();
        let finally = finally.map(|block| self.block(block, false));
        StmtKind::Try(Box::new(Try {
            body,
            catches,
            finally,
        }))
    }

    fn assertion(&mut self, cond: &ast::Expr, text: &str, message: Option<&ast::Expr>) -> StmtKind {
        self.noting = message.is_none();
        let compiled = self.expr(cond);
        self.noting = false;
        let before = text.trim_start_matches(['(', ' ']).len();
        let before = super::number(text.len() - before);
        let mut names = Vec::new();
        let shown = message.and_then(|_| canonical(cond, &mut names));
        let value = |name: &String| (name.as_str().into(), self.variable(cond, name));
        StmtKind::Assert(Box::new(Assert {
            cond: compiled,
            text: shown.as_deref().unwrap_or(text).into(),
            column: leftmost(cond).saturating_sub(before),
            values: names.iter().map(value).collect(),
            message: message.map(|message| self.expr(message)),
        }))
    }

    /// Parameters of a function, declared in its scope.
    pub(super) fn params(&mut self, params: &[ast::Param]) -> Box<[crate::code::Param]> {
        let compile = |param: &ast::Param| {
            let mut ty = self.declared_type(param.ty.as_ref());
            if param.varargs {
                ty = Some(self.array_of(ty));
            }
            let default = param.default.as_ref().map(|default| self.expr(default));
            let home = self.declare(&param.name, ty);
            crate::code::Param { home, ty, default }
        };
        params.iter().map(compile).collect()
    }

    fn array_of(&mut self, element: Option<u32>) -> u32 {
        let known = element.and_then(|id| self.unit.types.get(id as usize).cloned());
        let object = crate::code::NativeClass(&crate::library::object::OBJECT);
        let element = known.unwrap_or(TypeRef::Native(object));
        self.type_id(TypeRef::Array(Box::new(element)))
    }

    /// Names that closures inside a body share with it.
    pub(super) fn shared(
        params: &[ast::Param],
        body: &ast::Block,
    ) -> std::collections::HashSet<String> {
        walk::shared_names(params, body)
    }

    /// The variables that something made here takes along.
    pub(super) fn homes(captures: Vec<(String, Home)>) -> Box<[Home]> {
        captures.into_iter().map(|(_, home)| home).collect()
    }
}

/// The text of an expression as Groovy writes it itself, and the variables in it whose values it
/// shows; `None` for what is not that simple.
fn canonical(expr: &ast::Expr, names: &mut Vec<String>) -> Option<String> {
    use ast::ExprKind;
    Some(match &expr.kind {
        ExprKind::Name(name) => {
            names.push(name.clone());
            name.clone()
        }
        ExprKind::Binary { op, left, right } => {
            let left = canonical(left, names)?;
            let right = canonical(right, names)?;
            format!("({left} {} {right})", crate::syntax::sign(*op))
        }
        _ => plain(expr)?,
    })
}

/// Constants, properties and calls, in which variables are not shown.
fn plain(expr: &ast::Expr) -> Option<String> {
    use ast::ExprKind;
    Some(match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(yes) => yes.to_string(),
        ExprKind::Int(n) => n.to_string(),
        ExprKind::Str(text) => text.clone(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Property { object, name, .. } => match &**name {
            ast::Name::Fixed(name) => format!("{}.{name}", plain(object)?),
            ast::Name::Computed(_) => return None,
        },
        ExprKind::Call {
            object: Some(object),
            name,
            args,
            ..
        } => {
            let ast::Name::Fixed(name) = &**name else {
                return None;
            };
            let text = |arg: &ast::Arg| match arg {
                ast::Arg::Plain(expr) => plain(expr),
                ast::Arg::Named(_) => None,
            };
            let args: Option<Vec<String>> = args.iter().map(text).collect();
            format!("{}.{name}({})", plain(object)?, args?.join(", "))
        }
        _ => return None,
    })
}

/// The column at which an expression begins; operators and calls know only their own.
fn leftmost(expr: &ast::Expr) -> u32 {
    use ast::ExprKind;
    let inner = match &expr.kind {
        ExprKind::Binary { left, .. } => Some(left),
        ExprKind::Property { object, .. } | ExprKind::Index { object, .. } => Some(object),
        ExprKind::Call {
            object: Some(object),
            ..
        } => Some(object),
        ExprKind::Ternary { cond, .. } => Some(cond),
        ExprKind::Elvis { value, .. }
        | ExprKind::InstanceOf { value, .. }
        | ExprKind::As { value, .. } => Some(value),
        _ => None,
    };
    let own = expr.at.column;
    inner.map_or(own, |inner| own.min(leftmost(inner)))
}
