//! Send: calls a receiver and keeps the message as it was.

use async_trait::async_trait;

use super::AsyncStep;
use crate::error::StepError;
use crate::exchange::Exchange;
use crate::run::Visit;

#[derive(Debug)]
pub(super) struct Send(pub(super) Box<dyn AsyncStep>);

#[async_trait]
impl AsyncStep for Send {
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError> {
        let mut sent = exchange.clone();
        let result = self.0.apply(&mut sent, visit).await;
        exchange.log = std::mem::take(&mut sent.log);
        if result.is_err() {
            // What a receiver leaves behind when it fails belongs to the error's handling.
            sent.log = std::mem::take(&mut exchange.log);
            *exchange = sent;
        }
        result
    }
}
