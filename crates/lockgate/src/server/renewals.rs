//! Notes renewed certificates, for the gate, the token server and the OData API.

use std::error::Error;

use async_trait::async_trait;
use lockgate_catalog::Catalog;
use lockgate_core::audit::Actor;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::KeyId;
use lockgate_gateway::{NotNoted, Ratchet};
use lockgate_store::Store;
use lockgate_store::changes::{self, Topic};

/// The newest issue dates, as the catalogue has them.
#[derive(Clone, Debug)]
pub(super) struct Renewals {
    catalog: Catalog,
    store: Store,
}

impl Renewals {
    /// Those of `catalog`, which keeps its keys in `store`.
    pub(super) fn new(catalog: &Catalog, store: &Store) -> Self {
        let (catalog, store) = (catalog.clone(), store.clone());
        Self { catalog, store }
    }

    /// The same for the token server.
    pub(super) fn of_tokens(self) -> lockgate_token::Ratchet {
        lockgate_token::Ratchet::new(move |actor, key, newest| {
            let renewals = self.clone();
            async move {
                Ratchet::advance(&renewals, actor, key, newest)
                    .await
                    .map(drop)
            }
        })
    }

    /// Waits until this server knows which keys there are.
    async fn learn(&self) -> lockgate_store::Result<()> {
        let mut tx = self.store.begin().await?;
        changes::bump(&mut tx, Topic::Clients).await?;
        tx.commit().await
    }
}

#[async_trait]
impl Ratchet for Renewals {
    async fn advance(&self, actor: Actor, key: KeyId, newest: Timestamp) -> Result<bool, NotNoted> {
        match self.catalog.advance_certificate(&actor, key, newest).await {
            // Another server deleted the key, and this one has not heard of it yet.
            Err(lockgate_catalog::Error::NoKey(_)) => {
                self.learn().await?;
                Ok(false)
            }
            noted => Ok(noted?),
        }
    }
}

#[async_trait]
impl lockgate_odata::Ratchet for Renewals {
    async fn advance(
        &self,
        actor: Actor,
        key: KeyId,
        newest: Timestamp,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(Ratchet::advance(self, actor, key, newest).await.map(drop)?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use uuid::Uuid;

    use super::*;
    use crate::config::Config;
    use crate::server::Urls;
    use crate::server::surroundings::Surroundings;

    #[tokio::test]
    async fn a_key_that_is_gone_is_forgotten_before_the_call_is_decided_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults();
        config.data_dir = folder.path().to_owned();
        let around = Surroundings::prepare(&config, &Urls::for_test()).await;
        let around = around.unwrap();
        let catalog = Catalog::new(around.of_catalog(), false);
        let renewals = Renewals::new(&catalog, &around.store);
        let mut follower = around.store.follow();
        let before = follower.changed().await;
        follower.applied(&before);
        let known = AtomicBool::new(false);
        let gone = KeyId(Uuid::from_u128(1));
        let newest = around.clock.now();
        let call = async {
            let noted = Ratchet::advance(&renewals, Actor::SERVER, gone, newest).await;
            assert!(known.load(Ordering::Relaxed));
            noted.unwrap()
        };
        let feed = async {
            let news = follower.changed().await;
            assert_ne!(news.of(Topic::Clients), before.of(Topic::Clients));
            known.store(true, Ordering::Relaxed);
            follower.applied(&news);
        };
        let (noted, ()) = tokio::join!(call, feed);
        assert!(!noted);
    }
}
