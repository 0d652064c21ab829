//! The operator's view of logins.

use axum::extract::{Path, Query, State};
use http::StatusCode;
use lockgate_core::ids::SessionId;
use lockgate_store::sessions::{self, Session};
use lockgate_web::body::Items;
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::error::OAuthError;
use crate::service::Service;

/// The logins of an account.
pub(super) const SESSIONS: &str = "/operator/v1/sessions";
/// One login.
pub(super) const SESSION: &str = "/operator/v1/sessions/{id}";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Of {
    /// The account's name.
    account: String,
}

#[derive(Debug, Serialize)]
pub(super) struct SessionView {
    id: SessionId,
    client_id: String,
    grant_type: String,
    created_at: String,
    refreshed_at: String,
    expires_at: String,
}

impl From<Session> for SessionView {
    fn from(session: Session) -> Self {
        Self {
            id: session.id,
            client_id: session.client_id,
            grant_type: session.grant_type,
            created_at: session.created_at.to_string(),
            refreshed_at: session.refreshed_at.to_string(),
            expires_at: session.expires_at.to_string(),
        }
    }
}

pub(super) async fn list(
    State(service): State<Service>,
    Query(of): Query<Of>,
) -> Result<axum::Json<Items<SessionView>>, Problem> {
    let account = service
        .identities
        .load()
        .accounts
        .named(&of.account)
        .cloned();
    let account = account.ok_or_else(|| Problem::not_found("this account"))?;
    let found = async {
        let mut tx = service.keys.store().read().await?;
        sessions::list_of(&mut tx, account.id).await
    };
    let found = found
        .await
        .map_err(|error: lockgate_store::Error| Problem::unavailable(error))?;
    let now = service.keys.now();
    let live = found.into_iter().filter(|session| now < session.expires_at);
    Ok(axum::Json(live.map(SessionView::from).collect()))
}

pub(super) async fn end(
    State(service): State<Service>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let unknown = || Problem::not_found("this login");
    let id = id.parse().map_err(|_| unknown())?;
    let ended = service
        .end_session(&caller.actor(), id, "ended by an operator")
        .await;
    match ended {
        Ok(true) => Ok(StatusCode::NO_CONTENT),
        Ok(false) => Err(unknown()),
        Err(OAuthError::TooMany { .. }) => Err(Problem::unavailable("too many tokens are revoked")),
        Err(error) => Err(Problem::internal(error)),
    }
}
