//! Facts about this installation, such as its zone id.

use crate::error::Result;
use crate::tx::Tx;
use crate::value::params;

/// The value of a setting.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<String>> {
    tx.find(
        "settings",
        "SELECT name, value FROM settings WHERE name = $1",
        params![name],
        |row| row.take("value"),
    )
    .await
}

/// Sets a value, replacing the former one.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO settings (name, value) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value],
    )
    .await?;
    Ok(())
}

/// Sets a value unless there is one. Returns `true` for the one caller whose value was taken, also
/// when several servers start at the same time.
///
/// # Errors
/// Those of the database.
pub async fn set_if_absent(tx: &mut Tx, name: &str, value: &str) -> Result<bool> {
    let inserted = tx
        .execute(
            "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            params![name, value],
        )
        .await?;
    Ok(inserted == 1)
}
