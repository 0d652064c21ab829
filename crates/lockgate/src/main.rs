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

use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let runtime = Runtime::new().expect("invariant: a process may start threads");
    let code = runtime.block_on(cli::run());
    // What a flow computes on a thread of its own cannot be interrupted. It was given up when the
    // grace period ended, and does not keep the process alive.
    runtime.shutdown_background();
    code
}
