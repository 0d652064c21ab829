//! Organizations.

use std::collections::HashMap;

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_accounts::OrganizationChange;
use lockgate_core::account::default_target;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::OrgId;
use lockgate_store::metadata::Metadata;
use lockgate_store::organizations::Organization;
use lockgate_web::caller::Caller;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Base, Included, Page, time, to_one};
use crate::body::Body;
use crate::failure::Failure;
use crate::metadata;
use crate::path::Id;
use crate::query::{Listed, Query, Spec};
use crate::resources::nothing;
use crate::resources::organization_quotas::QUOTA;
use crate::sight::Sight;

const ALL: &str = "/v3/organizations";
const ONE: &str = "/v3/organizations/{guid}";
/// As the command line writes it when it changes or deletes one.
const ONE_SLASH: &str = "/v3/organizations/{guid}/";
const DOMAINS: &str = "/v3/organizations/{guid}/domains";
const ISOLATION: &str = "/v3/organizations/{guid}/relationships/default_isolation_segment";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    let mut surface = surface
        .route(Method::GET, ALL, Access::Account, list)
        .route(Method::POST, ALL, Access::Account, create)
        .route(Method::GET, DOMAINS, Access::Account, domains)
        .route(Method::GET, ISOLATION, Access::Account, isolation);
    for one in [ONE, ONE_SLASH] {
        surface = surface
            .route(Method::GET, one, Access::Account, show)
            .route(Method::PATCH, one, Access::Account, update)
            .route(Method::DELETE, one, Access::Account, delete);
    }
    surface
}

const LIST: Spec = Spec {
    folded: &["names"],
    ..Spec::LIST
};

impl Listed for Organization {
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

/// An organization as a resource.
pub(super) fn view(base: Base<'_>, org: &Organization) -> Value {
    let path = format!("{ALL}/{}", org.id);
    json!({
        "guid": org.id,
        "name": org.name,
        "suspended": org.suspended,
        "created_at": time(org.created_at),
        "updated_at": time(org.updated_at),
        "relationships": {"quota": to_one(QUOTA)},
        "metadata": metadata::view(&org.metadata),
        "links": {
            "self": base.link(&path),
            "domains": base.link(&format!("{path}/domains")),
            "default_domain": base.link(&format!("{path}/domains/default")),
            "quota": base.link(&format!("/v3/organization_quotas/{QUOTA}")),
        },
    })
}

impl CloudFoundry {
    /// Every organization, by its id.
    pub(super) async fn organizations_by_id(
        &self,
    ) -> Result<HashMap<OrgId, Organization>, Failure> {
        let organizations = self.accounts.organizations().await?;
        Ok(organizations.into_iter().map(|org| (org.id, org)).collect())
    }

    /// The organization with this guid; 404 for who may not see it.
    pub(super) async fn visible_organization(
        &self,
        sight: &Sight,
        id: Id,
    ) -> Result<Organization, Failure> {
        let org = OrgId(id.of("Organization")?);
        if !sight.may(|rights| rights.can_see_org(org)) {
            return Err(Failure::not_found("Organization"));
        }
        Ok(self.accounts.organization(&org.to_string()).await?)
    }
}

async fn list(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &LIST)?;
    let sight = cf.sight(&caller);
    let mut organizations = cf.accounts.organizations().await?;
    organizations.retain(|org| sight.may(|rights| rights.can_see_org(org.id)));
    let page = Page::of(&query, organizations);
    let base = cf.base();
    Ok(page.answer(base, ALL, |org| view(base, org), Included::default()))
}

async fn show(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    Query::read(raw.as_deref(), &Spec::ONE)?;
    let org = cf.visible_organization(&cf.sight(&caller), id).await?;
    Ok(Answer::ok(view(cf.base(), &org)))
}

/// Makes an organization. Nobody gets a role in it.
async fn create(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    body: Body,
) -> Result<Answer, Failure> {
    cf.sight(&caller).require(|rights| rights.is_admin())?;
    let (name, suspended, metadata) = body.read(&["name", "suspended", "metadata"], |fields| {
        let name = fields.required_text("name").unwrap_or_default();
        let metadata = metadata::read(fields, &Metadata::default());
        (name, fields.boolean("suspended"), metadata)
    })?;
    let actor = caller.actor();
    let metadata = metadata.unwrap_or_default();
    let mut org = cf
        .accounts
        .create_organization(&actor, &name, metadata)
        .await?;
    if suspended == Some(true) {
        let change = OrganizationChange {
            suspended,
            ..OrganizationChange::default()
        };
        org = cf.change_organization(&caller, org.id, change).await?;
    }
    Ok(Answer::created(view(cf.base(), &org)))
}

/// Renames, labels or suspends an organization; only administrators do the latter.
async fn update(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    body: Body,
) -> Result<Answer, Failure> {
    let sight = cf.sight(&caller);
    let org = cf.visible_organization(&sight, id).await?;
    sight.require(|rights| rights.can_create_space(org.id))?;
    let change = body.read(&["name", "suspended", "metadata"], |fields| {
        let renamed = fields.has("name");
        OrganizationChange {
            name: renamed.then(|| fields.required_text("name")).flatten(),
            suspended: fields.boolean("suspended"),
            metadata: metadata::read(fields, &org.metadata),
        }
    })?;
    if change
        .suspended
        .is_some_and(|suspended| suspended != org.suspended)
    {
        sight.require(|rights| rights.is_admin())?;
    }
    let org = cf.change_organization(&caller, org.id, change).await?;
    Ok(Answer::ok(view(cf.base(), &org)))
}

impl CloudFoundry {
    async fn change_organization(
        &self,
        caller: &Caller,
        id: OrgId,
        change: OrganizationChange,
    ) -> Result<Organization, Failure> {
        let (actor, id) = (caller.actor(), id.to_string());
        let updated = self.accounts.update_organization(&actor, &id, change).await;
        Ok(updated?)
    }
}

/// Deletes an organization with its spaces, their instances and keys.
async fn delete(State(cf): State<CloudFoundry>, caller: Caller, id: Id) -> Result<Answer, Failure> {
    let sight = cf.sight(&caller);
    let org = cf.visible_organization(&sight, id).await?;
    sight.require(|rights| rights.is_admin())?;
    if org.id == default_target::ORG {
        return Err(Failure::fixed("organization"));
    }
    for space in cf.accounts.spaces().await? {
        if space.organization == org.id {
            cf.delete_space(&caller, space.id).await?;
        }
    }
    let id = org.id.to_string();
    cf.accounts
        .delete_organization(&caller.actor(), &id)
        .await?;
    Ok(Answer::deleted())
}

async fn domains(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
) -> Result<Answer, Failure> {
    let org = cf.visible_organization(&cf.sight(&caller), id).await?;
    Ok(nothing(cf.base(), &format!("{ALL}/{}/domains", org.id)))
}

async fn isolation(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
) -> Result<Answer, Failure> {
    let org = cf.visible_organization(&cf.sight(&caller), id).await?;
    let path = format!("{ALL}/{}/relationships/default_isolation_segment", org.id);
    let body = json!({"data": null, "links": {"self": cf.base().link(&path)}});
    Ok(Answer::ok(body))
}
