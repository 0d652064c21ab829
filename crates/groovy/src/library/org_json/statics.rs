//! The static methods of `JSONObject`.

use crate::class::Function;
use crate::library::args;
use crate::ops::number::is_number;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::{JsonObject, finite, json_exception, number, wrap, write};

pub(super) static MEMBERS: &[(&str, Function)] = &[
    ("getNames", |_, args| match one(args)?.downcast() {
        Some(JsonObject(map)) if map.is_empty() => Ok(Value::Null),
        Some(JsonObject(map)) => {
            let keys = map.keys();
            Ok(Value::strings(
                keys.iter().filter_map(Value::as_str).cloned(),
            ))
        }
        None => Err(Thrown::mismatch()),
    }),
    ("numberToString", number_to_string),
    ("quote", |vm, args| match one(args)? {
        Value::Null => Ok(Value::text("\"\"")),
        text => {
            let text = args::text(vm, text)?;
            vm.reserve(text.len().saturating_mul(6))?;
            Ok(Value::text(write::quoted(&text)))
        }
    }),
    ("stringToValue", |vm, args| {
        let text = args::text(vm, one(args)?)?;
        number::meaning(&text)
    }),
    ("testValidity", |_, args| {
        finite(one(args)?)?;
        Ok(Value::Null)
    }),
    ("valueToString", |vm, args| {
        write::text(vm, one(args)?, 0).map(Value::Str)
    }),
    ("wrap", |vm, args| wrap(vm, one(args)?, 0)),
];

fn one(args: &[Value]) -> Result<&Value> {
    match args {
        [one] => Ok(one),
        _ => Err(Thrown::mismatch()),
    }
}

fn number_to_string(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let number = one(args)?;
    if number.is_null() {
        return Err(json_exception("Null pointer"));
    }
    if !is_number(number) {
        return Err(Thrown::mismatch());
    }
    finite(number)?;
    let text = vm.to_string(number)?;
    Ok(Value::text(number::shortened(&text)))
}
