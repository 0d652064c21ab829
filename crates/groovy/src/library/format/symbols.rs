//! How locales write numbers.

use crate::library::date::locale::Locale;

/// What stands between digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Symbols {
    /// Before the fraction.
    pub(crate) decimal: char,
    /// Between thousands.
    pub(crate) group: char,
}

impl Symbols {
    /// Those of a locale, as Java 8 knows them.
    pub(crate) fn of(locale: &Locale) -> Self {
        const SPACED: [&str; 14] = [
            "fr", "pl", "ru", "sv", "nb", "no", "nn", "fi", "cs", "sk", "hu", "uk", "bg", "et",
        ];
        const POINTED: [&str; 13] = [
            "de", "it", "es", "nl", "pt", "da", "tr", "el", "ro", "hr", "sl", "sr", "in",
        ];
        let language = locale.language.as_str();
        let (decimal, group) = match (language, locale.country.as_str()) {
            ("de" | "it" | "fr", "CH") => ('.', '\''),
            ("es", "MX" | "US" | "PA" | "PE") => ('.', ','),
            _ if SPACED.contains(&language) => (',', '\u{a0}'),
            _ if POINTED.contains(&language) => (',', '.'),
            _ => ('.', ','),
        };
        Self { decimal, group }
    }
}

/// Digits with a separator between groups of `size`.
pub(crate) fn grouped(digits: &str, size: usize, separator: char) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if size > 0 && index > 0 && (digits.len() - index).is_multiple_of(size) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}
