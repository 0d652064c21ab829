#![doc = include_str!("../README.md")]

pub mod access_policies;
pub mod accounts;
pub mod artifacts;
pub mod assertions;
pub mod audit;
pub mod authorities;
pub mod broker;
pub mod changes;
pub mod clients;
pub mod codes;
pub mod data_stores;
pub mod deployed_artifacts;
pub mod flows;
pub mod instances;
pub mod keys;
pub mod keystore;
pub mod leases;
pub mod materials;
pub mod memberships;
pub mod messages;
pub mod metadata;
pub mod number_ranges;
pub mod organizations;
pub mod packages;
pub mod partners;
pub mod payloads;
pub mod refusals;
pub mod resends;
pub mod revocations;
pub mod roles;
pub mod sessions;
pub mod settings;
pub mod signing_keys;
pub mod spaces;
pub mod tasks;
pub mod variables;
pub mod workers;

mod driver;
mod error;
mod query;
mod store;
mod tx;
mod value;

pub use changes::Follower;
pub use error::{Error, Result, Source};
pub use store::{Location, Store};
pub use tx::Tx;

/// How long a transaction may be silent before it is rolled back, in seconds.
///
/// On SQLite a write transaction keeps all other writers waiting, on PostgreSQL it pins a
/// connection and locks. Nobody may hold one across a network call or a flow step.
pub const HOLD_SECS: u64 = 5;

/// How long [`Store::begin`] and [`Store::read`] wait for their turn before they give up with
/// [`Error::Busy`], in seconds. Longer than [`HOLD_SECS`], so one stalled holder is outlived.
pub const WAIT_SECS: u64 = 10;
