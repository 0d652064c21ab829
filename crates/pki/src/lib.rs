#![doc = include_str!("../README.md")]

pub mod authority;
pub mod certificate;
pub mod chain;
mod der;
pub mod dn;
pub mod key_pair;
pub mod pem;
pub mod trust;
