//! What the crate does, seen from outside.

mod cpi;
mod json_and_dates;
mod members;
mod mime;
mod mutated;
mod probes;
mod safety;
mod support;
mod syntax;
mod trace;
mod xml;
