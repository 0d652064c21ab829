//! Makes RSA keys beside the tasks that answer requests.

use std::sync::Arc;

use lockgate_core::limits;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::error::{Error, Result};

/// Runs what computes for long on threads of its own, a few at a time.
#[derive(Clone, Debug)]
pub(super) struct Generator(Arc<Semaphore>);

impl Default for Generator {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(limits::KEY_GENERATIONS)))
    }
}

impl Generator {
    /// What `make` makes. The turn is kept until it is done, even when nobody waits for it any more.
    ///
    /// # Errors
    /// [`Error::Busy`] when no turn comes within [`limits::KEY_GENERATION_WAIT`].
    pub(super) async fn run<T: Send + 'static>(
        &self,
        make: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.0).acquire_owned();
        let turn = timeout(limits::KEY_GENERATION_WAIT, turn).await;
        let turn = turn
            .map_err(|_| Error::Busy)?
            .expect("invariant: the semaphore is never closed");
        let making = tokio::task::spawn_blocking(move || {
            let made = make();
            drop(turn);
            made
        });
        Ok(making
            .await
            .expect("invariant: making a key does not panic"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_gets_no_turn_in_time_is_told_so() {
        let generator = Generator::default();
        let mut running = Vec::new();
        let mut holding = Vec::new();
        for _ in 0..limits::KEY_GENERATIONS {
            let (release, released) = mpsc::channel::<()>();
            let generator = generator.clone();
            running.push(tokio::spawn(async move {
                generator.run(move || released.recv().is_ok()).await
            }));
            holding.push(release);
        }
        while generator.0.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let waiting = generator.run(|| ());
        let (waited, ()) = tokio::join!(waiting, advance(limits::KEY_GENERATION_WAIT));
        assert!(matches!(waited, Err(Error::Busy)));
        for release in holding {
            release.send(()).unwrap();
        }
        for run in running {
            assert!(run.await.unwrap().unwrap());
        }
        assert!(generator.run(|| true).await.unwrap());
    }
}
