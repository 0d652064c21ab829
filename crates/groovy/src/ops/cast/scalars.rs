//! To numbers, characters and booleans.

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::decimal::Decimal;
use crate::library::number::parse;
use crate::library::number::{
    BIG_DECIMAL, BIG_INTEGER, BOOLEAN, BYTE, CHARACTER, DOUBLE, FLOAT, INTEGER, LONG, NUMBER, SHORT,
};
use crate::library::{collection, string};
use crate::ops::number::{Number, decimal_of, number};
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

use super::{failed, is};

/// To `int` and the like.
pub(super) fn primitive(
    vm: &mut Vm,
    value: &Value,
    class: &'static Class,
    to: &ClassRef,
) -> Result<Value> {
    if is(class, &BOOLEAN) {
        return Ok(Value::Bool(vm.truth(value)?));
    }
    if value.is_null() {
        return Err(failed(vm, value, to));
    }
    if is(class, &CHARACTER) {
        return character(vm, value, to);
    }
    match number_of(vm, value, class, to) {
        Some(result) => result,
        None => Err(failed(vm, value, to)),
    }
}

/// To `Character`: numbers by code, anything else by its text of one unit.
pub(super) fn character(vm: &mut Vm, value: &Value, to: &ClassRef) -> Result<Value> {
    if let Value::Char(unit) = value {
        return Ok(Value::Char(*unit));
    }
    if let Some(number) = number(value) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the low 16 bits, as in Java"
        )]
        return Ok(Value::Char(number.int()? as u16));
    }
    let text = vm.to_string(value)?;
    match text.unit(0) {
        Some(unit) if text.units() == 1 => Ok(Value::Char(unit)),
        _ => Err(failed(vm, &Value::Str(text), to)),
    }
}

/// To a class of numbers: from numbers and characters, and from strings of one unit by its code.
/// `None` when it is a class of numbers that nothing is converted to.
pub(super) fn number_of(
    vm: &mut Vm,
    value: &Value,
    class: &'static Class,
    to: &ClassRef,
) -> Option<Result<Value>> {
    let from = match value {
        Value::Str(_) | Value::GString(_) => {
            let text = match vm.text(value) {
                Ok(text) => text,
                Err(thrown) => return Some(Err(thrown)),
            };
            match text.unit(0) {
                Some(unit) if text.units() == 1 => Value::Int(i32::from(unit)),
                _ => return Some(Err(failed(vm, &Value::Str(text), to))),
            }
        }
        Value::Char(unit) => Value::Int(i32::from(*unit)),
        other => other.clone(),
    };
    let Some(from_number) = number(&from) else {
        return Some(Err(failed(vm, value, to)));
    };
    convert(&from, &from_number, class).transpose()
}

/// The same number as another class; `None` for a class that is not one of those with values.
#[expect(
    clippy::cast_possible_truncation,
    reason = "conversions cut off as those of Java do"
)]
pub(crate) fn convert(
    value: &Value,
    from: &Number,
    class: &'static Class,
) -> Result<Option<Value>> {
    Ok(Some(if is(class, &INTEGER) {
        Value::Int(from.int()?)
    } else if is(class, &LONG) {
        Value::Long(from.long()?)
    } else if is(class, &DOUBLE) {
        Value::Double(finite(value, from.double(), "double")?)
    } else if is(class, &BIG_DECIMAL) {
        match from {
            Number::Double(n) => Value::decimal(Decimal::exact(*n)?),
            other => Value::Decimal(other.decimal()?),
        }
    } else if is(class, &BIG_INTEGER) {
        match from {
            Number::Double(n) => Value::big(Decimal::exact(*n)?.to_integer()?),
            other => Value::BigInteger(other.big()?),
        }
    } else if is(class, &FLOAT) {
        Value::Float(from.double() as f32)
    } else if is(class, &BYTE) {
        Value::Byte(from.int()? as i8)
    } else if is(class, &SHORT) {
        Value::Short(from.int()? as i16)
    } else if is(class, &NUMBER) {
        value.clone()
    } else {
        return Ok(None);
    }))
}

/// Refuses a number so large that it became infinite.
fn finite(value: &Value, number: f64, to: &str) -> Result<f64> {
    if number.is_infinite() && matches!(value, Value::Decimal(_) | Value::BigInteger(_)) {
        let shown = crate::ops::text::plain(value).unwrap_or_else(|| "".into());
        let class = value.class().name();
        let message = format!(
            "Automatic coercion of {class} value {shown} to {to} failed.  Value is out of range."
        );
        return Err(throw("GroovyRuntimeException", message));
    }
    Ok(number)
}

/// What `as` makes of a string beside casting it.
pub(super) fn text_as(vm: &mut Vm, value: &Value, class: &'static Class) -> Option<Result<Value>> {
    let parsed: fn(&Str) -> Result<Value> = if is(class, &INTEGER) {
        |text| parse::integer(text.trim()).map(Value::Int)
    } else if is(class, &LONG) {
        |text| parse::long(text.trim()).map(Value::Long)
    } else if is(class, &SHORT) {
        |text| parse::short(text.trim()).map(Value::Short)
    } else if is(class, &BYTE) {
        |text| parse::byte(text.trim()).map(Value::Byte)
    } else if is(class, &DOUBLE) {
        |text| parse::double(text.trim()).map(Value::Double)
    } else if is(class, &FLOAT) {
        |text| parse::float(text.trim()).map(Value::Float)
    } else if is(class, &BIG_DECIMAL) {
        |text| parse::decimal(text.trim()).map(Value::decimal)
    } else if is(class, &BIG_INTEGER) {
        |text| parse::big(text.trim(), 10).map(Value::big)
    } else if is(class, &collection::LIST) {
        |text| Ok(Value::list(string::letters(text)))
    } else {
        return None;
    };
    Some(vm.text(value).and_then(|text| parsed(&text)))
}

/// A number as `as` converts it: decimals of floats by their text.
pub(super) fn decimal_by_text(value: &Value) -> Option<Result<Value>> {
    let decimal = decimal_of(value)?;
    Some(decimal.map(Value::Decimal).map_err(Into::into))
}

/// An integer by the text of a float.
pub(super) fn big_by_text(value: &Value) -> Option<Result<Value>> {
    let decimal = decimal_of(value)?;
    let whole = decimal.and_then(|decimal| decimal.to_integer());
    Some(
        whole
            .map(|n| Value::BigInteger(Rc::new(n)))
            .map_err(Into::into),
    )
}
