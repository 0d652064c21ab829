//! What operators and conversions mean: Groovy's rules on plain values.

pub mod arith;
pub mod cast;
pub mod compare;
pub mod equal;
pub mod hash;
pub mod text;
pub mod truth;
