//! The one service offering, `it-rt`. Everybody sees it, also without a token.

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_catalog::catalogue::{
    BROKER, BROKER_ID, DESCRIPTION, DISPLAY_NAME, OFFERING, OFFERING_ID,
};
use lockgate_core::clock::Timestamp;
use lockgate_store::metadata::Metadata;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Base, Included, Page, time, to_one};
use crate::failure::Failure;
use crate::path::Id;
use crate::query::{Listed, Query, Spec, pick};
use crate::resources::{no_metadata, service_brokers};

const ALL: &str = "/v3/service_offerings";
const ONE: &str = "/v3/service_offerings/{guid}";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, ALL, Access::AccountOrPublic, list)
        .route(Method::GET, ONE, Access::AccountOrPublic, show)
}

const SHOW: Spec = Spec {
    fields: &[("service_broker", &["guid", "name"])],
    ..Spec::ONE
};

const LIST: Spec = Spec {
    filters: &[
        "available",
        "broker_catalog_ids",
        "organization_guids",
        "service_broker_guids",
        "service_broker_names",
        "space_guids",
    ],
    folded: &["names", "service_broker_names"],
    fields: SHOW.fields,
    ..Spec::LIST
};

#[derive(Clone, Copy, Debug)]
struct Offering;

impl Listed for Offering {
    fn guid(&self) -> Uuid {
        OFFERING_ID
    }
    fn name(&self) -> &str {
        OFFERING
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

/// The offering as a resource.
pub(super) fn view(base: Base<'_>) -> Value {
    let since = time(Timestamp::default());
    json!({
        "guid": OFFERING_ID,
        "name": OFFERING,
        "description": DESCRIPTION,
        "available": true,
        "tags": [],
        "requires": [],
        "shareable": false,
        "documentation_url": "",
        "created_at": since,
        "updated_at": since,
        "broker_catalog": {
            "id": OFFERING_ID,
            "metadata": {"displayName": DISPLAY_NAME},
            "features": {
                "plan_updateable": false,
                "bindable": true,
                "instances_retrievable": true,
                "bindings_retrievable": true,
                "allow_context_updates": false,
            },
        },
        "relationships": {"service_broker": to_one(BROKER_ID)},
        "metadata": no_metadata(),
        "links": {
            "self": base.link(&format!("{ALL}/{OFFERING_ID}")),
            "service_plans": base.link(&format!(
                "/v3/service_plans?service_offering_guids={OFFERING_ID}"
            )),
            "service_broker": base.link(&format!("/v3/service_brokers/{BROKER_ID}")),
        },
    })
}

/// The offering is available everywhere, so spaces and organizations do not narrow the list.
async fn list(State(cf): State<CloudFoundry>, RawQuery(raw): RawQuery) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &LIST)?;
    let wanted = query.flag("available")? != Some(false)
        && query.allows_guid("broker_catalog_ids", OFFERING_ID)
        && query.allows_guid("service_broker_guids", BROKER_ID)
        && query.allows("service_broker_names", BROKER);
    let page = Page::of(&query, wanted.then_some(Offering).into_iter().collect());
    let base = cf.base();
    let included = included(base, &query, !page.items.is_empty());
    Ok(page.answer(base, ALL, |_| view(base), included))
}

async fn show(
    State(cf): State<CloudFoundry>,
    id: Id,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &SHOW)?;
    if id.0 != Some(OFFERING_ID) {
        return Err(Failure::not_found("Service offering"));
    }
    let base = cf.base();
    Ok(included(base, &query, true).beside(view(base), &query))
}

fn included(base: Base<'_>, query: &Query, any: bool) -> Included {
    let mut included = Included::default();
    if let Some(attributes) = query.fields("service_broker") {
        let broker = any.then(|| pick(&service_brokers::view(base), attributes));
        included.add("service_brokers", broker);
    }
    included
}
