//! Revocation: a token is refused from then on, on every server of the tenant.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use lockgate_core::audit::{Actor, Target, Who};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::SessionId;
use lockgate_core::limits;
use lockgate_core::tenant::Plan;
use lockgate_store::changes::{self, Topic};
use lockgate_store::sessions::Session;
use lockgate_store::{audit, revocations};
use lockgate_web::caller::Caller;
use lockgate_web::jwt::{AccountToken, EXPIRY_LEEWAY, MAX_VALIDITY, VerifiedToken};
use tokio::time::Instant;

use super::OAuthRequest;
use crate::authenticate::Holder;
use crate::error::{OAuthError, uncached};
use crate::refresh_token::session_of;
use crate::requester::Requester;
use crate::service::Service;
use crate::sessions::actor;

/// Revocation by token id, as the `cf` command line asks for it.
pub(super) const PATH: &str = "/oauth/token/revoke/{jti}";

/// When to try again while the list of revoked tokens is full.
const FULL: Duration = Duration::from_secs(60);
/// Revocations are counted by owner, wherever they come from.
const ANYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// A token that is to be refused from now on.
struct Doomed<'a> {
    jti: &'a str,
    /// When it would have expired.
    expires_at: Timestamp,
    /// Whose it is: revocations are counted by owner.
    owner: &'a str,
}

/// RFC 7009: a client revokes its own token; with a refresh token, the login that it continues.
/// Unknown and expired tokens are answered alike.
pub(super) async fn by_token(
    State(service): State<Service>,
    caller: Caller,
    request: Request,
) -> Response {
    let revoke = async {
        let request = OAuthRequest::read(caller, request).await?;
        let requester = service.requester(&request).await?;
        let token = request.parameters.get("token");
        let token = token.ok_or(OAuthError::InvalidRequest("Missing token"))?;
        if let Some(refresh) = service.keys.open_refresh_token(token) {
            return end_login(&service, &requester, refresh.session, &request.caller).await;
        }
        match &requester {
            Requester::Client(_) => of_client(&service, &requester, token, &request.caller).await,
            Requester::Application(_) | Requester::Tool(_) => {
                match service.verify_account(token, &request.caller) {
                    Some(token) if token.client_id == requester.id() => {
                        revoke_own(&service, &token, &request.caller).await
                    }
                    Some(_) => Err(OAuthError::ForeignToken),
                    None => Ok(()),
                }
            }
        }
    };
    respond(&service, revoke.await)
}

/// Ends a login with the client that asks.
async fn end_login(
    service: &Service,
    requester: &Requester,
    session: SessionId,
    caller: &Caller,
) -> Result<(), OAuthError> {
    let Some(session) = service.find_session(session).await? else {
        return Ok(());
    };
    if session.client_id != requester.id() {
        return Err(OAuthError::ForeignToken);
    }
    let who = requester.who();
    let actor = Actor {
        who,
        ..caller.actor()
    };
    service
        .end_session(&actor, session.id, "logged out")
        .await?;
    Ok(())
}

/// A service instance revokes its token for a flow.
async fn of_client(
    service: &Service,
    requester: &Requester,
    token: &str,
    caller: &Caller,
) -> Result<(), OAuthError> {
    let now = service.keys.now();
    let known = |plan: Plan| service.verify(token, plan, now, Holder::Elsewhere);
    match Plan::ALL.into_iter().find_map(known) {
        Some(token) if token.client.id == requester.id() => {
            revoke_verified(service, &token, caller).await
        }
        Some(_) => Err(OAuthError::ForeignToken),
        None => Ok(()),
    }
}

/// The holder of a token revokes it by its id, and people their logins by the id of the refresh
/// token. Administrators revoke whatever they like; for others, other ids are not found.
pub(super) async fn by_id(
    State(service): State<Service>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    let revoke = async {
        if let Ok(token) = service.account_bearer(&headers, &caller) {
            return by_account(&service, &token, &id, &caller).await;
        }
        let token = service.bearer(&headers, &caller)?;
        match token.jti() == id {
            true => revoke_verified(&service, &token, &caller).await,
            false => Err(OAuthError::UnknownToken),
        }
    };
    respond(&service, revoke.await)
}

async fn by_account(
    service: &Service,
    token: &AccountToken,
    id: &str,
    caller: &Caller,
) -> Result<(), OAuthError> {
    if id == token.jti {
        return revoke_own(service, token, caller).await;
    }
    let actor = actor(&token.account, caller);
    if let Some(session) = session_of(id) {
        let found = service.find_session(session).await?;
        let own = |session: &Session| session.account == token.account.id;
        let found = found.filter(|session| own(session) || token.is_admin());
        let found = found.ok_or(OAuthError::UnknownToken)?;
        service.end_session(&actor, found.id, "logged out").await?;
        return Ok(());
    }
    let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if !token.is_admin() || id.len() != 32 || !id.bytes().all(hex) {
        return Err(OAuthError::UnknownToken);
    }
    // Issued tokens are not kept, so it is not known when this one expires.
    let doomed = Doomed {
        jti: id,
        expires_at: service.keys.now().plus(MAX_VALIDITY),
        owner: &token.account.name,
    };
    revoke(service, &actor, &doomed).await
}

async fn revoke_own(
    service: &Service,
    token: &AccountToken,
    caller: &Caller,
) -> Result<(), OAuthError> {
    let doomed = Doomed {
        jti: &token.jti,
        expires_at: token.expires_at,
        owner: &token.account.name,
    };
    revoke(service, &actor(&token.account, caller), &doomed).await
}

async fn revoke_verified(
    service: &Service,
    token: &VerifiedToken,
    caller: &Caller,
) -> Result<(), OAuthError> {
    let id = token.client.id.clone();
    let actor = Actor {
        who: Who::Client { id },
        ..caller.actor()
    };
    let doomed = Doomed {
        jti: token.jti(),
        expires_at: token.expires_at(),
        owner: &token.client.id,
    };
    revoke(service, &actor, &doomed).await
}

fn respond(service: &Service, revoked: Result<(), OAuthError>) -> Response {
    match revoked {
        Ok(()) => uncached(StatusCode::OK.into_response()),
        Err(error) => service.refusal(&error),
    }
}

async fn revoke(service: &Service, actor: &Actor, doomed: &Doomed<'_>) -> Result<(), OAuthError> {
    // Every server keeps the list in memory until its tokens expire, so nobody fills it at will. A
    // client that has to void all its tokens at once has its key deleted.
    if service.identities.load().revoked.len() >= limits::REVOCATIONS {
        return Err(OAuthError::TooMany { retry_after: FULL });
    }
    let Doomed { jti, owner, .. } = doomed;
    let spent = service.revoking.spend(owner, ANYWHERE, Instant::now());
    spent.map_err(|retry_after| OAuthError::TooMany { retry_after })?;
    let revoked = async {
        let mut tx = service.keys.store().begin().await?;
        // Remembered for as long as anybody here would accept the token.
        let until = doomed.expires_at.plus(EXPIRY_LEEWAY);
        revocations::insert(&mut tx, jti, until).await?;
        let target = Target::new("token", jti, *owner);
        audit::record(&mut tx, actor, "token.revoke", &target, "").await?;
        changes::bump(&mut tx, Topic::Revocations).await?;
        tx.commit().await
    };
    revoked
        .await
        .map_err(|error: lockgate_store::Error| OAuthError::internal(error))
}
