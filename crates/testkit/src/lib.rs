#![doc = include_str!("../README.md")]

mod guard;
pub mod http;
mod listener;
pub mod log;
pub mod odata;
pub mod operator;
pub mod postgres;
pub mod smtp;
mod tenant;
pub mod tls;
pub mod transcript;

pub use guard::guard;
pub use tenant::tenant;
