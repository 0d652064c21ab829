//! `groovy.json.JsonOutput`

use crate::class::Class;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::pretty::pretty;
use super::unescaped::Unescaped;
use super::write;

pub(super) static JSON_OUTPUT: Class = Class::new("groovy.json.JsonOutput").statics(&[
    ("toJson", to_json),
    ("prettyPrint", pretty_print),
    ("unescaped", unescaped),
]);

fn to_json(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [] => Ok(Value::text("null")),
        [value] => write::to_json(vm, value).map(Value::text),
        _ => Err(Thrown::mismatch()),
    }
}

fn pretty_print(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [text @ (Value::Str(_) | Value::GString(_))] => {
            let text = vm.text(text)?;
            pretty(vm, &text).map(Value::text)
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn unescaped(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [text] => Ok(Value::object(Unescaped {
            text: vm.text(text)?,
        })),
        _ => Err(Thrown::mismatch()),
    }
}
