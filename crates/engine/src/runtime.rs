//! What is deployed on this worker, and the ways into it.

mod accept;
mod deploy;
mod direct;
mod http;
mod resend;
mod schedule;
mod timer;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use lockgate_core::clock::SharedClock;
use lockgate_core::crypto::Vault;
use lockgate_core::ids::MessageId;
use lockgate_core::limits;
use lockgate_core::random::SharedRandom;
use lockgate_flow::plan::ProcessIndex;
pub use lockgate_groovy::limits::Limits as ScriptLimits;
use lockgate_store::{Store, flows, messages};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::deploy::Deployed;
use crate::endpoints::Endpoints;
use crate::journal::{Closer, ContentLimits, Journal};
use crate::material::Materials;
use crate::prepare::Registry;
use crate::shared::Shared;

/// What a worker is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where desired state comes from and the message log goes.
    pub store: Store,
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub random: SharedRandom,
    /// Receivers.
    pub registry: Registry,
    /// Seals what flows keep encrypted.
    pub vault: Vault,
}

/// How a worker behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name of this worker, unique among the workers on one database and the same after a restart.
    pub worker: String,
    /// Exchanges that run at the same time before new ones are refused.
    pub concurrent_exchanges: usize,
    /// Steps that one exchange may execute before it is stopped.
    pub exchange_steps: u64,
    /// Message records that may wait to be written before new exchanges have to wait.
    pub journal_buffer: usize,
    /// How long a new exchange waits for a place in the message log before it is refused.
    pub journal_wait: Duration,
    /// How much the message log keeps of contents.
    pub content: ContentLimits,
    /// Whether an error that leaves a local process is offered to the exception subprocess of its
    /// caller. Off, as documented for the original: such an error ends the message.
    pub local_errors_reach_caller: bool,
    /// What one call of a script may use.
    pub scripts: ScriptLimits,
    /// Which timers fire.
    pub timers: Timers,
}

/// Which timers of a worker fire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Timers {
    /// All, when their schedules say so.
    #[default]
    Scheduled,
    /// Those of the flow with this id, once each when it starts, whatever their schedules say. No
    /// others.
    OnceOf(String),
    /// None.
    Never,
}

impl Settings {
    /// The defaults for a worker.
    #[must_use]
    pub fn of_worker(name: impl Into<String>) -> Self {
        Self {
            worker: name.into(),
            concurrent_exchanges: limits::CONCURRENT_EXCHANGES,
            exchange_steps: limits::EXCHANGE_STEPS,
            journal_buffer: limits::JOURNAL_BUFFER,
            journal_wait: limits::JOURNAL_WAIT,
            content: ContentLimits::default(),
            local_errors_reach_caller: false,
            scripts: ScriptLimits::default(),
            timers: Timers::Scheduled,
        }
    }
}

/// Scripts that compute at the same time, for each processor: one that computes for long holds up few.
const SCRIPTS_PER_THREAD: usize = 4;

/// The flows of this worker. Cheap to clone.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

struct Inner {
    store: Store,
    clock: SharedClock,
    random: SharedRandom,
    registry: Registry,
    vault: Vault,
    worker: Arc<str>,
    local_errors_reach_caller: bool,
    timers: Timers,
    script_limits: ScriptLimits,
    exchange_steps: u64,
    journal: Journal,
    journal_wait: Duration,
    closer: Mutex<Option<Closer>>,
    materials: ArcSwap<Materials>,
    /// Artifacts that flows share.
    shared: ArcSwap<Shared>,
    /// What is served now; swapped as a whole.
    routes: ArcSwap<Routes>,
    /// What is deployed; locked while that changes, never while a message runs.
    deployments: tokio::sync::Mutex<deploy::Deployments>,
    /// Whether the deployed flows were loaded once.
    loaded: AtomicBool,
    /// Kept messages that this worker is about to send again, by the ids of the new ones.
    resending: Mutex<HashSet<MessageId>>,
    /// Places for running exchanges.
    exchanges: Arc<Semaphore>,
    concurrent_exchanges: u32,
    /// Turns for long computations whose time is in proportion to the message.
    heavy: Semaphore,
    /// Turns for those that may take any time, so that they never hold up the others.
    superlinear: Semaphore,
    /// Turns for scripts, given back while they sleep.
    scripts: Arc<Semaphore>,
    /// Exchanges and timers that run as tasks of their own.
    tasks: TaskTracker,
    /// No new work.
    stopping: AtomicBool,
    /// No work at all.
    aborted: CancellationToken,
}

/// Addresses and where they lead.
#[derive(Debug, Default)]
struct Routes {
    endpoints: Arc<Endpoints>,
    direct: HashMap<String, Target>,
}

/// A main process of a deployed flow.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) deployed: Arc<Deployed>,
    pub(crate) process: ProcessIndex,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("worker", &self.0.worker)
            .finish_non_exhaustive()
    }
}

impl Runtime {
    /// Starts a worker. Messages that it left open when it ended the last time become `ABANDONED`.
    /// It serves nothing before [`Runtime::reconcile`].
    ///
    /// # Errors
    /// Those of the store.
    pub async fn start(parts: Parts, settings: Settings) -> lockgate_store::Result<Self> {
        let worker: Arc<str> = settings.worker.into();
        let mut tx = parts.store.begin().await?;
        let abandoned = messages::abandon_open(&mut tx, &worker).await?;
        flows::clear_statuses(&mut tx, &worker).await?;
        tx.commit().await?;
        if abandoned > 0 {
            tracing::warn!(
                abandoned,
                "messages were interrupted when this worker ended the last time"
            );
        }
        let (journal, closer) = Journal::start(
            parts.store.clone(),
            Arc::clone(&worker),
            settings.journal_buffer,
            settings.content,
        );
        let places = settings.concurrent_exchanges.min(Semaphore::MAX_PERMITS);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self(Arc::new(Inner {
            store: parts.store,
            clock: parts.clock,
            random: parts.random,
            registry: parts.registry,
            vault: parts.vault,
            worker,
            local_errors_reach_caller: settings.local_errors_reach_caller,
            timers: settings.timers,
            script_limits: settings.scripts,
            exchange_steps: settings.exchange_steps,
            journal,
            journal_wait: settings.journal_wait,
            closer: Mutex::new(Some(closer)),
            materials: ArcSwap::default(),
            shared: ArcSwap::default(),
            routes: ArcSwap::default(),
            deployments: tokio::sync::Mutex::default(),
            loaded: AtomicBool::new(false),
            resending: Mutex::default(),
            exchanges: Arc::new(Semaphore::new(places)),
            concurrent_exchanges: u32::try_from(places).unwrap_or(u32::MAX),
            heavy: Semaphore::new(threads),
            superlinear: Semaphore::new(threads),
            scripts: Arc::new(Semaphore::new(threads * SCRIPTS_PER_THREAD)),
            tasks: TaskTracker::new(),
            stopping: AtomicBool::new(false),
            aborted: CancellationToken::new(),
        })))
    }

    /// The addresses served now.
    #[must_use]
    pub fn endpoints(&self) -> Arc<Endpoints> {
        Arc::clone(&self.0.routes.load().endpoints)
    }

    /// The message log.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.0.journal
    }

    /// Exchanges that run now.
    #[must_use]
    pub fn running(&self) -> usize {
        let free = u32::try_from(self.0.exchanges.available_permits()).unwrap_or(u32::MAX);
        self.0.concurrent_exchanges.saturating_sub(free) as usize
    }

    /// Whether calls are taken: flows are loaded, the message log is being written, and nobody asked
    /// to stop.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.loaded.load(Ordering::Acquire) && self.0.journal.is_writing() && !self.is_stopping()
    }

    /// Loads the deployed credentials from the store. Exchanges see them with their next call.
    ///
    /// # Errors
    /// Those of the store. Credentials that cannot be opened are left out and logged.
    pub async fn reload_materials(&self, vault: &Vault) -> lockgate_store::Result<()> {
        let mut tx = self.0.store.read().await?;
        let materials = Materials::load(&mut tx, vault).await?;
        self.0.materials.store(Arc::new(materials));
        Ok(())
    }

    /// Stops: takes no new work, waits up to `grace` for what runs, abandons the rest, and writes the
    /// message log for up to `grace` more.
    pub async fn stop(&self, grace: Duration) {
        self.0.stopping.store(true, Ordering::Release);
        self.stop_timers().await;
        let all = self.0.exchanges.acquire_many(self.0.concurrent_exchanges);
        if timeout(grace, all).await.is_err() {
            tracing::warn!(
                running = self.running(),
                "messages are abandoned because the server stops"
            );
        }
        self.0.aborted.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        let closer = self
            .0
            .closer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(closer) = closer
            && timeout(grace, closer.close()).await.is_err()
        {
            tracing::error!(
                lost = self.0.journal.pending(),
                "message records could not be written before the end"
            );
        }
        if let Err(error) = self.forget_statuses().await {
            tracing::warn!(%error, "the flows of this worker could not be signed off");
        }
    }

    async fn forget_statuses(&self) -> lockgate_store::Result<()> {
        let mut tx = self.0.store.begin().await?;
        flows::clear_statuses(&mut tx, &self.0.worker).await?;
        tx.commit().await
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Acquire)
    }

    pub(crate) fn clock(&self) -> &SharedClock {
        &self.0.clock
    }

    pub(crate) fn random(&self) -> &SharedRandom {
        &self.0.random
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.0.vault
    }

    pub(crate) fn materials(&self) -> Arc<Materials> {
        self.0.materials.load_full()
    }

    pub(crate) fn script_limits(&self) -> ScriptLimits {
        self.0.script_limits
    }

    pub(crate) fn exchange_steps(&self) -> u64 {
        self.0.exchange_steps
    }

    pub(crate) fn local_errors_reach_caller(&self) -> bool {
        self.0.local_errors_reach_caller
    }

    pub(crate) fn shared(&self) -> Arc<Shared> {
        self.0.shared.load_full()
    }

    /// Cancelled when nothing may go on.
    pub(crate) fn aborted(&self) -> &CancellationToken {
        &self.0.aborted
    }

    /// Waits for a turn to run a script. `None` when none comes in time.
    pub(crate) async fn script_turn(&self) -> Option<(Arc<Semaphore>, OwnedSemaphorePermit)> {
        let turns = Arc::clone(&self.0.scripts);
        let turn = Arc::clone(&turns).acquire_owned();
        let permit = timeout(limits::TURN_WAIT, turn).await.ok()?.ok()?;
        Some((turns, permit))
    }

    /// Waits for a turn to compute for long; of each kind as many take turns as there are processors.
    /// `None` when none comes in time.
    pub(crate) async fn heavy_turn(&self, superlinear: bool) -> Option<SemaphorePermit<'_>> {
        let turns = if superlinear {
            &self.0.superlinear
        } else {
            &self.0.heavy
        };
        timeout(limits::TURN_WAIT, turns.acquire()).await.ok()?.ok()
    }
}
