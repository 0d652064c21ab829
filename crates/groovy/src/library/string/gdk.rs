//! What Groovy gives everything that is text.

use crate::class::Method;
use crate::library::string::index::{self, position};
use crate::library::string::{convert, jdk};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static METHODS: &[(&str, Method)] = &[
    ("length", length),
    ("size", length),
    ("charAt", char_at),
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
];

fn length(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if !args.is_empty() {
        return Err(Thrown::mismatch());
    }
    Ok(Value::Int(position(jdk::me(vm, this)?.units())))
}

fn char_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at] = args else {
        return Err(Thrown::mismatch());
    };
    let text = jdk::me(vm, this)?;
    if !text.is_ascii() {
        vm.step(1 + text.len() as u64 / 256)?;
    }
    index::unit(&text, crate::library::params::code(at)?).map(Value::Char)
}
