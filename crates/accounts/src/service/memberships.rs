//! Roles of accounts in organizations and spaces.

use std::collections::HashMap;

use lockgate_core::account::{AccountKind, Scope};
use lockgate_core::audit::{Actor, Target};
use lockgate_core::ids::{AccountId, OrgId, SpaceId};
use lockgate_core::limits;
use lockgate_store::accounts::Account;
use lockgate_store::changes::{self, Topic};
use lockgate_store::memberships::{self, Membership};
use lockgate_store::{
    Tx, accounts, audit, organizations as organization_rows, spaces as space_rows,
};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::people::too_many;
use crate::service::{AccountService, organizations, people, spaces};

/// Which memberships to list; what is `None` does not matter.
#[derive(Clone, Copy, Debug, Default)]
pub struct MembershipFilter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// In this organization or its spaces.
    pub organization: Option<OrgId>,
    /// In this space.
    pub space: Option<SpaceId>,
}

/// A membership with the names of what it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedMembership {
    /// The membership.
    pub membership: Membership,
    /// Who has it.
    pub account: String,
    /// The organization where it holds, or whose space it is.
    pub organization: String,
    /// The space where it holds.
    pub space: Option<String>,
}

/// The name of the role that a scope holds, as the Cloud Foundry API spells it.
#[must_use]
pub const fn role_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Org(_, role) => role.name(),
        Scope::Space(_, role) => role.name(),
    }
}

impl AccountService {
    /// Gives an account a role.
    ///
    /// # Errors
    /// When account, organization or space do not exist, the account has the role or is a broker, or
    /// has no role in the organization of the space.
    pub async fn grant(
        &self,
        actor: &Actor,
        account: AccountId,
        scope: Scope,
    ) -> Result<Membership> {
        let mut tx = self.store.begin().await?;
        let account = people::find(&mut tx, &account.to_string()).await?;
        if account.kind == AccountKind::Broker {
            return Err(Error::WrongKind {
                account: account.name,
                kind: account.kind,
                lacks: "roles in organizations and spaces",
            });
        }
        let place = Place::find(&mut tx, scope).await?;
        let there = memberships::list(&mut tx).await?;
        check_grant(&account, scope, &place, &there)?;
        too_many("roles", limits::MEMBERSHIPS, there.len())?;
        let membership = Membership {
            id: self.random.uuid(),
            account: account.id,
            scope,
            organization: place.organization,
            created_at: self.clock.now(),
        };
        let inserted = memberships::insert(&mut tx, &membership).await;
        let held = || role_held(&account, scope, &place);
        inserted.map_err(|error| Error::conflict(error, held))?;
        let detail = format!("{} in {}", role_name(scope), place.shown);
        finish(tx, actor, "membership.create", &account, &detail).await?;
        Ok(membership)
    }

    /// Every membership, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn memberships(&self) -> Result<Vec<Membership>> {
        Ok(memberships::list(&mut self.store.read().await?).await?)
    }

    /// The membership with this guid.
    ///
    /// # Errors
    /// When there is none.
    pub async fn membership(&self, id: Uuid) -> Result<Membership> {
        find(&mut self.store.read().await?, id).await
    }

    /// Memberships that `filter` lets through, with names, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn named_memberships(
        &self,
        filter: MembershipFilter,
    ) -> Result<Vec<NamedMembership>> {
        let mut tx = self.store.read().await?;
        let names = Names::load(&mut tx).await?;
        let there = memberships::list(&mut tx).await?.into_iter();
        let there = there.filter(|membership| filter.admits(membership));
        Ok(there.map(|membership| names.of(membership)).collect())
    }

    /// The membership with names.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn named(&self, membership: Membership) -> Result<NamedMembership> {
        let names = Names::load(&mut self.store.read().await?).await?;
        Ok(names.of(membership))
    }

    /// Takes a role from an account.
    ///
    /// # Errors
    /// When there is no such membership, or it is the last one in an organization in whose spaces the
    /// account has roles.
    pub async fn revoke(&self, actor: &Actor, id: Uuid) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let membership = find(&mut tx, id).await?;
        let account = people::find(&mut tx, &membership.account.to_string()).await?;
        let place = Place::find(&mut tx, membership.scope).await?;
        let there = memberships::list(&mut tx).await?;
        let others = there.iter().filter(|other| {
            other.account == membership.account
                && other.organization == membership.organization
                && other.id != id
        });
        let role = role_name(membership.scope);
        if matches!(membership.scope, Scope::Org(..)) {
            let (org_roles, space_roles): (Vec<_>, Vec<_>) =
                others.partition(|other| matches!(other.scope, Scope::Org(..)));
            if org_roles.is_empty() && !space_roles.is_empty() {
                return Err(Error::StillInSpaces { role });
            }
        }
        memberships::delete(&mut tx, id).await?;
        let detail = format!("{role} in {}", place.shown);
        finish(tx, actor, "membership.delete", &account, &detail).await
    }
}

impl MembershipFilter {
    fn admits(&self, membership: &Membership) -> bool {
        let space = match membership.scope {
            Scope::Space(space, _) => Some(space),
            Scope::Org(..) => None,
        };
        self.account.is_none_or(|id| id == membership.account)
            && self
                .organization
                .is_none_or(|id| id == membership.organization)
            && self.space.is_none_or(|id| Some(id) == space)
    }
}

/// Where a role holds.
struct Place {
    organization: OrgId,
    organization_name: String,
    /// Such as `space 'dev'`.
    shown: String,
}

impl Place {
    async fn find(tx: &mut Tx, scope: Scope) -> Result<Self> {
        let (organization, space) = match scope {
            Scope::Org(org, _) => (org, None),
            Scope::Space(space, _) => {
                let space = spaces::by_id(tx, space).await?;
                (space.organization, Some(space.name))
            }
        };
        let organization = organizations::find(tx, &organization.to_string()).await?;
        let shown = match space {
            Some(space) => format!("space '{space}'"),
            None => format!("organization '{}'", organization.name),
        };
        Ok(Self {
            organization: organization.id,
            organization_name: organization.name,
            shown,
        })
    }
}

fn check_grant(account: &Account, scope: Scope, place: &Place, there: &[Membership]) -> Result<()> {
    let mut own = there.iter().filter(|one| one.account == account.id);
    if own.clone().any(|one| one.scope == scope) {
        return Err(role_held(account, scope, place));
    }
    let in_organization = |one: &Membership| {
        matches!(one.scope, Scope::Org(..)) && one.organization == place.organization
    };
    if matches!(scope, Scope::Space(..)) && !own.any(in_organization) {
        return Err(Error::NotInOrganization {
            account: account.name.clone(),
            organization: place.organization_name.clone(),
        });
    }
    Ok(())
}

fn role_held(account: &Account, scope: Scope, place: &Place) -> Error {
    Error::RoleHeld {
        account: account.name.clone(),
        role: role_name(scope),
        place: place.shown.clone(),
    }
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Membership> {
    let found = memberships::find(tx, id).await?;
    found.ok_or_else(|| Error::NoMembership(id.to_string()))
}

/// The names of everything that memberships refer to.
struct Names {
    accounts: HashMap<AccountId, String>,
    organizations: HashMap<OrgId, String>,
    spaces: HashMap<SpaceId, String>,
}

impl Names {
    async fn load(tx: &mut Tx) -> Result<Self> {
        let accounts = accounts::list(tx).await?.into_iter();
        let organizations = organization_rows::list(tx).await?.into_iter();
        let spaces = space_rows::list(tx).await?.into_iter();
        Ok(Self {
            accounts: accounts.map(|one| (one.id, one.name)).collect(),
            organizations: organizations.map(|one| (one.id, one.name)).collect(),
            spaces: spaces.map(|one| (one.id, one.name)).collect(),
        })
    }

    fn of(&self, membership: Membership) -> NamedMembership {
        NamedMembership {
            account: name(&self.accounts, membership.account),
            organization: name(&self.organizations, membership.organization),
            space: match membership.scope {
                Scope::Space(space, _) => Some(name(&self.spaces, space)),
                Scope::Org(..) => None,
            },
            membership,
        }
    }
}

/// The name of what has this id; its id when it vanished meanwhile.
fn name<T: Eq + std::hash::Hash + ToString>(names: &HashMap<T, String>, id: T) -> String {
    names.get(&id).cloned().unwrap_or_else(|| id.to_string())
}

async fn finish(
    mut tx: Tx,
    actor: &Actor,
    action: &'static str,
    account: &Account,
    detail: &str,
) -> Result<()> {
    let target = Target::new("account", account.id, &account.name);
    audit::record(&mut tx, actor, action, &target, detail).await?;
    changes::bump(&mut tx, Topic::Accounts).await?;
    tx.commit().await?;
    tracing::info!(account = %account.id, action, detail, "role of an account changed");
    Ok(())
}
