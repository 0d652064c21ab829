//! A refused call: what the caller is told and what the operator can read.
//!
//! Callers get a status, a constant text and a correlation id. Everything else stays in the record.

use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use lockgate_core::certificate::Name;
use lockgate_core::ids::{CorrelationId, KeyId};
use lockgate_core::refusal::Reason;
use lockgate_core::role::RoleName;
use lockgate_core::tenant::Tenant;
use lockgate_engine::journal::Refusal as Record;
use lockgate_web::caller::Arrival;

use crate::admit::Call;
use crate::csrf::CSRF_TOKEN;

/// Methods that reach a flow. Names are case-sensitive; everything else is 405.
pub(crate) const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, MERGE";
/// The header that names a refused call, as the body does.
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// Characters of a path or a detail that are recorded.
const TEXT_CHARS: usize = 500;
/// Characters of a client id that are recorded.
const CLIENT_ID_CHARS: usize = 200;
/// Characters of a name in a certificate that are recorded.
const NAME_CHARS: usize = 200;
/// Characters of a method that are recorded.
const METHOD_CHARS: usize = 40;

/// Why a call was refused, with what is known about it.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    pub(crate) known: Box<Known>,
}

/// What is known about a refused call. For the operator, but for role and time.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) detail: String,
    pub(crate) client_id: Option<String>,
    pub(crate) key: Option<KeyId>,
    pub(crate) flow: Option<String>,
    /// The role that a bearer's token lacks: part of its challenge.
    scope: Option<RoleName>,
    retry_after: Option<Duration>,
}

impl Refusal {
    pub(crate) fn new(reason: Reason) -> Self {
        Self {
            reason,
            known: Box::default(),
        }
    }

    pub(crate) fn detail(mut self, detail: impl Display) -> Self {
        self.known.detail = detail.to_string();
        self
    }

    pub(crate) fn of_client(mut self, id: &str) -> Self {
        self.known.client_id = Some(id.to_owned());
        self
    }

    pub(crate) fn by_key(mut self, key: KeyId) -> Self {
        self.known.key = Some(key);
        self
    }

    pub(crate) fn at_flow(mut self, flow: &str) -> Self {
        self.known.flow = Some(flow.to_owned());
        self
    }

    pub(crate) fn lacking_scope(mut self, role: Option<&RoleName>) -> Self {
        self.known.scope = role.cloned();
        self
    }

    /// Turns a failed attempt into one that has to wait.
    pub(crate) fn throttled(mut self, wait: Duration) -> Self {
        let failure = self.reason.code();
        self.known.detail = format!("{failure} {}", self.known.detail)
            .trim_end()
            .to_owned();
        self.known.retry_after = Some(wait);
        self.reason = Reason::Throttled;
        self
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

/// How a refusal is answered. Reasons that callers must not tell apart share one.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
    sends: Sends,
}

/// What an answer carries beside its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sends {
    Nothing,
    /// Challenges for both schemes.
    Challenges,
    /// The challenge to a bearer whose token is not valid.
    InvalidToken,
    /// `X-CSRF-Token: Required`.
    CsrfRequired,
    /// The methods that are allowed, and `Connection: close`: what follows `CONNECT` or the offer of
    /// another protocol is no HTTP.
    Methods,
    /// `Connection: close`: nobody knows where the next request begins, or cares to read that far.
    Close,
    /// When to come back.
    RetryAfter,
}

const fn because(
    status: StatusCode,
    error: &'static str,
    description: &'static str,
    sends: Sends,
) -> Answer {
    Answer {
        status,
        error,
        description,
        sends,
    }
}

const MALFORMED: Answer = because(
    StatusCode::BAD_REQUEST,
    "invalid_request",
    "The request is malformed.",
    Sends::Close,
);
const UNAUTHORIZED: Answer = because(
    StatusCode::UNAUTHORIZED,
    "unauthorized",
    "Valid credentials are required.",
    Sends::Challenges,
);
const INVALID_TOKEN: Answer = because(
    StatusCode::UNAUTHORIZED,
    "invalid_token",
    "The access token is not valid.",
    Sends::InvalidToken,
);
const FORBIDDEN: Answer = because(
    StatusCode::FORBIDDEN,
    "forbidden",
    "This call is not allowed.",
    Sends::Nothing,
);
const CSRF_REQUIRED: Answer = because(
    StatusCode::FORBIDDEN,
    "csrf_token_required",
    "A valid X-CSRF-Token is required.",
    Sends::CsrfRequired,
);
const NOT_FOUND: Answer = because(
    StatusCode::NOT_FOUND,
    "not_found",
    "Nothing answers at this address.",
    Sends::Nothing,
);
const METHOD: Answer = because(
    StatusCode::METHOD_NOT_ALLOWED,
    "method_not_allowed",
    "The method is not allowed.",
    Sends::Methods,
);
const TOO_LARGE: Answer = because(
    StatusCode::PAYLOAD_TOO_LARGE,
    "payload_too_large",
    "The request body is too large.",
    Sends::Close,
);
const TOO_SLOW: Answer = because(
    StatusCode::REQUEST_TIMEOUT,
    "request_timeout",
    "The request body did not arrive in time.",
    Sends::Close,
);
const THROTTLED: Answer = because(
    StatusCode::TOO_MANY_REQUESTS,
    "too_many_requests",
    "Too many failed attempts.",
    Sends::RetryAfter,
);
const UNAVAILABLE: Answer = because(
    StatusCode::SERVICE_UNAVAILABLE,
    "unavailable",
    "The call cannot be served right now.",
    Sends::RetryAfter,
);

const fn answer(reason: Reason) -> Answer {
    use Reason as R;
    match reason {
        R::NotReady | R::Stale | R::Overloaded | R::LogFull | R::FlowNotRunning => UNAVAILABLE,
        R::CertificateNotNoted => UNAVAILABLE,
        R::TargetTooLong => Answer {
            status: StatusCode::URI_TOO_LONG,
            ..MALFORMED
        },
        R::TargetForm | R::HostInvalid | R::DuplicateHeader | R::ConnectionHeader => MALFORMED,
        R::TransferCoding | R::ForwardedCertificate => MALFORMED,
        R::PathEscape | R::PathDoubleEscape | R::PathSeparator | R::PathControl => MALFORMED,
        R::PathParameter | R::PathDotSegment | R::PathEmptySegment | R::PathEncoding => MALFORMED,
        R::SeveralCredentials | R::BearerMalformed => MALFORMED,
        R::MethodRefused | R::MethodNotAllowed => METHOD,
        R::NoCredential | R::UnknownScheme | R::BasicMalformed => UNAUTHORIZED,
        R::BasicPercentEncoded | R::UnknownClient | R::NoSecret => UNAUTHORIZED,
        R::WrongSecret | R::ExpiredSecret | R::WrongPlan | R::GrantMissing => UNAUTHORIZED,
        R::CertificateUnknown | R::CertificateExpired | R::CertificateSuperseded => UNAUTHORIZED,
        R::CertificateUntrusted | R::CertificateConflict | R::CredentialMismatch => UNAUTHORIZED,
        R::TokenTooLong | R::TokenMalformed | R::TokenAlgorithm => INVALID_TOKEN,
        R::TokenUnknownKey | R::TokenBadSignature | R::TokenWrongIssuer => INVALID_TOKEN,
        R::TokenWrongAudience | R::TokenWrongZone | R::TokenWrongKind => INVALID_TOKEN,
        R::TokenExpired | R::TokenNotYetValid | R::TokenBound => INVALID_TOKEN,
        R::TokenRevoked | R::TokenClientGone | R::TokenSessionEnded | R::TokenAccountGone => {
            INVALID_TOKEN
        }
        R::TokenWithdrawn | R::TokenKeyGone => INVALID_TOKEN,
        R::Throttled => THROTTLED,
        R::UnknownAddress => NOT_FOUND,
        R::RoleMissing | R::ScopeMissing | R::PersonRoleMissing => FORBIDDEN,
        R::CertificateRequired | R::CertificateNotListed => FORBIDDEN,
        R::BodyTooLarge => TOO_LARGE,
        R::BodyIncomplete => TOO_SLOW,
        R::BodyMalformed => MALFORMED,
        R::CsrfMissing | R::CsrfInvalid | R::CsrfCookie => CSRF_REQUIRED,
    }
}

/// What the operator can read about a refused call.
pub(crate) fn record(refusal: &Refusal, call: &Call<'_>, id: CorrelationId) -> Record {
    let known = &refusal.known;
    Record {
        id,
        at: call.now,
        source: call.arrival.peer.ip().to_string(),
        method: printable(call.head.method.as_str(), METHOD_CHARS),
        path: printable(call.head.uri.path(), TEXT_CHARS),
        status: answer(refusal.reason).status.as_u16(),
        reason: refusal.reason.code().to_owned(),
        detail: detail(&known.detail, call.arrival),
        client_id: known
            .client_id
            .as_deref()
            .map(|id| printable(id, CLIENT_ID_CHARS)),
        key_id: known.key,
        thumbprint: call.arrival.presented(),
        flow: known.flow.clone(),
    }
}

/// What is known of a refusal, and the certificate that the caller presented.
fn detail(known: &str, arrival: &Arrival) -> String {
    let known = printable(known, TEXT_CHARS);
    let name = |name: &Name| printable(name.text(), NAME_CHARS);
    let certificate = match (&arrival.certificate, &arrival.rejected) {
        (Some(held), _) => format!(
            "certificate {}, subject {}, issuer {}",
            held.thumbprint,
            name(&held.names.subject),
            name(&held.names.issuer),
        ),
        (None, Some(rejected)) => printable(&rejected.to_string(), TEXT_CHARS),
        (None, None) => return known,
    };
    let separator = if known.is_empty() { "" } else { "; " };
    format!("{known}{separator}{certificate}")
}

/// The start of `text` in one line, with control characters escaped.
fn printable(text: &str, max: usize) -> String {
    // An apostrophe is escaped for the sake of Rust alone.
    let escaped = |c: char| c.escape_debug().skip(usize::from(c == '\''));
    text.chars().flat_map(escaped).take(max).collect()
}

/// Tells callers about refusals, in the name of one tenant.
#[derive(Debug)]
pub(crate) struct Refuser {
    realm: String,
    basic: HeaderValue,
    bearer: HeaderValue,
    invalid_token: HeaderValue,
}

impl Refuser {
    /// In the name of `tenant`, which is made of letters, digits and hyphens.
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let realm = tenant.name.clone();
        Self {
            basic: value(format!("Basic realm=\"{realm}\", charset=\"UTF-8\"")),
            bearer: value(format!("Bearer realm=\"{realm}\"")),
            invalid_token: value(format!("Bearer realm=\"{realm}\", error=\"invalid_token\"")),
            realm,
        }
    }

    /// What the caller is told.
    pub(crate) fn respond(&self, refusal: &Refusal, id: CorrelationId) -> Response<Full<Bytes>> {
        let Answer {
            status,
            error,
            description,
            sends,
        } = answer(refusal.reason);
        let scope = refusal.known.scope.as_ref();
        let error = scope.map_or(error, |_| "insufficient_scope");
        let body = format!(
            r#"{{"error":"{error}","error_description":"{description}","correlation_id":"{id}"}}"#
        );
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CORRELATION_ID, value(id.to_string()));
        if let Some(role) = scope {
            headers.insert(WWW_AUTHENTICATE, self.insufficient_scope(role));
        }
        match sends {
            Sends::Nothing => {}
            Sends::Challenges => {
                headers.append(WWW_AUTHENTICATE, self.basic.clone());
                headers.append(WWW_AUTHENTICATE, self.bearer.clone());
            }
            Sends::InvalidToken => {
                headers.insert(WWW_AUTHENTICATE, self.invalid_token.clone());
            }
            Sends::CsrfRequired => {
                headers.insert(CSRF_TOKEN, HeaderValue::from_static("Required"));
            }
            Sends::Methods => {
                headers.insert(ALLOW, HeaderValue::from_static(METHODS));
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Sends::Close => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Sends::RetryAfter => {
                let wait = refusal.known.retry_after.unwrap_or(Duration::from_secs(1));
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
        }
        response
    }

    fn insufficient_scope(&self, role: &RoleName) -> HeaderValue {
        let realm = &self.realm;
        value(format!(
            "Bearer realm=\"{realm}\", error=\"insufficient_scope\", scope=\"{role}\""
        ))
    }
}

/// A header value made of names that are checked where they are defined.
fn value(text: String) -> HeaderValue {
    HeaderValue::from_maybe_shared(Bytes::from(text))
        .expect("invariant: tenant names, role names and ids are letters, digits and '-_.'")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn refuser() -> Refuser {
        Refuser::new(&Tenant {
            name: "acme".to_owned(),
            zone_id: Uuid::from_u128(1),
            client_number: 1,
            service_number: 1,
            token_base: String::new(),
            certificate_base: None,
            runtime_base: String::new(),
            api_base: String::new(),
        })
    }

    fn respond(refusal: &Refusal) -> Response<Full<Bytes>> {
        refuser().respond(refusal, CorrelationId(Uuid::from_u128(5)))
    }

    #[test]
    fn no_answer_tells_the_reason_apart_within_its_status() {
        // Where callers must not tell reasons apart, responses are equal to the byte.
        let groups: [&[Reason]; 3] = [
            &[
                Reason::NoCredential,
                Reason::UnknownClient,
                Reason::NoSecret,
                Reason::WrongSecret,
                Reason::ExpiredSecret,
                Reason::WrongPlan,
                Reason::GrantMissing,
                Reason::BasicMalformed,
                Reason::CertificateUntrusted,
                Reason::CertificateUnknown,
                Reason::CertificateExpired,
                Reason::CertificateSuperseded,
                Reason::CertificateConflict,
                Reason::CredentialMismatch,
            ],
            &[
                Reason::TokenExpired,
                Reason::TokenRevoked,
                Reason::TokenUnknownKey,
                Reason::TokenClientGone,
            ],
            &[
                Reason::RoleMissing,
                Reason::PersonRoleMissing,
                Reason::CertificateRequired,
                Reason::CertificateNotListed,
            ],
        ];
        for group in groups {
            let mut texts = group.iter().map(|reason| {
                let response = respond(
                    &Refusal::new(*reason)
                        .detail("x")
                        .of_client("c")
                        .at_flow("f"),
                );
                format!("{response:?}")
            });
            let first = texts.next().unwrap();
            assert!(texts.all(|text| text == first));
        }
    }

    #[test]
    fn every_reason_has_an_error_status_and_is_not_stored() {
        for reason in Reason::ALL {
            let response = respond(&Refusal::new(*reason));
            assert!(response.status().is_client_error() || response.status().is_server_error());
            assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
            let challenged = response.headers().contains_key(WWW_AUTHENTICATE);
            assert_eq!(
                challenged,
                response.status() == StatusCode::UNAUTHORIZED,
                "{reason:?}"
            );
            let waits = matches!(response.status().as_u16(), 429 | 503);
            assert_eq!(
                response.headers().contains_key(RETRY_AFTER),
                waits,
                "{reason:?}"
            );
        }
    }

    #[test]
    fn waiting_times_are_rounded_up() {
        let refusal = Refusal::new(Reason::WrongSecret).throttled(Duration::from_millis(1_001));
        assert_eq!(respond(&refusal).headers()[RETRY_AFTER], "2");
        assert_eq!(refusal.known.detail, "wrong-secret");
    }

    #[test]
    fn t72_recorded_text_is_one_bounded_line() {
        assert_eq!(
            printable("a\r\n\u{1b}[0m\"b'c", 100),
            "a\\r\\n\\u{1b}[0m\\\"b'c"
        );
        assert_eq!(printable(&"\n".repeat(10_000), 500).len(), 500);
    }
}
