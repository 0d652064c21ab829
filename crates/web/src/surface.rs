//! HTTP surfaces as data: every route says its method, its path and who may use it.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use lockgate_core::ids::CorrelationId;
use lockgate_core::random::SharedRandom;
use lockgate_core::refusal::Reason;
use tower::ServiceExt as _;
use tracing::Instrument as _;

use crate::caller::{Arrival, Caller, Principal};
use crate::operator::OperatorToken;
use crate::problem::Problem;
use crate::request_log;

/// Names a request in its answer; the log has the same id.
pub const CORRELATION_HEADER: HeaderName = HeaderName::from_static("x-correlation-id");

/// Who may use a route. There is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// The holder of the operator token.
    Operator,
    /// OAuth clients; the handler authenticates them, because the protocol decides how.
    ClientAuth,
}

/// One route.
#[derive(Clone, Debug)]
pub struct Route {
    /// The method it answers.
    pub method: Method,
    /// Its path, with `{name}` for parameters.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    handler: MethodRouter,
}

/// The routes of one part of the product.
#[derive(Clone, Debug)]
pub struct Surface {
    name: &'static str,
    routes: Vec<Route>,
}

impl Surface {
    /// A surface called `name` whose handlers share `state`.
    pub fn builder<S>(name: &'static str, state: S) -> SurfaceBuilder<S> {
        SurfaceBuilder {
            state,
            surface: Self {
                name,
                routes: Vec::new(),
            },
        }
    }

    /// The part of the product it belongs to.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its routes, in the order they were declared; the authorization-coverage test walks them.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }
}

/// Collects the routes of a [`Surface`].
#[derive(Clone, Debug)]
pub struct SurfaceBuilder<S> {
    state: S,
    surface: Surface,
}

impl<S: Clone + Send + Sync + 'static> SurfaceBuilder<S> {
    /// Adds a route.
    ///
    /// # Panics
    /// For methods without a meaning in HTTP APIs (`CONNECT` and extension methods).
    #[must_use]
    pub fn route<H, T>(
        mut self,
        method: Method,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone())
            .expect("invariant: surfaces declare standard methods");
        self.surface.routes.push(Route {
            method,
            path,
            access,
            handler: on(filter, handler).with_state(self.state.clone()),
        });
        self
    }

    /// The finished surface.
    #[must_use]
    pub fn build(self) -> Surface {
        self.surface
    }
}

/// What guards the routes of every surface.
#[derive(Clone, Debug)]
pub struct Guard {
    /// Opens [`Access::Operator`] routes.
    pub operator: OperatorToken,
    /// Where correlation ids come from.
    pub random: SharedRandom,
}

/// All surfaces of a listener, ready to answer requests.
#[derive(Clone, Debug)]
pub struct Api {
    router: Router,
    guard: Guard,
}

impl Api {
    /// Puts `surfaces` behind `guard`.
    ///
    /// # Panics
    /// When two routes have the same method and path.
    #[must_use]
    pub fn new(surfaces: impl IntoIterator<Item = Surface>, guard: Guard) -> Self {
        let mut router = Router::new();
        for route in surfaces.into_iter().flat_map(|surface| surface.routes) {
            let handler = match route.access {
                Access::Public | Access::ClientAuth => route.handler,
                Access::Operator => route
                    .handler
                    .route_layer(from_fn_with_state(guard.clone(), require_operator)),
            };
            router = router.route(route.path, handler);
        }
        let router = router
            .fallback(unknown_path)
            .method_not_allowed_fallback(unknown_method);
        Self { router, guard }
    }

    /// Answers a request whose form is not acceptable, in the way of [`Api::handle`].
    #[must_use]
    pub fn refuse(&self, head: &Parts, reason: Reason, arrival: Arrival) -> Response {
        let caller = self.caller(arrival);
        let status = match reason {
            Reason::MethodRefused => StatusCode::METHOD_NOT_ALLOWED,
            Reason::TargetTooLong => StatusCode::URI_TOO_LONG,
            _ => StatusCode::BAD_REQUEST,
        };
        let problem = Problem::new(status, "LG-REQUEST", reason.explanation());
        let mut response = problem.hint(reason.advice()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            let methods = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
            headers.insert(header::ALLOW, methods);
        }
        add_headers(headers, caller.correlation);
        let path = head.uri.path();
        request_log::record(&head.method, path, &caller, status, Duration::ZERO);
        response
    }

    fn caller(&self, arrival: Arrival) -> Caller {
        Caller {
            principal: Principal::Anonymous,
            source: arrival.peer.ip(),
            correlation: CorrelationId::generate(&*self.guard.random),
        }
    }

    /// Answers one request: access rule, handler, security headers, one log line.
    pub async fn handle<B>(&self, request: http::Request<B>, arrival: Arrival) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let started = tokio::time::Instant::now();
        let caller = self.caller(arrival);
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(caller);
        let span = tracing::error_span!("request", correlation = %caller.correlation);
        let answered = self.router.clone().oneshot(request).instrument(span).await;
        let mut response = answered.unwrap_or_else(|never| match never {});
        add_headers(response.headers_mut(), caller.correlation);
        let took = started.elapsed();
        request_log::record(&method, uri.path(), &caller, response.status(), took);
        response
    }
}

async fn require_operator(
    State(guard): State<Guard>,
    mut caller: Caller,
    mut request: Request,
    next: Next,
) -> Response {
    if !guard.operator.admits(request.headers()) {
        return Problem::new(
            StatusCode::UNAUTHORIZED,
            "LG-UNAUTHORIZED",
            "this request needs the operator token",
        )
        .hint("send it as 'Authorization: Bearer <operator token>'")
        .into_response();
    }
    caller.principal = Principal::Operator;
    request.extensions_mut().insert(caller);
    next.run(request).await
}

async fn unknown_path() -> Problem {
    Problem::not_found("this path")
}

async fn unknown_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "LG-METHOD",
        "this path does not offer the method",
    )
    .hint("the header 'Allow' lists the methods it offers")
}

/// Adds what every answer carries, leaving what the handler chose.
fn add_headers(headers: &mut HeaderMap, correlation: CorrelationId) {
    let defaults = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in defaults {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    let id = HeaderValue::try_from(correlation.to_string());
    headers.insert(
        CORRELATION_HEADER,
        id.expect("invariant: a UUID is a legal header value"),
    );
}
