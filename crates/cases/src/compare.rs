//! Compares bodies in the way of their format, and shows where they differ.

mod json;
mod lines;
mod text;
mod xml;

use std::path::Path;

pub use lines::Line;

/// Places that are told; the rest of the differences is in the lines.
const PLACES: usize = 10;

/// How bodies of a format are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// By structure: the order of members means nothing, and numbers are equal as they are written.
    Json,
    /// By structure: the order of attributes, prefixes, comments, and white space between elements
    /// mean nothing.
    Xml,
    /// Character by character.
    Text,
    /// Byte by byte.
    Binary,
}

/// How a body differs from what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The first places that differ, each with what was expected there and what came.
    pub(crate) places: Vec<String>,
    /// Both bodies line by line, shortened to the surroundings of what differs.
    pub(crate) lines: Vec<Line>,
}

impl Format {
    /// The format that the extension of a file promises; text when it promises nothing.
    pub(crate) fn of(file: &Path) -> Self {
        match extension(file).as_str() {
            "json" => Self::Json,
            "xml" => Self::Xml,
            "bin" | "gz" | "pdf" | "zip" => Self::Binary,
            _ => Self::Text,
        }
    }

    /// Compares; `None` when the bodies mean the same.
    pub(crate) fn compare(self, expected: &[u8], actual: &[u8]) -> Option<Difference> {
        if expected == actual {
            return None;
        }
        if self == Self::Binary {
            return Some(text::binary(expected, actual));
        }
        let texts = (std::str::from_utf8(expected), std::str::from_utf8(actual));
        let (Ok(expected_text), Ok(actual_text)) = texts else {
            return Some(text::binary(expected, actual));
        };
        match self {
            Self::Json => json::compare(expected_text, actual_text),
            Self::Xml => xml::compare(expected_text, actual_text),
            Self::Text | Self::Binary => Some(text::compare(expected_text, actual_text)),
        }
    }
}

/// The media type that goes with the extension of a file.
pub(crate) fn media_type(file: &Path) -> &'static str {
    match extension(file).as_str() {
        "json" => "application/json",
        "xml" | "edmx" => "application/xml",
        "csv" => "text/csv",
        "txt" => "text/plain",
        _ => "application/octet-stream",
    }
}

fn extension(file: &Path) -> String {
    let extension = file.extension().unwrap_or_default();
    extension.to_string_lossy().to_ascii_lowercase()
}

/// Gathers places, as many as are told.
#[derive(Debug, Default)]
struct Places(Vec<String>);

impl Places {
    fn add(&mut self, place: &str, what: impl std::fmt::Display) {
        if self.0.len() < PLACES {
            let place = if place.is_empty() { "/" } else { place };
            self.0.push(format!("{place}: {what}"));
        }
    }
}

/// A value inside a sentence, shortened.
fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}
