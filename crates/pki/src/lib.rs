#![doc = include_str!("../README.md")]

pub mod authority;
pub mod certificate;
mod der;
pub mod dn;
pub mod pem;
pub mod trust;
