//! The part of SCIM's filter language that tools use to look somebody up.

use lockgate_core::account::Account;

/// Conditions that a person has to meet, all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter(Vec<(Attribute, String)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attribute {
    Id,
    UserName,
    Origin,
}

impl Filter {
    /// Reads `attribute eq "value"` conditions joined by `and`; words are in any case. An empty
    /// filter admits everybody.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut conditions = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            if !conditions.is_empty() {
                rest = word(rest, "and")?;
            }
            let (attribute, after) = rest.split_once(char::is_whitespace)?;
            let attribute = Attribute::named(attribute)?;
            let quoted = word(after.trim_start(), "eq")?.strip_prefix('"')?;
            let (value, after) = quoted.split_once('"')?;
            if value.contains('\\') {
                return None;
            }
            conditions.push((attribute, value.to_owned()));
            rest = after.trim_start();
        }
        Some(Self(conditions))
    }

    /// Whether a person on this server meets every condition. Names are the same whatever their
    /// case.
    pub(super) fn admits(&self, account: &Account) -> bool {
        self.0.iter().all(|(attribute, value)| match attribute {
            Attribute::Id => account.id.to_string() == *value,
            Attribute::UserName => account.name.to_lowercase() == value.to_lowercase(),
            Attribute::Origin => value == "uaa",
        })
    }
}

impl Attribute {
    fn named(name: &str) -> Option<Self> {
        let names = [
            ("id", Self::Id),
            ("username", Self::UserName),
            ("origin", Self::Origin),
        ];
        let found = names
            .iter()
            .find(|(known, _)| name.eq_ignore_ascii_case(known));
        found.map(|(_, attribute)| *attribute)
    }
}

/// What follows a word and white space.
fn word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (first, rest) = text.split_once(char::is_whitespace)?;
    first.eq_ignore_ascii_case(word).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_and_anything_else_is_refused() {
        use Attribute::{Id, Origin, UserName};
        let read = |text: &str| Filter::parse(text).map(|filter| filter.0);
        let is = |attribute, value: &str| (attribute, value.to_owned());
        assert_eq!(read("  "), Some(vec![]));
        assert_eq!(
            read(r#"userName eq "ann""#),
            Some(vec![is(UserName, "ann")])
        );
        assert_eq!(
            read(r#"userName Eq "a b" and  origin EQ "uaa" AND id eq "1""#),
            Some(vec![is(UserName, "a b"), is(Origin, "uaa"), is(Id, "1")])
        );
        for wrong in [
            "userName",
            "userName eq ann",
            r#"userName eq "ann"#,
            r#"userName co "ann""#,
            r#"userName eq "ann" or id eq "1""#,
            r#"userName eq "ann" and"#,
            r#"userName eq "ann" id eq "1""#,
            r#"email eq "ann""#,
            r#"userName eq "a\"b""#,
            r#"(userName eq "ann")"#,
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
