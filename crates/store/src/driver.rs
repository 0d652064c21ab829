//! The only place that knows which database is in use.
//!
//! SQL is written once, for both: columns are text, 64-bit integers or bytes, parameters are `$1`,
//! `$2`, …, and `$` occurs nowhere else.

use std::sync::Arc;

use crate::changes::Hub;
use crate::error::Result;
use crate::store::Location;
use crate::value::{Row, Value};

pub(crate) mod migrate;
mod postgres;
mod sqlite;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
    /// A write that goes before all others that wait.
    WriteFirst,
}

/// Which SQL is spoken, for the few statements that cannot be written once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// An open database.
#[derive(Debug)]
pub(crate) enum Database {
    Sqlite(sqlite::Database),
    Postgres(Box<postgres::Database>),
}

impl Database {
    pub(crate) async fn open(location: &Location) -> Result<Self> {
        match location {
            Location::Sqlite(path) => sqlite::Database::open(path).await.map(Self::Sqlite),
            Location::Postgres(url) => {
                let database = postgres::Database::new(url)?;
                Ok(Self::Postgres(Box::new(database)))
            }
        }
    }

    pub(crate) async fn begin(&self, mode: Mode) -> Result<Session> {
        match self {
            Self::Sqlite(database) => database.begin(mode).await.map(Session::Sqlite),
            Self::Postgres(database) => {
                let session = database.begin(mode).await?;
                Ok(Session::Postgres(Box::new(session)))
            }
        }
    }

    /// Starts telling `hub` about changes that other processes make, if there can be any.
    pub(crate) fn listen(&self, hub: &Arc<Hub>) {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(database) => database.listen(hub),
        }
    }
}

/// A connection inside a transaction; dropped without commit it rolls back.
#[derive(Debug)]
pub(crate) enum Session {
    Sqlite(sqlite::Session),
    Postgres(Box<postgres::Session>),
}

impl Session {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) async fn execute(&self, sql: &str, params: Vec<Value>) -> Result<u64> {
        match self {
            Self::Sqlite(session) => session.execute(sql, params).await,
            Self::Postgres(session) => session.execute(sql, params).await,
        }
    }

    pub(crate) async fn execute_each(&self, sql: &str, rows: Vec<Vec<Value>>) -> Result<()> {
        match self {
            Self::Sqlite(session) => session.execute_each(sql, rows).await,
            Self::Postgres(session) => session.execute_each(sql, rows).await,
        }
    }

    pub(crate) async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(session) => session.query(sql, params).await,
            Self::Postgres(session) => session.query(sql, params).await,
        }
    }

    pub(crate) async fn script(&self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(session) => session.script(sql).await,
            Self::Postgres(session) => session.script(sql).await,
        }
    }

    pub(crate) async fn commit(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(session) => session.commit().await,
            Self::Postgres(session) => session.commit().await,
        }
    }
}
