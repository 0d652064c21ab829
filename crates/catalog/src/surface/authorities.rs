//! Authorities of client certificates. Their private keys are never shown.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_pki::pem;
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::service::{Authority, Catalog, NewAuthority};

const ALL: &str = "/operator/v1/authorities";
const ONE: &str = "/operator/v1/authorities/{authority}";
const ISSUING: &str = "/operator/v1/issuing-authority";

pub(super) fn routes(surface: SurfaceBuilder<Catalog>) -> SurfaceBuilder<Catalog> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::POST, ALL, Access::Operator, add)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::DELETE, ONE, Access::Operator, remove)
        .route(Method::POST, ISSUING, Access::Operator, rotate)
}

#[derive(Debug, Serialize)]
pub(super) struct AuthorityView {
    name: String,
    thumbprint: String,
    own: bool,
    issuing: bool,
    subject: String,
    serial: String,
    valid_from: String,
    valid_until: String,
    created_at: String,
}

/// An authority with its certificate and the keys that depend on it.
#[derive(Debug, Serialize)]
pub(super) struct ShownAuthorityView {
    #[serde(flatten)]
    authority: AuthorityView,
    certificate: String,
    keys: Vec<String>,
}

impl From<Authority> for AuthorityView {
    fn from(authority: Authority) -> Self {
        let parsed = authority.parsed;
        Self {
            name: authority.name,
            thumbprint: parsed.thumbprint.to_string(),
            own: authority.own,
            issuing: authority.issuing,
            subject: parsed.names.subject.text().to_owned(),
            serial: parsed.serial,
            valid_from: parsed.not_before.to_string(),
            valid_until: parsed.not_after.to_string(),
            created_at: authority.created_at.to_string(),
        }
    }
}

impl From<(Authority, Vec<String>)> for ShownAuthorityView {
    fn from((authority, keys): (Authority, Vec<String>)) -> Self {
        Self {
            certificate: pem::encode(&authority.der),
            authority: authority.into(),
            keys,
        }
    }
}

pub(super) async fn list(
    State(catalog): State<Catalog>,
) -> Result<axum::Json<Items<AuthorityView>>, Problem> {
    let authorities = catalog.authorities().await?;
    Ok(axum::Json(
        authorities.into_iter().map(AuthorityView::from).collect(),
    ))
}

pub(super) async fn add(
    State(catalog): State<Catalog>,
    caller: Caller,
    Body(request): Body<Value>,
) -> Result<(StatusCode, axum::Json<AuthorityView>), Problem> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let name = fields.required_text("name");
    let certificate = fields.required_text("certificate");
    fields.finish();
    errors.check().map_err(|errors| Problem::from(&errors))?;
    let complete = "invariant: what is missing is an error";
    let new = NewAuthority {
        name: name.expect(complete),
        certificate: certificate.expect(complete),
    };
    let added = catalog.add_authority(&caller.actor(), new).await?;
    Ok((StatusCode::CREATED, axum::Json(added.into())))
}

pub(super) async fn show(
    State(catalog): State<Catalog>,
    Path(authority): Path<String>,
) -> Result<axum::Json<ShownAuthorityView>, Problem> {
    Ok(axum::Json(catalog.authority(&authority).await?.into()))
}

/// Answers what was removed: the keys in it have stopped working.
pub(super) async fn remove(
    State(catalog): State<Catalog>,
    caller: Caller,
    Path(authority): Path<String>,
) -> Result<axum::Json<ShownAuthorityView>, Problem> {
    let removed = catalog
        .remove_authority(&caller.actor(), &authority)
        .await?;
    Ok(axum::Json(removed.into()))
}

pub(super) async fn rotate(
    State(catalog): State<Catalog>,
    caller: Caller,
) -> Result<(StatusCode, axum::Json<AuthorityView>), Problem> {
    let issuing = catalog.rotate_authority(&caller.actor()).await?;
    Ok((StatusCode::CREATED, axum::Json(issuing.into())))
}
