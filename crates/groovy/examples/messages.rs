//! Calls scripts with messages and writes down everything that can be seen afterwards.
//!
//! `messages jobs.jsonl results.jsonl [skip]`: one call a line, one result a line, from line `skip`
//! on. `cargo xtask oracle` compares the results with those of real Groovy.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a program of its own, for developers"
)]

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use lockgate_groovy::class::ClassRef;
use lockgate_groovy::cpi::{
    BinaryParameter, Certificate, Content, LogEntry, MappingContext, Message, MessageLogFactory,
    Output, Part, PartnerId, Queued, Services, Unavailable, UserCredential,
};
use lockgate_groovy::data::{Data, ExceptionData};
use lockgate_groovy::host::{Host, Level};
use lockgate_groovy::limits::Limits;
use lockgate_groovy::program::{Options, Program};
use lockgate_groovy::run::{Failure, Run};
use lockgate_groovy::thrown::{Limit, Result as Called};
use lockgate_groovy::value::Value;
use lockgate_groovy::vm::Vm;
use serde_json::{Map, Value as Json, json};
use smol_str::SmolStr;

/// 2024-05-17T10:20:30Z, when everything happens.
const NOW: i64 = 1_715_941_230_000;
/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (Some(jobs), Some(results)) = (args.first(), args.get(1)) else {
        eprintln!("usage: messages jobs.jsonl results.jsonl [skip]");
        return Ok(());
    };
    let skip = args.get(2).and_then(|text| text.parse().ok()).unwrap_or(0);
    std::panic::set_hook(Box::new(|panic| PANIC.set(panic.to_string())));
    let jobs = fs::read_to_string(jobs)?;
    let mut results = File::options().append(true).create(true).open(results)?;
    let mut programs = HashMap::new();
    for line in jobs.lines().skip(skip) {
        let job: Json = serde_json::from_str(line)?;
        let called = catch_unwind(AssertUnwindSafe(|| answer(&mut programs, &job)));
        let mut result = called.unwrap_or_else(|_| json!({ "failed": PANIC.take() }));
        result["id"] = job["id"].clone();
        results.write_all(format!("{result}\n").as_bytes())?;
    }
    Ok(())
}

thread_local! {
    /// What the last panic said.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What a script compiled to, or why it did not.
type Compiled = Result<Program, String>;

fn answer(programs: &mut HashMap<String, Compiled>, job: &Json) -> Json {
    let path = job["script"].as_str().unwrap_or_default();
    if !programs.contains_key(path) {
        programs.insert(path.to_owned(), compile(path));
    }
    match &programs[path] {
        Err(problem) => json!({ "broken": problem }),
        Ok(program) => {
            let mut result = call(program, job);
            let findings = program
                .findings()
                .iter()
                .map(|finding| finding.what.clone());
            result["findings"] = findings.collect();
            result
        }
    }
}

fn compile(path: &str) -> Compiled {
    let source = fs::read(path).map_err(|error| error.to_string())?;
    let source = String::from_utf8_lossy(&source);
    Program::compile("script1.groovy", &source, &Options::default()).map_err(|problems| {
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        all.join("; ")
    })
}

fn call(program: &Program, job: &Json) -> Json {
    let world = Rc::new(World(Instant::now() + PATIENCE));
    let mut run = program.run(world, Limits::default());
    let log = MessageLogFactory::new(false);
    run.set_variable("messageLogFactory", Value::object(log.clone()));
    let message: Value = Value::Object(Message::new(content(job)));
    let output = Output::default();
    let arguments: Vec<Value> = list(&job["arguments"])
        .map(|argument| parameter(argument, &message, &output))
        .collect();
    let called = run.call(job["function"].as_str().unwrap_or_default(), &arguments);
    let mut result = match called {
        Ok(returned) if returned.is_same(&message) => json!({ "returned": "Message" }),
        Ok(returned) => match shown(run.vm(), &returned, 0) {
            Ok(text) => json!({ "returned": text }),
            Err(thrown) => return json!({ "failed": run.failure(thrown).to_string() }),
        },
        Err(thrown) => match run.failure(thrown) {
            Failure::Limit(Limit::Stopped | Limit::Steps) => return json!({ "timeout": true }),
            failure => thrown_as(&failure),
        },
    };
    if let Err(thrown) = observe(&mut run, &message, &mut result) {
        return json!({ "failed": run.failure(thrown).to_string() });
    }
    result["log"] = log.take().iter().map(entry).collect();
    result["output"] = output.take().iter().map(queued).collect();
    result
}

/// Class and message, as the Java virtual machine would have them.
fn thrown_as(failure: &Failure) -> Json {
    match failure {
        Failure::Exception(data) => {
            let text = data.message.as_ref().map_or("null", |text| text.as_str());
            let line = data.frames.first().map(|frame| frame.line);
            json!({ "exception": data.class.as_str(), "text": anonymous(text), "line": line })
        }
        Failure::Limit(Limit::Depth) => {
            json!({ "exception": "java.lang.StackOverflowError", "text": "null" })
        }
        Failure::Limit(limit) => json!({ "failed": limit.to_string() }),
    }
}

/// The state of the message after the call.
fn observe(run: &mut Run, message: &Value, result: &mut Json) -> Called<()> {
    let vm = run.vm();
    let body = vm.invoke(message, "getBody", &[])?;
    result["body"] = shown(vm, &body, 0)?.into();
    for (part, getter) in [("headers", "getHeaders"), ("properties", "getProperties")] {
        let map = vm.invoke(message, getter, &[])?;
        result[part] = entries(vm, &map, |vm, value| shown(vm, value, 0))?;
    }
    let map = vm.invoke(message, "getAttachments", &[])?;
    result["attachments"] = entries(vm, &map, attachment)?;
    Ok(())
}

fn entries(
    vm: &mut Vm,
    map: &Value,
    show: impl Fn(&mut Vm, &Value) -> Called<String>,
) -> Called<Json> {
    let mut all: Vec<(String, Json)> = Vec::new();
    if let Value::Map(map) = map {
        for (name, value) in map.to_vec() {
            let shown = show(vm, &value)?;
            all.push((vm.text(&name)?.to_string(), shown.into()));
        }
    }
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Json::Object(all.into_iter().collect()))
}

fn attachment(vm: &mut Vm, value: &Value) -> Called<String> {
    match value.class().simple_name().as_str() {
        "DefaultAttachment" => {
            let handler = vm.invoke(value, "getDataHandler", &[])?;
            attachment(vm, &handler)
        }
        "DataHandler" => {
            let media_type = vm.invoke(value, "getContentType", &[])?;
            let stream = vm.invoke(value, "getInputStream", &[])?;
            let content = vm.invoke(&stream, "getBytes", &[])?;
            Ok(format!("{}:{}", vm.text(&media_type)?, hex(&content)))
        }
        _ => shown(vm, value, 0),
    }
}

/// A value as text, with the class of everything that is not text.
fn shown(vm: &mut Vm, value: &Value, depth: u32) -> Called<String> {
    if depth > 8 {
        return Ok("…".to_owned());
    }
    let class = value.class();
    let name = class.simple_name();
    match value {
        Value::Null => Ok("null".to_owned()),
        Value::Str(_) | Value::GString(_) => Ok(format!("String:{}", vm.text(value)?)),
        Value::Bytes(_) => Ok(format!("bytes:{}", hex(value))),
        Value::Map(map) => {
            let mut items = Vec::new();
            for (key, value) in map.to_vec() {
                let key = shown(vm, &key, depth + 1)?;
                items.push(format!("{key}={}", shown(vm, &value, depth + 1)?));
            }
            Ok(format!("{name}{{{}}}", items.join("; ")))
        }
        Value::List(_) | Value::Set(_) | Value::Range(_) => {
            let mut items = Vec::new();
            for item in vm.items(value)? {
                items.push(shown(vm, &item, depth + 1)?);
            }
            let kind = match class {
                ClassRef::Array(_) => "array",
                _ => name.as_str(),
            };
            Ok(format!("{kind}[{}]", items.join("; ")))
        }
        Value::Object(_) if name == "ByteArrayInputStream" => {
            vm.invoke(value, "reset", &[])?;
            let content = vm.invoke(value, "getBytes", &[])?;
            Ok(format!("stream:{}", hex(&content)))
        }
        Value::Object(_) if name.ends_with("Reader") => {
            let text = vm.invoke(value, "getText", &[])?;
            Ok(format!("String:{}", vm.text(&text)?))
        }
        _ => Ok(format!("{name}:{}", anonymous(&vm.to_string(value)?))),
    }
}

fn hex(bytes: &Value) -> String {
    match bytes {
        Value::Bytes(bytes) => bytes
            .borrow()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        _ => String::new(),
    }
}

/// Without identity: `Object@1b2c3d4e` → `Object@`.
fn anonymous(text: &str) -> String {
    let mut parts = text.split('@');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_hex = |c: &char| matches!(c, '0'..='9' | 'a'..='f');
        let digits = part.chars().take_while(is_hex).count();
        let ends = !part[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let rest = if (5..=8).contains(&digits) && ends {
            &part[digits..]
        } else {
            part
        };
        out.push('@');
        out.push_str(rest);
    }
    out
}

fn entry(entry: &LogEntry) -> Json {
    match entry {
        LogEntry::Attachment {
            name,
            text,
            media_type,
        } => json!([
            "attachment",
            name.as_str(),
            text.as_str(),
            media_type.as_str()
        ]),
        LogEntry::Property { name, value } => json!(["property", name.as_str(), value.as_str()]),
        LogEntry::CustomHeader { name, value } => json!(["header", name.as_str(), value.as_str()]),
    }
}

fn queued(queued: &Queued) -> Json {
    match queued {
        Queued::Value(text) => json!(text.as_str()),
        Queued::Suppress => json!("suppress"),
        Queued::ContextChange => json!("change"),
    }
}

fn list(value: &Json) -> impl Iterator<Item = &Json> {
    value.as_array().into_iter().flatten()
}

fn object(value: &Json) -> impl Iterator<Item = (&String, &Json)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Json) -> SmolStr {
    value.as_str().unwrap_or_default().into()
}

fn content(job: &Json) -> Content {
    let body = match &job["body"] {
        Json::String(body) if job["bytes"] == true => {
            Data::Bytes(Bytes::copy_from_slice(body.as_bytes()))
        }
        Json::String(body) => Data::Text(body.into()),
        _ => Data::Null,
    };
    let named = |part: &Json| {
        let all = object(part).map(|(name, value)| (SmolStr::from(name), data(value)));
        all.collect::<Vec<_>>()
    };
    let attachments = object(&job["attachments"]).map(|(name, content)| Part {
        name: name.into(),
        content_type: "text/plain; charset=utf-8".into(),
        data: Bytes::copy_from_slice(text(content).as_bytes()),
    });
    Content {
        body,
        headers: named(&job["headers"]),
        properties: named(&job["properties"]),
        attachments: attachments.collect(),
        charset: None,
        exchange_id: "ID-exchange".into(),
        context_name: "flow".into(),
    }
}

/// A text, or `{"exception": class, "message": …, …}`.
fn data(value: &Json) -> Data {
    if value.is_string() {
        return Data::Text(text(value));
    }
    let details = [
        ("statusCode", Data::Int(500)),
        ("statusText", Data::Text(text(&value["statusText"]))),
        ("responseBody", Data::Text(text(&value["responseBody"]))),
    ];
    let class = text(&value["exception"]);
    let details = details.map(|(name, data)| (name.into(), data)).to_vec();
    let has_details = !class.starts_with("java.");
    Data::Exception(
        ExceptionData {
            class,
            message: Some(text(&value["message"])),
            cause: Data::Null,
            frames: Vec::new(),
            details: if has_details { details } else { Vec::new() },
        }
        .into(),
    )
}

fn parameter(argument: &Json, message: &Value, output: &Output) -> Value {
    match argument {
        Json::String(kind) if kind == "message" => message.clone(),
        Json::String(kind) if kind == "context" => {
            Value::object(MappingContext::new(message.clone()))
        }
        Json::String(_) => Value::object(output.clone()),
        Json::Object(one) => {
            if let Some(value) = one.get("text") {
                Value::text(text(value))
            } else if let Some(values) = one.get("texts") {
                Value::strings(list(values).map(text))
            } else {
                let number = one.get("number").and_then(Json::as_i64).unwrap_or(0);
                Value::Int(i32::try_from(number).unwrap_or(0))
            }
        }
        _ => Value::Null,
    }
}

/// A world in which the time of day stands still, until the run is given up.
struct World(Instant);

impl Host for World {
    fn now(&self) -> i64 {
        NOW
    }

    fn nanos(&self) -> i64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }

    fn print(&self, _text: &str) {}

    fn log(&self, _level: Level, _logger: &str, _message: &str) {}

    fn sleep(&self, _time: Duration) -> Result<(), Limit> {
        Ok(())
    }

    fn services(&self) -> Option<Rc<dyn Services>> {
        Some(Rc::new(Platform))
    }

    fn stopped(&self) -> bool {
        Instant::now() > self.0
    }
}

/// Answers as the stand-ins of real Groovy do.
struct Platform;

impl Services for Platform {
    fn user_credential(&self, name: &str) -> Result<Option<UserCredential>, Unavailable> {
        Ok(Some(UserCredential {
            username: format!("user of {name}").into(),
            password: format!("secret of {name}").into(),
            properties: Vec::new(),
        }))
    }

    fn mapped_value(&self, from: (&str, &str, &str), to: (&str, &str)) -> Option<SmolStr> {
        Some(format!("{}@{}", from.2, to.1).into())
    }

    fn text_parameter(&self, partner: &str, name: &str) -> Option<SmolStr> {
        Some(format!("{name} of {partner}").into())
    }

    fn binary_parameter(&self, partner: &str, name: &str) -> Option<BinaryParameter> {
        Some(BinaryParameter {
            data: format!("{name} of {partner}").into(),
            content_type: "txt".into(),
            encoding: None,
        })
    }

    fn partner(&self, id: &PartnerId) -> Option<SmolStr> {
        Some(format!("partner {}", id.id).into())
    }

    fn alternative_id(&self, partner: &str, _agency: &str, _scheme: &str) -> Option<SmolStr> {
        Some(format!("id of {partner}").into())
    }

    fn partner_of_user(&self, _user: &str) -> Option<SmolStr> {
        None
    }

    fn users_of_partner(&self, _partner: &str) -> Vec<SmolStr> {
        Vec::new()
    }

    fn certificate(&self, _alias: &str) -> Option<Certificate> {
        None
    }
}
