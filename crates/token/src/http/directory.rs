//! Who there is: the bearer of a token, clients, and people.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use lockgate_core::account::{Account, AccountKind};
use lockgate_core::tenant::Tenant;
use lockgate_web::caller::Caller;
use serde::Serialize;

use self::filter::Filter;
use crate::error::{OAuthError, json, uncached};
use crate::issue::CLIENT_CREDENTIALS;
use crate::login_clients::{Application, LoginClient, OPENID, tool_scopes};
use crate::parameters::Parameters;
use crate::service::Service;

mod filter;

/// Who the bearer of a token is.
pub(super) const USERINFO: &str = "/userinfo";
/// One client.
pub(super) const CLIENT: &str = "/oauth/clients/{id}";
/// People.
pub(super) const USERS: &str = "/Users";

/// People in one answer.
const PAGE: usize = 100;

/// What is known of a person.
#[derive(Serialize)]
struct UserInfo<'a> {
    user_id: String,
    sub: String,
    user_name: &'a str,
    name: &'a str,
    email: &'a str,
    origin: &'a str,
}

pub(super) async fn userinfo(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        if let Ok(token) = service.account_bearer(&headers, &caller) {
            let person = token.account.kind == AccountKind::Person && token.has_scope(OPENID);
            let (id, name) = (token.account.id.to_string(), token.account.name.as_str());
            return match person {
                true => Ok(user_info(id, name, "uaa")),
                false => Err(OAuthError::InsufficientScope(OPENID)),
            };
        }
        let token = service.bearer(&headers, &caller)?;
        let open = token.scopes().iter().any(|scope| scope == OPENID);
        match (token.user(), &token.account) {
            (Some(user), Some(account)) if open => {
                Ok(user_info(account.id.to_string(), &user.name, &user.origin))
            }
            _ => Err(OAuthError::InsufficientScope(OPENID)),
        }
    };
    respond(&service, answer.await)
}

fn user_info(id: String, name: &str, origin: &str) -> String {
    json(&UserInfo {
        sub: id.clone(),
        user_id: id,
        user_name: name,
        name,
        email: name,
        origin,
    })
}

/// A client as its owner or an administrator sees it.
#[derive(Serialize)]
struct ClientView<'a> {
    client_id: &'a str,
    name: &'a str,
    scope: Vec<String>,
    authorities: Vec<String>,
    resource_ids: [&'static str; 1],
    authorized_grant_types: Vec<&'a str>,
    redirect_uri: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    allowpublic: Option<bool>,
}

/// One client. Everybody sees the client of the token they hold, administrators see all; for others
/// there are none, since a refusal would make programs stop.
pub(super) async fn client(
    State(service): State<Service>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let token = service.account_bearer(&headers, &caller)?;
        if id != token.client_id && !token.is_admin() {
            return Err(OAuthError::NotFound);
        }
        let identities = service.identities.snapshot();
        if let Some(client) = LoginClient::find(&id, &identities) {
            return Ok(login_client(&client, &identities.tenant));
        }
        let tool = identities.accounts.named(&id);
        let tool = tool.filter(|tool| tool.kind == AccountKind::Tool && tool.name == id);
        Ok(self::tool(tool.ok_or(OAuthError::NotFound)?))
    };
    respond(&service, answer.await)
}

fn login_client(client: &LoginClient, tenant: &Tenant) -> String {
    let none = || vec!["uaa.none".to_owned()];
    match client {
        LoginClient::Application(Application { id, grants, .. }) => json(&ClientView {
            client_id: id,
            name: id,
            scope: none(),
            authorities: none(),
            resource_ids: ["none"],
            authorized_grant_types: grants.to_vec(),
            redirect_uri: &[],
            allowpublic: Some(true),
        }),
        LoginClient::Instance(client) => json(&ClientView {
            client_id: &client.id,
            name: &client.id,
            scope: none(),
            authorities: crate::claims::authorities(tenant, client),
            resource_ids: ["none"],
            authorized_grant_types: client.grant_types.iter().map(String::as_str).collect(),
            redirect_uri: &client.redirect_uris,
            allowpublic: None,
        }),
    }
}

fn tool(tool: &Account) -> String {
    json(&ClientView {
        client_id: &tool.name,
        name: &tool.name,
        scope: vec!["uaa.none".to_owned()],
        authorities: tool_scopes(tool),
        resource_ids: ["none"],
        authorized_grant_types: vec![CLIENT_CREDENTIALS],
        redirect_uri: &[],
        allowpublic: None,
    })
}

/// People as SCIM lists them.
#[derive(Serialize)]
struct Users<'a> {
    resources: Vec<User<'a>>,
    #[serde(rename = "startIndex")]
    start: usize,
    #[serde(rename = "itemsPerPage")]
    page: usize,
    #[serde(rename = "totalResults")]
    total: usize,
    schemas: [&'static str; 1],
}

#[derive(Serialize)]
struct User<'a> {
    id: String,
    #[serde(rename = "userName")]
    name: &'a str,
    origin: &'static str,
    emails: [Email<'a>; 1],
    active: bool,
    verified: bool,
    #[serde(rename = "zoneId")]
    zone: String,
}

#[derive(Serialize)]
struct Email<'a> {
    value: &'a str,
    primary: bool,
}

/// People, by name. For administrators.
pub(super) async fn users(
    State(service): State<Service>,
    RawQuery(query): RawQuery,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let token = service.account_bearer(&headers, &caller)?;
        if !token.is_admin() {
            return Err(OAuthError::InsufficientScope("scim.read"));
        }
        let parameters = Parameters::read(query.as_deref(), None)?;
        let filter = Filter::parse(parameters.get("filter").unwrap_or_default());
        let filter = filter.ok_or(OAuthError::InvalidFilter)?;
        let identities = service.identities.snapshot();
        let people = identities.accounts.iter();
        let mut people: Vec<&Arc<Account>> = people
            .filter(|account| account.kind == AccountKind::Person && filter.admits(account))
            .collect();
        people.sort_by(|a, b| a.name.cmp(&b.name));
        let start = number(&parameters, "startIndex", 1)?.max(1);
        let count = number(&parameters, "count", PAGE)?.min(PAGE);
        let zone = identities.tenant.zone_id.to_string();
        let resources: Vec<_> = people.iter().skip(start - 1).take(count).collect();
        let resources = resources.into_iter().map(|account| User {
            id: account.id.to_string(),
            name: &account.name,
            origin: "uaa",
            emails: [Email {
                value: &account.name,
                primary: true,
            }],
            active: true,
            verified: true,
            zone: zone.clone(),
        });
        Ok(json(&Users {
            resources: resources.collect(),
            start,
            page: count,
            total: people.len(),
            schemas: ["urn:scim:schemas:core:1.0"],
        }))
    };
    respond(&service, answer.await)
}

fn number(
    parameters: &Parameters,
    name: &'static str,
    default: usize,
) -> Result<usize, OAuthError> {
    let wrong = OAuthError::InvalidRequest("startIndex and count are numbers");
    match parameters.get(name) {
        Some(text) => text.parse().map_err(|_| wrong),
        None => Ok(default),
    }
}

fn respond(service: &Service, answer: Result<String, OAuthError>) -> Response {
    match answer {
        Ok(body) => uncached(body.into_response()),
        Err(error) => service.refusal(&error),
    }
}
