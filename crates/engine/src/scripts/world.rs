//! What a script sees of the world: time, randomness, sleep, logs and the services of the platform.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use lockgate_core::clock::SharedClock;
use lockgate_core::random::SharedRandom;
use lockgate_groovy::cpi::Services;
use lockgate_groovy::host::{Host, Level};
use lockgate_groovy::thrown::Limit;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// The world of one run.
pub(super) struct World {
    pub(super) clock: SharedClock,
    pub(super) random: SharedRandom,
    pub(super) flow: Arc<str>,
    pub(super) services: Rc<dyn Services>,
    pub(super) stopped: CancellationToken,
    pub(super) handle: Handle,
    pub(super) turn: Turn,
}

/// A turn to compute, given back while a script sleeps.
pub(super) struct Turn {
    turns: Arc<Semaphore>,
    permit: RefCell<Option<OwnedSemaphorePermit>>,
}

impl Turn {
    pub(super) fn new(turns: Arc<Semaphore>, permit: OwnedSemaphorePermit) -> Self {
        Self {
            turns,
            permit: RefCell::new(Some(permit)),
        }
    }
}

impl Host for World {
    fn now(&self) -> i64 {
        self.clock.now().millis()
    }

    fn nanos(&self) -> i64 {
        self.now().saturating_mul(1_000_000)
    }

    fn random(&self, bytes: &mut [u8]) {
        self.random.fill(bytes);
    }

    fn print(&self, text: &str) {
        tracing::debug!(flow.id = %self.flow, "{text}");
    }

    fn log(&self, level: Level, logger: &str, message: &str) {
        match level {
            Level::Error | Level::Warn | Level::Info => {
                tracing::info!(flow.id = %self.flow, logger, ?level, "{message}");
            }
            Level::Debug | Level::Trace => {
                tracing::debug!(flow.id = %self.flow, logger, ?level, "{message}");
            }
        }
    }

    /// Others compute meanwhile.
    fn sleep(&self, time: Duration) -> Result<(), Limit> {
        self.turn.permit.borrow_mut().take();
        self.handle.block_on(async {
            tokio::select! {
                () = self.stopped.cancelled() => Err(Limit::Stopped),
                permit = async {
                    tokio::time::sleep(time).await;
                    Arc::clone(&self.turn.turns).acquire_owned().await
                } => {
                    *self.turn.permit.borrow_mut() = permit.ok();
                    Ok(())
                }
            }
        })
    }

    fn services(&self) -> Option<Rc<dyn Services>> {
        Some(Rc::clone(&self.services))
    }

    fn stopped(&self) -> bool {
        self.stopped.is_cancelled()
    }
}
