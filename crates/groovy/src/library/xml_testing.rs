//! A run for the tests of the XML classes.

use std::rc::Rc;

use crate::host::{Host, Level};
use crate::limits::Limits;
use crate::thrown::Limit;
use crate::vm::Vm;

struct NoHost;

impl Host for NoHost {
    fn now(&self) -> i64 {
        0
    }
    fn nanos(&self) -> i64 {
        0
    }
    fn random(&self, _bytes: &mut [u8]) {}
    fn print(&self, _text: &str) {}
    fn log(&self, _level: Level, _logger: &str, _message: &str) {}
    fn sleep(&self, _time: std::time::Duration) -> std::result::Result<(), Limit> {
        Ok(())
    }
}

/// A run without a script.
pub(crate) fn vm() -> Vm {
    Vm::new(Rc::new(NoHost), Limits::default())
}
