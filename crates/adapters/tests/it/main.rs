//! Receivers against real peers on loopback.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod http;
mod mail;
mod mock;
mod network;
mod oauth2;
mod odata;
mod support;
