//! Which ids, names, texts and versions are legal.

use lockgate_core::limits;
use lockgate_flow::manifest::is_symbolic_name;

use crate::error::{Error, Result};

/// Checks the id of a package.
pub(crate) fn check_package_id(id: &str) -> Result<()> {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ');
    if id.is_empty() {
        return Err(Error::Invalid("Id cannot be empty.".to_owned()));
    }
    if id.len() > limits::DESIGN_NAME || id.trim() != id || !id.chars().all(is_legal) {
        let message = format!(
            "The id of a package has 1 to {} letters, digits, '_', '.', '-' and inner spaces.",
            limits::DESIGN_NAME
        );
        return Err(Error::Invalid(message));
    }
    Ok(())
}

/// Checks the id of an artifact.
pub(crate) fn check_artifact_id(id: &str) -> Result<()> {
    if is_symbolic_name(id) {
        return Ok(());
    }
    let message = "The id of an artifact has 1 to 200 letters, digits, '_', '.' and '-'.";
    Err(Error::Invalid(message.to_owned()))
}

/// Checks the name of a package or an artifact.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::Invalid("Name cannot be empty.".to_owned()));
    }
    let is_long = name.chars().count() > limits::DESIGN_NAME;
    if is_long || name.trim() != name || name.chars().any(char::is_control) {
        let message = format!(
            "A name has at most {} characters, no white space around it and no control characters.",
            limits::DESIGN_NAME
        );
        return Err(Error::Invalid(message));
    }
    Ok(())
}

/// Checks a text that somebody wrote about something.
pub(crate) fn check_text(what: &str, text: &str) -> Result<()> {
    if text.chars().count() <= limits::DESIGN_TEXT {
        return Ok(());
    }
    let message = format!("{what} has at most {} characters.", limits::DESIGN_TEXT);
    Err(Error::Invalid(message))
}

/// A version to be saved under, as `major.minor.micro`.
pub(crate) fn version(text: &str) -> Result<String> {
    let mut parts = text.split('.').map(str::parse::<u32>);
    let mut next = || parts.next().unwrap_or(Ok(0));
    match (next(), next(), next(), parts.next()) {
        (Ok(major), Ok(minor), Ok(micro), None) => Ok(format!("{major}.{minor}.{micro}")),
        _ => Err(Error::Invalid(format!(
            "{:?} is not a version such as 1.0.5.",
            text.chars().take(50).collect::<String>()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_names_and_versions_are_checked() {
        for (id, legal) in [
            ("demo", true),
            ("my.pkg-1_x", true),
            ("my pkg", true),
            ("pkg.LSC", true),
            ("", false),
            (" x", false),
            ("a/b", false),
            ("a'b", false),
        ] {
            assert_eq!(check_package_id(id).is_ok(), legal, "{id:?}");
        }
        assert!(check_package_id(&"x".repeat(limits::DESIGN_NAME + 1)).is_err());
        for (id, legal) in [("Flow_1.a-b", true), ("my flow", false), ("", false)] {
            assert_eq!(check_artifact_id(id).is_ok(), legal, "{id:?}");
        }
        for (name, legal) in [
            ("Flow (1) ä", true),
            ("", false),
            (" a", false),
            ("a\nb", false),
        ] {
            assert_eq!(check_name(name).is_ok(), legal, "{name:?}");
        }
        assert!(check_name(&"x".repeat(limits::DESIGN_NAME + 1)).is_err());
        assert!(check_text("It", &"x".repeat(limits::DESIGN_TEXT)).is_ok());
        assert!(check_text("It", &"x".repeat(limits::DESIGN_TEXT + 1)).is_err());
        for (text, expected) in [("1.0.5", "1.0.5"), ("2", "2.0.0"), ("1.02", "1.2.0")] {
            assert_eq!(version(text).unwrap(), expected);
        }
        for text in ["", "active", "1.0.0.x", "1.0.0.0", "-1", "1..2"] {
            assert!(version(text).is_err(), "{text:?}");
        }
    }
}
