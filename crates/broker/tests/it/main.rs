//! What the two editions of osb-checker check, and the rest of the specification that concerns a
//! broker which answers at once. Each test names the version of the specification that asks for it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod binding;
mod catalog;
mod concurrency;
mod instance;
mod preconditions;
mod world;
