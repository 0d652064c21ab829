#![doc = include_str!("../README.md")]

pub mod audit;
pub mod authorization;
pub mod body;
pub mod caller;
pub mod form;
pub mod health;
pub mod identity;
pub mod json;
pub mod jwt;
pub mod metrics;
pub mod operator;
pub mod problem;
pub mod request_log;
pub mod server;
pub mod surface;
pub mod throttle;
