//! To collections and arrays.

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::collection::{
    ARRAY_LIST, COLLECTION, HASH_SET, ITERABLE, LINKED_HASH_SET, LINKED_LIST, LIST, SET, TREE_SET,
};
use crate::library::{number, object};
use crate::list::{List, ListKind};
use crate::map::{Map, MapKind};
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

use super::{failed, is};

/// To `T[]`, with each element converted.
pub(super) fn array(
    vm: &mut Vm,
    value: &Value,
    (element, to): (&Rc<ClassRef>, &ClassRef),
    convert: fn(&mut Vm, &Value, &ClassRef) -> Result<Value>,
) -> Result<Value> {
    let items = match value {
        Value::List(_) | Value::Set(_) | Value::Range(_) | Value::Bytes(_) => vm.items(value)?,
        Value::Str(text) if matches!(&**element, ClassRef::Primitive(class) if is(class, &number::CHARACTER)) =>
        {
            vm.reserve(text.len().saturating_mul(size_of::<Value>()))?;
            text.encode_utf16().map(Value::Char).collect()
        }
        Value::Str(_) | Value::GString(_) => {
            let text = vm.text(value)?;
            crate::library::string::letters(&text)
        }
        _ => return Err(failed(vm, value, to)),
    };
    vm.reserve(items.len().saturating_mul(size_of::<Value>()))?;
    let mut cast_items = Vec::with_capacity(items.len());
    for item in &items {
        vm.step(1)?;
        cast_items.push(convert(vm, item, element)?);
    }
    Ok(array_of(element, cast_items))
}

/// An array of these; the items fit it.
pub(crate) fn array_of(element: &ClassRef, items: Vec<Value>) -> Value {
    let kind = match element {
        ClassRef::Primitive(class) if is(class, &number::BYTE) => {
            let bytes = items.iter().map(|item| match item {
                Value::Byte(byte) => byte.cast_unsigned(),
                _ => 0,
            });
            return Value::bytes(bytes.collect());
        }
        ClassRef::Primitive(class) => ListKind::Primitives(class),
        ClassRef::Native(class) => ListKind::Array(class),
        ClassRef::Array(_) | ClassRef::Script(_) => ListKind::Array(&object::OBJECT),
    };
    Value::List(List::new(kind, items))
}

/// What a declared collection type takes: arrays become lists and sets, collections become sets.
pub(super) fn collection(
    vm: &mut Vm,
    value: &Value,
    class: &'static Class,
) -> Option<Result<Value>> {
    let array = match value {
        Value::List(list) => list.is_array(),
        Value::Bytes(_) => true,
        Value::Set(_) | Value::Range(_) => false,
        _ => return None,
    };
    let set = is(class, &SET) || is(class, &LINKED_HASH_SET);
    if !array && !set {
        return None;
    }
    Some(vm.items(value).map(|items| {
        if set {
            Value::Set(Map::set_of(MapKind::Linked, items))
        } else if is(class, &HASH_SET) {
            Value::Set(Map::set_of(MapKind::Hash, items))
        } else if is(class, &TREE_SET) {
            Value::Set(Map::set_of(MapKind::Tree, items))
        } else if is(class, &LINKED_LIST) {
            Value::List(List::new(ListKind::LinkedList, items))
        } else {
            Value::list(items)
        }
    }))
}

/// What `as` makes of a collection beside casting it.
pub(super) fn collection_as(
    vm: &mut Vm,
    value: &Value,
    class: &'static Class,
) -> Option<Result<Value>> {
    let list =
        matches!(value, Value::List(list) if !list.is_array()) || matches!(value, Value::Range(_));
    let set = matches!(value, Value::Set(_));
    if (is(class, &LIST) && list) || (is(class, &SET) && set) {
        return Some(Ok(value.clone()));
    }
    let made: fn(Vec<Value>) -> Value =
        if is(class, &LIST) || is(class, &COLLECTION) || is(class, &ITERABLE) {
            if !matches!(value, Value::List(list) if list.is_array()) && !is(class, &LIST) {
                return Some(Ok(value.clone()));
            }
            Value::list
        } else if is(class, &ARRAY_LIST) {
            Value::list
        } else if is(class, &LINKED_LIST) {
            |items| Value::List(List::new(ListKind::LinkedList, items))
        } else if is(class, &SET) || is(class, &LINKED_HASH_SET) {
            |items| Value::Set(Map::set_of(MapKind::Linked, items))
        } else if is(class, &HASH_SET) {
            |items| Value::Set(Map::set_of(MapKind::Hash, items))
        } else if is(class, &TREE_SET) {
            |items| Value::Set(Map::set_of(MapKind::Tree, items))
        } else {
            return None;
        };
    Some(vm.items(value).map(made))
}
