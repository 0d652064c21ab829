#![doc = include_str!("../README.md")]

pub mod http;
mod listener;
pub mod odata;
pub mod postgres;
pub mod smtp;
pub mod tls;
