//! The service plans. Everybody sees them, also without a token; they are public and stay it.

use std::collections::HashSet;

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_catalog::catalogue::{
    BROKER, BROKER_ID, OFFERING, OFFERING_ID, plan_description, plan_id, plan_of,
};
use lockgate_catalog::schemas::schemas;
use lockgate_core::clock::Timestamp;
use lockgate_core::tenant::Plan;
use lockgate_store::metadata::Metadata;
use lockgate_web::caller::Caller;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Base, Included, Page, time, to_one};
use crate::body::Body;
use crate::failure::Failure;
use crate::path::Id;
use crate::query::{Listed, Query, Spec, pick};
use crate::resources::{no_metadata, service_brokers, service_offerings};

const ALL: &str = "/v3/service_plans";
const ONE: &str = "/v3/service_plans/{guid}";
const VISIBILITY: &str = "/v3/service_plans/{guid}/visibility";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, ALL, Access::AccountOrPublic, list)
        .route(Method::GET, ONE, Access::AccountOrPublic, show)
        .route(Method::GET, VISIBILITY, Access::Account, visibility)
        .route(Method::POST, VISIBILITY, Access::Account, set_visibility)
        .route(Method::PATCH, VISIBILITY, Access::Account, set_visibility)
}

const SHOW: Spec = Spec {
    include: &["service_offering", "space.organization"],
    fields: &[("service_offering.service_broker", &["guid", "name"])],
    ..Spec::ONE
};

const LIST: Spec = Spec {
    filters: &[
        "available",
        "broker_catalog_ids",
        "organization_guids",
        "service_broker_guids",
        "service_broker_names",
        "service_instance_guids",
        "service_offering_guids",
        "service_offering_names",
        "space_guids",
    ],
    folded: &["names", "service_broker_names", "service_offering_names"],
    include: SHOW.include,
    fields: SHOW.fields,
    ..Spec::LIST
};

impl Listed for Plan {
    fn guid(&self) -> Uuid {
        plan_id(*self)
    }
    fn name(&self) -> &str {
        Plan::name(*self)
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

/// A plan as a resource.
pub(super) fn view(base: Base<'_>, plan: Plan) -> Value {
    let (id, since) = (plan_id(plan), time(Timestamp::default()));
    let path = format!("{ALL}/{id}");
    json!({
        "guid": id,
        "name": plan.name(),
        "description": plan_description(plan),
        "visibility_type": "public",
        "available": true,
        "free": true,
        "costs": [],
        "created_at": since,
        "updated_at": since,
        "maintenance_info": {},
        "broker_catalog": {
            "id": id,
            "metadata": {},
            "maximum_polling_duration": null,
            "features": {"bindable": true, "plan_updateable": false},
        },
        "schemas": schemas(plan).to_json(),
        "relationships": {"service_offering": to_one(OFFERING_ID)},
        "metadata": no_metadata(),
        "links": {
            "self": base.link(&path),
            "service_offering": base.link(&format!("/v3/service_offerings/{OFFERING_ID}")),
            "visibility": base.link(&format!("{path}/visibility")),
        },
    })
}

async fn list(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &LIST)?;
    let mut plans = Plan::ALL.to_vec();
    let used = used_by_instances(&cf, &caller, &query).await?;
    let wanted = query.flag("available")? != Some(false) && belongs(&query);
    plans.retain(|plan| {
        wanted
            && query.allows_guid("broker_catalog_ids", plan_id(*plan))
            && used.as_ref().is_none_or(|used| used.contains(plan))
    });
    let page = Page::of(&query, plans);
    let base = cf.base();
    let included = included(base, &query, !page.items.is_empty());
    Ok(page.answer(base, ALL, |plan| view(base, *plan), included))
}

/// Whether the filters by offering and broker let plans through. Public plans are in every space
/// and organization, so those do not narrow the list.
fn belongs(query: &Query) -> bool {
    query.allows_guid("service_offering_guids", OFFERING_ID)
        && query.allows("service_offering_names", OFFERING)
        && query.allows_guid("service_broker_guids", BROKER_ID)
        && query.allows("service_broker_names", BROKER)
}

/// The plans of the instances that the request names, if it names some.
async fn used_by_instances(
    cf: &CloudFoundry,
    caller: &Caller,
    query: &Query,
) -> Result<Option<HashSet<Plan>>, Failure> {
    if query.wanted("service_instance_guids").is_none() {
        return Ok(None);
    }
    let mut instances = cf.visible_instances(&cf.sight(caller)).await?;
    instances.retain(|instance| query.allows_guid("service_instance_guids", instance.id.0));
    Ok(Some(
        instances.iter().map(|instance| instance.plan).collect(),
    ))
}

async fn show(
    State(cf): State<CloudFoundry>,
    id: Id,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &SHOW)?;
    let plan = find(id)?;
    let base = cf.base();
    Ok(included(base, &query, true).beside(view(base, plan), &query))
}

async fn visibility(id: Id) -> Result<Answer, Failure> {
    find(id)?;
    Ok(Answer::ok(json!({"type": "public"})))
}

/// Plans are public; saying so again changes nothing.
async fn set_visibility(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    body: Body,
) -> Result<Answer, Failure> {
    find(id)?;
    cf.sight(&caller).require(|rights| rights.is_admin())?;
    let known = ["type", "organizations", "space"];
    let wanted = body.read(&known, |fields| fields.required_text("type"))?;
    if wanted.as_deref() != Some("public") {
        return Err(Failure::unprocessable(
            "The plans of this server are public, which cannot be changed; who may create \
             instances is decided by roles in spaces.",
        ));
    }
    Ok(Answer::ok(json!({"type": "public"})))
}

/// The plan with this guid.
fn find(id: Id) -> Result<Plan, Failure> {
    let plan = id.0.and_then(plan_of);
    plan.ok_or_else(|| Failure::not_found("Service plan"))
}

fn included(base: Base<'_>, query: &Query, any: bool) -> Included {
    let mut included = Included::default();
    if query.includes("service_offering") {
        let offering = any.then(|| service_offerings::view(base));
        included.add("service_offerings", offering);
    }
    if query.includes("space.organization") {
        // Of plans that belong to a space, which none does.
        included.add("spaces", None);
        included.add("organizations", None);
    }
    if let Some(attributes) = query.fields("service_offering.service_broker") {
        let broker = any.then(|| pick(&service_brokers::view(base), attributes));
        included.add("service_brokers", broker);
    }
    included
}
