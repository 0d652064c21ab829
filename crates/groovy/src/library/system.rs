//! `java.lang.System` and the small classes around a program: threads, counters, random numbers.

mod atomic;
mod objects;
pub(crate) mod random;

use crate::class::Class;
use crate::library::args;
use crate::library::io;
use crate::library::object;
use crate::ops::hash;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.lang.System`
static SYSTEM: Class = Class::new("java.lang.System")
    .constants(&[("err", io::standard_output), ("out", io::standard_output)])
    .statics(&[
        ("arraycopy", array_copy),
        ("currentTimeMillis", |vm, _| {
            Ok(Value::Long(vm.host().now()))
        }),
        ("exit", |_, _| {
            Err(io::refused(
                "System.exit",
                "throw an exception or return instead",
            ))
        }),
        ("gc", |_, _| Ok(Value::Null)),
        ("getProperty", get_property),
        ("getenv", |_, _| {
            Err(io::refused(
                "The environment",
                "set parameters of the flow instead",
            ))
        }),
        ("identityHashCode", |_, args| match args {
            [Value::Null] => Ok(Value::Int(0)),
            [value] => Ok(Value::Int(hash::java_hash(value))),
            _ => Err(Thrown::mismatch()),
        }),
        ("lineSeparator", |_, _| Ok(Value::text("\n"))),
        ("nanoTime", |vm, _| Ok(Value::Long(vm.host().nanos()))),
        ("setProperty", |_, _| {
            Err(io::refused(
                "Setting system properties",
                "use exchange properties instead",
            ))
        }),
    ]);

/// Properties of the runtime whose results we give; `null` for all others.
fn get_property(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let Some(name) = args.first() else {
        return Err(Thrown::mismatch());
    };
    let name = args::text(vm, name)?;
    Ok(match name.as_str() {
        "line.separator" => Value::text("\n"),
        "file.separator" => Value::text("/"),
        "path.separator" => Value::text(":"),
        "file.encoding" => Value::text("UTF-8"),
        "java.version" => Value::text("1.8.0"),
        "java.specification.version" => Value::text("1.8"),
        "user.timezone" => Value::text(vm.host().time_zone()),
        "user.language" => Value::text("en"),
        "user.country" => Value::text("US"),
        _ => args.get(1).cloned().unwrap_or(Value::Null),
    })
}

/// `arraycopy(from, start, to, start, length)`
fn array_copy(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [from, start, to, into, len] = args else {
        return Err(Thrown::mismatch());
    };
    let (start, into) = (args::count(start)?, args::count(into)?);
    let len = args::count(len)?;
    let bad = || crate::throwable::throw_bare("java.lang.ArrayIndexOutOfBoundsException");
    vm.step(len as u64)?;
    match (from, to) {
        (Value::Bytes(from), Value::Bytes(to)) => {
            let part = from
                .borrow()
                .get(start..start.saturating_add(len))
                .map(<[u8]>::to_vec);
            let mut to = to.borrow_mut();
            let place = to.get_mut(into..into.saturating_add(len));
            place
                .ok_or_else(bad)?
                .copy_from_slice(&part.ok_or_else(bad)?);
        }
        (Value::List(from), Value::List(to)) => {
            let from = from.to_vec();
            for at in 0..len {
                let item = from
                    .get(start.saturating_add(at))
                    .cloned()
                    .ok_or_else(bad)?;
                to.set(into.saturating_add(at), item).ok_or_else(bad)?;
            }
        }
        _ => return Err(Thrown::mismatch()),
    }
    Ok(Value::Null)
}

/// `java.lang.Thread`: a script has the one it runs on.
static THREAD: Class = Class::new("java.lang.Thread")
    .constructor(|_, _| {
        Err(io::refused(
            "Starting threads",
            "use a splitter or multicast step",
        ))
    })
    .statics(&[
        ("currentThread", |_, _| Ok(Value::object(CurrentThread))),
        ("sleep", |vm, args| object::sleep(vm, &Value::Null, args)),
        ("start", |_, _| {
            Err(io::refused(
                "Starting threads",
                "use a splitter or multicast step",
            ))
        }),
    ])
    .methods(&[
        ("getId", |_, _, _| Ok(Value::Long(1))),
        ("getName", |_, _, _| Ok(Value::text("main"))),
        ("interrupt", |_, _, _| Ok(Value::Null)),
        ("isInterrupted", |_, _, _| Ok(Value::Bool(false))),
    ]);

struct CurrentThread;

impl crate::object::Object for CurrentThread {
    fn class(&self) -> crate::class::ClassRef {
        crate::class::ClassRef::Native(&THREAD)
    }
}

/// `java.util.concurrent.Executors`
static EXECUTORS: Class = Class::new("java.util.concurrent.Executors").statics(&[
    ("newCachedThreadPool", no_threads),
    ("newFixedThreadPool", no_threads),
    ("newSingleThreadExecutor", no_threads),
]);

fn no_threads(_vm: &mut Vm, _args: &[Value]) -> Result<Value> {
    Err(io::refused(
        "Starting threads",
        "use a splitter or multicast step",
    ))
}

pub(super) static CLASSES: &[&Class] = &[
    &SYSTEM,
    &THREAD,
    &EXECUTORS,
    &atomic::ATOMIC_INTEGER,
    &atomic::ATOMIC_LONG,
    &atomic::ATOMIC_BOOLEAN,
    &atomic::ATOMIC_REFERENCE,
    &atomic::THREAD_LOCAL,
    &objects::OBJECTS,
    &random::RANDOM,
    &random::SECURE_RANDOM,
];
