//! `lockgate serve`

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use lockgate_accounts::bootstrap::FIRST_ADMIN;
use tokio::signal::unix::{SignalKind, signal};

use super::output::{DIM, GOOD, HEADING, line, note, paint};
use crate::config::Config;
use crate::server::Urls;
use crate::{server, telemetry};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Configuration file
    #[arg(long, env = "LOCKGATE_CONFIG")]
    config: Option<PathBuf>,
    /// Address and port to listen on, instead of the configured one
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Folder for generated files, instead of the configured one
    #[arg(long)]
    data: Option<PathBuf>,
}

impl Args {
    fn config(&self) -> anyhow::Result<Config> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(listen) = self.listen {
            config.server.listen = listen;
        }
        if let Some(data) = &self.data {
            config.data_dir.clone_from(data);
        }
        config.check()?;
        Ok(config)
    }
}

/// Runs the server until it is told to stop.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let config = args.config()?;
    telemetry::start(&config.log)?;
    let mut server = server::start(&config).await?;
    for made in &server.made {
        note(paint(DIM, made));
    }
    if let Some(password) = &server.first_admin {
        note(format!(
            "made the administrator {} with the password {}  {}",
            paint(HEADING, FIRST_ADMIN),
            paint(HEADING, password.expose()),
            paint(
                DIM,
                "(shown only now; change it with: lockgate user password admin)"
            )
        ));
    }
    let Urls { plain, tls, .. } = &server.urls;
    line(format!(
        "{} {}",
        paint(GOOD, "Lockgate listens on"),
        paint(HEADING, plain)
    ));
    if let Some((https, client)) = tls {
        line(format!("  over HTTPS on {}", paint(HEADING, https)));
        line(format!(
            "  for client certificates on {}",
            paint(HEADING, client)
        ));
    }
    tokio::select! {
        signalled = stop_signal() => signalled?,
        ended = server.ended() => return ended.context("the server ended by itself"),
    }
    tracing::info!("stopping: running messages may finish");
    tokio::select! {
        () = server.stop() => Ok(()),
        signalled = stop_signal() => signalled.and_then(|()| anyhow::bail!("stopped at once by a second signal")),
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn stop_signal() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
        _ = terminate.recv() => Ok(()),
    }
}
