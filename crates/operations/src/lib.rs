#![doc = include_str!("../README.md")]

mod audit;
pub mod credentials;
pub mod error;
pub mod flows;
mod messages;
mod number_ranges;
mod refusals;
pub mod runtime;
mod service;
mod surface;
mod variables;

pub use error::Error;
pub use service::Operations;
pub use surface::surface;
