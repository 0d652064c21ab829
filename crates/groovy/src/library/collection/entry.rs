//! `java.util.Map.Entry`.

use std::cell::RefCell;
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::ops::{equal, hash};
use crate::text::Str;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A key and its value, mostly of a map, into which changes of the value are written.
pub struct Entry {
    class: &'static Class,
    map: Option<Rc<Map>>,
    key: Value,
    value: RefCell<Value>,
}

impl Entry {
    /// An entry of a map.
    #[must_use]
    pub fn of(map: &Rc<Map>, key: Value, value: Value) -> Value {
        let class = match map.kind() {
            MapKind::Linked | MapKind::Json | MapKind::Caseless => &LINKED_ENTRY,
            MapKind::Hash | MapKind::Table => &HASH_ENTRY,
            MapKind::Tree => &TREE_ENTRY,
            MapKind::Unmodifiable => &LOCKED_ENTRY,
        };
        Value::object(Self {
            class,
            map: Some(Rc::clone(map)),
            key,
            value: RefCell::new(value),
        })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> Value {
        self.key.clone()
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> Value {
        self.value.borrow().clone()
    }

    fn set_value(&self, value: &Value) -> Result<Value> {
        if let Some(map) = &self.map {
            if map.is_locked() {
                return Err(throw_bare("java.lang.UnsupportedOperationException"));
            }
            map.put(self.key.clone(), value.clone());
        }
        Ok(self.value.replace(value.clone()))
    }
}

impl Object for Entry {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }

    fn get(&self, _vm: &mut Vm, _this: &Value, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "key" => Some(self.key()),
            "value" => Some(self.value()),
            _ => None,
        })
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let key = vm.text(&self.key)?;
        let value = vm.text(&self.value())?;
        Ok(Some(format!("{key}={value}").into()))
    }

    fn equals(&self, vm: &mut Vm, other: &Value) -> Result<bool> {
        let Some(other) = other.downcast::<Self>() else {
            return Ok(false);
        };
        Ok(vm.equals(&self.key, &other.key)? && vm.equals(&self.value(), &other.value())?)
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        (other as &dyn std::any::Any)
            .downcast_ref::<Self>()
            .is_some_and(|other| {
                equal::same_key(&self.key, &other.key)
                    && equal::same_key(&self.value(), &other.value())
            })
    }

    fn hash(&self) -> Option<i32> {
        Some(hash::java_hash(&self.key) ^ hash::java_hash(&self.value.borrow()))
    }
}

/// `java.util.Map$Entry`
pub(super) static MAP_ENTRY: Class = Class::interface("java.util.Map$Entry").methods(&[
    ("getKey", |_, this, _| Ok(entry(this)?.key())),
    ("getValue", |_, this, _| Ok(entry(this)?.value())),
    ("setValue", |_, this, args| match args {
        [value] => entry(this)?.set_value(value),
        _ => Err(Thrown::mismatch()),
    }),
]);

static LINKED_ENTRY: Class = Class::new("java.util.LinkedHashMap$Entry").extends(&[&MAP_ENTRY]);
static HASH_ENTRY: Class = Class::new("java.util.HashMap$Node").extends(&[&MAP_ENTRY]);
static TREE_ENTRY: Class = Class::new("java.util.TreeMap$Entry").extends(&[&MAP_ENTRY]);
static LOCKED_ENTRY: Class =
    Class::new("java.util.Collections$UnmodifiableMap$UnmodifiableEntrySet$UnmodifiableEntry")
        .extends(&[&MAP_ENTRY]);
/// `java.util.AbstractMap$SimpleEntry`
pub(super) static SIMPLE_ENTRY: Class = Class::new("java.util.AbstractMap$SimpleEntry")
    .extends(&[&MAP_ENTRY])
    .constructor(|_, args| single(&SIMPLE_ENTRY, args));
/// `groovy.util.MapEntry`
pub(super) static GROOVY_ENTRY: Class = Class::new("groovy.util.MapEntry")
    .extends(&[&MAP_ENTRY])
    .constructor(|_, args| single(&GROOVY_ENTRY, args));

fn single(class: &'static Class, args: &[Value]) -> Result<Value> {
    let (key, value) = match args {
        [key, value] => (key.clone(), value.clone()),
        [entry] => (self::entry(entry)?.key(), self::entry(entry)?.value()),
        _ => return Err(Thrown::mismatch()),
    };
    Ok(Value::object(Entry {
        class,
        map: None,
        key,
        value: RefCell::new(value),
    }))
}

fn entry(this: &Value) -> Result<&Entry> {
    this.downcast().ok_or_else(Thrown::mismatch)
}
