//! The catalogue over a real store, through its routes.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod instances;
mod keys;
mod offerings;
mod roles;
mod server;
