//! Timer schedules (contract `integration-flow.md` §2.7).

use serde::Serialize;

/// When a timer start fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Schedule {
    /// Once for every deployment, at once; not again after a restart.
    RunOnce,
    /// A Quartz cron expression in a time zone.
    Cron {
        /// Seven fields separated by blanks: second minute hour day month weekday year.
        expression: String,
        /// IANA time zone name.
        zone: String,
        /// Whether an expired schedule puts the flow in error.
        throw_on_expiry: bool,
    },
}
