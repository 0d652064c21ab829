//! Flows as they are deployed and called, on a real store.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like tests")]

mod calls;
mod deployment;
mod journal;
mod message_log;
mod models;
mod scripts;
mod timers;
mod worker;
