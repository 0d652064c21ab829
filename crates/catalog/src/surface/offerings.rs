//! What can be had: services, plans and their parameters.

use axum::Json;
use http::Method;
use lockgate_core::tenant::Plan;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};

use crate::catalogue;
use crate::parameters::defaults;
use crate::schemas::schemas;
use crate::service::{Catalog, parameters_json};

const ALL: &str = "/operator/v1/offerings";

pub(super) fn routes(surface: SurfaceBuilder<Catalog>) -> SurfaceBuilder<Catalog> {
    surface.route(Method::GET, ALL, Access::Operator, list)
}

pub(super) async fn list() -> Json<Value> {
    let plans = Plan::ALL.map(|plan| {
        json!({
            "guid": catalogue::plan_id(plan),
            "name": plan.name(),
            "description": catalogue::plan_description(plan),
            "defaults": parameters_json(&defaults(plan)),
            "schemas": schemas(plan).to_json(),
        })
    });
    Json(json!({"items": [{
        "guid": catalogue::OFFERING_ID,
        "name": catalogue::OFFERING,
        "description": catalogue::DESCRIPTION,
        "plans": plans,
    }]}))
}
