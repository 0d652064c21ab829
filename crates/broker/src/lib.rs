#![doc = include_str!("../README.md")]

mod bindings;
mod broker;
mod call;
mod error;
mod instances;
mod offerings;
mod origin;
mod request;
mod surface;
mod version;

pub use broker::Broker;
pub use surface::surface;
