//! The entity sets over a real store, through HTTP in memory.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod archives;
mod artifacts;
mod data_stores;
mod deployment;
mod message_log;
mod number_ranges;
mod packages;
mod partners;
mod resources;
mod roles;
mod security;
mod transcripts;
mod value_maps;
mod variables;
mod world;
