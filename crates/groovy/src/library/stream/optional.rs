//! `java.util.Optional` and those of primitives.

use super::{Of, one};
use crate::class::{Class, ClassRef, Method};
use crate::object::Object;
use crate::ops::{equal, hash};
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A value, or none.
pub(super) struct Optional {
    of: Of,
    value: Option<Value>,
}

impl Optional {
    /// What an operation on a stream found.
    pub(super) fn of(of: Of, value: Option<Value>) -> Value {
        Value::object(Self { of, value })
    }
}

impl Object for Optional {
    fn class(&self) -> ClassRef {
        ClassRef::Native(match self.of {
            Of::Objects => &OPTIONAL,
            Of::Ints => &OPTIONAL_INT,
            Of::Longs => &OPTIONAL_LONG,
            Of::Doubles => &OPTIONAL_DOUBLE,
        })
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let class = self.class().simple_name();
        Ok(Some(match &self.value {
            Some(value) => format!("{class}[{}]", vm.to_string(value)?).into(),
            None => format!("{class}.empty").into(),
        }))
    }

    fn equals(&self, vm: &mut Vm, other: &Value) -> Result<bool> {
        match other.downcast::<Self>().map(|other| &other.value) {
            Some(Some(other)) => match &self.value {
                Some(value) => equal::java_equals(vm, value, other),
                None => Ok(false),
            },
            Some(None) => Ok(self.value.is_none()),
            None => Ok(false),
        }
    }

    fn hash(&self) -> Option<i32> {
        Some(self.value.as_ref().map_or(0, hash::java_hash))
    }
}

fn optional(this: &Value) -> Result<&Optional> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// `get()` and its like
fn get(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let value = optional(this)?.value.clone();
    value.ok_or_else(|| throw("java.util.NoSuchElementException", "No value present"))
}

/// `orElse(other)`
fn or_else(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let value = optional(this)?.value.clone();
    value.map_or_else(|| one(args), Ok)
}

/// `orElseGet { }`
fn or_else_get(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match optional(this)?.value.clone() {
        Some(value) => Ok(value),
        None => vm.call(&one(args)?, &[]),
    }
}

/// `orElseThrow()`, `orElseThrow { }`
fn or_else_throw(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match (optional(this)?.value.clone(), args) {
        (Some(value), _) => Ok(value),
        (None, []) => get(vm, this, args),
        (None, _) => {
            let thrown = vm.call(&one(args)?, &[])?;
            Err(Thrown::exception(thrown))
        }
    }
}

/// `ifPresent { }`
fn if_present(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if let Some(value) = optional(this)?.value.clone() {
        vm.call(&one(args)?, &[value])?;
    }
    Ok(Value::Null)
}

/// `map { }`
fn map(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let it = optional(this)?;
    let Some(value) = it.value.clone() else {
        return Ok(this.clone());
    };
    let mapped = vm.call(&one(args)?, &[value])?;
    Ok(of_nullable(mapped))
}

/// `flatMap { }`
fn flat_map(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match optional(this)?.value.clone() {
        Some(value) => vm.call(&one(args)?, &[value]),
        None => Ok(this.clone()),
    }
}

/// `filter { }`
fn filter(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let it = optional(this)?;
    let Some(value) = it.value.clone() else {
        return Ok(this.clone());
    };
    let answer = vm.call(&one(args)?, &[value])?;
    Ok(match vm.truth(&answer)? {
        true => this.clone(),
        false => Optional::of(it.of, None),
    })
}

fn of_nullable(value: Value) -> Value {
    Optional::of(Of::Objects, (!value.is_null()).then_some(value))
}

const METHODS: &[(&str, Method)] = &[
    ("filter", filter),
    ("flatMap", flat_map),
    ("get", get),
    ("getAsDouble", get),
    ("getAsInt", get),
    ("getAsLong", get),
    ("ifPresent", if_present),
    ("isPresent", |_, this, _| {
        Ok(Value::Bool(optional(this)?.value.is_some()))
    }),
    ("map", map),
    ("orElse", or_else),
    ("orElseGet", or_else_get),
    ("orElseThrow", or_else_throw),
];

/// `java.util.Optional`
pub(super) static OPTIONAL: Class = Class::new("java.util.Optional")
    .statics(&[
        ("empty", |_, _| Ok(Optional::of(Of::Objects, None))),
        ("of", |_, args| match one(args)? {
            Value::Null => Err(throw_bare("java.lang.NullPointerException")),
            value => Ok(of_nullable(value)),
        }),
        ("ofNullable", |_, args| one(args).map(of_nullable)),
    ])
    .methods(METHODS);

/// `java.util.OptionalInt`
pub(super) static OPTIONAL_INT: Class = Class::new("java.util.OptionalInt").methods(METHODS);

/// `java.util.OptionalLong`
pub(super) static OPTIONAL_LONG: Class = Class::new("java.util.OptionalLong").methods(METHODS);

/// `java.util.OptionalDouble`
pub(super) static OPTIONAL_DOUBLE: Class = Class::new("java.util.OptionalDouble").methods(METHODS);
