//! The one quota of every organization: nothing but the limits of the server.

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_store::metadata::Metadata;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Base, Included, Page, time};
use crate::failure::Failure;
use crate::path::Id;
use crate::query::{Listed, Query, Spec};
use crate::resources::no_metadata;

const ALL: &str = "/v3/organization_quotas";
const ONE: &str = "/v3/organization_quotas/{guid}";
/// The guid of the quota.
pub(super) const QUOTA: Uuid = Uuid::from_u128(0x6c6f636b_6761_4465_8000_000000000030);
const NAME: &str = "default";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, ALL, Access::Account, list)
        .route(Method::GET, ONE, Access::Account, show)
}

const LIST: Spec = Spec {
    filters: &["organization_guids"],
    ..Spec::LIST
};

#[derive(Clone, Copy, Debug)]
struct Quota;

impl Listed for Quota {
    fn guid(&self) -> Uuid {
        QUOTA
    }
    fn name(&self) -> &str {
        NAME
    }
    fn created_at(&self) -> Timestamp {
        Timestamp::default()
    }
    fn updated_at(&self) -> Timestamp {
        Timestamp::default()
    }
    fn metadata(&self) -> Option<&Metadata> {
        None
    }
}

fn view(base: Base<'_>) -> Value {
    let since = time(Timestamp::default());
    json!({
        "guid": QUOTA,
        "name": NAME,
        "created_at": since,
        "updated_at": since,
        "apps": {
            "total_memory_in_mb": null,
            "per_process_memory_in_mb": null,
            "total_instances": null,
            "per_app_tasks": null,
            "log_rate_limit_in_bytes_per_second": null,
        },
        "services": {
            "paid_services_allowed": true,
            "total_service_instances": limits::INSTANCES,
            "total_service_keys": null,
        },
        "routes": {"total_routes": null, "total_reserved_ports": null},
        "domains": {"total_domains": null},
        "relationships": {"organizations": {"data": []}},
        "metadata": no_metadata(),
        "links": {"self": base.link(&format!("{ALL}/{QUOTA}"))},
    })
}

async fn list(State(cf): State<CloudFoundry>, RawQuery(raw): RawQuery) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &LIST)?;
    let page = Page::of(&query, vec![Quota]);
    let base = cf.base();
    Ok(page.answer(base, ALL, |_| view(base), Included::default()))
}

async fn show(State(cf): State<CloudFoundry>, id: Id) -> Result<Answer, Failure> {
    match id.0 {
        Some(QUOTA) => Ok(Answer::ok(view(cf.base()))),
        _ => Err(Failure::not_found("Organization quota")),
    }
}
