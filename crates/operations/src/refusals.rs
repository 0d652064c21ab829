//! Refused calls, and why they were refused.

use lockgate_core::ids::CorrelationId;
use lockgate_store::refusals::{self, Filter, Refusal};

use crate::error::{Error, Result};
use crate::service::Operations;

impl Operations {
    /// The latest refused calls, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refusals(&self, limit: u32) -> Result<Vec<Refusal>> {
        let newest = Filter {
            limit,
            ..Filter::default()
        };
        Ok(refusals::list(&mut self.store.read().await?, &newest).await?)
    }

    /// The refused call that was answered with this correlation id.
    ///
    /// # Errors
    /// When none is on record.
    pub async fn refusal(&self, correlation_id: &str) -> Result<Refusal> {
        let unknown = || Error::NoRefusal(correlation_id.to_owned());
        let id: CorrelationId = correlation_id.parse().map_err(|_| unknown())?;
        let found = refusals::find(&mut self.store.read().await?, id).await?;
        found.ok_or_else(unknown)
    }
}
