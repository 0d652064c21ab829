//! What the crate does, seen from outside.

mod probes;
mod support;
mod syntax;
