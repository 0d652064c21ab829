//! Number ranges.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_store::number_ranges::NumberRange;
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::service::Operations;

const ALL: &str = "/operator/v1/number-ranges";
const ONE: &str = "/operator/v1/number-ranges/{name}";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::PUT, ONE, Access::Operator, define)
        .route(Method::DELETE, ONE, Access::Operator, delete)
}

#[derive(Debug, Serialize)]
pub(super) struct RangeView {
    name: String,
    min: i64,
    max: i64,
    next: i64,
    length: u16,
    rotate: bool,
}

impl From<NumberRange> for RangeView {
    fn from(range: NumberRange) -> Self {
        Self {
            name: range.name,
            min: range.min,
            max: range.max,
            next: range.next,
            length: range.length,
            rotate: range.rotate,
        }
    }
}

pub(super) async fn list(
    State(operations): State<Operations>,
) -> Result<axum::Json<Items<RangeView>>, Problem> {
    let ranges = operations.number_ranges().await?;
    Ok(axum::Json(
        ranges.into_iter().map(RangeView::from).collect(),
    ))
}

pub(super) async fn show(
    State(operations): State<Operations>,
    Path(name): Path<String>,
) -> Result<axum::Json<RangeView>, Problem> {
    Ok(axum::Json(operations.number_range(&name).await?.into()))
}

pub(super) async fn define(
    State(operations): State<Operations>,
    caller: Caller,
    Path(name): Path<String>,
    Body(request): Body<Value>,
) -> Result<axum::Json<RangeView>, Problem> {
    let range = operations
        .define_number_range(&caller.actor(), &name, request)
        .await?;
    Ok(axum::Json(range.into()))
}

pub(super) async fn delete(
    State(operations): State<Operations>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    operations
        .delete_number_range(&caller.actor(), &name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
