//! The authorization endpoint: the page on which people log in for a client.
//!
//! Nobody stays logged in here: each client's login asks for the password, and what the browser
//! keeps is only proof that the form was opened in it.

use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{COOKIE, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use lockgate_core::tenant::Tenant;
use lockgate_web::caller::Caller;

use super::page::{Page, redirect};
use super::{OAuthRequest, name_refused};
use crate::authorization::{Asked, NotAsked};
use crate::error::{OAuthError, seconds};
use crate::issue::narrow;
use crate::service::Service;

/// Where people log in.
pub(super) const PATH: &str = "/oauth/authorize";

const REFUSED: &str = "You cannot log in this way";
const WRONG: &str = "The user name or the password is wrong.";
const STALE: &str = "Please log in once more: the page was open for too long, or the browser keeps \
    no cookies.";

/// Shows the page.
pub(super) async fn ask(
    State(service): State<Service>,
    caller: Caller,
    request: Request,
) -> Response {
    let request = match OAuthRequest::read(caller, request).await {
        Ok(request) => request,
        Err(error) => return refuse(&error),
    };
    match asked(&service, &request) {
        Ok(asked) => form(&service, &request, &asked, None).respond(StatusCode::OK),
        Err(wrong) => refuse_asking(&wrong),
    }
}

/// Takes user name and password, and sends the browser back to the client.
pub(super) async fn answer(
    State(service): State<Service>,
    caller: Caller,
    request: Request,
) -> Response {
    let request = match OAuthRequest::read(caller, request).await {
        Ok(request) => request,
        Err(error) => return refuse(&error),
    };
    let asked = match asked(&service, &request) {
        Ok(asked) => asked,
        Err(wrong) => return refuse_asking(&wrong),
    };
    if !was_opened_here(&service.tenant(), &request) {
        return form(&service, &request, &asked, Some(STALE)).respond(StatusCode::FORBIDDEN);
    }
    match log_in(&service, &request, &asked).await {
        Ok(location) => redirect(&location),
        Err(error) => {
            let text = match &error {
                OAuthError::BadCredentials => WRONG,
                OAuthError::Locked { .. } => {
                    "There were too many failed attempts. Try again later."
                }
                _ => "This does not work right now. Try again later.",
            };
            let status = match &error {
                OAuthError::BadCredentials => StatusCode::UNAUTHORIZED,
                OAuthError::Locked { .. } => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::SERVICE_UNAVAILABLE,
            };
            let page = form(&service, &request, &asked, Some(text));
            let mut response = page.respond(status);
            if let OAuthError::Locked { retry_after } = error {
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, seconds(retry_after));
            }
            let reason = error.name(service.config.errors);
            name_refused(response, request.claimed(), reason)
        }
    }
}

/// Where the browser goes after a login: with a code, or with the reason why there is none.
async fn log_in(
    service: &Service,
    request: &OAuthRequest,
    asked: &Asked,
) -> Result<String, OAuthError> {
    let parameters = &request.parameters;
    let name = parameters
        .get("username")
        .ok_or(OAuthError::BadCredentials)?;
    let account = service.log_in(parameters, name, request).await?;
    let tenant = service.tenant();
    let held = asked.client.scopes(&account, &tenant);
    let Ok(scopes) = narrow(&held, asked.scope.as_deref()) else {
        let text = OAuthError::InvalidScope.to_string();
        let answer = [("error", "invalid_scope"), ("error_description", &text)];
        return Ok(asked.answer(&answer, &tenant));
    };
    let code = service.authorization_code(asked, &account, &scopes).await?;
    Ok(asked.answer(&[("code", &code)], &tenant))
}

/// The request as the client made it.
fn asked(service: &Service, request: &OAuthRequest) -> Result<Asked, NotAsked> {
    let identities = service.identities.snapshot();
    Asked::read(&request.parameters, &identities)
}

fn refuse_asking(wrong: &NotAsked) -> Response {
    match wrong {
        NotAsked::Here(text) => Page::saying(REFUSED, text).respond(StatusCode::BAD_REQUEST),
        NotAsked::There(location) => redirect(location),
    }
}

fn refuse(error: &OAuthError) -> Response {
    Page::saying(REFUSED, &error.to_string()).respond(StatusCode::BAD_REQUEST)
}

/// A page with its cookie.
struct Form {
    page: Page,
    cookie: HeaderValue,
}

impl Form {
    fn respond(&self, status: StatusCode) -> Response {
        let mut response = self.page.respond(status);
        let headers = response.headers_mut();
        headers.insert(SET_COOKIE, self.cookie.clone());
        if status == StatusCode::UNAUTHORIZED {
            // Every 401 names a way to authenticate; browsers ask for none of this name.
            let challenge = HeaderValue::from_static("Form realm=\"lockgate\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

fn form(service: &Service, request: &OAuthRequest, asked: &Asked, failure: Option<&str>) -> Form {
    let tenant = service.tenant();
    let proof = cookie(&request.headers, &tenant).unwrap_or_else(|| {
        let random = service.keys.random().bytes::<32>();
        URL_SAFE_NO_PAD.encode(random)
    });
    let mut hidden = asked.parameters();
    hidden.push(("proof", &proof));
    let name = request.parameters.get("username").unwrap_or_default();
    let page = Page::login(
        asked.client.id(),
        &asked.redirect_uri,
        name,
        failure,
        hidden,
    );
    let secure = if is_https(&tenant) { "; Secure" } else { "" };
    let cookie = format!(
        "{}={proof}; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600{secure}",
        cookie_name(&tenant)
    );
    Form {
        page,
        cookie: HeaderValue::try_from(cookie).expect("invariant: the proof is Base64url"),
    }
}

/// Whether the form was opened in this browser and sent from our page: no other site can make a
/// person log in.
fn was_opened_here(tenant: &Tenant, request: &OAuthRequest) -> bool {
    let site = request.headers.get("sec-fetch-site");
    let kept = cookie(&request.headers, tenant);
    site.is_none_or(|site| site == "same-origin")
        && kept.is_some()
        && kept.as_deref() == request.parameters.get("proof")
}

/// The proof that the browser keeps, if it is one of ours.
fn cookie(headers: &HeaderMap, tenant: &Tenant) -> Option<String> {
    let name = cookie_name(tenant);
    let fields = headers.get_all(COOKIE).iter();
    let pairs = fields.filter_map(|field| field.to_str().ok());
    let mut values = pairs
        .flat_map(|pairs| pairs.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value);
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let decoded = URL_SAFE_NO_PAD.decode(value);
    let ours = decoded.is_ok_and(|bytes| bytes.len() == 32);
    ours.then(|| value.to_owned())
}

/// The prefix makes browsers refuse the cookie from anybody but this very host over TLS.
fn cookie_name(tenant: &Tenant) -> &'static str {
    match is_https(tenant) {
        true => "__Host-lockgate-login",
        false => "lockgate-login",
    }
}

fn is_https(tenant: &Tenant) -> bool {
    tenant.token_base.starts_with("https://")
}
