//! `java.math.RoundingMode` and `java.math.MathContext`.

use std::any::Any;
use std::cmp::Ordering;

use crate::class::{Class, ClassRef};
use crate::decimal::{Context, Rounding};
use crate::library::object::COMPARABLE;
use crate::library::params;
use crate::list::{List, ListKind};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.math.RoundingMode`
pub(crate) static ROUNDING_MODE: Class = Class::new("java.math.RoundingMode")
    .extends(&[&COMPARABLE])
    .constants(&[
        ("UP", || mode(Rounding::Up)),
        ("DOWN", || mode(Rounding::Down)),
        ("CEILING", || mode(Rounding::Ceiling)),
        ("FLOOR", || mode(Rounding::Floor)),
        ("HALF_UP", || mode(Rounding::HalfUp)),
        ("HALF_DOWN", || mode(Rounding::HalfDown)),
        ("HALF_EVEN", || mode(Rounding::HalfEven)),
        ("UNNECESSARY", || mode(Rounding::Unnecessary)),
    ])
    .statics(&[
        ("valueOf", value_of),
        ("values", |_, _| {
            let all = Rounding::ALL.into_iter().map(mode).collect();
            Ok(Value::List(List::new(ListKind::Array(&ROUNDING_MODE), all)))
        }),
    ])
    .methods(&[
        ("name", |_, this, _| Ok(Value::text(of(this)?.name()))),
        ("ordinal", |_, this, _| Ok(Value::Int(of(this)? as i32))),
    ]);

/// `java.math.MathContext`
pub(crate) static MATH_CONTEXT: Class = Class::new("java.math.MathContext")
    .constructor(new_context)
    .constants(&[
        ("UNLIMITED", || context(0, Rounding::HalfUp)),
        ("DECIMAL32", || context(7, Rounding::HalfEven)),
        ("DECIMAL64", || context(16, Rounding::HalfEven)),
        ("DECIMAL128", || context(34, Rounding::HalfEven)),
    ])
    .methods(&[
        ("getPrecision", |_, this, _| {
            Ok(Value::Int(context_of(this)?.precision.cast_signed()))
        }),
        ("getRoundingMode", |_, this, _| {
            Ok(mode(context_of(this)?.rounding))
        }),
    ]);

struct Mode(Rounding);

impl Object for Mode {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&ROUNDING_MODE)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.0.name().into()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other
            .downcast::<Self>()
            .is_some_and(|other| other.0 == self.0))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn Any).downcast_ref::<Self>();
        other.is_some_and(|other| other.0 == self.0)
    }

    fn hash(&self) -> Option<i32> {
        Some(self.0 as i32)
    }

    fn compare(&self, _vm: &mut Vm, other: &Value) -> Result<Option<Ordering>> {
        let other = other.downcast::<Self>();
        Ok(other.map(|other| (self.0 as i32).cmp(&(other.0 as i32))))
    }
}

struct MathContext(Context);

impl Object for MathContext {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MATH_CONTEXT)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let Context {
            precision,
            rounding,
        } = self.0;
        let mode = rounding.name();
        Ok(Some(
            format!("precision={precision} roundingMode={mode}").into(),
        ))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other
            .downcast::<Self>()
            .is_some_and(|other| other.0 == self.0))
    }
}

/// A rounding mode as a value.
pub(crate) fn mode(rounding: Rounding) -> Value {
    Value::object(Mode(rounding))
}

/// The rounding mode of an argument: a `RoundingMode`, or one of the `ROUND_` numbers.
pub(crate) fn rounding(value: &Value) -> Result<Rounding> {
    if let Some(mode) = value.downcast::<Mode>() {
        return Ok(mode.0);
    }
    let number = usize::try_from(params::int(value)?).ok();
    number
        .and_then(|number| Rounding::ALL.get(number).copied())
        .ok_or_else(|| throw("IllegalArgumentException", "Invalid rounding mode"))
}

fn of(value: &Value) -> Result<Rounding> {
    let mode = value.downcast::<Mode>();
    mode.map(|mode| mode.0).ok_or_else(Thrown::mismatch)
}

fn context(precision: u32, rounding: Rounding) -> Value {
    Value::object(MathContext(Context {
        precision,
        rounding,
    }))
}

/// The `MathContext` of an argument.
pub(crate) fn context_of(value: &Value) -> Result<Context> {
    let context = value.downcast::<MathContext>();
    context
        .map(|context| context.0)
        .ok_or_else(Thrown::mismatch)
}

fn value_of(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    if !params::is_text(name) {
        return rounding(name).map(mode);
    }
    let name = params::text(vm, name)?;
    let found = Rounding::ALL.into_iter().find(|mode| mode.name() == &*name);
    found.map(mode).ok_or_else(|| {
        let message = format!("No enum constant java.math.RoundingMode.{name}");
        throw("IllegalArgumentException", message)
    })
}

fn new_context(_: &mut Vm, args: &[Value]) -> Result<Value> {
    let (digits, rounding) = match args {
        [digits] => (digits, Rounding::HalfUp),
        [digits, mode] => (digits, of(mode)?),
        _ => return Err(Thrown::mismatch()),
    };
    let precision = u32::try_from(params::int(digits)?)
        .map_err(|_| throw("IllegalArgumentException", "Digits < 0"))?;
    Ok(context(precision, rounding))
}
