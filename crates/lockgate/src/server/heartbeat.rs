//! Says now and then that this server lives, so that what a killed one said about flows counts no more.

use std::time::Duration;

use lockgate_engine::runtime::Runtime;
use lockgate_store::{Store, workers};

/// How often; a few times within [`lockgate_core::limits::WORKER_SILENCE`].
const BEAT: Duration = Duration::from_secs(15);

/// Says so as long as the server takes calls: not before its flows are loaded, nor while it stops.
pub(super) async fn run(store: Store, runtime: Runtime, worker: String) {
    loop {
        if runtime.is_ready()
            && let Err(error) = beat(&store, &worker).await
        {
            tracing::warn!(%error, "other servers could not be told that this one lives");
        }
        tokio::time::sleep(BEAT).await;
    }
}

async fn beat(store: &Store, worker: &str) -> lockgate_store::Result<()> {
    let mut tx = store.begin().await?;
    workers::seen(&mut tx, worker).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lockgate_core::clock::{ManualClock, Timestamp};
    use lockgate_core::limits;
    use lockgate_store::Location;
    use lockgate_store::workers::Worker;

    use super::*;

    #[tokio::test]
    async fn a_server_that_lives_is_seen_more_often_than_needed() {
        assert!(BEAT * 3 <= limits::WORKER_SILENCE);
        let folder = tempfile::tempdir().unwrap();
        let start = Timestamp::from_secs(1_800_000_000);
        let clock = Arc::new(ManualClock::at(start));
        let location = Location::Sqlite(folder.path().join("test.db"));
        let store = Store::open(&location, clock.clone()).await.unwrap();
        for seen_at in [start, start.plus(BEAT)] {
            beat(&store, "w1").await.unwrap();
            let seen = workers::list(&mut store.read().await.unwrap()).await;
            let name = "w1".to_owned();
            assert_eq!(seen.unwrap(), [Worker { name, seen_at }]);
            clock.advance(BEAT);
        }
    }
}
