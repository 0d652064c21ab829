//! What anybody may read: public keys and the discovery document.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use lockgate_core::tenant::Tenant;
use lockgate_web::surface::{ADMIN_SCOPE, READ_SCOPE, WRITE_SCOPE};
use serde::Serialize;

use super::{about, authorize, directory};
use crate::claims::UAA_RESOURCE;
use crate::config::Config;
use crate::error::{JSON, OAuthError, json};
use crate::grants::GRANTS;
use crate::jwt_bearer::JWT_BEARER;
use crate::login_clients::{OPENID as OPENID_SCOPE, UAA_USER};
use crate::parameters::Parameters;
use crate::service::Service;

/// Where OpenID Connect libraries look.
pub(super) const OPENID: &str = "/.well-known/openid-configuration";
/// Where they look when they append the suffix to the issuer.
pub(super) const OPENID_BELOW_ISSUER: &str = "/oauth/token/.well-known/openid-configuration";
/// Where OAuth libraries look, with the issuer's path at the end.
pub(super) const RFC_8414: &str = "/.well-known/oauth-authorization-server/oauth/token";

/// Keys may be kept for 15 minutes: they are published long before they sign.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=900");

/// `/token_keys`, with or without the tenant's `zid`.
pub(super) async fn keys(
    State(service): State<Service>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Err(error) = check_zone(&service, query.as_deref()) {
        return service.refusal(&error);
    }
    let Some(keys) = service.keys.in_use().await else {
        return service.refusal(&OAuthError::NotReady);
    };
    let mut response = match matches(&headers, keys.etag()) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => keys.list().to_owned().into_response(),
    };
    let etag = HeaderValue::from_str(keys.etag());
    let etag = etag.expect("invariant: an entity tag is hexadecimal");
    response.headers_mut().insert(ETAG, etag);
    kept(response)
}

/// `/token_key`: the key that signs.
pub(super) async fn active_key(State(service): State<Service>) -> Response {
    match service.keys.in_use().await {
        Some(keys) => kept(keys.active().to_owned().into_response()),
        None => service.refusal(&OAuthError::NotReady),
    }
}

pub(super) async fn discovery(State(service): State<Service>) -> Response {
    let identities = service.identities.snapshot();
    kept(json(&Discovery::of(&identities.tenant, &service.config)).into_response())
}

fn kept(mut response: Response) -> Response {
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response.headers_mut().insert(CACHE_CONTROL, KEEP);
    response
}

/// Refuses to answer for another tenant, as verifiers expect.
fn check_zone(service: &Service, query: Option<&str>) -> Result<(), OAuthError> {
    let parameters = Parameters::read(query, None)?;
    let zone = service.identities.load().tenant.zone_id.to_string();
    match parameters.get("zid") {
        Some(zid) if zid != zone => Err(OAuthError::InvalidRequest("Unknown zone")),
        _ => Ok(()),
    }
}

/// Whether the client already has the document: one of its tags is ours, quoted or, as old clients
/// send it, not.
fn matches(headers: &HeaderMap, etag: &str) -> bool {
    let fields = headers.get_all(IF_NONE_MATCH).iter();
    let tags = fields.filter_map(|field| field.to_str().ok());
    tags.flat_map(|tags| tags.split(','))
        .map(str::trim)
        .any(|tag| {
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            tag == "*" || tag == etag || tag == etag.trim_matches('"')
        })
}

/// Every claim of access tokens.
const CLAIMS: [&str; 20] = [
    "aud",
    "auth_time",
    "authorities",
    "azp",
    "cid",
    "client_id",
    "cnf",
    "email",
    "exp",
    "grant_type",
    "iat",
    "iss",
    "jti",
    "origin",
    "scope",
    "sid",
    "sub",
    "user_id",
    "user_name",
    "zid",
];

/// The discovery document. It names what this server does and nothing else.
#[derive(Debug, Serialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    end_session_endpoint: String,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    code_challenge_methods_supported: [&'static str; 1],
    authorization_response_iss_parameter_supported: bool,
    grant_types_supported: Vec<&'static str>,
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    scopes_supported: [&'static str; 6],
    claims_supported: &'static [&'static str],
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtls_endpoint_aliases: Option<MtlsEndpoints>,
}

/// Where clients with a certificate go instead (RFC 8705).
#[derive(Debug, Serialize)]
struct MtlsEndpoints {
    token_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
}

impl Discovery {
    /// URLs come from the tenant, never from the request.
    fn of(tenant: &Tenant, config: &Config) -> Self {
        let url = |path: &str| format!("{}{path}", tenant.token_base);
        let mut methods = vec!["client_secret_basic", "client_secret_post"];
        if tenant.certificate_base.is_some() {
            methods.push("tls_client_auth");
        }
        let mut grants = GRANTS.to_vec();
        grants.retain(|grant| *grant != JWT_BEARER || !config.trusted_issuers.is_empty());
        let mtls = tenant
            .certificate_base
            .as_deref()
            .map(|base| MtlsEndpoints {
                token_endpoint: format!("{base}/oauth/token"),
                introspection_endpoint: format!("{base}/introspect"),
                revocation_endpoint: format!("{base}/oauth/revoke"),
            });
        Self {
            issuer: tenant.issuer(),
            authorization_endpoint: url(authorize::PATH),
            token_endpoint: tenant.token_url(),
            jwks_uri: url("/token_keys"),
            userinfo_endpoint: url(directory::USERINFO),
            introspection_endpoint: url("/introspect"),
            revocation_endpoint: url("/oauth/revoke"),
            end_session_endpoint: url(about::LOGOUT),
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            code_challenge_methods_supported: ["S256"],
            authorization_response_iss_parameter_supported: true,
            grant_types_supported: grants,
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: ["RS256"],
            token_endpoint_auth_methods_supported: [&methods[..], &["none"]].concat(),
            introspection_endpoint_auth_methods_supported: methods.clone(),
            revocation_endpoint_auth_methods_supported: [&methods[..], &["none"]].concat(),
            scopes_supported: [
                UAA_RESOURCE,
                UAA_USER,
                OPENID_SCOPE,
                READ_SCOPE,
                WRITE_SCOPE,
                ADMIN_SCOPE,
            ],
            claims_supported: &CLAIMS,
            tls_client_certificate_bound_access_tokens: config.bind_to_certificate,
            mtls_endpoint_aliases: mtls,
        }
    }
}
