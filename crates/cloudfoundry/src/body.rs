//! Request bodies: one JSON object, bounded, whose members are all known.

use axum::extract::{FromRequest, Request};
use http::StatusCode;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_web::body::{BodyError, read};
use lockgate_web::json::parse_strict;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::query::quoted;

/// Objects and arrays nested in each other in a body.
const DEPTH: usize = 64;
/// Unknown members that a complaint names.
const UNKNOWN_NAMED: usize = 20;

/// A body, whatever its media type says; an empty one counts as an empty object.
#[derive(Debug)]
pub(crate) struct Body(Map<String, Value>);

impl<S: Sync> FromRequest<S> for Body {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let body = read(request.into_body(), limits::API_JSON_BODY).await?;
        if body.is_empty() {
            return Ok(Self(Map::new()));
        }
        match parse_strict(&body, DEPTH) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(_) | Err(_) => Err(Failure::parse()),
        }
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        let status = match error {
            BodyError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BodyError::Broken(_) => StatusCode::BAD_REQUEST,
        };
        Self::body(status, error)
    }
}

impl Body {
    /// Reads the members by `read`; those that are not `known` are refused before anything else.
    pub(crate) fn read<T>(
        self,
        known: &[&'static str],
        read: impl FnOnce(&mut Fields<'_>) -> T,
    ) -> Result<T, Failure> {
        let unknown: Vec<&String> = self
            .0
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
            .collect();
        if !unknown.is_empty() {
            let named = unknown.into_iter().take(UNKNOWN_NAMED);
            let unknown: Vec<String> = named.map(|name| short(name)).collect();
            let detail = format!("Unknown field(s): {}", quoted(&unknown));
            return Err(Failure::unprocessable(detail));
        }
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", Value::Object(self.0), &mut errors);
        let found = read(&mut fields);
        errors.check()?;
        Ok(found)
    }
}

/// A text from outside, short enough to be repeated.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

/// The member `relationships` of a body.
#[derive(Debug)]
pub(crate) struct Relationships(Map<String, Value>);

impl Relationships {
    /// Reads it; relationships that are not `known` are errors.
    pub(crate) fn read(fields: &mut Fields<'_>, known: &[&str]) -> Self {
        let members = match fields.value("relationships") {
            Some(Value::Object(members)) => members,
            None => Map::new(),
            Some(_) => {
                fields.error("relationships", "must be an object");
                Map::new()
            }
        };
        for name in members
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
            .take(UNKNOWN_NAMED)
        {
            let message = format!("is unknown; known here: {}", known.join(", "));
            fields.error(&format!("relationships.{}", short(name)), message);
        }
        Self(members)
    }

    /// Whether there is a relationship called `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// The text `member` of the thing that the relationship `name` leads to.
    pub(crate) fn text(&self, name: &str, member: &str) -> Option<&str> {
        self.0.get(name)?.get("data")?.get(member)?.as_str()
    }

    /// The guid of the thing that the relationship `name` leads to, as it was written. Its absence
    /// is an error.
    pub(crate) fn guid(&self, fields: &mut Fields<'_>, name: &str) -> Option<String> {
        let guid = self.text(name, "guid").map(str::to_owned);
        if guid.is_none() {
            let path = format!("relationships.{name}");
            fields.error(&path, r#"must be {"data": {"guid": "…"}}"#);
        }
        guid
    }
}
