//! Security material: credentials that flows refer to by name.

use lockgate_core::clock::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params, words};

const TABLE: &str = "materials";
const COLUMNS: &str =
    "name, kind, description, user_name, attributes, sealed_secret, updated_at, deployed_by";

words! {
    /// What a credential is.
    pub enum Kind {
        /// A user and a password.
        User = "user",
        /// An OAuth2 client that fetches tokens by the client credentials grant.
        OAuth2 = "oauth2",
        /// A text that is kept secret, such as an API key.
        Secure = "secure",
    }
}

/// A deployed credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// The name flows use, unique.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What it is for.
    pub description: String,
    /// User name, or client id; empty for a text.
    pub user: String,
    /// What else its kind needs, as a JSON object.
    pub attributes: String,
    /// Password, client secret or text, sealed for the context `material/<name>`.
    pub sealed_secret: Vec<u8>,
    /// When it was last deployed.
    pub updated_at: Timestamp,
    /// Who deployed it.
    pub deployed_by: String,
}

/// Deploys a credential, replacing the one of the same name.
///
/// # Errors
/// Those of the database.
pub async fn upsert(tx: &mut Tx, material: &Material) -> Result<()> {
    tx.execute(
        "INSERT INTO materials
            (name, kind, description, user_name, attributes, sealed_secret, updated_at,
                deployed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (name) DO UPDATE SET
            kind = excluded.kind, description = excluded.description,
            user_name = excluded.user_name, attributes = excluded.attributes,
            sealed_secret = excluded.sealed_secret, updated_at = excluded.updated_at,
            deployed_by = excluded.deployed_by",
        params![
            &material.name,
            material.kind,
            &material.description,
            &material.user,
            &material.attributes,
            &material.sealed_secret,
            material.updated_at,
            &material.deployed_by,
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a credential. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, name: &str) -> Result<bool> {
    let deleted = tx
        .execute("DELETE FROM materials WHERE name = $1", params![name])
        .await?;
    Ok(deleted == 1)
}

/// The credential with this name.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<Material>> {
    let sql = format!("SELECT {COLUMNS} FROM materials WHERE name = $1");
    tx.find(TABLE, &sql, params![name], decode).await
}

/// Every credential, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Material>> {
    let sql = format!("SELECT {COLUMNS} FROM materials ORDER BY name");
    tx.list(TABLE, &sql, params![], decode).await
}

fn decode(row: &mut Row) -> Result<Material, Unreadable> {
    Ok(Material {
        name: row.take("name")?,
        kind: row.take("kind")?,
        description: row.take("description")?,
        user: row.take("user_name")?,
        attributes: row.take("attributes")?,
        sealed_secret: row.take("sealed_secret")?,
        updated_at: row.take("updated_at")?,
        deployed_by: row.take("deployed_by")?,
    })
}
