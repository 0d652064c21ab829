//! The gateway on an in-process server, called with raw bytes.

mod attacks;
mod client;
mod credentials;
mod csrf;
mod database;
mod flows;
mod support;
mod tables;
