//! `java.lang.Math` and `StrictMath`.

use crate::class::{Class, Function};
use crate::library::number::rounded;
use crate::library::params;
use crate::ops::ambiguous::ambiguous;
use crate::ops::number::double_value;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.lang.Math`
pub static MATH: Class = Class::new("java.lang.Math")
    .constants(CONSTANTS)
    .statics(STATICS);
/// `java.lang.StrictMath`
pub static STRICT_MATH: Class = Class::new("java.lang.StrictMath")
    .constants(CONSTANTS)
    .statics(STATICS);

pub(super) static CLASSES: &[&Class] = &[&MATH, &STRICT_MATH];

static CONSTANTS: &[(&str, crate::class::Constant)] = &[
    ("PI", || Value::Double(std::f64::consts::PI)),
    ("E", || Value::Double(std::f64::consts::E)),
];

static STATICS: &[(&str, Function)] = &[
    ("abs", abs),
    ("max", |_, args| {
        not_between_floats("max", args)?;
        extreme(args, i32::max, i64::max, f64::max)
    }),
    ("min", |_, args| {
        not_between_floats("min", args)?;
        extreme(args, i32::min, i64::min, f64::min)
    }),
    ("round", round),
    ("ceil", |_, args| one(args, f64::ceil)),
    ("floor", |_, args| one(args, f64::floor)),
    ("rint", |_, args| one(args, f64::round_ties_even)),
    ("sqrt", |_, args| one(args, f64::sqrt)),
    ("cbrt", |_, args| one(args, f64::cbrt)),
    ("exp", |_, args| one(args, f64::exp)),
    ("log", |_, args| one(args, f64::ln)),
    ("log10", |_, args| one(args, f64::log10)),
    ("sin", |_, args| one(args, f64::sin)),
    ("cos", |_, args| one(args, f64::cos)),
    ("tan", |_, args| one(args, f64::tan)),
    ("asin", |_, args| one(args, f64::asin)),
    ("acos", |_, args| one(args, f64::acos)),
    ("atan", |_, args| one(args, f64::atan)),
    ("toRadians", |_, args| one(args, f64::to_radians)),
    ("toDegrees", |_, args| one(args, f64::to_degrees)),
    ("signum", |_, args| {
        one(args, |n| if n == 0.0 { n } else { n.signum() })
    }),
    ("pow", |_, args| two(args, f64::powf)),
    ("atan2", |_, args| two(args, f64::atan2)),
    ("hypot", |_, args| two(args, f64::hypot)),
    ("random", |vm, _| random(vm)),
    ("floorDiv", |_, args| {
        divided(args, |a, b| {
            let (whole, rest) = (a.wrapping_div(b), a.wrapping_rem(b));
            whole - i64::from(rest != 0 && (rest < 0) != (b < 0))
        })
    }),
    ("floorMod", |_, args| {
        divided(args, |a, b| {
            let rest = a.wrapping_rem(b);
            if rest != 0 && (rest < 0) != (b < 0) {
                rest + b
            } else {
                rest
            }
        })
    }),
    ("addExact", |_, args| {
        exact(args, i32::checked_add, i64::checked_add)
    }),
    ("subtractExact", |_, args| {
        exact(args, i32::checked_sub, i64::checked_sub)
    }),
    ("multiplyExact", |_, args| {
        exact(args, i32::checked_mul, i64::checked_mul)
    }),
    ("toIntExact", |_, args| match args {
        [number] => {
            let int = i32::try_from(params::long(number)?).map(Value::Int);
            int.map_err(|_| throw("ArithmeticException", "integer overflow"))
        }
        _ => Err(Thrown::mismatch()),
    }),
];

fn double(value: &Value) -> Result<f64> {
    double_value(value).ok_or_else(Thrown::mismatch)
}

fn one(args: &[Value], apply: fn(f64) -> f64) -> Result<Value> {
    match args {
        [number] => Ok(Value::Double(apply(double(number)?))),
        _ => Err(Thrown::mismatch()),
    }
}

fn two(args: &[Value], apply: fn(f64, f64) -> f64) -> Result<Value> {
    match args {
        [a, b] => Ok(Value::Double(apply(double(a)?, double(b)?))),
        _ => Err(Thrown::mismatch()),
    }
}

fn abs(_: &mut Vm, args: &[Value]) -> Result<Value> {
    let [number] = args else {
        return Err(Thrown::mismatch());
    };
    Ok(match number {
        Value::Long(n) => Value::Long(n.wrapping_abs()),
        Value::Float(n) => Value::Float(n.abs()),
        number => match params::int(number) {
            Ok(n) => Value::Int(n.wrapping_abs()),
            Err(_) => Value::Double(double(number)?.abs()),
        },
    })
}

/// An integer and a decimal are as near to two floats as to two doubles, and Groovy refuses to
/// choose.
fn not_between_floats(name: &str, args: &[Value]) -> Result<()> {
    let [a, b] = args else {
        return Err(Thrown::mismatch());
    };
    let torn = |a: &Value, b: &Value| match b {
        Value::Decimal(_) => params::long(a).is_ok(),
        Value::BigInteger(_) => matches!(a, Value::Long(_)),
        _ => false,
    };
    if torn(a, b) || torn(b, a) {
        let method = format!("java.lang.Math#{name}");
        let prototypes = ["double, double", "float, float"];
        return Err(ambiguous(&method, args, &prototypes));
    }
    Ok(())
}

/// The larger or smaller of two numbers, in the wider class of both.
#[expect(clippy::cast_possible_truncation, reason = "both were floats before")]
fn extreme(
    args: &[Value],
    int: fn(i32, i32) -> i32,
    long: fn(i64, i64) -> i64,
    float: fn(f64, f64) -> f64,
) -> Result<Value> {
    let [a, b] = args else {
        return Err(Thrown::mismatch());
    };
    let int_of = |value: &Value| match value {
        Value::BigInteger(_) => params::number(value),
        other => params::int(other),
    };
    if let (Ok(a), Ok(b)) = (int_of(a), int_of(b)) {
        return Ok(Value::Int(int(a, b)));
    }
    if let (Ok(a), Ok(b)) = (params::long(a), params::long(b)) {
        return Ok(Value::Long(long(a, b)));
    }
    let (x, y) = (double(a)?, double(b)?);
    let result = if x.is_nan() || y.is_nan() {
        f64::NAN
    } else {
        float(x, y)
    };
    let narrow = |value: &Value| matches!(value, Value::Float(_)) || params::long(value).is_ok();
    Ok(if narrow(a) && narrow(b) {
        Value::Float(result as f32)
    } else {
        Value::Double(result)
    })
}

#[expect(clippy::cast_possible_truncation, reason = "saturates, as in Java")]
fn round(_: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Float(n)] => Ok(Value::Int(rounded(f64::from(*n)) as i32)),
        [number] if params::int(number).is_ok() => params::int(number).map(Value::Int),
        [number] => Ok(Value::Long(rounded(double(number)?) as i64)),
        _ => Err(Thrown::mismatch()),
    }
}

fn random(vm: &mut Vm) -> Result<Value> {
    let mut bytes = [0; 8];
    vm.host().random(&mut bytes);
    let bits = u64::from_le_bytes(bytes) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let number = bits as f64 / (1_u64 << 53) as f64;
    Ok(Value::Double(number))
}

fn divided(args: &[Value], apply: fn(i64, i64) -> i64) -> Result<Value> {
    let [a, b] = args else {
        return Err(Thrown::mismatch());
    };
    let (long_a, long_b) = (params::long(a)?, params::long(b)?);
    if long_b == 0 {
        return Err(throw("ArithmeticException", "/ by zero"));
    }
    let result = apply(long_a, long_b);
    Ok(match (a, b) {
        (Value::Long(_), _) | (_, Value::Long(_)) => Value::Long(result),
        #[expect(clippy::cast_possible_truncation, reason = "wraps, as in Java")]
        _ => Value::Int(result as i32),
    })
}

fn exact(
    args: &[Value],
    int: fn(i32, i32) -> Option<i32>,
    long: fn(i64, i64) -> Option<i64>,
) -> Result<Value> {
    let [a, b] = args else {
        return Err(Thrown::mismatch());
    };
    if let (Ok(a), Ok(b)) = (params::int(a), params::int(b)) {
        let sum = int(a, b).map(Value::Int);
        return sum.ok_or_else(|| throw("ArithmeticException", "integer overflow"));
    }
    let sum = long(params::long(a)?, params::long(b)?).map(Value::Long);
    sum.ok_or_else(|| throw("ArithmeticException", "long overflow"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shown, vm};

    #[test]
    fn functions_keep_the_class_of_their_arguments() {
        let mut vm = vm();
        let mut call = |name: &str, args: &[Value]| {
            let function = MATH.static_method(name).expect("a function");
            let result = function(&mut vm, args);
            shown(&mut vm, result)
        };
        assert_eq!(call("abs", &[Value::Int(-5)]), "Integer 5");
        assert_eq!(call("round", &[Value::Double(-2.5)]), "Long -2");
        assert_eq!(call("round", &[Value::Double(2.5)]), "Long 3");
        assert_eq!(call("max", &[Value::Int(1), Value::Long(2)]), "Long 2");
        assert_eq!(
            call("floorMod", &[Value::Int(-7), Value::Int(3)]),
            "Integer 2"
        );
        assert_eq!(
            call("addExact", &[Value::Int(i32::MAX), Value::Int(1)]),
            "!ArithmeticException integer overflow"
        );
        assert_eq!(call("ceil", &[Value::Double(1.2)]), "Double 2.0");
    }
}
