//! Accounts: the people, tools and brokers that operate the tenant.

use std::collections::HashMap;
use std::fmt;

use lockgate_core::account::{self, AccountKind, Accounts};
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::KeyedHash;
use lockgate_core::ids::AccountId;
use lockgate_core::role::RoleName;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, folded, params};
use crate::{memberships, organizations, spaces};

const TABLE: &str = "accounts";
const COLUMNS: &str = "id, name, kind, admin, roles, password, secret, tokens_not_before, \
    created_at, updated_at";

/// An account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name, unique whatever its case.
    pub name: String,
    /// Who uses it.
    pub kind: AccountKind,
    /// Whether it may do everything.
    pub admin: bool,
    /// Flow roles: what a token that it hands to a flow may carry.
    pub roles: Vec<RoleName>,
    /// The hash of a person's password, a PHC string.
    pub password: Option<String>,
    /// The keyed hash of the secret of a tool or broker.
    pub secret: Option<[u8; 32]>,
    /// Tokens issued before this instant are refused.
    pub tokens_not_before: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Shows no hash: a password can be guessed from its own.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("admin", &self.admin)
            .finish_non_exhaustive()
    }
}

/// Adds an account.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `accounts_name_folded` when the name is taken.
pub async fn insert(tx: &mut Tx, account: &Account) -> Result<()> {
    tx.execute(
        "INSERT INTO accounts (id, name, name_folded, kind, admin, roles, password, secret,
            tokens_not_before, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            account.id,
            &account.name,
            folded(&account.name),
            account.kind,
            account.admin,
            Json(&account.roles),
            account.password.as_deref(),
            account.secret.as_ref(),
            account.tokens_not_before,
            account.created_at,
            account.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Replaces everything but id, kind and creation time. Returns whether the account exists.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `accounts_name_folded` when the new name is taken.
pub async fn update(tx: &mut Tx, account: &Account) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE accounts SET name = $2, name_folded = $3, admin = $4, roles = $5,
                password = $6, secret = $7, tokens_not_before = $8, updated_at = $9
            WHERE id = $1",
            params![
                account.id,
                &account.name,
                folded(&account.name),
                account.admin,
                Json(&account.roles),
                account.password.as_deref(),
                account.secret.as_ref(),
                account.tokens_not_before,
                account.updated_at,
            ],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes an account with its memberships, sessions, codes and login sources. Returns whether it
/// existed.
///
/// # Errors
/// [`Error::Reference`](crate::Error::Reference) while it is a broker with instances.
pub async fn delete(tx: &mut Tx, id: AccountId) -> Result<bool> {
    for owned in [
        "DELETE FROM memberships WHERE account_id = $1",
        "DELETE FROM sessions WHERE account_id = $1",
        "DELETE FROM codes WHERE account_id = $1",
        "DELETE FROM login_sources WHERE account_id = $1",
    ] {
        tx.execute(owned, params![id]).await?;
    }
    let deleted = tx
        .execute("DELETE FROM accounts WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The account with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: AccountId) -> Result<Option<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM accounts WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The account with this id, such that no other transaction changes it before this one ends.
/// Whoever decides a change by what there was before begins with this. Writing the row does that on
/// both databases.
///
/// # Errors
/// Those of the database.
pub async fn hold(tx: &mut Tx, id: AccountId) -> Result<Option<Account>> {
    let sql =
        format!("UPDATE accounts SET updated_at = updated_at WHERE id = $1 RETURNING {COLUMNS}");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The account with this name; case is ignored.
///
/// # Errors
/// Those of the database.
pub async fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM accounts WHERE name_folded = $1");
    tx.find(TABLE, &sql, params![folded(name)], decode).await
}

/// Every account, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM accounts ORDER BY name_folded");
    tx.list(TABLE, &sql, params![], decode).await
}

/// Loads what requests are judged by: accounts with their roles, and the spaces. Passwords stay in
/// the database.
///
/// # Errors
/// Those of the database.
pub async fn load(tx: &mut Tx, hash: KeyedHash) -> Result<Accounts> {
    let spaces = spaces::list(tx).await?;
    let mut scopes = HashMap::<_, Vec<_>>::new();
    for membership in memberships::list(tx).await? {
        let held = scopes.entry(membership.account).or_default();
        held.push(membership.scope);
    }
    let accounts = list(tx).await?.into_iter().map(|account| account::Account {
        scopes: scopes.remove(&account.id).unwrap_or_default(),
        id: account.id,
        name: account.name,
        kind: account.kind,
        admin: account.admin,
        roles: account.roles,
        tokens_not_before: account.tokens_not_before,
        secret: account.secret,
    });
    let spaces = spaces.iter().map(|space| (space.id, space.organization));
    let organizations = organizations::list(tx).await?.into_iter();
    let suspended = organizations.filter(|organization| organization.suspended);
    let suspended = suspended.map(|organization| organization.id);
    Ok(Accounts::new(accounts, spaces, hash).with_suspended(suspended))
}

/// Notes that the account logged in from `source` at `at`.
///
/// # Errors
/// Those of the database.
pub async fn remember_source(
    tx: &mut Tx,
    id: AccountId,
    source: &str,
    at: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO login_sources (account_id, source, seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (account_id, source) DO UPDATE SET seen_at = excluded.seen_at",
        params![id, source, at],
    )
    .await?;
    Ok(())
}

/// Whether the account has logged in from `source`.
///
/// # Errors
/// Those of the database.
pub async fn knows_source(tx: &mut Tx, id: AccountId, source: &str) -> Result<bool> {
    let found = tx
        .find(
            "login_sources",
            "SELECT seen_at FROM login_sources WHERE account_id = $1 AND source = $2",
            params![id, source],
            |row| row.take::<Timestamp>("seen_at"),
        )
        .await?;
    Ok(found.is_some())
}

/// Forgets sources not seen since `before`. Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn purge_sources(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM login_sources WHERE seen_at < $1";
    tx.execute(sql, params![before]).await
}

fn decode(row: &mut Row) -> Result<Account, Unreadable> {
    let Json(roles) = row.take("roles")?;
    Ok(Account {
        id: row.take("id")?,
        name: row.take("name")?,
        kind: row.take("kind")?,
        admin: row.take("admin")?,
        roles,
        password: row.take("password")?,
        secret: row.take("secret")?,
        tokens_not_before: row.take("tokens_not_before")?,
        created_at: row.take("created_at")?,
        updated_at: row.take("updated_at")?,
    })
}
