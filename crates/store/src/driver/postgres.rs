//! PostgreSQL: a pool of connections, and one more that listens for changes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use futures_util::future::try_join_all;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

use super::Mode;
use crate::changes::Hub;
use crate::error::{Error, Result};
use crate::value::{Row, Value};
use crate::{HOLD_SECS, WAIT_SECS};

mod listen;
mod value;

/// Connections of one process.
const CONNECTIONS: usize = 16;
/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the server may leave what we sent unacknowledged.
const LOST: Duration = Duration::from_secs(30);

/// A pool of connections to one database.
#[derive(Debug)]
pub(crate) struct Database {
    pool: Pool,
    config: Config,
    listener: Mutex<Option<AbortHandle>>,
}

impl Database {
    pub(crate) fn new(url: &str) -> Result<Self> {
        let config = configure(url)?;
        let manager = Manager::from_config(
            config.clone(),
            NoTls,
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(Duration::from_secs(WAIT_SECS)))
            .create_timeout(Some(CONNECT))
            .recycle_timeout(Some(CONNECT))
            .build()
            .map_err(|error| Error::Internal(error.into()))?;
        Ok(Self {
            pool,
            config,
            listener: Mutex::new(None),
        })
    }

    pub(crate) async fn begin(&self, mode: Mode) -> Result<Session> {
        let client = self.pool.get().await?;
        let session = Session {
            client: Some(client),
        };
        let begin = match mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write | Mode::WriteFirst => "BEGIN",
        };
        session.script(begin).await?;
        Ok(session)
    }

    /// Starts the task that tells `hub` what other processes changed. It ends with the database.
    pub(crate) fn listen(&self, hub: &Arc<Hub>) {
        let task = tokio::spawn(listen::run(self.config.clone(), Arc::clone(hub)));
        let mut listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        *listener = Some(task.abort_handle());
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let listener = self.listener.get_mut();
        if let Some(task) = listener.unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

fn configure(url: &str) -> Result<Config> {
    let mut config: Config = url
        .parse()
        .map_err(|error: tokio_postgres::Error| Error::Unavailable(error.into()))?;
    // The last mention counts: what the operator wrote.
    let given = config.get_options().unwrap_or_default();
    let options = format!(
        "-c idle_in_transaction_session_timeout={HOLD_SECS}s -c lock_timeout={WAIT_SECS}s {given}"
    );
    config.options(&options);
    if config.get_application_name().is_none() {
        config.application_name("lockgate");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        // Without it a statement on a dead network waits for a quarter of an hour.
        config.tcp_user_timeout(LOST);
    }
    Ok(config)
}

/// A connection inside a transaction.
pub(crate) struct Session {
    /// `None` once committed.
    client: Option<Object>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}

impl Session {
    pub(crate) async fn execute(&self, sql: &str, params: Vec<Value>) -> Result<u64> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.execute_raw(&statement, &params).await?)
    }

    pub(crate) async fn execute_each(&self, sql: &str, rows: Vec<Vec<Value>>) -> Result<()> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        // Sent without waiting for each other's answers.
        let statements = rows.iter().map(|row| client.execute_raw(&statement, row));
        try_join_all(statements).await?;
        Ok(())
    }

    pub(crate) async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        let params: Vec<_> = params.iter().map(value::parameter).collect();
        let found = client.query(&statement, &params).await?;
        let columns: Arc<[String]> = statement
            .columns()
            .iter()
            .map(|column| column.name().to_owned())
            .collect();
        found.iter().map(|row| value::row(&columns, row)).collect()
    }

    pub(crate) async fn script(&self, sql: &str) -> Result<()> {
        Ok(self.client()?.batch_execute(sql).await?)
    }

    pub(crate) async fn commit(&mut self) -> Result<()> {
        self.script("COMMIT").await?;
        self.client = None;
        Ok(())
    }

    fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or(Error::RolledBack)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else {
            return;
        };
        match Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    if client.batch_execute("ROLLBACK").await.is_err() {
                        // A connection in doubt is not used again; closing it rolls back.
                        drop(Object::take(client));
                    }
                });
            }
            Err(_) => drop(Object::take(client)),
        }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(reported) = error.as_db_error() else {
            return Self::Unavailable(error.into());
        };
        let code = reported.code();
        if *code == SqlState::UNIQUE_VIOLATION {
            let constraint = reported.constraint().unwrap_or_default().to_owned();
            return Self::Conflict { constraint };
        }
        if *code == SqlState::FOREIGN_KEY_VIOLATION {
            return Self::Reference;
        }
        if *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT {
            return Self::RolledBack;
        }
        match code.code().get(..2) {
            // Serialisation failure and deadlock; lock not available.
            Some("40" | "55") => Self::Busy,
            // Connection, authentication, missing database, resources, shutdown, system.
            Some("08" | "28" | "3D" | "53" | "57" | "58") => Self::Unavailable(error.into()),
            _ => Self::Internal(error.into()),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => Self::Busy,
            other => Self::Unavailable(other.into()),
        }
    }
}
