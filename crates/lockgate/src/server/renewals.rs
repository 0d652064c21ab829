//! Notes renewed certificates, for the gate and the token server.

use async_trait::async_trait;
use lockgate_catalog::Catalog;
use lockgate_core::audit::Actor;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::KeyId;
use lockgate_gateway::{NotNoted, Ratchet};

/// The newest issue dates, as the catalogue has them.
#[derive(Clone, Debug)]
pub(super) struct Renewals(pub(super) Catalog);

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
    async fn advance(&self, actor: Actor, key: KeyId, newest: Timestamp) -> Result<bool, NotNoted> {
        Ok(self.0.advance_certificate(&actor, key, newest).await?)
    }
}
