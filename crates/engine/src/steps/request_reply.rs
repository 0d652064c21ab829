//! Request-Reply: calls a receiver, whose answer becomes the message.

use std::sync::Arc;

use async_trait::async_trait;

use super::AsyncStep;
use crate::error::StepError;
use crate::exchange::Exchange;
use crate::receiver::{Call, Receiver};
use crate::run::Visit;

#[derive(Debug)]
pub(super) struct RequestReply(pub(super) Arc<dyn Receiver>);

#[async_trait]
impl AsyncStep for RequestReply {
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError> {
        let materials = visit.runtime.materials();
        let session = visit.session();
        let call = Call {
            flow: &visit.pipeline.flow,
            step: visit.step,
            materials: &materials,
            session: &session,
            clock: visit.runtime.clock(),
            random: visit.runtime.random(),
        };
        self.0.call(exchange, &call).await
    }
}
