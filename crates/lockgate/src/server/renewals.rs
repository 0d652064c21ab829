//! Notes renewed certificates in the store.

use async_trait::async_trait;
use lockgate_core::audit::{Actor, Target};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::KeyId;
use lockgate_gateway::{NotNoted, Ratchet};
use lockgate_store::changes::{self, Topic};
use lockgate_store::{Store, audit, keys};

/// The newest issue dates, as the store has them.
#[derive(Clone, Debug)]
pub(super) struct Renewals(pub(super) Store);

impl Renewals {
    /// The same for the token server.
    pub(super) fn of_tokens(self) -> lockgate_token::Ratchet {
        lockgate_token::Ratchet::new(move |actor, key, newest| {
            let renewals = self.clone();
            async move { renewals.advance(actor, key, newest).await.map(drop) }
        })
    }
}

#[async_trait]
impl Ratchet for Renewals {
    async fn advance(
        &self,
        actor: Actor,
        key: KeyId,
        newest: Timestamp,
    ) -> Result<bool, NotNoted> {
        let mut tx = self.0.begin().await?;
        let advanced = keys::advance(&mut tx, key, newest).await?;
        if advanced && let Some(found) = keys::find(&mut tx, key).await? {
            let target = Target::new("key", key, found.name).key(key);
            let detail = format!(
                "a certificate issued {newest} was accepted; older ones are refused from now on"
            );
            audit::record(
                &mut tx,
                &actor,
                "certificate.advance",
                &target,
                &detail,
            )
            .await?;
        }
        // Also when nothing was written: the caller saw less than the store has.
        changes::bump(&mut tx, Topic::Clients).await?;
        tx.commit().await?;
        Ok(advanced)
    }
}
