#![doc = include_str!("../README.md")]

mod access_policies;
mod audit;
pub mod credentials;
mod data_stores;
pub mod error;
pub mod flows;
pub mod keystore;
mod messages;
mod number_ranges;
pub mod partners;
mod refusals;
pub mod runtime;
mod service;
mod surface;
mod variables;

pub use error::Error;
pub use service::Operations;
pub use surface::surface;
