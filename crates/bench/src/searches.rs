//! How long searches of a large message log take, on SQLite and, where there is one, on PostgreSQL.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lockgate_core::clock::{SystemClock, Timestamp};
use lockgate_core::ids::MessageId;
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::{
    self, Compare, Condition, Message, MessageStatus, Order, OrderBy, Search, Subject, TextTest,
    TimeSubject,
};
use lockgate_store::{Location, Store};

use crate::Options;
use crate::report::{Row, median, spread};

/// Records added in one transaction.
const BATCH: u64 = 5_000;
/// The page that people and tools ask for.
const PAGE: u32 = 50;
/// How often each search is measured in a round.
const REPEATS: usize = 20;

/// Fills a log and searches it by each of its indexes.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let sqlite = Location::Sqlite(folder.path().join("searches.db"));
    let mut rows = vec![measure("SQLite", &sqlite, options).await?];
    if let Some(url) = &options.postgres {
        let location = Location::Postgres(url.clone());
        rows.push(measure("PostgreSQL", &location, options).await?);
    }
    Ok(rows)
}

async fn measure(database: &str, location: &Location, options: &Options) -> anyhow::Result<Row> {
    let store = Store::open(location, Arc::new(SystemClock)).await?;
    for first in (0..options.records).step_by(BATCH as usize) {
        let last = options.records.min(first + BATCH);
        let batch: Vec<Message> = (first..last).map(record).collect();
        let mut tx = store.begin().await?;
        messages::append(&mut tx, &batch).await?;
        tx.commit().await?;
    }
    let mut slowest = (Duration::ZERO, "");
    let mut all = Vec::new();
    for (name, search) in searches(options.records) {
        let mut times = Vec::new();
        for _ in 0..options.rounds * REPEATS {
            let mut tx = store.read().await?;
            let start = Instant::now();
            let found = messages::search(&mut tx, &search).await?;
            let took = start.elapsed();
            anyhow::ensure!(!found.is_empty(), "nothing was found by {name}");
            times.push(took.as_secs_f64() * 1e3);
        }
        let middle = median(&times);
        all.push(middle);
        if middle > slowest.0.as_secs_f64() * 1e3 {
            slowest = (Duration::from_secs_f64(middle / 1e3), name);
        }
    }
    Ok(Row {
        name: match database {
            "SQLite" => "ms for a page of 50 messages by an indexed field, SQLite",
            _ => "ms for a page of 50 messages by an indexed field, PostgreSQL",
        },
        median: format!("{:.2}", median(&all)),
        spread: spread(&all, 2),
        ratio: format!("slowest: {}, among {} records", slowest.1, options.records),
        aim: "< 100",
    })
}

/// A record that differs from the others in what is searched for.
fn record(number: u64) -> Message {
    let started_at = Timestamp::from_secs(1_790_000_000).plus(Duration::from_millis(number));
    let few = number.is_multiple_of(1_000);
    let text = |prefix: &str| few.then(|| format!("{prefix}{}", number / 1_000 % 20));
    Message {
        id: MessageId::parse(&format!("m{number:027}")).expect("invariant: the id is legal"),
        correlation_id: format!("c{}", number / 4),
        predecessor: None,
        flow_id: format!("Flow{}", number % 50),
        flow_name: format!("Flow {}", number % 50),
        status: match few {
            true => MessageStatus::Failed,
            false => MessageStatus::Completed,
        },
        custom_status: text("Status"),
        application_id: Some(format!("A{number}")),
        message_type: text("Type"),
        sender: text("Sender"),
        receiver: text("Receiver"),
        started_at,
        ended_at: Some(started_at.plus(Duration::from_millis(number % 100))),
        identity: None,
        error: None,
        error_step: None,
        intermediate_error: false,
        log_level: LogLevel::Info,
        worker: "worker-1".to_owned(),
        custom_headers: match number % 10 {
            0 => vec![("Order".to_owned(), format!("O{}", number % 1_000))],
            _ => Vec::new(),
        },
        attributes: Vec::new(),
        model: None,
        steps: Vec::new(),
    }
}

/// What people and tools search for.
fn searches(records: u64) -> Vec<(&'static str, Search)> {
    let middle = records / 2 / 1_000 * 1_000;
    let equal =
        |subject, text: String| Condition::Text(subject, TextTest::Is(Compare::Equal), text);
    let newest = |condition| Search {
        condition,
        limit: PAGE,
        ..Search::default()
    };
    let last_changed = |condition| Search {
        order: vec![Order {
            by: OrderBy::Time(TimeSubject::Changed),
            descending: true,
        }],
        ..newest(condition)
    };
    let header = Condition::Header {
        name: "Order".to_owned(),
        value: Some("O0".to_owned()),
    };
    let until = record(middle).started_at;
    let before = Condition::Time(TimeSubject::Started, Compare::Less, until);
    let flow = || equal(Subject::Flow, "Flow7".to_owned());
    let id = record(middle).id.to_string();
    vec![
        ("the newest", newest(Condition::default())),
        ("time", newest(before)),
        ("id", newest(equal(Subject::Id, id))),
        ("flow", newest(flow())),
        ("flow, last changed first", last_changed(flow())),
        ("last changed first", last_changed(Condition::default())),
        (
            "status",
            newest(equal(Subject::Status, "FAILED".to_owned())),
        ),
        (
            "custom status",
            newest(equal(Subject::CustomStatus, "Status3".to_owned())),
        ),
        (
            "correlation id",
            newest(equal(Subject::Correlation, format!("c{}", middle / 4))),
        ),
        (
            "application id",
            newest(equal(Subject::ApplicationId, format!("A{middle}"))),
        ),
        (
            "message type",
            newest(equal(Subject::MessageType, "Type3".to_owned())),
        ),
        (
            "sender",
            newest(equal(Subject::Sender, "Sender3".to_owned())),
        ),
        (
            "receiver",
            newest(equal(Subject::Receiver, "Receiver3".to_owned())),
        ),
        ("custom header", newest(header)),
    ]
}
