//! Memberships: the roles of accounts in organizations and spaces.

use lockgate_core::account::{OrgRole, Scope, SpaceRole};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{AccountId, OrgId};
use uuid::Uuid;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const TABLE: &str = "memberships";
const COLUMNS: &str = "id, account_id, organization_id, space_id, role, created_at";

/// One role of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Its id.
    pub id: Uuid,
    /// The account.
    pub account: AccountId,
    /// The role, and where it holds.
    pub scope: Scope,
    /// The organization where it holds, or whose space it is.
    pub organization: OrgId,
    /// When it was given.
    pub created_at: Timestamp,
}

/// Gives a role.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict)
/// `memberships_account_id_organization_id_space_id_role` when the account has it;
/// [`Error::Reference`](crate::Error::Reference) when there is no such account or organization.
pub async fn insert(tx: &mut Tx, membership: &Membership) -> Result<()> {
    let (space, role) = match membership.scope {
        // Not NULL: two of them would count as different.
        Scope::Org(_, role) => (String::new(), role.name()),
        Scope::Space(space, role) => (space.to_string(), role.name()),
    };
    tx.execute(
        "INSERT INTO memberships (id, account_id, organization_id, space_id, role, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            membership.id,
            membership.account,
            membership.organization,
            space,
            role,
            membership.created_at,
        ],
    )
    .await?;
    Ok(())
}

/// Takes a role away. Returns whether it was there.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<bool> {
    let deleted = tx
        .execute("DELETE FROM memberships WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The membership with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Membership>> {
    let sql = format!("SELECT {COLUMNS} FROM memberships WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// Every membership, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Membership>> {
    let sql = format!("SELECT {COLUMNS} FROM memberships ORDER BY created_at, id");
    tx.list(TABLE, &sql, params![], decode).await
}

fn decode(row: &mut Row) -> Result<Membership, Unreadable> {
    let organization = row.take("organization_id")?;
    let space: String = row.take("space_id")?;
    let role: String = row.take("role")?;
    let scope = match space.as_str() {
        "" => OrgRole::from_name(&role).map(|role| Scope::Org(organization, role)),
        space => space
            .parse()
            .ok()
            .and_then(|space| SpaceRole::from_name(&role).map(|role| Scope::Space(space, role))),
    };
    Ok(Membership {
        id: row.take("id")?,
        account: row.take("account_id")?,
        scope: scope.ok_or_else(|| Unreadable {
            column: "role".to_owned(),
            what: format!("there is no role {role:?} where it holds"),
        })?,
        organization,
        created_at: row.take("created_at")?,
    })
}
