//! Liveness, readiness and metrics.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, header};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::metrics::{self, Registry};
use crate::surface::{Access, Surface};

type Check = dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync;

/// How long an answer about readiness counts: anybody may ask, and asking reaches the database.
const REMEMBERED: Duration = Duration::from_secs(1);

/// Decides whether the server can do its work now.
#[derive(Clone)]
pub struct Readiness(Arc<Asked>);

struct Asked {
    check: Box<Check>,
    latest: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Readiness {
    /// Readiness as `check` says; its error names what is missing.
    pub fn new<F, Fut>(check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self(Arc::new(Asked {
            check: Box::new(move || Box::pin(check())),
            latest: Mutex::new(None),
        }))
    }

    /// The answer of this second; the first to ask waits for it, the others for the first.
    async fn ask(&self) -> Result<(), String> {
        let mut latest = self.0.latest.lock().await;
        if let Some((at, answer)) = &*latest
            && at.elapsed() < REMEMBERED
        {
            return answer.clone();
        }
        let answer = (self.0.check)().await;
        *latest = Some((Instant::now(), answer.clone()));
        answer
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readiness")
    }
}

#[derive(Clone)]
struct Health {
    readiness: Readiness,
    metrics: Arc<Registry>,
}

/// `/healthz` and `/readyz` for anybody, `/metrics` for the operator token (a scraper sends it as
/// its bearer credential).
#[must_use]
pub fn surface(readiness: Readiness, metrics: Arc<Registry>) -> Surface {
    Surface::builder("health", Health { readiness, metrics })
        .route(Method::GET, "/healthz", Access::Public, live)
        .route(Method::GET, "/readyz", Access::Public, ready)
        .route(Method::GET, "/metrics", Access::Operator, show_metrics)
        .build()
}

async fn live() -> &'static str {
    "ok\n"
}

async fn ready(State(health): State<Health>) -> Response {
    match health.readiness.ask().await {
        Ok(()) => "ready\n".into_response(),
        Err(missing) => {
            tracing::warn!(%missing, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
        }
    }
}

async fn show_metrics(State(health): State<Health>) -> Response {
    let text = metrics::render(&health.metrics);
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response()
}
