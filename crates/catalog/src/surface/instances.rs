//! Service instances.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_core::input::FieldErrors;
use lockgate_core::tenant::Tenant;
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use super::query::{self, Query};
use crate::catalogue;
use crate::service::{Catalog, InstanceRef, Placed, parameters_json};

const ALL: &str = "/operator/v1/instances";
const ONE: &str = "/operator/v1/instances/{instance}";

pub(super) fn routes(surface: SurfaceBuilder<Catalog>) -> SurfaceBuilder<Catalog> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::POST, ALL, Access::Operator, create)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::PATCH, ONE, Access::Operator, update)
        .route(Method::DELETE, ONE, Access::Operator, delete)
}

#[derive(Debug, Serialize)]
pub(super) struct InstanceView {
    guid: String,
    name: String,
    space: Option<String>,
    service: &'static str,
    plan: &'static str,
    client_id: String,
    parameters: Value,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl InstanceView {
    fn new(tenant: &Tenant, placed: Placed) -> Self {
        let Placed { instance, space } = placed;
        Self {
            guid: instance.id.to_string(),
            client_id: tenant.client_id(instance.id, instance.plan),
            name: instance.name,
            space,
            service: catalogue::OFFERING,
            plan: instance.plan.name(),
            parameters: parameters_json(&instance.parameters),
            created_at: instance.created_at.to_string(),
            updated_at: instance.updated_at.to_string(),
            warnings: Vec::new(),
        }
    }

    fn changed(tenant: &Tenant, (placed, warnings): (Placed, Vec<String>)) -> Self {
        Self {
            warnings,
            ..Self::new(tenant, placed)
        }
    }
}

pub(super) async fn list(
    State(catalog): State<Catalog>,
    query: Query,
) -> Result<axum::Json<Items<InstanceView>>, Problem> {
    let [space] = query::values(query, ["space"])?;
    let instances = catalog.instances(space.as_deref()).await?;
    let views = instances
        .into_iter()
        .map(|placed| InstanceView::new(catalog.tenant(), placed));
    Ok(axum::Json(views.collect()))
}

pub(super) async fn create(
    State(catalog): State<Catalog>,
    caller: Caller,
    Body(request): Body<Value>,
) -> Result<(StatusCode, axum::Json<InstanceView>), Problem> {
    let created = catalog.create_instance(&caller.actor(), request).await?;
    let view = InstanceView::changed(catalog.tenant(), created);
    Ok((StatusCode::CREATED, axum::Json(view)))
}

pub(super) async fn show(
    State(catalog): State<Catalog>,
    Path(instance): Path<String>,
    query: Query,
) -> Result<axum::Json<InstanceView>, Problem> {
    let placed = catalog.instance(&query::instance(instance, query)?).await?;
    Ok(axum::Json(InstanceView::new(catalog.tenant(), placed)))
}

pub(super) async fn update(
    State(catalog): State<Catalog>,
    caller: Caller,
    Path(instance): Path<String>,
    query: Query,
    Body(request): Body<Value>,
) -> Result<axum::Json<InstanceView>, Problem> {
    let which = query::instance(instance, query)?;
    let updated = catalog
        .update_instance(&caller.actor(), &which, request)
        .await?;
    Ok(axum::Json(InstanceView::changed(catalog.tenant(), updated)))
}

pub(super) async fn delete(
    State(catalog): State<Catalog>,
    caller: Caller,
    Path(instance): Path<String>,
    query: Query,
) -> Result<StatusCode, Problem> {
    let [space, purge] = query::values(query, ["space", "purge"])?;
    let purge = match purge.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            let errors = FieldErrors::one("purge", "must be true or false");
            return Err(Problem::from(&errors));
        }
    };
    let which = InstanceRef { instance, space };
    catalog
        .delete_instance(&caller.actor(), &which, purge)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
