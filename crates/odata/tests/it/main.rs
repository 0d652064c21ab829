//! The protocol over entity sets that exist for the tests only.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod access;
mod batch;
mod csrf;
mod functions;
mod metadata;
mod reading;
mod sets;
mod world;
mod writing;
