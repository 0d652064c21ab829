//! Calls of a script with made-up messages: the same ones on every machine.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::bodies::{csv, json_of, xml};
use super::entries::{Entry, Parameter};
use super::names::{Expected, expected};
use super::values::{Theme, Values};

/// One call. The same file of calls goes to both engines.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    /// Path of the script.
    pub(crate) script: String,
    pub(crate) function: String,
    /// `"message"`, `"context"`, `"output"`, `{"text": …}`, `{"texts": […]}` or `{"number": …}`.
    pub(crate) arguments: Vec<Value>,
    pub(crate) body: Option<String>,
    /// Whether the body is a stream.
    pub(crate) bytes: bool,
    pub(crate) headers: Map<String, Value>,
    /// A text, or `{"exception": class, "message": …, …}`.
    pub(crate) properties: Map<String, Value>,
    /// Names and texts.
    pub(crate) attachments: Map<String, Value>,
}

/// All calls of the script at `path`, whose name in reports is `name`.
pub(crate) fn jobs(name: &str, path: &Path, source: &str) -> Vec<Job> {
    let expected = expected(source);
    let mut jobs = Vec::new();
    for entry in &expected.entries {
        let takes_message = entry.parameters.contains(&Parameter::Message);
        let made = if takes_message {
            messages(&expected, entry)
        } else {
            mappings(&expected, entry)
        };
        for mut job in made {
            job.id = format!("{name}/{}", jobs.len());
            job.script = path.to_string_lossy().into_owned();
            jobs.push(job);
        }
    }
    jobs
}

fn messages(expected: &Expected, entry: &Entry) -> Vec<Job> {
    let values = |theme| Values::new(theme, expected);
    let (named, numbers) = (values(Theme::Named), values(Theme::Numbers));
    let (dates, compared) = (values(Theme::Dates), values(Theme::Compared));
    let object = json_of(&expected.shape, &named);
    let objects = Value::Array(vec![
        json_of(&expected.shape, &numbers),
        json_of(&expected.shape, &dates),
    ]);
    let bodies = [
        (xml(&expected.shape, &named), true, &named),
        (object.to_string(), true, &named),
        (csv(expected, &compared), false, &compared),
        (objects.to_string(), false, &numbers),
        (xml(&expected.shape, &numbers), false, &dates),
        (
            json_of(&expected.shape, &compared).to_string(),
            true,
            &compared,
        ),
        (xml(&expected.shape, &compared), true, &compared),
        (json_of(&expected.shape, &dates).to_string(), false, &dates),
    ];
    let mut jobs: Vec<Job> = bodies
        .into_iter()
        .map(|(body, bytes, values)| job(expected, entry, values, body, bytes))
        .collect();
    // A message that brings nothing.
    let mut empty = job(expected, entry, &named, String::new(), true);
    empty.headers.clear();
    empty.properties.clear();
    jobs.push(empty);
    if expected.attachments {
        for job in jobs.iter_mut().step_by(2) {
            let text = Value::from(job.body.clone());
            job.attachments.insert("first.txt".to_owned(), text);
        }
    }
    jobs
}

fn mappings(expected: &Expected, entry: &Entry) -> Vec<Job> {
    let themes = [
        Theme::Named,
        Theme::Numbers,
        Theme::Dates,
        Theme::Compared,
        Theme::Empty,
    ];
    themes
        .into_iter()
        .map(|theme| {
            let values = Values::new(theme, expected);
            let mut job = job(expected, entry, &values, String::new(), false);
            if matches!(theme, Theme::Empty) {
                job.headers.clear();
                job.properties.clear();
            }
            job
        })
        .collect()
}

fn job(expected: &Expected, entry: &Entry, values: &Values<'_>, body: String, bytes: bool) -> Job {
    let mut headers = Map::new();
    let mut properties = Map::new();
    for name in &expected.names {
        let value = values.property(name);
        if value.is_string() {
            headers.insert(name.clone(), value.clone());
        }
        properties.insert(name.clone(), value);
    }
    let arguments = entry.parameters.iter().map(|parameter| match parameter {
        Parameter::Message => json!("message"),
        Parameter::Context => json!("context"),
        Parameter::Output => json!("output"),
        Parameter::Text(name) => json!({ "text": values.text(name) }),
        Parameter::Texts(name) => {
            let texts = ["", "2", "3"].map(|suffix| values.text(&format!("{name}{suffix}")));
            json!({ "texts": texts })
        }
        Parameter::Number(name) => json!({ "number": name.len() % 7 }),
        Parameter::Unknown => Value::Null,
    });
    Job {
        id: String::new(),
        script: String::new(),
        function: entry.name.clone(),
        arguments: arguments.collect(),
        body: Some(body),
        bytes,
        headers,
        properties,
        attachments: Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_made_for_messages_and_for_mappings() {
        let source = "def Message processData(Message message) { message.getProperty('Region') }";
        let all = jobs("one", Path::new("one.groovy"), source);
        assert_eq!(all.len(), 9);
        assert_eq!(all[0].id, "one/0");
        assert!(all[0].properties.contains_key("Region"));
        assert!(all[8].properties.is_empty());
        let again = jobs("one", Path::new("one.groovy"), source);
        let texts = |jobs: &[Job]| serde_json::to_string(jobs).unwrap();
        assert_eq!(texts(&all), texts(&again));

        let source = "def String f(String a, MappingContext c) { a }";
        let all = jobs("two", Path::new("two.groovy"), source);
        assert_eq!(all.len(), 5);
        assert_eq!(all[4].arguments, [json!({ "text": "" }), json!("context")]);
    }
}
