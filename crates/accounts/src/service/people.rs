//! People, tools and brokers.

use lockgate_core::account::AccountKind;
use lockgate_core::audit::{Actor, Target};
use lockgate_core::ids::AccountId;
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_core::role::RoleName;
use lockgate_core::secret::Secret;
use lockgate_store::accounts::{self, Account};
use lockgate_store::changes::{self, Topic};
use lockgate_store::{Tx, audit, roles, sessions};

use crate::error::{Error, Result};
use crate::rules;
use crate::service::AccountService;

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// Who uses it.
    pub kind: AccountKind,
    /// Whether it may do everything; never a broker.
    pub admin: bool,
    /// Flow roles: what a token that it hands to a flow may carry; never a broker.
    pub roles: Vec<RoleName>,
    /// The password of a person. Without one, one is generated.
    pub password: Option<Secret<String>>,
}

/// What is to be changed of an account; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// Its name.
    pub name: Option<String>,
    /// Whether it may do everything.
    pub admin: Option<bool>,
    /// Flow roles, all of them.
    pub roles: Option<Vec<RoleName>>,
}

/// An account, and the password or secret that was generated for it: shown once, kept as a digest.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The account as it is now.
    pub account: Account,
    /// What was generated; `None` when the password was given.
    pub secret: Option<Secret<String>>,
}

impl AccountService {
    /// Makes an account.
    ///
    /// # Errors
    /// When fields are wrong, the name is taken, or there are too many accounts.
    pub async fn create_account(&self, actor: &Actor, new: NewAccount) -> Result<Issued> {
        check_new(&new)?;
        let proof = match new.kind {
            AccountKind::Person => self.password(new.password).await?,
            AccountKind::Tool | AccountKind::Broker => self.secret(),
        };
        let now = self.clock.now();
        let account = Account {
            id: AccountId::generate(&*self.random),
            name: new.name,
            kind: new.kind,
            admin: new.admin,
            roles: new.roles,
            password: proof.password,
            secret: proof.secret,
            // A tool's tokens name it: those of a former tool of this name stay refused.
            tokens_not_before: now,
            created_at: now,
            updated_at: now,
        };
        let mut tx = self.store.begin().await?;
        check_roles(&mut tx, &account.roles).await?;
        let there = accounts::list(&mut tx).await?;
        let folded = account.name.to_lowercase();
        if there.iter().any(|one| one.name.to_lowercase() == folded) {
            return Err(Error::AccountTaken(account.name));
        }
        too_many("accounts", limits::ACCOUNTS, there.len())?;
        let inserted = accounts::insert(&mut tx, &account).await;
        inserted.map_err(|error| taken(error, &account.name))?;
        let detail = match account.admin {
            true => format!("{}, admin", account.kind.name()),
            false => account.kind.name().to_owned(),
        };
        finish(tx, actor, "account.create", &account, &detail).await?;
        tracing::info!(account = %account.id, kind = account.kind.name(), "account created");
        Ok(Issued {
            account,
            secret: proof.generated,
        })
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        Ok(accounts::list(&mut self.store.read().await?).await?)
    }

    /// The account with this name or guid.
    ///
    /// # Errors
    /// When there is none.
    pub async fn account(&self, name_or_guid: &str) -> Result<Account> {
        find(&mut self.store.read().await?, name_or_guid).await
    }

    /// Changes an account. Whoever loses something is logged out, and so is a tool that gets another
    /// name, which its tokens carry.
    ///
    /// # Errors
    /// When there is no such account, fields are wrong, the name is taken, or nobody else is an
    /// administrator.
    pub async fn update_account(
        &self,
        actor: &Actor,
        name_or_guid: &str,
        change: AccountChange,
    ) -> Result<Account> {
        let mut tx = self.store.begin().await?;
        let before = held(&mut tx, name_or_guid).await?;
        let account = self.changed(&before, change)?;
        let demoted = before.admin && !account.admin;
        let deprived = !before.roles.iter().all(|role| account.roles.contains(role));
        let renamed = before.kind == AccountKind::Tool && before.name != account.name;
        if demoted {
            check_admin_left(&mut tx, &before).await?;
        }
        check_roles(&mut tx, &account.roles).await?;
        if account.name.to_lowercase() != before.name.to_lowercase()
            && accounts::find_by_name(&mut tx, &account.name)
                .await?
                .is_some()
        {
            return Err(Error::AccountTaken(account.name));
        }
        let account = match demoted || deprived || renamed {
            true => self.logged_out(&mut tx, account).await?,
            false => account,
        };
        let updated = accounts::update(&mut tx, &account).await;
        updated.map_err(|error| taken(error, &account.name))?;
        let detail = difference(&before, &account);
        finish(tx, actor, "account.update", &account, &detail).await?;
        tracing::info!(account = %account.id, "account updated");
        Ok(account)
    }

    fn changed(&self, before: &Account, change: AccountChange) -> Result<Account, FieldErrors> {
        let mut account = before.clone();
        let mut errors = FieldErrors::default();
        if let Some(name) = change.name {
            rules::account_name(&name, before.kind, &mut errors);
            account.name = name;
        }
        account.admin = change.admin.unwrap_or(before.admin);
        account.roles = change.roles.unwrap_or(account.roles);
        check_rights(before.kind, account.admin, &account.roles, &mut errors);
        errors.check()?;
        account.updated_at = self.clock.now();
        Ok(account)
    }

    /// Deletes an account with its roles and sessions.
    ///
    /// # Errors
    /// When there is no such account, nobody else is an administrator, or it is a broker that has
    /// instances.
    pub async fn delete_account(&self, actor: &Actor, name_or_guid: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let account = held(&mut tx, name_or_guid).await?;
        if account.admin {
            check_admin_left(&mut tx, &account).await?;
        }
        let deleted = accounts::delete(&mut tx, account.id).await;
        let name = account.name.as_str();
        deleted.map_err(|error| Error::reference(error, || Error::BrokerUsed(name.to_owned())))?;
        finish(tx, actor, "account.delete", &account, account.kind.name()).await?;
        tracing::info!(account = %account.id, "account deleted");
        Ok(())
    }

    /// The account with its sessions ended and its tokens refused.
    pub(super) async fn logged_out(&self, tx: &mut Tx, account: Account) -> Result<Account> {
        sessions::end_all(tx, account.id).await?;
        Ok(Account {
            tokens_not_before: self.clock.now(),
            ..account
        })
    }
}

/// The account with this name or guid.
pub(super) async fn find(tx: &mut Tx, name_or_guid: &str) -> Result<Account> {
    let found = match rules::guid(name_or_guid) {
        Some(id) => accounts::find(tx, AccountId(id)).await?,
        None => accounts::find_by_name(tx, name_or_guid).await?,
    };
    found.ok_or_else(|| Error::NoAccount(name_or_guid.to_owned()))
}

/// The account with this name or guid, which nobody else changes, and which nobody logs in to, before
/// the transaction ends.
pub(super) async fn held(tx: &mut Tx, name_or_guid: &str) -> Result<Account> {
    let found = find(tx, name_or_guid).await?;
    let held = accounts::hold(tx, found.id).await?;
    held.ok_or_else(|| Error::NoAccount(name_or_guid.to_owned()))
}

/// Announces and records a change of an account, and commits.
pub(super) async fn finish(
    mut tx: Tx,
    actor: &Actor,
    action: &'static str,
    account: &Account,
    detail: &str,
) -> Result<()> {
    let target = Target::new("account", account.id, &account.name);
    audit::record(&mut tx, actor, action, &target, detail).await?;
    changes::bump(&mut tx, Topic::Accounts).await?;
    Ok(tx.commit().await?)
}

fn check_new(new: &NewAccount) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    rules::account_name(&new.name, new.kind, &mut errors);
    check_rights(new.kind, new.admin, &new.roles, &mut errors);
    match (new.kind, &new.password) {
        (AccountKind::Person, Some(password)) => {
            rules::password(password.expose(), &new.name, &mut errors);
        }
        (AccountKind::Tool | AccountKind::Broker, Some(_)) => {
            errors.add(
                "password",
                "is for people; the secret of a program is generated",
            );
        }
        (_, None) => {}
    }
    errors.check()
}

fn check_rights(kind: AccountKind, admin: bool, roles: &[RoleName], errors: &mut FieldErrors) {
    let broker = kind == AccountKind::Broker;
    if broker && admin {
        errors.add("admin", "a broker cannot be an administrator");
    }
    if broker && !roles.is_empty() {
        errors.add("roles", "a broker has no roles");
    }
    if roles.len() > limits::INSTANCE_LIST {
        errors.add(
            "roles",
            format!("has at most {} entries", limits::INSTANCE_LIST),
        );
    }
}

/// Roles of flows have to exist when they are given; those of the API always do.
async fn check_roles(tx: &mut Tx, held: &[RoleName]) -> Result<()> {
    let mut errors = FieldErrors::default();
    for (index, role) in held.iter().enumerate() {
        if !role.is_predefined() && !role.is_of_api() && roles::find(tx, role).await?.is_none() {
            errors.add(
                format!("roles[{index}]"),
                format!("there is no role {role}"),
            );
        }
    }
    Ok(errors.check()?)
}

/// Somebody who can log in has to stay an administrator.
async fn check_admin_left(tx: &mut Tx, leaving: &Account) -> Result<()> {
    let accounts = accounts::list(tx).await?;
    let mut admins = accounts.iter().filter(|account| account.admin);
    match admins.any(|account| account.id != leaving.id) {
        true => Ok(()),
        false => Err(Error::LastAdmin(leaving.name.clone())),
    }
}

pub(super) fn too_many(what: &'static str, limit: usize, there: usize) -> Result<()> {
    match there < limit {
        true => Ok(()),
        false => Err(Error::TooMany { what, limit }),
    }
}

fn taken(error: lockgate_store::Error, name: &str) -> Error {
    Error::conflict(error, || Error::AccountTaken(name.to_owned()))
}

/// What changed, for the audit log.
fn difference(before: &Account, after: &Account) -> String {
    let mut changes = Vec::new();
    if before.name != after.name {
        changes.push(format!("name {:?} to {:?}", before.name, after.name));
    }
    if before.admin != after.admin {
        changes.push(format!("admin {}", after.admin));
    }
    if before.roles != after.roles {
        let roles: Vec<&str> = after.roles.iter().map(RoleName::as_str).collect();
        changes.push(format!("roles {}", roles.join(" ")));
    }
    changes.join("; ")
}
