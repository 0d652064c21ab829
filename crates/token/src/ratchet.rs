//! Notes that a renewed certificate was accepted, before a token is issued for it.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use lockgate_core::audit::Actor;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::KeyId;

/// What noting gives.
pub type Noted = Result<(), Box<dyn Error + Send + Sync>>;

type Turning = Pin<Box<dyn Future<Output = Noted> + Send>>;
type Advance = dyn Fn(Actor, KeyId, Timestamp) -> Turning + Send + Sync;

/// Makes an issue date the newest that a key has accepted, for all servers, unless a newer one was
/// accepted already. The directory of clients knows it when this returns.
#[derive(Clone)]
pub struct Ratchet(Arc<Advance>);

impl Ratchet {
    /// A ratchet that `advance` turns.
    pub fn new<F, R>(advance: F) -> Self
    where
        F: Fn(Actor, KeyId, Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Noted> + Send + 'static,
    {
        Self(Arc::new(move |actor, key, newest| {
            Box::pin(advance(actor, key, newest))
        }))
    }

    pub(crate) async fn advance(&self, actor: Actor, key: KeyId, newest: Timestamp) -> Noted {
        (self.0)(actor, key, newest).await
    }
}

impl fmt::Debug for Ratchet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ratchet")
    }
}
