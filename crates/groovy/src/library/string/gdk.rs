//! What Groovy gives everything that is text.

use crate::class::Method;
use crate::library::object::OBJECT;
use crate::library::string::index::{self, position};
use crate::library::string::{convert, encoding, jdk, letters, lines, pad, pick};
use crate::library::{params, regex};
use crate::ops::arith;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static METHODS: &[(&str, Method)] = &[
    ("decodeBase64", crate::library::codec::base64::decode_groovy),
    ("decodeHex", crate::library::codec::hex::decode_groovy),
    ("length", length),
    ("size", length),
    ("charAt", char_at),
    ("chars", crate::library::stream::chars),
    ("subSequence", jdk::substring),
    ("getAt", pick::get_at),
    ("toInteger", convert::to_integer),
    ("toLong", convert::to_long),
    ("toShort", convert::to_short),
    ("toDouble", convert::to_double),
    ("toFloat", convert::to_float),
    ("toBigDecimal", convert::to_big_decimal),
    ("toBigInteger", convert::to_big_integer),
    ("toBoolean", convert::to_boolean),
    ("toCharacter", convert::to_character),
    ("isInteger", convert::is_integer),
    ("isLong", convert::is_long),
    ("isDouble", convert::is_double),
    ("isFloat", convert::is_double),
    ("isBigDecimal", convert::is_big_decimal),
    ("isNumber", convert::is_big_decimal),
    ("isBigInteger", convert::is_big_integer),
    ("isAllWhitespace", |vm, this, _| {
        let text = params::text(vm, this)?;
        Ok(Value::Bool(text.trim_matches(|c| c <= ' ').is_empty()))
    }),
    ("padLeft", pad::pad_left),
    ("padRight", pad::pad_right),
    ("center", pad::center),
    ("multiply", pad::multiply),
    ("capitalize", |vm, this, _| {
        jdk::mapped(vm, this, |text| first_mapped(text, true))
    }),
    ("uncapitalize", |vm, this, _| {
        jdk::mapped(vm, this, |text| first_mapped(text, false))
    }),
    ("reverse", |vm, this, _| {
        jdk::mapped(vm, this, |text| text.chars().rev().collect())
    }),
    ("take", pick::take),
    ("drop", pick::drop),
    ("takeWhile", pick::take_while),
    ("dropWhile", pick::drop_while),
    ("toList", |vm, this, _| {
        let text = params::text(vm, this)?;
        vm.reserve(text.len().saturating_mul(64))?;
        Ok(Value::list(letters(&text)))
    }),
    ("toSet", |vm, this, _| {
        use crate::map::{Map, MapKind};
        let text = params::text(vm, this)?;
        vm.reserve(text.len().saturating_mul(64))?;
        Ok(Value::Set(Map::set_of(MapKind::Hash, letters(&text))))
    }),
    ("getChars", jdk::to_char_array),
    ("count", count),
    ("contains", |vm, this, args| {
        jdk::with(vm, this, args, |a, b| a.contains(b))
    }),
    ("plus", |vm, this, args| match args {
        [right] => arith::binary(vm, crate::ast::BinaryOp::Plus, this, right),
        _ => Err(Thrown::mismatch()),
    }),
    ("minus", minus),
    ("leftShift", left_shift),
    ("next", |vm, this, _| stepped(vm, this, 1)),
    ("previous", |vm, this, _| stepped(vm, this, u32::MAX)),
    ("bitwiseNegate", |vm, this, _| {
        crate::ops::regex::pattern(vm, this)
    }),
    ("tr", pick::tr),
    ("tokenize", lines::tokenize),
    ("readLines", lines::read_lines),
    ("eachLine", lines::each_line),
    ("splitEachLine", lines::split_each_line),
    ("normalize", |vm, this, _| {
        jdk::mapped(vm, this, lines::normalized)
    }),
    ("denormalize", |vm, this, _| {
        jdk::mapped(vm, this, lines::normalized)
    }),
    ("stripIndent", lines::strip_indent),
    ("stripMargin", lines::strip_margin),
    ("expand", lines::expand),
    ("unexpand", lines::unexpand),
    ("collectReplacements", collect_replacements),
    ("isCase", |vm, this, args| match args {
        [Value::Null] => Ok(Value::Bool(false)),
        [value] => {
            let (text, value) = (params::text(vm, this)?, vm.text(value)?);
            Ok(Value::Bool(text == value))
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("execute", |_, _, _| {
        let message = "A script cannot start processes: take what it would do into the flow.";
        Err(throw("SecurityException", message))
    }),
    ("getBytes", encoding::get_bytes),
    ("find", |vm, this, args| {
        or_object(vm, this, args, "find", regex::texts::find)
    }),
    ("findAll", |vm, this, args| {
        or_object(vm, this, args, "findAll", regex::texts::find_all)
    }),
    ("split", |vm, this, args| {
        or_object(vm, this, args, "split", regex::texts::split_method)
    }),
    ("eachMatch", regex::texts::each_match),
    ("matches", regex::texts::matches),
    ("replaceAll", |vm, this, args| {
        regex::texts::replaced(vm, this, args, usize::MAX)
    }),
    ("replaceFirst", |vm, this, args| {
        regex::texts::replaced(vm, this, args, 1)
    }),
];

/// With a closure alone, what it is for every object.
fn or_object(
    vm: &mut Vm,
    this: &Value,
    args: &[Value],
    name: &str,
    method: Method,
) -> Result<Value> {
    match args {
        [Value::Closure(_)] => match OBJECT.method(name) {
            Some(general) => general(vm, this, args),
            None => Err(Thrown::mismatch()),
        },
        _ => method(vm, this, args),
    }
}

fn length(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if !args.is_empty() {
        return Err(Thrown::mismatch());
    }
    Ok(Value::Int(position(params::text(vm, this)?.units())))
}

fn char_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at] = args else {
        return Err(Thrown::mismatch());
    };
    let text = params::text(vm, this)?;
    if !text.is_ascii() {
        vm.step(1 + text.len() as u64 / 256)?;
    }
    index::unit(&text, params::code(at)?).map(Value::Char)
}

/// The text with its first character in upper or lower case.
fn first_mapped(text: &str, upper: bool) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let mut mapped = String::with_capacity(text.len());
    if upper {
        mapped.extend(first.to_uppercase());
    } else {
        mapped.extend(first.to_lowercase());
    }
    mapped.push_str(chars.as_str());
    mapped
}

/// `count(part)`: places that may overlap.
fn count(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let part = match args {
        [part] => params::text(vm, part)?,
        _ => return Err(Thrown::mismatch()),
    };
    let text = params::text(vm, this)?;
    vm.step(1 + text.len() as u64 / 16)?;
    let mut count = 0;
    let mut rest = text.as_str();
    while let Some(at) = rest.find(&*part) {
        count += 1;
        let Some(first) = rest.get(at..).and_then(|rest| rest.chars().next()) else {
            break;
        };
        rest = rest.get(at + first.len_utf8()..).unwrap_or("");
    }
    Ok(Value::Int(count))
}

/// `text - part`: without the first place where it stands, or where a pattern matches.
fn minus(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [part] = args else {
        return Err(Thrown::mismatch());
    };
    if regex::is_pattern(part) {
        let args = [part.clone(), Value::text("")];
        return regex::texts::replaced(vm, this, &args, 1);
    }
    let (text, part) = (params::text(vm, this)?, vm.text(part)?);
    vm.step(1 + text.len() as u64 / 64)?;
    Ok(Value::text(text.replacen(&*part, "", 1)))
}

/// `text << more`: a `StringBuffer`, as strings do not change.
fn left_shift(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [more] = args else {
        return Err(Thrown::mismatch());
    };
    let (text, more) = (params::text(vm, this)?, vm.text(more)?);
    vm.reserve(text.len().saturating_add(more.len()))?;
    let joined = format!("{text}{more}");
    Ok(super::builder::made(
        &super::builder::STRING_BUFFER,
        &joined,
    ))
}

/// `next()` and `previous()`: the last character moves on.
fn stepped(vm: &mut Vm, this: &Value, by: u32) -> Result<Value> {
    let text = params::text(vm, this)?;
    vm.step(1 + text.len() as u64 / 64)?;
    let mut chars = text.chars();
    let last = match chars.next_back() {
        None => '\0',
        Some(last) => {
            let code = u32::from(last).wrapping_add(by);
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
    };
    Ok(Value::text(format!("{}{last}", chars.as_str())))
}

/// `collectReplacements { }`: characters for which the closure returns a text.
fn collect_replacements(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    let text = params::text(vm, this)?;
    let mut out = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        let c = Value::Char(unit);
        let replacement = vm.call(closure, std::slice::from_ref(&c))?;
        let shown = if replacement.is_null() {
            &c
        } else {
            &replacement
        };
        out.push_str(&vm.text(shown)?);
        vm.reserve(out.len())?;
    }
    Ok(Value::text(out))
}
