//! Puts the parts together into a running server, and takes them apart again.

mod auditor;
mod dispatcher;
mod heartbeat;
mod janitor;
mod listeners;
mod metrics;
mod parts;
mod renewals;
mod surroundings;

use std::sync::Arc;
use std::time::Duration;

use lockgate_core::secret::Secret;
use lockgate_engine::runtime::Runtime;
use lockgate_web::server::Patience;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::auditor::Auditor;
use self::dispatcher::dispatch;
use self::listeners::Sockets;
use self::parts::Parts;
use self::surroundings::Surroundings;
use crate::config::Config;

pub(crate) use self::listeners::Urls;
pub(crate) use self::parts::receivers;

/// A server that answers requests.
pub(crate) struct Running {
    /// By which URLs it is known.
    pub(crate) urls: Urls,
    /// Opens the operator API.
    pub(crate) operator_token: Secret<String>,
    /// Sentences about files that were made for this start.
    pub(crate) made: Vec<String>,
    /// The password of the first administrator, made for this start.
    pub(crate) first_admin: Option<Secret<String>>,
    runtime: Runtime,
    auditor: Auditor,
    grace: Duration,
    stopping: CancellationToken,
    listeners: JoinSet<()>,
    background: JoinSet<()>,
}

/// Starts a server: binds its port first, then loads everything that requests are served from.
pub(crate) async fn start(config: &Config) -> anyhow::Result<Running> {
    let sockets = Sockets::bind(config).await?;
    let urls = sockets.urls(config)?;
    let around = Surroundings::prepare(config, &urls).await?;
    let parts = Parts::assemble(config, &around).await?;
    let mut background = parts.background(config, &around);
    let grace = Duration::try_from(config.server.shutdown_grace).unwrap_or_default();
    let stopping = CancellationToken::new();
    let patience = Patience {
        grace,
        ..Patience::default()
    };
    let tls = parts.tls(config, &around)?;
    if let Some(tls) = &tls {
        background.spawn(tls.certificate.clone().follow());
    }
    let dispatcher = parts.dispatcher(config, &around)?;
    let handler = move |request, arrival| dispatch(Arc::clone(&dispatcher), request, arrival);
    Ok(Running {
        listeners: sockets.serve(tls, handler, patience, &stopping),
        urls,
        operator_token: around.operator_token,
        made: around.made,
        first_admin: parts.accounts.bootstrap().await?,
        runtime: parts.runtime,
        auditor: parts.auditor,
        grace,
        stopping,
        background,
    })
}

impl Running {
    /// Takes no new calls, lets running ones finish, writes the message and the audit log.
    pub(crate) async fn stop(mut self) {
        self.stopping.cancel();
        self.runtime.stop(self.grace).await;
        while let Some(ended) = self.listeners.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a listener ended badly");
            }
        }
        self.auditor.stop().await;
        self.background.shutdown().await;
    }

    /// Ends with an error if a part that must live as long as the server ends by itself.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<()> {
        let ended = self.background.join_next().await;
        anyhow::bail!("a background task ended: {ended:?}")
    }
}

#[cfg(test)]
mod tests;
