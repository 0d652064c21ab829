//! The API in memory: the surface over real services on SQLite.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod bindings;
mod instances;
mod lists;
mod marketplace;
mod organizations;
mod requests;
mod roles;
mod transcripts;
mod world;
