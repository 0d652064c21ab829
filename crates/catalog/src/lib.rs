#![doc = include_str!("../README.md")]

mod credentials;
pub mod error;
mod parameters;
pub mod service;
mod surface;

pub use error::Error;
pub use service::Catalog;
pub use surface::surface;
