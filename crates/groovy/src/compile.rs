//! From the syntax tree to the compact form.

mod class;
mod closures;
mod expr;
mod names;
mod scope;
mod stmt;
mod walk;

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::ast::{Pos, Script};
use crate::class::Class;
use crate::code::{Const, ConstId, NameId, TypeId, TypeRef, Unit};
use crate::program::Finding;
use names::Imports;
pub(crate) use names::library_class;
use scope::{ClassScope, FunctionScope};

/// Stack that must be left before something nested is entered.
pub(crate) const RED_ZONE: usize = 256 * 1024;
/// Stack added when it is not.
pub(crate) const STACK: usize = 2 * 1024 * 1024;

/// A file to compile: its name and tree.
pub(crate) struct Source {
    pub(crate) name: SmolStr,
    pub(crate) script: Script,
}

/// Compiles files into one unit; the first is the program, the others are what it may use.
pub(crate) fn compile(sources: &[Source], host: &[&'static Class]) -> (Unit, Vec<Finding>) {
    let mut compiler = Compiler::new(host);
    for (index, source) in sources.iter().enumerate() {
        compiler.register(source, number(index));
    }
    for (index, source) in sources.iter().enumerate() {
        compiler.file(source, number(index));
    }
    compiler.cut_circles();
    compiler.name_closures();
    (compiler.unit, compiler.findings)
}

/// The compiler and what it has made so far.
struct Compiler<'a> {
    unit: Unit,
    host: &'a [&'static Class],
    strings: HashMap<SmolStr, ConstId>,
    types: HashMap<TypeRef, TypeId>,
    /// Full names of the classes of all files.
    declared: HashMap<SmolStr, u32>,
    findings: Vec<Finding>,
    imports: Imports,
    file: u32,
    functions: Vec<FunctionScope>,
    classes: Vec<ClassScope>,
    /// Functions made so far, by number, and the closures in them.
    made: Vec<closures::Made>,
    /// The class of each file.
    scripts: Vec<u32>,
    /// Anonymous classes and closures named so far, by the class they are in.
    anonymous: HashMap<u32, u32>,
    /// Whether values are to be noted for the message of an `assert`.
    noting: bool,
    /// How deep the expression being compiled stands in others.
    nesting: u32,
}

impl<'a> Compiler<'a> {
    fn new(host: &'a [&'static Class]) -> Self {
        Self {
            unit: Unit::default(),
            host,
            strings: HashMap::new(),
            types: HashMap::new(),
            declared: HashMap::new(),
            findings: Vec::new(),
            imports: Imports::default(),
            file: 0,
            functions: Vec::new(),
            classes: Vec::new(),
            made: Vec::new(),
            scripts: Vec::new(),
            anonymous: HashMap::new(),
            noting: false,
            nesting: 0,
        }
    }

    /// The number of a name.
    fn name(&mut self, name: &str) -> NameId {
        if let Some(id) = self.unit.ids.get(name) {
            return *id;
        }
        let id = number(self.unit.names.len());
        self.unit.names.push(name.into());
        self.unit.ids.insert(name.into(), id);
        id
    }

    /// The number of a string constant.
    fn string(&mut self, text: &str) -> ConstId {
        if let Some(id) = self.strings.get(text) {
            return *id;
        }
        let id = self.constant(Const::Str(text.into()));
        self.strings.insert(text.into(), id);
        id
    }

    fn constant(&mut self, value: Const) -> ConstId {
        self.unit.consts.push(value);
        number(self.unit.consts.len() - 1)
    }

    /// The number of a type.
    fn type_id(&mut self, ty: TypeRef) -> TypeId {
        if let Some(id) = self.types.get(&ty) {
            return *id;
        }
        let id = number(self.unit.types.len());
        self.unit.types.push(ty.clone());
        self.types.insert(ty, id);
        id
    }

    /// Notes something that will not work when it is reached.
    fn finding(&mut self, at: Pos, what: impl Into<String>) {
        let file = self.unit.files.get(self.file as usize).cloned();
        self.findings.push(Finding {
            file: file.unwrap_or_default().into(),
            at,
            what: what.into(),
        });
    }
}

/// A count as the code keeps it; sources are far smaller than this allows.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
