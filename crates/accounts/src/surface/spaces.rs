//! Spaces. A path names one by guid, or by name with `?organization=`.

use std::collections::HashMap;

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_core::account::default_target;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_store::metadata::Metadata;
use lockgate_store::spaces::Space;
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::query::{self, Query};
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::service::{AccountService, SpaceChange};

const ALL: &str = "/operator/v1/spaces";
const ONE: &str = "/operator/v1/spaces/{space}";

pub(super) fn routes(surface: SurfaceBuilder<AccountService>) -> SurfaceBuilder<AccountService> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::POST, ALL, Access::Operator, create)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::PATCH, ONE, Access::Operator, update)
        .route(Method::DELETE, ONE, Access::Operator, delete)
}

#[derive(Debug, Serialize)]
struct SpaceView {
    guid: String,
    name: String,
    organization: String,
    created_at: String,
    updated_at: String,
}

impl SpaceView {
    fn new(space: Space, organization: String) -> Self {
        Self {
            guid: space.id.to_string(),
            name: space.name,
            organization,
            created_at: space.created_at.to_string(),
            updated_at: space.updated_at.to_string(),
        }
    }
}

/// The space that a path and a query name, and the name of its organization.
pub(super) async fn named(
    service: &AccountService,
    space: &str,
    organization: Option<String>,
) -> Result<(Space, String), Problem> {
    let given = organization.as_deref().unwrap_or(default_target::NAME);
    let given = service.organization(given).await?;
    let space = service.space(given.id, space).await?;
    // A guid finds the space wherever it is.
    let its = match space.organization == given.id {
        true => given,
        false if organization.is_none() => {
            service
                .organization(&space.organization.to_string())
                .await?
        }
        false => return Err(Error::NoSpace(space.name).into()),
    };
    Ok((space, its.name))
}

async fn list(
    State(service): State<AccountService>,
    query: Query,
) -> Result<axum::Json<Items<SpaceView>>, Problem> {
    let [wanted] = query::values(query, ["organization"])?;
    let wanted = match wanted {
        Some(wanted) => Some(service.organization(&wanted).await?.id),
        None => None,
    };
    let names = service.organizations().await?.into_iter();
    let names: HashMap<_, _> = names.map(|one| (one.id, one.name)).collect();
    let spaces = service.spaces().await?.into_iter();
    let spaces = spaces.filter(|space| wanted.is_none_or(|id| id == space.organization));
    let views = spaces.map(|space| {
        let organization = names.get(&space.organization).cloned();
        SpaceView::new(space, organization.unwrap_or_default())
    });
    Ok(axum::Json(views.collect()))
}

async fn show(
    State(service): State<AccountService>,
    Path(space): Path<String>,
    query: Query,
) -> Result<axum::Json<SpaceView>, Problem> {
    let [organization] = query::values(query, ["organization"])?;
    let (space, organization) = named(&service, &space, organization).await?;
    Ok(axum::Json(SpaceView::new(space, organization)))
}

async fn create(
    State(service): State<AccountService>,
    caller: Caller,
    Body(request): Body<Value>,
) -> Result<(StatusCode, axum::Json<SpaceView>), Problem> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let name = fields.required_text("name");
    let organization = fields.text("organization");
    fields.finish();
    errors.check().map_err(Error::Fields)?;
    let name = name.expect("invariant: what is missing is an error");
    let organization = organization.as_deref().unwrap_or(default_target::NAME);
    let organization = service.organization(organization).await?;
    let (actor, metadata) = (caller.actor(), Metadata::default());
    let made = service.create_space(&actor, organization.id, &name, metadata);
    let view = SpaceView::new(made.await?, organization.name);
    Ok((StatusCode::CREATED, axum::Json(view)))
}

async fn update(
    State(service): State<AccountService>,
    caller: Caller,
    Path(space): Path<String>,
    query: Query,
    Body(request): Body<Value>,
) -> Result<axum::Json<SpaceView>, Problem> {
    let [organization] = query::values(query, ["organization"])?;
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let change = SpaceChange {
        name: fields.text("name"),
        metadata: None,
    };
    fields.finish();
    errors.check().map_err(Error::Fields)?;
    let (space, organization) = named(&service, &space, organization).await?;
    let actor = caller.actor();
    let changed = service.update_space(&actor, space.id, change).await?;
    Ok(axum::Json(SpaceView::new(changed, organization)))
}

async fn delete(
    State(service): State<AccountService>,
    caller: Caller,
    Path(space): Path<String>,
    query: Query,
) -> Result<StatusCode, Problem> {
    let [organization] = query::values(query, ["organization"])?;
    let (space, _) = named(&service, &space, organization).await?;
    service.delete_space(&caller.actor(), space.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
