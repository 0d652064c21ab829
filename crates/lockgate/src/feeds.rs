//! Feeds: after every change, read the rows and swap the snapshot that requests are served from.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lockgate_core::account::Accounts;
use lockgate_core::client::{Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::SharedClock;
use lockgate_core::crypto::{KeyedHash, MasterKey};
use lockgate_core::tenant::Tenant;
use lockgate_store::changes::{Follower, Revisions, Topic};
use lockgate_store::{Store, clients, revocations};
use lockgate_token::KeyRing;
use lockgate_token::keys::KeySet;
use lockgate_web::identity::{Identities, SharedIdentities};

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
    hash: KeyedHash,
    keys: KeyRing,
}

impl IdentityFeed {
    /// Topics that identities depend on.
    pub(crate) const TOPICS: [Topic; 3] = [Topic::Clients, Topic::SigningKeys, Topic::Revocations];

    /// A feed for clients whose secrets are digested under `master_key`.
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
            hash: master_key.keyed_hash(SECRET_HASH_LABEL),
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
        let clients = clients::load(&mut tx, &self.tenant, |_| None).await?;
        let keys = self.keys.read(&mut tx).await?;
        let revoked = revocations::list_live(&mut tx, self.clock.now()).await?;
        let identities = Identities {
            tenant: Arc::clone(&self.tenant),
            clients: Directory::new(clients, self.hash.clone()),
            accounts: Accounts::default(),
            keys: keys.verification(),
            revoked: revoked.into_iter().collect(),
        };
        Ok((identities, keys))
    }
}
