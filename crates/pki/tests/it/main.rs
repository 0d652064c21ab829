//! Certificates made on the spot: good ones, and hostile ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod authority;
mod chains;
mod hostile;
mod keystore;
mod made;
