//! Roles: who has which role in an organization or a space.

mod requests;

use std::collections::{BTreeSet, HashMap};

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_accounts::role_name;
use lockgate_core::account::Scope;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{AccountId, SpaceId};
use lockgate_store::accounts::Account;
use lockgate_store::memberships::Membership;
use lockgate_store::metadata::Metadata;
use lockgate_web::caller::Caller;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Base, Included, Page, time, to_one};
use crate::body::Body;
use crate::failure::Failure;
use crate::path::{Id, guid};
use crate::query::{Listed, Query, Spec};
use crate::resources::{organizations, spaces, users};
use crate::sight::Sight;
use requests::AskedRole;

const ALL: &str = "/v3/roles";
const ONE: &str = "/v3/roles/{guid}";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, ALL, Access::Account, list)
        .route(Method::POST, ALL, Access::Account, create)
        .route(Method::GET, ONE, Access::Account, show)
        .route(Method::DELETE, ONE, Access::Account, delete)
}

const SHOW: Spec = Spec {
    include: &["user", "space", "organization"],
    ..Spec::ONE
};

const LIST: Spec = Spec {
    named: false,
    filters: &["organization_guids", "space_guids", "types", "user_guids"],
    include: SHOW.include,
    ..Spec::LIST
};

/// A membership and the guid by which clients know who has it.
#[derive(Debug)]
struct Role {
    membership: Membership,
    user: String,
}

impl Listed for Role {
    fn guid(&self) -> Uuid {
        self.membership.id
    }
    fn name(&self) -> &str {
        ""
    }
    fn created_at(&self) -> Timestamp {
        self.membership.created_at
    }
    fn updated_at(&self) -> Timestamp {
        self.membership.created_at
    }
    fn metadata(&self) -> Option<&Metadata> {
        None
    }
}

impl Role {
    fn space(&self) -> Option<SpaceId> {
        match self.membership.scope {
            Scope::Space(space, _) => Some(space),
            Scope::Org(..) => None,
        }
    }

    fn view(&self, base: Base<'_>) -> Value {
        let at = time(self.membership.created_at);
        let nothing = json!({"data": null});
        let (organization, space, place) = match self.membership.scope {
            Scope::Org(org, _) => (to_one(org), nothing, ("organization", org.0)),
            Scope::Space(space, _) => (nothing, to_one(space), ("space", space.0)),
        };
        let mut links = json!({"self": base.link(&format!("{ALL}/{}", self.membership.id))});
        links["user"] = base.link(&users::path(&self.user));
        links[place.0] = base.link(&format!("/v3/{}s/{}", place.0, place.1));
        json!({
            "guid": self.membership.id,
            "type": role_name(self.membership.scope),
            "created_at": at,
            "updated_at": at,
            "relationships": {
                "user": to_one(&self.user),
                "organization": organization,
                "space": space,
            },
            "links": links,
        })
    }
}

impl CloudFoundry {
    /// The roles that somebody may see.
    async fn visible_roles(
        &self,
        sight: &Sight,
        users: &HashMap<AccountId, Account>,
    ) -> Result<Vec<Role>, Failure> {
        let mut memberships = self.accounts.memberships().await?;
        memberships.retain(|membership| {
            let scope = membership.scope;
            sight.may(|rights| rights.can_see_role(scope))
        });
        let role = |membership: Membership| {
            let user = users::guid_of(users.get(&membership.account)?);
            Some(Role { membership, user })
        };
        Ok(memberships.into_iter().filter_map(role).collect())
    }

    async fn users_by_id(&self) -> Result<HashMap<AccountId, Account>, Failure> {
        let users = self.users().await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }

    async fn visible_role(&self, sight: &Sight, id: Id) -> Result<Role, Failure> {
        let id = id.of("Role")?;
        let users = self.users_by_id().await?;
        let roles = self.visible_roles(sight, &users).await?;
        let found = roles.into_iter().find(|role| role.membership.id == id);
        found.ok_or_else(|| Failure::not_found("Role"))
    }

    async fn included_with_roles(
        &self,
        query: &Query,
        roles: &[Role],
        users: &HashMap<AccountId, Account>,
    ) -> Result<Included, Failure> {
        let base = self.base();
        let mut included = Included::default();
        if query.includes("user") {
            let ids: BTreeSet<_> = roles.iter().map(|role| role.membership.account).collect();
            let found = ids.iter().filter_map(|id| users.get(id));
            included.add("users", found.map(|user| users::view(base, user)));
        }
        if query.includes("space") {
            let ids: BTreeSet<_> = roles.iter().filter_map(Role::space).collect();
            let all = self.accounts.spaces().await?;
            let found = all.iter().filter(|space| ids.contains(&space.id));
            included.add("spaces", found.map(|space| spaces::view(base, space)));
        }
        if query.includes("organization") {
            let all = self.organizations_by_id().await?;
            let in_org = roles.iter().filter(|role| role.space().is_none());
            let ids: BTreeSet<_> = in_org.map(|role| role.membership.organization).collect();
            let found = ids.iter().filter_map(|id| all.get(id));
            included.add(
                "organizations",
                found.map(|org| organizations::view(base, org)),
            );
        }
        Ok(included)
    }
}

async fn list(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &LIST)?;
    let users = cf.users_by_id().await?;
    let mut roles = cf.visible_roles(&cf.sight(&caller), &users).await?;
    roles.retain(|role| {
        let (mut org, mut space) = (None, None);
        match role.membership.scope {
            Scope::Org(id, _) => org = Some(id.to_string()),
            Scope::Space(id, _) => space = Some(id.to_string()),
        }
        query.allows("types", role_name(role.membership.scope))
            && query.allows("user_guids", &role.user)
            && query.allows_any("organization_guids", org.as_deref())
            && query.allows_any("space_guids", space.as_deref())
    });
    let page = Page::of(&query, roles);
    let included = cf.included_with_roles(&query, &page.items, &users).await?;
    let base = cf.base();
    Ok(page.answer(base, ALL, |role| role.view(base), included))
}

async fn show(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &SHOW)?;
    let role = cf.visible_role(&cf.sight(&caller), id).await?;
    let users = cf.users_by_id().await?;
    let included = cf
        .included_with_roles(&query, std::slice::from_ref(&role), &users)
        .await?;
    Ok(included.beside(role.view(cf.base()), &query))
}

async fn create(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    body: Body,
) -> Result<Answer, Failure> {
    let asked = requests::read(body)?;
    let sight = cf.sight(&caller);
    let scope = cf.referenced_scope(&sight, &asked.role).await?;
    sight.require(|rights| rights.can_grant(scope))?;
    let users = cf.users().await?;
    let account = asked.user.find(&users)?;
    let user = users::guid_of(account);
    let granted = cf
        .accounts
        .grant(&caller.actor(), account.id, scope)
        .await?;
    let role = Role {
        membership: granted,
        user,
    };
    Ok(Answer::created(role.view(cf.base())))
}

impl CloudFoundry {
    /// The role that a request wants to give; 422 where the sender may not see the place.
    async fn referenced_scope(&self, sight: &Sight, role: &AskedRole) -> Result<Scope, Failure> {
        match role {
            AskedRole::Org(role, org) => {
                let org = self.referenced_organization(sight, Some(org)).await?;
                Ok(Scope::Org(org, *role))
            }
            AskedRole::Space(role, space) => {
                let space = guid(space).map(SpaceId);
                Ok(Scope::Space(sight.referenced_space(space)?, *role))
            }
        }
    }
}

async fn delete(State(cf): State<CloudFoundry>, caller: Caller, id: Id) -> Result<Answer, Failure> {
    let sight = cf.sight(&caller);
    let role = cf.visible_role(&sight, id).await?;
    let scope = role.membership.scope;
    sight.require(|rights| rights.can_grant(scope))?;
    cf.accounts
        .revoke(&caller.actor(), role.membership.id)
        .await?;
    Ok(Answer::deleted())
}
