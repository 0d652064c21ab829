//! Enums of the library: `RoundingMode`, `TimeUnit` and their like.

use std::cmp::Ordering;

use crate::class::{Class, ClassRef};
use crate::library::object::COMPARABLE;
use crate::list::{List, ListKind};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.lang.Enum`
pub static ENUM: Class = Class::new("java.lang.Enum")
    .extends(&[&COMPARABLE])
    .methods(&[
        ("name", name),
        ("toString", name),
        ("ordinal", ordinal),
        ("getDeclaringClass", declaring_class),
    ]);

pub(super) static CLASSES: &[&Class] = &[&ENUM];

/// A constant of an enum of the library. Two are one object when class and name are equal.
pub struct Constant {
    /// The enum.
    pub class: &'static Class,
    /// `name()`
    pub name: &'static str,
    /// `ordinal()`
    pub ordinal: i32,
}

impl Constant {
    /// A constant as a value.
    #[must_use]
    pub fn value(class: &'static Class, names: &[&'static str], index: usize) -> Value {
        let Some(name) = names.get(index) else {
            return Value::Null;
        };
        let ordinal = i32::try_from(index).unwrap_or(i32::MAX);
        Value::object(Self {
            class,
            name,
            ordinal,
        })
    }

    /// All constants, as `values()` gives them.
    #[must_use]
    pub fn values(class: &'static Class, names: &[&'static str]) -> Value {
        let all = (0..names.len()).map(|index| Self::value(class, names, index));
        Value::List(List::new(ListKind::Array(class), all.collect()))
    }

    /// `valueOf(name)`
    ///
    /// # Errors
    /// When there is no such constant.
    pub fn value_of(
        class: &'static Class,
        names: &[&'static str],
        args: &[Value],
    ) -> Result<Value> {
        let [Value::Str(name)] = args else {
            return Err(Thrown::mismatch());
        };
        match names.iter().position(|one| *one == name.as_str()) {
            Some(index) => Ok(Self::value(class, names, index)),
            None => {
                let class = class.name.replace('$', ".");
                let message = format!("No enum constant {class}.{name}");
                Err(throw("IllegalArgumentException", message))
            }
        }
    }

    /// The constant of this enum that a value is.
    #[must_use]
    pub fn of<'a>(value: &'a Value, class: &'static Class) -> Option<&'a Self> {
        let constant = value.downcast::<Self>()?;
        std::ptr::eq(constant.class, class).then_some(constant)
    }
}

impl Object for Constant {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }

    fn to_text(&self, vm: &mut Vm, this: &Value) -> Result<Option<Str>> {
        let Some(to_string) = self.class.method("toString") else {
            return Ok(Some(self.name.into()));
        };
        let text = to_string(vm, this, &[])?;
        vm.text(&text).map(Some)
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(Self::of(other, self.class).is_some_and(|other| other.ordinal == self.ordinal))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        other.is_some_and(|other| {
            std::ptr::eq(other.class, self.class) && other.ordinal == self.ordinal
        })
    }

    fn hash(&self) -> Option<i32> {
        Some(Str::from(self.name).java_hash())
    }

    fn compare(&self, _vm: &mut Vm, other: &Value) -> Result<Option<Ordering>> {
        let other = Self::of(other, self.class);
        Ok(other.map(|other| self.ordinal.cmp(&other.ordinal)))
    }
}

fn constant(this: &Value) -> Result<&Constant> {
    this.downcast::<Constant>().ok_or_else(Thrown::mismatch)
}

fn name(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::text(constant(this)?.name))
}

fn ordinal(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Int(constant(this)?.ordinal))
}

fn declaring_class(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::class_of(constant(this)?.class))
}

/// Declares an enum: `enumeration!(pub(crate) MONTH "java.time.Month" [JANUARY, FEBRUARY] extends
/// [..] statics [..] methods [..])`. The names are also there as `NAMES` of a module beside it.
macro_rules! enumeration {
    (
        $(#[$doc:meta])* $vis:vis $id:ident $names:ident $class:literal
        [$($constant:ident),* $(,)?]
        statics [$($static_member:expr),* $(,)?]
        methods [$($method:expr),* $(,)?]
    ) => {
        $vis static $names: &[&str] = &[$(stringify!($constant)),*];

        $(#[$doc])*
        $vis static $id: $crate::class::Class = $crate::class::Class::new($class)
            .extends(&[&$crate::library::enumeration::ENUM])
            .constants(&[$((stringify!($constant), || {
                let index = $names.iter().position(|name| *name == stringify!($constant));
                $crate::library::enumeration::Constant::value(&$id, $names, index.unwrap_or(0))
            })),*])
            .statics(&[
                ("values", |_, _| {
                    Ok($crate::library::enumeration::Constant::values(&$id, $names))
                }),
                ("valueOf", |_, args| {
                    $crate::library::enumeration::Constant::value_of(&$id, $names, args)
                }),
                $($static_member),*
            ])
            .methods(&[$($method),*]);
    };
}

pub(crate) use enumeration;
