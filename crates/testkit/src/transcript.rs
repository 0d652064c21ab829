//! Transcripts: what a client sends, byte for byte, and what it reads in the answers.
//!
//! A transcript is text. `@` lines say what has to be there before. `>` lines are one request as it
//! goes over the wire: request line, header fields, an empty line, the body. `<` lines say what its
//! answer has to be like:
//!
//! | line | holds when |
//! |---|---|
//! | `< 200` | the status is 200 |
//! | `< Content-Type: x` | the header field has this value |
//! | `< no Location` | there is no such field |
//! | `< a.0.b = {"c":1}` | the body has this JSON there |
//! | `< a.0.b is list of 2` | the value has this type: `text`, `number`, `boolean`, `null`, `object`, `list`, or it is `absent` |
//! | `< a.0.b ~ text` | the value contains this text |
//! | `< body = text` | the whole body is this text |
//! | `< a.0.b -> name` | always; from here on `${name}` stands for the value |
//!
//! Everything else is comment.

use std::collections::HashMap;

use serde_json::Value;

/// What `${name}` stands for.
pub type Values = HashMap<String, String>;

/// Requests and what their answers have to be like.
#[derive(Clone, Debug)]
pub struct Transcript {
    name: String,
    /// What has to be there before, a line each.
    pub given: Vec<String>,
    exchanges: Vec<Exchange>,
}

#[derive(Clone, Debug, Default)]
struct Exchange {
    request: Vec<String>,
    checks: Vec<(usize, String)>,
}

/// A request as a transcript has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Method.
    pub method: String,
    /// Path and query, percent-encoded by the client.
    pub target: String,
    /// Header fields, in order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

impl Transcript {
    /// Reads `text`, which `name` stands for in complaints.
    #[must_use]
    pub fn parse(name: &str, text: &str) -> Self {
        let mut transcript = Self {
            name: name.to_owned(),
            given: Vec::new(),
            exchanges: Vec::new(),
        };
        let mut in_request = false;
        for (index, line) in text.lines().enumerate() {
            let sent = line.strip_prefix("> ").or((line == ">").then_some(""));
            if let Some(sent) = sent {
                if !in_request {
                    transcript.exchanges.push(Exchange::default());
                }
                if let Some(exchange) = transcript.exchanges.last_mut() {
                    exchange.request.push(sent.to_owned());
                }
            } else if let Some(check) = line.strip_prefix("< ") {
                let exchange = transcript.exchanges.last_mut();
                let exchange = exchange.expect("invariant: a check comes behind its request");
                exchange.checks.push((index + 1, check.to_owned()));
            } else if let Some(given) = line.strip_prefix("@ ") {
                transcript.given.push(given.to_owned());
            }
            in_request = sent.is_some();
        }
        transcript
    }

    /// Sends every request by `send` and checks every answer. `values` has what the transcript is
    /// given, and gets what it takes from answers.
    ///
    /// # Panics
    /// When an answer is not as it has to be.
    pub async fn replay(&self, values: &mut Values, mut send: impl AsyncFnMut(Sent) -> Reply) {
        assert!(!self.exchanges.is_empty(), "{}: no request", self.name);
        for exchange in &self.exchanges {
            let sent = exchange.sent(values);
            let shown = format!("{} {} {}", self.name, sent.method, sent.target);
            assert!(!exchange.checks.is_empty(), "{shown}: nothing is expected");
            let reply = send(sent).await;
            for (line, check) in &exchange.checks {
                if let Err(complaint) = reply.check(check, values) {
                    let body = &reply.body;
                    panic!(
                        "{shown}\nline {line}: {check}\n{complaint}\n{} {body}",
                        reply.status
                    );
                }
            }
        }
    }
}

impl Exchange {
    fn sent(&self, values: &Values) -> Sent {
        let mut lines = self.request.iter().map(|line| filled(line, values));
        let first = lines.next().unwrap_or_default();
        let mut words = first.split(' ');
        let (method, target) = (words.next(), words.next());
        assert_eq!(words.next(), Some("HTTP/1.1"), "{first}");
        let mut headers = Vec::new();
        for line in lines.by_ref().take_while(|line| !line.is_empty()) {
            let field = line
                .split_once(':')
                .expect("invariant: a field has a colon");
            headers.push((field.0.to_owned(), field.1.trim().to_owned()));
        }
        Sent {
            method: method.unwrap_or_default().to_owned(),
            target: target.unwrap_or_default().to_owned(),
            headers,
            body: lines.collect::<Vec<_>>().join("\n"),
        }
    }
}

impl Reply {
    fn check(&self, check: &str, values: &mut Values) -> Result<(), String> {
        let check = filled(check, values);
        let same = |found: &str, wanted: &str| match found == wanted {
            true => Ok(()),
            false => Err(format!("found {found}")),
        };
        if let Ok(status) = check.parse::<u16>() {
            return same(&self.status.to_string(), &status.to_string());
        }
        if let Some(name) = check.strip_prefix("no ") {
            return same(self.header(name).unwrap_or("nothing"), "nothing");
        }
        if let Some(text) = check.strip_prefix("body =") {
            return same(&self.body, text.trim_start());
        }
        let (path, rest) = check.split_once(' ').ok_or("what is that?")?;
        if let Some(name) = path.strip_suffix(':') {
            return same(self.header(name).unwrap_or("nothing"), rest);
        }
        let json: Value = serde_json::from_str(&self.body).map_err(|error| error.to_string())?;
        let pointer = path
            .split('.')
            .fold(String::new(), |all, part| all + "/" + part);
        let found = json.pointer(&pointer);
        if let Some(wanted) = rest.strip_prefix("is ") {
            let kind = kind(found);
            let list = found.and_then(Value::as_array).map(Vec::len);
            let kind = match list.filter(|_| wanted.starts_with("list of ")) {
                Some(count) => format!("list of {count}"),
                None => kind.to_owned(),
            };
            return same(&kind, wanted);
        }
        let found = found.ok_or("nothing is there")?;
        if let Some(wanted) = rest.strip_prefix("= ") {
            let wanted: Value = serde_json::from_str(wanted).map_err(|error| error.to_string())?;
            return match *found == wanted {
                true => Ok(()),
                false => Err(format!("found {found}")),
            };
        }
        let text = found
            .as_str()
            .map_or_else(|| found.to_string(), str::to_owned);
        if let Some(part) = rest.strip_prefix("~ ") {
            return match text.contains(part) {
                true => Ok(()),
                false => Err(format!("found {text}")),
            };
        }
        let name = rest.strip_prefix("-> ").ok_or("what is that?")?;
        values.insert(name.to_owned(), text);
        Ok(())
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

fn kind(value: Option<&Value>) -> &'static str {
    match value {
        None => "absent",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "text",
        Some(Value::Array(_)) => "list",
        Some(Value::Object(_)) => "object",
    }
}

/// `text` with what its placeholders stand for.
fn filled(text: &str, values: &Values) -> String {
    let mut parts = text.split("${");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').expect("invariant: a placeholder ends");
        let value = values.get(name);
        filled += value.unwrap_or_else(|| panic!("nothing is called ${{{name}}}"));
        filled += rest;
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply() -> Reply {
        Reply {
            status: 200,
            headers: vec![("Content-Type".to_owned(), "text/x".to_owned())],
            body: r#"{"a":[{"b":"one two"}],"n":null,"x":1}"#.to_owned(),
        }
    }

    #[test]
    fn checks_hold_or_do_not() {
        let cases = [
            ("200", true),
            ("201", false),
            ("content-type: text/x", true),
            ("content-type: text/y", false),
            ("no Location", true),
            ("no Content-Type", false),
            (r#"a.0.b = "one two""#, true),
            (r#"a.0.b = "one""#, false),
            ("a.0.c = 1", false),
            ("a is list of 1", true),
            ("a is list of 2", false),
            ("a is list", true),
            ("x is number", true),
            ("x is text", false),
            ("n is null", true),
            ("y is absent", true),
            ("n is absent", false),
            ("a.0.b ~ two", true),
            ("a.0.b ~ three", false),
            ("a.0.b -> b", true),
            ("c -> c", false),
            ("body = x", false),
            ("nonsense", false),
        ];
        for (check, holds) in cases {
            let found = reply().check(check, &mut Values::new());
            assert_eq!(found.is_ok(), holds, "{check}: {found:?}");
        }
    }

    #[tokio::test]
    async fn requests_go_out_as_written_and_answers_fill_placeholders() {
        let text = "cf x\n@ a space\n> GET /a?b=%2C HTTP/1.1\n> Accept: */*\n>\n< 200\n< x -> id\n\n\
                    > POST /${id} HTTP/1.1\n>\n> {\"a\":1}\n< 200\n";
        let transcript = Transcript::parse("x", text);
        assert_eq!(transcript.given, ["a space"]);
        let mut sent = Vec::new();
        let mut values = Values::new();
        transcript
            .replay(&mut values, async |request| {
                sent.push(request);
                reply()
            })
            .await;
        assert_eq!(values["id"], "1");
        let accept = ("Accept".to_owned(), "*/*".to_owned());
        assert_eq!(sent[0].headers, [accept]);
        assert_eq!((&*sent[0].target, &*sent[0].body), ("/a?b=%2C", ""));
        assert_eq!((&*sent[1].target, &*sent[1].body), ("/1", "{\"a\":1}"));
    }
}
