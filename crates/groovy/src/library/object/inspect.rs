//! `inspect()` and `dump()`.

use crate::library::collection;
use crate::thrown::{Limit, Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// How deep values may be inside each other.
const DEPTH: u32 = 200;

/// `inspect()`: as it would be written in a script.
pub(super) fn inspect(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut out = String::new();
    write(vm, this, &mut out, 0)?;
    Ok(Value::text(out))
}

fn write(vm: &mut Vm, value: &Value, out: &mut String, depth: u32) -> Result<()> {
    if depth > DEPTH {
        return Err(Thrown::limit(Limit::Depth));
    }
    vm.step(1)?;
    vm.reserve(out.len())?;
    match value {
        Value::Str(text) => quote(text, out),
        Value::List(_) | Value::Set(_) => {
            let items = collection::items(vm, value)?;
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write(vm, item, out, depth + 1)?;
            }
            out.push(']');
        }
        Value::Map(map) if map.is_empty() => out.push_str("[:]"),
        Value::Map(map) => {
            out.push('[');
            for (at, (key, value)) in map.to_vec().iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write(vm, key, out, depth + 1)?;
                out.push(':');
                write(vm, value, out, depth + 1)?;
            }
            out.push(']');
        }
        other => out.push_str(&vm.text(other)?),
    }
    Ok(())
}

fn quote(text: &str, out: &mut String) {
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            other => out.push(other),
        }
    }
    out.push('\'');
}

/// `dump()`
pub(super) fn dump(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let hash = crate::ops::hash::java_hash(this);
    let text = vm.text(this)?;
    Ok(Value::text(format!(
        "<{}@{hash:x} {text}>",
        this.class().name()
    )))
}
