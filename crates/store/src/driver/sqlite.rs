//! SQLite: one thread writes, a few read, callers wait asynchronously.
//!
//! A transaction is a conversation with one thread. The thread takes its next transaction from a
//! bounded queue, runs the closures its holder sends, and ends with commit or rollback. A holder
//! that is silent for too long is rolled back, so it cannot keep the others waiting.
//!
//! The write-ahead log with `synchronous=NORMAL` survives the death of the process without loss. A
//! power failure can take the last transactions, but leaves no broken file.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, ffi, params_from_iter};
use tokio::sync::{mpsc, oneshot};

use super::Mode;
use crate::error::{Error, Result};
use crate::value::{Row, Value};
use crate::{HOLD_SECS, WAIT_SECS};

/// Threads that read.
const READERS: usize = 4;
/// Transactions that wait for a thread before callers wait for a place in the queue.
const QUEUE: usize = 64;
/// Pages of the write-ahead log before they are folded into the file. The ends of indexes are written
/// again with every batch of message records; folded rarely, they are copied rarely.
const LOG_PAGES: u32 = 4_000;
/// Pages the writer keeps in memory: the ends of all indexes, and more.
const CACHE_PAGES: u32 = 4_000;
/// Prepared statements kept by each connection.
const STATEMENTS: usize = 128;

/// How long to put up with others.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// With a holder that is silent.
    hold: Duration,
    /// With those who are first in the queue.
    wait: Duration,
}

const PATIENCE: Patience = Patience {
    hold: Duration::from_secs(HOLD_SECS),
    wait: Duration::from_secs(WAIT_SECS),
};

/// An open database file, locked against other processes.
#[derive(Debug)]
pub(crate) struct Database {
    // Readers are closed first: the last connection folds the log into the file and must be able
    // to write. The lock goes last.
    readers: Lane,
    writer: Lane,
    _lock: File,
}

impl Database {
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || Self::open_now(&path, PATIENCE))
            .await
            .map_err(|error| Error::Internal(error.into()))?
    }

    fn open_now(path: &Path, patience: Patience) -> Result<Self> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            let mut builder = std::fs::DirBuilder::new();
            let made = builder.recursive(true).mode(0o700).create(folder);
            made.map_err(unavailable)?;
        }
        let lock = lock(path)?;
        private_file(path).map_err(unavailable)?;
        let writer = vec![connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?];
        let readers = (0..READERS)
            .map(|_| connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            readers: Lane::start("store-read", "BEGIN", readers, patience)?,
            writer: Lane::start("store-write", "BEGIN IMMEDIATE", writer, patience)?,
            _lock: lock,
        })
    }

    pub(crate) async fn begin(&self, mode: Mode) -> Result<Session> {
        match mode {
            Mode::Read => self.readers.begin(false).await,
            Mode::Write => self.writer.begin(false).await,
            Mode::WriteFirst => self.writer.begin(true).await,
        }
    }
}

/// Takes the lock that keeps a second process away. It is freed when the process ends, however.
fn lock(path: &Path) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = private_file(&PathBuf::from(name)).map_err(unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(unavailable(error)),
    }
}

/// Opens a file for reading and writing; a new one is readable by its owner only.
fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

fn unavailable(error: std::io::Error) -> Error {
    Error::Unavailable(error.into())
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(Duration::from_secs(HOLD_SECS))?;
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        connection.pragma_update(None, "cache_size", CACHE_PAGES)?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Where a thread puts the transaction it has begun.
type Start = oneshot::Sender<Result<Session>>;

/// A turn in the queue; `None` tells a thread that may be asleep to look who goes first.
type Turn = Option<Start>;

/// Threads that each serve one transaction at a time from a common queue.
#[derive(Debug)]
struct Lane {
    queue: Option<mpsc::Sender<Turn>>,
    /// Who goes before all in the queue.
    first: mpsc::Sender<Start>,
    threads: Vec<JoinHandle<()>>,
    wait: Duration,
}

impl Lane {
    fn start(
        name: &str,
        begin: &'static str,
        connections: Vec<Connection>,
        patience: Patience,
    ) -> Result<Self> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (first, urgent) = mpsc::channel(QUEUE);
        let waiting = Arc::new(Mutex::new(Waiting { waiting, urgent }));
        let mut lane = Self {
            queue: Some(queue),
            first,
            threads: Vec::new(),
            wait: patience.wait,
        };
        for connection in connections {
            let waiting = Arc::clone(&waiting);
            let thread = thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || serve(&connection, begin, &waiting, patience.hold))
                .map_err(unavailable)?;
            lane.threads.push(thread);
        }
        Ok(lane)
    }

    async fn begin(&self, goes_first: bool) -> Result<Session> {
        let begin = async {
            let (start, started) = oneshot::channel();
            let queue = self.queue.as_ref().ok_or_else(gone)?;
            if goes_first {
                self.first.send(start).await.map_err(|_| gone())?;
                // With a full queue nobody sleeps.
                let _awake = queue.try_send(None);
            } else {
                queue.send(Some(start)).await.map_err(|_| gone())?;
            }
            started.await.map_err(|_| gone())?
        };
        tokio::time::timeout(self.wait, begin)
            .await
            .map_err(|_| Error::Busy)?
    }
}

impl Drop for Lane {
    /// Waits until the connections are closed, so that the file can be opened again at once.
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has closed its connection as well.
            let _closed = thread.join();
        }
    }
}

fn gone() -> Error {
    Error::Unavailable("the database thread has ended".into())
}

fn serve(connection: &Connection, begin: &str, waiting: &Mutex<Waiting>, hold: Duration) {
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next();
        let Some(starts) = next else { return };
        for start in starts {
            transact(connection, begin, start, hold);
            if !connection.is_autocommit() {
                // Fails only when the transaction has already ended.
                let _ended = connection.execute_batch("ROLLBACK");
            }
        }
    }
}

/// Who waits for a transaction.
struct Waiting {
    waiting: mpsc::Receiver<Turn>,
    urgent: mpsc::Receiver<Start>,
}

impl Waiting {
    /// Those whose turn it is: all that go first, then the next of the queue. `None` when nobody will
    /// come any more.
    fn next(&mut self) -> Option<Vec<Start>> {
        let turn = self.waiting.blocking_recv()?;
        let first = std::iter::from_fn(|| self.urgent.try_recv().ok());
        Some(first.chain(turn).collect())
    }
}

/// One transaction from begin to commit. Returning without commit means rollback.
fn transact(connection: &Connection, begin: &str, start: Start, hold: Duration) {
    if start.is_closed() {
        return;
    }
    if let Err(error) = connection.execute_batch(begin) {
        let _nobody_waits = start.send(Err(error.into()));
        return;
    }
    let (commands, inbox) = channel();
    if start.send(Ok(Session { commands })).is_err() {
        return;
    }
    // An error means that the holder dropped the transaction, or was silent for too long.
    while let Ok(command) = inbox.recv_timeout(hold) {
        match command {
            Command::Run(job) => job(connection),
            Command::Commit(done) => {
                let _nobody_waits = done.send(connection.execute_batch("COMMIT"));
                return;
            }
        }
    }
}

type Job = Box<dyn FnOnce(&Connection) + Send>;

enum Command {
    Run(Job),
    Commit(oneshot::Sender<rusqlite::Result<()>>),
}

/// A transaction that a thread holds open for us.
#[derive(Debug)]
pub(crate) struct Session {
    commands: Sender<Command>,
}

impl Session {
    pub(crate) async fn execute(&self, sql: &str, params: Vec<Value>) -> Result<u64> {
        let sql = positional(sql);
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let touched = statement.execute(params_from_iter(params))?;
            Ok(u64::try_from(touched).unwrap_or(u64::MAX))
        })
        .await
    }

    pub(crate) async fn execute_each(&self, sql: &str, rows: Vec<Vec<Value>>) -> Result<()> {
        let sql = positional(sql);
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            for params in rows {
                statement.execute(params_from_iter(params))?;
            }
            Ok(())
        })
        .await
    }

    pub(crate) async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>> {
        let sql = positional(sql);
        self.run(move |connection| query(connection, &sql, params))
            .await
    }

    pub(crate) async fn script(&self, sql: &str) -> Result<()> {
        let sql = sql.to_owned();
        self.run(move |connection| connection.execute_batch(&sql))
            .await
    }

    pub(crate) async fn commit(&self) -> Result<()> {
        let (done, answer) = oneshot::channel();
        self.send(Command::Commit(done))?;
        Ok(answer.await.map_err(|_| Error::RolledBack)??)
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let (done, answer) = oneshot::channel();
        self.send(Command::Run(Box::new(move |connection| {
            let _nobody_waits = done.send(job(connection));
        })))?;
        Ok(answer.await.map_err(|_| Error::RolledBack)??)
    }

    /// Fails when the thread has rolled back and turned to the next transaction.
    fn send(&self, command: Command) -> Result<()> {
        self.commands.send(command).map_err(|_| Error::RolledBack)
    }
}

/// `$2` is a name to SQLite, numbered by first appearance; `?2` is the second parameter.
fn positional(sql: &str) -> String {
    sql.replace('$', "?")
}

fn query(connection: &Connection, sql: &str, params: Vec<Value>) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    let columns: Arc<[String]> = statement.column_names().map(str::to_owned).collect();
    let mut found = statement.query(params_from_iter(params))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let values = (0..columns.len())
            .map(|index| row.get_ref(index).map(value))
            .collect::<rusqlite::Result<_>>()?;
        rows.push(Row::new(&columns, values));
    }
    Ok(rows)
}

/// Strict tables hold no floating-point numbers, and text in SQLite may be anything.
fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return Self::Internal(error.into());
        };
        match (failure.extended_code, failure.code) {
            (ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY, _) => {
                Self::Conflict {
                    constraint: constraint(message.as_deref().unwrap_or_default()),
                }
            }
            (ffi::SQLITE_CONSTRAINT_FOREIGNKEY, _) => Self::Reference,
            (_, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            (
                _,
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied,
            ) => Self::Unavailable(error.into()),
            _ => Self::Internal(error.into()),
        }
    }
}

/// `UNIQUE constraint failed: spaces.organization_id, spaces.name_folded` names the constraint
/// `spaces_organization_id_name_folded`.
fn constraint(message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or_default();
    let mut name = String::new();
    for column in columns.split(", ") {
        let (table, column) = column.split_once('.').unwrap_or((column, ""));
        if name.is_empty() {
            name.push_str(table);
        }
        name.push('_');
        name.push_str(column);
    }
    name
}

#[cfg(test)]
mod tests;
