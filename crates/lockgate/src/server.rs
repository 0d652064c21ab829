//! Puts the parts together into a running server, and takes them apart again.

mod janitor;
mod listeners;
mod metrics;
mod renewals;
mod surroundings;

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Either};
use hyper::body::Body;
use lockgate_adapters::AdaptersConfig;
use lockgate_catalog::Catalog;
use lockgate_core::secret::Secret;
use lockgate_engine::prepare::Registry;
use lockgate_engine::runtime::{self, Runtime};
use lockgate_gateway::path::is_flow_path;
use lockgate_gateway::{Gateway, UserNameFormat};
use lockgate_operations::Operations;
use lockgate_store::Store;
use lockgate_store::changes::Topic;
use lockgate_token::KeyRing;
use lockgate_web::audit::AuditSink;
use lockgate_web::caller::Arrival;
use lockgate_web::form;
use lockgate_web::health::Readiness;
use lockgate_web::identity::SharedIdentities;
use lockgate_web::operator::OperatorToken;
use lockgate_web::server::Patience;
use lockgate_web::surface::{Api, Guard, Surface};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::listeners::Sockets;
use self::metrics::RuntimeMetrics;
use self::renewals::Renewals;
use self::surroundings::Surroundings;
use crate::config::{Config, UserName};
use crate::feeds::{self, IdentityFeed};

/// How often signing keys are looked after.
const KEY_TENDING: Duration = Duration::from_secs(60);

/// A server that answers requests.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) url: String,
    /// Opens the operator API.
    pub(crate) operator_token: Secret<String>,
    /// Sentences about files that were made for this start.
    pub(crate) made: Vec<String>,
    runtime: Runtime,
    grace: Duration,
    stopping: CancellationToken,
    listener: tokio::task::JoinHandle<()>,
    background: JoinSet<()>,
}

/// Starts a server: binds its port first, then loads everything that requests are served from.
pub(crate) async fn start(config: &Config) -> anyhow::Result<Running> {
    let sockets = Sockets::bind(config).await?;
    let urls = sockets.urls(config)?;
    let around = Surroundings::prepare(config, &urls).await?;
    let parts = Parts::assemble(config, &around).await?;
    let background = parts.background(config, &around);
    let grace = Duration::try_from(config.server.shutdown_grace).unwrap_or_default();
    let stopping = CancellationToken::new();
    let patience = Patience {
        grace,
        ..Patience::default()
    };
    let dispatcher = parts.dispatcher(&around);
    let handler = move |request, arrival| dispatch(Arc::clone(&dispatcher), request, arrival);
    let serving = lockgate_web::server::serve(sockets.plain, handler, patience, stopping.clone());
    Ok(Running {
        url: urls.plain,
        operator_token: around.operator_token,
        made: around.made,
        runtime: parts.runtime,
        grace,
        stopping,
        listener: tokio::spawn(serving),
        background,
    })
}

impl Running {
    /// Takes no new calls, lets running ones finish, writes the message log.
    pub(crate) async fn stop(mut self) {
        self.stopping.cancel();
        self.runtime.stop(self.grace).await;
        if let Err(error) = self.listener.await {
            tracing::error!(%error, "the listener ended badly");
        }
        self.background.shutdown().await;
    }

    /// Ends with an error if a part that must live as long as the server ends by itself.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<()> {
        let ended = self.background.join_next().await;
        anyhow::bail!("a background task ended: {ended:?}")
    }
}

#[cfg(test)]
mod tests {
    use lockgate_web::surface::{Access, Route};

    use super::*;

    /// Routes that anybody may use, and those whose handler authenticates a client by its protocol.
    /// Routes that only say 405 do not count.
    /// Every other route needs the operator token. A change here is a decision about security.
    const OPEN: [(&str, Access); 15] = [
        ("DELETE /oauth/token/revoke/{jti}", Access::ClientAuth),
        (
            "GET /.well-known/oauth-authorization-server/oauth/token",
            Access::Public,
        ),
        ("GET /.well-known/openid-configuration", Access::Public),
        ("GET /healthz", Access::Public),
        ("GET /oauth/token", Access::ClientAuth),
        ("GET /oauth/token/", Access::ClientAuth),
        (
            "GET /oauth/token/.well-known/openid-configuration",
            Access::Public,
        ),
        ("GET /readyz", Access::Public),
        ("GET /token_key", Access::Public),
        ("GET /token_keys", Access::Public),
        ("POST /check_token", Access::ClientAuth),
        ("POST /introspect", Access::ClientAuth),
        ("POST /oauth/revoke", Access::ClientAuth),
        ("POST /oauth/token", Access::ClientAuth),
        ("POST /oauth/token/", Access::ClientAuth),
    ];

    const ARRIVAL: Arrival = Arrival::plain(std::net::SocketAddr::new(
        std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        1,
    ));

    /// Everything of a server but its listener and its background, in a folder of its own.
    async fn assembled() -> (tempfile::TempDir, Parts, Arc<Dispatcher>) {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults();
        config.data_dir = folder.path().to_owned();
        let urls = listeners::Urls::for_test();
        let around = Surroundings::prepare(&config, &urls).await.unwrap();
        let parts = Parts::assemble(&config, &around).await.unwrap();
        // Routes about keys wait for the first one.
        parts.keys.tend().await.unwrap();
        parts.feed.refresh(&parts.identities).await.unwrap();
        let dispatcher = parts.dispatcher(&around);
        (folder, parts, dispatcher)
    }

    /// T12, T61, T70: on every surface, and with a correlation id each.
    #[tokio::test]
    async fn requests_of_doubtful_form_reach_no_surface() {
        let (_folder, parts, dispatcher) = assembled().await;
        for path in ["/healthz", "/oauth/token", "/operator/v1/roles", "/http/x"] {
            let absolute = format!("http://other.example{path}");
            let cases = [
                ("TRACE", path, "host", "a", 405),
                ("GET", path, "upgrade", "websocket", 405),
                ("GET", path, "host", "a b", 400),
                ("GET", path, "transfer-encoding", "chunked, chunked", 400),
                ("GET", &absolute, "host", "other.example", 400),
            ];
            for (method, target, field, value, expected) in cases {
                let mut request = Request::builder().method(method).uri(target);
                if field != "host" {
                    request = request.header("host", "a");
                }
                let request = request.header(field, value);
                let request = request.body(http_body_util::Empty::new()).unwrap();
                let response = dispatch(Arc::clone(&dispatcher), request, ARRIVAL).await;
                let case = format!("{method} {target} {field}: {value}");
                assert_eq!(response.status().as_u16(), expected, "{case}");
                let headers = response.headers();
                assert!(headers.contains_key("x-correlation-id"), "{case}");
                assert_eq!(headers["connection"], "close", "{case}");
            }
        }
        parts.runtime.stop(Duration::ZERO).await;
    }

    #[tokio::test]
    async fn every_route_keeps_its_access_rule() {
        let (_folder, parts, dispatcher) = assembled().await;
        let ask = async |route: &Route, authorization: Option<&str>| {
            let mut request = Request::builder()
                .method(route.method.clone())
                .uri(route.path);
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            let request = request
                .body(http_body_util::Empty::<bytes::Bytes>::new())
                .unwrap();
            dispatcher
                .api
                .handle(request, ARRIVAL)
                .await
                .status()
                .as_u16()
        };
        let mut open = Vec::new();
        for route in parts.surfaces.iter().flat_map(Surface::routes) {
            let name = format!("{} {}", route.method, route.path);
            if route.access == Access::Operator {
                for authorization in [None, Some("Bearer wrong"), Some("Basic eDp5")] {
                    assert_eq!(
                        ask(route, authorization).await,
                        401,
                        "{name} with {authorization:?}"
                    );
                }
            } else if route.access == Access::ClientAuth || ask(route, None).await != 405 {
                open.push((name, route.access));
            }
        }
        open.sort_by(|a, b| a.0.cmp(&b.0));
        let expected: Vec<(String, Access)> = OPEN
            .iter()
            .map(|(name, access)| ((*name).to_owned(), *access))
            .collect();
        assert_eq!(open, expected);
        parts.runtime.stop(Duration::ZERO).await;
    }
}
