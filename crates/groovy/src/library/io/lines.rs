//! Lines of a text, as readers and streams give them.

use crate::library::args;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// The line at the beginning of a text, and how many bytes it takes with its end.
pub(super) fn first(text: &str) -> Option<(&str, usize)> {
    if text.is_empty() {
        return None;
    }
    let Some(end) = text.find(['\n', '\r']) else {
        return Some((text, text.len()));
    };
    let (line, rest) = text.split_at(end);
    let ends = if rest.starts_with("\r\n") { 2 } else { 1 };
    Some((line, end + ends))
}

/// All lines of a text.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (line, taken) = first(rest)?;
        rest = rest.get(taken..).unwrap_or_default();
        Some(line)
    })
}

/// `readLines()`
pub(super) fn all(vm: &mut Vm, text: &str) -> Result<Value> {
    let mut all = Vec::new();
    for line in split(text) {
        vm.step(1 + line.len() as u64 / 64)?;
        all.push(Value::text(line));
    }
    vm.reserve(0)?;
    Ok(Value::list(all))
}

/// `eachLine { line -> }`, `eachLine { line, number -> }`, `eachLine(first) { … }`: the last
/// result.
pub(super) fn each(vm: &mut Vm, text: &str, args: &[Value]) -> Result<Value> {
    let (first, closure) = match args {
        [closure] => (1, closure),
        [first @ Value::Int(_), closure] => (args::int(first)?, closure),
        [_charset, closure] => (1, closure),
        _ => return Err(Thrown::mismatch()),
    };
    let numbered = args::closure(closure)?.arity() == 2;
    let mut last = Value::Null;
    for (number, line) in (first..).zip(split(text)) {
        vm.step(1)?;
        let line = Value::text(line);
        last = if numbered {
            vm.call(closure, &[line, Value::Int(number)])?
        } else {
            vm.call(closure, &[line])?
        };
    }
    Ok(last)
}
