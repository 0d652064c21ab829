//! ProcessDirect: one flow calls another.

use std::sync::Arc;

use super::accept::Origin;
use super::{Routes, Target};
use crate::error::StepError;
use crate::exchange::Exchange;
use crate::headers::Headers;
use crate::names;
use crate::run::{Ending, Visit};

impl Routes {
    /// Where a ProcessDirect address leads. Addresses are compared literally; only a leading slash
    /// may be missing on either side.
    fn direct(&self, address: &str) -> Option<&Target> {
        let found = self.direct.get(address);
        found.or_else(|| match address.strip_prefix('/') {
            Some(bare) => self.direct.get(bare),
            None => self.direct.get(&format!("/{address}")),
        })
    }
}

impl Visit<'_> {
    /// Calls the flow at `address` with the body and the headers that it admits, and takes over its
    /// answer. The flow runs as a message of its own in the same chain.
    pub(crate) async fn call_flow(
        &self,
        address: &str,
        exchange: &mut Exchange,
    ) -> Result<(), StepError> {
        let runtime = self.runtime;
        let target = runtime.0.routes.load().direct(address).cloned();
        let target = target.ok_or_else(|| {
            StepError::of_class(
                "org.apache.camel.component.direct.DirectConsumerNotAvailableException",
                format!("No running flow listens at the ProcessDirect address {address:?}. Deploy it, or correct the address."),
            )
        })?;
        let slot = runtime.0.journal.reserve(runtime.0.journal_wait).await;
        let slot = slot.ok_or_else(|| {
            StepError::new("The message log cannot take another record, so no flow was called.")
        })?;
        let mut headers = Headers::default();
        for (name, value) in exchange.headers.iter() {
            if !names::is_internal(name) && target.deployed.pipeline.allowed_headers.admits(name) {
                headers.set(name, value.clone());
            }
        }
        let sent = Exchange {
            body: exchange.body.clone(),
            headers,
            attachments: exchange.attachments.clone(),
            ..Exchange::default()
        };
        let origin = Origin {
            correlation: Some(Arc::clone(&self.chain.correlation)),
            depth: self.chain.depth,
            synchronous: self.chain.synchronous,
            sender: None,
            resend: None,
        };
        let execution = runtime.execution(target, sent, origin, slot);
        let finished = runtime.execute(execution).await;
        match finished.ending {
            Ending::Completed => {}
            Ending::Escalated if !self.chain.synchronous => {}
            Ending::Escalated => {
                return Err(StepError::new(format!(
                    "The flow at {address:?} ended at an escalation end event."
                )));
            }
            Ending::Failed(error) => return Err(error.as_ref().clone()),
            Ending::Abandoned => {
                return Err(StepError::new(
                    "The called flow was abandoned because the server stops.",
                ));
            }
        }
        take_answer(exchange, finished.exchange);
        Ok(())
    }
}

/// Body and attachments are replaced, headers merged; the message keeps its own identity.
fn take_answer(exchange: &mut Exchange, answer: Exchange) {
    exchange.body = answer.body;
    exchange.attachments = answer.attachments;
    for (name, value) in answer.headers.into_entries() {
        let own = [names::MESSAGE_ID, names::CORRELATION_ID];
        if !own.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            exchange.headers.set(name, value);
        }
    }
}
