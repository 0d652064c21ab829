//! `org.slf4j.Logger` and `LoggerFactory`: lines go to the host.

use crate::class::{Class, ClassRef, Method};
use crate::host::Level;
use crate::library::args;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::Throwable;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A logger.
struct Logger(Str);

impl Object for Logger {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&LOGGER)
    }
}

/// `org.slf4j.LoggerFactory`
static LOGGER_FACTORY: Class =
    Class::new("org.slf4j.LoggerFactory").statics(&[("getLogger", |vm, args| match args {
        [Value::Class(class)] => Ok(Value::object(Logger(class.name().into()))),
        [name] => Ok(Value::object(Logger(args::text(vm, name)?))),
        _ => Err(Thrown::mismatch()),
    })]);

const YES: Method = |_, _, _| Ok(Value::Bool(true));

/// `org.slf4j.Logger`
static LOGGER: Class = Class::interface("org.slf4j.Logger").methods(&[
    ("debug", |vm, this, args| log(vm, this, args, Level::Debug)),
    ("error", |vm, this, args| log(vm, this, args, Level::Error)),
    ("getName", |_, this, _| Ok(Value::Str(of(this)?.0.clone()))),
    ("info", |vm, this, args| log(vm, this, args, Level::Info)),
    ("isDebugEnabled", YES),
    ("isErrorEnabled", YES),
    ("isInfoEnabled", YES),
    ("isTraceEnabled", YES),
    ("isWarnEnabled", YES),
    ("trace", |vm, this, args| log(vm, this, args, Level::Trace)),
    ("warn", |vm, this, args| log(vm, this, args, Level::Warn)),
]);

pub(super) static CLASSES: &[&Class] = &[&LOGGER_FACTORY, &LOGGER];

fn of(this: &Value) -> Result<&Logger> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn log(vm: &mut Vm, this: &Value, args: &[Value], level: Level) -> Result<Value> {
    let [format, values @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    let logger = of(this)?.0.clone();
    let values = match values {
        [Value::List(list)] if list.is_array() => list.to_vec(),
        values => values.to_vec(),
    };
    let format = vm.text(format)?;
    let message = message(vm, &format, &values)?;
    vm.count_output(&message)?;
    vm.host().log(level, &logger, &message);
    Ok(Value::Null)
}

/// The format with values in place of `{}`; an exception that is left over comes behind.
fn message(vm: &mut Vm, format: &str, values: &[Value]) -> Result<String> {
    let mut values = values.iter();
    let mut message = String::with_capacity(format.len());
    let mut parts = format.split("{}").peekable();
    while let Some(part) = parts.next() {
        message.push_str(part);
        if parts.peek().is_none() {
            break;
        }
        match values.next() {
            Some(value) => message.push_str(&vm.text(value)?),
            None => message.push_str("{}"),
        }
    }
    if let Some(last) = values.next_back()
        && last.downcast::<Throwable>().is_some()
    {
        message.push('\n');
        message.push_str(&vm.text(last)?);
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::vm;

    #[test]
    fn values_take_the_places_of_braces() {
        let mut vm = vm();
        let two = [Value::Int(1), Value::text("b")];
        for (format, values, expected) in [
            ("plain", &two[..0], "plain"),
            ("{} and {}", &two, "1 and b"),
            ("{}{} {}", &two, "1b {}"),
            ("one {}", &two, "one 1"),
        ] {
            assert_eq!(message(&mut vm, format, values).unwrap(), expected);
        }
    }
}
