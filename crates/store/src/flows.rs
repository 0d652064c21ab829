//! Deployed flows, what workers say about them, and flows that run once.

use std::collections::BTreeMap;

use lockgate_core::clock::Timestamp;

use crate::error::Result;
use crate::tx::Tx;
use crate::value::{Json, Row, Unreadable, params, words};

const TABLE: &str = "flows";
const HEAD: &str = "id, name, version, parameters, log_level, temporary_level, \
    temporary_until, keep, generation, deployed_by, \
    deployed_at, updated_at";
const STATUS: &str = "flow_id, worker, generation, state, detail, reported_at";

words! {
    /// How much the message log keeps.
    pub enum LogLevel {
        /// Nothing.
        None = "NONE",
        /// Messages that failed.
        Error = "ERROR",
        /// Every message with its steps.
        Info = "INFO",
        /// More about each step.
        Debug = "DEBUG",
        /// Headers, properties and bodies between steps.
        Trace = "TRACE",
    }
}

/// What is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFlow {
    /// Technical id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Version of the bundle.
    pub version: String,
    /// The bundle, a zip file.
    pub bundle: Vec<u8>,
    /// Configured values of externalised parameters.
    pub parameters: BTreeMap<String, String>,
    /// How much the message log keeps.
    pub log_level: LogLevel,
    /// Who deploys it.
    pub deployed_by: String,
}

/// A deployed flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Technical id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Version of the bundle.
    pub version: String,
    /// The bundle, a zip file.
    pub bundle: Vec<u8>,
    /// Configured values of externalised parameters.
    pub parameters: BTreeMap<String, String>,
    /// How much the message log keeps.
    pub log_level: LogLevel,
    /// How much it keeps for a time.
    pub temporary: Option<Temporary>,
    /// Whether what comes in is kept, so that it can be sent again.
    pub keep: bool,
    /// New with each deployment of any flow, and never used twice.
    pub generation: i64,
    /// Who deployed it.
    pub deployed_by: String,
    /// When this generation was deployed.
    pub deployed_at: Timestamp,
    /// When it was deployed or its log level set, whichever was later.
    pub updated_at: Timestamp,
}

/// A deployed flow without its bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowHead {
    /// Technical id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Version of the bundle.
    pub version: String,
    /// Configured values of externalised parameters.
    pub parameters: BTreeMap<String, String>,
    /// How much the message log keeps.
    pub log_level: LogLevel,
    /// How much it keeps for a time.
    pub temporary: Option<Temporary>,
    /// Whether what comes in is kept, so that it can be sent again.
    pub keep: bool,
    /// New with each deployment of any flow, and never used twice.
    pub generation: i64,
    /// Who deployed it.
    pub deployed_by: String,
    /// When this generation was deployed.
    pub deployed_at: Timestamp,
    /// When it was deployed or its log level set, whichever was later.
    pub updated_at: Timestamp,
}

/// A log level for a time; afterwards the flow's own counts again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Temporary {
    /// How much the message log keeps.
    pub level: LogLevel,
    /// Until when.
    pub until: Timestamp,
}

/// What the message log keeps of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logging {
    /// How much.
    pub level: LogLevel,
    /// How much for a time.
    pub temporary: Option<Temporary>,
    /// Whether what comes in is kept, so that it can be sent again.
    pub keep: bool,
}

impl Logging {
    /// How much is kept of a message that starts at `now`.
    #[must_use]
    pub fn level_at(&self, now: Timestamp) -> LogLevel {
        let temporary = self.temporary.filter(|temporary| now < temporary.until);
        temporary.map_or(self.level, |temporary| temporary.level)
    }
}

impl From<LogLevel> for Logging {
    fn from(level: LogLevel) -> Self {
        Self {
            level,
            temporary: None,
            keep: false,
        }
    }
}

impl FlowHead {
    /// What the message log keeps of the flow.
    #[must_use]
    pub fn logging(&self) -> Logging {
        Logging {
            level: self.log_level,
            temporary: self.temporary,
            keep: self.keep,
        }
    }
}

words! {
    /// What became of a flow on one worker.
    pub enum FlowState {
        /// Being prepared.
        Starting = "starting",
        /// Takes messages.
        Started = "started",
        /// Cannot run.
        Error = "error",
        /// Taken down.
        Stopped = "stopped",
    }
}

/// What one worker says about one flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The worker.
    pub worker: String,
    /// The flow's id.
    pub flow: String,
    /// The generation it is about.
    pub generation: i64,
    /// What became of it.
    pub state: FlowState,
    /// Why, in case of an error.
    pub detail: Option<String>,
    /// When the worker said so.
    pub at: Timestamp,
}

/// Deploys a flow, or deploys it again, and returns its new generation.
///
/// # Errors
/// Those of the database.
pub async fn upsert(tx: &mut Tx, flow: &NewFlow) -> Result<i64> {
    let generation = next_generation(tx).await?;
    let now = tx.now();
    tx.execute(
        "INSERT INTO flows
            (id, name, version, parameters, log_level, generation, deployed_at, updated_at, bundle,
            deployed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)
        ON CONFLICT (id) DO UPDATE SET
            name = excluded.name, version = excluded.version, parameters = excluded.parameters,
            log_level = excluded.log_level, generation = excluded.generation,
            deployed_at = excluded.deployed_at, updated_at = excluded.updated_at,
            bundle = excluded.bundle, deployed_by = excluded.deployed_by",
        params![
            &flow.id,
            &flow.name,
            &flow.version,
            Json(&flow.parameters),
            flow.log_level,
            generation,
            now,
            &flow.bundle,
            &flow.deployed_by,
        ],
    )
    .await?;
    Ok(generation)
}

async fn next_generation(tx: &mut Tx) -> Result<i64> {
    tx.one(
        "counters",
        "INSERT INTO counters (name, value) VALUES ('flow_generation', 1)
        ON CONFLICT (name) DO UPDATE SET value = counters.value + 1
        RETURNING name, value",
        params![],
        |row| row.take("value"),
    )
    .await
}

/// Sets the log level of a flow, for good, and ends a temporary one. Returns whether the flow exists.
///
/// # Errors
/// Those of the database.
pub async fn set_log_level(tx: &mut Tx, id: &str, level: LogLevel) -> Result<bool> {
    let now = tx.now();
    let updated = tx
        .execute(
            "UPDATE flows SET log_level = $2, temporary_level = NULL, temporary_until = NULL,
                updated_at = $3
            WHERE id = $1",
            params![id, level, now],
        )
        .await?;
    Ok(updated == 1)
}

/// Sets the log level of a flow for a time, in place of an earlier one for a time. Returns whether
/// the flow exists.
///
/// # Errors
/// Those of the database.
pub async fn set_temporary_level(tx: &mut Tx, id: &str, temporary: Temporary) -> Result<bool> {
    let now = tx.now();
    let updated = tx
        .execute(
            "UPDATE flows SET temporary_level = $2, temporary_until = $3, updated_at = $4
            WHERE id = $1",
            params![id, temporary.level, temporary.until, now],
        )
        .await?;
    Ok(updated == 1)
}

/// Sets whether what comes in is kept, so that it can be sent again. Returns whether the flow exists.
///
/// # Errors
/// Those of the database.
pub async fn set_keep(tx: &mut Tx, id: &str, keep: bool) -> Result<bool> {
    let now = tx.now();
    let updated = tx
        .execute(
            "UPDATE flows SET keep = $2, updated_at = $3 WHERE id = $1",
            params![id, keep, now],
        )
        .await?;
    Ok(updated == 1)
}

/// Undeploys a flow and forgets its statuses. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool> {
    let deleted = tx
        .execute("DELETE FROM flows WHERE id = $1", params![id])
        .await?;
    tx.execute("DELETE FROM flow_statuses WHERE flow_id = $1", params![id])
        .await?;
    Ok(deleted == 1)
}

/// The flow with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Flow>> {
    let sql = format!("SELECT {HEAD}, bundle FROM flows WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode).await
}

/// The flow with this id, without its bundle.
///
/// # Errors
/// Those of the database.
pub async fn find_head(tx: &mut Tx, id: &str) -> Result<Option<FlowHead>> {
    let sql = format!("SELECT {HEAD} FROM flows WHERE id = $1");
    tx.find(TABLE, &sql, params![id], decode_head).await
}

/// Every flow without its bundle, by id.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<FlowHead>> {
    let sql = format!("SELECT {HEAD} FROM flows ORDER BY id");
    tx.list(TABLE, &sql, params![], decode_head).await
}

/// Records what a worker says about a flow, in place of what it said before. Ignored when the flow
/// is not deployed any more.
///
/// # Errors
/// Those of the database.
pub async fn set_status(tx: &mut Tx, status: &Status) -> Result<()> {
    tx.execute(
        "INSERT INTO flow_statuses (flow_id, worker, generation, state, detail, reported_at)
        SELECT id, CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT),
            CAST($6 AS BIGINT)
        FROM flows WHERE id = $1
        ON CONFLICT (flow_id, worker) DO UPDATE SET
            generation = excluded.generation, state = excluded.state, detail = excluded.detail,
            reported_at = excluded.reported_at",
        params![
            &status.flow,
            &status.worker,
            status.generation,
            status.state,
            status.detail.as_deref(),
            status.at,
        ],
    )
    .await?;
    Ok(())
}

/// What each worker says about a flow, by worker. Workers that were killed are among them: compare
/// `generation`, and when the worker was seen.
///
/// # Errors
/// Those of the database.
pub async fn statuses(tx: &mut Tx, flow: &str) -> Result<Vec<Status>> {
    let sql = format!("SELECT {STATUS} FROM flow_statuses WHERE flow_id = $1 ORDER BY worker");
    tx.list("flow_statuses", &sql, params![flow], decode_status)
        .await
}

/// What each worker says about each flow, by flow and worker; as [`statuses`].
///
/// # Errors
/// Those of the database.
pub async fn all_statuses(tx: &mut Tx) -> Result<Vec<Status>> {
    let sql = format!("SELECT {STATUS} FROM flow_statuses ORDER BY flow_id, worker");
    tx.list("flow_statuses", &sql, params![], decode_status)
        .await
}

/// Forgets everything `worker` said, and that it lives; called when it starts and when it ends.
///
/// # Errors
/// Those of the database.
pub async fn clear_statuses(tx: &mut Tx, worker: &str) -> Result<()> {
    tx.execute("DELETE FROM workers WHERE name = $1", params![worker])
        .await?;
    tx.execute(
        "DELETE FROM flow_statuses WHERE worker = $1",
        params![worker],
    )
    .await?;
    Ok(())
}

/// Claims the single run of a flow that runs once per deployment. Among all workers and for all
/// time, one caller gets `true`, provided that it commits.
///
/// # Errors
/// Those of the database.
pub async fn claim_run_once(tx: &mut Tx, flow: &str, generation: i64) -> Result<bool> {
    let now = tx.now();
    let claimed = tx
        .execute(
            "INSERT INTO flow_claims (flow_id, generation, claimed_at) VALUES ($1, $2, $3)
            ON CONFLICT (flow_id, generation) DO NOTHING",
            params![flow, generation, now],
        )
        .await?;
    Ok(claimed == 1)
}

fn decode_status(row: &mut Row) -> Result<Status, Unreadable> {
    Ok(Status {
        worker: row.take("worker")?,
        flow: row.take("flow_id")?,
        generation: row.take("generation")?,
        state: row.take("state")?,
        detail: row.take("detail")?,
        at: row.take("reported_at")?,
    })
}

fn decode(row: &mut Row) -> Result<Flow, Unreadable> {
    let head = decode_head(row)?;
    Ok(Flow {
        id: head.id,
        name: head.name,
        version: head.version,
        bundle: row.take("bundle")?,
        parameters: head.parameters,
        log_level: head.log_level,
        temporary: head.temporary,
        keep: head.keep,
        generation: head.generation,
        deployed_by: head.deployed_by,
        deployed_at: head.deployed_at,
        updated_at: head.updated_at,
    })
}

fn decode_head(row: &mut Row) -> Result<FlowHead, Unreadable> {
    let Json(parameters) = row.take("parameters")?;
    let level: Option<LogLevel> = row.take("temporary_level")?;
    let until: Option<Timestamp> = row.take("temporary_until")?;
    let temporary = level
        .zip(until)
        .map(|(level, until)| Temporary { level, until });
    Ok(FlowHead {
        id: row.take("id")?,
        name: row.take("name")?,
        version: row.take("version")?,
        parameters,
        log_level: row.take("log_level")?,
        temporary,
        keep: row.take("keep")?,
        generation: row.take("generation")?,
        deployed_by: row.take("deployed_by")?,
        deployed_at: row.take("deployed_at")?,
        updated_at: row.take("updated_at")?,
    })
}
