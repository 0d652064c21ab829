//! `lockgate config …`

use std::path::PathBuf;

use clap::Subcommand;

use super::output::{self, GOOD, line, paint};
use crate::config::{self, Config};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print every key with its default and what it means
    Default,
    /// Print the configuration in force
    Print {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Check a configuration file and the environment
    Check {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

pub(crate) fn run(command: &Command, json: bool) -> anyhow::Result<()> {
    match command {
        Command::Default if json => output::json(&toml::from_str(config::DEFAULTS)?),
        Command::Default => line(config::DEFAULTS.trim_end()),
        Command::Print { config } => {
            let config = Config::load(config.as_deref())?;
            match json {
                true => output::json(&serde_json::to_value(config.redacted())?),
                false => line(toml::to_string(&config.redacted())?.trim_end()),
            }
        }
        Command::Check { config } => {
            let config = Config::load(config.as_deref())?;
            config.store_location()?;
            match json {
                true => output::json(&serde_json::json!({ "valid": true })),
                false => line(paint(GOOD, "The configuration is valid.")),
            }
        }
    }
    Ok(())
}
