//! What was committed survives `kill -9`.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use lockgate_core::clock::ManualClock;
use lockgate_store::messages::{self, Cursor, Filter, Message};
use lockgate_store::{Location, Store, Tx};

use crate::backend::{Backend, for_each_backend};
use crate::messages::message;

/// Tells the child process where to write.
const SQLITE: &str = "LOCKGATE_CRASH_SQLITE";
const POSTGRES: &str = "LOCKGATE_CRASH_POSTGRES";
const BATCH: u64 = 20;
const REPORT: &str = "committed batch ";

/// Run by itself this test starts the test program again, for this test only and with a location in
/// the environment. That child writes batches until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn committed_batches_survive_a_kill() {
    if let Some(location) = location_from_parent() {
        write_until_killed(&location).await;
    }
    for_each_backend(async |backend| {
        let Backend {
            store, location, ..
        } = backend;
        drop(store);
        let reported = run_and_kill(&location);
        assert!(reported > 10);
        let store = Backend::open(location).await.store;
        let mut tx = store.read().await.unwrap();
        let found = count(&mut tx).await;
        assert_eq!(found % BATCH, 0, "no batch is there in part");
        assert!(
            found / BATCH >= reported,
            "{found} records, {reported} batches"
        );
        let last = message(reported * BATCH - 1).id;
        assert!(messages::find(&mut tx, &last).await.unwrap().is_some());
    })
    .await;
}

async fn count(tx: &mut Tx) -> u64 {
    let mut filter = Filter {
        limit: Filter::PAGE_MAX,
        ..Filter::default()
    };
    let mut found = 0;
    loop {
        let page = messages::list(tx, &filter).await.unwrap();
        let Some(last) = page.last() else {
            return found;
        };
        found += u64::try_from(page.len()).unwrap();
        filter.before = Some(Cursor {
            started_at: last.started_at,
            id: last.id.clone(),
        });
    }
}

fn location_from_parent() -> Option<Location> {
    if let Some(path) = env::var_os(SQLITE) {
        return Some(Location::Sqlite(path.into()));
    }
    env::var(POSTGRES).ok().map(Location::Postgres)
}

#[expect(clippy::print_stdout, reason = "the parent process reads it")]
async fn write_until_killed(location: &Location) {
    let clock = Arc::new(ManualClock::default());
    let store = Store::open(location, clock).await.unwrap();
    for batch in 0..100_000 {
        let records: Vec<Message> = (batch * BATCH..(batch + 1) * BATCH).map(message).collect();
        let mut tx = store.begin().await.unwrap();
        messages::append(&mut tx, &records).await.unwrap();
        tx.commit().await.unwrap();
        println!("{REPORT}{}", batch + 1);
    }
    panic!("nobody killed the writer");
}

/// How many batches the child had reported before it died.
fn run_and_kill(location: &Location) -> u64 {
    let mut command = Command::new(env::current_exe().unwrap());
    match location {
        Location::Sqlite(path) => command.env(SQLITE, path),
        Location::Postgres(url) => command.env(POSTGRES, url),
    };
    let mut child = command
        .args([
            "--exact",
            "crash::committed_batches_survive_a_kill",
            "--nocapture",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut reported = 0;
    for line in lines {
        if let Some(batch) = line.unwrap().strip_prefix(REPORT) {
            reported = batch.parse().unwrap();
            if reported == 25 {
                child.kill().unwrap();
            }
        }
    }
    assert!(!child.wait().unwrap().success());
    reported
}
