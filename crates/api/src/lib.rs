#![doc = include_str!("../README.md")]

mod failure;
mod functions;
mod hex;
pub mod roles;
mod service;
mod sets;

pub use service::{Resources, service};
