//! Measures Lockgate beside its yardsticks in one run: rates in alternating rounds, medians, ratios.
//!
//! Start it with `cargo xtask bench`. Machines are noisy and shared; only the ratios travel.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads the real clock"
)]

mod bare;
mod calls;
mod load;
mod machine;
mod records;
mod report;
mod scenario;
mod searches;
mod server;
mod signatures;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask bench",
    about = "Measures Lockgate beside a bare hyper server"
)]
struct Args {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    role: Option<Role>,
}

/// What to measure, and for how long.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    /// Rounds of each rate; the median counts
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Seconds of one round
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Connections that call at the same time
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// The server's program
    #[arg(long, default_value = "target/dist/lockgate")]
    program: PathBuf,
    /// Records in the log that is searched
    #[arg(long, default_value_t = 1_000_000)]
    records: u64,
    /// An empty PostgreSQL database whose log is searched as well
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Folder with the flows to call
    #[arg(long, default_value = "testdata/flows")]
    flows: PathBuf,
}

impl Options {
    fn round(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

#[derive(Subcommand)]
enum Role {
    /// Be the bare server (started by the benchmark)
    #[command(hide = true)]
    Bare,
    /// Measure the message log only: adding records, and searching many
    Log,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    match args.role {
        Some(Role::Bare) => bare::serve().await,
        Some(Role::Log) => {
            let mut results = vec![records::run(&args.options).await?];
            results.extend(searches::run(&args.options).await?);
            println!(
                "{}",
                report::markdown(&machine::describe(), &args.options, &results)
            );
            Ok(())
        }
        None => {
            let results = scenario::run(&args.options).await?;
            println!(
                "{}",
                report::markdown(&machine::describe(), &args.options, &results)
            );
            Ok(())
        }
    }
}
