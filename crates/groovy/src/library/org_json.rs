//! `org.json`: objects and arrays of JSON that scripts use like Java's collections.

mod array;
mod number;
mod object;
mod parse;
mod read;
mod statics;
mod write;

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::enumeration::Constant;
use crate::list::{List, ListKind};
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::{Throwable, throw};
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static CLASSES: &[&Class] = &[&object::JSON_OBJECT, &array::JSON_ARRAY, &NULL_CLASS];

/// How deep maps and lists may be inside each other to become JSON.
const NESTING: u32 = 512;

/// A `JSONObject`: what it holds is never `null`.
struct JsonObject(Rc<Map>);

/// A `JSONArray`
struct JsonArray(Rc<List>);

/// `JSONObject.NULL`
struct Null;

static NULL_CLASS: Class = Class::new("org.json.JSONObject$Null").methods(&[
    ("equals", |_, _, args| match args {
        [other] => Ok(Value::Bool(is_null(other))),
        _ => Err(Thrown::mismatch()),
    }),
    ("toString", |_, _, _| Ok(Value::text("null"))),
]);

impl Object for JsonObject {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&object::JSON_OBJECT)
    }

    fn to_text(&self, vm: &mut Vm, this: &Value) -> Result<Option<Str>> {
        write::shown(vm, this).map(Some)
    }

    /// Groovy reads properties of a class with `get(String)` through it.
    fn get(&self, vm: &mut Vm, this: &Value, name: &str) -> Result<Option<Value>> {
        if matches!(name, "class" | "empty" | "properties") || name.starts_with('@') {
            return Ok(None);
        }
        read::get(vm, this, &[Value::text(name)]).map(Some)
    }
}

impl Object for JsonArray {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&array::JSON_ARRAY)
    }

    fn to_text(&self, vm: &mut Vm, this: &Value) -> Result<Option<Str>> {
        write::shown(vm, this).map(Some)
    }

    fn items(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Vec<Value>>> {
        vm.step(self.0.len() as u64)?;
        Ok(Some(self.0.to_vec()))
    }
}

impl Object for Null {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&NULL_CLASS)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some("null".into()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(is_null(other))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        (other as &dyn std::any::Any).is::<Self>()
    }

    fn hash(&self) -> Option<i32> {
        Some(0)
    }
}

fn null() -> Value {
    Value::object(Null)
}

/// Whether it is `null`, or stands for it.
fn is_null(value: &Value) -> bool {
    value.is_null() || value.downcast::<Null>().is_some()
}

fn object_of(map: Rc<Map>) -> Value {
    Value::object(JsonObject(map))
}

fn array_of(items: Vec<Value>) -> Value {
    Value::object(JsonArray(List::new(ListKind::ArrayList, items)))
}

/// An empty map with a table that Java makes for `capacity` entries.
fn table(capacity: usize) -> Rc<Map> {
    let capacity = u32::try_from(capacity).unwrap_or(u32::MAX);
    let buckets = capacity.clamp(1, 1 << 30).next_power_of_two();
    Map::with_capacity(MapKind::Hash, buckets)
}

fn json_exception(message: impl Into<Str>) -> Thrown {
    throw("org.json.JSONException", message)
}

/// A `JSONException` for what was thrown; the bounds of a run stay what they are.
fn caused(message: String, Thrown(why): Thrown) -> Thrown {
    match *why {
        Why::Exception(cause) => {
            let class = crate::library::throwable::named("org.json.JSONException");
            let exception = Throwable::new(class, Some(message.into()));
            exception.cause.replace(cause);
            Thrown::exception(Value::object(exception))
        }
        other => Thrown(Box::new(other)),
    }
}

/// The result, or nothing when an exception was thrown.
fn unless_thrown<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Thrown(why)) if matches!(*why, Why::Exception(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Refuses numbers that JSON cannot say.
fn finite(value: &Value) -> Result<()> {
    let finite = match value {
        Value::Double(number) => number.is_finite(),
        Value::Float(number) => number.is_finite(),
        _ => true,
    };
    if finite {
        return Ok(());
    }
    Err(json_exception("JSON does not allow non-finite numbers."))
}

/// `JSONObject.wrap`: collections and maps become JSON, what JSON does not know becomes text.
fn wrap(vm: &mut Vm, value: &Value, depth: u32) -> Result<Value> {
    vm.step(1)?;
    Ok(match value {
        Value::Null => null(),
        Value::List(_) | Value::Set(_) | Value::Range(_) | Value::Bytes(_) => {
            wrap_items(vm, value, depth)?
        }
        Value::Map(map) => wrap_map(vm, map, depth)?,
        Value::GString(_) | Value::Closure(_) | Value::Class(_) => Value::Str(vm.to_string(value)?),
        Value::Object(_) => {
            let stays = value.downcast::<JsonObject>().is_some()
                || value.downcast::<JsonArray>().is_some()
                || value.downcast::<Null>().is_some()
                || value.downcast::<Constant>().is_some();
            match stays {
                true => value.clone(),
                false => Value::Str(vm.to_string(value)?),
            }
        }
        plain => plain.clone(),
    })
}

/// A `JSONArray` of a collection or array.
fn wrap_items(vm: &mut Vm, items: &Value, depth: u32) -> Result<Value> {
    check_nesting("JSONArray", depth)?;
    let items = vm.items(items)?;
    vm.reserve(items.len().saturating_mul(size_of::<Value>()))?;
    let mut wrapped = Vec::with_capacity(items.len());
    for item in items {
        finite(&item)?;
        wrapped.push(vm.deeper(|vm| wrap(vm, &item, depth + 1))?);
    }
    Ok(array_of(wrapped))
}

/// A `JSONObject` of a map.
fn wrap_map(vm: &mut Vm, map: &Rc<Map>, depth: u32) -> Result<Value> {
    check_nesting("JSONObject", depth)?;
    let made = table(map.len());
    for (key, value) in map.to_vec() {
        if key.is_null() {
            return Err(throw("NullPointerException", "Null key."));
        }
        if value.is_null() {
            continue;
        }
        finite(&value)?;
        let key = vm.to_string(&key)?;
        let value = vm.deeper(|vm| wrap(vm, &value, depth + 1))?;
        vm.reserve(0)?;
        made.put(Value::Str(key), value);
    }
    Ok(object_of(made))
}

fn check_nesting(class: &str, depth: u32) -> Result<()> {
    if depth <= NESTING {
        return Ok(());
    }
    let message = format!("{class} has reached recursion depth limit of {NESTING}");
    Err(json_exception(message))
}

/// A value given to `put`: collections and maps become JSON, all else stays as it is.
fn put_value(vm: &mut Vm, value: &Value) -> Result<Value> {
    match value {
        Value::List(list) if list.is_array() => Ok(value.clone()),
        Value::List(_) | Value::Set(_) | Value::Range(_) => wrap_items(vm, value, 0),
        Value::Map(map) => wrap_map(vm, map, 0),
        Value::Byte(number) => Ok(Value::Int(i32::from(*number))),
        Value::Short(number) => Ok(Value::Int(i32::from(*number))),
        other => {
            finite(other)?;
            Ok(other.clone())
        }
    }
}

/// `toMap()` and `toList()`: JSON as Java's collections.
fn unwrapped(vm: &mut Vm, value: &Value) -> Result<Value> {
    vm.step(1)?;
    if let Some(JsonObject(map)) = value.downcast() {
        let plain = Map::new(MapKind::Hash);
        for (key, value) in map.to_vec() {
            let value = vm.deeper(|vm| unwrapped(vm, &value))?;
            vm.reserve(0)?;
            plain.put(key, value);
        }
        return Ok(Value::Map(plain));
    }
    if let Some(JsonArray(list)) = value.downcast() {
        let mut plain = Vec::new();
        for item in list.to_vec() {
            plain.push(vm.deeper(|vm| unwrapped(vm, &item))?);
        }
        return Ok(Value::list(plain));
    }
    Ok(match is_null(value) {
        true => Value::Null,
        false => value.clone(),
    })
}

/// `similar()`: whether both say the same, numbers of any class by their value.
fn similar(vm: &mut Vm, a: &Value, b: &Value) -> Result<bool> {
    vm.step(1)?;
    if let (Some(JsonObject(a)), Some(JsonObject(b))) = (a.downcast(), b.downcast()) {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (key, value) in a.to_vec() {
            let same = match b.get(&key) {
                Some(other) => vm.deeper(|vm| similar(vm, &value, &other))?,
                None => false,
            };
            if !same {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let (Some(JsonArray(a)), Some(JsonArray(b))) = (a.downcast(), b.downcast()) {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (item, other) in a.to_vec().iter().zip(b.to_vec()) {
            if !vm.deeper(|vm| similar(vm, item, &other))? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if is_null(a) || is_null(b) {
        return Ok(a.is_null() == b.is_null() && is_null(a) == is_null(b));
    }
    match crate::ops::number::is_number(a) && crate::ops::number::is_number(b) {
        true => vm.equals(a, b),
        false => crate::ops::equal::java_equals(vm, a, b),
    }
}
