#![doc = include_str!("../README.md")]

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
pub mod report;
pub mod rows;
pub mod schedule;
pub mod scripts;
pub mod usage;
pub mod values;

pub use bundle::Bundle;
pub use diagnostic::{Code, Diagnostic, Severity, Span};
pub use params::{Parameter, ParameterType, parameters};
pub use reading::{Reading, read};
