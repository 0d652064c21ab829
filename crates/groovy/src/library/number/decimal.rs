//! `BigDecimal`.

use std::rc::Rc;

use crate::class::{Constant, Function, Method};
use crate::decimal::{Decimal, Outcome, Rounding};
use crate::library::number::parse;
use crate::library::number::rounding::{context_of, rounding};
use crate::library::params;
use crate::ops::ambiguous::ambiguous;
use crate::ops::number::{Number, number};
use crate::ops::text::chars_text;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static CONSTANTS: &[(&str, Constant)] = &[
    ("ZERO", || Value::decimal(Decimal::from(0))),
    ("ONE", || Value::decimal(Decimal::from(1))),
    ("TEN", || Value::decimal(Decimal::from(10))),
    ("ROUND_UP", || Value::Int(0)),
    ("ROUND_DOWN", || Value::Int(1)),
    ("ROUND_CEILING", || Value::Int(2)),
    ("ROUND_FLOOR", || Value::Int(3)),
    ("ROUND_HALF_UP", || Value::Int(4)),
    ("ROUND_HALF_DOWN", || Value::Int(5)),
    ("ROUND_HALF_EVEN", || Value::Int(6)),
    ("ROUND_UNNECESSARY", || Value::Int(7)),
];

pub(super) static STATICS: &[(&str, Function)] = &[("valueOf", value_of)];

pub(super) static METHODS: &[(&str, Method)] = &[
    ("add", |vm, this, args| binary(vm, this, args, Decimal::add)),
    ("subtract", |vm, this, args| {
        binary(vm, this, args, Decimal::subtract)
    }),
    ("multiply", |vm, this, args| {
        binary(vm, this, args, Decimal::multiply)
    }),
    ("divide", divide),
    ("remainder", |vm, this, args| {
        binary(vm, this, args, Decimal::remainder)
    }),
    ("divideToIntegralValue", |vm, this, args| {
        binary(vm, this, args, Decimal::divide_to_integer)
    }),
    ("max", |vm, this, args| {
        binary(vm, this, args, |a, b| {
            Ok(if a.compare(b).is_ge() { a } else { b }.clone())
        })
    }),
    ("min", |vm, this, args| {
        binary(vm, this, args, |a, b| {
            Ok(if a.compare(b).is_le() { a } else { b }.clone())
        })
    }),
    ("pow", |vm, this, args| match args {
        [power] => {
            let result = of(this)?.pow(params::int(power)?)?;
            vm.step(result.weight() * 8)?;
            Ok(Value::decimal(result))
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("setScale", set_scale),
    ("round", round),
    ("scale", |_, this, _| Ok(Value::Int(of(this)?.scale()))),
    ("precision", |_, this, _| {
        Ok(Value::Int(
            i32::try_from(of(this)?.precision()).unwrap_or(i32::MAX),
        ))
    }),
    ("signum", |_, this, _| Ok(Value::Int(of(this)?.signum()))),
    ("unscaledValue", |_, this, _| {
        Ok(Value::big(of(this)?.unscaled()))
    }),
    ("negate", |_, this, _| {
        Ok(Value::decimal(of(this)?.negate()))
    }),
    ("stripTrailingZeros", |_, this, _| {
        Ok(Value::decimal(of(this)?.strip_trailing_zeros()))
    }),
    ("movePointLeft", |_, this, args| move_point(this, args, -1)),
    ("movePointRight", |_, this, args| move_point(this, args, 1)),
    ("scaleByPowerOfTen", |_, this, args| match args {
        [places] => Ok(Value::decimal(
            of(this)?.scale_by_ten(params::int(places)?)?,
        )),
        _ => Err(Thrown::mismatch()),
    }),
    ("toPlainString", |vm, this, _| {
        vm.reserve(of(this)?.plain_len())?;
        Ok(Value::text(of(this)?.to_plain()))
    }),
    ("toEngineeringString", |_, this, _| {
        Ok(Value::text(of(this)?.to_engineering()))
    }),
    ("toBigIntegerExact", |_, this, _| {
        Ok(Value::big(of(this)?.to_integer_exact()?))
    }),
    ("intValueExact", |_, this, _| {
        let exact = i32::try_from(of(this)?.to_integer_exact()?).map(Value::Int);
        exact.map_err(|_| throw("ArithmeticException", "Overflow"))
    }),
    ("longValueExact", |_, this, _| {
        let exact = i64::try_from(of(this)?.to_integer_exact()?).map(Value::Long);
        exact.map_err(|_| throw("ArithmeticException", "Overflow"))
    }),
];

/// `new BigDecimal(…)`: exact for a double.
pub(super) fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (value, context) = match args {
        [value] => (value, None),
        [
            Value::BigInteger(unscaled),
            scale @ (Value::Int(_) | Value::Short(_)),
        ] => {
            let unscaled = (**unscaled).clone();
            return Ok(Value::decimal(Decimal::new(unscaled, params::int(scale)?)));
        }
        [value, context] => (value, Some(context_of(context)?)),
        _ => return Err(Thrown::mismatch()),
    };
    let made = match value {
        Value::Null => {
            let prototypes = ["class java.lang.String", "class [C"];
            return Err(ambiguous("java.math.BigDecimal#<init>", args, &prototypes));
        }
        Value::List(list) if list.is_array() => parse::decimal(&chars_text(list))?,
        text if params::is_text(text) => parse::decimal(&params::text(vm, text)?)?,
        other => match number(other) {
            // No constructor takes a `BigDecimal`: that of `double` does.
            Some(number @ (Number::Double(_) | Number::Decimal(_))) => exact(number.double())?,
            Some(number) => (*number.decimal()?).clone(),
            None => return Err(Thrown::mismatch()),
        },
    };
    Ok(Value::decimal(match context {
        Some(context) => made.round(context)?,
        None => made,
    }))
}

fn exact(number: f64) -> Result<Decimal> {
    Decimal::exact(number).map_err(|_| throw("NumberFormatException", "Infinite or NaN"))
}

/// `BigDecimal.valueOf(…)`: a double by its text.
fn value_of(_: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [value] => match number(value).ok_or_else(Thrown::mismatch)? {
            Number::Double(n) if !n.is_finite() => Err(throw_bare("NumberFormatException")),
            number => Ok(Value::Decimal(number.decimal()?)),
        },
        [unscaled, scale] => {
            let unscaled = params::long(unscaled)?.into();
            Ok(Value::decimal(Decimal::new(unscaled, params::int(scale)?)))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn of(value: &Value) -> Result<&Decimal> {
    match value {
        Value::Decimal(number) => Ok(number),
        _ => Err(Thrown::mismatch()),
    }
}

/// A parameter of class `BigDecimal`, which takes any number.
fn operand(value: &Value) -> Result<Rc<Decimal>> {
    match (value, number(value)) {
        (Value::Char(_), _) | (_, None) => Err(Thrown::mismatch()),
        (_, Some(Number::Double(n))) => Ok(Rc::new(exact(n)?)),
        (_, Some(number)) => Ok(number.decimal()?),
    }
}

fn binary(
    vm: &mut Vm,
    this: &Value,
    args: &[Value],
    apply: fn(&Decimal, &Decimal) -> Outcome<Decimal>,
) -> Result<Value> {
    let (other, context) = match args {
        [other] => (other, None),
        [other, context] => (other, Some(context_of(context)?)),
        _ => return Err(Thrown::mismatch()),
    };
    let (this, other) = (of(this)?, operand(other)?);
    vm.step(1 + this.weight() + other.weight())?;
    let result = apply(this, &other)?;
    Ok(Value::decimal(match context {
        Some(context) => result.round(context)?,
        None => result,
    }))
}

fn divide(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [other, rest @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    let (this, other) = (of(this)?, operand(other)?);
    vm.step(1 + this.weight() + other.weight())?;
    Ok(Value::decimal(match rest {
        [] => this.divide_exact(&other)?,
        [how] => match context_of(how) {
            Ok(context) => this.divide_rounded(&other, context)?,
            Err(_) => this.divide_scaled(&other, this.scale(), rounding(how)?)?,
        },
        [scale, how] => this.divide_scaled(&other, params::int(scale)?, rounding(how)?)?,
        _ => return Err(Thrown::mismatch()),
    }))
}

fn set_scale(_: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (scale, mode) = match args {
        [scale] => (scale, Rounding::Unnecessary),
        [scale, mode] => (scale, rounding(mode)?),
        _ => return Err(Thrown::mismatch()),
    };
    Ok(Value::decimal(
        of(this)?.set_scale(params::int(scale)?, mode)?,
    ))
}

/// `round(context)`; without an argument it is called with `null`.
fn round(_: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [] | [Value::Null] => Err(throw_bare("NullPointerException")),
        [context] => Ok(Value::decimal(of(this)?.round(context_of(context)?)?)),
        _ => Err(Thrown::mismatch()),
    }
}

fn move_point(this: &Value, args: &[Value], sign: i32) -> Result<Value> {
    let [places] = args else {
        return Err(Thrown::mismatch());
    };
    let places = params::int(places)?.wrapping_mul(sign);
    let moved = of(this)?.scale_by_ten(places)?;
    if moved.scale() < 0 {
        return Ok(Value::decimal(moved.set_scale(0, Rounding::Unnecessary)?));
    }
    Ok(Value::decimal(moved))
}
