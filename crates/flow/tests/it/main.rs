//! Reading real, drafted and damaged bundles.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bundles;
mod channels;
mod content_modifier;
mod corpus;
mod draft;
mod flows;
mod graph;
mod hostile;
mod recognition;
mod scripts;
mod steps;
mod stores;
