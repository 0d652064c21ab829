//! What programs and people learn before they log in, and what happens after they log out.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::ACCEPT;
use http::{HeaderMap, StatusCode};
use lockgate_core::tenant::Tenant;
use lockgate_web::caller::Caller;
use serde::Serialize;
use serde_json::{Map, Value};

use super::OAuthRequest;
use super::page::{Page, redirect};
use crate::error::{OAuthError, json, uncached};
use crate::login_clients::LoginClient;
use crate::service::Service;
use crate::sessions::actor;

/// Where the command line asks how to log in.
pub(super) const LOGIN: &str = "/login";
/// The same for other tools.
pub(super) const INFO: &str = "/info";
/// Where a browser goes to log out.
pub(super) const LOGOUT: &str = "/logout.do";
/// Where other servers show one-time passcodes.
pub(super) const PASSCODE: &str = "/passcode";

/// The release of the original that tools may take this for; some compare it.
const COMPATIBLE_WITH: &str = "77.0.0";

/// What a program learns.
#[derive(Serialize)]
struct About<'a> {
    app: App,
    links: Links<'a>,
    zone_name: &'a str,
    #[serde(rename = "entityID")]
    entity: &'a str,
    prompts: Prompts,
    #[serde(rename = "idpDefinitions")]
    providers: Map<String, Value>,
}

#[derive(Serialize)]
struct App {
    version: &'static str,
}

#[derive(Serialize)]
struct Links<'a> {
    uaa: &'a str,
    login: &'a str,
}

/// What to ask a person for: a type and a label each.
#[derive(Serialize)]
struct Prompts {
    username: [&'static str; 2],
    password: [&'static str; 2],
}

impl<'a> About<'a> {
    fn of(tenant: &'a Tenant) -> Self {
        let base = tenant.token_base.as_str();
        Self {
            app: App {
                version: COMPATIBLE_WITH,
            },
            links: Links {
                uaa: base,
                login: base,
            },
            zone_name: &tenant.name,
            entity: base,
            prompts: Prompts {
                username: ["text", "User name"],
                password: ["password", "Password"],
            },
            providers: Map::new(),
        }
    }
}

/// How to log in: for programs, and in a few words for people. Old tokens that come along mean
/// nothing.
pub(super) async fn login(State(service): State<Service>, headers: HeaderMap) -> Response {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    match accept.is_some_and(|accept| accept.contains("text/html")) {
        true => {
            let text = "To log in, open the application that you want to use. It sends you to \
                this server, and back when you have logged in.";
            Page::saying("Log in", text).respond(StatusCode::OK)
        }
        false => info(State(service)).await,
    }
}

pub(super) async fn info(State(service): State<Service>) -> Response {
    uncached(json(&About::of(&service.tenant())).into_response())
}

/// There are no passcodes.
pub(super) async fn passcode(State(service): State<Service>) -> Response {
    service.refusal(&OAuthError::NotFound)
}

/// Ends the login whose access token comes along, and sends the browser back to the client.
///
/// A browser is logged in at its client only, so without a token there is nothing to end here.
pub(super) async fn logout(
    State(service): State<Service>,
    caller: Caller,
    request: Request,
) -> Response {
    let request = match OAuthRequest::read(caller, request).await {
        Ok(request) => request,
        Err(error) => return service.refusal(&error),
    };
    if let Ok(token) = service.account_bearer(&request.headers, &request.caller)
        && let Some(session) = token.session
    {
        let actor = actor(&token.account, &request.caller);
        if let Err(error) = service.end_session(&actor, session, "logged out").await {
            return service.refusal(&error);
        }
    }
    let parameters = &request.parameters;
    let names = ["redirect", "post_logout_redirect_uri"];
    let target = names.iter().find_map(|name| parameters.get(name));
    let client = parameters.get("client_id").unwrap_or("lockgate");
    let identities = service.identities.snapshot();
    let client = LoginClient::find(client, &identities);
    match (client, target) {
        (Some(client), Some(target)) if client.returns_to(target, &identities.tenant) => {
            redirect(target)
        }
        _ => Page::saying("Logged out", "You can close this page.").respond(StatusCode::OK),
    }
}
