//! Statements.

use super::{Expr, Modifiers, Param, Pos, Type};

/// Statements in braces.
pub type Block = Vec<Stmt>;

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// Where it begins.
    pub at: Pos,
    /// What it is.
    pub kind: StmtKind,
}

/// Kinds of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `;`
    Empty,
    /// An expression for its effect, or the last value of a body.
    Expr(Expr),
    /// `def a = 1`, `int a, b = 2` (one declaration each), `def (a, b) = list`.
    Declare(Vec<Declaration>),
    /// `if`
    If {
        /// Condition.
        cond: Expr,
        /// Then.
        then: Box<Stmt>,
        /// Else.
        otherwise: Option<Box<Stmt>>,
    },
    /// `while`
    While {
        /// Condition.
        cond: Expr,
        /// Body.
        body: Box<Stmt>,
    },
    /// `for (init; cond; update)`
    For {
        /// Before the first turn: declarations or expressions.
        init: Vec<Stmt>,
        /// Condition; none means forever.
        cond: Option<Expr>,
        /// After each turn.
        update: Vec<Expr>,
        /// Body.
        body: Box<Stmt>,
    },
    /// `for (x in list)` and `for (T x : list)`
    ForIn {
        /// Loop variable.
        param: Param,
        /// What is iterated.
        iterable: Expr,
        /// Body.
        body: Box<Stmt>,
    },
    /// `switch`
    Switch {
        /// What is compared.
        subject: Expr,
        /// Cases in order, the default among them.
        cases: Vec<Case>,
    },
    /// `try`
    Try {
        /// Body.
        body: Block,
        /// Catches in order.
        catches: Vec<Catch>,
        /// `finally`
        finally: Option<Block>,
    },
    /// `return`
    Return(Option<Expr>),
    /// `throw`
    Throw(Expr),
    /// `break label`
    Break(Option<String>),
    /// `continue label`
    Continue(Option<String>),
    /// `label: statement`
    Labelled {
        /// Label.
        label: String,
        /// Statement.
        body: Box<Stmt>,
    },
    /// A block of its own.
    Block(Block),
    /// `assert cond : message`
    Assert {
        /// Condition.
        cond: Expr,
        /// Source text of the condition, for the message.
        text: String,
        /// Message.
        message: Option<Expr>,
    },
    /// `synchronized (lock) { }`
    Synchronized {
        /// Lock; without effect, as a run has one thread.
        lock: Expr,
        /// Body.
        body: Block,
    },
}

/// A case of a switch.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Where it stands.
    pub at: Pos,
    /// Label; `None` for `default`.
    pub label: Option<Expr>,
    /// Statements up to the next case.
    pub body: Block,
}

/// A catch of a try.
#[derive(Clone, Debug, PartialEq)]
pub struct Catch {
    /// Where it stands.
    pub at: Pos,
    /// Types; none for `catch (e)`.
    pub types: Vec<Type>,
    /// Name of the variable.
    pub name: String,
    /// Body.
    pub body: Block,
}

/// A declaration of local variables.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// Modifiers and annotations (`@Field`).
    pub modifiers: Modifiers,
    /// Variables: one, or several for `def (a, b) = …`.
    pub variables: Vec<Variable>,
    /// Whether it is written with parentheses.
    pub multiple: bool,
    /// Initial value.
    pub init: Option<Expr>,
}

/// A variable of a declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Where it stands.
    pub at: Pos,
    /// Declared type.
    pub ty: Option<Type>,
    /// Name.
    pub name: String,
}
