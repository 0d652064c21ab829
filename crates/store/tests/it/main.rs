//! The store on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backend;
mod changes;
mod crash;
mod flows;
mod identity;
mod messages;
mod schema;
mod state;
mod transactions;
