#![doc = include_str!("../README.md")]

mod artifacts;
mod configurations;
mod copies;
mod custom_tags;
mod error;
mod names;
mod packages;
mod resources;
mod service;
mod skeleton;
mod transport;
mod value_maps;

pub use artifacts::{Change, Deployable, NewArtifact, shown_version};
pub use configurations::Configuration;
pub use copies::CopyMode;
pub use custom_tags::TagConfiguration;
pub use error::{Error, Result};
pub use packages::PackageText;
pub use resources::{Resource, ResourceKey, ResourceType};
pub use service::Workspace;
pub use value_maps::{Pair, ValueMap};
