//! Atomic counters and references, and `ThreadLocal`. A script has one thread, so that all are
//! plain variables.

use std::cell::RefCell;

use crate::class::{Class, ClassRef, Function, Method};
use crate::library::args;
use crate::library::number::NUMBER;
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A variable as an object.
struct Variable {
    class: &'static Class,
    value: RefCell<Value>,
    /// What makes the first value of a `ThreadLocal`.
    first: Option<Value>,
}

impl Object for Variable {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let value = self.value.borrow().clone();
        vm.text(&value).map(Some)
    }
}

fn of(this: &Value) -> Result<&Variable> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn variable(class: &'static Class, value: Value) -> Value {
    Value::object(Variable {
        class,
        value: RefCell::new(value),
        first: None,
    })
}

fn current(this: &Value) -> Result<Value> {
    Ok(of(this)?.value.borrow().clone())
}

/// A number of the kind the variable has.
fn like(old: &Value, number: i64) -> Value {
    match old {
        // Counters wrap around, as in Java.
        #[expect(clippy::cast_possible_truncation, reason = "as Java wraps")]
        Value::Int(_) => Value::Int(number as i32),
        _ => Value::Long(number),
    }
}

/// Adds to a counter: the old and the new value.
fn add(this: &Value, more: i64) -> Result<(Value, Value)> {
    let old = current(this)?;
    let new = like(&old, args::long(&old)?.wrapping_add(more));
    of(this)?.value.replace(new.clone());
    Ok((old, new))
}

fn one(args: &[Value]) -> Result<&Value> {
    match args {
        [one] => Ok(one),
        _ => Err(Thrown::mismatch()),
    }
}

fn set(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    of(this)?.value.replace(fitting(this, one(args)?)?);
    Ok(Value::Null)
}

/// A value as the variable holds it.
fn fitting(this: &Value, value: &Value) -> Result<Value> {
    let old = current(this)?;
    Ok(match old {
        Value::Int(_) | Value::Long(_) if of(this)?.class.is_a(&NUMBER) => {
            like(&old, args::long(value)?)
        }
        _ => value.clone(),
    })
}

fn get_and_set(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Ok(of(this)?.value.replace(fitting(this, one(args)?)?))
}

fn compare_and_set(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [expected, new] = args else {
        return Err(Thrown::mismatch());
    };
    let old = current(this)?;
    let same = old.is_same(expected) || vm.equals(&old, expected)?;
    if same {
        of(this)?.value.replace(fitting(this, new)?);
    }
    Ok(Value::Bool(same))
}

/// `updateAndGet { }`, `getAndUpdate { }`
fn update(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<(Value, Value)> {
    let old = current(this)?;
    let new = vm.call(one(args)?, std::slice::from_ref(&old))?;
    of(this)?.value.replace(new.clone());
    Ok((old, new))
}

const COUNTER: &[(&str, Method)] = &[
    ("addAndGet", |_, this, args| {
        Ok(add(this, args::long(one(args)?)?)?.1)
    }),
    ("compareAndSet", compare_and_set),
    ("decrementAndGet", |_, this, _| Ok(add(this, -1)?.1)),
    ("doubleValue", |_, this, _| {
        #[expect(clippy::cast_precision_loss, reason = "as in Java")]
        let double = args::long(&current(this)?)? as f64;
        Ok(Value::Double(double))
    }),
    ("get", |_, this, _| current(this)),
    ("getAndAdd", |_, this, args| {
        Ok(add(this, args::long(one(args)?)?)?.0)
    }),
    ("getAndDecrement", |_, this, _| Ok(add(this, -1)?.0)),
    ("getAndIncrement", |_, this, _| Ok(add(this, 1)?.0)),
    ("getAndSet", get_and_set),
    ("getAndUpdate", |vm, this, args| {
        Ok(update(vm, this, args)?.0)
    }),
    ("incrementAndGet", |_, this, _| Ok(add(this, 1)?.1)),
    ("intValue", |_, this, _| {
        Ok(like(&Value::Int(0), args::long(&current(this)?)?))
    }),
    ("lazySet", set),
    ("longValue", |_, this, _| {
        args::long(&current(this)?).map(Value::Long)
    }),
    ("next", |_, this, _| {
        Ok(like(
            &current(this)?,
            args::long(&current(this)?)?.wrapping_add(1),
        ))
    }),
    ("set", set),
    ("updateAndGet", |vm, this, args| {
        Ok(update(vm, this, args)?.1)
    }),
    ("plus", |vm, this, args| {
        let value = current(this)?;
        vm.invoke(&value, "plus", args)
    }),
    ("minus", |vm, this, args| {
        let value = current(this)?;
        vm.invoke(&value, "minus", args)
    }),
];

const REFERENCE: &[(&str, Method)] = &[
    ("compareAndSet", compare_and_set),
    ("get", |_, this, _| current(this)),
    ("getAndSet", get_and_set),
    ("getAndUpdate", |vm, this, args| {
        Ok(update(vm, this, args)?.0)
    }),
    ("set", set),
    ("updateAndGet", |vm, this, args| {
        Ok(update(vm, this, args)?.1)
    }),
];

const NEW_INTEGER: Function = |_, args| {
    let number = args.first().map_or(Ok(0), args::int)?;
    Ok(variable(&ATOMIC_INTEGER, Value::Int(number)))
};

/// `java.util.concurrent.atomic.AtomicInteger`
pub(super) static ATOMIC_INTEGER: Class = Class::new("java.util.concurrent.atomic.AtomicInteger")
    .extends(&[&NUMBER])
    .constructor(NEW_INTEGER)
    .methods(COUNTER);

/// `java.util.concurrent.atomic.AtomicLong`
pub(super) static ATOMIC_LONG: Class = Class::new("java.util.concurrent.atomic.AtomicLong")
    .extends(&[&NUMBER])
    .constructor(|_, args| {
        let number = args.first().map_or(Ok(0), args::long)?;
        Ok(variable(&ATOMIC_LONG, Value::Long(number)))
    })
    .methods(COUNTER);

/// `java.util.concurrent.atomic.AtomicBoolean`
pub(super) static ATOMIC_BOOLEAN: Class = Class::new("java.util.concurrent.atomic.AtomicBoolean")
    .constructor(|_, args| {
        let value = args.first().cloned().unwrap_or(Value::Bool(false));
        Ok(variable(&ATOMIC_BOOLEAN, value))
    })
    .methods(REFERENCE);

/// `java.util.concurrent.atomic.AtomicReference`
pub(super) static ATOMIC_REFERENCE: Class =
    Class::new("java.util.concurrent.atomic.AtomicReference")
        .constructor(|_, args| {
            Ok(variable(
                &ATOMIC_REFERENCE,
                args.first().cloned().unwrap_or(Value::Null),
            ))
        })
        .methods(REFERENCE);

/// `java.lang.ThreadLocal`
pub(super) static THREAD_LOCAL: Class = Class::new("java.lang.ThreadLocal")
    .constructor(|_, _| Ok(variable(&THREAD_LOCAL, Value::Null)))
    .statics(&[("withInitial", |_, args| {
        Ok(Value::object(Variable {
            class: &THREAD_LOCAL,
            value: RefCell::new(Value::Null),
            first: Some(one(args)?.clone()),
        }))
    })])
    .methods(&[
        ("get", |vm, this, _| {
            let known = current(this)?;
            match (&of(this)?.first, known.is_null()) {
                (Some(first), true) => {
                    let value = vm.call(first, &[])?;
                    of(this)?.value.replace(value.clone());
                    Ok(value)
                }
                _ => Ok(known),
            }
        }),
        ("remove", |_, this, _| {
            of(this)?.value.replace(Value::Null);
            Ok(Value::Null)
        }),
        ("set", set),
    ]);
