//! Classes: tables of members, one static per class of the library.

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::OnceLock;

use foldhash::fast::FixedState;

use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// A constructor or static method. It chooses among overloads by its arguments itself; when none
/// fits it returns [`crate::thrown::Thrown::mismatch`].
pub type Function = fn(&mut Vm, &[Value]) -> Result<Value>;

/// A method: `this` and the arguments. Overloads as for [`Function`].
pub type Method = fn(&mut Vm, &Value, &[Value]) -> Result<Value>;

/// The value of a static field.
pub type Constant = fn() -> Value;

/// A class or interface of the library, made in a `static`:
///
/// ```ignore
/// pub(crate) static UUID: Class = Class::new("java.util.UUID")
///     .extends(&[&OBJECT, &COMPARABLE])
///     .statics(&[("randomUUID", random), ("fromString", parse)])
///     .methods(&[("toString", to_string)]);
/// ```
pub struct Class {
    /// Full name.
    pub name: &'static str,
    /// Superclass first, then interfaces.
    pub supers: &'static [&'static Self],
    /// Constructor.
    pub construct: Option<Function>,
    /// Static methods.
    pub statics: &'static [(&'static str, Function)],
    /// Static fields.
    pub constants: &'static [(&'static str, Constant)],
    /// Methods.
    pub methods: &'static [(&'static str, Method)],
    /// Whether it is an interface.
    pub interface: bool,
    index: OnceLock<Index>,
}

#[derive(Default)]
struct Index {
    methods: HashMap<&'static str, Method, FixedState>,
    getters: HashMap<String, Method, FixedState>,
    statics: HashMap<&'static str, Function, FixedState>,
}

impl Class {
    /// A class with nothing in it.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            supers: &[],
            construct: None,
            statics: &[],
            constants: &[],
            methods: &[],
            interface: false,
            index: OnceLock::new(),
        }
    }

    /// An interface with nothing in it.
    #[must_use]
    pub const fn interface(name: &'static str) -> Self {
        let mut class = Self::new(name);
        class.interface = true;
        class
    }

    /// Its superclass and interfaces.
    #[must_use]
    pub const fn extends(mut self, supers: &'static [&'static Self]) -> Self {
        self.supers = supers;
        self
    }

    /// Its constructor.
    #[must_use]
    pub const fn constructor(mut self, construct: Function) -> Self {
        self.construct = Some(construct);
        self
    }

    /// Its static methods.
    #[must_use]
    pub const fn statics(mut self, statics: &'static [(&'static str, Function)]) -> Self {
        self.statics = statics;
        self
    }

    /// Its static fields.
    #[must_use]
    pub const fn constants(mut self, constants: &'static [(&'static str, Constant)]) -> Self {
        self.constants = constants;
        self
    }

    /// Its methods.
    #[must_use]
    pub const fn methods(mut self, methods: &'static [(&'static str, Method)]) -> Self {
        self.methods = methods;
        self
    }

    /// The method with this name, of this class or one above it.
    #[must_use]
    pub fn method(&'static self, name: &str) -> Option<Method> {
        self.index().methods.get(name).copied()
    }

    /// The getter of a property: `getName()`, or `isName()`.
    #[must_use]
    pub fn getter(&'static self, property: &str) -> Option<Method> {
        self.index().getters.get(property).copied()
    }

    /// The static method with this name, of this class or one above it.
    #[must_use]
    pub fn static_method(&'static self, name: &str) -> Option<Function> {
        self.index().statics.get(name).copied()
    }

    /// The value of a static field, of this class or one above it.
    #[must_use]
    pub fn constant(&'static self, name: &str) -> Option<Value> {
        let own = self
            .constants
            .iter()
            .find(|(constant, _)| *constant == name);
        match own {
            Some((_, value)) => Some(value()),
            None => self.supers.iter().find_map(|above| above.constant(name)),
        }
    }

    /// Whether it is `other` or below it.
    #[must_use]
    pub fn is_a(&'static self, other: &'static Self) -> bool {
        std::ptr::eq(self, other)
            || self.supers.iter().any(|above| above.is_a(other))
            || other.name == "java.lang.Object"
    }

    fn index(&'static self) -> &'static Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            self.collect(&mut index);
            index
        })
    }

    fn collect(&'static self, index: &mut Index) {
        for (name, method) in self.methods {
            index.methods.entry(name).or_insert(*method);
            for prefix in ["get", "is"] {
                if let Some(property) = name.strip_prefix(prefix).and_then(property_name) {
                    index.getters.entry(property).or_insert(*method);
                }
            }
        }
        for (name, function) in self.statics {
            index.statics.entry(name).or_insert(*function);
        }
        for above in self.supers {
            above.collect(index);
        }
        if self.supers.is_empty() && self.name != "java.lang.Object" {
            crate::library::object::OBJECT.collect(index);
        }
    }
}

/// `Time` → `time`, `URL` → `URL`.
pub(crate) fn property_name(rest: &str) -> Option<String> {
    let mut chars = rest.chars();
    let first = chars.next()?;
    if !first.is_uppercase() {
        return None;
    }
    if chars.clone().next().is_some_and(char::is_uppercase) {
        return Some(rest.to_owned());
    }
    Some(first.to_lowercase().chain(chars).collect())
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A class of the library or of the script.
#[derive(Clone)]
pub enum ClassRef {
    /// Of the library.
    Native(&'static Class),
    /// `int` and the like.
    Primitive(&'static Class),
    /// An array of these.
    Array(Rc<ClassRef>),
    /// Of the script.
    Script(Rc<dyn ScriptClass>),
}

/// A class that a script declares.
pub trait ScriptClass: fmt::Debug + std::any::Any {
    /// Full name.
    fn name(&self) -> &str;

    /// Superclass first, then interfaces.
    fn supers(&self) -> Vec<ClassRef>;

    /// Whether it is an interface.
    fn is_interface(&self) -> bool;

    /// Whether it is an enum.
    fn is_enum(&self) -> bool;

    /// `new`
    ///
    /// # Errors
    /// What the constructor throws.
    fn construct(&self, vm: &mut Vm, args: &[Value]) -> Result<Value>;

    /// A static method; `None` when there is none with this name.
    ///
    /// # Errors
    /// What the method throws.
    fn call_static(&self, vm: &mut Vm, name: &str, args: &[Value]) -> Result<Option<Value>>;

    /// A static field or property.
    ///
    /// # Errors
    /// What the read throws.
    fn get_static(&self, vm: &mut Vm, name: &str) -> Result<Option<Value>>;

    /// Sets a static field or property; `false` when there is none.
    ///
    /// # Errors
    /// What the write throws.
    fn set_static(&self, vm: &mut Vm, name: &str, value: &Value) -> Result<bool>;
}

impl ClassRef {
    /// Its name as Java's `getName()` gives it: `[Ljava.lang.String;`, `int`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Native(class) => class.name.to_owned(),
            Self::Primitive(class) => primitive_name(class).to_owned(),
            Self::Script(class) => class.name().to_owned(),
            Self::Array(element) => match &**element {
                Self::Primitive(class) => format!("[{}", primitive_letter(class)),
                Self::Array(_) => format!("[{}", element.name()),
                other => format!("[L{};", other.name()),
            },
        }
    }

    /// The name behind the last point.
    #[must_use]
    pub fn simple_name(&self) -> String {
        if let Self::Array(element) = self {
            return format!("{}[]", element.simple_name());
        }
        let name = self.name();
        let last = name.rsplit(['.', '$']).next().unwrap_or(&name);
        last.to_owned()
    }

    /// Whether a value of this class is also one of `other`.
    #[must_use]
    pub fn is_a(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Native(a) | Self::Primitive(a), Self::Native(b) | Self::Primitive(b)) => {
                a.is_a(b)
            }
            (Self::Array(a), Self::Array(b)) => a.is_a(b),
            (Self::Array(_), Self::Native(b)) => b.name == "java.lang.Object",
            (Self::Script(_), _) if self == other => true,
            (Self::Script(a), _) => {
                matches!(other, Self::Native(b) if b.name == "java.lang.Object")
                    || a.supers().iter().any(|above| above.is_a(other))
            }
            _ => false,
        }
    }
}

impl PartialEq for ClassRef {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Native(a), Self::Native(b)) | (Self::Primitive(a), Self::Primitive(b)) => {
                std::ptr::eq(*a, *b)
            }
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Script(a), Self::Script(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl fmt::Debug for ClassRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

fn primitive_name(boxed: &Class) -> &'static str {
    match boxed.name {
        "java.lang.Integer" => "int",
        "java.lang.Long" => "long",
        "java.lang.Boolean" => "boolean",
        "java.lang.Character" => "char",
        "java.lang.Byte" => "byte",
        "java.lang.Short" => "short",
        "java.lang.Float" => "float",
        "java.lang.Double" => "double",
        _ => "void",
    }
}

fn primitive_letter(boxed: &Class) -> char {
    match boxed.name {
        "java.lang.Integer" => 'I',
        "java.lang.Long" => 'J',
        "java.lang.Boolean" => 'Z',
        "java.lang.Character" => 'C',
        "java.lang.Byte" => 'B',
        "java.lang.Short" => 'S',
        "java.lang.Float" => 'F',
        _ => 'D',
    }
}
