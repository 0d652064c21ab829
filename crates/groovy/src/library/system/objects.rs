//! `java.util.Objects` and `java.util.Optional`.

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::object::Object;
use crate::ops::{equal, hash};
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.util.Objects`
pub(super) static OBJECTS: Class = Class::new("java.util.Objects").statics(&[
    ("equals", |vm, args| match args {
        [a, b] => Ok(Value::Bool(a.is_same(b) || equal::java_equals(vm, a, b)?)),
        _ => Err(Thrown::mismatch()),
    }),
    ("hash", |_, args| {
        Ok(Value::Int(hash::java_hash(&Value::list(args.to_vec()))))
    }),
    ("hashCode", |_, args| match args {
        [Value::Null] => Ok(Value::Int(0)),
        [value] => Ok(Value::Int(hash::java_hash(value))),
        _ => Err(Thrown::mismatch()),
    }),
    ("isNull", |_, args| match args {
        [value] => Ok(Value::Bool(value.is_null())),
        _ => Err(Thrown::mismatch()),
    }),
    ("nonNull", |_, args| match args {
        [value] => Ok(Value::Bool(!value.is_null())),
        _ => Err(Thrown::mismatch()),
    }),
    ("requireNonNull", |vm, args| match args {
        [Value::Null] => Err(throw_bare("java.lang.NullPointerException")),
        [Value::Null, message] => {
            let message = args::text(vm, message)?;
            Err(throw("java.lang.NullPointerException", message))
        }
        [value, ..] => Ok(value.clone()),
        [] => Err(Thrown::mismatch()),
    }),
    ("toString", |vm, args| match args {
        [Value::Null, default] => Ok(default.clone()),
        [value, ..] => vm.to_string(value).map(Value::Str),
        [] => Err(Thrown::mismatch()),
    }),
]);

/// An `Optional`; nothing is `null`.
struct Optional(Value);

impl Object for Optional {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&OPTIONAL)
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        if self.0.is_null() {
            return Ok(Some("Optional.empty".into()));
        }
        let text = vm.to_string(&self.0)?;
        Ok(Some(format!("Optional[{text}]").into()))
    }

    fn equals(&self, vm: &mut Vm, other: &Value) -> Result<bool> {
        match other.downcast::<Self>() {
            Some(other) => vm.equals(&self.0, &other.0),
            None => Ok(false),
        }
    }
}

/// `java.util.Optional`
pub(super) static OPTIONAL: Class = Class::new("java.util.Optional")
    .statics(&[
        ("empty", |_, _| Ok(Value::object(Optional(Value::Null)))),
        ("of", |_, args| match args {
            [Value::Null] => Err(throw_bare("java.lang.NullPointerException")),
            [value] => Ok(Value::object(Optional(value.clone()))),
            _ => Err(Thrown::mismatch()),
        }),
        ("ofNullable", |_, args| match args {
            [value] => Ok(Value::object(Optional(value.clone()))),
            _ => Err(Thrown::mismatch()),
        }),
    ])
    .methods(&[
        ("get", |_, this, _| match value(this)? {
            Value::Null => Err(throw(
                "java.util.NoSuchElementException",
                "No value present",
            )),
            value => Ok(value),
        }),
        ("ifPresent", |vm, this, args| {
            let value = value(this)?;
            if let ([closure], false) = (args, value.is_null()) {
                vm.call(closure, &[value])?;
            }
            Ok(Value::Null)
        }),
        ("isPresent", |_, this, _| {
            Ok(Value::Bool(!value(this)?.is_null()))
        }),
        ("map", |vm, this, args| {
            let value = value(this)?;
            match args {
                [_] if value.is_null() => Ok(this.clone()),
                [closure] => Ok(Value::object(Optional(vm.call(closure, &[value])?))),
                _ => Err(Thrown::mismatch()),
            }
        }),
        ("orElse", |_, this, args| match (value(this)?, args) {
            (Value::Null, [other]) => Ok(other.clone()),
            (value, _) => Ok(value),
        }),
        ("orElseGet", |vm, this, args| match (value(this)?, args) {
            (Value::Null, [closure]) => vm.call(closure, &[]),
            (value, _) => Ok(value),
        }),
    ]);

fn value(this: &Value) -> Result<Value> {
    let it: &Optional = this.downcast().ok_or_else(Thrown::mismatch)?;
    Ok(it.0.clone())
}
