//! What every request of a platform has: who sends it, in which version, about what.

use std::collections::HashMap;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderName, header};
use lockgate_core::audit::Actor;
use lockgate_core::ids::AccountId;
use lockgate_core::limits;
use lockgate_web::body;
use lockgate_web::caller::{Caller, Principal};
use lockgate_web::json::parse_strict;
use serde_json::{Map, Value};

use crate::error::{Error, Refused};
use crate::origin::originating;
use crate::version::Version;

/// Names a request; answers carry it back.
const REQUEST_IDENTITY: HeaderName = HeaderName::from_static("x-broker-api-request-identity");

/// The platform that sends a request. Its version is checked before anything else is read.
#[derive(Debug)]
pub(crate) struct Platform {
    /// The broker account: platforms do not see each other's ids.
    pub(crate) account: AccountId,
    /// The platform, and who asked it, for the audit log.
    pub(crate) actor: Actor,
    /// The version that it speaks.
    pub(crate) version: Version,
}

impl<S: Sync> FromRequestParts<S> for Platform {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let version = Version::read(&parts.headers)?;
        let caller = parts.extensions.get::<Caller>().cloned();
        let mut caller = caller.expect("invariant: a surface router knows the caller");
        let Principal::Broker(account, origin) = &mut caller.principal else {
            unreachable!("invariant: the routes let broker accounts through only");
        };
        *origin = originating(&parts.headers);
        Ok(Self {
            account: account.id,
            actor: caller.actor(),
            version,
        })
    }
}

/// The platform's id of the instance in the path.
#[derive(Debug)]
pub(crate) struct InstancePath(pub(crate) String);

/// The platform's ids of the instance and the binding in the path.
#[derive(Debug)]
pub(crate) struct BindingPath {
    pub(crate) instance: String,
    pub(crate) binding: String,
}

impl<S: Sync> FromRequestParts<S> for InstancePath {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let ids = PathIds::read(parts).await?;
        Ok(Self(ids.get("instance")?))
    }
}

impl<S: Sync> FromRequestParts<S> for BindingPath {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let ids = PathIds::read(parts).await?;
        Ok(Self {
            instance: ids.get("instance")?,
            binding: ids.get("binding")?,
        })
    }
}

struct PathIds(HashMap<String, String>);

impl PathIds {
    async fn read(parts: &mut Parts) -> Result<Self, Error> {
        let ids = Path::from_request_parts(parts, &()).await;
        let Path(ids) = ids.map_err(|_| Error::BadRequest("The path is not UTF-8.".to_owned()))?;
        Ok(Self(ids))
    }

    /// An id: what a path can carry unencoded.
    fn get(&self, name: &str) -> Result<String, Error> {
        let id = self.0.get(name).map(String::as_str).unwrap_or_default();
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
        if (1..=limits::BROKER_ID).contains(&id.len()) && id.chars().all(legal) {
            return Ok(id.to_owned());
        }
        let problem = format!(
            "in the path must have 1 to {} letters, digits, '-', '.', '_' or '~'",
            limits::BROKER_ID
        );
        Err(Error::field(&format!("The id of the {name}"), &problem))
    }
}

/// The parameters of the query. Those that nobody asks for are ignored.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// The value of the parameter, unless it is missing.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        Ok(Self(pairs.into_owned().collect()))
    }
}

/// The body: a JSON object with distinct members.
#[derive(Debug)]
pub(crate) struct Body(pub(crate) Map<String, Value>);

impl<S: Sync> FromRequest<S> for Body {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        if !is_json(request.headers()) {
            let text = "The request must have 'Content-Type: application/json'.";
            return Err(Error::BadRequest(text.to_owned()).into());
        }
        let body = body::read(request.into_body(), limits::API_JSON_BODY).await;
        let body = body.map_err(Error::from)?;
        match parse_strict(&body, limits::BROKER_JSON_DEPTH) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(_) => {
                let text = "The request body must be a JSON object.";
                Err(Error::BadRequest(text.to_owned()).into())
            }
            Err(error) => {
                let text = format!("The request body is not JSON: {error}.");
                Err(Error::BadRequest(text).into())
            }
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut fields = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(field), None) = (fields.next(), fields.next()) else {
        return false;
    };
    let media_type = field.to_str().ok().and_then(|text| text.split(';').next());
    media_type.is_some_and(|name| name.trim().eq_ignore_ascii_case("application/json"))
}

/// Sends the name of the request back with its answer.
pub(crate) async fn echo(request: Request, next: Next) -> Response {
    let identity = request.headers().get(REQUEST_IDENTITY).cloned();
    let mut response = next.run(request).await;
    if let Some(identity) = identity.filter(|value| value.len() <= limits::BROKER_ID) {
        response.headers_mut().insert(REQUEST_IDENTITY, identity);
    }
    response
}
