//! The flow language: reads a bundle, checks it, and lowers it to a [`plan::Plan`].
//!
//! No I/O, no clock, no async. Reading never fails: it gives a plan, or the diagnostics that say why
//! there is none.

mod archive;
pub mod bundle;
pub mod diagnostic;
pub mod expr;
pub mod manifest;
pub mod package;
pub mod plan;
pub mod properties;
mod rows;
pub mod schedule;
