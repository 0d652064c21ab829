//! Roles.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::service::{Catalog, Role, RoleUsers};

const ALL: &str = "/operator/v1/roles";
const ONE: &str = "/operator/v1/roles/{role}";

pub(super) fn routes(surface: SurfaceBuilder<Catalog>) -> SurfaceBuilder<Catalog> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::POST, ALL, Access::Operator, create)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::PATCH, ONE, Access::Operator, update)
        .route(Method::DELETE, ONE, Access::Operator, delete)
}

#[derive(Debug, Serialize)]
pub(super) struct RoleView {
    name: String,
    description: String,
    predefined: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    used_by: Option<UsersView>,
}

#[derive(Debug, Serialize)]
struct UsersView {
    instances: Vec<String>,
    flows: Vec<String>,
}

impl From<Role> for RoleView {
    fn from(role: Role) -> Self {
        Self {
            predefined: role.name.is_predefined(),
            name: role.name.into(),
            description: role.description,
            created_at: role.created_at.map(|at| at.to_string()),
            used_by: None,
        }
    }
}

impl From<RoleUsers> for UsersView {
    fn from(users: RoleUsers) -> Self {
        Self {
            instances: users.instances,
            flows: users.flows,
        }
    }
}

pub(super) async fn list(
    State(catalog): State<Catalog>,
) -> Result<axum::Json<Items<RoleView>>, Problem> {
    let roles = catalog.roles().await?;
    Ok(axum::Json(roles.into_iter().map(RoleView::from).collect()))
}

pub(super) async fn create(
    State(catalog): State<Catalog>,
    caller: Caller,
    Body(request): Body<Value>,
) -> Result<(StatusCode, axum::Json<RoleView>), Problem> {
    let role = catalog.create_role(&caller.actor(), request).await?;
    Ok((StatusCode::CREATED, axum::Json(role.into())))
}

pub(super) async fn show(
    State(catalog): State<Catalog>,
    Path(role): Path<String>,
) -> Result<axum::Json<RoleView>, Problem> {
    let (role, users) = catalog.role(&role).await?;
    Ok(axum::Json(RoleView {
        used_by: Some(users.into()),
        ..role.into()
    }))
}

pub(super) async fn update(
    State(catalog): State<Catalog>,
    caller: Caller,
    Path(role): Path<String>,
    Body(request): Body<Value>,
) -> Result<axum::Json<RoleView>, Problem> {
    let updated = catalog.update_role(&caller.actor(), &role, request).await?;
    Ok(axum::Json(updated.into()))
}

pub(super) async fn delete(
    State(catalog): State<Catalog>,
    caller: Caller,
    Path(role): Path<String>,
) -> Result<StatusCode, Problem> {
    catalog.delete_role(&caller.actor(), &role).await?;
    Ok(StatusCode::NO_CONTENT)
}
