//! Writes requests that were refused at surfaces to the audit log.
//!
//! Surfaces do not wait for it. What is refused again and again by one source is counted, what comes
//! faster than it can be taken is dropped, and both are said in a line of the log.

mod tally;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lockgate_core::audit::{Actor, Event, Outcome};
use lockgate_core::clock::{SharedClock, Timestamp};
use lockgate_core::limits;
use lockgate_core::random::SharedRandom;
use lockgate_store::{Store, audit};
use lockgate_web::audit::{AuditSink, RefusedRequest};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, DropGuard};

use self::tally::{Line, Noted, TOGETHER, Tally};

/// How long the first refusal of a batch waits for others.
const GATHER: Duration = Duration::from_millis(limits::JOURNAL_DELAY_MS);
/// How often minutes are looked at that may be over, and a failed write is tried again.
const TICK: Duration = Duration::from_secs(1);

/// The writer of refusals. Stop it to have everything written.
#[derive(Debug)]
pub(super) struct Auditor {
    sink: AuditSink,
    dropped: Dropped,
    stopping: DropGuard,
    task: JoinHandle<()>,
}

impl Auditor {
    /// Starts to write into `store`.
    pub(super) fn start(store: Store, clock: SharedClock, random: SharedRandom) -> Self {
        let (sender, incoming) = mpsc::channel(limits::AUDIT_BUFFER);
        let dropped = Dropped::default();
        let stopping = CancellationToken::new();
        let writer = Writer {
            store,
            clock: Arc::clone(&clock),
            random,
            incoming,
            stopping: stopping.clone(),
            dropped: dropped.clone(),
            told: (0, None),
            tally: Tally::default(),
            events: Vec::new(),
        };
        let excess = dropped.clone();
        let sink = AuditSink::new(move |refused| {
            if sender.try_send((clock.now(), refused)).is_err() {
                excess.add(1);
            }
        });
        Self {
            sink,
            dropped,
            stopping: stopping.drop_guard(),
            task: tokio::spawn(writer.run()),
        }
    }

    /// Where surfaces report refused requests.
    pub(super) fn sink(&self) -> AuditSink {
        self.sink.clone()
    }

    /// What was not written, as a metric.
    pub(super) fn metrics(&self) -> Box<dyn Collector> {
        Box::new(self.dropped.clone())
    }

    /// Writes what is left.
    pub(super) async fn stop(self) {
        drop(self.stopping);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the writer of the audit log ended badly");
        }
    }
}

/// How many refused requests are in no line of the log.
#[derive(Clone, Debug, Default)]
struct Dropped(Arc<AtomicU64>);

impl Dropped {
    fn add(&self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Collector for Dropped {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let (name, help) = (
            "audit_refusals_dropped",
            "Refused requests that the audit log only counts",
        );
        let counter = ConstCounter::new(self.count());
        counter.encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)
    }
}

/// The one task that writes.
struct Writer {
    store: Store,
    clock: SharedClock,
    random: SharedRandom,
    incoming: mpsc::Receiver<(Timestamp, RefusedRequest)>,
    stopping: CancellationToken,
    dropped: Dropped,
    /// How many were said to be dropped, and when last.
    told: (u64, Option<Timestamp>),
    tally: Tally,
    /// What is to be written.
    events: Vec<Event>,
}

impl Writer {
    async fn run(mut self) {
        loop {
            let last = self.stopping.is_cancelled();
            self.collect(last).await;
            self.write().await;
            if last {
                return;
            }
        }
    }

    /// Waits until there may be something to write, and takes what came.
    async fn collect(&mut self, last: bool) {
        let mut taken = Vec::new();
        let busy = !self.tally.is_empty() || !self.events.is_empty() || self.untold() > 0;
        tokio::select! {
            biased;
            () = self.stopping.cancelled() => {}
            _ = self.incoming.recv_many(&mut taken, limits::AUDIT_BUFFER) => {
                tokio::select! {
                    () = self.stopping.cancelled() => {}
                    () = sleep(GATHER) => {}
                }
            }
            () = sleep(TICK), if busy => {}
        }
        while taken.len() < 2 * limits::AUDIT_BUFFER
            && let Ok(more) = self.incoming.try_recv()
        {
            taken.push(more);
        }
        for (at, refused) in taken {
            match self.tally.note(at, refused) {
                Noted::First(line) => self.add(line),
                Noted::Counted => {}
                Noted::Lost => self.dropped.add(1),
            }
        }
        let now = self.clock.now();
        let ended = match last {
            true => self.tally.close_all(),
            false => self.tally.close(now),
        };
        ended.into_iter().for_each(|line| self.add(line));
        self.tell(now, last);
    }

    fn add(&mut self, line: Line) {
        let detail = match line.repeated {
            0 => String::new(),
            count => {
                format!("x{count}: {count} more of this source within a minute, this is the last")
            }
        };
        self.events.push(Event {
            id: self.random.uuid(),
            at: line.at,
            actor: line.refused.actor,
            action: "api.call".to_owned(),
            target_kind: "request".to_owned(),
            target_id: String::new(),
            target_name: line.refused.request,
            key: None,
            thumbprint: line.refused.thumbprint,
            outcome: Outcome::Refused {
                status: line.refused.status,
                reason: line.refused.reason,
            },
            detail,
        });
    }

    /// Refusals that were dropped without a word so far.
    fn untold(&self) -> u64 {
        self.dropped.count().saturating_sub(self.told.0)
    }

    /// Says what was dropped, once a minute.
    fn tell(&mut self, now: Timestamp, last: bool) {
        let untold = self.untold();
        let lately = |at: Timestamp| now.since(at) < TOGETHER;
        let waits = !last && self.told.1.is_some_and(lately);
        if untold == 0 || waits {
            return;
        }
        self.told = (self.told.0 + untold, Some(now));
        self.events.push(Event {
            id: self.random.uuid(),
            at: now,
            actor: Actor::SERVER,
            action: "audit.drop".to_owned(),
            target_kind: String::new(),
            target_id: String::new(),
            target_name: String::new(),
            key: None,
            thumbprint: None,
            outcome: Outcome::Done,
            detail: format!("{untold} refused requests have no line here: too many came at once"),
        });
    }

    /// Writes everything, or keeps it for the next time.
    async fn write(&mut self) {
        if self.events.is_empty() {
            return;
        }
        match self.append().await {
            Ok(()) => self.events.clear(),
            Err(error) => {
                let waiting = self.events.len();
                tracing::warn!(%error, waiting, "the audit log cannot be written; events wait");
                let excess = waiting.saturating_sub(limits::AUDIT_BUFFER);
                self.events.drain(..excess);
                self.dropped.add(excess);
            }
        }
    }

    async fn append(&self) -> lockgate_store::Result<()> {
        let mut tx = self.store.begin().await?;
        audit::append(&mut tx, &self.events).await?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use lockgate_core::clock::ManualClock;
    use lockgate_core::random::SeededRandom;
    use lockgate_store::Location;
    use lockgate_store::audit::Filter;
    use tokio::time::timeout;

    use super::tally::tests::refused;
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_800_000_000);

    async fn store(folder: &tempfile::TempDir, clock: &Arc<ManualClock>) -> Store {
        let location = Location::Sqlite(folder.path().join("test.db"));
        Store::open(&location, clock.clone()).await.unwrap()
    }

    fn start(store: &Store, clock: &Arc<ManualClock>) -> Auditor {
        let random = Arc::new(SeededRandom::new(1));
        Auditor::start(store.clone(), clock.clone(), random)
    }

    /// Action, target, outcome and detail of every event, oldest first.
    async fn lines(store: &Store) -> Vec<String> {
        let mut tx = store.read().await.unwrap();
        let mut events = audit::list(&mut tx, &Filter::default()).await.unwrap();
        events.reverse();
        let line = |event: &Event| {
            let outcome = match &event.outcome {
                Outcome::Done => "done".to_owned(),
                Outcome::Refused { status, reason } => format!("{status} {reason}"),
            };
            let (action, target, detail) = (&event.action, &event.target_name, &event.detail);
            format!("{action} {target} {outcome} {detail}")
        };
        events.iter().map(line).collect()
    }

    #[tokio::test]
    async fn a_refusal_is_written_at_once_and_its_repetitions_as_one() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let store = store(&folder, &clock).await;
        let auditor = start(&store, &clock);
        auditor.sink().report(refused("192.0.2.1", "GET /a"));
        let written = async {
            while lines(&store).await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(60), written).await.unwrap();
        for _ in 1..=40 {
            clock.advance(Duration::from_millis(1));
            auditor.sink().report(refused("192.0.2.1", "GET /a"));
        }
        auditor.stop().await;
        let expected = [
            "api.call GET /a 401 no-credential ",
            "api.call GET /a 401 no-credential \
                x40: 40 more of this source within a minute, this is the last",
        ];
        assert_eq!(lines(&store).await, expected);
    }

    #[tokio::test]
    async fn what_is_dropped_is_counted_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let store = store(&folder, &clock).await;
        let auditor = start(&store, &clock);
        // The writer gets no turn before the first wait.
        for _ in 0..limits::AUDIT_BUFFER + 3 {
            auditor.sink().report(refused("192.0.2.1", "GET /a"));
        }
        let dropped = auditor.dropped.clone();
        clock.advance(Duration::from_millis(1));
        auditor.stop().await;
        assert_eq!(dropped.count(), 3);
        let last = lines(&store).await.pop().unwrap();
        assert_eq!(
            last,
            "audit.drop  done 3 refused requests have no line here: too many came at once"
        );
    }
}
