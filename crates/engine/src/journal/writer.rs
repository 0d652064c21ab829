//! Moves records from memory to the store, in batches, for as long as it takes.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lockgate_core::ids::MessageId;
use lockgate_core::limits;
use lockgate_store::messages::Message;
use lockgate_store::{Store, messages, payloads, refusals};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::contents::Contents;
use super::{Record, Refusal, State};

/// How long a failed write waits before it is tried again, at first and at most.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How long the writer turns away while records gather. Who leaves one wakes the writer only while it
/// waits for it, and being woken for each costs more than taking them.
const NAP: Duration = Duration::from_millis(10);

/// The one task that writes.
pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) worker: Arc<str>,
    pub(super) state: Arc<State>,
}

#[derive(Default)]
struct Batch {
    records: Vec<Record>,
    refusals: Vec<Refusal>,
}

impl Batch {
    fn len(&self) -> usize {
        self.records.len() + self.refusals.len()
    }
}

impl Writer {
    pub(super) async fn run(self, mut incoming: Incoming) {
        loop {
            let batch = incoming.collect().await;
            if batch.len() == 0 {
                return;
            }
            self.write(batch).await;
        }
    }

    /// Writes a batch. Records are tried again until they are written; refusals are tried once.
    async fn write(&self, batch: Batch) {
        let mut messages = Vec::with_capacity(batch.records.len());
        let mut contents = Vec::new();
        for record in batch.records {
            let (message, kept) = record.into_message(&self.worker);
            contents.extend(kept.map(|kept| (message.id.clone(), kept)));
            messages.push(message);
        }
        let mut refusals = batch.refusals;
        let mut wait = RETRY.0;
        while let Err(error) = self.append(&messages, &mut contents, &refusals).await {
            self.state.failing.store(true, Ordering::Relaxed);
            let lost = u64::try_from(refusals.len()).unwrap_or(u64::MAX);
            self.state
                .refusals_dropped
                .fetch_add(lost, Ordering::Relaxed);
            refusals.clear();
            if messages.is_empty() {
                break;
            }
            let waiting = messages.len();
            tracing::warn!(%error, waiting, "the message log cannot be written; its records wait");
            sleep(wait).await;
            wait = (wait * 2).min(RETRY.1);
        }
        self.state.failing.store(false, Ordering::Relaxed);
        let written = u64::try_from(messages.len()).unwrap_or(u64::MAX);
        self.state.written.fetch_add(written, Ordering::Relaxed);
    }

    /// Writes contents first, each message's in a transaction of its own, so that none is large; then
    /// the records. Contents whose record does not follow are deleted when they are old.
    async fn append(
        &self,
        batch: &[Message],
        contents: &mut Vec<(MessageId, Box<Contents>)>,
        refused: &[Refusal],
    ) -> lockgate_store::Result<()> {
        while let Some((message, kept)) = contents.last() {
            let mut tx = self.store.begin_first().await?;
            let all: Vec<_> = kept.payloads(message).collect();
            payloads::append(&mut tx, &all).await?;
            tx.commit().await?;
            contents.pop();
        }
        if batch.is_empty() && refused.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.begin_first().await?;
        if !batch.is_empty() {
            messages::append(&mut tx, batch).await?;
        }
        if !refused.is_empty() {
            refusals::append(&mut tx, refused).await?;
        }
        tx.commit().await
    }
}

/// What comes in to be written.
pub(super) struct Incoming {
    pub(super) records: mpsc::Receiver<Record>,
    pub(super) refused: mpsc::Receiver<Refusal>,
    pub(super) stop: watch::Receiver<bool>,
}

impl Incoming {
    /// Waits for something to write, then gathers more until the batch is full or the first has
    /// waited long enough. Empty only when all is written and nothing more is to come.
    async fn collect(&mut self) -> Batch {
        let mut batch = Batch::default();
        let (mut no_records, mut no_refusals) = (false, false);
        let mut deadline = None;
        while batch.len() < limits::JOURNAL_BATCH && !(no_records && no_refusals) {
            let room = limits::JOURNAL_BATCH - batch.len();
            tokio::select! {
                count = self.records.recv_many(&mut batch.records, room), if !no_records => no_records = count == 0,
                count = self.refused.recv_many(&mut batch.refusals, room), if !no_refusals => no_refusals = count == 0,
                () = due(deadline) => return batch,
                _ = self.stop.wait_for(|stop| *stop), if !self.records.is_closed() => {
                    // No new places. Those that are taken are still waited for.
                    self.records.close();
                    self.refused.close();
                }
            }
            if deadline.is_none() && batch.len() > 0 {
                deadline = Some(Instant::now() + Duration::from_millis(limits::JOURNAL_DELAY_MS));
            }
            if batch.len() < limits::JOURNAL_BATCH && !self.records.is_closed() {
                sleep(NAP).await;
            }
        }
        batch
    }
}

async fn due(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
