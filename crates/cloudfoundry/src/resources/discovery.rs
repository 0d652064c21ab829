//! Where things are: the root, `/v3` and `/v3/info`. Public, and the first that clients ask for.

use axum::extract::State;
use http::Method;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Map, Value, json};

use crate::CloudFoundry;
use crate::answer::Answer;

/// The version of the API that is claimed; clients warn about old ones and ask for some features by
/// it.
const VERSION: &str = "3.195.0";
/// The version of the service broker API.
const BROKER_VERSION: &str = "2.17";

/// Before [`routes`], because its path is not below `/v3`.
pub(super) fn root(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface.route(Method::GET, "/", Access::Public, index)
}

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, "/v3", Access::Public, collections)
        .route(Method::GET, "/v3/info", Access::Public, info)
}

async fn index(State(cf): State<CloudFoundry>) -> Answer {
    let base = cf.base();
    let mut api = base.link("/v3");
    api["meta"] = json!({"version": VERSION});
    let token_base = json!({"href": cf.catalog.tenant().token_base});
    Answer::ok(json!({"links": {
        "self": base.link(""),
        "cloud_controller_v2": null,
        "cloud_controller_v3": api,
        "login": token_base,
        "uaa": token_base,
        "network_policy_v0": null,
        "network_policy_v1": null,
        "routing": null,
        "logging": null,
        "log_cache": null,
        "log_stream": null,
        "app_ssh": null,
        "credhub": null,
    }}))
}

const COLLECTIONS: [&str; 16] = [
    "apps",
    "domains",
    "feature_flags",
    "info",
    "isolation_segments",
    "organization_quotas",
    "organizations",
    "roles",
    "security_groups",
    "service_brokers",
    "service_credential_bindings",
    "service_instances",
    "service_offerings",
    "service_plans",
    "spaces",
    "users",
];

async fn collections(State(cf): State<CloudFoundry>) -> Answer {
    let base = cf.base();
    let mut links = Map::new();
    links.insert("self".to_owned(), base.link("/v3"));
    for name in COLLECTIONS {
        links.insert(name.to_owned(), base.link(&format!("/v3/{name}")));
    }
    Answer::ok(json!({"links": Value::Object(links)}))
}

async fn info(State(cf): State<CloudFoundry>) -> Answer {
    let base = cf.base();
    Answer::ok(json!({
        "name": "Lockgate",
        "build": env!("CARGO_PKG_VERSION"),
        "version": 0,
        "description": "Cloud Foundry API of a Lockgate server",
        "cli_version": {"minimum": "", "recommended": ""},
        "custom": {},
        "osbapi_version": BROKER_VERSION,
        "rate_limits": {
            "enabled": false,
            "general_limit": 0,
            "reset_interval_in_minutes": 0,
        },
        "links": {"self": base.link("/v3/info"), "support": {"href": ""}},
    }))
}
