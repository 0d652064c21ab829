//! Variables: which are in scope, and where they live.

use std::collections::HashSet;

use super::{Compiler, number};
use crate::code::{ClassId, FunctionId, Home, Label, TypeId};

/// What a function is to the names inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FunctionKind {
    /// Method, constructor, initialiser, script body.
    Method,
    /// Sees the variables around it.
    Closure,
}

/// A variable in scope.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    name: String,
    pub(super) home: Home,
    pub(super) ty: Option<TypeId>,
}

/// A function being compiled.
pub(super) struct FunctionScope {
    pub(super) kind: FunctionKind,
    pub(super) is_static: bool,
    /// Place in `Compiler::classes`.
    class: usize,
    blocks: Vec<(Vec<Variable>, u32)>,
    next_local: u32,
    pub(super) locals: u32,
    pub(super) cells: u32,
    /// Names that closures inside mention.
    shared: HashSet<String>,
    pub(super) captures: Vec<(String, Home)>,
    labels: Vec<String>,
    /// Closures directly inside.
    pub(super) closures: Vec<FunctionId>,
}

/// A class being compiled.
pub(super) struct ClassScope {
    pub(super) id: ClassId,
    /// Functions around the class.
    functions: usize,
    pub(super) captures: Vec<(String, Home)>,
}

impl Compiler<'_> {
    pub(super) fn enter_class(&mut self, id: ClassId) {
        self.classes.push(ClassScope {
            id,
            functions: self.functions.len(),
            captures: Vec::new(),
        });
    }

    /// The class whose code is being compiled.
    pub(super) fn class(&self) -> ClassId {
        self.classes.last().map_or(0, |class| class.id)
    }

    pub(super) fn enter_function(
        &mut self,
        kind: FunctionKind,
        is_static: bool,
        shared: HashSet<String>,
    ) {
        let class = self.classes.len().saturating_sub(1);
        self.functions.push(FunctionScope {
            kind,
            is_static,
            class,
            blocks: vec![(Vec::new(), 0)],
            next_local: 0,
            locals: 0,
            cells: 0,
            shared,
            captures: Vec::new(),
            labels: Vec::new(),
            closures: Vec::new(),
        });
    }

    /// Whether code is inside a closure.
    pub(super) fn in_closure(&self) -> bool {
        let last = self.functions.last();
        last.is_some_and(|function| function.kind == FunctionKind::Closure)
    }

    /// Whether `this` is a class.
    pub(super) fn in_static(&self) -> bool {
        let class = self.classes.len().saturating_sub(1);
        let outermost = self
            .functions
            .iter()
            .rev()
            .take_while(|function| function.class == class)
            .find(|function| function.kind == FunctionKind::Method);
        outermost.is_some_and(|function| function.is_static)
    }

    /// Compiles with the variables of a block.
    pub(super) fn scoped<T>(&mut self, compile: impl FnOnce(&mut Self) -> T) -> T {
        if let Some(function) = self.functions.last_mut() {
            let next = function.next_local;
            function.blocks.push((Vec::new(), next));
        }
        let result = compile(self);
        if let Some(function) = self.functions.last_mut()
            && let Some((_, next)) = function.blocks.pop()
        {
            function.next_local = next;
        }
        result
    }

    /// A new variable.
    pub(super) fn declare(&mut self, name: &str, ty: Option<TypeId>) -> Home {
        let Some(function) = self.functions.last_mut() else {
            return Home::Local(0);
        };
        let home = if function.shared.contains(name) {
            function.cells += 1;
            Home::Cell(function.cells - 1)
        } else {
            function.next_local += 1;
            function.locals = function.locals.max(function.next_local);
            Home::Local(function.next_local - 1)
        };
        if let Some((block, _)) = function.blocks.last_mut() {
            block.push(Variable {
                name: name.to_owned(),
                home,
                ty,
            });
        }
        home
    }

    /// The local variable with this name.
    pub(super) fn local(&mut self, name: &str) -> Option<Variable> {
        self.functions
            .len()
            .checked_sub(1)
            .and_then(|level| self.local_at(level, name))
    }

    fn local_at(&mut self, level: usize, name: &str) -> Option<Variable> {
        let function = self.functions.get(level)?;
        let blocks = function.blocks.iter().rev();
        let mut variables = blocks.flat_map(|(block, _)| block.iter().rev());
        if let Some(found) = variables.find(|variable| variable.name == name) {
            return Some(found.clone());
        }
        if function.kind == FunctionKind::Closure {
            let mut outer = self.local_at(level.checked_sub(1)?, name)?;
            let captures = &mut self.functions.get_mut(level)?.captures;
            outer.home = capture(captures, name, outer.home);
            return Some(outer);
        }
        let class = function.class;
        let around = self.classes.get(class)?.functions.checked_sub(1)?;
        let mut outer = self.local_at(around, name)?;
        let captures = &mut self.classes.get_mut(class)?.captures;
        outer.home = capture(captures, name, outer.home);
        Some(outer)
    }

    /// The number of a label of the function.
    pub(super) fn label(&mut self, name: Option<&str>) -> Label {
        let (Some(name), Some(function)) = (name, self.functions.last_mut()) else {
            return 0;
        };
        let known = function.labels.iter().position(|label| label == name);
        let index = known.unwrap_or_else(|| {
            function.labels.push(name.to_owned());
            function.labels.len() - 1
        });
        number(index + 1)
    }
}

/// The place of a captured variable among the captured ones.
fn capture(captures: &mut Vec<(String, Home)>, name: &str, home: Home) -> Home {
    let known = captures
        .iter()
        .position(|(captured, from)| captured == name && *from == home);
    let index = known.unwrap_or_else(|| {
        captures.push((name.to_owned(), home));
        captures.len() - 1
    });
    Home::Captured(number(index))
}
