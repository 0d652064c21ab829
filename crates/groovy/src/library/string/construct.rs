//! `new String(…)` and the static methods.

use crate::class::Function;
use crate::library::params;
use crate::library::string::encoding;
use crate::ops::ambiguous::ambiguous;
use crate::ops::text::chars_text;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static STATICS: &[(&str, Function)] = &[
    ("valueOf", value_of),
    ("copyValueOf", value_of),
    ("join", join),
    ("format", crate::library::format::format),
];

/// `new String(…)`
pub(super) fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [] => Ok(Value::text("")),
        [Value::Null] => {
            let prototypes = ["class [B", "class [C", "class java.lang.String"];
            Err(ambiguous("java.lang.String#<init>", args, &prototypes))
        }
        [Value::Bytes(_)] => bytes(vm, args, "UTF-8"),
        [Value::Bytes(_), charset] if !matches!(charset, Value::Int(_)) => {
            let charset = encoding::name(vm, charset)?;
            bytes(vm, args, &charset)
        }
        [Value::Bytes(_), _, _] => bytes(vm, args, "UTF-8"),
        [Value::Bytes(_), _, _, charset] => {
            let charset = encoding::name(vm, charset)?;
            bytes(vm, args, &charset)
        }
        [Value::List(_)] | [Value::List(_), _, _] => value_of(vm, args),
        [text] => {
            // A string of its own, so that it is not the same object.
            let text = params::text(vm, text)?;
            vm.reserve(text.len())?;
            Ok(Value::text(text.as_str()))
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// Of all bytes, or of some: `(bytes, offset, length)`.
fn bytes(vm: &mut Vm, args: &[Value], charset: &str) -> Result<Value> {
    let [Value::Bytes(all), rest @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    let all = all.borrow();
    vm.reserve(all.len().saturating_mul(2))?;
    vm.step(1 + all.len() as u64 / 64)?;
    let part = match rest {
        [from, len, ..] => part(&all, params::int(from)?, params::int(len)?)?,
        _ => &all,
    };
    Ok(Value::text(encoding::decode(part, charset)?))
}

fn part<T>(all: &[T], from: i32, len: i32) -> Result<&[T]> {
    let bounds = (usize::try_from(from), usize::try_from(len));
    let range = match bounds {
        (Ok(from), Ok(len)) => all.get(from..from.saturating_add(len)),
        _ => None,
    };
    range.ok_or_else(|| super::index::out_of_range(from.saturating_add(len)))
}

/// `String.valueOf(…)`
fn value_of(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [Value::List(list)] if list.is_array() && is_chars(list) => {
            vm.reserve(list.len())?;
            Ok(Value::text(chars_text(list)))
        }
        [value] => Ok(Value::Str(vm.to_string(value)?)),
        [Value::List(list), from, len] if is_chars(list) => {
            let units: Vec<u16> = list.items().iter().filter_map(unit).collect();
            let part = part(&units, params::int(from)?, params::int(len)?)?;
            Ok(Value::text(String::from_utf16_lossy(part)))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn unit(value: &Value) -> Option<u16> {
    match value {
        Value::Char(unit) => Some(*unit),
        _ => None,
    }
}

/// Whether it is a `char[]`.
pub(super) fn is_chars(list: &crate::list::List) -> bool {
    use crate::list::ListKind;
    matches!(list.kind(), ListKind::Primitives(class)
        if crate::ops::cast::is(class, &crate::library::number::CHARACTER))
}

/// `String.join(between, parts)` and `String.join(between, part, …)`
fn join(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [between, parts @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    let between = params::text(vm, between)?;
    let parts = match parts {
        [parts] if !params::is_text(parts) => params::items(vm, parts)?,
        parts => parts.to_vec(),
    };
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(&between);
        }
        let part = match part {
            Value::Null => "null".into(),
            part => params::text(vm, part)?,
        };
        out.push_str(&part);
        vm.step(1)?;
        vm.reserve(out.len())?;
    }
    Ok(Value::text(out))
}
