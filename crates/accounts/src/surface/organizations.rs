//! Organizations.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_store::metadata::Metadata;
use lockgate_store::organizations::Organization;
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::service::{AccountService, OrganizationChange};

const ALL: &str = "/operator/v1/organizations";
const ONE: &str = "/operator/v1/organizations/{organization}";

pub(super) fn routes(surface: SurfaceBuilder<AccountService>) -> SurfaceBuilder<AccountService> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::POST, ALL, Access::Operator, create)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::PATCH, ONE, Access::Operator, update)
        .route(Method::DELETE, ONE, Access::Operator, delete)
}

#[derive(Debug, Serialize)]
struct OrganizationView {
    guid: String,
    name: String,
    suspended: bool,
    created_at: String,
    updated_at: String,
}

impl From<Organization> for OrganizationView {
    fn from(organization: Organization) -> Self {
        Self {
            guid: organization.id.to_string(),
            name: organization.name,
            suspended: organization.suspended,
            created_at: organization.created_at.to_string(),
            updated_at: organization.updated_at.to_string(),
        }
    }
}

async fn list(
    State(service): State<AccountService>,
) -> Result<axum::Json<Items<OrganizationView>>, Problem> {
    let organizations = service.organizations().await?.into_iter();
    let views = organizations.map(OrganizationView::from);
    Ok(axum::Json(views.collect()))
}

async fn show(
    State(service): State<AccountService>,
    Path(organization): Path<String>,
) -> Result<axum::Json<OrganizationView>, Problem> {
    let organization = service.organization(&organization).await?;
    Ok(axum::Json(organization.into()))
}

async fn create(
    State(service): State<AccountService>,
    caller: Caller,
    Body(request): Body<Value>,
) -> Result<(StatusCode, axum::Json<OrganizationView>), Problem> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let name = fields.required_text("name");
    fields.finish();
    errors.check().map_err(Error::Fields)?;
    let name = name.expect("invariant: what is missing is an error");
    let (actor, metadata) = (caller.actor(), Metadata::default());
    let made = service.create_organization(&actor, &name, metadata).await?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

async fn update(
    State(service): State<AccountService>,
    caller: Caller,
    Path(organization): Path<String>,
    Body(request): Body<Value>,
) -> Result<axum::Json<OrganizationView>, Problem> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let change = OrganizationChange {
        name: fields.text("name"),
        suspended: fields.boolean("suspended"),
        metadata: None,
    };
    fields.finish();
    errors.check().map_err(Error::Fields)?;
    let actor = caller.actor();
    let changed = service.update_organization(&actor, &organization, change);
    Ok(axum::Json(changed.await?.into()))
}

async fn delete(
    State(service): State<AccountService>,
    caller: Caller,
    Path(organization): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.actor();
    service.delete_organization(&actor, &organization).await?;
    Ok(StatusCode::NO_CONTENT)
}
