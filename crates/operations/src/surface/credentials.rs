//! Credentials. Views have no member for a secret.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_store::materials::{Kind, Material};
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::credentials::{Before, TokenAttributes, UserAttributes};
use crate::service::Operations;

const ALL: &str = "/operator/v1/credentials";
const ONE: &str = "/operator/v1/credentials/{name}";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::PUT, ONE, Access::Operator, set)
        .route(Method::DELETE, ONE, Access::Operator, delete)
}

#[derive(Debug, Serialize)]
pub(super) struct CredentialView {
    name: String,
    kind: &'static str,
    description: String,
    user: String,
    #[serde(flatten)]
    attributes: Attributes,
    updated_at: String,
    deployed_by: String,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Attributes {
    User(UserAttributes),
    Token(TokenAttributes),
    None {},
}

impl TryFrom<Material> for CredentialView {
    type Error = Problem;
    fn try_from(material: Material) -> Result<Self, Problem> {
        let json = &material.attributes;
        let attributes = match material.kind {
            Kind::User => serde_json::from_str(json).map(Attributes::User),
            Kind::OAuth2 => serde_json::from_str(json).map(Attributes::Token),
            Kind::Secure => Ok(Attributes::None {}),
        };
        Ok(Self {
            name: material.name,
            kind: material.kind.as_str(),
            description: material.description,
            user: material.user,
            attributes: attributes.map_err(Problem::internal)?,
            updated_at: material.updated_at.to_string(),
            deployed_by: material.deployed_by,
        })
    }
}

pub(super) async fn list(
    State(operations): State<Operations>,
) -> Result<axum::Json<Items<CredentialView>>, Problem> {
    let credentials = operations.credentials().await?;
    let views = credentials.into_iter().map(CredentialView::try_from);
    Ok(axum::Json(views.collect::<Result<_, _>>()?))
}

pub(super) async fn show(
    State(operations): State<Operations>,
    Path(name): Path<String>,
) -> Result<axum::Json<CredentialView>, Problem> {
    let credential = operations.credential(&name).await?;
    Ok(axum::Json(credential.try_into()?))
}

pub(super) async fn set(
    State(operations): State<Operations>,
    caller: Caller,
    Path(name): Path<String>,
    Body(request): Body<Value>,
) -> Result<axum::Json<CredentialView>, Problem> {
    let credential = operations
        .set_credential(&caller.actor(), &name, request, Before::Anything)
        .await?;
    Ok(axum::Json(credential.try_into()?))
}

pub(super) async fn delete(
    State(operations): State<Operations>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    operations
        .delete_credential(&caller.actor(), &name, None)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
