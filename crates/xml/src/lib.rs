#![doc = include_str!("../README.md")]

mod document;
mod encoding;
mod error;
pub mod json;
mod prescan;
pub mod serialise;
pub mod xpath;

pub use document::{Document, Source};
pub use error::{Position, XmlError};
