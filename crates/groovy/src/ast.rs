//! The syntax tree of a script, as Groovy 2.4 reads it.

/// Where something stands in the source, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pos {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// `package a.b`.
    pub package: Option<String>,
    /// Imports in order.
    pub imports: Vec<Import>,
    /// Classes, interfaces and enums.
    pub classes: Vec<ClassDecl>,
    /// Methods of the script itself.
    pub methods: Vec<MethodDecl>,
    /// Statements outside methods.
    pub body: Block,
}

/// `import static a.b.C.d as e`.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Where it stands.
    pub at: Pos,
    /// Annotations (`@Grab`).
    pub annotations: Vec<Annotation>,
    /// Dotted name, without the star.
    pub name: String,
    /// `as x`.
    pub alias: Option<String>,
    /// `import static`.
    pub is_static: bool,
    /// Ends in `.*`.
    pub star: bool,
}

/// `@Name(key = value)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// Where it stands.
    pub at: Pos,
    /// Dotted name.
    pub name: String,
    /// Members; a lone value has the name `value`.
    pub members: Vec<(String, Expr)>,
}

/// A type as written: `Map<String, int[]>[]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// Where it stands.
    pub at: Pos,
    /// Dotted name; `?` for a wildcard.
    pub name: String,
    /// Type arguments, or the bound of a wildcard; they have no effect at run time.
    pub args: Vec<Type>,
    /// Number of `[]`.
    pub dims: u8,
}

/// What stands before a declaration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Modifiers {
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// The keywords in order: `static`, `final`, `private`, `def`, `synchronized` and so on.
    pub words: Vec<Modifier>,
}

impl Modifiers {
    /// Whether `word` is among them.
    #[must_use]
    pub fn has(&self, word: Modifier) -> bool {
        self.words.contains(&word)
    }

    /// Whether the annotation with this simple name is among them.
    #[must_use]
    pub fn annotated(&self, simple: &str) -> bool {
        let last = |name: &str| name.rsplit('.').next() == Some(simple);
        self.annotations.iter().any(|one| last(&one.name))
    }
}

/// A modifier keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the keyword of its name")]
pub enum Modifier {
    Def,
    Static,
    Final,
    Abstract,
    Public,
    Protected,
    Private,
    Synchronized,
    Native,
    Transient,
    Volatile,
    Strictfp,
}

/// A parameter of a method, a closure, a `for` or a `catch`.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Where its name stands.
    pub at: Pos,
    /// `final`, annotations.
    pub modifiers: Modifiers,
    /// Declared type.
    pub ty: Option<Type>,
    /// Name.
    pub name: String,
    /// Default value.
    pub default: Option<Expr>,
    /// `Type... name`.
    pub varargs: bool,
}

/// A method or constructor (whose name is that of its class and that has no return type).
#[derive(Clone, Debug, PartialEq)]
pub struct MethodDecl {
    /// Where its name stands.
    pub at: Pos,
    /// Modifiers.
    pub modifiers: Modifiers,
    /// Type parameters, each with its bounds as arguments: `<T extends A>`.
    pub generics: Vec<Type>,
    /// Return type; `None` for `def`.
    pub returns: Option<Type>,
    /// Name.
    pub name: String,
    /// Parameters.
    pub params: Vec<Param>,
    /// `throws`.
    pub throws: Vec<Type>,
    /// Body; `None` when abstract.
    pub body: Option<Block>,
}

/// What a class declaration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the keyword of its name")]
pub enum ClassKind {
    Class,
    Interface,
    Enum,
    Annotation,
    Trait,
}

/// A class, interface or enum.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDecl {
    /// Where its name stands.
    pub at: Pos,
    /// Kind.
    pub kind: ClassKind,
    /// Modifiers.
    pub modifiers: Modifiers,
    /// Name; empty for an anonymous class.
    pub name: String,
    /// Type parameters, each with its bounds as arguments: `<T extends A>`.
    pub generics: Vec<Type>,
    /// `extends`.
    pub superclass: Option<Type>,
    /// `implements`, or what an interface extends.
    pub interfaces: Vec<Type>,
    /// Constants of an enum.
    pub constants: Vec<EnumConstant>,
    /// Fields and properties.
    pub fields: Vec<FieldDecl>,
    /// Methods.
    pub methods: Vec<MethodDecl>,
    /// Constructors.
    pub constructors: Vec<MethodDecl>,
    /// Initialiser blocks; `true` for `static`.
    pub initializers: Vec<(bool, Block)>,
    /// Classes inside.
    pub classes: Vec<ClassDecl>,
}

/// A constant of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumConstant {
    /// Where it stands.
    pub at: Pos,
    /// Name.
    pub name: String,
    /// Arguments of its constructor.
    pub args: Vec<Arg>,
    /// Body of a constant with methods of its own.
    pub body: Option<Box<ClassDecl>>,
}

/// A field, or a property when it has no visibility.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDecl {
    /// Where its name stands.
    pub at: Pos,
    /// Modifiers.
    pub modifiers: Modifiers,
    /// Declared type.
    pub ty: Option<Type>,
    /// Name.
    pub name: String,
    /// Initial value.
    pub init: Option<Expr>,
}

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
