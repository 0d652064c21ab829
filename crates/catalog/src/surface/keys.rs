//! Service keys. Only creating and reading a single key show its credentials.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_core::tenant::Tenant;
use lockgate_store::instances::Instance;
use lockgate_store::keys::Key;
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::service::{Catalog, ShownKey};

const ALL: &str = "/operator/v1/instances/{instance}/keys";
const ONE: &str = "/operator/v1/instances/{instance}/keys/{key}";

pub(super) fn routes(surface: SurfaceBuilder<Catalog>) -> SurfaceBuilder<Catalog> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::POST, ALL, Access::Operator, create)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::DELETE, ONE, Access::Operator, delete)
}

#[derive(Debug, Serialize)]
pub(super) struct KeyView {
    guid: String,
    name: String,
    instance: String,
    client_id: String,
    created_at: String,
}

impl KeyView {
    fn new(tenant: &Tenant, instance: &Instance, key: &Key) -> Self {
        Self {
            guid: key.id.to_string(),
            name: key.name.clone(),
            instance: instance.name.clone(),
            client_id: tenant.client_id(instance.id, instance.plan),
            created_at: key.created_at.to_string(),
        }
    }
}

/// A key with its credentials. Has no `Debug`: they must not get into logs.
#[derive(Serialize)]
pub(super) struct ShownKeyView {
    #[serde(flatten)]
    key: KeyView,
    credentials: Option<Value>,
}

impl ShownKeyView {
    fn new(tenant: &Tenant, shown: &ShownKey) -> Result<Self, Problem> {
        let json = shown.credentials.as_ref();
        let credentials = json.map(|json| serde_json::from_slice(json.expose()));
        Ok(Self {
            key: KeyView::new(tenant, &shown.instance, &shown.key),
            credentials: credentials.transpose().map_err(Problem::internal)?,
        })
    }
}

pub(super) async fn list(
    State(catalog): State<Catalog>,
    Path(instance): Path<String>,
) -> Result<axum::Json<Items<KeyView>>, Problem> {
    let (instance, keys) = catalog.keys(&instance).await?;
    let views = keys
        .iter()
        .map(|key| KeyView::new(catalog.tenant(), &instance, key));
    Ok(axum::Json(views.collect()))
}

pub(super) async fn create(
    State(catalog): State<Catalog>,
    Path(instance): Path<String>,
    Body(request): Body<Value>,
) -> Result<(StatusCode, axum::Json<ShownKeyView>), Problem> {
    let created = catalog.create_key(&instance, request).await?;
    let view = ShownKeyView::new(catalog.tenant(), &created)?;
    Ok((StatusCode::CREATED, axum::Json(view)))
}

pub(super) async fn show(
    State(catalog): State<Catalog>,
    Path((instance, key)): Path<(String, String)>,
) -> Result<axum::Json<ShownKeyView>, Problem> {
    let shown = catalog.key(&instance, &key).await?;
    Ok(axum::Json(ShownKeyView::new(catalog.tenant(), &shown)?))
}

pub(super) async fn delete(
    State(catalog): State<Catalog>,
    Path((instance, key)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    catalog.delete_key(&instance, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
