//! Deletes what is old: finished messages, refusals, variables nobody writes, number draws.

use std::time::Duration;

use lockgate_core::clock::{SharedClock, Timestamp};
use lockgate_store::{Store, messages, number_ranges, refusals, variables};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Variables and correlated number draws are kept this long after they were last written, as the
/// original documents it for variables.
const UNUSED: Duration = Duration::from_secs(400 * 24 * 3600);

/// Cleans up once an hour. Several servers may do so at the same time: deleting twice is harmless.
pub(super) async fn run(store: Store, clock: SharedClock, retention_days: u32) {
    loop {
        match clean(&store, &clock, DAY * retention_days).await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "old rows are deleted"),
            Err(error) => tracing::warn!(%error, "old rows could not be deleted"),
        }
        tokio::time::sleep(HOUR).await;
    }
}

/// Deletes in portions, each in a transaction of its own, so that other writers get their turn.
async fn clean(store: &Store, clock: &SharedClock, keep: Duration) -> lockgate_store::Result<u64> {
    let (old, unused) = (clock.now().minus(keep), clock.now().minus(UNUSED));
    let mut all = 0;
    loop {
        let portion = clean_portion(store, old, unused).await?;
        all += portion;
        if portion == 0 {
            return Ok(all);
        }
    }
}

async fn clean_portion(
    store: &Store,
    old: Timestamp,
    unused: Timestamp,
) -> lockgate_store::Result<u64> {
    let mut tx = store.begin().await?;
    let deleted = messages::purge(&mut tx, old).await?
        + refusals::purge(&mut tx, old).await?
        + variables::purge(&mut tx, unused).await?
        + number_ranges::purge_draws(&mut tx, unused).await?;
    tx.commit().await?;
    Ok(deleted)
}
