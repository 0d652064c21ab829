//! Guids in paths.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use uuid::Uuid;

use crate::failure::Failure;

/// The guid in a path; `None` when what stands there is not one, so that nothing has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id(pub(crate) Option<Uuid>);

impl<S: Sync> FromRequestParts<S> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Name(text) = Name::from_request_parts(parts, state).await?;
        Ok(Self(guid(&text)))
    }
}

impl Id {
    /// The guid; 404 for `what` without.
    pub(crate) fn of(self, what: &str) -> Result<Uuid, Failure> {
        self.0.ok_or_else(|| Failure::not_found(what))
    }
}

/// The name in a path.
#[derive(Clone, Debug)]
pub(crate) struct Name(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Name {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = Path::<String>::from_request_parts(parts, &()).await;
        let _ = state;
        let Path(text) = path.map_err(|_| Failure::unknown_request())?;
        Ok(Self(text))
    }
}

/// The guid that `text` is, if it is one: 36 characters with dashes.
pub(crate) fn guid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}
