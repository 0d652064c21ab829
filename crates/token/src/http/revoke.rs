//! Revocation: a token is refused from then on, on every server of the tenant.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use lockgate_core::limits;
use lockgate_core::tenant::Plan;
use lockgate_store::changes::{self, Topic};
use lockgate_store::revocations;
use lockgate_web::caller::Caller;
use lockgate_web::jwt::{EXPIRY_LEEWAY, VerifiedToken};
use tokio::time::Instant;

use super::OAuthRequest;
use crate::authenticate::Holder;
use crate::error::{OAuthError, uncached};
use crate::service::Service;

/// Revocation by token id, as the `cf` command line asks for it.
pub(super) const PATH: &str = "/oauth/token/revoke/{jti}";

/// When to try again while the list of revoked tokens is full.
const FULL: Duration = Duration::from_secs(60);
/// Revocations are counted by client, wherever they come from.
const ANYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// RFC 7009: a client revokes its own token. Unknown and expired tokens are answered alike.
pub(super) async fn by_token(
    State(service): State<Service>,
    caller: Caller,
    request: Request,
) -> Response {
    let revoke = async {
        let request = OAuthRequest::read(caller, request).await?;
        let client = service.authenticate(&request).await?.client.client;
        let token = request.parameters.get("token");
        let token = token.ok_or(OAuthError::InvalidRequest("Missing token"))?;
        let now = service.keys.now();
        let known = |plan: Plan| service.verify(token, plan, now, Holder::Elsewhere);
        match Plan::ALL.into_iter().find_map(known) {
            Some(token) if token.client.id == client.id => revoke(&service, &token).await,
            Some(_) => Err(OAuthError::ForeignToken),
            None => Ok(()),
        }
    };
    respond(&service, revoke.await)
}

/// The holder of a token revokes it by its id. Ids of other tokens are not found.
pub(super) async fn by_id(
    State(service): State<Service>,
    Path(jti): Path<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    let revoke = async {
        let token = service.bearer(&headers, &caller)?;
        if token.jti() != jti {
            return Err(OAuthError::UnknownToken);
        }
        revoke(&service, &token).await
    };
    respond(&service, revoke.await)
}

fn respond(service: &Service, revoked: Result<(), OAuthError>) -> Response {
    match revoked {
        Ok(()) => uncached(StatusCode::OK.into_response()),
        Err(error) => service.refusal(&error),
    }
}

async fn revoke(service: &Service, token: &VerifiedToken) -> Result<(), OAuthError> {
    // Every server keeps the list in memory until its tokens expire, so nobody fills it at will. A
    // client that has to void all its tokens at once has its key deleted.
    if service.identities.load().revoked.len() >= limits::REVOCATIONS {
        return Err(OAuthError::TooMany { retry_after: FULL });
    }
    let client = service
        .revoking
        .spend(&token.client.id, ANYWHERE, Instant::now());
    client.map_err(|retry_after| OAuthError::TooMany { retry_after })?;
    let result = async {
        let mut tx = service.keys.store().begin().await?;
        // Remembered for as long as anybody here would accept the token.
        let until = token.expires_at().plus(EXPIRY_LEEWAY);
        revocations::insert(&mut tx, token.jti(), until).await?;
        changes::bump(&mut tx, Topic::Revocations).await?;
        tx.commit().await
    };
    result
        .await
        .map_err(|error: lockgate_store::Error| OAuthError::internal(error))?;
    tracing::info!(
        jti = token.jti(),
        client_id = token.client.id,
        "token revoked"
    );
    Ok(())
}
