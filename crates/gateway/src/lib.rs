//! Admits HTTP requests to flows.

mod admit;
pub mod body;
pub mod credential;
pub mod csrf;
pub mod headers;
mod identity;
pub mod path;
mod refusal;
mod respond;
pub mod throttle;

pub use identity::UserNameFormat;
