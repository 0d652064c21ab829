//! Password hashes: argon2id, off the threads that serve requests, a few at a time.

mod memory;

use std::sync::Arc;

use argon2::Params;
use argon2::password_hash::{PasswordHash, SaltString};
use lockgate_core::limits;
use lockgate_core::random::Random;
use lockgate_core::secret::Secret;
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use memory::{Blocks, Memory};

/// What a password hash costs, and how many are computed at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashSettings {
    /// Memory of one hash in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Hashes computed at the same time, in each lane.
    pub at_once: usize,
    /// Hashes that wait for their turn, in each lane, before further ones are refused.
    pub waiting: usize,
}

impl Default for HashSettings {
    /// 19 MiB and two passes. When these rise, stored hashes are renewed as people log in.
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            at_once: limits::HASHES_AT_ONCE,
            waiting: limits::HASHES_WAITING,
        }
    }
}

/// Too many passwords wait already.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("too many passwords wait to be hashed")]
pub(crate) struct Busy;

/// Computes password hashes. People who come from where they logged in before have a lane of their
/// own, so that a flood from elsewhere does not keep them waiting.
#[derive(Clone, Debug)]
pub(crate) struct Hashing {
    params: Params,
    pub(crate) familiar: Lane,
    pub(crate) unfamiliar: Lane,
}

/// What comparing a password with a hash gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Whether they belong together.
    pub(crate) matches: bool,
    /// The hash to store instead, when they do and the stored one costs less than it should.
    pub(crate) renewed: Option<String>,
}

impl Hashing {
    /// # Panics
    /// When argon2 has no such parameters.
    pub(crate) fn new(settings: HashSettings) -> Self {
        let params = Params::new(settings.memory_kib, settings.passes, 1, None);
        Self {
            params: params.expect("invariant: the settings are legal argon2 parameters"),
            familiar: Lane::new(settings),
            unfamiliar: Lane::new(settings),
        }
    }

    /// The lane for a login.
    pub(crate) fn lane(&self, familiar: bool) -> &Lane {
        match familiar {
            true => &self.familiar,
            false => &self.unfamiliar,
        }
    }

    /// The hash of a new password.
    pub(crate) async fn hash(
        &self,
        password: Secret<String>,
        random: &dyn Random,
    ) -> Result<String, Busy> {
        let (params, salt) = (self.params.clone(), random.bytes());
        let work = move |blocks: &mut Blocks| hash(&params, password.expose(), salt, blocks);
        self.familiar.run(work).await
    }

    /// Compares a password with a stored hash. Without one it takes as long and does not match.
    pub(crate) async fn verify(
        &self,
        lane: &Lane,
        password: Secret<String>,
        stored: Option<String>,
        random: &dyn Random,
    ) -> Result<Verdict, Busy> {
        let (params, salt) = (self.params.clone(), random.bytes());
        let work = move |blocks: &mut Blocks| {
            verify(&params, password.expose(), stored.as_deref(), salt, blocks)
        };
        lane.run(work).await
    }
}

fn hash(params: &Params, password: &str, salt: [u8; 16], blocks: &mut Blocks) -> String {
    let legal = "invariant: 16 bytes are a legal salt, and bounded passwords can be hashed";
    let salt = SaltString::encode_b64(&salt).expect(legal);
    let hash = blocks.hash(params, password, salt.as_salt());
    hash.expect(legal).to_string()
}

fn verify(
    params: &Params,
    password: &str,
    stored: Option<&str>,
    salt: [u8; 16],
    blocks: &mut Blocks,
) -> Verdict {
    let parsed = stored.and_then(|stored| PasswordHash::new(stored).ok());
    let Some(parsed) = parsed else {
        // Nobody has this hash: what counts is the time it takes.
        hash(params, password, salt, blocks);
        return Verdict {
            matches: false,
            renewed: None,
        };
    };
    let matches = blocks.verify(password, &parsed);
    let current = Params::try_from(&parsed).is_ok_and(|stored| {
        stored.m_cost() >= params.m_cost() && stored.t_cost() >= params.t_cost()
    });
    let renewed = (matches && !current).then(|| hash(params, password, salt, blocks));
    Verdict { matches, renewed }
}

/// A queue of bounded length in front of a bounded number of threads.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    /// For those who work and those who wait.
    pub(crate) places: Arc<Semaphore>,
    /// For those who work.
    turns: Arc<Semaphore>,
    /// What they work in.
    memory: Memory,
}

impl Lane {
    fn new(settings: HashSettings) -> Self {
        Self {
            places: Arc::new(Semaphore::new(settings.at_once + settings.waiting)),
            turns: Arc::new(Semaphore::new(settings.at_once)),
            memory: Memory::default(),
        }
    }

    /// Does `work` when it is its turn. Work that began is finished even if nobody waits for it any
    /// more, and holds its place until then.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Blocks) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.expect("invariant: nobody closes the queue");
        let memory = self.memory.clone();
        let done = spawn_blocking(move || {
            let done = memory.lend(work);
            drop((place, turn));
            done
        });
        // It fails only when the server ends before the work begins.
        done.await.map_err(|_| Busy)
    }
}

#[cfg(test)]
mod tests;
