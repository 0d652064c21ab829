//! The message log, written behind.
//!
//! An exchange reserves its place here before it starts and leaves its record when it ends. Records
//! wait at most [`limits::JOURNAL_DELAY_MS`] and are written up to [`limits::JOURNAL_BATCH`] at a
//! time, so a caller does not wait for the database. Places are bounded: when the database does not
//! keep up, new exchanges wait for a place, and are refused when none comes free in time. No record
//! that has a place is ever dropped while the process lives.

mod contents;
mod record;
mod steps;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use lockgate_core::limits;
use lockgate_store::Store;
pub use lockgate_store::refusals::Refusal;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub use self::contents::ContentLimits;
pub(crate) use self::contents::Keeping;
pub(crate) use self::record::{Head, Open, Record, Sender};
pub(crate) use self::steps::Trail;

/// The message log of one worker. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Journal {
    records: mpsc::Sender<Record>,
    refusals: mpsc::Sender<Refusal>,
    state: Arc<State>,
    keeping: Arc<Keeping>,
}

/// What the writer tells about itself.
#[derive(Debug, Default)]
struct State {
    failing: AtomicBool,
    refusals_dropped: AtomicU64,
    written: AtomicU64,
}

/// A place for one record.
#[derive(Debug)]
pub(crate) struct Slot(mpsc::OwnedPermit<Record>);

impl Slot {
    /// Leaves the record. It will be written.
    pub(crate) fn fill(self, record: Record) {
        self.0.send(record);
    }
}

/// Ends the writer once everything is written.
#[derive(Debug)]
pub(crate) struct Closer {
    stop: watch::Sender<bool>,
    writer: JoinHandle<()>,
}

impl Closer {
    /// Writes what is left and ends. Waits as long as the store needs; the caller sets the limit.
    pub(crate) async fn close(self) {
        self.stop.send_replace(true);
        if self.writer.await.is_err() {
            tracing::error!("the message log's writer ended by a panic");
        }
    }
}

impl Journal {
    /// Starts the writer with room for `buffer` records.
    pub(crate) fn start(
        store: Store,
        worker: Arc<str>,
        buffer: usize,
        content: ContentLimits,
    ) -> (Self, Closer) {
        let (records, incoming) = mpsc::channel(buffer);
        let (refusals, refused) = mpsc::channel(limits::REFUSAL_BUFFER);
        let (stop, stopped) = watch::channel(false);
        let state = Arc::new(State::default());
        let writer = writer::Writer {
            store,
            worker,
            state: Arc::clone(&state),
        };
        let incoming = writer::Incoming {
            records: incoming,
            refused,
            stop: stopped,
        };
        let writer = tokio::spawn(writer.run(incoming));
        let journal = Self {
            records,
            refusals,
            state,
            keeping: Arc::new(Keeping::new(content)),
        };
        (journal, Closer { stop, writer })
    }

    /// A place for the record of an exchange that is about to start; `None` when none is left.
    pub(crate) fn try_reserve(&self) -> Option<Slot> {
        self.records.clone().try_reserve_owned().ok().map(Slot)
    }

    /// A place for the record of an exchange that is about to start; `None` when none came free
    /// within `wait`. Those who wait are served in turn.
    pub(crate) async fn reserve(&self, wait: Duration) -> Option<Slot> {
        if let Some(slot) = self.try_reserve() {
            return Some(slot);
        }
        let place = timeout(wait, self.records.clone().reserve_owned()).await;
        place.ok()?.ok().map(Slot)
    }

    /// How much is kept of contents.
    pub(crate) fn keeping(&self) -> &Arc<Keeping> {
        &self.keeping
    }

    /// Shows a running exchange in the log, if there is room.
    pub(crate) fn announce(&self, record: Record) {
        if let Some(slot) = self.try_reserve() {
            slot.fill(record);
        }
    }

    /// Notes a refused request. Best effort: when refusals come faster than they can be written, the
    /// excess is counted and dropped.
    pub fn refuse(&self, refusal: Refusal) {
        if self.refusals.try_send(refusal).is_err() {
            self.state.refusals_dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether the store takes records. While it does not, they wait here.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        !self.state.failing.load(Ordering::Relaxed) && !self.records.is_closed()
    }

    /// Places taken: by running exchanges, and by records that wait to be written.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.records.max_capacity() - self.records.capacity()
    }

    /// Records written since the start.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.state.written.load(Ordering::Relaxed)
    }

    /// Refusals that were not noted because too many came.
    #[must_use]
    pub fn refusals_dropped(&self) -> u64 {
        self.state.refusals_dropped.load(Ordering::Relaxed)
    }
}
