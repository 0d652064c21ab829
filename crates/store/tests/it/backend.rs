//! Runs a test once on SQLite and once on PostgreSQL.

use std::sync::Arc;

use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_store::{Location, Store};
use lockgate_testkit::postgres;

/// When tests begin.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// An empty database and what is needed to look behind the store's back.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) location: Location,
}

impl Backend {
    pub(crate) async fn open(location: Location) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let store = Store::open(&location, clock.clone()).await.unwrap();
        Self {
            store,
            clock,
            location,
        }
    }

    /// Runs statements on a connection of our own.
    pub(crate) async fn raw(&self, sql: &str) {
        match &self.location {
            Location::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute_batch(sql).unwrap();
            }
            Location::Postgres(url) => connect(url).await.batch_execute(sql).await.unwrap(),
        }
    }
}

/// A connection to PostgreSQL that ends with its client.
pub(crate) async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

pub(crate) async fn for_each_backend(test: impl AsyncFn(Backend)) {
    let folder = tempfile::tempdir().unwrap();
    test(Backend::open(Location::Sqlite(folder.path().join("test.db"))).await).await;
    for_postgres(test).await;
}

pub(crate) async fn for_postgres(test: impl AsyncFn(Backend)) {
    if let Some(database) = postgres::Database::create().await {
        test(Backend::open(Location::Postgres(database.url().to_owned())).await).await;
    }
}
