#![doc = include_str!("../README.md")]

pub mod credentials;
pub mod error;
pub mod parameters;
pub mod service;
mod surface;

pub use error::Error;
pub use service::Catalog;
pub use surface::surface;
