//! The keys that sign tokens.

use lockgate_core::clock::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params, words};

words! {
    /// Where a signing key stands in its life.
    pub enum State {
        /// Published, not used yet.
        Pending = "pending",
        /// Signs new tokens.
        Active = "active",
        /// Still published so that its tokens can be verified.
        Retiring = "retiring",
        /// Not used any more.
        Retired = "retired",
    }
}

/// A signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Key id, as in the header of tokens.
    pub kid: String,
    /// Where it stands.
    pub state: State,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it came to its present state.
    pub changed_at: Timestamp,
    /// The public key, SubjectPublicKeyInfo in DER.
    pub public_der: Vec<u8>,
    /// The private key, PKCS#8 sealed for the context `signing-key/<kid>`.
    pub sealed_private: Vec<u8>,
}

/// Adds a key.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `signing_keys_kid` when the key id is taken.
pub async fn insert(tx: &mut Tx, key: &SigningKey) -> Result<()> {
    tx.execute(
        "INSERT INTO signing_keys (kid, state, created_at, changed_at, public_der, sealed_private)
        VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            &key.kid,
            key.state,
            key.created_at,
            key.changed_at,
            &key.public_der,
            &key.sealed_private,
        ],
    )
    .await?;
    Ok(())
}

/// Moves a key from one state to another. Returns `false`, and changes nothing, unless it was in
/// state `from`: of several servers that rotate at the same time, one succeeds.
///
/// # Errors
/// Those of the database.
pub async fn set_state(
    tx: &mut Tx,
    kid: &str,
    from: State,
    to: State,
    at: Timestamp,
) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE signing_keys SET state = $3, changed_at = $4 WHERE kid = $1 AND state = $2",
            params![kid, from, to, at],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes a key. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, kid: &str) -> Result<bool> {
    let deleted = tx
        .execute("DELETE FROM signing_keys WHERE kid = $1", params![kid])
        .await?;
    Ok(deleted == 1)
}

/// Every key, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<SigningKey>> {
    tx.list(
        "signing_keys",
        "SELECT kid, state, created_at, changed_at, public_der, sealed_private
        FROM signing_keys ORDER BY created_at, kid",
        params![],
        decode,
    )
    .await
}

fn decode(row: &mut Row) -> Result<SigningKey, Unreadable> {
    Ok(SigningKey {
        kid: row.take("kid")?,
        state: row.take("state")?,
        created_at: row.take("created_at")?,
        changed_at: row.take("changed_at")?,
        public_der: row.take("public_der")?,
        sealed_private: row.take("sealed_private")?,
    })
}
