//! The live OAuth clients: every service instance with the credentials of its keys.

use std::collections::HashMap;

use lockgate_core::certificate::CertificateNames;
use lockgate_core::client::{Client, ClientCertificate, ClientSecret};
use lockgate_core::ids::InstanceId;
use lockgate_core::tenant::Tenant;

use crate::error::Result;
use crate::instances::{self, Instance};
use crate::keys::{self, Credential, Proof};
use crate::tx::Tx;

/// Loads what a [`Directory`](lockgate_core::client::Directory) is made of.
///
/// `read` gives the names in a certificate in DER. One that it cannot read opens nothing, and the
/// log says whose it is.
///
/// # Errors
/// Those of the database.
pub async fn load(
    tx: &mut Tx,
    tenant: &Tenant,
    read: impl Fn(&[u8]) -> Option<CertificateNames>,
) -> Result<Vec<Client>> {
    let instances = instances::list(tx).await?;
    let mut proofs: HashMap<InstanceId, Vec<Proof>> = HashMap::new();
    for proof in keys::proofs(tx).await? {
        proofs.entry(proof.instance).or_default().push(proof);
    }
    let clients = instances.into_iter().map(|instance| {
        let proofs = proofs.remove(&instance.id).unwrap_or_default();
        client(tenant, instance, proofs, &read)
    });
    Ok(clients.collect())
}

fn client(
    tenant: &Tenant,
    instance: Instance,
    proofs: Vec<Proof>,
    read: impl Fn(&[u8]) -> Option<CertificateNames>,
) -> Client {
    let (mut secrets, mut certificates) = (Vec::new(), Vec::new());
    for proof in proofs {
        match proof.credential {
            Credential::Secret { secret_id, digest } => secrets.push(ClientSecret {
                key: proof.key,
                secret_id,
                digest,
                expires: proof.expires_at,
            }),
            Credential::Certificate(certificate) => match read(&certificate.der) {
                Some(names) => certificates.push(ClientCertificate {
                    key: proof.key,
                    thumbprint: certificate.thumbprint,
                    names,
                    issuer_key: certificate.issuer_key,
                    pinned: certificate.pinned,
                    newest: certificate.newest,
                    expires: proof.expires_at,
                }),
                None => {
                    tracing::error!(key = %proof.key, "the certificate of a key cannot be read");
                }
            },
        }
    }
    Client {
        id: tenant.client_id(instance.id, instance.plan),
        instance: instance.id,
        plan: instance.plan,
        roles: instance.parameters.roles,
        grant_types: grant_types(instance.parameters.grant_types),
        redirect_uris: instance.parameters.redirect_uris,
        token_validity: instance.parameters.token_validity,
        tokens_not_before: instance.tokens_not_before,
        secrets,
        certificates,
    }
}

/// The grants that a client may use. What was called `client_x509` once is client credentials with a
/// certificate: instances that still have it get no new keys, but those that they have go on.
fn grant_types(mut names: Vec<String>) -> Vec<String> {
    for name in &mut names {
        if name == "client_x509" {
            "client_credentials".clone_into(name);
        }
    }
    names
}
