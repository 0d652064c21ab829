#![doc = include_str!("../README.md")]

pub mod config;
pub mod keys;
pub mod metrics;
pub mod trusted;

mod authenticate;
mod authorization;
mod claims;
mod credentials;
mod error;
mod grants;
mod http;
mod issue;
mod jwt_bearer;
mod login_clients;
mod parameters;
mod person_token;
mod ratchet;
mod refresh_token;
mod requester;
mod service;
mod sessions;

pub use crate::http::surface;
pub use config::Config;
pub use keys::KeyRing;
pub use ratchet::{Noted, Ratchet};
pub use service::Service;
