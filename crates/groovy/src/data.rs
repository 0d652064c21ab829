//! Values outside a run: what goes into a script and comes out of it, to be kept or sent to
//! another thread.

mod transfer;

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use smol_str::SmolStr;

use crate::decimal::Decimal;
use crate::host::{Host, Level};
use crate::limits::Limits;
use crate::map::MapKind;
use crate::thrown::Limit;
use crate::vm::Vm;

/// A value outside a run.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "as the values of the same names")]
pub enum Data {
    #[default]
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Char(u16),
    BigInteger(Arc<num_bigint::BigInt>),
    Decimal(Arc<Decimal>),
    Text(SmolStr),
    Bytes(Bytes),
    List(Arc<Vec<Data>>),
    Map(MapKind, Arc<Vec<(Data, Data)>>),
    Set(MapKind, Arc<Vec<Data>>),
    /// `java.util.Date`: milliseconds since 1970.
    Date(i64),
    Exception(Arc<ExceptionData>),
}

/// An exception outside a run.
#[derive(Clone, Debug, PartialEq)]
pub struct ExceptionData {
    /// Full Java class name.
    pub class: SmolStr,
    /// Message.
    pub message: Option<SmolStr>,
    /// Cause, or [`Data::Null`].
    pub cause: Data,
    /// Where in the script it was thrown, innermost first.
    pub frames: Vec<crate::throwable::Frame>,
    /// What else can be read from it, such as `statusCode`.
    pub details: Vec<(SmolStr, Data)>,
}

impl fmt::Display for Data {
    /// `toString()`, as far as that is known without a script: maps as `{a=1}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut vm = Vm::new(Rc::new(Nowhere), Limits::default());
        let text = vm.import(self).and_then(|value| vm.to_string(&value));
        match text {
            Ok(text) => f.write_str(&text),
            Err(_) => f.write_str("(too large to be shown)"),
        }
    }
}

/// No world at all.
struct Nowhere;

impl Host for Nowhere {
    fn now(&self) -> i64 {
        0
    }

    fn nanos(&self) -> i64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }

    fn print(&self, _text: &str) {}

    fn log(&self, _level: Level, _logger: &str, _message: &str) {}

    fn sleep(&self, _time: Duration) -> Result<(), Limit> {
        Ok(())
    }
}
