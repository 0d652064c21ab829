//! Feeds: after every change, read the rows and swap the snapshot that requests are served from.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lockgate_adapters::SharedAnchors;
use lockgate_core::account::ACCOUNT_HASH_LABEL;
use lockgate_core::certificate::CertificateNames;
use lockgate_core::client::{Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::SharedClock;
use lockgate_core::crypto::{KeyedHash, MasterKey};
use lockgate_core::tenant::Tenant;
use lockgate_pki::certificate;
use lockgate_pki::trust::TrustStore;
use lockgate_store::changes::{Follower, Revisions, Topic};
use lockgate_store::{Store, accounts, authorities, clients, keystore, revocations};
use lockgate_token::KeyRing;
use lockgate_token::keys::KeySet;
use lockgate_web::identity::{Identities, SharedIdentities};
use lockgate_web::trust::SharedTrust;

/// How long a feed waits before it reads again after the database failed.
const RETRY: Duration = Duration::from_secs(1);

/// How often state is read again although nothing was announced: a lost announcement heals, and the
/// snapshot is known to be what the database has. Well below
/// [`STALENESS_SECS`](lockgate_core::limits::STALENESS_SECS), after which calls are refused.
const REFRESH: Duration = Duration::from_secs(60);

/// Follows the store: applies the state after every change, for as long as the process lives.
///
/// A change stays unapplied, and is tried again, while `apply` fails; the old snapshot serves on.
pub(crate) async fn follow<F, Fut>(mut follower: Follower, topics: &[Topic], mut apply: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
    let mut seen: Option<Revisions> = None;
    loop {
        let changed = tokio::time::timeout(REFRESH, follower.changed()).await.ok();
        let news = |seen: &Revisions| {
            changed.is_none_or(|now| topics.iter().any(|topic| seen.of(*topic) != now.of(*topic)))
        };
        if seen.as_ref().is_none_or(news) {
            while let Err(error) = apply().await {
                let error = format!("{error:#}");
                tracing::error!(error, ?topics, "state could not be read; trying again");
                tokio::time::sleep(RETRY).await;
            }
        }
        if let Some(revisions) = changed {
            follower.applied(&revisions);
            seen = Some(revisions);
        }
    }
}

/// Keeps the identity snapshot and the signing keys in step with the store.
#[derive(Clone, Debug)]
pub(crate) struct IdentityFeed {
    store: Store,
    clock: SharedClock,
    tenant: Arc<Tenant>,
    client_hash: KeyedHash,
    account_hash: KeyedHash,
    keys: KeyRing,
}

impl IdentityFeed {
    /// Topics that identities depend on.
    pub(crate) const TOPICS: [Topic; 4] = [
        Topic::Clients,
        Topic::Accounts,
        Topic::SigningKeys,
        Topic::Revocations,
    ];

    /// A feed for clients and accounts whose secrets are digested under `master_key`.
    pub(crate) fn new(
        store: Store,
        clock: SharedClock,
        tenant: Arc<Tenant>,
        master_key: &MasterKey,
        keys: KeyRing,
    ) -> Self {
        Self {
            store,
            clock,
            tenant,
            client_hash: master_key.keyed_hash(SECRET_HASH_LABEL),
            account_hash: master_key.keyed_hash(ACCOUNT_HASH_LABEL),
            keys,
        }
    }

    /// The first snapshot.
    pub(crate) async fn first(&self) -> anyhow::Result<SharedIdentities> {
        let (identities, keys) = self.read().await?;
        let shared = SharedIdentities::new(identities);
        self.keys.install(keys);
        Ok(shared)
    }

    /// Reads again, and lets requests be served from what was read.
    pub(crate) async fn refresh(&self, shared: &SharedIdentities) -> anyhow::Result<()> {
        let (identities, keys) = self.read().await?;
        // In this order no token is issued that this process would refuse.
        shared.replace(identities);
        self.keys.install(keys);
        Ok(())
    }

    async fn read(&self) -> anyhow::Result<(Identities, KeySet)> {
        let mut tx = self.store.read().await?;
        let clients = clients::load(&mut tx, &self.tenant, names).await?;
        let accounts = accounts::load(&mut tx, self.account_hash.clone()).await?;
        let keys = self.keys.read(&mut tx).await?;
        let revoked = revocations::list_live(&mut tx, self.clock.now()).await?;
        let identities = Identities {
            tenant: Arc::clone(&self.tenant),
            clients: Directory::new(clients, self.client_hash.clone()),
            accounts,
            keys: keys.verification(),
            revoked: revoked.into_iter().collect(),
        };
        Ok((identities, keys))
    }
}

/// The authorities whose client certificates are accepted: our own, and those that were added.
pub(crate) async fn trust(store: &Store) -> anyhow::Result<SharedTrust> {
    Ok(SharedTrust::new(read_trust(store).await?))
}

/// Reads the authorities again.
pub(crate) async fn refresh_trust(store: &Store, shared: &SharedTrust) -> anyhow::Result<()> {
    shared.replace(read_trust(store).await?);
    Ok(())
}

/// Lets receivers trust the certificates of the keystore.
pub(crate) async fn refresh_anchors(store: &Store, anchors: &SharedAnchors) -> anyhow::Result<()> {
    let mut entries = keystore::list(&mut store.read().await?).await?;
    entries.retain(|entry| entry.sealed_key.is_none());
    anchors.set(entries.into_iter().map(|entry| entry.chain));
    Ok(())
}

async fn read_trust(store: &Store) -> anyhow::Result<TrustStore> {
    let authorities = authorities::list(&mut store.read().await?).await?;
    let read = TrustStore::new(authorities.iter().map(|authority| &authority.certificate));
    for (thumbprint, reason) in read.unusable() {
        tracing::error!(%thumbprint, %reason, "an authority cannot be used");
    }
    Ok(read)
}

/// The names in a certificate that a key was made with; it was checked then.
fn names(der: &[u8]) -> Option<CertificateNames> {
    let parsed = certificate::parse(der);
    let parsed =
        parsed.inspect_err(|error| tracing::error!(%error, "a key's certificate is unreadable"));
    Some(parsed.ok()?.names)
}
