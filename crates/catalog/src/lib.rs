#![doc = include_str!("../README.md")]

pub mod catalogue;
mod credentials;
pub mod error;
mod external;
mod key_type;
mod parameters;
pub mod schemas;
pub mod service;
mod surface;

pub use error::Error;
pub use service::Catalog;
pub use surface::surface;
