//! Parts of text.

use crate::library::params;
use crate::library::string::index::{from_end, position, substring};
use crate::range::Range;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `text[1]`, `text[0..2]`, `text[0, 2]`
pub(super) fn get_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = params::text(vm, this)?;
    if !text.is_ascii() {
        vm.step(1 + text.len() as u64 / 256)?;
    }
    match args {
        [Value::Range(range)] => in_range(&text, range).map(Value::Str),
        [indexes @ (Value::List(_) | Value::Set(_))] => {
            let mut out = String::new();
            for index in vm.items(indexes)? {
                vm.step(1)?;
                vm.reserve(out.len())?;
                match &index {
                    Value::Range(range) => out.push_str(&in_range(&text, range)?),
                    index => out.push_str(&at(&text, params::int(index)?)?),
                }
            }
            Ok(Value::text(out))
        }
        // Of any object it is a property.
        [name] if params::is_text(name) => {
            let name = params::text(vm, name)?;
            vm.get(this, &name)
        }
        [index] => at(&text, params::int(index)?).map(Value::Str),
        _ => Err(Thrown::mismatch()),
    }
}

fn at(text: &Str, index: i32) -> Result<Str> {
    let at = from_end(index, text.units())?;
    substring(text, at, at.saturating_add(1))
}

/// `text[from..to]`: backwards when the range is.
fn in_range(text: &Str, range: &Range) -> Result<Str> {
    let len = text.units();
    let (from, to) = (params::int(&range.from)?, params::int(&range.to)?);
    if range.exclusive && from == to {
        return Ok("".into());
    }
    let (from, mut to) = (from_end(from, len)?, {
        // An open end moves towards the start of the range before it is counted from the end.
        let reverse = from > to;
        let to = if range.exclusive {
            to + if reverse { 1 } else { -1 }
        } else {
            to
        };
        from_end(to, len)?
    });
    let reverse = from > to;
    let mut from = from;
    if reverse {
        std::mem::swap(&mut from, &mut to);
    }
    let part = substring(text, from, to.saturating_add(1))?;
    if reverse {
        return Ok(part.chars().rev().collect::<String>().into());
    }
    Ok(part)
}

pub(super) fn take(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [count] = args else {
        return Err(Thrown::mismatch());
    };
    let text = params::text(vm, this)?;
    let count = params::int(count)?.clamp(0, position(text.units()));
    substring(&text, 0, count).map(Value::Str)
}

pub(super) fn drop(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [count] = args else {
        return Err(Thrown::mismatch());
    };
    let text = params::text(vm, this)?;
    let len = position(text.units());
    let count = params::int(count)?.clamp(0, len);
    substring(&text, count, len).map(Value::Str)
}

/// Bytes of the characters at the start for which the closure holds.
fn prefix(vm: &mut Vm, text: &Str, args: &[Value]) -> Result<usize> {
    let [closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    for (at, c) in text.char_indices() {
        let letter = Value::text(c.to_string());
        let result = vm.call(closure, &[letter])?;
        if !vm.truth(&result)? {
            return Ok(at);
        }
    }
    Ok(text.len())
}

pub(super) fn take_while(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = params::text(vm, this)?;
    let end = prefix(vm, &text, args)?;
    Ok(Value::text(text.get(..end).unwrap_or("")))
}

pub(super) fn drop_while(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = params::text(vm, this)?;
    let start = prefix(vm, &text, args)?;
    Ok(Value::text(text.get(start..).unwrap_or("")))
}

/// `tr(from, to)`: characters replaced by those at the same place, ranges as `a-z`.
pub(super) fn tr(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [from, to] = args else {
        return Err(Thrown::mismatch());
    };
    let text = params::text(vm, this)?;
    let (from, to) = (params::text(vm, from)?, params::text(vm, to)?);
    vm.step(1 + text.len() as u64 / 16)?;
    let (negated, from) = match from.strip_prefix('^') {
        Some(rest) if !rest.is_empty() => (true, expanded(rest)?),
        _ => (false, expanded(&from)?),
    };
    let to = expanded(&to)?;
    let last = to.last().copied();
    let map = |c: char| {
        let found = from.iter().rposition(|known| *known == c);
        match found {
            None if negated => last.or(Some(c)),
            Some(_) if negated => Some(c),
            None => Some(c),
            Some(at) => to.get(at).copied().or(last).filter(|_| !to.is_empty()),
        }
    };
    Ok(Value::text(
        text.chars().filter_map(map).collect::<String>(),
    ))
}

/// `a-d` → `abcd`
fn expanded(set: &str) -> Result<Vec<char>> {
    let chars: Vec<char> = set.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some('-'), Some(last)) => {
                if c > *last {
                    let message = format!("Invalid range: {c}-{last}");
                    return Err(throw("IllegalArgumentException", message));
                }
                out.extend(c..=*last);
                at += 3;
            }
            _ => {
                out.push(c);
                at += 1;
            }
        }
    }
    Ok(out)
}
