//! The token server on a real store, with a clock that moves when told.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod assertions;
mod browser;
mod certificates;
mod errors;
mod inspect;
mod keys;
mod node;
mod oauth_client;
mod operator;
mod people;
mod published;
mod shapes;
mod tokens;
mod tools;
mod uaa;
mod world;
mod xssec;
