//! Service instances, each an OAuth client. Those made over the broker API belong to no space and are
//! not seen here.

mod requests;
mod view;

use std::collections::{BTreeSet, HashMap};

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_catalog::catalogue::plan_id;
use lockgate_catalog::service::parameters_json;
use lockgate_core::ids::{InstanceId, OrgId, SpaceId};
use lockgate_store::instances::Instance;
use lockgate_store::spaces::Space;
use lockgate_web::caller::Caller;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::json;
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Included, Page};
use crate::body::Body;
use crate::failure::Failure;
use crate::path::Id;
use crate::query::{Fields, Query, Spec, pick};
use crate::resources::{organizations, service_brokers, service_offerings, service_plans, spaces};
use crate::sight::Sight;

pub(super) use view::view;

const ALL: &str = "/v3/service_instances";
const ONE: &str = "/v3/service_instances/{guid}";
const PARAMETERS: &str = "/v3/service_instances/{guid}/parameters";
const PERMISSIONS: &str = "/v3/service_instances/{guid}/permissions";
const SHARED_SPACES: &str = "/v3/service_instances/{guid}/relationships/shared_spaces";
const USAGE: &str = "/v3/service_instances/{guid}/relationships/shared_spaces/usage_summary";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, ALL, Access::Account, list)
        .route(Method::POST, ALL, Access::Account, create)
        .route(Method::GET, ONE, Access::Account, show)
        .route(Method::PATCH, ONE, Access::Account, update)
        .route(Method::DELETE, ONE, Access::Account, delete)
        .route(Method::GET, PARAMETERS, Access::Account, parameters)
        .route(Method::GET, PERMISSIONS, Access::Account, permissions)
        .route(Method::GET, SHARED_SPACES, Access::Account, shared_spaces)
        .route(Method::GET, USAGE, Access::Account, usage)
}

const FIELDS: Fields = &[
    ("space", &["guid", "name", "relationships.organization"]),
    ("space.organization", &["guid", "name"]),
    (
        "service_plan",
        &["guid", "name", "relationships.service_offering"],
    ),
    (
        "service_plan.service_offering",
        &[
            "guid",
            "name",
            "description",
            "documentation_url",
            "tags",
            "relationships.service_broker",
        ],
    ),
    (
        "service_plan.service_offering.service_broker",
        &["guid", "name"],
    ),
];

const LIST: Spec = Spec {
    filters: &[
        "organization_guids",
        "service_plan_guids",
        "service_plan_names",
        "space_guids",
        "type",
    ],
    folded: &["service_plan_names"],
    fields: FIELDS,
    ..Spec::LIST
};

const SHOW: Spec = Spec {
    fields: FIELDS,
    ..Spec::ONE
};

const SHARED: Spec = Spec {
    fields: &[
        ("space", &["guid", "name", "relationships.organization"]),
        ("space.organization", &["guid", "name"]),
    ],
    ..Spec::ONE
};

const DELETE: Spec = Spec {
    filters: &["purge"],
    ..Spec::ONE
};

impl CloudFoundry {
    /// The instances that somebody may see, in the order of their names.
    pub(super) async fn visible_instances(&self, sight: &Sight) -> Result<Vec<Instance>, Failure> {
        let mut instances = self.catalog.all().await?;
        instances.retain(|instance| {
            let space = instance.space;
            space.is_some_and(|space| sight.may(|rights| rights.can_see_space(space)))
        });
        Ok(instances)
    }

    /// The instance with this guid and the space it lives in; 404 for who may not see it.
    pub(super) async fn visible_instance(
        &self,
        sight: &Sight,
        id: Uuid,
    ) -> Result<(Instance, SpaceId), Failure> {
        let not_found = || Failure::not_found("Service instance");
        let found = self.catalog.find(InstanceId(id)).await;
        let instance = match found {
            Err(lockgate_catalog::Error::NoInstance(_)) => return Err(not_found()),
            found => found?,
        };
        let space = instance.space.ok_or_else(not_found)?;
        match sight.may(|rights| rights.can_see_space(space)) {
            true => Ok((instance, space)),
            false => Err(not_found()),
        }
    }

    /// The instance with this guid, for who may change it.
    async fn changeable_instance(&self, caller: &Caller, id: Id) -> Result<Instance, Failure> {
        let sight = self.sight(caller);
        let id = id.of("Service instance")?;
        let (instance, space) = self.visible_instance(&sight, id).await?;
        sight.require(|rights| rights.can_write_space(space))?;
        Ok(instance)
    }
}

async fn list(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &LIST)?;
    let kind = query.one_of("type", &["managed", "user-provided"])?;
    let managed = kind != Some("user-provided");
    let sight = cf.sight(&caller);
    let org_of = |space| sight.identities().accounts.org_of(space);
    let mut instances = cf.visible_instances(&sight).await?;
    instances.retain(|instance| {
        let space = instance.space;
        managed
            && space.is_some_and(|space| query.allows_guid("space_guids", space.0))
            && query.allows_guid("service_plan_guids", plan_id(instance.plan))
            && query.allows("service_plan_names", instance.plan.name())
            && (query.wanted("organization_guids").is_none()
                || space
                    .and_then(org_of)
                    .is_some_and(|org| query.allows_guid("organization_guids", org.0)))
    });
    let page = Page::of(&query, instances);
    let included = included(&cf, &query, &page.items).await?;
    let base = cf.base();
    Ok(page.answer(base, ALL, |instance| view(base, instance), included))
}

async fn show(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &SHOW)?;
    let id = id.of("Service instance")?;
    let (instance, _) = cf.visible_instance(&cf.sight(&caller), id).await?;
    let included = included(&cf, &query, std::slice::from_ref(&instance)).await?;
    Ok(included.beside(view(cf.base(), &instance), &query))
}

/// What the request wants to have beside `instances`.
async fn included(
    cf: &CloudFoundry,
    query: &Query,
    instances: &[Instance],
) -> Result<Included, Failure> {
    let base = cf.base();
    let mut included = Included::default();
    if let Some(attributes) = query.fields("service_plan") {
        let plans: BTreeSet<&str> = instances.iter().map(|i| i.plan.name()).collect();
        let plans = plans
            .into_iter()
            .filter_map(lockgate_core::tenant::Plan::from_name);
        let plans = plans.map(|plan| pick(&service_plans::view(base, plan), attributes));
        included.add("service_plans", plans);
    }
    let any = instances.first();
    if let Some(attributes) = query.fields("service_plan.service_offering") {
        let offering = any.map(|_| pick(&service_offerings::view(base), attributes));
        included.add("service_offerings", offering);
    }
    if let Some(attributes) = query.fields("service_plan.service_offering.service_broker") {
        let broker = any.map(|_| pick(&service_brokers::view(base), attributes));
        included.add("service_brokers", broker);
    }
    let places: BTreeSet<SpaceId> = instances.iter().filter_map(|i| i.space).collect();
    cf.include_places(query, &places, &mut included).await?;
    Ok(included)
}

impl CloudFoundry {
    /// Adds the fields of spaces and their organizations that a request wants.
    async fn include_places(
        &self,
        query: &Query,
        places: &BTreeSet<SpaceId>,
        included: &mut Included,
    ) -> Result<(), Failure> {
        let (space, org) = (query.fields("space"), query.fields("space.organization"));
        if space.is_none() && org.is_none() {
            return Ok(());
        }
        let mut all: Vec<Space> = self.accounts.spaces().await?;
        all.retain(|space| places.contains(&space.id));
        if let Some(attributes) = space {
            let views = all.iter().map(|space| spaces::view(self.base(), space));
            included.add("spaces", views.map(|view| pick(&view, attributes)));
        }
        if let Some(attributes) = org {
            let orgs: HashMap<OrgId, _> = self.organizations_by_id().await?;
            let ids: BTreeSet<OrgId> = all.iter().map(|space| space.organization).collect();
            let views = ids.iter().filter_map(|id| orgs.get(id));
            let views = views.map(|org| pick(&organizations::view(self.base(), org), attributes));
            included.add("organizations", views);
        }
        Ok(())
    }
}

async fn create(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    body: Body,
) -> Result<Answer, Failure> {
    let new = requests::create(body, &cf.sight(&caller))?;
    let created = cf.catalog.create(&caller.actor(), new).await?;
    let body = view(cf.base(), &created.instance);
    Ok(Answer::created(body).warn(created.warnings))
}

async fn update(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    body: Body,
) -> Result<Answer, Failure> {
    let instance = cf.changeable_instance(&caller, id).await?;
    let change = requests::update(body, &instance)?;
    let updated = cf
        .catalog
        .update(&caller.actor(), instance.id, change)
        .await?;
    let body = view(cf.base(), &updated.instance);
    Ok(Answer::ok(body).warn(updated.warnings))
}

/// Deletes an instance with its keys. `purge=true`, which on other servers leaves the broker out, is
/// for administrators and makes no difference here.
async fn delete(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &DELETE)?;
    let purge = query.flag("purge")? == Some(true);
    let instance = cf.changeable_instance(&caller, id).await?;
    if purge {
        cf.sight(&caller).require(|rights| rights.is_admin())?;
    }
    cf.catalog
        .delete(&caller.actor(), instance.id, true)
        .await?;
    Ok(Answer::deleted())
}

async fn parameters(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
) -> Result<Answer, Failure> {
    let id = id.of("Service instance")?;
    let (instance, _) = cf.visible_instance(&cf.sight(&caller), id).await?;
    Ok(Answer::ok(parameters_json(&instance.parameters)))
}

async fn permissions(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
) -> Result<Answer, Failure> {
    let sight = cf.sight(&caller);
    let (_, space) = cf
        .visible_instance(&sight, id.of("Service instance")?)
        .await?;
    let manage = sight.may(|rights| rights.can_write_space(space));
    Ok(Answer::ok(json!({"read": true, "manage": manage})))
}

/// The other spaces that see an instance: none.
async fn shared_spaces(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &SHARED)?;
    let id = id.of("Service instance")?;
    cf.visible_instance(&cf.sight(&caller), id).await?;
    let path = format!("{ALL}/{id}/relationships/shared_spaces");
    let body = json!({"data": [], "links": {"self": cf.base().link(&path)}});
    let mut included = Included::default();
    cf.include_places(&query, &BTreeSet::new(), &mut included)
        .await?;
    Ok(included.beside(body, &query))
}

async fn usage(State(cf): State<CloudFoundry>, caller: Caller, id: Id) -> Result<Answer, Failure> {
    let id = id.of("Service instance")?;
    cf.visible_instance(&cf.sight(&caller), id).await?;
    let base = cf.base();
    let instance = format!("{ALL}/{id}");
    let shared = format!("{instance}/relationships/shared_spaces");
    Ok(Answer::ok(json!({
        "usage_summary": [],
        "links": {
            "self": base.link(&format!("{shared}/usage_summary")),
            "shared_spaces": base.link(&shared),
            "service_instance": base.link(&instance),
        },
    })))
}
