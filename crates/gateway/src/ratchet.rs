//! Where it is noted that a sender renewed its certificate.

use std::fmt;

use async_trait::async_trait;
use lockgate_core::audit::Actor;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::KeyId;

/// It could not be noted, for this reason.
pub type NotNoted = Box<dyn std::error::Error + Send + Sync>;

/// Remembers, for each key whose certificate is not pinned, when the newest accepted certificate was
/// issued. It only moves forward, for all servers together.
#[async_trait]
pub trait Ratchet: fmt::Debug + Send + Sync {
    /// Notes that `actor` came with a certificate issued at `newest`, which was accepted for `key`.
    /// When this is done, older ones are refused: the gateway's picture of the keys is up to date.
    ///
    /// `false` when the key is there already or further, or is gone; then too the picture is up to
    /// date, so that the call can be decided again.
    async fn advance(&self, actor: Actor, key: KeyId, newest: Timestamp) -> Result<bool, NotNoted>;
}
