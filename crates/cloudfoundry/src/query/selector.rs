//! `label_selector`: requirements on labels, all of which have to hold.

use lockgate_store::metadata::Metadata;

use crate::failure::Failure;

/// What the labels of an item have to be like. The default accepts everything.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Selector(Vec<Requirement>);

#[derive(Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, PartialEq, Eq)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
}

impl Selector {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let parsed: Option<Vec<_>> = requirements(text).into_iter().map(requirement).collect();
        let parsed = parsed.map(Self);
        parsed.ok_or_else(|| Failure::query("Invalid label_selector value"))
    }

    pub(super) fn matches(&self, metadata: Option<&Metadata>) -> bool {
        self.0.iter().all(|requirement| {
            let label = metadata.and_then(|metadata| metadata.labels.get(&requirement.key));
            let value = label.map(|value| value.as_deref().unwrap_or_default());
            let among = |values: &[String]| {
                value.is_some_and(|value| values.iter().any(|wanted| wanted == value))
            };
            match &requirement.test {
                Test::Exists => value.is_some(),
                Test::Absent => value.is_none(),
                Test::In(values) => among(values),
                Test::NotIn(values) => !among(values),
            }
        })
    }
}

/// The parts between the commas that are not in parentheses.
fn requirements(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut inside) = (Vec::new(), 0, false);
    for (index, c) in text.char_indices() {
        match c {
            '(' => inside = true,
            ')' => inside = false,
            ',' if !inside => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn requirement(text: &str) -> Option<Requirement> {
    let text = text.trim();
    let (key, test) = if let Some(key) = text.strip_prefix('!') {
        (key, Test::Absent)
    } else if let Some((key, value)) = text.split_once("!=") {
        (key, Test::NotIn(vec![label(value)?]))
    } else if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        (key, Test::In(vec![label(value)?]))
    } else if let Some((key, values)) = text.split_once(" notin ") {
        (key, Test::NotIn(set(values)?))
    } else if let Some((key, values)) = text.split_once(" in ") {
        (key, Test::In(set(values)?))
    } else {
        (text, Test::Exists)
    };
    let key = key.trim();
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let key = (!key.is_empty() && key.chars().all(legal)).then(|| key.to_owned())?;
    Some(Requirement { key, test })
}

fn set(text: &str) -> Option<Vec<String>> {
    let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
    inner.split(',').map(label).collect()
}

fn label(text: &str) -> Option<String> {
    let text = text.trim();
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.chars().all(legal).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> Metadata {
        let mut metadata = Metadata::default();
        let labels = [
            ("env", Some("prod")),
            ("a.example/tier", Some("1")),
            ("bare", None),
        ];
        for (key, value) in labels {
            let value = value.map(str::to_owned);
            metadata.labels.insert(key.to_owned(), value);
        }
        metadata
    }

    #[test]
    fn requirements_are_judged_by_the_labels() {
        let cases = [
            ("env", true),
            ("!env", false),
            ("!other", true),
            ("env=prod", true),
            ("env==prod", true),
            ("env=test", false),
            ("env!=test", true),
            ("other!=test", true),
            ("env in (test,prod)", true),
            ("env in (test)", false),
            ("env notin (test, dev)", true),
            ("env notin (prod)", false),
            ("a.example/tier=1,env in (prod,x),bare", true),
            ("a.example/tier=1,env in (x,y)", false),
            ("bare=", true),
        ];
        for (text, expected) in cases {
            let selector = Selector::parse(text).unwrap();
            assert_eq!(selector.matches(Some(&metadata())), expected, "{text}");
        }
        assert!(!Selector::parse("env").unwrap().matches(None));
        assert!(Selector::default().matches(None));
    }

    #[test]
    fn what_is_no_requirement_is_refused() {
        for text in [
            "",
            "a b",
            "=x",
            "env in prod",
            "env in (a b)",
            "env=a=b",
            "a,",
            "ä",
        ] {
            assert_eq!(Selector::parse(text).unwrap_err().code, 10005, "{text:?}");
        }
    }
}
