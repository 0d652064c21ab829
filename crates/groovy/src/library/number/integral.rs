//! `Integer`, `Long`, `Short` and `Byte`.

use crate::class::{Constant, Function};
use crate::library::number::common::order;
use crate::library::number::parse;
use crate::library::params;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static INTEGER_CONSTANTS: &[(&str, Constant)] = &[
    ("MAX_VALUE", || Value::Int(i32::MAX)),
    ("MIN_VALUE", || Value::Int(i32::MIN)),
    ("SIZE", || Value::Int(32)),
    ("BYTES", || Value::Int(4)),
];

pub(super) static LONG_CONSTANTS: &[(&str, Constant)] = &[
    ("MAX_VALUE", || Value::Long(i64::MAX)),
    ("MIN_VALUE", || Value::Long(i64::MIN)),
    ("SIZE", || Value::Int(64)),
    ("BYTES", || Value::Int(8)),
];

pub(super) static SHORT_CONSTANTS: &[(&str, Constant)] = &[
    ("MAX_VALUE", || Value::Short(i16::MAX)),
    ("MIN_VALUE", || Value::Short(i16::MIN)),
];

pub(super) static BYTE_CONSTANTS: &[(&str, Constant)] = &[
    ("MAX_VALUE", || Value::Byte(i8::MAX)),
    ("MIN_VALUE", || Value::Byte(i8::MIN)),
];

pub(super) static INTEGER_STATICS: &[(&str, Function)] = &[
    ("parseInt", |vm, args| integer(vm, args, false)),
    ("valueOf", |vm, args| integer(vm, args, true)),
    ("decode", |vm, args| {
        let number = decode(vm, args, i32::MIN.into(), i32::MAX.into())?;
        Ok(Value::Int(cut(number)))
    }),
    ("toString", |vm, args| shown(vm, args, 10)),
    ("toHexString", |_, args| unsigned_int(args, 16)),
    ("toBinaryString", |_, args| unsigned_int(args, 2)),
    ("toOctalString", |_, args| unsigned_int(args, 8)),
    ("compare", |_, args| compare(args)),
    ("signum", |_, args| Ok(Value::Int(one(args)?.signum()))),
    ("bitCount", |_, args| count(one(args)?.count_ones())),
    ("numberOfLeadingZeros", |_, args| {
        count(one(args)?.leading_zeros())
    }),
    ("numberOfTrailingZeros", |_, args| {
        count(one(args)?.trailing_zeros())
    }),
    ("reverse", |_, args| {
        Ok(Value::Int(one(args)?.reverse_bits()))
    }),
    ("max", |_, args| two(args, i32::max)),
    ("min", |_, args| two(args, i32::min)),
    ("sum", |_, args| two(args, i32::wrapping_add)),
    ("hashCode", |_, args| Ok(Value::Int(one(args)?))),
];

pub(super) static LONG_STATICS: &[(&str, Function)] = &[
    ("parseLong", |vm, args| long(vm, args, false)),
    ("valueOf", |vm, args| long(vm, args, true)),
    ("decode", |vm, args| {
        Ok(Value::Long(decode(vm, args, i64::MIN, i64::MAX)?))
    }),
    ("toString", |vm, args| shown(vm, args, 10)),
    ("toHexString", |_, args| unsigned_long(args, 16)),
    ("toBinaryString", |_, args| unsigned_long(args, 2)),
    ("toOctalString", |_, args| unsigned_long(args, 8)),
    ("compare", |_, args| compare(args)),
    ("signum", |_, args| match args {
        [n] => Ok(Value::Int(cut(params::long(n)?.signum()))),
        _ => Err(Thrown::mismatch()),
    }),
    ("bitCount", |_, args| match args {
        [n] => count(params::long(n)?.count_ones()),
        _ => Err(Thrown::mismatch()),
    }),
    ("max", |_, args| two_long(args, i64::max)),
    ("min", |_, args| two_long(args, i64::min)),
    ("sum", |_, args| two_long(args, i64::wrapping_add)),
];

pub(super) static SHORT_STATICS: &[(&str, Function)] = &[
    ("parseShort", new_short),
    ("valueOf", new_short),
    ("toString", |vm, args| shown(vm, args, 10)),
];

pub(super) static BYTE_STATICS: &[(&str, Function)] = &[
    ("parseByte", new_byte),
    ("valueOf", new_byte),
    ("toString", |vm, args| shown(vm, args, 10)),
    ("toUnsignedInt", |_, args| match args {
        [Value::Byte(n)] => Ok(Value::Int(i32::from(n.cast_unsigned()))),
        _ => Err(Thrown::mismatch()),
    }),
];

/// `new Integer(…)`
pub(super) fn new_integer(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    integer(vm, args, true)
}

/// `new Long(…)`
pub(super) fn new_long(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    long(vm, args, true)
}

/// `new Short(…)`
pub(super) fn new_short(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    Ok(Value::Short(match args {
        [Value::Short(n)] => *n,
        [Value::Byte(n)] => i16::from(*n),
        [text] => parse::short(&params::text(vm, text)?)?,
        _ => return Err(Thrown::mismatch()),
    }))
}

/// `new Byte(…)`
pub(super) fn new_byte(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    Ok(Value::Byte(match args {
        [Value::Byte(n)] => *n,
        [text] => parse::byte(&params::text(vm, text)?)?,
        _ => return Err(Thrown::mismatch()),
    }))
}

fn integer(vm: &mut Vm, args: &[Value], numbers: bool) -> Result<Value> {
    let number = whole(vm, args, numbers, i32::MIN.into(), i32::MAX.into())?;
    Ok(Value::Int(cut(number)))
}

fn long(vm: &mut Vm, args: &[Value], numbers: bool) -> Result<Value> {
    whole(vm, args, numbers, i64::MIN, i64::MAX).map(Value::Long)
}

/// A number out of a text with an optional radix, or out of a number.
fn whole(vm: &mut Vm, args: &[Value], numbers: bool, least: i64, most: i64) -> Result<i64> {
    let (text, radix) = match args {
        [Value::Null] => return Err(throw("NumberFormatException", "null")),
        [Value::Char(unit)] if numbers => return Ok(i64::from(*unit)),
        [number] if numbers && !params::is_text(number) => {
            let number = params::long(number)?;
            let fits = (least..=most).contains(&number);
            return fits.then_some(number).ok_or_else(Thrown::mismatch);
        }
        [text] => (params::text(vm, text)?, 10),
        [text, radix] => (params::text(vm, text)?, radix_of(params::int(radix)?)?),
        _ => return Err(Thrown::mismatch()),
    };
    parse::whole(&text, radix, least, most)
}

pub(super) fn radix_of(radix: i32) -> Result<u32> {
    match u32::try_from(radix) {
        Ok(radix @ 2..=36) => Ok(radix),
        _ if radix < 2 => Err(throw(
            "NumberFormatException",
            format!("radix {radix} less than Character.MIN_RADIX"),
        )),
        _ => Err(throw(
            "NumberFormatException",
            format!("radix {radix} greater than Character.MAX_RADIX"),
        )),
    }
}

fn decode(vm: &mut Vm, args: &[Value], least: i64, most: i64) -> Result<i64> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = params::text(vm, text)?;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(&text)),
    };
    let hex = ["0x", "0X", "#"];
    let (digits, radix) = match hex.iter().find_map(|prefix| digits.strip_prefix(prefix)) {
        Some(digits) => (digits, 16),
        None => match digits.strip_prefix('0') {
            Some(octal) if !octal.is_empty() => (octal, 8),
            _ => (digits, 10),
        },
    };
    parse::whole(&format!("{sign}{digits}"), radix, least, most)
}

fn shown(vm: &mut Vm, args: &[Value], radix: u32) -> Result<Value> {
    let (number, radix) = match args {
        [] => return Err(Thrown::mismatch()),
        [number] => (params::long(number)?, radix),
        [number, radix] => {
            let radix = u32::try_from(params::int(radix)?).unwrap_or(10);
            (
                params::long(number)?,
                if (2..=36).contains(&radix) { radix } else { 10 },
            )
        }
        _ => return Err(Thrown::mismatch()),
    };
    vm.step(1)?;
    Ok(Value::text(
        num_bigint::BigInt::from(number).to_str_radix(radix),
    ))
}

fn unsigned_int(args: &[Value], radix: u32) -> Result<Value> {
    let number = one(args)?.cast_unsigned();
    Ok(Value::text(
        num_bigint::BigUint::from(number).to_str_radix(radix),
    ))
}

fn unsigned_long(args: &[Value], radix: u32) -> Result<Value> {
    let [number] = args else {
        return Err(Thrown::mismatch());
    };
    let number = params::long(number)?.cast_unsigned();
    Ok(Value::text(
        num_bigint::BigUint::from(number).to_str_radix(radix),
    ))
}

fn compare(args: &[Value]) -> Result<Value> {
    match args {
        [a, b] => Ok(Value::Int(order(params::long(a)?.cmp(&params::long(b)?)))),
        _ => Err(Thrown::mismatch()),
    }
}

fn one(args: &[Value]) -> Result<i32> {
    super::common::one_int(args)
}

fn two(args: &[Value], apply: fn(i32, i32) -> i32) -> Result<Value> {
    match args {
        [a, b] => Ok(Value::Int(apply(params::int(a)?, params::int(b)?))),
        _ => Err(Thrown::mismatch()),
    }
}

fn two_long(args: &[Value], apply: fn(i64, i64) -> i64) -> Result<Value> {
    match args {
        [a, b] => Ok(Value::Long(apply(params::long(a)?, params::long(b)?))),
        _ => Err(Thrown::mismatch()),
    }
}

fn count(bits: u32) -> Result<Value> {
    Ok(Value::Int(bits.cast_signed()))
}

#[expect(clippy::cast_possible_truncation, reason = "was in range before")]
fn cut(number: i64) -> i32 {
    number as i32
}
