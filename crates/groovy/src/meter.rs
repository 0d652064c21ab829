//! How much memory the values of a run hold, counted by the values themselves.
//!
//! A run stays on one thread, so the count is a thread's. It is an estimate: what counts is that
//! it grows with what a script makes, and shrinks when that goes.

use std::cell::Cell;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

/// Counts `bytes` that a value took.
pub(crate) fn add(bytes: usize) {
    LIVE.with(|live| live.set(live.get().saturating_add(bytes)));
}

/// Counts `bytes` that a value gave back.
pub(crate) fn sub(bytes: usize) {
    LIVE.with(|live| live.set(live.get().saturating_sub(bytes)));
}

/// Bytes that values of this thread hold.
pub(crate) fn live() -> usize {
    LIVE.with(Cell::get)
}
