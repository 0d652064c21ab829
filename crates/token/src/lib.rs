#![doc = include_str!("../README.md")]

pub mod config;
pub mod keys;
pub mod metrics;
pub mod trusted;

mod authenticate;
mod claims;
mod credentials;
mod error;
mod http;
mod issue;
mod jwt_bearer;
mod parameters;
mod ratchet;
mod service;

pub use crate::http::surface;
pub use config::Config;
pub use keys::KeyRing;
pub use ratchet::{Noted, Ratchet};
pub use service::Service;
