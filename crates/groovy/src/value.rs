//! What a script computes with.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use num_bigint::BigInt;

use crate::class::{Class, ClassRef};
use crate::closure::Closure;
use crate::decimal::Decimal;
use crate::gstring::GString;
use crate::library;
use crate::list::{List, ListKind};
use crate::map::Map;
use crate::object::Object;
use crate::range::Range;
use crate::text::Str;

/// A value of a script. Cloning is cheap: what is large is shared, as references are in Java.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "each is the Java class its name says")]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Byte(i8),
    Short(i16),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    /// A UTF-16 unit.
    Char(u16),
    BigInteger(Rc<BigInt>),
    Decimal(Rc<Decimal>),
    Str(Str),
    GString(Rc<GString>),
    /// Every list, and every array except `byte[]`.
    List(Rc<List>),
    /// Every map of its own.
    Map(Rc<Map>),
    /// Every set: the keys of a map.
    Set(Rc<Map>),
    Range(Rc<Range>),
    Closure(Rc<Closure>),
    /// `byte[]`
    Bytes(Rc<Bytes>),
    /// A class as a value.
    Class(ClassRef),
    /// Everything else: objects of the library, of the host and of classes in the script.
    Object(Rc<dyn Object>),
}

/// The content of a `byte[]`.
pub type Bytes = std::cell::RefCell<Vec<u8>>;

impl Value {
    /// A string.
    pub fn text(text: impl Into<Str>) -> Self {
        Self::Str(text.into())
    }

    /// An `ArrayList`.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(List::new(ListKind::ArrayList, items))
    }

    /// A `String[]`.
    #[must_use]
    pub fn strings<T: Into<Str>>(items: impl IntoIterator<Item = T>) -> Self {
        let items = items.into_iter().map(Self::text).collect();
        Self::List(List::new(ListKind::Array(&library::string::STRING), items))
    }

    /// A `byte[]`.
    #[must_use]
    pub fn bytes(bytes: Vec<u8>) -> Self {
        Self::Bytes(Rc::new(Bytes::new(bytes)))
    }

    /// An arbitrary-precision integer.
    #[must_use]
    pub fn big(number: BigInt) -> Self {
        Self::BigInteger(Rc::new(number))
    }

    /// A decimal.
    #[must_use]
    pub fn decimal(number: Decimal) -> Self {
        Self::Decimal(Rc::new(number))
    }

    /// An object of the library or the host.
    #[must_use]
    pub fn object(object: impl Object) -> Self {
        Self::Object(Rc::new(object))
    }

    /// A class of the library.
    #[must_use]
    pub fn class_of(class: &'static Class) -> Self {
        Self::Class(ClassRef::Native(class))
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The object, when it is a `T`.
    #[must_use]
    pub fn downcast<T: Object>(&self) -> Option<&T> {
        match self {
            Self::Object(object) => (&**object as &dyn Any).downcast_ref(),
            _ => None,
        }
    }

    /// The object, when it is a `T`, to keep.
    #[must_use]
    pub fn downcast_rc<T: Object>(&self) -> Option<Rc<T>> {
        match self {
            Self::Object(object) => (Rc::clone(object) as Rc<dyn Any>).downcast().ok(),
            _ => None,
        }
    }

    /// Text of a string; `None` for everything else, a `GString` too.
    #[must_use]
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The class of an object; that of `null` is `java.lang.Object`.
    #[must_use]
    pub fn class(&self) -> ClassRef {
        use library::{closure, collection, number, object, string};
        ClassRef::Native(match self {
            Self::Null => &object::OBJECT,
            Self::Bool(_) => &number::BOOLEAN,
            Self::Byte(_) => &number::BYTE,
            Self::Short(_) => &number::SHORT,
            Self::Int(_) => &number::INTEGER,
            Self::Long(_) => &number::LONG,
            Self::Float(_) => &number::FLOAT,
            Self::Double(_) => &number::DOUBLE,
            Self::Char(_) => &number::CHARACTER,
            Self::BigInteger(_) => &number::BIG_INTEGER,
            Self::Decimal(_) => &number::BIG_DECIMAL,
            Self::Str(_) => &string::STRING,
            Self::GString(_) => &string::GSTRING_IMPL,
            Self::List(list) => return list.class(),
            Self::Map(map) => return map.class(),
            Self::Set(set) => return set.class_of_set(),
            Self::Range(range) => return range.class(),
            Self::Closure(_) => &closure::CLOSURE,
            Self::Bytes(_) => &collection::BYTE_ARRAY,
            Self::Class(_) => &object::CLASS,
            Self::Object(object) => return object.class(),
        })
    }

    /// Whether both are one object; numbers, characters and booleans are compared by value.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Byte(a), Self::Byte(b)) => a == b,
            (Self::Short(a), Self::Short(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Long(a), Self::Long(b)) => a == b,
            (Self::Char(a), Self::Char(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Double(a), Self::Double(b)) => a.to_bits() == b.to_bits(),
            (Self::BigInteger(a), Self::BigInteger(b)) => Rc::ptr_eq(a, b),
            (Self::Decimal(a), Self::Decimal(b)) => Rc::ptr_eq(a, b),
            (Self::Str(a), Self::Str(b)) => a.is(b),
            (Self::GString(a), Self::GString(b)) => Rc::ptr_eq(a, b),
            (Self::List(a), Self::List(b)) => Rc::ptr_eq(a, b),
            (Self::Map(a), Self::Map(b)) | (Self::Set(a), Self::Set(b)) => Rc::ptr_eq(a, b),
            (Self::Range(a), Self::Range(b)) => Rc::ptr_eq(a, b),
            (Self::Closure(a), Self::Closure(b)) => Rc::ptr_eq(a, b),
            (Self::Bytes(a), Self::Bytes(b)) => Rc::ptr_eq(a, b),
            (Self::Class(a), Self::Class(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Whether it can hold other values, and so could come to hold itself.
    #[must_use]
    pub(crate) fn is_compound(&self) -> bool {
        matches!(
            self,
            Self::List(_)
                | Self::Map(_)
                | Self::Set(_)
                | Self::Closure(_)
                | Self::Object(_)
                | Self::GString(_)
        )
    }
}

impl fmt::Debug for Value {
    /// The class name: contents may be secret or cyclic.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            other => f.write_str(&other.class().name()),
        }
    }
}
