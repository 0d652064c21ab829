//! The operator's view of signing keys.

use axum::extract::State;
use http::StatusCode;
use lockgate_store::signing_keys::SigningKey;
use lockgate_web::body::{Items, Json};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::keys::{KeyError, Rotation};
use crate::service::Service;

/// All signing keys.
pub(super) const KEYS: &str = "/operator/v1/signing-keys";
/// Starts a rotation.
pub(super) const ROTATE: &str = "/operator/v1/signing-keys/rotate";

#[derive(Debug, Serialize)]
pub(super) struct KeyView {
    kid: String,
    state: &'static str,
    created_at: String,
    changed_at: String,
}

impl From<SigningKey> for KeyView {
    fn from(key: SigningKey) -> Self {
        Self {
            kid: key.kid,
            state: key.state.as_str(),
            created_at: key.created_at.to_string(),
            changed_at: key.changed_at.to_string(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RotateRequest {
    /// Removes all keys at once instead of letting them phase out.
    #[serde(default)]
    emergency: bool,
}

pub(super) async fn list(
    State(service): State<Service>,
) -> Result<axum::Json<Items<KeyView>>, Problem> {
    let keys = service.keys.list().await?;
    Ok(axum::Json(keys.into_iter().map(KeyView::from).collect()))
}

/// Answers with the keys after the change.
pub(super) async fn rotate(
    State(service): State<Service>,
    caller: Caller,
    Json(request): Json<RotateRequest>,
) -> Result<axum::Json<Items<KeyView>>, Problem> {
    let rotation = match request.emergency {
        true => Rotation::Emergency,
        false => Rotation::Planned,
    };
    service.keys.rotate(&caller.actor(), rotation).await?;
    list(State(service)).await
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Pending(pending) => Self::new(
                StatusCode::CONFLICT,
                "LG-SIGNING-KEY-PENDING",
                pending.to_string(),
            )
            .hint("wait until it signs, or rotate with {\"emergency\":true}"),
            KeyError::Store(error) if error.retryable() => Self::unavailable(error),
            error @ (KeyError::Store(_)
            | KeyError::Sealed { .. }
            | KeyError::Invalid(_)
            | KeyError::Generate) => Self::internal(error),
        }
    }
}
