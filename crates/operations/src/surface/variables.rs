//! Variables. `?flow=<id>` means the variables of that flow.

use axum::extract::{Path, Query, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_store::variables::{Scope, Variable};
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::service::Operations;
use crate::surface::query::{self, Pairs};

const ALL: &str = "/operator/v1/variables";
const ONE: &str = "/operator/v1/variables/{name}";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::PUT, ONE, Access::Operator, set)
        .route(Method::DELETE, ONE, Access::Operator, delete)
}

#[derive(Debug, Serialize)]
pub(super) struct VariableView {
    name: String,
    flow: Option<String>,
    /// Absent when the value is not text.
    value: Option<String>,
    /// The value in Base64 when it is not text.
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    updated_at: String,
}

impl From<Variable> for VariableView {
    fn from(variable: Variable) -> Self {
        let (value, base64) = match String::from_utf8(variable.value) {
            Ok(text) => (Some(text), None),
            Err(bytes) => (None, Some(STANDARD.encode(bytes.as_bytes()))),
        };
        Self {
            name: variable.name,
            flow: match variable.scope {
                Scope::Local(flow) => Some(flow),
                Scope::Global => None,
            },
            value,
            base64,
            updated_at: variable.updated_at.to_string(),
        }
    }
}

/// The flow that the query names, if it names one.
fn scope(pairs: Pairs) -> Result<Option<Scope>, Problem> {
    let mut errors = FieldErrors::default();
    let object = query::object(pairs, &mut errors);
    let mut fields = Fields::of("", object, &mut errors);
    let flow = fields.text("flow");
    if flow.as_deref() == Some("") {
        fields.error("flow", "must not be empty");
    }
    fields.finish();
    errors.check().map_err(|errors| Problem::from(&errors))?;
    Ok(flow.map(Scope::Local))
}

pub(super) async fn list(
    State(operations): State<Operations>,
    Query(pairs): Query<Pairs>,
) -> Result<axum::Json<Items<VariableView>>, Problem> {
    let variables = operations.variables(scope(pairs)?.as_ref()).await?;
    Ok(axum::Json(
        variables.into_iter().map(VariableView::from).collect(),
    ))
}

pub(super) async fn show(
    State(operations): State<Operations>,
    Path(name): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<axum::Json<VariableView>, Problem> {
    let scope = scope(pairs)?.unwrap_or(Scope::Global);
    Ok(axum::Json(operations.variable(&scope, &name).await?.into()))
}

pub(super) async fn set(
    State(operations): State<Operations>,
    caller: Caller,
    Path(name): Path<String>,
    Query(pairs): Query<Pairs>,
    Body(request): Body<Value>,
) -> Result<axum::Json<VariableView>, Problem> {
    let scope = scope(pairs)?.unwrap_or(Scope::Global);
    let variable = operations
        .set_variable(&caller.actor(), &scope, &name, request)
        .await?;
    Ok(axum::Json(variable.into()))
}

pub(super) async fn delete(
    State(operations): State<Operations>,
    caller: Caller,
    Path(name): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<StatusCode, Problem> {
    let scope = scope(pairs)?.unwrap_or(Scope::Global);
    operations
        .delete_variable(&caller.actor(), &scope, &name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
