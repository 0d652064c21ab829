#![doc = include_str!("../README.md")]

mod body;
mod call;
mod error;
pub mod filter;
mod function;
mod key;
mod model;
mod query;
mod service;
mod set;
mod value;

pub use body::Body;
pub use call::{Call, Parent, Rights};
pub use error::{Error, Result};
pub use filter::Filter;
pub use function::{Arguments, Function, FunctionImport, Parameter, Returns};
pub use key::Key;
pub use model::{ComplexType, DateForm, Edm, EntityType, Navigation, Property};
pub use query::{Order, PAGE, Query};
pub use service::Service;
pub use set::{EntitySet, List, Media, Operation, Reply};
pub use value::{Expanded, Row, Value};
