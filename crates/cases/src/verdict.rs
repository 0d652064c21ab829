//! What became of a case.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::compare::{Difference, Line};

/// What became of a case.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The case.
    pub name: String,
    /// How long it took.
    pub took: Duration,
    /// What was not as expected; nothing, if it passed.
    pub problems: Vec<Problem>,
}

impl Verdict {
    /// Whether everything was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Something that was not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What, in a sentence.
    pub text: String,
    /// Where in a body, each place with what was expected and what was found.
    pub places: Vec<String>,
    /// The body line by line around what differs.
    pub lines: Vec<Line>,
    /// What would make what came the expected.
    pub update: Option<Update>,
}

/// A file that would have to be different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The file.
    pub file: PathBuf,
    /// What it would have to hold.
    pub bytes: Vec<u8>,
}

impl Problem {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            places: Vec::new(),
            lines: Vec::new(),
            update: None,
        }
    }

    /// `what` is one text instead of another.
    pub(crate) fn differs(what: &str, expected: &str, found: &str) -> Self {
        Self::new(format!("{what}: expected {expected:?}, found {found:?}"))
    }

    pub(crate) fn with(self, difference: Difference) -> Self {
        Self {
            places: difference.places,
            lines: difference.lines,
            ..self
        }
    }

    pub(crate) fn updating(self, file: &Path, bytes: &[u8]) -> Self {
        let update = Update {
            file: file.to_owned(),
            bytes: bytes.to_vec(),
        };
        Self {
            update: Some(update),
            ..self
        }
    }
}
