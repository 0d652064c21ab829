//! Roles in organizations and spaces.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_core::account::{OrgRole, Scope, SpaceRole, default_target};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::query::{self, Query};
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use super::spaces;
use crate::error::Error;
use crate::rules;
use crate::service::{AccountService, MembershipFilter, NamedMembership, role_name};

const ALL: &str = "/operator/v1/memberships";
const ONE: &str = "/operator/v1/memberships/{membership}";

pub(super) fn routes(surface: SurfaceBuilder<AccountService>) -> SurfaceBuilder<AccountService> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::POST, ALL, Access::Operator, create)
        .route(Method::DELETE, ONE, Access::Operator, delete)
}

#[derive(Debug, Serialize)]
pub(super) struct MembershipView {
    guid: String,
    account: String,
    role: &'static str,
    organization: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    space: Option<String>,
    created_at: String,
}

impl From<NamedMembership> for MembershipView {
    fn from(named: NamedMembership) -> Self {
        let membership = named.membership;
        Self {
            guid: membership.id.to_string(),
            account: named.account,
            role: role_name(membership.scope),
            organization: named.organization,
            space: named.space,
            created_at: membership.created_at.to_string(),
        }
    }
}

/// A role by name, not yet anywhere.
#[derive(Clone, Copy)]
enum Role {
    Org(OrgRole),
    Space(SpaceRole),
}

impl Role {
    fn from_name(name: &str) -> Option<Self> {
        let org = OrgRole::from_name(name).map(Self::Org);
        org.or_else(|| SpaceRole::from_name(name).map(Self::Space))
    }

    fn names() -> String {
        let org = OrgRole::ALL.map(OrgRole::name);
        let space = SpaceRole::ALL.map(SpaceRole::name);
        [org, space].concat().join(", ")
    }
}

async fn list(
    State(service): State<AccountService>,
    query: Query,
) -> Result<axum::Json<Items<MembershipView>>, Problem> {
    let [account, organization, space] =
        query::values(query, ["account", "organization", "space"])?;
    let mut filter = MembershipFilter::default();
    if let Some(account) = account {
        filter.account = Some(service.account(&account).await?.id);
    }
    if let Some(space) = space {
        let (space, _) = spaces::named(&service, &space, organization).await?;
        filter.space = Some(space.id);
    } else if let Some(organization) = organization {
        filter.organization = Some(service.organization(&organization).await?.id);
    }
    let memberships = service.named_memberships(filter).await?.into_iter();
    let views = memberships.map(MembershipView::from);
    Ok(axum::Json(views.collect()))
}

async fn create(
    State(service): State<AccountService>,
    caller: Caller,
    Body(request): Body<Value>,
) -> Result<(StatusCode, axum::Json<MembershipView>), Problem> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let account = fields.required_text("account");
    let role = fields.required_text("role");
    let organization = fields.text("organization");
    let space = fields.text("space");
    let role = role.and_then(|name| {
        let role = Role::from_name(&name);
        if role.is_none() {
            fields.error("role", format!("must be one of {}", Role::names()));
        }
        role
    });
    match (role, &space) {
        (Some(Role::Org(_)), Some(_)) => fields.error("space", "does not go with this role"),
        (Some(Role::Space(_)), None) => fields.error("space", "is required for this role"),
        _ => {}
    }
    fields.finish();
    errors.check().map_err(Error::Fields)?;
    let complete = "invariant: what is missing is an error";
    let account = service.account(&account.expect(complete)).await?;
    let scope = match role.expect(complete) {
        Role::Org(role) => {
            let name = organization.as_deref().unwrap_or(default_target::NAME);
            Scope::Org(service.organization(name).await?.id, role)
        }
        Role::Space(role) => {
            let space = space.expect(complete);
            let (space, _) = spaces::named(&service, &space, organization).await?;
            Scope::Space(space.id, role)
        }
    };
    let granted = service.grant(&caller.actor(), account.id, scope).await?;
    let view = service.named(granted).await?;
    Ok((StatusCode::CREATED, axum::Json(view.into())))
}

async fn delete(
    State(service): State<AccountService>,
    caller: Caller,
    Path(membership): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = rules::guid(&membership).ok_or(Error::NoMembership(membership))?;
    service.revoke(&caller.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
