//! What is deployed on this worker, and the way into it.

use std::sync::Arc;

use crate::access::Permit;
use crate::endpoints::Endpoints;
use crate::entry::{Inbound, Outcome, Refused};

/// The flows of this worker. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Runtime(Arc<Endpoints>);

impl Runtime {
    /// The addresses served now.
    #[must_use]
    pub fn endpoints(&self) -> Arc<Endpoints> {
        Arc::clone(&self.0)
    }

    /// Runs an authorized call and answers it. The exchange goes on to its end even when the caller
    /// does not wait for the answer.
    ///
    /// # Errors
    /// Why nothing was run.
    pub async fn accept(&self, permit: Permit, inbound: Inbound<'_>) -> Result<Outcome, Refused> {
        let _ = (permit, inbound);
        std::future::ready(Err(Refused::Stopping)).await
    }
}
