//! Why a request of a platform was not carried out, and how it is told.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use lockgate_catalog::error::Error as CatalogError;
use lockgate_store::Error as StoreError;
use lockgate_web::body::BodyError;
use lockgate_web::surface::{Access, Denied};
use serde_json::{Map, Value, json};
use thiserror::Error;

/// Why a request was not carried out. The texts are for the platform's user.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The platform does not say which version it speaks, or speaks one that is not served.
    #[error("The header X-Broker-API-Version must name a version from 2.13 to {known}.")]
    Version {
        /// The newest version known.
        known: &'static str,
    },
    /// The request is not understood.
    #[error("{0}")]
    BadRequest(String),
    #[error("{0}")]
    Body(#[from] BodyError),
    /// The same id with other attributes.
    #[error("The id is in use with other attributes.")]
    Conflict,
    /// To be deleted, but not there.
    #[error("It does not exist.")]
    Gone,
    #[error("There is no service instance {0:?}.")]
    NoInstance(String),
    #[error("There is no service binding {0:?}.")]
    NoBinding(String),
    /// Somebody else works on the same thing.
    #[error("Another operation on this service instance or binding is in progress.")]
    Concurrency,
    #[error(
        "The credentials of this binding were shown once, when it was created, and are not kept: \
         delete it and create another."
    )]
    Hidden,
    #[error("the credentials of a key are not JSON")]
    Unreadable(#[source] serde_json::Error),
    #[error(transparent)]
    Catalog(CatalogError),
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            // Somebody made the same thing at the same time, by another way.
            StoreError::Conflict { .. } | StoreError::Reference => Self::Concurrency,
            other => Self::Store(other),
        }
    }
}

impl From<CatalogError> for Error {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Store(store) => store.into(),
            // What was booked a moment ago is gone: somebody deleted it meanwhile.
            CatalogError::NoInstance(_) | CatalogError::NoKey(_) | CatalogError::IssuerRemoved => {
                Self::Concurrency
            }
            CatalogError::CredentialsHidden(_) => Self::Hidden,
            other => Self::Catalog(other),
        }
    }
}

impl Error {
    /// A member of the body or a parameter of the query that is missing or wrong.
    pub(crate) fn field(name: &str, problem: &str) -> Self {
        Self::BadRequest(format!("{name} {problem}"))
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Version { .. } => StatusCode::PRECONDITION_FAILED,
            Self::BadRequest(_) | Self::Catalog(CatalogError::Fields(_)) => StatusCode::BAD_REQUEST,
            Self::Body(BodyError::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body(BodyError::TooSlow) => StatusCode::REQUEST_TIMEOUT,
            Self::Body(BodyError::Broken(_)) => StatusCode::BAD_REQUEST,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Gone => StatusCode::GONE,
            Self::NoInstance(_) | Self::NoBinding(_) => StatusCode::NOT_FOUND,
            Self::Store(store) if store.retryable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Catalog(CatalogError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_)
            | Self::Unreadable(_)
            | Self::Catalog(CatalogError::Unreadable { .. }) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Concurrency | Self::Hidden | Self::Catalog(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        // The specification says that these two are empty.
        if matches!(self, Self::Conflict | Self::Gone) {
            return body;
        }
        if matches!(self, Self::Concurrency) {
            body.insert("error".to_owned(), "ConcurrencyError".into());
        }
        let description = match self {
            Self::Store(_)
            | Self::Unreadable(_)
            | Self::Catalog(CatalogError::Unreadable { .. }) => {
                "The broker failed to handle the request.".to_owned()
            }
            other => other.to_string(),
        };
        body.insert("description".to_owned(), description.into());
        body
    }
}

/// A refused request, and what is left of the instance.
#[derive(Debug)]
pub(crate) struct Refused {
    error: Error,
    /// An instance was to be changed or deleted; it is as it was.
    unchanged: bool,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self {
            error,
            unchanged: false,
        }
    }
}

impl Refused {
    /// Refused, and the instance that was to be changed or deleted is as it was.
    pub(crate) fn unchanged(error: Error) -> Self {
        Self {
            error,
            unchanged: true,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = self.error.status();
        if status.is_server_error() {
            let error = &self.error as &dyn std::error::Error;
            tracing::error!(error, "broker request failed");
        }
        let mut body = self.error.body();
        if self.unchanged && !body.is_empty() {
            body.insert("instance_usable".to_owned(), true.into());
            body.insert("update_repeatable".to_owned(), true.into());
        }
        (status, axum::Json(body)).into_response()
    }
}

/// How the web layer's refusals are told below `/osb/v2`.
pub(crate) fn denied(denied: Denied) -> Response {
    let (status, description) = match &denied {
        Denied::NoCredential(_) | Denied::BadCredential(_) => (
            StatusCode::UNAUTHORIZED,
            "This request needs the name and secret of a broker account.",
        ),
        Denied::ScopeMissing(_) | Denied::NotAdmin => {
            (StatusCode::FORBIDDEN, "This request is not allowed.")
        }
        Denied::UnknownPath => (StatusCode::NOT_FOUND, "There is no such path."),
        Denied::UnknownMethod => (
            StatusCode::METHOD_NOT_ALLOWED,
            "This path does not offer the method.",
        ),
    };
    let body = axum::Json(json!({"description": description}));
    let mut response = (status, body).into_response();
    if matches!(
        denied,
        Denied::NoCredential(Access::Broker) | Denied::BadCredential(Access::Broker)
    ) {
        let challenge = HeaderValue::from_static("Basic realm=\"Service Broker\"");
        let headers = response.headers_mut();
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
