//! What Java gives strings.

use crate::class::Method;
use crate::library::params;
use crate::library::string::index::{self, first_of, last_of, position};
use crate::list::{List, ListKind};
use crate::ops::compare::texts;
use crate::text::Str;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static METHODS: &[(&str, Method)] = &[
    ("substring", substring),
    ("indexOf", index_of),
    ("lastIndexOf", last_index_of),
    ("isEmpty", |vm, this, _| {
        Ok(Value::Bool(me(vm, this)?.is_empty()))
    }),
    ("codePointAt", code_point_at),
    ("startsWith", starts_with),
    ("endsWith", |vm, this, args| {
        with(vm, this, args, |a, b| a.ends_with(b))
    }),
    ("contentEquals", |vm, this, args| {
        with(vm, this, args, |a, b| a == b)
    }),
    ("equalsIgnoreCase", equals_ignore_case),
    ("compareTo", compare_to),
    ("compareToIgnoreCase", compare_ignore_case),
    ("concat", |vm, this, args| match args {
        [part] if params::is_text(part) => {
            let part = Value::Str(params::text(vm, part)?);
            let this = Value::Str(me(vm, this)?);
            crate::ops::arith::concat(vm, &this, &part)
        }
        [Value::Null] => Err(throw_bare("NullPointerException")),
        _ => Err(Thrown::mismatch()),
    }),
    ("replace", replace),
    ("toUpperCase", |vm, this, _| {
        mapped(vm, this, str::to_uppercase)
    }),
    ("toLowerCase", |vm, this, _| {
        mapped(vm, this, str::to_lowercase)
    }),
    ("trim", |vm, this, _| {
        let text = me(vm, this)?;
        let trimmed = text.trim_matches(|c| c <= ' ');
        Ok(if trimmed.len() == text.len() {
            Value::Str(text)
        } else {
            Value::text(trimmed)
        })
    }),
    ("intern", |vm, this, _| Ok(Value::Str(me(vm, this)?))),
    ("toCharArray", to_char_array),
    ("regionMatches", region_matches),
];

/// The text itself.
pub(super) fn me(vm: &mut Vm, this: &Value) -> Result<Str> {
    params::text(vm, this)
}

/// A text argument; `null` is an error of its own.
pub(super) fn text_or_null(vm: &mut Vm, value: &Value) -> Result<Str> {
    if value.is_null() {
        return Err(throw_bare("NullPointerException"));
    }
    params::text(vm, value)
}

pub(super) fn with(
    vm: &mut Vm,
    this: &Value,
    args: &[Value],
    holds: fn(&str, &str) -> bool,
) -> Result<Value> {
    let [part] = args else {
        return Err(Thrown::mismatch());
    };
    let (text, part) = (me(vm, this)?, text_or_null(vm, part)?);
    vm.step(1 + text.len() as u64 / 64)?;
    Ok(Value::Bool(holds(&text, &part)))
}

pub(super) fn mapped(vm: &mut Vm, this: &Value, map: fn(&str) -> String) -> Result<Value> {
    let text = me(vm, this)?;
    vm.step(1 + text.len() as u64 / 64)?;
    vm.reserve(text.len())?;
    Ok(Value::text(map(&text)))
}

pub(super) fn substring(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = me(vm, this)?;
    vm.step(1 + text.len() as u64 / 256)?;
    let (from, to) = match args {
        [from] => (params::code(from)?, position(text.units())),
        [from, to] => (params::code(from)?, params::code(to)?),
        _ => return Err(Thrown::mismatch()),
    };
    index::substring(&text, from, to).map(Value::Str)
}

/// The text of a part to look for: a string, or the code of a character.
fn part(vm: &mut Vm, value: &Value) -> Result<Str> {
    match value {
        Value::Char(unit) => Ok(String::from_utf16_lossy(&[*unit]).into()),
        Value::Int(code) => {
            let c = u32::try_from(*code).ok().and_then(char::from_u32);
            Ok(c.map_or_else(|| "\u{fffd}".into(), |c| c.to_string().into()))
        }
        other => text_or_null(vm, other),
    }
}

pub(super) fn index_of(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = me(vm, this)?;
    vm.step(1 + text.len() as u64 / 64)?;
    let (wanted, from) = match args {
        [wanted] => (wanted, 0),
        [wanted, from] => (wanted, params::int(from)?),
        _ => return Err(Thrown::mismatch()),
    };
    let wanted = part(vm, wanted)?;
    Ok(Value::Int(first_of(&text, &wanted, from)))
}

pub(super) fn last_index_of(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = me(vm, this)?;
    vm.step(1 + text.len() as u64 / 64)?;
    let (wanted, from) = match args {
        [wanted] => (wanted, i32::MAX),
        [wanted, from] => (wanted, params::int(from)?),
        _ => return Err(Thrown::mismatch()),
    };
    let wanted = part(vm, wanted)?;
    Ok(Value::Int(last_of(&text, &wanted, from)))
}

fn code_point_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at] = args else {
        return Err(Thrown::mismatch());
    };
    let (text, at) = (me(vm, this)?, params::int(at)?);
    let first = index::unit(&text, at)?;
    let second = index::unit(&text, at.wrapping_add(1)).unwrap_or(0);
    let pair = char::decode_utf16([first, second]).next();
    Ok(Value::Int(match pair {
        Some(Ok(c)) => u32::from(c).cast_signed(),
        _ => i32::from(first),
    }))
}

fn starts_with(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [part, from] = args else {
        return with(vm, this, args, |a, b| a.starts_with(b));
    };
    let (text, part) = (me(vm, this)?, text_or_null(vm, part)?);
    let from = usize::try_from(params::int(from)?).ok();
    let rest = from
        .filter(|from| *from <= text.units())
        .and_then(|from| index::byte_near(&text, from))
        .and_then(|from| text.get(from..));
    Ok(Value::Bool(
        rest.is_some_and(|rest| rest.starts_with(&*part)),
    ))
}

/// Folded as Java folds: each character upper-cased, then lower-cased.
fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|c| {
        let mut upper = c.to_uppercase();
        let upper = match (upper.next(), upper.next()) {
            (Some(one), None) => one,
            _ => c,
        };
        let mut lower = upper.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(one), None) => one,
            _ => upper,
        }
    })
}

fn equals_ignore_case(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Null] => Ok(Value::Bool(false)),
        [other] => {
            let (text, other) = (me(vm, this)?, params::text(vm, other)?);
            Ok(Value::Bool(folded(&text).eq(folded(&other))))
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// `compareTo`: the difference of the first units that differ, or of the lengths.
fn difference(a: &str, b: &str) -> i32 {
    if texts(a, b).is_eq() {
        return 0;
    }
    let pairs = a.encode_utf16().zip(b.encode_utf16());
    let differs = pairs
        .map(|(a, b)| i32::from(a) - i32::from(b))
        .find(|d| *d != 0);
    let lengths = || position(crate::text::units_of(a)) - position(crate::text::units_of(b));
    differs.unwrap_or_else(lengths)
}

fn compare_to(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    let (text, other) = (me(vm, this)?, text_or_null(vm, other)?);
    Ok(Value::Int(difference(&text, &other)))
}

fn compare_ignore_case(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    let (text, other) = (me(vm, this)?, text_or_null(vm, other)?);
    let (a, b): (String, String) = (folded(&text).collect(), folded(&other).collect());
    Ok(Value::Int(difference(&a, &b)))
}

/// `replace(part, by)`: texts or characters.
fn replace(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [from, to] = args else {
        return Err(Thrown::mismatch());
    };
    let chars = matches!((from, to), (Value::Char(_), Value::Char(_)));
    let one = |vm: &mut Vm, value: &Value| match value {
        Value::Char(_) if chars => part(vm, value),
        other => text_or_null(vm, other),
    };
    let (text, from, to) = (me(vm, this)?, one(vm, from)?, one(vm, to)?);
    vm.step(1 + text.len() as u64 / 64)?;
    if to.len() > from.len() {
        let places = text.matches(&*from).count();
        vm.reserve(text.len().saturating_add(places.saturating_mul(to.len())))?;
    }
    Ok(Value::text(text.replace(&*from, &to)))
}

/// A `char[]` of the text.
pub(super) fn to_char_array(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if !args.is_empty() {
        return Err(Thrown::mismatch());
    }
    let text = me(vm, this)?;
    vm.step(1 + text.len() as u64 / 16)?;
    vm.reserve(text.len().saturating_mul(size_of::<Value>()))?;
    let units = text.encode_utf16().map(Value::Char).collect();
    let kind = ListKind::Primitives(&crate::library::number::CHARACTER);
    Ok(Value::List(List::new(kind, units)))
}

/// `regionMatches([ignoreCase,] at, other, otherAt, len)`
fn region_matches(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (ignore, [at, other, other_at, len]) = (match args {
        [Value::Bool(ignore), rest @ ..] => (*ignore, rest),
        rest => (false, rest),
    }) else {
        return Err(Thrown::mismatch());
    };
    let (text, other) = (me(vm, this)?, text_or_null(vm, other)?);
    let (at, other_at) = (params::int(at)?, params::int(other_at)?);
    let len = params::int(len)?;
    let region = |text: &Str, at: i32| index::substring(text, at, at.saturating_add(len)).ok();
    Ok(Value::Bool(
        match (region(&text, at), region(&other, other_at)) {
            (Some(a), Some(b)) if ignore => folded(&a).eq(folded(&b)),
            (Some(a), Some(b)) => a == b,
            _ => false,
        },
    ))
}
