//! Project tasks: `cargo xtask test`, `cargo xtask bench`, `cargo xtask oracle`, `cargo xtask tidy`.

mod groovy;
mod install;
mod oracle;
mod programs;
mod shell;
mod tidy;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::shell::{cargo, heading};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Project tasks")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the tests need, then check formatting, house rules and lints, and run all tests
    Test,
    /// Measure Lockgate beside a bare hyper server, or scripts (`bench groovy`), and print the table
    Bench {
        #[command(subcommand)]
        what: Option<Measured>,
        /// Passed on to the benchmark, see its --help
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run scripts of real flows with real Groovy and with our engine, and compare
    Oracle(oracle::Args),
    /// Check the house rules that the compiler does not know
    Tidy,
}

#[derive(Subcommand)]
enum Measured {
    /// Our engine for scripts beside real Groovy
    Groovy(groovy::Args),
}

fn main() -> anyhow::Result<()> {
    match Args::parse().task {
        Task::Test => test(),
        Task::Bench {
            what: Some(Measured::Groovy(args)),
            ..
        } => groovy::run(&root(), &args),
        Task::Bench { args, .. } => bench(&args),
        Task::Oracle(args) => oracle::run(&root(), &args),
        Task::Tidy => tidy::check(&root()),
    }
}

/// Cheapest first, so that a mistake shows early.
fn test() -> anyhow::Result<()> {
    heading("formatting");
    cargo(&["fmt", "--all", "--check"])?;
    heading("house rules");
    tidy::check(&root())?;
    heading("what the tests need");
    install::everything(&root())?;
    heading("lints");
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
        "--",
        "--deny",
        "warnings",
    ])?;
    heading("tests");
    cargo(&[
        "test",
        "--workspace",
        "--locked",
        "--quiet",
        "--no-fail-fast",
    ])?;
    programs::test()
}

fn bench(args: &[String]) -> anyhow::Result<()> {
    cargo(&[
        "build",
        "--profile",
        "dist",
        "--locked",
        "--package",
        "lockgate",
        "--package",
        "lockgate-bench",
    ])?;
    let args = args.iter().map(String::as_str);
    cargo(
        &[
            "run",
            "--profile",
            "dist",
            "--locked",
            "--package",
            "lockgate-bench",
            "--",
        ]
        .into_iter()
        .chain(args)
        .collect::<Vec<_>>(),
    )
}

/// The repository's root: this crate lies in its folder `xtask`.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("invariant: xtask lies in the root")
        .to_owned()
}
