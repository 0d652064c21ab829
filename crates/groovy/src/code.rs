//! The compact form of a script that runs: names resolved to slots, constants and texts kept once.
//!
//! A [`Unit`] is immutable and shared between threads; what a run makes of it (strings, classes
//! with their static fields) is in [`crate::vm::loaded::Loaded`].

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use num_bigint::BigInt;
use smol_str::SmolStr;

use crate::ast::{Access, BinaryOp, UnaryOp};
use crate::class::Class;
use crate::decimal::Decimal;

/// A name of the unit.
pub(crate) type NameId = u32;
/// A constant of the unit.
pub(crate) type ConstId = u32;
/// A type of the unit.
pub(crate) type TypeId = u32;
/// A function of the unit.
pub(crate) type FunctionId = u32;
/// A class of the unit.
pub(crate) type ClassId = u32;
/// A local variable: its place in the frame.
pub(crate) type Slot = u32;

/// A compiled program with the files it uses.
#[derive(Default)]
pub(crate) struct Unit {
    /// File names; the first is that of the program.
    pub(crate) files: Vec<SmolStr>,
    /// Names of members and variables.
    pub(crate) names: Vec<SmolStr>,
    /// Their numbers.
    pub(crate) ids: HashMap<SmolStr, NameId, FixedState>,
    /// Constants that are not in the code itself.
    pub(crate) consts: Vec<Const>,
    /// Types that the code mentions.
    pub(crate) types: Vec<TypeRef>,
    /// Methods, closures and initialisers.
    pub(crate) functions: Vec<Function>,
    /// Classes; the first is that of the script.
    pub(crate) classes: Vec<ClassDef>,
}

impl Unit {
    /// The text of a name.
    pub(crate) fn name(&self, id: NameId) -> &str {
        self.names.get(id as usize).map_or("", SmolStr::as_str)
    }

    /// The number of a name, when the unit has it.
    pub(crate) fn id(&self, name: &str) -> Option<NameId> {
        self.ids.get(name).copied()
    }
}

/// A constant made once per run.
pub(crate) enum Const {
    Str(SmolStr),
    BigInteger(BigInt),
    Decimal(Decimal),
}

/// A type as the code uses it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TypeRef {
    Native(NativeClass),
    Primitive(NativeClass),
    Array(Box<TypeRef>),
    Script(ClassId),
    /// Not in the library; its name.
    Unknown(SmolStr),
}

/// A class of the library, compared by identity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NativeClass(pub(crate) &'static Class);

impl PartialEq for NativeClass {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for NativeClass {}

impl std::hash::Hash for NativeClass {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

/// Where a variable of a function lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// In the frame.
    Local(Slot),
    /// In a cell of the frame, because a closure uses it too.
    Cell(Slot),
    /// In a cell that came with the closure or the object.
    Captured(Slot),
}

/// A method, closure or initialiser.
pub(crate) struct Function {
    pub(crate) name: SmolStr,
    /// The class of a closure.
    pub(crate) class_name: SmolStr,
    pub(crate) file: u32,
    pub(crate) line: u32,
    pub(crate) class: ClassId,
    pub(crate) params: Box<[Param]>,
    pub(crate) varargs: bool,
    pub(crate) implicit_it: bool,
    pub(crate) is_static: bool,
    pub(crate) is_abstract: bool,
    pub(crate) returns: Option<TypeId>,
    pub(crate) locals: u32,
    pub(crate) cells: u32,
    pub(crate) body: Block,
}

/// A parameter.
pub(crate) struct Param {
    pub(crate) home: Home,
    pub(crate) ty: Option<TypeId>,
    pub(crate) default: Option<Expr>,
}

/// A class of the script.
pub(crate) struct ClassDef {
    /// Full name.
    pub(crate) name: SmolStr,
    pub(crate) kind: Kind,
    pub(crate) is_abstract: bool,
    /// Superclass and interfaces.
    pub(crate) superclass: Option<TypeRef>,
    pub(crate) interfaces: Vec<TypeRef>,
    /// Fields of its objects, without those of superclasses.
    pub(crate) fields: Vec<FieldDef>,
    /// Static fields.
    pub(crate) statics: Vec<FieldDef>,
    /// Methods by name.
    pub(crate) methods: HashMap<NameId, Vec<FunctionId>, FixedState>,
    pub(crate) constructors: Vec<FunctionId>,
    /// Sets the fields of a new object.
    pub(crate) init: Option<FunctionId>,
    /// Sets the static fields, and makes the constants of an enum.
    pub(crate) static_init: Option<FunctionId>,
    /// Names of the constants of an enum, in order.
    pub(crate) constants: Vec<NameId>,
    /// The class around it.
    pub(crate) outer: Option<ClassId>,
    /// Whether its objects keep the `this` they were made in.
    pub(crate) inner: bool,
    /// Structural `equals`, `hashCode` or `toString` from annotations.
    pub(crate) derives: Derives,
}

/// What a class is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Script,
    Class,
    Interface,
    Enum,
}

/// Members that annotations make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Derives {
    pub(crate) equals: bool,
    pub(crate) to_string: bool,
    pub(crate) tuple: bool,
    /// `toString` shows the names of fields.
    pub(crate) names: bool,
}

/// A field.
pub(crate) struct FieldDef {
    pub(crate) name: NameId,
    pub(crate) ty: Option<TypeId>,
    pub(crate) is_final: bool,
    /// Has getters and setters.
    pub(crate) property: bool,
}

/// Statements.
pub(crate) type Block = Box<[Stmt]>;
/// A label of a loop or block; 0 is none.
pub(crate) type Label = u32;

/// A statement and its line.
pub(crate) struct Stmt {
    pub(crate) line: u32,
    pub(crate) kind: StmtKind,
}

/// Kinds of statements.
pub(crate) enum StmtKind {
    Expr(Expr),
    /// A declaration: a new variable, not the old one of the last turn of a loop.
    Declare {
        home: Home,
        ty: Option<TypeId>,
        init: Option<Expr>,
    },
    DeclareMany {
        variables: Box<[(Home, Option<TypeId>)]>,
        init: Expr,
    },
    If {
        cond: Expr,
        then: Block,
        otherwise: Block,
    },
    While {
        label: Label,
        cond: Expr,
        body: Block,
    },
    For {
        label: Label,
        init: Block,
        cond: Option<Expr>,
        update: Box<[Expr]>,
        body: Block,
    },
    ForIn {
        label: Label,
        home: Home,
        ty: Option<TypeId>,
        iterable: Expr,
        body: Block,
    },
    Switch(Box<Switch>),
    Try(Box<Try>),
    Return(Option<Expr>),
    Throw(Expr),
    Break(Label),
    Continue(Label),
    Block {
        label: Label,
        body: Block,
    },
    Assert(Box<Assert>),
    /// `this(…)` and `super(…)` at the start of a constructor.
    Construct(Box<Construct>),
}

/// `switch`
pub(crate) struct Switch {
    pub(crate) label: Label,
    pub(crate) subject: Expr,
    /// Label and first statement of each case.
    pub(crate) cases: Box<[(Option<Expr>, usize)]>,
    pub(crate) body: Block,
}

/// `try`
pub(crate) struct Try {
    pub(crate) body: Block,
    pub(crate) catches: Box<[Catch]>,
    pub(crate) finally: Option<Block>,
}

/// `catch`; no types means `Exception`.
pub(crate) struct Catch {
    pub(crate) types: Box<[TypeRef]>,
    pub(crate) home: Home,
    pub(crate) body: Block,
}

/// `assert`
pub(crate) struct Assert {
    pub(crate) cond: Expr,
    pub(crate) text: SmolStr,
    /// Column at which the text begins.
    pub(crate) column: u32,
    /// Variables whose values go with a message.
    pub(crate) values: Box<[(SmolStr, Expr)]>,
    pub(crate) message: Option<Expr>,
}

/// A call of another constructor.
pub(crate) struct Construct {
    pub(crate) to_super: bool,
    pub(crate) args: Box<[Expr]>,
}

/// An expression.
pub(crate) enum Expr {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Const(ConstId),
    Local(Slot),
    Cell(Slot),
    Captured(Slot),
    This,
    /// `delegate`, `owner` and `thisObject` of the closure around.
    Owner,
    Delegate,
    /// A class as a value.
    Class(TypeId),
    /// A name that is no local variable.
    Variable(NameId),
    /// A field of `this` declared in its class, by class and place.
    Field(ClassId, u32),
    /// A static field of a class of the script.
    Static(ClassId, u32),
    GString(Box<Text>),
    List(Box<[Expr]>),
    Map(Box<[Entry]>),
    Range {
        ends: Box<(Expr, Expr)>,
        inclusive: bool,
    },
    Property(Box<Property>),
    MethodPointer(Box<(Expr, Name)>),
    Index(Box<Index>),
    /// `a.f(x)`
    Call(Box<Call>),
    /// `f(x)`
    CallFree(Box<CallFree>),
    /// `super.f(x)`
    CallSuper(Box<CallFree>),
    New(Box<New>),
    NewArray(Box<NewArray>),
    Closure(Box<MakeClosure>),
    Not(Box<Expr>),
    Unary(UnaryOp, Box<Expr>),
    And(Box<(Expr, Expr)>),
    Or(Box<(Expr, Expr)>),
    Binary(BinaryOp, Box<(Expr, Expr)>),
    Assign(Box<(Place, Expr)>),
    Update(BinaryOp, Box<(Place, Expr)>),
    MultiAssign(Box<(Box<[Place]>, Expr)>),
    Step {
        up: bool,
        prefix: bool,
        place: Box<Place>,
    },
    Ternary(Box<(Expr, Expr, Expr)>),
    Elvis(Box<(Expr, Expr)>),
    Cast(TypeId, Box<Expr>),
    As(TypeId, Box<Expr>),
    InstanceOf(TypeId, Box<Expr>),
    /// Only in lists and arguments.
    Spread(Box<Expr>),
    /// Deep inside others: asks for more stack first.
    Deep(Box<Expr>),
    /// Notes its value for the message of an `assert`.
    Note(u32, Box<Expr>),
}

/// A `GString`.
pub(crate) struct Text {
    pub(crate) strings: Arc<[SmolStr]>,
    pub(crate) values: Box<[Expr]>,
}

/// An entry of a map literal.
pub(crate) enum Entry {
    Pair(Expr, Expr),
    Spread(Expr),
}

/// A name behind a point.
pub(crate) enum Name {
    Fixed(NameId),
    Computed(Expr),
}

/// `a.b`
pub(crate) struct Property {
    pub(crate) object: Expr,
    pub(crate) name: Name,
    pub(crate) access: Access,
    pub(crate) attribute: bool,
}

/// `a[b]`
pub(crate) struct Index {
    pub(crate) object: Expr,
    pub(crate) args: Box<[Expr]>,
}

/// `a.f(x)`
pub(crate) struct Call {
    pub(crate) line: u32,
    pub(crate) object: Expr,
    pub(crate) name: Name,
    pub(crate) access: Access,
    pub(crate) args: Box<[Expr]>,
}

/// `f(x)` where `f` is no local variable.
pub(crate) struct CallFree {
    pub(crate) line: u32,
    pub(crate) name: Name,
    pub(crate) args: Box<[Expr]>,
    /// A class whose static method it is (`import static`).
    pub(crate) imported: Option<(TypeId, NameId)>,
}

/// `new T(x)`
pub(crate) struct New {
    pub(crate) line: u32,
    pub(crate) ty: TypeId,
    pub(crate) args: Box<[Expr]>,
    /// What an anonymous class takes from around it.
    pub(crate) captures: Box<[Home]>,
    /// Name and place of a constant of an enum.
    pub(crate) constant: Option<(ConstId, i32)>,
}

/// `new T[n]`
pub(crate) struct NewArray {
    pub(crate) ty: TypeId,
    pub(crate) sizes: Box<[Expr]>,
    pub(crate) init: Option<Box<[Expr]>>,
}

/// `{ … }`
pub(crate) struct MakeClosure {
    pub(crate) function: FunctionId,
    pub(crate) captures: Box<[Home]>,
}

/// What can be assigned to.
pub(crate) enum Place {
    Home(Home, Option<TypeId>),
    Variable(NameId),
    Field(ClassId, u32),
    Static(ClassId, u32),
    Property(Property),
    Index(Index),
    /// Not assignable; what it is.
    Nowhere(Expr),
}
