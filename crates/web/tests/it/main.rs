//! The web layer over real sockets.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod certificates;
mod forwarded;
mod server;
mod support;
mod surface;
mod tls;
