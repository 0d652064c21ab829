#![doc = include_str!("../README.md")]

pub mod access;
pub mod charset;
pub mod endpoints;
pub mod entry;
pub mod error;
pub mod eval;
pub mod exchange;
pub mod headers;
pub mod journal;
pub mod log;
pub mod material;
pub mod names;
pub mod pipeline;
pub mod prepare;
pub mod receiver;
mod run;
pub mod runtime;
mod scripts;
pub mod session;
mod shared;
mod steps;
#[cfg(test)]
mod testing;
pub mod value;
