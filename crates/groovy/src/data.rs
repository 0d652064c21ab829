//! Values outside a run: what goes into a script and comes out of it, to be kept or sent to
//! another thread.

mod transfer;

use std::sync::Arc;

use bytes::Bytes;
use smol_str::SmolStr;

use crate::decimal::Decimal;
use crate::map::MapKind;

/// A value outside a run.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "as the values of the same names")]
pub enum Data {
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
