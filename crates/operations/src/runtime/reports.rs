//! What the workers say about flows.

use std::collections::HashSet;

use lockgate_core::limits;
use lockgate_store::flows::{self, FlowHead, FlowState, Status};
use lockgate_store::{Tx, workers};

use super::RuntimeState;
use crate::error::Result;
use crate::service::Operations;

/// What workers that live say about flows.
#[derive(Debug)]
pub(crate) struct Reports {
    statuses: Vec<Status>,
    /// Workers that said that they live.
    living: Vec<String>,
}

impl Operations {
    /// What the workers say about all flows.
    pub(crate) async fn reports(&self) -> Result<Reports> {
        let mut tx = self.store.read().await?;
        let statuses = flows::all_statuses(&mut tx).await?;
        self.of_living(&mut tx, statuses).await
    }

    /// What the workers say about one flow.
    pub(super) async fn reports_about(&self, flow: &str) -> Result<Reports> {
        let mut tx = self.store.read().await?;
        let statuses = flows::statuses(&mut tx, flow).await?;
        self.of_living(&mut tx, statuses).await
    }

    async fn of_living(&self, tx: &mut Tx, mut statuses: Vec<Status>) -> Result<Reports> {
        let earliest = self.clock.now().minus(limits::WORKER_SILENCE);
        let (living, silent): (Vec<_>, Vec<_>) = workers::list(tx)
            .await?
            .into_iter()
            .partition(|worker| worker.seen_at >= earliest);
        let silent: HashSet<_> = silent.into_iter().map(|worker| worker.name).collect();
        statuses.retain(|status| !silent.contains(&status.worker));
        let living = living.into_iter().map(|worker| worker.name).collect();
        Ok(Reports { statuses, living })
    }
}

impl Reports {
    /// What they say about this generation of a flow.
    pub(crate) fn about(&self, head: &FlowHead) -> impl Iterator<Item = &Status> {
        let statuses = self.statuses.iter();
        statuses.filter(|status| status.flow == head.id && status.generation == head.generation)
    }

    /// Of these, those that cannot run it.
    pub(super) fn failures(&self, head: &FlowHead) -> impl Iterator<Item = &Status> {
        self.about(head)
            .filter(|status| status.state == FlowState::Error)
    }

    /// How the flow is, all in all.
    pub(super) fn state(&self, head: &FlowHead) -> RuntimeState {
        if self.failures(head).next().is_some() {
            return RuntimeState::Error;
        }
        let runs = |worker: &str| {
            self.about(head)
                .any(|status| status.worker == worker && status.state == FlowState::Started)
        };
        let waits = self.living.iter().any(|worker| !runs(worker))
            || self
                .about(head)
                .any(|status| status.state != FlowState::Started);
        match self.about(head).next() {
            Some(_) if !waits => RuntimeState::Started,
            _ => RuntimeState::Starting,
        }
    }
}
