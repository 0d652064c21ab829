//! What outsiders can do to the crate: limits, hostile input, random input.

mod hostile;
mod random;
