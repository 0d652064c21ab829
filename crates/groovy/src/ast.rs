//! The syntax tree of a script, as Groovy 2.4 reads it.

mod expr;
mod stmt;

pub use expr::{Access, Arg, BinaryOp, Expr, ExprKind, MapEntry, Name, UnaryOp};
pub use stmt::{Block, Case, Catch, Declaration, Stmt, StmtKind, Variable};

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
