//! Kept messages that are to run again.

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::MessageId;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::params;

/// A kept message that is to run again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resend {
    /// The id of the new message.
    pub id: MessageId,
    /// The message that was kept.
    pub original: MessageId,
    /// Who asked for it.
    pub requested_by: String,
}

/// Asks for it. Announce it with [`Topic::Resends`](crate::changes::Topic::Resends).
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut Tx, resend: &Resend) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO message_resends (id, original_id, requested_at, requested_by)
        VALUES ($1, $2, $3, $4)",
        params![&resend.id, &resend.original, now, &resend.requested_by],
    )
    .await?;
    Ok(())
}

/// Those that nobody has begun, the oldest first; at most a thousand.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<Resend>> {
    tx.list(
        "message_resends",
        "SELECT id, original_id, requested_by FROM message_resends
        ORDER BY requested_at, id LIMIT 1000",
        params![],
        |row| {
            Ok(Resend {
                id: row.take("id")?,
                original: row.take("original_id")?,
                requested_by: row.take("requested_by")?,
            })
        },
    )
    .await
}

/// Takes one over. Among all workers, one caller gets `true`, provided that it commits.
///
/// # Errors
/// Those of the database.
pub async fn claim(tx: &mut Tx, id: &MessageId) -> Result<bool> {
    let deleted = tx
        .execute("DELETE FROM message_resends WHERE id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// Deletes those asked for before `before`. Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM message_resends WHERE requested_at < $1",
        params![before],
    )
    .await
}
