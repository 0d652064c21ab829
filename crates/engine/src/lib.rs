//! Runs flows: prepares plans into pipelines and moves exchanges through them.

pub mod access;
pub mod charset;
pub mod endpoints;
pub mod entry;
pub mod error;
pub mod eval;
pub mod exchange;
pub mod headers;
pub mod material;
pub mod names;
pub mod receiver;
pub mod runtime;
pub mod session;
pub mod value;
