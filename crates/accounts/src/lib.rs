#![doc = include_str!("../README.md")]

pub mod bootstrap;
pub mod error;
mod hashing;
pub mod login;
pub mod permission;
mod rules;
mod secrets;
mod service;
mod surface;

pub use error::Error;
pub use hashing::HashSettings;
pub use permission::Rights;
pub use rules::PUBLIC_CLIENTS;
pub use service::{
    AccountChange, AccountService, Issued, MembershipFilter, NamedMembership, NewAccount,
    OrganizationChange, SpaceChange, Surroundings, role_name,
};
pub use surface::surface;
