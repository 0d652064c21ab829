//! End to end: the real binary, real sockets, real databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "skipped tests say so")]

mod audit;
mod cf;
mod cloudfoundry;
mod cluster;
mod command_line;
mod corpus;
mod crash;
mod data_stores;
mod flashpipe;
mod local_tests;
mod odata;
mod packages;
mod people;
mod proxies;
mod scripts;
mod server;
mod tls;
mod walkthrough;
