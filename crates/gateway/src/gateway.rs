//! The gateway: admits a call, reads its body, runs the flow, answers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use lockgate_core::audit::{Actor, Who};
use lockgate_core::clock::SharedClock;
use lockgate_core::crypto::KeyedHash;
use lockgate_core::ids::CorrelationId;
use lockgate_core::limits;
use lockgate_core::random::SharedRandom;
use lockgate_core::refusal::Reason;
use lockgate_engine::access::{Identity, Permit};
use lockgate_engine::entry::Inbound;
use lockgate_engine::runtime::Runtime;
use lockgate_web::caller::Arrival;
use lockgate_web::identity::SharedIdentities;

use crate::admit::{Admitted, Call, Gate, May};
use crate::body::{self, Budget, Pace};
use crate::csrf::Csrf;
use crate::headers;
use crate::identity::{Authenticator, Renewal, UserNameFormat};
use crate::path::FlowPath;
use crate::ratchet::Ratchet;
use crate::refusal::{self, Refusal, Refuser};
use crate::respond;

/// How old the picture of clients and keys may be.
const MAX_STALENESS: Duration = Duration::from_secs(limits::STALENESS_SECS);

/// What an operator may choose about the gateway.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// How flows learn the caller's name.
    pub user_name: UserNameFormat,
    /// Whether a client certificate beside a good `Authorization` says nothing about the caller at
    /// User Role channels, as in a mesh where every connection has one. Otherwise both have to belong
    /// to the same client.
    pub certificate_is_transport_only: bool,
    /// How fast bodies have to arrive.
    pub pace: Pace,
}

/// What a gateway is made of.
#[derive(Debug)]
pub struct Resources {
    /// Clients and keys, as they are at each moment.
    pub identities: SharedIdentities,
    /// Where renewed certificates are noted.
    pub ratchet: Arc<dyn Ratchet>,
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
    ratchet: Arc<dyn Ratchet>,
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
            ratchet: resources.ratchet,
            runtime: resources.runtime,
            clock: resources.clock,
            gate: Gate {
                authenticator: Authenticator::new(
                    settings.user_name,
                    settings.certificate_is_transport_only,
                ),
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
    pub async fn handle<B>(&self, request: Request<B>, arrival: Arrival) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let (head, body) = request.into_parts();
        let call = Call {
            head: &head,
            body_bytes: body.size_hint().lower(),
            arrival: &arrival,
            now: self.0.clock.now(),
        };
        let answer = match self.admit(&call).await {
            Ok(May::Take(issued)) => Ok(respond::token(issued)),
            Ok(May::Run {
                permit,
                path,
                rest_at,
            }) => self.run(permit, &path, rest_at, &head, body).await,
            Err(refusal) => Err(refusal),
        };
        answer.unwrap_or_else(|refusal| self.respond(&refusal, &call))
    }

    /// Refuses a request before it is read any further, in the way of [`Gateway::handle`].
    #[must_use]
    pub fn refuse(&self, head: &Parts, reason: Reason, arrival: &Arrival) -> Response<Full<Bytes>> {
        let call = Call {
            head,
            body_bytes: 0,
            arrival,
            now: self.0.clock.now(),
        };
        self.respond(&Refusal::new(reason), &call)
    }

    /// Decides about a call. Only the first one with a renewed certificate waits, until everybody
    /// will know that the older certificates do not count any more.
    async fn admit(&self, call: &Call<'_>) -> Result<May, Refusal> {
        let admitted = self.decide(call)?;
        let Some(renewal) = &admitted.renewal else {
            return Ok(admitted.may);
        };
        let not_noted = |detail: &dyn std::fmt::Display| {
            Refusal::new(Reason::CertificateNotNoted)
                .detail(detail)
                .of_client(&renewal.client.id)
                .by_key(renewal.key)
        };
        let Renewal {
            client,
            key,
            newest,
        } = renewal;
        let actor = Actor {
            who: Who::Client {
                id: client.id.clone(),
            },
            source: Some(call.arrival.peer.ip()),
            correlation: None,
        };
        match self.0.ratchet.advance(actor, *key, *newest).await {
            Ok(true) => Ok(admitted.may),
            // Somebody else was faster, or the key is gone: what counts now?
            Ok(false) => match self.decide(call)? {
                Admitted { may, renewal: None } => Ok(may),
                Admitted { .. } => Err(not_noted(&"the key changes at this moment")),
            },
            Err(error) => {
                tracing::error!(%error, %key, "a renewed certificate could not be noted");
                Err(not_noted(&error))
            }
        }
    }

    fn decide(&self, call: &Call<'_>) -> Result<Admitted, Refusal> {
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
        let client = match permit.identity() {
            Identity::Known { principal, .. } => Some(Arc::clone(principal.client())),
            Identity::Holder { .. } => None,
        };
        let known = |reason| {
            let refusal = Refusal::new(reason).at_flow(&endpoint.flow_id);
            match &client {
                Some(client) => refusal.of_client(&client.id),
                None => refusal,
            }
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
    fn respond(&self, refusal: &Refusal, call: &Call<'_>) -> Response<Full<Bytes>> {
        let id = CorrelationId::generate(&*self.0.gate.random);
        self.0
            .runtime
            .journal()
            .refuse(refusal::record(refusal, call, id));
        self.0.refuser.respond(refusal, id)
    }
}
