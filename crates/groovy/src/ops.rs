//! What operators and conversions mean: Groovy's rules on plain values.

pub(crate) mod ambiguous;
pub mod arith;
pub mod cast;
pub mod compare;
pub mod equal;
pub mod float;
pub mod hash;
pub mod number;
pub mod regex;
pub mod text;
pub mod truth;

/// How deep values may be nested that are compared or shown.
pub(crate) const NESTING: u32 = 400;
