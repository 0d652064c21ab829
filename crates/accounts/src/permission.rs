//! What an account may see and do, as on Cloud Foundry. Decided in memory, without the database.

use lockgate_core::account::{Account, AccountKind, Accounts, OrgRole, Scope, SpaceRole};
use lockgate_core::ids::{OrgId, SpaceId};

/// The rights of one account at this moment.
///
/// Administrators may do everything, brokers nothing. In a suspended organization only
/// administrators change things. Rights in a space or an organization that does not exist are those
/// of an administrator alone.
#[derive(Clone, Copy, Debug)]
pub struct Rights<'a> {
    account: &'a Account,
    accounts: &'a Accounts,
}

impl<'a> Rights<'a> {
    /// What `account` may do among `accounts`, which it is one of.
    #[must_use]
    pub const fn of(account: &'a Account, accounts: &'a Accounts) -> Self {
        Self { account, accounts }
    }

    /// Whether it may do everything.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.account.admin && self.account.kind != AccountKind::Broker
    }

    /// Whether it sees an organization: by any role in it or in one of its spaces.
    #[must_use]
    pub fn can_see_org(&self, org: OrgId) -> bool {
        self.has(|scope| match scope {
            Scope::Org(of, _) => of == org,
            Scope::Space(space, _) => self.accounts.org_of(space) == Some(org),
        })
    }

    /// Whether it sees a space, and the instances, keys and parameters in it, all without secrets.
    #[must_use]
    pub fn can_see_space(&self, space: SpaceId) -> bool {
        self.has(|scope| match scope {
            Scope::Space(of, _) => of == space,
            Scope::Org(..) => self.manages_org_of(space, scope),
        })
    }

    /// Whether it makes, changes and deletes instances and keys in a space.
    #[must_use]
    pub fn can_write_space(&self, space: SpaceId) -> bool {
        let developer = Scope::Space(space, SpaceRole::Developer);
        self.has(|scope| scope == developer && self.is_open(self.accounts.org_of(space)))
    }

    /// Whether it reads the credentials of keys in a space. Everybody else does not even learn that
    /// there are any.
    #[must_use]
    pub fn can_read_credentials(&self, space: SpaceId) -> bool {
        self.has(|scope| scope == Scope::Space(space, SpaceRole::Developer))
    }

    /// Whether it makes and deletes spaces in an organization, and renames the organization.
    #[must_use]
    pub fn can_create_space(&self, org: OrgId) -> bool {
        let manager = Scope::Org(org, OrgRole::Manager);
        self.has(|scope| scope == manager && self.is_open(Some(org)))
    }

    /// Whether it renames a space.
    #[must_use]
    pub fn can_change_space(&self, space: SpaceId) -> bool {
        let manager = Scope::Space(space, SpaceRole::Manager);
        self.has(|scope| {
            (scope == manager || self.manages_org_of(space, scope))
                && self.is_open(self.accounts.org_of(space))
        })
    }

    /// Whether it gives and takes this role where it holds.
    #[must_use]
    pub fn can_grant(&self, role: Scope) -> bool {
        match role {
            Scope::Org(org, _) => self.can_create_space(org),
            Scope::Space(space, _) => self.can_change_space(space),
        }
    }

    /// Whether it sees who has this role.
    #[must_use]
    pub fn can_see_role(&self, role: Scope) -> bool {
        match role {
            Scope::Org(org, _) => self.can_see_org(org),
            Scope::Space(space, _) => self.can_see_space(space),
        }
    }

    /// Whether `scope` is the management of the organization that has the space.
    fn manages_org_of(&self, space: SpaceId, scope: Scope) -> bool {
        let org = self.accounts.org_of(space);
        org.is_some_and(|org| scope == Scope::Org(org, OrgRole::Manager))
    }

    fn is_open(&self, org: Option<OrgId>) -> bool {
        org.is_some_and(|org| !self.accounts.is_suspended(org))
    }

    fn has(&self, allows: impl Fn(Scope) -> bool) -> bool {
        let any = || self.account.scopes.iter().any(|scope| allows(*scope));
        self.is_admin() || (self.account.kind != AccountKind::Broker && any())
    }
}

#[cfg(test)]
mod tests;
