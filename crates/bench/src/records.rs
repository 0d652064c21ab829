//! How fast message records are added to SQLite while nothing else goes on.

use std::sync::Arc;
use std::time::Instant;

use lockgate_core::clock::{Clock as _, SystemClock, Timestamp};
use lockgate_core::ids::MessageId;
use lockgate_core::limits::JOURNAL_BATCH;
use lockgate_core::random::OsRandom;
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::{self, Message, MessageStatus, Model, ModelNode, Step};
use lockgate_store::{Location, Store};

use crate::Options;
use crate::machine::processor_time;
use crate::report::{Row, median, spread};

/// Adds records in batches as the server's log does.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Row> {
    let folder = tempfile::tempdir()?;
    let location = Location::Sqlite(folder.path().join("records.db"));
    let store = Store::open(&location, Arc::new(SystemClock)).await?;
    let model = model();
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let (start, processor) = (Instant::now(), processor_time()?);
        let mut records = 0.0;
        while start.elapsed() < options.round() {
            let batch: Vec<Message> = (0..JOURNAL_BATCH).map(|_| record(&model)).collect();
            let mut tx = store.begin().await?;
            messages::append(&mut tx, &batch).await?;
            tx.commit().await?;
            records += JOURNAL_BATCH as f64;
        }
        rates.push(records / start.elapsed().as_secs_f64());
        costs.push((processor_time()? - processor).as_secs_f64() * 1e6 / records);
    }
    Ok(Row {
        name: "message records/s, of ten steps each, added in batches of 500 to SQLite",
        median: format!("{:.0}", median(&rates)),
        spread: spread(&rates, 0),
        ratio: format!("{:.1} µs of processor time each", median(&costs)),
        aim: "",
    })
}

/// Steps of each message.
const STEPS: u32 = 10;

fn model() -> Arc<Model> {
    let node = |step| ModelNode {
        id: format!("CallActivity_{step}"),
        name: format!("Step {step}"),
        kind: "Content Modifier".to_owned(),
    };
    Arc::new(Model::new("Hello", (0..STEPS).map(node).collect()))
}

fn taken(step: u32, at: Timestamp) -> Step {
    Step {
        seq: step,
        node: step,
        started_at: at,
        ended_at: at,
        error: None,
        properties: Vec::new(),
    }
}

/// A record as a call at log level `INFO` leaves it.
fn record(model: &Arc<Model>) -> Message {
    let id = MessageId::generate(&SystemClock, &OsRandom);
    let now = SystemClock.now();
    Message {
        correlation_id: id.as_str().to_owned(),
        predecessor: None,
        id,
        flow_id: "Hello".to_owned(),
        flow_name: "Hello".to_owned(),
        status: MessageStatus::Completed,
        custom_status: None,
        application_id: None,
        message_type: None,
        sender: None,
        receiver: None,
        started_at: now,
        ended_at: Some(now),
        identity: Some("sb-5c1e6f0c-7a55-4b5c-9d10-6d7f5b0b0f3e!b1|it-rt-lockgate!b2".to_owned()),
        error: None,
        error_step: None,
        intermediate_error: false,
        log_level: LogLevel::Info,
        worker: "worker-1".to_owned(),
        custom_headers: Vec::new(),
        attributes: Vec::new(),
        model: Some(Arc::clone(model)),
        steps: (0..STEPS).map(|step| taken(step, now)).collect(),
    }
}
