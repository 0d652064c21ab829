//! Expressions.

use super::{Block, ClassDecl, Param, Pos, Type};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where it begins; for calls and operators, where the name or operator stands.
    pub at: Pos,
    /// What it is.
    pub kind: ExprKind,
}

/// Kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `1`
    Int(i32),
    /// `1L`, or an integer too large for an `Integer`
    Long(i64),
    /// `1G`, decimal digits
    BigInteger(String),
    /// `1.50`, `1G` with a point: as written, without suffix and underscores
    Decimal(String),
    /// `1.5f`
    Float(f32),
    /// `1.5d`
    Double(f64),
    /// Any text without values in it, escapes resolved.
    Str(String),
    /// Text with values: one more string than values; a value may be a closure (`${-> x}`).
    GString {
        /// Texts around the values.
        strings: Vec<String>,
        /// Values.
        values: Vec<Expr>,
    },
    /// `[a, *b]`
    List(Vec<Expr>),
    /// `[a: 1, (b): 2, *: c]`
    Map(Vec<MapEntry>),
    /// `a..b`, `a..<b`
    Range {
        /// First.
        from: Box<Expr>,
        /// Last.
        to: Box<Expr>,
        /// Whether `to` belongs to it.
        inclusive: bool,
    },
    /// A name: variable, property of the script, or class.
    Name(String),
    /// `this`
    This,
    /// `super`
    Super,
    /// A primitive or array type as a value: `int`, `String[]`.
    TypeName(Type),
    /// `a.b`, `a?.b`, `a*.b`, `a.@b`, `a."$b"`
    Property {
        /// Object.
        object: Box<Expr>,
        /// Name.
        name: Box<Name>,
        /// How it is reached.
        access: Access,
        /// `.@`
        attribute: bool,
    },
    /// `a.&b`
    MethodPointer {
        /// Object.
        object: Box<Expr>,
        /// Name.
        name: Box<Name>,
    },
    /// `a[b]`, `a[b, c]`
    Index {
        /// Object.
        object: Box<Expr>,
        /// What is asked for.
        args: Vec<Expr>,
    },
    /// `f(x)`, `a.f(x) { }`; a call of a value (`a[0](x)`, `{ }()`) has the name `call`.
    Call {
        /// Object; none for `f(x)`.
        object: Option<Box<Expr>>,
        /// Name.
        name: Box<Name>,
        /// Arguments; closures after the parentheses are the last ones.
        args: Vec<Arg>,
        /// How it is reached.
        access: Access,
    },
    /// `this(…)` and `super(…)` in a constructor.
    ConstructorCall {
        /// `super`
        to_super: bool,
        /// Arguments.
        args: Vec<Arg>,
    },
    /// `new T(…)`
    New {
        /// Class.
        ty: Type,
        /// Arguments.
        args: Vec<Arg>,
        /// Body of an anonymous class.
        body: Option<Box<ClassDecl>>,
    },
    /// `new T[n][]`, `new T[]{a, b}`
    NewArray {
        /// Type of the elements of the innermost dimension.
        element: Type,
        /// Given sizes.
        sizes: Vec<Expr>,
        /// All dimensions.
        dims: u8,
        /// Elements.
        init: Option<Vec<Expr>>,
    },
    /// `{ a, b -> }`
    Closure {
        /// Parameters; `None` when it has the implicit `it`.
        params: Option<Vec<Param>>,
        /// Body.
        body: Block,
    },
    /// `-a`, `!a`, `~a`
    Unary {
        /// Operator.
        op: UnaryOp,
        /// Operand.
        operand: Box<Expr>,
    },
    /// `++a`, `a--`
    Step {
        /// Up or down.
        up: bool,
        /// Before its operand.
        prefix: bool,
        /// Operand.
        target: Box<Expr>,
    },
    /// `a + b`
    Binary {
        /// Operator.
        op: BinaryOp,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `a = b`, `a += b`
    Assign {
        /// Operator before the `=`.
        op: Option<BinaryOp>,
        /// What is assigned to.
        target: Box<Expr>,
        /// Value.
        value: Box<Expr>,
    },
    /// `(a, b) = c`
    MultiAssign {
        /// Targets.
        targets: Vec<Expr>,
        /// Value.
        value: Box<Expr>,
    },
    /// `a ? b : c`
    Ternary {
        /// Condition.
        cond: Box<Expr>,
        /// Then.
        then: Box<Expr>,
        /// Else.
        otherwise: Box<Expr>,
    },
    /// `a ?: b`
    Elvis {
        /// Value.
        value: Box<Expr>,
        /// Otherwise.
        otherwise: Box<Expr>,
    },
    /// `(T) a`
    Cast {
        /// Type.
        ty: Type,
        /// Value.
        value: Box<Expr>,
    },
    /// `a as T`
    As {
        /// Type.
        ty: Type,
        /// Value.
        value: Box<Expr>,
    },
    /// `a instanceof T`
    InstanceOf {
        /// Type.
        ty: Type,
        /// Value.
        value: Box<Expr>,
    },
    /// `*a` in a list or among arguments
    Spread(Box<Expr>),
}

/// A name behind a point.
#[derive(Clone, Debug, PartialEq)]
pub enum Name {
    /// `.name` and `.'name'`
    Fixed(String),
    /// `."$name"` and `.(name)`
    Computed(Expr),
}

/// How a member is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// `.`
    Plain,
    /// `?.`
    Safe,
    /// `*.`
    Spread,
}

/// An entry of a map literal.
#[derive(Clone, Debug, PartialEq)]
pub enum MapEntry {
    /// `key: value`; a bare word is a `Str`.
    Pair(Expr, Expr),
    /// `*: map`
    Spread(Expr),
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// By place; may be a `Spread`.
    Plain(Expr),
    /// `name: value`; all of them together are one map, the first argument.
    Named(MapEntry),
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `~`: a pattern of a text, the complement of a number
    BitNot,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `**`
    Power,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `===`
    Identical,
    /// `!==`
    NotIdentical,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<=>`
    Compare,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `>>>`
    ShiftRightUnsigned,
    /// `in`
    In,
    /// `=~`
    Find,
    /// `==~`
    Match,
}
