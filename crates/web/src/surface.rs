//! HTTP surfaces as data: every route says its method, its path and who may use it.

mod access;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, any, on};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use lockgate_core::audit::Who;
use lockgate_core::clock::SharedClock;
use lockgate_core::ids::CorrelationId;
use lockgate_core::random::SharedRandom;
use lockgate_core::refusal::Reason;
use tower::ServiceExt as _;
use tracing::Instrument as _;

use crate::audit::{AuditSink, RefusedRequest};
use crate::caller::{Arrival, Caller, Principal};
use crate::identity::SharedIdentities;
use crate::operator::OperatorToken;
use crate::problem::Problem;
use crate::request_log;
use access::{Rule, enforce};

pub use access::{ADMIN_SCOPE, Access, Denied, READ_SCOPE, WRITE_SCOPE};

/// Names a request in its answer; the log has the same id.
pub const CORRELATION_HEADER: HeaderName = HeaderName::from_static("x-correlation-id");

/// How a surface says that a request was denied.
pub type Denial = fn(Denied) -> Response;

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
    denial: Denial,
}

/// The routes of one part of the product.
#[derive(Clone, Debug)]
pub struct Surface {
    name: &'static str,
    routes: Vec<Route>,
    denial: Denial,
    /// Paths below this one that no route has are answered in the surface's own way.
    below: Option<&'static str>,
}

impl Surface {
    /// A surface called `name` whose handlers share `state`.
    pub fn builder<S>(name: &'static str, state: S) -> SurfaceBuilder<S> {
        SurfaceBuilder {
            state,
            surface: Self {
                name,
                routes: Vec::new(),
                denial: |denied| Problem::from(denied).into_response(),
                below: None,
            },
        }
    }

    /// The part of the product it belongs to.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The same with only those routes whose path is one of `paths`.
    #[must_use]
    pub fn only(mut self, paths: &[&str]) -> Self {
        self.routes.retain(|route| paths.contains(&route.path));
        self
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
    /// Lets the surface say in its own way that a request was denied; also for unknown paths below
    /// `below`, such as `/v3`. Counts for routes added after it.
    #[must_use]
    pub fn denials(mut self, below: &'static str, denial: Denial) -> Self {
        self.surface.denial = denial;
        self.surface.below = Some(below);
        self
    }

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
            denial: self.surface.denial,
        });
        self
    }

    /// Adds a route for every method, for protocols with methods of their own. It is listed with the
    /// method `*`.
    ///
    /// # Panics
    /// Never: `*` is a legal method.
    #[must_use]
    pub fn any_method<H, T>(mut self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.surface.routes.push(Route {
            method: Method::from_bytes(b"*").expect("invariant: `*` is a legal method"),
            path,
            access,
            handler: any(handler).with_state(self.state.clone()),
            denial: self.surface.denial,
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
    /// Accounts, and the keys their tokens are signed with.
    pub identities: SharedIdentities,
    /// Time.
    pub clock: SharedClock,
    /// Where refused requests are reported.
    pub audit: AuditSink,
}

/// All surfaces of a listener, ready to answer requests.
#[derive(Clone, Debug)]
pub struct Api {
    router: Router,
    guard: Guard,
    denials: Arc<[(&'static str, Denial)]>,
}

impl Api {
    /// Puts `surfaces` behind `guard`.
    ///
    /// # Panics
    /// When two routes have the same method and path.
    #[must_use]
    pub fn new(surfaces: impl IntoIterator<Item = Surface>, guard: Guard) -> Self {
        let surfaces: Vec<Surface> = surfaces.into_iter().collect();
        let own = |surface: &Surface| Some((surface.below?, surface.denial));
        let denials = surfaces.iter().filter_map(own).collect();
        let mut router = Router::new();
        for route in surfaces.into_iter().flat_map(|surface| surface.routes) {
            let handler = match route.access {
                Access::Public | Access::ClientAuth => route.handler,
                Access::Operator | Access::Account | Access::AccountOrPublic | Access::Broker => {
                    let rule = Rule {
                        guard: guard.clone(),
                        access: route.access,
                        denial: route.denial,
                    };
                    route.handler.route_layer(from_fn_with_state(rule, enforce))
                }
            };
            router = router.route(route.path, handler);
        }
        let router = router
            .fallback(unknown_path)
            .method_not_allowed_fallback(unknown_method);
        Self {
            router,
            guard,
            denials,
        }
    }

    /// How an unknown path is answered.
    fn denial_of(&self, path: &str) -> Option<Denial> {
        let below = |(below, _): &&(&str, Denial)| {
            let rest = path.strip_prefix(below);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.denials.iter().find(below).map(|(_, denial)| *denial)
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
            certificate: arrival.certificate,
            rejected: arrival.rejected,
            entrance: arrival.entrance,
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
        request.extensions_mut().insert(caller.clone());
        let denial = self.denial_of(uri.path());
        let span = tracing::error_span!("request", correlation = %caller.correlation);
        let answered = self.router.clone().oneshot(request).instrument(span).await;
        let mut response = answered.unwrap_or_else(|never| match never {});
        if let (Some(denied), Some(denial)) = (response.extensions().get::<Denied>(), denial) {
            response = denial(denied.clone());
        }
        add_headers(response.headers_mut(), caller.correlation);
        self.report(&method, uri.path(), &caller, &response);
        let took = started.elapsed();
        request_log::record(&method, uri.path(), &caller, response.status(), took);
        response
    }

    /// Tells the audit log about a refused request.
    fn report(&self, method: &Method, path: &str, caller: &Caller, response: &Response) {
        let status = response.status();
        let refusals = [
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::TOO_MANY_REQUESTS,
        ];
        if !refusals.contains(&status) {
            return;
        }
        let known = response.extensions().get::<RefusedActor>();
        let mut actor = caller.actor();
        if let Some(RefusedActor { who, .. }) = known {
            actor.who = who.clone();
        }
        let reason = known.map_or(status.canonical_reason().unwrap_or_default(), |known| {
            known.reason
        });
        let reason = match &caller.rejected {
            None => reason.to_owned(),
            Some(rejected) => format!("{reason}: {rejected}"),
        };
        let trusted = caller.certificate.as_ref().map(|shown| shown.thumbprint);
        let rejected = caller.rejected.as_ref().map(|shown| shown.thumbprint);
        self.guard.audit.report(RefusedRequest {
            actor,
            thumbprint: trusted.or(rejected),
            request: format!("{method} {}", request_log::printable(path, 500)),
            status: status.as_u16(),
            reason,
        });
    }
}

/// Put into the extensions of a refusal, this says in the audit log who was refused and why.
#[derive(Clone, Debug)]
pub struct RefusedActor {
    /// Who, as far as known.
    pub who: Who,
    /// Why: a short code.
    pub reason: &'static str,
}

async fn unknown_path() -> Response {
    denied(Denied::UnknownPath)
}

async fn unknown_method() -> Response {
    denied(Denied::UnknownMethod)
}

/// The common answer, which [`Api::handle`] replaces where a surface has one of its own.
fn denied(denied: Denied) -> Response {
    let mut response = Problem::from(denied.clone()).into_response();
    response.extensions_mut().insert(denied);
    response
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
