//! Tells clients about tokens: `/introspect` and the older `/check_token`.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use lockgate_core::tenant::Plan;
use lockgate_web::caller::Caller;
use lockgate_web::jwt::VerifiedToken;
use serde_json::{Map, Value};

use super::OAuthRequest;
use crate::authenticate::Holder;
use crate::claims::UAA_RESOURCE;
use crate::error::{OAuthError, json, uncached};
use crate::service::Service;

/// A valid token and its claims.
type Examined = (VerifiedToken, Map<String, Value>);

/// Claims of a valid token, or `{"active":false}` for anything else.
pub(super) async fn introspect(
    State(service): State<Service>,
    caller: Caller,
    request: Request,
) -> Response {
    let answer = async {
        let (_, examined) = asked(&service, caller, request).await?;
        Ok(match examined {
            Some((_, mut claims)) => {
                claims.insert("active".to_owned(), true.into());
                claims
            }
            None => Map::from_iter([("active".to_owned(), false.into())]),
        })
    };
    respond(&service, answer.await)
}

/// Claims of a valid token; with `scopes`, only if it has all of them. Whoever asks here does not
/// know of tokens that are bound to a certificate, and would not ask for it: they are refused.
pub(super) async fn check(
    State(service): State<Service>,
    caller: Caller,
    request: Request,
) -> Response {
    let answer = async {
        let (request, examined) = asked(&service, caller, request).await?;
        let unbound = examined.filter(|(verified, _)| verified.bound_to().is_none());
        let (verified, claims) = unbound.ok_or(OAuthError::InvalidToken)?;
        let required = request.parameters.get("scopes").unwrap_or_default();
        let mut required = required.split([',', ' ']).filter(|scope| !scope.is_empty());
        let has = |scope: &str| verified.scopes().iter().any(|held| held == scope);
        match required.all(has) {
            true => Ok(claims),
            false => Err(OAuthError::InvalidScope),
        }
    };
    respond(&service, answer.await)
}

/// The request, and the token it asks about if the client that asks may learn about it.
async fn asked(
    service: &Service,
    caller: Caller,
    request: Request,
) -> Result<(OAuthRequest, Option<Examined>), OAuthError> {
    let request = OAuthRequest::read(caller, request).await?;
    let plan = asking_plan(service, &request).await?;
    let token = request.parameters.get("token");
    let token = token.ok_or(OAuthError::InvalidRequest("Missing token"))?;
    let examined = examine(service, token, plan);
    Ok((request, examined))
}

fn respond(service: &Service, answer: Result<Map<String, Value>, OAuthError>) -> Response {
    match answer {
        Ok(claims) => uncached(json(&claims).into_response()),
        Err(error) => service.refusal(&error),
    }
}

/// The plan of the client that asks: it learns about tokens for services of its plan only.
async fn asking_plan(service: &Service, request: &OAuthRequest) -> Result<Plan, OAuthError> {
    let field = request.headers.get(AUTHORIZATION);
    let scheme = field.and_then(|field| field.as_bytes().get(..7));
    if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer ")) {
        let token = service.bearer(&request.headers, &request.caller)?;
        let may_ask = token.scopes().iter().any(|scope| scope == UAA_RESOURCE);
        return match may_ask && token.user().is_none() {
            true => Ok(token.client.plan),
            false => Err(OAuthError::InsufficientScope(UAA_RESOURCE)),
        };
    }
    Ok(service.authenticate(request).await?.client.client.plan)
}

/// The token and its claims, when it is valid now for services of `plan`.
fn examine(service: &Service, token: &str, plan: Plan) -> Option<Examined> {
    let verified = service.verify(token, plan, service.keys.now(), Holder::Elsewhere)?;
    let claims = token.split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    Some((verified, serde_json::from_slice(&claims).ok()?))
}
