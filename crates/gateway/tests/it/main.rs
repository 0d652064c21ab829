//! The gateway on an in-process server, called with raw bytes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attacks;
mod certificates;
mod certified;
mod client;
mod clients;
mod credentials;
mod csrf;
mod database;
mod flows;
mod names;
mod ratchet;
mod renewal;
mod support;
mod tables;
