//! What unit tests of the library share.

use std::rc::Rc;
use std::time::Duration;

use crate::host::{Host, Level};
use crate::limits::Limits;
use crate::throwable::Throwable;
use crate::thrown::{Limit, Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;

struct Quiet;

impl Host for Quiet {
    fn now(&self) -> i64 {
        0
    }

    fn nanos(&self) -> i64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }

    fn print(&self, _text: &str) {}

    fn log(&self, _level: Level, _logger: &str, _message: &str) {}

    fn sleep(&self, _time: Duration) -> std::result::Result<(), Limit> {
        Ok(())
    }
}

/// A run of nothing.
pub(crate) fn vm() -> Vm {
    Vm::new(Rc::new(Quiet), Limits::default())
}

/// The class and text of a result, or `!` and those of an exception: `Integer 5`.
pub(crate) fn shown(vm: &mut Vm, result: Result<Value>) -> String {
    match result {
        Ok(value) => {
            let text = vm.text(&value).expect("a text");
            format!("{} {text}", value.class().simple_name())
        }
        Err(thrown) => failure(thrown),
    }
}

/// `!` with class and message of an exception.
pub(crate) fn failure(Thrown(why): Thrown) -> String {
    match *why {
        Why::Exception(value) => {
            let it = value.downcast::<Throwable>().expect("a library exception");
            let class = it.class.name.rsplit('.').next().unwrap_or_default();
            match &*it.message.borrow() {
                Some(message) => format!("!{class} {message}"),
                None => format!("!{class}"),
            }
        }
        Why::Mismatch => "!mismatch".to_owned(),
        Why::Limit(limit) => format!("!{limit:?}"),
    }
}
