//! `org.json.JSONObject`

use std::rc::Rc;

use crate::class::Class;
use crate::library::args;
use crate::list::List;
use crate::map::Map;
use crate::ops::number::is_number;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::read::{self, Kind, with_readers};
use super::write::quoted;
use super::{
    JsonArray, JsonObject, array_of, finite, json_exception, null, object_of, parse, put_value,
    similar, statics, table, unwrapped, wrap_map, write,
};

/// `org.json.JSONObject`
pub(super) static JSON_OBJECT: Class = Class::new("org.json.JSONObject")
    .constructor(construct)
    .constants(&[("NULL", null)])
    .statics(statics::MEMBERS)
    .methods(with_readers![
        ("accumulate", accumulate),
        ("append", append),
        ("clear", clear),
        ("getAt", read::get),
        ("has", has),
        ("increment", increment),
        ("isEmpty", |_, this, _| {
            Ok(Value::Bool(map(this)?.is_empty()))
        }),
        ("isNull", read::missing),
        ("keySet", |vm, this, _| {
            vm.invoke(&Value::Map(Rc::clone(map(this)?)), "keySet", &[])
        }),
        ("keys", |vm, this, _| {
            let keys = vm.invoke(&Value::Map(Rc::clone(map(this)?)), "keySet", &[])?;
            vm.invoke(&keys, "iterator", &[])
        }),
        ("length", |_, this, _| Ok(args::size(map(this)?.len()))),
        ("names", names),
        ("put", put),
        ("putOnce", put_once),
        ("putOpt", put_opt),
        ("remove", remove),
        ("similar", |vm, this, args| match args {
            [other] => similar(vm, this, other).map(Value::Bool),
            _ => Err(Thrown::mismatch()),
        }),
        ("toJSONArray", to_json_array),
        ("toMap", |vm, this, _| unwrapped(vm, this)),
        ("toString", to_string),
        ("write", write_to),
    ]);

fn map(this: &Value) -> Result<&Rc<Map>> {
    match this.downcast() {
        Some(JsonObject(map)) => Ok(map),
        None => Err(Thrown::mismatch()),
    }
}

fn construct(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [] => Ok(object_of(table(16))),
        [Value::Null] => Err(throw_bare("NullPointerException")),
        [Value::Map(map)] => wrap_map(vm, map, 0),
        [from, Value::List(names)] => {
            let from = map(from)?;
            let made = table(names.len());
            for name in names.to_vec() {
                vm.step(1)?;
                if let Some(value) = from.get(&name) {
                    made.put(name, value);
                }
            }
            Ok(object_of(made))
        }
        [text] => {
            let text = args::text(vm, text)?;
            parse::object(vm, &text)
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn key_and_value<'a>(vm: &mut Vm, args: &'a [Value]) -> Result<(Str, &'a Value)> {
    match args {
        [Value::Null, _] => Err(throw("NullPointerException", "Null key.")),
        [key, value] => Ok((args::text(vm, key)?, value)),
        _ => Err(Thrown::mismatch()),
    }
}

/// Puts a value as it is; `null` takes the key out.
fn store(vm: &mut Vm, this: &Value, key: Str, value: Value) -> Result<Value> {
    finite(&value)?;
    vm.reserve(0)?;
    let key = Value::Str(key);
    match value {
        Value::Null => drop(map(this)?.remove(&key)),
        value => drop(map(this)?.put(key, value)),
    }
    Ok(this.clone())
}

fn put(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (key, value) = key_and_value(vm, args)?;
    let value = put_value(vm, value)?;
    store(vm, this, key, value)
}

fn put_opt(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Null, _] | [_, Value::Null] => Ok(this.clone()),
        _ => {
            let (key, value) = key_and_value(vm, args)?;
            store(vm, this, key, value.clone())
        }
    }
}

fn put_once(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if let [Value::Null, _] | [_, Value::Null] = args {
        return Ok(this.clone());
    }
    let (key, value) = key_and_value(vm, args)?;
    if map(this)?.get_str(&key).is_some() {
        return Err(json_exception(format!("Duplicate key \"{key}\"")));
    }
    store(vm, this, key, value.clone())
}

fn accumulate(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (key, value) = key_and_value(vm, args)?;
    finite(value)?;
    let old = map(this)?.get_str(&key);
    let new = match &old {
        None if value.downcast::<JsonArray>().is_some() => array_of(vec![value.clone()]),
        None => value.clone(),
        Some(old) => {
            if let Some(JsonArray(list)) = old.downcast() {
                push(vm, list, value)?;
                return Ok(this.clone());
            }
            array_of(vec![old.clone(), value.clone()])
        }
    };
    store(vm, this, key, new)
}

fn append(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (key, value) = key_and_value(vm, args)?;
    finite(value)?;
    let Some(old) = map(this)?.get_str(&key) else {
        return store(vm, this, key, array_of(vec![value.clone()]));
    };
    let Some(JsonArray(list)) = old.downcast() else {
        let message = format!("JSONObject[{}] is not a JSONArray (null).", quoted(&key));
        return Err(json_exception(message));
    };
    push(vm, list, value)?;
    Ok(this.clone())
}

fn push(vm: &mut Vm, list: &Rc<List>, value: &Value) -> Result<()> {
    vm.reserve(0)?;
    list.push(value.clone());
    Ok(())
}

fn increment(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [key] = args else {
        return Err(Thrown::mismatch());
    };
    let key = args::text(vm, key)?;
    let value = map(this)?.get_str(&key).unwrap_or(Value::Int(0));
    if !is_number(&value) {
        let message = format!("Unable to increment [{}].", quoted(&key));
        return Err(json_exception(message));
    }
    let more = match value {
        Value::Int(number) => Value::Int(number.wrapping_add(1)),
        Value::Long(number) => Value::Long(number.wrapping_add(1)),
        Value::Float(number) => Value::Float(number + 1.0),
        other => vm.invoke(&other, "plus", &[Value::Int(1)])?,
    };
    store(vm, this, key, more)
}

fn has(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Null] => Ok(Value::Bool(false)),
        [key] => {
            let key = args::text(vm, key)?;
            Ok(Value::Bool(map(this)?.get_str(&key).is_some()))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn remove(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Null] => Ok(Value::Null),
        [key] => {
            let key = Value::Str(args::text(vm, key)?);
            let removed = map(this)?.remove(&key);
            Ok(removed.map_or(Value::Null, |(_, value)| value))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn clear(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    drop(map(this)?.take());
    Ok(Value::Null)
}

fn names(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let map = map(this)?;
    Ok(match map.is_empty() {
        true => Value::Null,
        false => array_of(map.keys()),
    })
}

fn to_json_array(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [names] = args else {
        return Err(Thrown::mismatch());
    };
    if names.is_null() {
        return Ok(Value::Null);
    }
    let Some(JsonArray(list)) = names.downcast() else {
        return Err(Thrown::mismatch());
    };
    let map = map(this)?;
    let mut values = Vec::new();
    for index in 0..list.len() {
        vm.step(1)?;
        let name = read::strict(vm, names, &[args::size(index)], Kind::String)?;
        values.push(map.get(&name).unwrap_or_default());
    }
    Ok(match values.is_empty() {
        true => Value::Null,
        false => array_of(values),
    })
}

/// `toString()`, `toString(indent)` of objects and arrays.
pub(super) fn to_string(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [] => write::shown(vm, this).map(Value::Str),
        [step] => write::text(vm, this, args::count(step)?).map(Value::Str),
        _ => Err(Thrown::mismatch()),
    }
}

/// `write(writer)`, `write(writer, indent, from)` of objects and arrays.
pub(super) fn write_to(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (writer, step) = match args {
        [writer] => (writer, 0),
        [writer, step, Value::Int(0)] => (writer, args::count(step)?),
        _ => return Err(Thrown::mismatch()),
    };
    let text = write::text(vm, this, step)?;
    vm.invoke(writer, "write", &[Value::Str(text)])?;
    Ok(writer.clone())
}
