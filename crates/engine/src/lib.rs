//! Runs flows: prepares plans into pipelines and moves exchanges through them.

pub mod error;
pub mod exchange;
pub mod headers;
pub mod material;
pub mod receiver;
pub mod session;
pub mod value;
