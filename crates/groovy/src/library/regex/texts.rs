//! What strings do with patterns: methods of everything that is text.

use crate::library::params;
use crate::library::regex::{
    all_matches, is_match, is_pattern, match_value, regex_of, replace, search, whole,
};
use crate::regex::{Mode, Regex};
use crate::text::Str;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A pattern argument.
fn regex_arg(vm: &mut Vm, value: &Value) -> Result<std::sync::Arc<Regex>> {
    match value {
        Value::Null => Err(throw_bare("NullPointerException")),
        value if params::is_text(value) || is_pattern(value) => regex_of(vm, value),
        _ => Err(Thrown::mismatch()),
    }
}

pub(crate) fn matches(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [pattern] = args else {
        return Err(Thrown::mismatch());
    };
    let regex = regex_arg(vm, pattern)?;
    let text = params::text(vm, this)?;
    Ok(Value::Bool(is_match(vm, &regex, &text)?))
}

pub(crate) fn replaced(vm: &mut Vm, this: &Value, args: &[Value], most: usize) -> Result<Value> {
    let [pattern, with] = args else {
        return Err(Thrown::mismatch());
    };
    let regex = regex_arg(vm, pattern)?;
    let text = params::text(vm, this)?;
    replace::replace(vm, &regex, &text, with, most).map(Value::Str)
}

/// `split(pattern[, limit])`; without a pattern at whitespace.
pub(crate) fn split_method(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = params::text(vm, this)?;
    let (pattern, limit) = match args {
        [] => {
            vm.step(1 + text.len() as u64 / 8)?;
            let words = text.split([' ', '\t', '\n', '\r', '\u{c}']);
            return Ok(Value::strings(words.filter(|word| !word.is_empty())));
        }
        [pattern] => (pattern, 0),
        [pattern, limit] => (pattern, params::int(limit)?),
        _ => return Err(Thrown::mismatch()),
    };
    let regex = regex_arg(vm, pattern)?;
    Ok(Value::strings(split(vm, &regex, &text, limit)?))
}

/// `split` as Java 8 does it.
pub(crate) fn split(vm: &mut Vm, regex: &Regex, text: &Str, limit: i32) -> Result<Vec<Str>> {
    let most = usize::try_from(limit).ok().filter(|limit| *limit > 0);
    let mut parts: Vec<Str> = Vec::new();
    let mut at = 0;
    for groups in all_matches(vm, regex, text)? {
        let (start, end) = whole(&groups);
        if most.is_some_and(|most| parts.len() + 1 >= most) {
            break;
        }
        if at == 0 && start == 0 && end == 0 {
            continue;
        }
        parts.push(text.get(at..start).unwrap_or("").into());
        at = end;
    }
    if parts.is_empty() && at == 0 {
        return Ok(vec![text.clone()]);
    }
    parts.push(text.get(at..).unwrap_or("").into());
    if limit == 0 {
        while parts.last().is_some_and(|last| last.is_empty()) {
            parts.pop();
        }
    }
    Ok(parts)
}

/// `find(pattern)`: the text of the first match; with a closure what it makes of it.
pub(crate) fn find(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (pattern, closure) = match args {
        [pattern] => (pattern, None),
        [pattern, closure @ Value::Closure(_)] => (pattern, Some(closure)),
        _ => return Err(Thrown::mismatch()),
    };
    let regex = regex_arg(vm, pattern)?;
    let text = params::text(vm, this)?;
    let Some(groups) = search(vm, &regex, &text, (0, 0), Mode::Find)? else {
        return Ok(Value::Null);
    };
    match closure {
        None => Ok(super::group_value(&text, groups.first().copied().flatten())),
        Some(closure) => {
            let result = vm.call(closure, &[match_value(&regex, &text, &groups)])?;
            vm.text(&result).map(Value::Str)
        }
    }
}

/// `findAll(pattern)`: the texts of all matches; with a closure what it makes of them.
pub(crate) fn find_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (pattern, closure) = match args {
        [pattern] => (pattern, None),
        [pattern, closure @ Value::Closure(_)] => (pattern, Some(closure)),
        _ => return Err(Thrown::mismatch()),
    };
    let regex = regex_arg(vm, pattern)?;
    let text = params::text(vm, this)?;
    let mut found = Vec::new();
    for groups in all_matches(vm, &regex, &text)? {
        found.push(match closure {
            None => super::group_value(&text, groups.first().copied().flatten()),
            Some(closure) => vm.call(closure, &[match_value(&regex, &text, &groups)])?,
        });
    }
    Ok(Value::list(found))
}

pub(crate) fn each_match(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [pattern, closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    let regex = regex_arg(vm, pattern)?;
    let text = params::text(vm, this)?;
    for groups in all_matches(vm, &regex, &text)? {
        vm.call(closure, &[match_value(&regex, &text, &groups)])?;
    }
    Ok(this.clone())
}
