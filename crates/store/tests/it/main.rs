//! The store on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod audit;
mod backend;
mod broker;
mod changes;
mod crash;
mod data_stores;
mod design;
mod flows;
mod identity;
mod message_log;
mod messages;
mod partners;
mod schema;
mod security;
mod state;
mod transactions;
