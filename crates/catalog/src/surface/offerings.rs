//! What can be had: services, plans and their parameters.

use axum::Json;
use http::Method;
use lockgate_core::limits;
use lockgate_core::role;
use lockgate_core::tenant::Plan;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};

use crate::parameters::{API_ROLES, GRANT_TYPES, TOKEN_VALIDITY, defaults};
use crate::service::Catalog;
use crate::surface::instances::ParametersView;

const ALL: &str = "/operator/v1/offerings";

pub(super) fn routes(surface: SurfaceBuilder<Catalog>) -> SurfaceBuilder<Catalog> {
    surface.route(Method::GET, ALL, Access::Operator, list)
}

/// Name of the one service there is.
pub(super) const SERVICE: &str = "it-rt";

pub(super) async fn list() -> Json<Value> {
    let plans = Plan::ALL.map(|plan| {
        json!({
            "name": plan.name(),
            "description": description(plan),
            "defaults": ParametersView::from(&defaults(plan)),
            "schemas": {"instance": instance_schema(plan), "key": key_schema()},
        })
    });
    Json(json!({"items": [{
        "name": SERVICE,
        "description": "Process Integration Runtime",
        "plans": plans,
    }]}))
}

fn description(plan: Plan) -> &'static str {
    match plan {
        Plan::IntegrationFlow => "Clients that call integration flow endpoints",
        Plan::Api => "Clients that call the OData API",
    }
}

/// The parameters of an instance as a JSON schema.
fn instance_schema(plan: Plan) -> Value {
    let (role, least_roles) = match plan {
        Plan::IntegrationFlow => {
            let names: Vec<&str> = role::PREDEFINED.iter().map(|(name, _)| *name).collect();
            let pattern = "^[A-Za-z0-9_.]{1,64}$";
            (
                json!({"type": "string", "pattern": pattern, "examples": names}),
                0,
            )
        }
        Plan::Api => (json!({"type": "string", "enum": API_ROLES.as_slice()}), 1),
    };
    let uri = json!({"type": "string", "format": "uri", "maxLength": limits::REDIRECT_URI});
    let most = limits::INSTANCE_LIST;
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "roles": {"type": "array", "items": role, "minItems": least_roles, "maxItems": most},
            "grant-types": {
                "type": "array", "items": {"enum": GRANT_TYPES}, "minItems": 1, "maxItems": most,
            },
            "redirect-uris": {"type": "array", "items": uri, "maxItems": most},
            "token-validity": {
                "type": "integer",
                "minimum": TOKEN_VALIDITY.start(),
                "maximum": TOKEN_VALIDITY.end(),
            },
        },
    })
}

/// The parameters of a key as a JSON schema.
fn key_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": false,
        "properties": {"key-type": {"enum": ["clientsecret"]}},
    })
}
