#![doc = include_str!("../README.md")]

pub mod http;
mod listener;
pub mod log;
pub mod odata;
pub mod operator;
pub mod postgres;
pub mod smtp;
mod tenant;
pub mod tls;

pub use tenant::tenant;
