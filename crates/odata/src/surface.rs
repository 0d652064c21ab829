//! The service on HTTP.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use lockgate_accounts::AccountService;
use lockgate_core::audit::Who;
use lockgate_core::clock::SharedClock;
use lockgate_core::crypto::KeyedHash;
use lockgate_core::ids::CorrelationId;
use lockgate_core::random::SharedRandom;
use lockgate_web::caller::{Arrival, Caller, Principal};
use lockgate_web::identity::SharedIdentities;
use lockgate_web::operator::OperatorToken;
use lockgate_web::surface::{Access, RefusedActor, Surface};

use crate::answer::{self, Answer};
use crate::authenticate::{Authenticator, Ratchet, Refused, Remembered};
use crate::call::Guest;
use crate::csrf::{self, CSRF_TOKEN};
use crate::error::Error;
use crate::handle::{Ask, Payload};
use crate::roots;
use crate::service::Service;

/// What a [`Front`] needs to know who calls.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Clients, accounts and keys; also where the service is reached.
    pub identities: SharedIdentities,
    /// Checks passwords.
    pub accounts: AccountService,
    /// Opens everything.
    pub operator: OperatorToken,
    /// Notes renewed certificates.
    pub ratchet: Arc<dyn Ratchet>,
    /// Makes CSRF tokens.
    pub csrf: KeyedHash,
    /// The time.
    pub clock: SharedClock,
    /// Randomness.
    pub random: SharedRandom,
    /// The roles that a role contains besides itself.
    pub contained: fn(&str) -> &'static [&'static str],
}

/// A service as callers reach it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Front(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    service: Service,
    authenticator: Authenticator,
    csrf: KeyedHash,
    random: SharedRandom,
}

impl Front {
    /// `service` for the callers that `around` knows.
    #[must_use]
    pub fn new(service: Service, around: Surroundings) -> Self {
        Self(Arc::new(Inner {
            service,
            authenticator: Authenticator {
                remembered: Remembered::new(&*around.random),
                identities: around.identities,
                accounts: around.accounts,
                operator: around.operator,
                clock: around.clock,
                ratchet: around.ratchet,
                contained: around.contained,
            },
            csrf: around.csrf,
            random: around.random,
        }))
    }

    /// Its routes: all below its roots. Who calls is found out here, because the protocol decides how.
    #[must_use]
    pub fn surface(&self) -> Surface {
        const PATHS: [&str; 12] = [
            "/api/v1",
            "/api/v1/",
            "/api/v1/{*rest}",
            "//api/v1",
            "//api/v1/",
            "//api/v1/{*rest}",
            "/odata/api/v1",
            "/odata/api/v1/",
            "/odata/api/v1/{*rest}",
            "/itspaces/odata/api/v1",
            "/itspaces/odata/api/v1/",
            "/itspaces/odata/api/v1/{*rest}",
        ];
        let surface = Surface::builder("odata", self.clone());
        let all = PATHS.into_iter().fold(surface, |surface, path| {
            surface.any_method(path, Access::ClientAuth, handle)
        });
        all.build()
    }

    /// The headers that answer a request for a CSRF token at a path that is not ours: some clients ask
    /// at the root of the host. Empty when there is no such request, or nobody may ask.
    pub async fn csrf_headers(&self, head: &Parts, arrival: &Arrival) -> HeaderMap {
        let reads = matches!(head.method, Method::GET | Method::HEAD);
        if !reads || !csrf::is_fetch(&head.headers) {
            return HeaderMap::new();
        }
        let caller = Caller {
            principal: Principal::Anonymous,
            source: arrival.peer.ip(),
            correlation: CorrelationId::generate(&*self.0.random),
            certificate: arrival.certificate.clone(),
            rejected: arrival.rejected.clone(),
            entrance: arrival.entrance,
        };
        match self.0.authenticator.guest(&head.headers, &caller).await {
            Ok(guest) => self.issue(&head.headers, &guest),
            Err(_) => HeaderMap::new(),
        }
    }

    fn issue(&self, headers: &HeaderMap, guest: &Guest) -> HeaderMap {
        let name = guest.actor.who.name();
        let when = (self.0.authenticator.clock.now(), &*self.0.random);
        let secure = self.base().starts_with("https:");
        csrf::issued(&self.0.csrf, headers, name, when, secure)
    }

    /// Where the host is reached. Clients compare addresses with those of the original, which have the
    /// port.
    fn base(&self) -> String {
        let identities = self.0.authenticator.identities.load();
        let base = identities.tenant.api_base.trim_end_matches('/');
        match base.strip_prefix("https://") {
            Some(host) if !host.contains([':', '/']) => format!("{base}:443"),
            _ => base.to_owned(),
        }
    }

    async fn answer(&self, head: &Parts, body: Body, caller: &Caller) -> Response {
        let guest = match self.0.authenticator.guest(&head.headers, caller).await {
            Ok(guest) => guest,
            Err(refused) => return refused_sender(refused, &head.headers),
        };
        let mut answer = match self.is_forged(head, &guest) {
            true => forged(&guest),
            false => {
                let answer = self.carry_out(head, body, &guest, caller).await;
                let mut answer = answer.map(Body::from);
                if answer.status() == StatusCode::FORBIDDEN {
                    refuse(&mut answer, guest.actor.who.clone(), "role-missing");
                }
                answer
            }
        };
        if csrf::is_fetch(&head.headers) {
            answer
                .headers_mut()
                .extend(self.issue(&head.headers, &guest));
        }
        answer
    }

    /// Whether somebody else may have made a browser send the request.
    fn is_forged(&self, head: &Parts, guest: &Guest) -> bool {
        let reads = matches!(head.method, Method::GET | Method::HEAD);
        let (name, now) = (guest.actor.who.name(), self.0.authenticator.clock.now());
        guest.forgeable && !reads && !csrf::is_good(&self.0.csrf, &head.headers, name, now)
    }

    async fn carry_out(&self, head: &Parts, body: Body, guest: &Guest, caller: &Caller) -> Answer {
        let format = answer::accepted(&head.headers);
        let Some((root, path)) = roots::split(head.uri.path()) else {
            return answer::error(&Error::not_found(), format);
        };
        let base = format!("{}{root}", self.base());
        let ask = Ask {
            method: method(head),
            path,
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            guest,
            base: &base,
            now: self.0.authenticator.clock.now(),
        };
        let payload = Payload::Stream(body);
        let service = &self.0.service;
        match ask.method == Method::POST && path.trim_matches('/') == "$batch" {
            true => {
                let boundary = format!("batch_{}", caller.correlation);
                service.batch(&ask, payload, &boundary).await
            }
            false => service.answer(&ask, payload).await,
        }
    }
}

async fn handle(State(front): State<Front>, caller: Caller, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let mut response = front.answer(&head, body, &caller).await;
    if head.method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

/// The method that is meant: clients that cannot send PATCH or MERGE send POST and say so.
fn method(head: &Parts) -> Method {
    let names = ["x-http-method", "x-http-method-override"];
    let named = names.iter().find_map(|name| head.headers.get(*name));
    let named = named.filter(|_| head.method == Method::POST);
    let named = named.and_then(|name| {
        let name = name.to_str().ok()?.to_ascii_uppercase();
        let known = ["PUT", "PATCH", "MERGE", "DELETE"];
        Method::from_bytes(known.into_iter().find(|one| *one == name)?.as_bytes()).ok()
    });
    named.unwrap_or_else(|| head.method.clone())
}

/// 403 with the header that tells clients to fetch a token and try again.
fn forged(guest: &Guest) -> Response {
    let text = "CSRF token required".to_owned();
    let mut answer = answer::plain(StatusCode::FORBIDDEN, text).map(Body::from);
    let required = HeaderValue::from_static("Required");
    answer.headers_mut().insert(CSRF_TOKEN, required);
    refuse(&mut answer, guest.actor.who.clone(), "csrf");
    answer
}

fn refused_sender(refused: Refused, headers: &HeaderMap) -> Response {
    let (status, message, reason, after) = match &refused {
        Refused::NoCredential => (
            StatusCode::UNAUTHORIZED,
            "Send an access token, a client certificate, or the password of a person.",
            "no-credential",
            None,
        ),
        Refused::BadCredential(_) => (
            StatusCode::UNAUTHORIZED,
            "The credentials are not accepted.",
            "bad-credential",
            None,
        ),
        Refused::Throttled(after) => (
            StatusCode::TOO_MANY_REQUESTS,
            "Too many logins failed; try again later.",
            "throttled",
            Some(*after),
        ),
        Refused::Busy(after) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many logins at the moment; try again.",
            "busy",
            Some(*after),
        ),
        Refused::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The database is not there; try again.",
            "unavailable",
            None,
        ),
    };
    let error = Error::new(status, message);
    let mut answer = answer::error(&error, answer::accepted(headers)).map(Body::from);
    let fields = answer.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        for challenge in [r#"Basic realm="Lockgate", charset="UTF-8""#, "Bearer"] {
            let challenge = HeaderValue::from_static(challenge);
            fields.append(header::WWW_AUTHENTICATE, challenge);
        }
    }
    if let Some(after) = after {
        let seconds = after.as_secs().max(1);
        fields.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    let claimed = match refused {
        Refused::BadCredential(claimed) => claimed,
        _ => None,
    };
    let claimed = claimed.map(|name| name.chars().take(200).collect());
    refuse(&mut answer, Who::Unknown { claimed }, reason);
    answer
}

/// Says in the audit log who was refused and why.
fn refuse(answer: &mut Response, who: Who, reason: &'static str) {
    answer.extensions_mut().insert(RefusedActor { who, reason });
}
