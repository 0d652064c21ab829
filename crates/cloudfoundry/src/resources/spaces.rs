//! Spaces, where service instances live.

use std::collections::BTreeSet;

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_accounts::SpaceChange;
use lockgate_core::account::default_target;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{OrgId, SpaceId};
use lockgate_store::metadata::Metadata;
use lockgate_store::spaces::Space;
use lockgate_web::caller::Caller;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Base, Included, Page, time, to_one};
use crate::body::{Body, Relationships};
use crate::failure::Failure;
use crate::metadata;
use crate::path::{Id, guid};
use crate::query::{Listed, Query, Spec};
use crate::resources::{nothing, organizations};
use crate::sight::Sight;

const ALL: &str = "/v3/spaces";
const ONE: &str = "/v3/spaces/{guid}";
const ISOLATION: &str = "/v3/spaces/{guid}/relationships/isolation_segment";
const RUNNING: &str = "/v3/spaces/{guid}/running_security_groups";
const STAGING: &str = "/v3/spaces/{guid}/staging_security_groups";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, ALL, Access::Account, list)
        .route(Method::POST, ALL, Access::Account, create)
        .route(Method::GET, ONE, Access::Account, show)
        .route(Method::PATCH, ONE, Access::Account, update)
        .route(Method::DELETE, ONE, Access::Account, delete)
        .route(Method::GET, ISOLATION, Access::Account, isolation)
        .route(Method::GET, RUNNING, Access::Account, running)
        .route(Method::GET, STAGING, Access::Account, staging)
}

const SHOW: Spec = Spec {
    include: &["organization"],
    ..Spec::ONE
};

const LIST: Spec = Spec {
    filters: &["organization_guids"],
    folded: &["names"],
    include: SHOW.include,
    ..Spec::LIST
};

impl Listed for Space {
    fn guid(&self) -> Uuid {
        self.id.0
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn created_at(&self) -> Timestamp {
        self.created_at
    }
    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
    fn metadata(&self) -> Option<&Metadata> {
        Some(&self.metadata)
    }
}

/// A space as a resource.
pub(super) fn view(base: Base<'_>, space: &Space) -> Value {
    let path = format!("{ALL}/{}", space.id);
    let mut manifest = base.link(&format!("{path}/actions/apply_manifest"));
    manifest["method"] = json!("POST");
    json!({
        "guid": space.id,
        "name": space.name,
        "created_at": time(space.created_at),
        "updated_at": time(space.updated_at),
        "relationships": {
            "organization": to_one(space.organization),
            "quota": {"data": null},
        },
        "metadata": metadata::view(&space.metadata),
        "links": {
            "self": base.link(&path),
            "organization": base.link(&format!("/v3/organizations/{}", space.organization)),
            "features": base.link(&format!("{path}/features")),
            "apply_manifest": manifest,
        },
    })
}

impl CloudFoundry {
    /// The space with this guid; 404 for who may not see it.
    async fn visible_space(&self, sight: &Sight, id: Id) -> Result<Space, Failure> {
        let space = SpaceId(id.of("Space")?);
        let org = sight.identities().accounts.org_of(space);
        match org.filter(|_| sight.may(|rights| rights.can_see_space(space))) {
            Some(org) => Ok(self.accounts.space(org, &space.to_string()).await?),
            None => Err(Failure::not_found("Space")),
        }
    }

    /// Deletes a space with its instances and their keys.
    pub(super) async fn delete_space(&self, caller: &Caller, id: SpaceId) -> Result<(), Failure> {
        let actor = caller.actor();
        for instance in self.catalog.in_space(id).await? {
            self.catalog.delete(&actor, instance.id, true).await?;
        }
        Ok(self.accounts.delete_space(&actor, id).await?)
    }
}

async fn list(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &LIST)?;
    let sight = cf.sight(&caller);
    let mut spaces = cf.accounts.spaces().await?;
    spaces.retain(|space| {
        sight.may(|rights| rights.can_see_space(space.id))
            && query.allows_guid("organization_guids", space.organization.0)
    });
    let page = Page::of(&query, spaces);
    let included = included(&cf, &query, &page.items).await?;
    let base = cf.base();
    Ok(page.answer(base, ALL, |space| view(base, space), included))
}

async fn show(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &SHOW)?;
    let space = cf.visible_space(&cf.sight(&caller), id).await?;
    let included = included(&cf, &query, std::slice::from_ref(&space)).await?;
    Ok(included.beside(view(cf.base(), &space), &query))
}

/// What the request wants to have beside `spaces`.
async fn included(cf: &CloudFoundry, query: &Query, spaces: &[Space]) -> Result<Included, Failure> {
    let mut included = Included::default();
    if query.includes("organization") {
        let organizations = cf.organizations_by_id().await?;
        let ids: BTreeSet<OrgId> = spaces.iter().map(|space| space.organization).collect();
        let views = ids.iter().filter_map(|id| organizations.get(id));
        let views = views.map(|org| organizations::view(cf.base(), org));
        included.add("organizations", views);
    }
    Ok(included)
}

/// Makes a space. Nobody gets a role in it; the command line asks for the usual two by itself.
async fn create(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    body: Body,
) -> Result<Answer, Failure> {
    let known = ["name", "metadata", "relationships"];
    let (name, org, metadata) = body.read(&known, |fields| {
        let name = fields.required_text("name").unwrap_or_default();
        let to = Relationships::read(fields, &["organization"]);
        let org = to.guid(fields, "organization");
        (name, org, metadata::read(fields, &Metadata::default()))
    })?;
    let sight = cf.sight(&caller);
    let org = cf.referenced_organization(&sight, org.as_deref()).await?;
    sight.require(|rights| rights.can_create_space(org))?;
    let (actor, metadata) = (caller.actor(), metadata.unwrap_or_default());
    let space = cf
        .accounts
        .create_space(&actor, org, &name, metadata)
        .await?;
    Ok(Answer::created(view(cf.base(), &space)))
}

impl CloudFoundry {
    /// The organization that a body refers to; 422 for who may not see it.
    pub(super) async fn referenced_organization(
        &self,
        sight: &Sight,
        text: Option<&str>,
    ) -> Result<OrgId, Failure> {
        let id = Id(text.and_then(guid));
        let found = self.visible_organization(sight, id).await;
        let invalid = |failure: Failure| match failure.status {
            http::StatusCode::NOT_FOUND => Failure::unprocessable(
                "Invalid organization. Ensure that the organization exists and you have access \
                 to it.",
            ),
            _ => failure,
        };
        Ok(found.map_err(invalid)?.id)
    }
}

async fn update(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    body: Body,
) -> Result<Answer, Failure> {
    let sight = cf.sight(&caller);
    let space = cf.visible_space(&sight, id).await?;
    sight.require(|rights| rights.can_change_space(space.id))?;
    let change = body.read(&["name", "metadata"], |fields| {
        let renamed = fields.has("name");
        SpaceChange {
            name: renamed.then(|| fields.required_text("name")).flatten(),
            metadata: metadata::read(fields, &space.metadata),
        }
    })?;
    let space = cf
        .accounts
        .update_space(&caller.actor(), space.id, change)
        .await?;
    Ok(Answer::ok(view(cf.base(), &space)))
}

async fn delete(State(cf): State<CloudFoundry>, caller: Caller, id: Id) -> Result<Answer, Failure> {
    let sight = cf.sight(&caller);
    let space = cf.visible_space(&sight, id).await?;
    sight.require(|rights| rights.can_create_space(space.organization))?;
    if space.id == default_target::SPACE {
        return Err(Failure::fixed("space"));
    }
    cf.delete_space(&caller, space.id).await?;
    Ok(Answer::deleted())
}

async fn isolation(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
) -> Result<Answer, Failure> {
    let space = cf.visible_space(&cf.sight(&caller), id).await?;
    let path = format!("{ALL}/{}/relationships/isolation_segment", space.id);
    let body = json!({"data": null, "links": {"self": cf.base().link(&path)}});
    Ok(Answer::ok(body))
}

async fn running(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
) -> Result<Answer, Failure> {
    let space = cf.visible_space(&cf.sight(&caller), id).await?;
    let path = format!("{ALL}/{}/running_security_groups", space.id);
    Ok(nothing(cf.base(), &path))
}

async fn staging(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
) -> Result<Answer, Failure> {
    let space = cf.visible_space(&cf.sight(&caller), id).await?;
    let path = format!("{ALL}/{}/staging_security_groups", space.id);
    Ok(nothing(cf.base(), &path))
}
