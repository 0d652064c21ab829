//! The flow language: reads a bundle, checks it, and lowers it to a [`plan::Plan`].
//!
//! No I/O, no clock, no async. Reading never fails: it gives a plan, or the diagnostics that say why
//! there is none.

mod archive;
pub mod bundle;
pub mod diagnostic;
pub mod expr;
mod kinds;
mod lower;
pub mod manifest;
pub mod model;
pub mod package;
mod params;
pub mod plan;
pub mod properties;
mod reading;
mod rows;
pub mod schedule;
pub mod usage;

pub use bundle::Bundle;
pub use diagnostic::{Code, Diagnostic, Severity, Span};
pub use params::{Parameter, ParameterType};
pub use reading::{Reading, read};
