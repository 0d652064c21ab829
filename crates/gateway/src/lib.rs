//! Admits HTTP requests to flows.

pub mod body;
pub mod credential;
pub mod csrf;
pub mod path;
pub mod throttle;
