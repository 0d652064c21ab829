//! What can go wrong between Lockgate and its database.

use std::path::PathBuf;

use thiserror::Error;

/// The cause of a failure that the database or its driver reported.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// What can go wrong. A lookup that finds nothing is not an error: it returns `None`.
#[derive(Debug, Error)]
pub enum Error {
    /// A unique constraint does not allow the row. The constraint is named like its table and
    /// columns, on every database: `roles_name`, `service_keys_instance_id_name`.
    #[error("another row stands in the way: {constraint}")]
    Conflict {
        /// The constraint.
        constraint: String,
    },
    /// The row refers to one that does not exist, or is still referred to.
    #[error("the row refers to a missing row, or other rows still refer to it")]
    Reference,
    /// Something that must exist to go on does not.
    #[error("there is no {what} named {name:?}")]
    NotFound {
        /// What kind of thing is missing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A number range has no number left and does not rotate.
    #[error("number range {0:?} is used up; raise its maximum, or let it rotate")]
    Exhausted(String),
    /// A stored row cannot be read back: it was altered by hand, or written by another version.
    #[error("row {id:?} of table {table} cannot be read: {what}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// What identifies the row.
        id: String,
        /// Which column is wrong, and how.
        what: String,
    },
    /// Others hold what is needed. Trying again may help.
    #[error("the database is busy; try again")]
    Busy,
    /// The transaction ended before its holder was done: a statement failed or was cancelled, or
    /// the holder was silent for longer than [`crate::HOLD_SECS`]. Nothing was written.
    #[error("the transaction was rolled back before it was committed")]
    RolledBack,
    /// Another process has the database file open.
    #[error(
        "{0} is in use by another Lockgate process; stop that one, or run several processes on PostgreSQL"
    )]
    Locked(PathBuf),
    /// The database was migrated by a newer Lockgate.
    #[error(
        "the database has schema {found}, this Lockgate knows up to {known}; start the newer version"
    )]
    SchemaNewer {
        /// The number of the newest migration in the database.
        found: i64,
        /// The newest number this binary has.
        known: i64,
    },
    /// A migration that was applied earlier is not the one this binary has.
    #[error("migration {number} ({name}) of the database differs from the one in this Lockgate")]
    SchemaDiffers {
        /// Its number.
        number: i64,
        /// Its name.
        name: String,
    },
    /// The database cannot be reached, or its storage fails.
    #[error("the database is not available")]
    Unavailable(#[source] Source),
    /// The database refused what it was asked; a defect in Lockgate.
    #[error("the database refused a statement")]
    Internal(#[source] Source),
}

impl Error {
    /// Whether the same call may succeed when it is made again.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Busy | Self::RolledBack | Self::Unavailable(_))
    }
}

/// The result of a store call.
pub type Result<T, E = Error> = std::result::Result<T, E>;
