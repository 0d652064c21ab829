//! What platforms asked for over the broker API, by the platforms' own ids.
//!
//! A platform may repeat a request; what it asked for is kept so that a repetition is told from
//! another request with the same id. Ids of one platform, an account, never meet those of another.

use lockgate_core::ids::{AccountId, InstanceId, KeyId};
use serde_json::Value;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Json, params};

const INSTANCES: &str = "broker_instances";
const BINDINGS: &str = "broker_bindings";

/// Books an instance that a platform asked for.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) `broker_instances_account_id_external_id` when the
/// id is booked; [`Error::Reference`](crate::Error::Reference) when there is no such account or
/// instance.
pub async fn insert_instance(
    tx: &mut Tx,
    account: AccountId,
    external: &str,
    instance: InstanceId,
    request: &Value,
) -> Result<()> {
    tx.execute(
        "INSERT INTO broker_instances (account_id, external_id, instance_id, request)
        VALUES ($1, $2, $3, $4)",
        params![account, external, instance, Json(request)],
    )
    .await?;
    Ok(())
}

/// The instance booked under the platform's id, and what was asked for.
///
/// # Errors
/// Those of the database.
pub async fn find_instance(
    tx: &mut Tx,
    account: AccountId,
    external: &str,
) -> Result<Option<(InstanceId, Value)>> {
    tx.find(
        INSTANCES,
        "SELECT external_id, instance_id, request FROM broker_instances
        WHERE account_id = $1 AND external_id = $2",
        params![account, external],
        |row| {
            let Json(request) = row.take("request")?;
            Ok((row.take("instance_id")?, request))
        },
    )
    .await
}

/// Replaces what was asked for. Returns whether the id is booked.
///
/// # Errors
/// Those of the database.
pub async fn update_instance_request(
    tx: &mut Tx,
    account: AccountId,
    external: &str,
    request: &Value,
) -> Result<bool> {
    let updated = tx
        .execute(
            "UPDATE broker_instances SET request = $3 WHERE account_id = $1 AND external_id = $2",
            params![account, external, Json(request)],
        )
        .await?;
    Ok(updated == 1)
}

/// Deletes the booking of an instance; the instance stays. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete_instance(tx: &mut Tx, account: AccountId, external: &str) -> Result<bool> {
    let deleted = tx
        .execute(
            "DELETE FROM broker_instances WHERE account_id = $1 AND external_id = $2",
            params![account, external],
        )
        .await?;
    Ok(deleted == 1)
}

/// Books a key that a platform asked for, by the platform's ids of instance and binding.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict)
/// `broker_bindings_account_id_external_instance_id_external_id` when the id is booked;
/// [`Error::Reference`](crate::Error::Reference) when there is no such account or key.
pub async fn insert_binding(
    tx: &mut Tx,
    account: AccountId,
    external_instance: &str,
    external: &str,
    key: KeyId,
    request: &Value,
) -> Result<()> {
    tx.execute(
        "INSERT INTO broker_bindings
            (account_id, external_instance_id, external_id, key_id, request)
        VALUES ($1, $2, $3, $4, $5)",
        params![account, external_instance, external, key, Json(request)],
    )
    .await?;
    Ok(())
}

/// The key booked under the platform's ids, and what was asked for.
///
/// # Errors
/// Those of the database.
pub async fn find_binding(
    tx: &mut Tx,
    account: AccountId,
    external_instance: &str,
    external: &str,
) -> Result<Option<(KeyId, Value)>> {
    tx.find(
        BINDINGS,
        "SELECT external_id, key_id, request FROM broker_bindings
        WHERE account_id = $1 AND external_instance_id = $2 AND external_id = $3",
        params![account, external_instance, external],
        |row| {
            let Json(request) = row.take("request")?;
            Ok((row.take("key_id")?, request))
        },
    )
    .await
}

/// Deletes the booking of a key; the key stays. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete_binding(
    tx: &mut Tx,
    account: AccountId,
    external_instance: &str,
    external: &str,
) -> Result<bool> {
    let deleted = tx
        .execute(
            "DELETE FROM broker_bindings
            WHERE account_id = $1 AND external_instance_id = $2 AND external_id = $3",
            params![account, external_instance, external],
        )
        .await?;
    Ok(deleted == 1)
}

/// The keys booked for one of the platform's instances: their ids there and here.
///
/// # Errors
/// Those of the database.
pub async fn bindings_of(
    tx: &mut Tx,
    account: AccountId,
    external_instance: &str,
) -> Result<Vec<(String, KeyId)>> {
    tx.list(
        BINDINGS,
        "SELECT external_id, key_id FROM broker_bindings
        WHERE account_id = $1 AND external_instance_id = $2 ORDER BY external_id",
        params![account, external_instance],
        |row| Ok((row.take("external_id")?, row.take("key_id")?)),
    )
    .await
}
