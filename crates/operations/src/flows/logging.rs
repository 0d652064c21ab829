//! What the message log keeps of a flow, changed while it runs.

use std::time::Duration;

use lockgate_core::audit::Actor;
use lockgate_core::input::Fields;
use lockgate_core::limits;
use lockgate_store::audit;
use lockgate_store::changes::{self, Topic};
use lockgate_store::flows::{self, LogLevel, Temporary};

use crate::error::{Error, Result};
use crate::flows::{Outcome, target};
use crate::service::Operations;

/// What to change about the message log of a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Logging {
    level: Option<LogLevel>,
    /// For how long; afterwards the former level counts again.
    lasts: Option<Duration>,
    keep: Option<bool>,
}

impl Logging {
    /// Reads `{"log_level"?,"log_level_seconds"?,"keep"?}`.
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let level = level(fields);
        let longest = i64::try_from(limits::LOG_LEVEL_LASTS.as_secs()).unwrap_or(i64::MAX);
        let seconds = fields.integer("log_level_seconds", 1..=longest);
        if seconds.is_some() && level.is_none() {
            fields.error("log_level_seconds", "needs a log_level");
        }
        Self {
            level,
            lasts: seconds.map(|seconds| Duration::from_secs(seconds.unsigned_abs())),
            keep: fields.boolean("keep"),
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// In words, for the audit log.
    fn words(self) -> String {
        let level = self.level.map(|level| match self.lasts {
            Some(lasts) => format!("log level {level} for {} s", lasts.as_secs()),
            None => format!("log level {level}"),
        });
        let keep = self.keep.map(|keep| format!("keep {keep}"));
        let words: Vec<String> = level.into_iter().chain(keep).collect();
        words.join("; ")
    }
}

fn level(fields: &mut Fields<'_>) -> Option<LogLevel> {
    let word = fields.text("log_level")?;
    let level = LogLevel::parse(&word);
    if level.is_none() {
        let words: Vec<&str> = LogLevel::ALL.iter().map(|level| level.as_str()).collect();
        fields.error("log_level", format!("must be one of {}", words.join(", ")));
    }
    level
}

impl Operations {
    /// Changes what the message log keeps of messages that start from now on. Nothing restarts.
    pub(super) async fn relog(&self, actor: &Actor, id: &str, logging: Logging) -> Result<Outcome> {
        let mut tx = self.store.begin().await?;
        let head = flows::find_head(&mut tx, id).await?;
        let head = head.ok_or_else(|| Error::NoFlow(id.to_owned()))?;
        match (logging.level, logging.lasts) {
            (Some(level), Some(lasts)) => {
                let until = self.clock.now().plus(lasts);
                let temporary = Temporary { level, until };
                flows::set_temporary_level(&mut tx, id, temporary).await?;
            }
            (Some(level), None) => {
                flows::set_log_level(&mut tx, id, level).await?;
            }
            (None, _) => {}
        }
        if let Some(keep) = logging.keep {
            flows::set_keep(&mut tx, id, keep).await?;
        }
        if !logging.is_empty() {
            let (target, words) = (target(id, &head.name), logging.words());
            audit::record(&mut tx, actor, "flow.update", &target, &words).await?;
            changes::bump(&mut tx, Topic::Flows).await?;
            tracing::info!(flow = id, change = words, "message log of a flow changed");
        }
        tx.commit().await?;
        let head = flows::find_head(&mut self.store.read().await?, id).await?;
        let head = head.ok_or_else(|| Error::NoFlow(id.to_owned()))?;
        Ok(Outcome {
            flows: self.described(vec![head]).await?,
            ..Outcome::default()
        })
    }
}
