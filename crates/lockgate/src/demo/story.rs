//! Tells the demo: numbered chapters, what was expected, what came.

use crate::cli::output::{BAD, DIM, GOOD, HEADING, line, paint};

/// The demo as it is told, and how often it went wrong.
#[derive(Debug, Default)]
pub(crate) struct Story {
    chapter: usize,
    surprises: usize,
}

impl Story {
    /// Begins a chapter.
    pub(crate) fn chapter(&mut self, title: &str) {
        self.chapter += 1;
        line("");
        line(paint(HEADING, format!("{}. {title}", self.chapter)));
    }

    /// Says what somebody would type or send.
    pub(crate) fn says(&self, text: impl std::fmt::Display) {
        line(paint(DIM, format!("   {text}")));
    }

    /// Shows something worth seeing, indented.
    pub(crate) fn shows(&self, text: &str) {
        for row in text.lines() {
            line(format!("     {}", crate::cli::output::printable(row)));
        }
    }

    /// Compares what came with what was expected.
    pub(crate) fn expects(&mut self, what: &str, held: bool, came: impl std::fmt::Display) {
        if held {
            line(format!("   {} {what}", paint(GOOD, "✓")));
        } else {
            self.surprises += 1;
            line(format!(
                "   {} {what}: {}",
                paint(BAD, "✗"),
                paint(BAD, came)
            ));
        }
    }

    /// Whether everything was as expected; says so.
    pub(crate) fn ends_well(&self) -> bool {
        line("");
        match self.surprises {
            0 => line(paint(GOOD, "Everything was as expected.")),
            1 => line(paint(BAD, "One thing was not as expected.")),
            n => line(paint(BAD, format!("{n} things were not as expected."))),
        }
        self.surprises == 0
    }
}
