//! Where the web layer reports refused requests. Changes are recorded by the services that make
//! them, in the same transaction.

use std::fmt;
use std::sync::Arc;

use lockgate_core::audit::Actor;
use lockgate_core::certificate::Thumbprint;

/// A request that was refused at a surface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRequest {
    /// Who asked, as far as known.
    pub actor: Actor,
    /// The client certificate it came with.
    pub thumbprint: Option<Thumbprint>,
    /// Method and path, one bounded line.
    pub request: String,
    /// The status of the answer: 401, 403 or 429.
    pub status: u16,
    /// Why: a short code.
    pub reason: String,
}

/// Takes refused requests; must neither wait nor fail.
#[derive(Clone)]
pub struct AuditSink(Arc<dyn Fn(RefusedRequest) + Send + Sync>);

impl AuditSink {
    /// A sink that calls `take`.
    pub fn new(take: impl Fn(RefusedRequest) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }

    /// A sink that forgets, for servers without an audit log.
    #[must_use]
    pub fn none() -> Self {
        Self::new(|_| {})
    }

    /// Reports a refused request.
    pub fn report(&self, refused: RefusedRequest) {
        (self.0)(refused);
    }
}

impl fmt::Debug for AuditSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditSink")
    }
}
