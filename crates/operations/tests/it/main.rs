//! Operations over a real store, through their routes.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod bundles;
mod credentials;
mod flows;
mod messages;
mod refusals;
mod server;
mod variables;
