//! Service instances.

use axum::extract::{Path, Query, State};
use http::{Method, StatusCode};
use lockgate_core::input::FieldErrors;
use lockgate_core::role::RoleName;
use lockgate_core::tenant::Tenant;
use lockgate_store::instances::{Instance, Parameters};
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::service::{Catalog, ChangedInstance};
use crate::surface::offerings::SERVICE;

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

/// Parameters as requests give them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ParametersView {
    roles: Vec<RoleName>,
    grant_types: Vec<String>,
    redirect_uris: Vec<String>,
    token_validity: u32,
}

impl From<&Parameters> for ParametersView {
    fn from(parameters: &Parameters) -> Self {
        Self {
            roles: parameters.roles.clone(),
            grant_types: parameters.grant_types.clone(),
            redirect_uris: parameters.redirect_uris.clone(),
            token_validity: parameters.token_validity,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct InstanceView {
    guid: String,
    name: String,
    service: &'static str,
    plan: &'static str,
    client_id: String,
    parameters: ParametersView,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl InstanceView {
    fn new(tenant: &Tenant, instance: &Instance) -> Self {
        Self {
            guid: instance.id.to_string(),
            name: instance.name.clone(),
            service: SERVICE,
            plan: instance.plan.name(),
            client_id: tenant.client_id(instance.id, instance.plan),
            parameters: (&instance.parameters).into(),
            created_at: instance.created_at.to_string(),
            updated_at: instance.updated_at.to_string(),
            warnings: Vec::new(),
        }
    }

    fn changed(tenant: &Tenant, changed: ChangedInstance) -> Self {
        Self {
            warnings: changed.warnings,
            ..Self::new(tenant, &changed.instance)
        }
    }
}

pub(super) async fn list(
    State(catalog): State<Catalog>,
) -> Result<axum::Json<Items<InstanceView>>, Problem> {
    let instances = catalog.instances().await?;
    let views = instances
        .iter()
        .map(|i| InstanceView::new(catalog.tenant(), i));
    Ok(axum::Json(views.collect()))
}

pub(super) async fn create(
    State(catalog): State<Catalog>,
    Body(request): Body<Value>,
) -> Result<(StatusCode, axum::Json<InstanceView>), Problem> {
    let created = catalog.create_instance(request).await?;
    let view = InstanceView::changed(catalog.tenant(), created);
    Ok((StatusCode::CREATED, axum::Json(view)))
}

pub(super) async fn show(
    State(catalog): State<Catalog>,
    Path(instance): Path<String>,
) -> Result<axum::Json<InstanceView>, Problem> {
    let instance = catalog.instance(&instance).await?;
    Ok(axum::Json(InstanceView::new(catalog.tenant(), &instance)))
}

pub(super) async fn update(
    State(catalog): State<Catalog>,
    Path(instance): Path<String>,
    Body(request): Body<Value>,
) -> Result<axum::Json<InstanceView>, Problem> {
    let updated = catalog.update_instance(&instance, request).await?;
    Ok(axum::Json(InstanceView::changed(catalog.tenant(), updated)))
}

pub(super) async fn delete(
    State(catalog): State<Catalog>,
    Path(instance): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<StatusCode, Problem> {
    catalog.delete_instance(&instance, purge(&query)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the keys of an instance go with it: `?purge=true`.
fn purge(query: &[(String, String)]) -> Result<bool, Problem> {
    match query {
        [] => Ok(false),
        [(name, value)] if name == "purge" && value == "true" => Ok(true),
        [(name, value)] if name == "purge" && value == "false" => Ok(false),
        _ => {
            let errors =
                FieldErrors::one("purge", "the query may only say purge=true or purge=false");
            Err(Problem::from(&errors))
        }
    }
}
