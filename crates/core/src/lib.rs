//! Nouns every part of Lockgate shares: identifiers, time, randomness, secrets, names and limits.
//!
//! Nothing here does I/O. Time and randomness are parameters: production passes
//! [`clock::SystemClock`] and [`random::OsRandom`], tests pass [`clock::ManualClock`] and
//! [`random::SeededRandom`].

pub mod account;
pub mod audit;
pub mod certificate;
pub mod client;
pub mod clock;
pub mod crypto;
pub mod ids;
pub mod input;
pub mod limits;
pub mod random;
pub mod refusal;
pub mod role;
pub mod secret;
pub mod tenant;
