//! Peers that tests and the demo talk to.

pub mod http;
mod listener;
pub mod odata;
pub mod smtp;
pub mod tls;
