#![doc = include_str!("../README.md")]

mod compare;
mod details;
mod folder;

pub use compare::{Change, Changed, changes};
pub use details::Details;
pub use folder::{Error, PackageFolder};
