//! The gateway: admits a call, reads its body, runs the flow, answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use lockgate_core::clock::SharedClock;
use lockgate_core::crypto::KeyedHash;
use lockgate_core::ids::CorrelationId;
use lockgate_core::limits;
use lockgate_core::random::SharedRandom;
use lockgate_core::refusal::Reason;
use lockgate_engine::access::Permit;
use lockgate_engine::entry::Inbound;
use lockgate_engine::runtime::Runtime;
use lockgate_web::identity::SharedIdentities;

use crate::admit::{Admitted, Call, Gate};
use crate::body::{self, Budget, Pace};
use crate::csrf::Csrf;
use crate::headers;
use crate::identity::{Authenticator, UserNameFormat};
use crate::path::FlowPath;
use crate::refusal::{self, Refusal, Refuser};
use crate::respond;

/// How old the picture of clients and keys may be.
const MAX_STALENESS: Duration = Duration::from_secs(limits::STALENESS_SECS);

/// What an operator may choose about the gateway.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// How flows learn the caller's name.
    pub user_name: UserNameFormat,
    /// How fast bodies have to arrive.
    pub pace: Pace,
}

/// What a gateway is made of.
#[derive(Debug)]
pub struct Resources {
    /// Clients and keys, as they are at each moment.
    pub identities: SharedIdentities,
    /// The flows.
    pub runtime: Runtime,
    /// The keyed hash of [`crate::csrf::CSRF_HASH_LABEL`].
    pub csrf: KeyedHash,
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub random: SharedRandom,
}

/// Answers every request to `/http`, `/cxf` and `/odata`. Clones are cheap and share everything.
#[derive(Clone, Debug)]
pub struct Gateway(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    identities: SharedIdentities,
    runtime: Runtime,
    clock: SharedClock,
    gate: Gate,
    refuser: Refuser,
    base_url: String,
    pace: Pace,
    bodies: Budget,
}

impl Gateway {
    /// A gateway for the tenant that `resources` serve.
    #[must_use]
    pub fn new(resources: Resources, settings: Settings) -> Self {
        let tenant = Arc::clone(&resources.identities.load().tenant);
        let secure = tenant.runtime_base.starts_with("https:");
        Self(Arc::new(Inner {
            identities: resources.identities,
            runtime: resources.runtime,
            clock: resources.clock,
            gate: Gate {
                authenticator: Authenticator::new(settings.user_name),
                csrf: Csrf::new(resources.csrf, secure),
                random: resources.random,
            },
            refuser: Refuser::new(&tenant),
            base_url: tenant.runtime_base.clone(),
            pace: settings.pace,
            bodies: Budget::new(limits::BODIES_IN_MEMORY),
        }))
    }

    /// Answers one request. The decision is made once, before the body is asked for: what changes
    /// while the body arrives counts for the next call.
    pub async fn handle<B>(&self, request: Request<B>, peer: SocketAddr) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let (head, body) = request.into_parts();
        let call = Call {
            head: &head,
            body_bytes: body.size_hint().lower(),
            source: peer.ip(),
            now: self.0.clock.now(),
        };
        let admitted = self.admit(&call);
        let answer = match admitted {
            Ok(Admitted::Token(issued)) => Ok(respond::token(issued)),
            Ok(Admitted::Flow {
                permit,
                path,
                rest_at,
            }) => self.run(permit, &path, rest_at, &head, body).await,
            Err(refusal) => Err(refusal),
        };
        answer.unwrap_or_else(|refusal| self.refuse(&refusal, &call))
    }

    fn admit(&self, call: &Call<'_>) -> Result<Admitted, Refusal> {
        // Fails closed: a key deleted on another server must not work here for ever.
        if self.0.identities.staleness() > MAX_STALENESS {
            return Err(Reason::Stale.into());
        }
        let identities = self.0.identities.load();
        let endpoints = self.0.runtime.endpoints();
        self.0.gate.admit(call, &identities, &endpoints)
    }

    /// Reads the body and runs the flow.
    async fn run<B>(
        &self,
        permit: Permit,
        path: &FlowPath,
        rest_at: usize,
        head: &Parts,
        body: B,
    ) -> Result<Response<Full<Bytes>>, Refusal>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let endpoint = Arc::clone(permit.endpoint());
        let client = Arc::clone(&permit.identity().client);
        let known = |reason| {
            Refusal::new(reason)
                .of_client(&client.id)
                .at_flow(&endpoint.flow_id)
        };
        let read = body::read(body, endpoint.max_body, self.0.pace, &self.0.bodies).await;
        let (body, _share) = read.map_err(|reason| match reason {
            Reason::Overloaded => known(reason).detail("request bodies fill their share of memory"),
            _ => known(reason),
        })?;
        let query = head.uri.query().map(headers::query_for_flow);
        let inbound = Inbound {
            method: head.method.as_str(),
            url: &format!("{}{}", self.0.base_url, path.encoded()),
            query: query.as_deref(),
            path_rest: path.after(rest_at),
            headers: headers::for_flow(&head.headers),
            body,
        };
        let accepted = self.0.runtime.accept(permit, inbound).await;
        let outcome = accepted.map_err(|refused| known(refused.reason()).detail(refused))?;
        Ok(respond::outcome(outcome))
    }

    /// Answers a refused call and records why.
    fn refuse(&self, refusal: &Refusal, call: &Call<'_>) -> Response<Full<Bytes>> {
        let id = CorrelationId::generate(&*self.0.gate.random);
        self.0
            .runtime
            .journal()
            .refuse(refusal::record(refusal, call, id));
        self.0.refuser.respond(refusal, id)
    }
}
