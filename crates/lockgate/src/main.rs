//! The Lockgate server and its command line.

mod bundle;
mod cli;
mod config;
mod demo;
mod feeds;
mod secrets;
mod server;
mod telemetry;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::run().await
}
