#![doc = include_str!("../README.md")]
#![expect(
    missing_debug_implementations,
    reason = "what a script holds may be secret: `Value` shows class names only"
)]

pub mod ast;
pub mod class;
pub mod closure;
mod code;
mod compile;
pub mod cpi;
mod cycles;
pub mod data;
pub mod decimal;
pub mod gstring;
pub mod host;
pub mod library;
pub mod limits;
pub mod list;
pub mod map;
mod meter;
pub mod object;
pub mod ops;
pub mod program;
mod proxy;
pub mod range;
mod regex;
pub mod run;
mod script_class;
mod sort;
pub mod syntax;
#[cfg(test)]
mod testing;
pub mod text;
pub mod throwable;
pub mod thrown;
pub mod value;
pub mod vm;
mod xml;
