//! What the crate does, seen from outside.

mod cpi;
mod probes;
mod support;
mod syntax;
