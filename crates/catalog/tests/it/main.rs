//! The catalogue over a real store, through its routes.

mod instances;
mod keys;
mod offerings;
mod roles;
mod server;
