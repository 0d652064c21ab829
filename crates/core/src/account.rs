//! Accounts: the people and tools that operate a tenant, and what they may do.
//!
//! An account has roles in organizations and spaces, as on Cloud Foundry. [`Account`] is what the
//! server keeps of it in memory; passwords are not part of it.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::crypto::KeyedHash;
use crate::ids::{AccountId, OrgId, SpaceId};
use crate::role::RoleName;

/// The label under which [`KeyedHash`] digests the secrets of tools and brokers.
pub const ACCOUNT_HASH_LABEL: &str = "account-secret";

/// Who uses an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// A person with a password: grants `password` and `authorization_code`.
    Person,
    /// A tool with a generated secret: grant `client_credentials`; its name is its client id.
    Tool,
    /// A platform that registered this server as a service broker: Basic on the broker API only.
    Broker,
}

impl AccountKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Person, Self::Tool, Self::Broker];

    /// Its name in commands and rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Tool => "tool",
            Self::Broker => "broker",
        }
    }

    /// The kind called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A role in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrgRole {
    /// Sees the organization; every other role needs it.
    User,
    /// Sees everything but secrets.
    Auditor,
    /// Makes spaces and gives roles.
    Manager,
    /// Known to clients; opens nothing.
    BillingManager,
}

impl OrgRole {
    /// Every role.
    pub const ALL: [Self; 4] = [
        Self::User,
        Self::Auditor,
        Self::Manager,
        Self::BillingManager,
    ];

    /// Its name, as the Cloud Foundry API spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "organization_user",
            Self::Auditor => "organization_auditor",
            Self::Manager => "organization_manager",
            Self::BillingManager => "organization_billing_manager",
        }
    }

    /// The role called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A role in a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpaceRole {
    /// Makes and changes instances and keys, and reads credentials.
    Developer,
    /// Gives roles in the space; sees no credentials.
    Manager,
    /// Sees everything but credentials.
    Auditor,
    /// Sees what an auditor sees.
    Supporter,
}

impl SpaceRole {
    /// Every role.
    pub const ALL: [Self; 4] = [
        Self::Developer,
        Self::Manager,
        Self::Auditor,
        Self::Supporter,
    ];

    /// Its name, as the Cloud Foundry API spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Developer => "space_developer",
            Self::Manager => "space_manager",
            Self::Auditor => "space_auditor",
            Self::Supporter => "space_supporter",
        }
    }

    /// The role called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// One role of an account, and where it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In an organization.
    Org(OrgId, OrgRole),
    /// In a space.
    Space(SpaceId, SpaceRole),
}

/// An account as requests are judged by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// User name of a person, client id of a tool, Basic user of a broker. Unique, ignoring case.
    pub name: String,
    /// Who uses it.
    pub kind: AccountKind,
    /// Whether it may do everything.
    pub admin: bool,
    /// Flow roles: what a token that the account hands to a flow may carry.
    pub roles: Vec<RoleName>,
    /// Tokens issued before this instant are refused.
    pub tokens_not_before: Timestamp,
    /// Digest of the secret under [`ACCOUNT_HASH_LABEL`]; tools and brokers only.
    pub secret: Option<[u8; 32]>,
    /// Roles in organizations and spaces.
    pub scopes: Vec<Scope>,
}

/// Which organization each space belongs to, and every live account. Immutable.
#[derive(Clone, Default)]
pub struct Accounts {
    by_id: HashMap<AccountId, Arc<Account>>,
    by_name: HashMap<String, AccountId>,
    spaces: HashMap<SpaceId, OrgId>,
    suspended: HashSet<OrgId>,
    hash: Option<KeyedHash>,
}

impl Accounts {
    /// Accounts whose secrets are digested by `hash`, and the spaces of the tenant.
    #[must_use]
    pub fn new(
        accounts: impl IntoIterator<Item = Account>,
        spaces: impl IntoIterator<Item = (SpaceId, OrgId)>,
        hash: KeyedHash,
    ) -> Self {
        let by_id: HashMap<_, _> = accounts
            .into_iter()
            .map(|account| (account.id, Arc::new(account)))
            .collect();
        let by_name = by_id
            .values()
            .map(|account| (account.name.to_lowercase(), account.id))
            .collect();
        Self {
            by_id,
            by_name,
            spaces: spaces.into_iter().collect(),
            suspended: HashSet::new(),
            hash: Some(hash),
        }
    }

    /// The same with these organizations suspended.
    #[must_use]
    pub fn with_suspended(mut self, organizations: impl IntoIterator<Item = OrgId>) -> Self {
        self.suspended.extend(organizations);
        self
    }

    /// The account with this id.
    #[must_use]
    pub fn get(&self, id: AccountId) -> Option<&Arc<Account>> {
        self.by_id.get(&id)
    }

    /// The account with this name; case is ignored.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<Account>> {
        self.get(*self.by_name.get(&name.to_lowercase())?)
    }

    /// The organization of a space.
    #[must_use]
    pub fn org_of(&self, space: SpaceId) -> Option<OrgId> {
        self.spaces.get(&space).copied()
    }

    /// Whether an organization is suspended: only administrators change things in it.
    #[must_use]
    pub fn is_suspended(&self, organization: OrgId) -> bool {
        self.suspended.contains(&organization)
    }

    /// Every account, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.by_id.values()
    }

    /// The tool or broker that has this name and secret. Unknown names cost the same as wrong
    /// secrets.
    #[must_use]
    pub fn authenticate(
        &self,
        kind: AccountKind,
        name: &str,
        secret: &str,
    ) -> Option<&Arc<Account>> {
        const NOBODY: [u8; 32] = [0; 32];
        let account = self.named(name).filter(|account| account.kind == kind);
        let digest = account.and_then(|account| account.secret);
        let hash = self.hash.as_ref()?;
        let matches = hash.verify(secret.as_bytes(), &digest.unwrap_or(NOBODY));
        account.filter(|_| matches && digest.is_some())
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.by_id.values().map(|account| &account.name))
            .finish()
    }
}

/// The organization and the space that exist from the start; instances made by
/// `lockgate instance create` live there.
pub mod default_target {
    use super::{OrgId, SpaceId, Uuid};

    /// The organization `default`.
    pub const ORG: OrgId = OrgId(Uuid::from_u128(0x6c6f636b_6761_4465_8000_000000000001));
    /// The space `default` in it.
    pub const SPACE: SpaceId = SpaceId(Uuid::from_u128(0x6c6f636b_6761_4465_8000_000000000002));
    /// The name of both.
    pub const NAME: &str = "default";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::MasterKey;
    use crate::random::SeededRandom;

    fn accounts() -> Accounts {
        let hash = MasterKey::generate(&SeededRandom::new(1)).keyed_hash(ACCOUNT_HASH_LABEL);
        let account = |n: u128, name: &str, kind, secret: Option<&str>| Account {
            id: AccountId(Uuid::from_u128(n)),
            name: name.to_owned(),
            kind,
            admin: false,
            roles: vec![],
            tokens_not_before: Timestamp::default(),
            secret: secret.map(|secret| hash.tag(secret.as_bytes())),
            scopes: vec![],
        };
        let all = [
            account(1, "Ann", AccountKind::Person, None),
            account(2, "ci", AccountKind::Tool, Some("s")),
            account(3, "btp", AccountKind::Broker, Some("t")),
        ];
        Accounts::new(all, [(default_target::SPACE, default_target::ORG)], hash)
    }

    #[test]
    fn names_are_found_whatever_their_case() {
        let accounts = accounts();
        assert_eq!(accounts.named("ANN").unwrap().name, "Ann");
        assert!(accounts.named("bob").is_none());
        assert_eq!(
            accounts.org_of(default_target::SPACE),
            Some(default_target::ORG)
        );
        assert!(!accounts.is_suspended(default_target::ORG));
        let suspended = accounts.with_suspended([default_target::ORG]);
        assert!(suspended.is_suspended(default_target::ORG));
    }

    #[test]
    fn a_secret_opens_its_own_account_and_kind_only() {
        let accounts = accounts();
        let authenticate = |kind, name, secret| accounts.authenticate(kind, name, secret).is_some();
        assert!(authenticate(AccountKind::Tool, "ci", "s"));
        assert!(!authenticate(AccountKind::Tool, "ci", "t"));
        assert!(!authenticate(AccountKind::Broker, "ci", "s"));
        assert!(!authenticate(AccountKind::Person, "ann", ""));
        assert!(!authenticate(AccountKind::Tool, "nobody", "s"));
        assert!(authenticate(AccountKind::Broker, "btp", "t"));
    }

    #[test]
    fn role_names_lead_back_to_their_role() {
        for role in OrgRole::ALL {
            assert_eq!(OrgRole::from_name(role.name()), Some(role));
        }
        for role in SpaceRole::ALL {
            assert_eq!(SpaceRole::from_name(role.name()), Some(role));
        }
        for kind in AccountKind::ALL {
            assert_eq!(AccountKind::from_name(kind.name()), Some(kind));
        }
    }
}
