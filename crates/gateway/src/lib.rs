#![doc = include_str!("../README.md")]

mod admit;
pub mod body;
pub mod credential;
pub mod csrf;
mod gateway;
pub mod headers;
mod identity;
pub mod path;
mod ratchet;
mod refusal;
mod respond;

pub use gateway::{Gateway, Resources, Settings};
pub use identity::UserNameFormat;
pub use ratchet::{NotNoted, Ratchet};
