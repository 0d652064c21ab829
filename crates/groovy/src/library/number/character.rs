//! `Character`.

use crate::ast::BinaryOp;
use crate::class::{Constant, Function, Method};
use crate::library::number::common::order;
use crate::library::params;
use crate::list::{List, ListKind};
use crate::ops::arith;
use crate::ops::text::plain;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static CONSTANTS: &[(&str, Constant)] = &[
    ("MAX_VALUE", || Value::Char(u16::MAX)),
    ("MIN_VALUE", || Value::Char(0)),
];

pub(super) static STATICS: &[(&str, Function)] = &[
    ("valueOf", new),
    ("toString", |_, args| match args {
        [value @ Value::Char(_)] => Ok(Value::Str(plain(value).ok_or_else(Thrown::mismatch)?)),
        _ => Err(Thrown::mismatch()),
    }),
    ("isDigit", |_, args| test(args, is_digit)),
    ("isLetter", |_, args| test(args, char::is_alphabetic)),
    ("isAlphabetic", |_, args| test(args, char::is_alphabetic)),
    ("isLetterOrDigit", |_, args| {
        test(args, |c| c.is_alphabetic() || is_digit(c))
    }),
    ("isWhitespace", |_, args| test(args, is_whitespace)),
    ("isSpaceChar", |_, args| test(args, is_space)),
    ("isUpperCase", |_, args| test(args, char::is_uppercase)),
    ("isLowerCase", |_, args| test(args, char::is_lowercase)),
    ("isISOControl", |_, args| test(args, char::is_control)),
    ("toUpperCase", |_, args| mapped(args, upper)),
    ("toLowerCase", |_, args| mapped(args, lower)),
    ("getNumericValue", numeric_value),
    ("digit", digit),
    ("forDigit", for_digit),
    ("toChars", to_chars),
    ("compare", |_, args| match args {
        [Value::Char(a), Value::Char(b)] => Ok(Value::Int(i32::from(*a) - i32::from(*b))),
        _ => Err(Thrown::mismatch()),
    }),
];

macro_rules! operator {
    ($op:ident) => {
        |vm, this, args| match args {
            [right] => match arith::numeric(vm, BinaryOp::$op, this, right) {
                Some(result) => result,
                None => Err(Thrown::mismatch()),
            },
            _ => Err(Thrown::mismatch()),
        }
    };
}

pub(super) static METHODS: &[(&str, Method)] = &[
    ("charValue", |_, this, _| Ok(this.clone())),
    ("toCharacter", |_, this, _| Ok(this.clone())),
    ("next", |vm, this, _| arith::step(vm, this, BinaryOp::Plus)),
    ("previous", |vm, this, _| {
        arith::step(vm, this, BinaryOp::Minus)
    }),
    ("plus", operator!(Plus)),
    ("minus", operator!(Minus)),
    ("multiply", operator!(Multiply)),
    ("div", operator!(Divide)),
    ("compareTo", |vm, this, args| match args {
        [other] if !matches!(other, Value::Str(_)) => {
            Ok(Value::Int(order(vm.compare(this, other)?)))
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("isDigit", |_, this, _| {
        test(std::slice::from_ref(this), is_digit)
    }),
    ("isLetter", |_, this, _| {
        test(std::slice::from_ref(this), char::is_alphabetic)
    }),
    ("isLetterOrDigit", |_, this, _| {
        test(std::slice::from_ref(this), |c| {
            c.is_alphabetic() || is_digit(c)
        })
    }),
    ("isWhitespace", |_, this, _| {
        test(std::slice::from_ref(this), is_whitespace)
    }),
    ("isUpperCase", |_, this, _| {
        test(std::slice::from_ref(this), char::is_uppercase)
    }),
    ("isLowerCase", |_, this, _| {
        test(std::slice::from_ref(this), char::is_lowercase)
    }),
    ("toUpperCase", |_, this, _| {
        mapped(std::slice::from_ref(this), upper)
    }),
    ("toLowerCase", |_, this, _| {
        mapped(std::slice::from_ref(this), lower)
    }),
];

/// `new Character(c)`
pub(super) fn new(_: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [value @ Value::Char(_)] => Ok(value.clone()),
        [Value::Str(text)] if text.units() == 1 => {
            text.unit(0).map(Value::Char).ok_or_else(Thrown::mismatch)
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// The character of a `char` or code point.
fn char_of(value: &Value) -> Result<Option<char>> {
    match value {
        Value::Char(unit) => Ok(char::from_u32(u32::from(*unit))),
        other => {
            let code = u32::try_from(params::int(other)?).ok();
            Ok(code.and_then(char::from_u32))
        }
    }
}

fn test(args: &[Value], holds: fn(char) -> bool) -> Result<Value> {
    match args {
        [value] => Ok(Value::Bool(char_of(value)?.is_some_and(holds))),
        _ => Err(Thrown::mismatch()),
    }
}

fn mapped(args: &[Value], map: fn(char) -> char) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let mapped = char_of(value)?.map(map);
    Ok(match (value, mapped) {
        (Value::Char(unit), Some(c)) => Value::Char(u16::try_from(u32::from(c)).unwrap_or(*unit)),
        (_, Some(c)) => Value::Int(u32::from(c).cast_signed()),
        (value, None) => value.clone(),
    })
}

fn upper(c: char) -> char {
    single(c.to_uppercase(), c)
}

fn lower(c: char) -> char {
    single(c.to_lowercase(), c)
}

/// The one character it maps to, or itself when that would be several.
fn single(mut mapped: impl Iterator<Item = char>, c: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// `Character.isDigit`
pub(crate) fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || is_decimal(c)
}

/// The decimal digits of the scripts that text is likely to hold.
fn is_decimal(c: char) -> bool {
    const ZEROS: [u32; 9] = [
        0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xe50, 0xff10,
    ];
    ZEROS
        .iter()
        .any(|zero| (*zero..zero + 10).contains(&u32::from(c)))
}

/// `Character.isWhitespace`: no-break spaces are none.
pub(crate) fn is_whitespace(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{1c}'..='\u{1f}')
        || (is_space(c) && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}'))
}

fn is_space(c: char) -> bool {
    c.is_whitespace() && !c.is_control()
}

fn numeric_value(_: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [value] => {
            let digit = char_of(value)?.and_then(|c| c.to_digit(36));
            Ok(Value::Int(digit.map_or(-1, u32::cast_signed)))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn digit(_: &mut Vm, args: &[Value]) -> Result<Value> {
    let [value, radix] = args else {
        return Err(Thrown::mismatch());
    };
    let radix = u32::try_from(params::int(radix)?).unwrap_or(0);
    let digit = match char_of(value)? {
        Some(c) if (2..=36).contains(&radix) => c.to_digit(radix),
        _ => None,
    };
    Ok(Value::Int(digit.map_or(-1, u32::cast_signed)))
}

fn for_digit(_: &mut Vm, args: &[Value]) -> Result<Value> {
    let [digit, radix] = args else {
        return Err(Thrown::mismatch());
    };
    let digit = u32::try_from(params::int(digit)?).unwrap_or(99);
    let radix = u32::try_from(params::int(radix)?).unwrap_or(0);
    let found = match radix {
        2..=36 => char::from_digit(digit, radix),
        _ => None,
    };
    Ok(Value::Char(
        found.map_or(0, |c| u16::try_from(u32::from(c)).unwrap_or(0)),
    ))
}

fn to_chars(_: &mut Vm, args: &[Value]) -> Result<Value> {
    let [code] = args else {
        return Err(Thrown::mismatch());
    };
    let code = u32::try_from(params::int(code)?)
        .ok()
        .and_then(char::from_u32);
    let Some(c) = code else {
        return Err(crate::throwable::throw_bare("IllegalArgumentException"));
    };
    let mut buffer = [0; 2];
    let units = c
        .encode_utf16(&mut buffer)
        .iter()
        .map(|unit| Value::Char(*unit));
    let kind = ListKind::Primitives(&super::CHARACTER);
    Ok(Value::List(List::new(kind, units.collect())))
}
