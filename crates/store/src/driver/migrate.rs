//! Brings the schema up to date: numbered, checksummed, forward only, one sequence for both
//! databases.
//!
//! A migration is written for SQLite. PostgreSQL calls the same column types by other names and
//! has neither `STRICT` nor `WITHOUT ROWID`; that is the whole difference.

use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::sha256;

use super::Dialect;
use crate::error::{Error, Result};
use crate::tx::Tx;
use crate::value::params;

/// One step of the schema. Released ones never change.
struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: [Migration; 10] = [
    Migration {
        number: 1,
        name: "identity",
        sql: include_str!("../../migrations/0001_identity.sql"),
    },
    Migration {
        number: 2,
        name: "flows",
        sql: include_str!("../../migrations/0002_flows.sql"),
    },
    Migration {
        number: 3,
        name: "messages",
        sql: include_str!("../../migrations/0003_messages.sql"),
    },
    Migration {
        number: 4,
        name: "platform",
        sql: include_str!("../../migrations/0004_platform.sql"),
    },
    Migration {
        number: 5,
        name: "assertions",
        sql: include_str!("../../migrations/0005_assertions.sql"),
    },
    Migration {
        number: 6,
        name: "design",
        sql: include_str!("../../migrations/0006_design.sql"),
    },
    Migration {
        number: 7,
        name: "message_log",
        sql: include_str!("../../migrations/0007_message_log.sql"),
    },
    Migration {
        number: 8,
        name: "security",
        sql: include_str!("../../migrations/0008_security.sql"),
    },
    Migration {
        number: 9,
        name: "partners",
        sql: include_str!("../../migrations/0009_partners.sql"),
    },
    Migration {
        number: 10,
        name: "data_stores",
        sql: include_str!("../../migrations/0010_data_stores.sql"),
    },
];

/// Any number that other users of the PostgreSQL server will not choose: "lockgate" in ASCII.
const ADVISORY_LOCK: i64 = 0x6c6f_636b_6761_7465;

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    checksum BLOB NOT NULL,
    applied_at INTEGER NOT NULL,
    CONSTRAINT schema_migrations_number PRIMARY KEY (number)
) STRICT;";

/// Applies what is missing, all of it in the given transaction.
pub(crate) async fn run(tx: &mut Tx) -> Result<()> {
    bring_to(tx, &MIGRATIONS).await
}

async fn bring_to(tx: &mut Tx, known: &[Migration]) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        // Several processes may start at the same time, and the first may take long. SQLite's file
        // has one process only.
        tx.script("SET LOCAL lock_timeout = 0").await?;
        tx.execute("SELECT pg_advisory_xact_lock($1)", params![ADVISORY_LOCK])
            .await?;
    }
    tx.script(&translate(CREATE_TABLE, tx.dialect())).await?;
    let applied = applied(tx).await?;
    let missing = missing(known, &applied)?;
    for migration in missing {
        tx.script(&translate(migration.sql, tx.dialect())).await?;
        record(tx, migration).await?;
    }
    Ok(())
}

struct Applied {
    number: i64,
    name: String,
    checksum: [u8; 32],
}

async fn applied(tx: &mut Tx) -> Result<Vec<Applied>> {
    tx.list(
        "schema_migrations",
        "SELECT number, name, checksum FROM schema_migrations ORDER BY number",
        params![],
        |row| {
            Ok(Applied {
                number: row.take("number")?,
                name: row.take("name")?,
                checksum: row.take("checksum")?,
            })
        },
    )
    .await
}

/// The migrations still to apply, provided that the applied ones are the ones we know.
fn missing<'a>(known: &'a [Migration], applied: &[Applied]) -> Result<&'a [Migration]> {
    for (index, found) in applied.iter().enumerate() {
        let Some(migration) = known.get(index) else {
            return Err(Error::SchemaNewer {
                found: applied.last().map_or(0, |last| last.number),
                known: known.last().map_or(0, |last| last.number),
            });
        };
        if migration.number != found.number || sha256(migration.sql.as_bytes()) != found.checksum {
            return Err(Error::SchemaDiffers {
                number: found.number,
                name: found.name.clone(),
            });
        }
    }
    Ok(&known[applied.len()..])
}

async fn record(tx: &mut Tx, migration: &Migration) -> Result<()> {
    let now: Timestamp = tx.now();
    tx.execute(
        "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
        params![
            migration.number,
            migration.name,
            sha256(migration.sql.as_bytes()).as_slice(),
            now,
        ],
    )
    .await?;
    Ok(())
}

fn translate(sql: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => sql.to_owned(),
        Dialect::Postgres => sql
            .replace(") STRICT;", ");")
            .replace(") STRICT, WITHOUT ROWID;", ");")
            .replace(" INTEGER", " BIGINT")
            .replace(" BLOB", " BYTEA"),
    }
}

#[cfg(test)]
mod tests;
