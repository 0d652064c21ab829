//! The live OAuth clients: every service instance with the secrets of its keys.

use std::collections::HashMap;

use lockgate_core::client::{Client, ClientSecret};
use lockgate_core::ids::InstanceId;
use lockgate_core::tenant::Tenant;

use crate::error::Result;
use crate::instances;
use crate::tx::Tx;
use crate::value::params;

/// Loads what a [`Directory`](lockgate_core::client::Directory) is made of.
///
/// # Errors
/// Those of the database.
pub async fn load(tx: &mut Tx, tenant: &Tenant) -> Result<Vec<Client>> {
    let instances = instances::list(tx).await?;
    let mut secrets = load_secrets(tx).await?;
    let client = |instance: instances::Instance| Client {
        id: tenant.client_id(instance.id, instance.plan),
        instance: instance.id,
        plan: instance.plan,
        roles: instance.parameters.roles,
        grant_types: instance.parameters.grant_types,
        redirect_uris: instance.parameters.redirect_uris,
        token_validity: instance.parameters.token_validity,
        tokens_not_before: instance.tokens_not_before,
        secrets: secrets.remove(&instance.id).unwrap_or_default(),
        certificates: vec![],
    };
    Ok(instances.into_iter().map(client).collect())
}

async fn load_secrets(tx: &mut Tx) -> Result<HashMap<InstanceId, Vec<ClientSecret>>> {
    let found = tx
        .list(
            "keys",
            "SELECT id, instance_id, secret_id, digest, expires_at FROM keys
            ORDER BY instance_id, name",
            params![],
            |row| {
                let secret = ClientSecret {
                    key: row.take("id")?,
                    secret_id: row.take("secret_id")?,
                    digest: row.take("digest")?,
                    expires: row.take("expires_at")?,
                };
                Ok((row.take::<InstanceId>("instance_id")?, secret))
            },
        )
        .await?;
    let mut secrets: HashMap<InstanceId, Vec<ClientSecret>> = HashMap::new();
    for (instance, secret) in found {
        secrets.entry(instance).or_default().push(secret);
    }
    Ok(secrets)
}
