//! Collections that are always empty, and jobs: there is nothing to deploy here, and nothing takes
//! longer than its request.

use axum::extract::State;
use http::{Method, Uri};
use lockgate_web::surface::{Access, SurfaceBuilder};

use crate::CloudFoundry;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::resources::nothing;

const COLLECTIONS: [&str; 6] = [
    "/v3/apps",
    "/v3/domains",
    "/v3/isolation_segments",
    "/v3/routes",
    "/v3/security_groups",
    "/v3/space_quotas",
];
const JOB: &str = "/v3/jobs/{guid}";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    let surface = surface.route(Method::GET, JOB, Access::Account, job);
    COLLECTIONS.into_iter().fold(surface, |surface, path| {
        surface.route(Method::GET, path, Access::Account, list)
    })
}

/// Whatever the filters are: there is nothing.
async fn list(State(cf): State<CloudFoundry>, uri: Uri) -> Answer {
    nothing(cf.base(), uri.path())
}

async fn job() -> Failure {
    Failure::not_found("Job")
}
