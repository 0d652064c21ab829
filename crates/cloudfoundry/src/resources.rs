//! The resources of the API, a file for each.

mod discovery;
mod empty;
mod feature_flags;
mod organization_quotas;
mod organizations;
mod roles;
mod service_brokers;
mod service_credential_bindings;
mod service_instances;
mod service_offerings;
mod service_plans;
mod spaces;
mod users;

use lockgate_web::surface::Surface;
use serde_json::{Value, json};

use crate::CloudFoundry;
use crate::answer::{Answer, Base};
use crate::failure::denial;

/// The routes of the API.
#[must_use]
pub fn surface(cf: CloudFoundry) -> Surface {
    let surface = Surface::builder("cloudfoundry", cf);
    let surface = discovery::root(surface).denials("/v3", denial);
    let surface = discovery::routes(surface);
    let surface = organizations::routes(surface);
    let surface = organization_quotas::routes(surface);
    let surface = spaces::routes(surface);
    let surface = roles::routes(surface);
    let surface = users::routes(surface);
    let surface = feature_flags::routes(surface);
    let surface = service_brokers::routes(surface);
    let surface = service_offerings::routes(surface);
    let surface = service_plans::routes(surface);
    let surface = service_instances::routes(surface);
    let surface = service_credential_bindings::routes(surface);
    empty::routes(surface).build()
}

/// The metadata of what cannot be labelled.
fn no_metadata() -> Value {
    json!({"labels": {}, "annotations": {}})
}

/// The list at `path`, on which there is nothing.
fn nothing(base: Base<'_>, path: &str) -> Answer {
    let first = base.link(&format!("{path}?page=1&per_page=50"));
    Answer::ok(json!({
        "pagination": {
            "total_results": 0,
            "total_pages": 1,
            "first": first,
            "last": first,
            "next": null,
            "previous": null,
        },
        "resources": [],
    }))
}
