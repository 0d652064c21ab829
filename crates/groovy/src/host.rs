//! What a script may ask of the world around it.

use std::rc::Rc;
use std::time::Duration;

use crate::cpi::Services;
use crate::thrown::Limit;

/// How important a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the level of its name")]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// What a statement of a script gave.
#[derive(Debug)]
pub struct TraceLine<'a> {
    /// File.
    pub file: &'a str,
    /// Function.
    pub function: &'a str,
    /// Line, from 1.
    pub line: u32,
    /// Class of the value: that of the expression, the variable or the condition.
    pub class: &'a str,
    /// The value as text, cut off when it is long; `None` when it has none of its own.
    pub text: Option<String>,
}

/// The world of a run. Every method is called on the thread of the run.
pub trait Host {
    /// Milliseconds since 1970-01-01 UTC.
    fn now(&self) -> i64;

    /// Nanoseconds of a clock that only differences are taken of.
    fn nanos(&self) -> i64;

    /// Fills `bytes` with random ones.
    fn random(&self, bytes: &mut [u8]);

    /// The default time zone, as `TimeZone.getDefault()` names it.
    fn time_zone(&self) -> String {
        "UTC".to_owned()
    }

    /// `println` and the like.
    fn print(&self, text: &str);

    /// A line of an `slf4j` logger.
    fn log(&self, level: Level, logger: &str, message: &str);

    /// Waits.
    ///
    /// # Errors
    /// [`Limit::Stopped`] when the run is given up meanwhile.
    fn sleep(&self, time: Duration) -> Result<(), Limit>;

    /// What `ITApiFactory` gives; `None` where there is no platform.
    fn services(&self) -> Option<Rc<dyn Services>> {
        None
    }

    /// Asked once: whether [`Host::trace`] is wanted.
    fn watches(&self) -> bool {
        false
    }

    /// Told after each statement, when the host watches.
    fn trace(&self, _line: &TraceLine<'_>) {}

    /// Asked now and then: whether the run is given up.
    fn stopped(&self) -> bool {
        false
    }
}
