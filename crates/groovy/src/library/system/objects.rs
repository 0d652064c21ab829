//! `java.util.Objects`.

use crate::class::Class;
use crate::library::args;
use crate::ops::{equal, hash};
use crate::throwable::{throw, throw_bare};
use crate::thrown::Thrown;
use crate::value::Value;

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
