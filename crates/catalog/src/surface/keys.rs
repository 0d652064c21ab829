//! Service keys. Only creating and reading a single key show its credentials.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_core::input::FieldErrors;
use lockgate_core::secret::Secret;
use lockgate_core::tenant::Tenant;
use lockgate_store::instances::Instance;
use lockgate_store::keys::{Credential, Key};
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use super::query::{self, Query};
use crate::service::{Catalog, KeyKind};

const ALL: &str = "/operator/v1/instances/{instance}/keys";
const ONE: &str = "/operator/v1/instances/{instance}/keys/{key}";

const EXPIRING: &str = "/operator/v1/keys/expiring";
/// Days that are looked ahead when nobody says how many.
const DAYS: u32 = 30;

pub(super) fn routes(surface: SurfaceBuilder<Catalog>) -> SurfaceBuilder<Catalog> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::POST, ALL, Access::Operator, create)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::DELETE, ONE, Access::Operator, delete)
        .route(Method::GET, EXPIRING, Access::Operator, expiring)
}

#[derive(Debug, Serialize)]
pub(super) struct KeyView {
    guid: String,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    instance: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CertificateView>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct CertificateView {
    thumbprint: String,
    pinned: bool,
}

impl KeyView {
    fn new(tenant: &Tenant, instance: &Instance, key: &Key) -> Self {
        let certificate = match &key.credential {
            Credential::Secret { .. } => None,
            Credential::Certificate(certificate) => Some(CertificateView {
                thumbprint: certificate.thumbprint.to_string(),
                pinned: certificate.pinned,
            }),
        };
        Self {
            guid: key.id.to_string(),
            name: key.name.clone(),
            kind: KeyKind::of(key).name(),
            instance: instance.name.clone(),
            client_id: tenant.client_id(instance.id, instance.plan),
            certificate,
            created_at: key.created_at.to_string(),
            expires_at: key.expires_at.map(|at| at.to_string()),
        }
    }
}

/// A key with its credentials. Has no `Debug`: they must not get into logs.
#[derive(Serialize)]
pub(super) struct ShownKeyView {
    #[serde(flatten)]
    key: KeyView,
    credentials: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl ShownKeyView {
    fn new(key: KeyView, credentials: Option<&Secret<Vec<u8>>>) -> Result<Self, Problem> {
        let credentials = credentials.map(|json| serde_json::from_slice(json.expose()));
        Ok(Self {
            key,
            credentials: credentials.transpose().map_err(Problem::internal)?,
            warnings: vec![],
        })
    }
}

pub(super) async fn list(
    State(catalog): State<Catalog>,
    Path(instance): Path<String>,
    query: Query,
) -> Result<axum::Json<Items<KeyView>>, Problem> {
    let (instance, keys) = catalog.keys(&query::instance(instance, query)?).await?;
    let views = keys
        .iter()
        .map(|key| KeyView::new(catalog.tenant(), &instance, key));
    Ok(axum::Json(views.collect()))
}

pub(super) async fn create(
    State(catalog): State<Catalog>,
    caller: Caller,
    Path(instance): Path<String>,
    query: Query,
    Body(request): Body<Value>,
) -> Result<(StatusCode, axum::Json<ShownKeyView>), Problem> {
    let which = query::instance(instance, query)?;
    let created = catalog
        .create_key_of(&caller.actor(), &which, request)
        .await?;
    let key = KeyView::new(catalog.tenant(), &created.instance, &created.key);
    let view = ShownKeyView::new(key, Some(&created.credentials))?;
    let warnings = created.warnings;
    let view = ShownKeyView { warnings, ..view };
    Ok((StatusCode::CREATED, axum::Json(view)))
}

pub(super) async fn show(
    State(catalog): State<Catalog>,
    Path((instance, key)): Path<(String, String)>,
    query: Query,
) -> Result<axum::Json<ShownKeyView>, Problem> {
    let which = query::instance(instance, query)?;
    let looked = catalog.key_of(&which, &key).await?;
    let key = KeyView::new(catalog.tenant(), &looked.instance, &looked.key);
    Ok(axum::Json(ShownKeyView::new(
        key,
        looked.credentials.as_ref(),
    )?))
}

pub(super) async fn delete(
    State(catalog): State<Catalog>,
    caller: Caller,
    Path((instance, key)): Path<(String, String)>,
    query: Query,
) -> Result<StatusCode, Problem> {
    let which = query::instance(instance, query)?;
    catalog.delete_key_of(&caller.actor(), &which, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A key that expires, with its place.
#[derive(Debug, Serialize)]
pub(super) struct ExpiringView {
    #[serde(flatten)]
    key: KeyView,
    instance_guid: String,
    space: Option<String>,
    expired: bool,
}

pub(super) async fn expiring(
    State(catalog): State<Catalog>,
    query: Query,
) -> Result<axum::Json<Items<ExpiringView>>, Problem> {
    let [days] = query::values(query, ["days"])?;
    let days = days.map_or(Ok(DAYS), |days| days.parse());
    let days = days.map_err(|_| {
        let errors = FieldErrors::one("days", "must be a whole number of days");
        Problem::from(&errors)
    })?;
    let expiring = catalog.expiring(days).await?;
    let views = expiring.into_iter().map(|expiring| ExpiringView {
        key: KeyView::new(catalog.tenant(), &expiring.instance, &expiring.key),
        instance_guid: expiring.instance.id.to_string(),
        space: expiring.space,
        expired: expiring.expired,
    });
    Ok(axum::Json(views.collect()))
}
