//! `org.json.JSONArray`

use std::rc::Rc;

use crate::class::Class;
use crate::library::args;
use crate::library::collection::ITERABLE;
use crate::list::List;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::object::{to_string, write_to};
use super::read::{self, Kind, with_readers};
use super::{
    JsonArray, array_of, json_exception, null, object_of, parse, put_value, similar, table,
    unwrapped, wrap_items, write,
};

/// `org.json.JSONArray`
pub(super) static JSON_ARRAY: Class = Class::new("org.json.JSONArray")
    .extends(&[&ITERABLE])
    .constructor(construct)
    .methods(with_readers![
        ("clear", |_, this, _| {
            drop(list(this)?.replace(Vec::new()));
            Ok(Value::Null)
        }),
        ("getAt", |vm, this, args| vm.index(&plain(this)?, args)),
        ("isEmpty", |_, this, _| {
            Ok(Value::Bool(list(this)?.is_empty()))
        }),
        ("isNull", read::missing),
        ("iterator", |vm, this, _| {
            vm.invoke(&plain(this)?, "iterator", &[])
        }),
        ("join", join),
        ("length", |_, this, _| Ok(args::size(list(this)?.len()))),
        ("put", put),
        ("putAll", put_all),
        ("remove", remove),
        ("similar", |vm, this, args| match args {
            [other] => similar(vm, this, other).map(Value::Bool),
            _ => Err(Thrown::mismatch()),
        }),
        ("toJSONObject", to_json_object),
        ("toList", |vm, this, _| unwrapped(vm, this)),
        ("toString", to_string),
        ("write", write_to),
    ]);

fn list(this: &Value) -> Result<&Rc<List>> {
    match this.downcast() {
        Some(JsonArray(list)) => Ok(list),
        None => Err(Thrown::mismatch()),
    }
}

/// The list behind it, as a value.
fn plain(this: &Value) -> Result<Value> {
    Ok(Value::List(Rc::clone(list(this)?)))
}

fn construct(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [from] = args else {
        return match args {
            [] => Ok(array_of(Vec::new())),
            _ => Err(Thrown::mismatch()),
        };
    };
    match from {
        Value::Null => Err(throw_bare("NullPointerException")),
        Value::List(_) | Value::Set(_) | Value::Range(_) | Value::Bytes(_) => {
            wrap_items(vm, from, 0)
        }
        Value::Int(capacity) if *capacity < 0 => Err(json_exception(
            "JSONArray initial capacity cannot be negative.",
        )),
        Value::Int(_) => Ok(array_of(Vec::new())),
        Value::Str(text) => parse::array(vm, text),
        Value::GString(_) => {
            let text = args::text(vm, from)?;
            parse::array(vm, &text)
        }
        other => match other.downcast() {
            Some(JsonArray(list)) => Ok(array_of(list.to_vec())),
            None => Err(json_exception(
                "JSONArray initial value should be a string or collection or array.",
            )),
        },
    }
}

fn put(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let list = list(this)?;
    vm.reserve(0)?;
    match args {
        [value] => list.push(put_value(vm, value)?),
        [index, value] => {
            let index = args::int(index)?;
            let value = put_value(vm, value)?;
            let Ok(at) = usize::try_from(index) else {
                return Err(json_exception(format!("JSONArray[{index}] not found.")));
            };
            if at < list.len() {
                let old = list.set(at, value);
                drop(old);
                return Ok(this.clone());
            }
            let missing = at - list.len();
            vm.step(missing as u64)?;
            vm.reserve(missing.saturating_mul(size_of::<Value>()))?;
            list.splice(list.len(), vec![null(); missing]);
            list.push(value);
        }
        _ => return Err(Thrown::mismatch()),
    }
    Ok(this.clone())
}

fn put_all(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [more] = args else {
        return Err(Thrown::mismatch());
    };
    let items = match more {
        Value::List(_) | Value::Set(_) | Value::Range(_) | Value::Bytes(_) => vm.items(more)?,
        other => match other.downcast() {
            Some(JsonArray(list)) => list.to_vec(),
            None => {
                return Err(json_exception(
                    "JSONArray initial value should be a string or collection or array.",
                ));
            }
        },
    };
    for item in &items {
        super::finite(item)?;
    }
    vm.reserve(items.len().saturating_mul(size_of::<Value>()))?;
    let list = list(this)?;
    list.splice(list.len(), items);
    Ok(this.clone())
}

fn remove(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [index] = args else {
        return Err(Thrown::mismatch());
    };
    let at = usize::try_from(args::int(index)?).ok();
    let removed = at.map(|at| list(this).map(|list| list.remove(at)));
    Ok(removed.transpose()?.flatten().unwrap_or_default())
}

fn join(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [separator] = args else {
        return Err(Thrown::mismatch());
    };
    let separator = args::text(vm, separator)?;
    let mut joined = String::new();
    for (index, item) in list(this)?.to_vec().iter().enumerate() {
        if index > 0 {
            joined.push_str(&separator);
        }
        let text = write::text(vm, item, 0)?;
        vm.step(1 + separator.len() as u64 / 64)?;
        vm.reserve(joined.len().saturating_add(text.len()))?;
        joined.push_str(&text);
    }
    Ok(Value::text(joined))
}

fn to_json_object(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [names] = args else {
        return Err(Thrown::mismatch());
    };
    if names.is_null() {
        return Ok(Value::Null);
    }
    let (count, items) = (list(names)?.len(), list(this)?);
    if count == 0 || items.is_empty() {
        return Ok(Value::Null);
    }
    let made = table(count);
    for index in 0..count {
        vm.step(1)?;
        let name = read::strict(vm, names, &[args::size(index)], Kind::String)?;
        match items.get(index) {
            None | Some(Value::Null) => {}
            Some(value) => drop(made.put(name, value)),
        }
    }
    Ok(object_of(made))
}
