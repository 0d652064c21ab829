//! Runs scripts: compiled once, away from the async threads, with a turn like other computations.

mod convert;
mod platform;
mod world;

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use lockgate_flow::plan::Scripts;
use lockgate_flow::scripts::Sources;
use lockgate_groovy::cpi::{self, Content, LogEntry, Outcome, Part};
use lockgate_groovy::data::Data;
use lockgate_groovy::limits::Limits;
use lockgate_groovy::program::Program;
use lockgate_groovy::run::Failure;
use tokio::runtime::Handle;

use self::platform::Platform;
use self::world::{Turn, World};
use crate::error::StepError;
use crate::exchange::{Attachment, Body, Exchange};
use crate::headers::Headers;
use crate::log::LogEntries;
use crate::names;
use crate::run::{Visit, guarded};

/// The class under which an error of a script reaches the flow; what was thrown is its cause.
const SCRIPT_EXCEPTION: &str = "javax.script.ScriptException";

/// Compiles one of the scripts of a bundle, as it was judged when the bundle was read; the others are
/// at its disposal.
///
/// # Errors
/// Everything that keeps it from running, with file, line and column.
pub(crate) fn compile(scripts: &Scripts, file: &str) -> Result<Program, Vec<String>> {
    let source = scripts.get(file).map_or("", |text| &**text);
    let program = Sources::new(scripts).compile(file, source);
    program.map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// Calls a function of a script with the message.
///
/// # Errors
/// What the script throws, and the bounds it exceeds. What it did to the message until then stays.
pub(crate) async fn run(
    program: Arc<Program>,
    function: Arc<str>,
    exchange: &mut Exchange,
    visit: &Visit<'_>,
) -> Result<(), StepError> {
    let runtime = visit.runtime;
    let (turns, permit) = runtime.script_turn().await.ok_or_else(StepError::busy)?;
    let call = Call {
        content: content(exchange, visit)?,
        silent: is_silent(exchange),
        limits: runtime.script_limits(),
        program,
        function,
    };
    let parts = WorldParts {
        shared: runtime.shared(),
        materials: runtime.materials(),
        store: runtime.store().clone(),
        clock: Arc::clone(runtime.clock()),
        random: Arc::clone(runtime.random()),
        flow: Arc::clone(&visit.pipeline.id),
        stopped: runtime.aborted().clone(),
    };
    let work = move || {
        let world = parts.world(Turn::new(turns, permit));
        guarded(|| Ok(call.run(world)))
    };
    let done = tokio::task::spawn_blocking(work).await;
    let outcome = done.map_err(|_| StepError::panicked())??;
    apply(outcome, exchange)
}

/// A call, ready to leave the async threads.
struct Call {
    program: Arc<Program>,
    function: Arc<str>,
    content: Content,
    silent: bool,
    limits: Limits,
}

impl Call {
    fn run(self, world: World) -> Outcome {
        let setting = cpi::Setting {
            host: Rc::new(world),
            limits: self.limits,
            silent: self.silent,
        };
        cpi::process(&self.program, &self.function, self.content, setting)
    }
}

/// What a world is made of, before it is on its thread.
struct WorldParts {
    shared: Arc<crate::shared::Shared>,
    materials: Arc<crate::material::Materials>,
    store: lockgate_store::Store,
    clock: lockgate_core::clock::SharedClock,
    random: lockgate_core::random::SharedRandom,
    flow: Arc<str>,
    stopped: tokio_util::sync::CancellationToken,
}

impl WorldParts {
    fn world(self, turn: Turn) -> World {
        let handle = Handle::current();
        World {
            services: Rc::new(Platform {
                materials: self.materials,
                shared: self.shared,
                store: self.store,
                handle: handle.clone(),
            }),
            clock: self.clock,
            random: self.random,
            flow: self.flow,
            stopped: self.stopped,
            handle,
            turn,
        }
    }
}

/// The message as scripts see it.
fn content(exchange: &Exchange, visit: &Visit<'_>) -> Result<Content, StepError> {
    let properties = exchange.properties.iter();
    Ok(Content {
        body: match &exchange.body {
            Body::Null => Data::Null,
            Body::Bytes(bytes) => Data::Bytes(bytes.clone()),
            Body::Text(text) => Data::Text(Arc::clone(text).into()),
        },
        headers: exchange
            .headers
            .iter()
            .map(|(name, value)| (name.into(), convert::to_data(value)))
            .collect(),
        properties: properties
            .map(|(name, value)| (name.into(), convert::to_data(value)))
            .collect(),
        attachments: exchange.attachments.iter().map(part).collect(),
        charset: Some(exchange.charset()?.name().into()),
        exchange_id: id(exchange),
        context_name: visit.pipeline.id.as_ref().into(),
    })
}

fn id(exchange: &Exchange) -> smol_str::SmolStr {
    let id = exchange.headers.get(names::MESSAGE_ID);
    id.and_then(|id| id.as_text()).unwrap_or_default().into()
}

fn part(attachment: &Attachment) -> Part {
    Part {
        name: attachment.name.as_str().into(),
        content_type: attachment.content_type.as_str().into(),
        data: attachment.data.clone(),
    }
}

/// Whether the message log keeps nothing of the message, so that scripts get no log.
fn is_silent(exchange: &Exchange) -> bool {
    let level = exchange.properties.get(names::LOG_LEVELS[0]);
    level.and_then(|level| level.as_text()) == Some("NONE")
}

/// Takes over what a script did to the message. What it left alone stays as it is.
fn apply(outcome: Outcome, exchange: &mut Exchange) -> Result<(), StepError> {
    let changes = outcome.changes;
    if let Some(body) = changes.body {
        exchange.body = convert::to_value(body).into();
    }
    if let Some(headers) = changes.headers {
        apply_headers(headers, &mut exchange.headers);
    }
    if let Some(properties) = changes.properties {
        apply_properties(properties, exchange);
    }
    if let Some(attachments) = changes.attachments {
        exchange.attachments = attachments.into_iter().map(attachment).collect();
    }
    for entry in outcome.log {
        tell(entry, &mut exchange.log);
    }
    outcome.result.map_err(failed)
}

type Entries = Vec<(smol_str::SmolStr, Data)>;

fn apply_headers(entries: Entries, headers: &mut Headers) {
    headers.retain(|name, _| {
        entries
            .iter()
            .any(|(kept, _)| kept.eq_ignore_ascii_case(name))
    });
    for (name, data) in entries {
        let same = headers
            .get(&name)
            .is_some_and(|old| convert::to_data(old) == data);
        if !same {
            headers.set(name, convert::to_value(data));
        }
    }
}

fn apply_properties(entries: Entries, exchange: &mut Exchange) {
    let mut old = std::mem::take(&mut exchange.properties);
    for (name, data) in entries {
        let name = String::from(name);
        let kept = old
            .remove(&name)
            .filter(|old| convert::to_data(old) == data);
        let value = kept.unwrap_or_else(|| convert::to_value(data));
        exchange.set_property(name, value);
    }
}

fn attachment(part: Part) -> Attachment {
    Attachment {
        name: part.name.into(),
        content_type: part.content_type.into(),
        data: part.data,
    }
}

fn tell(entry: LogEntry, log: &mut LogEntries) {
    match entry {
        LogEntry::Attachment {
            name,
            text,
            media_type,
        } => log.attachment(&name, &media_type, Bytes::from(text.as_bytes().to_vec())),
        LogEntry::Property { name, value } => log.property(&name, &value),
        LogEntry::CustomHeader { name, value } => log.custom_header(&name, &value),
    }
}

/// What a flow is told of an exception: its class, its text, and the innermost line of the script.
fn failed(failure: Failure) -> StepError {
    match failure {
        Failure::Exception(thrown) => {
            let text = thrown.message.as_deref().unwrap_or("null");
            let place = thrown.frames.first();
            let place = place.map(|at| format!("@ line {} in {}", at.line, at.file));
            let place = place.unwrap_or_default();
            let message = format!("java.lang.Exception: {}: {text}{place}", thrown.class);
            StepError {
                cause: Some(thrown),
                ..StepError::of_class(SCRIPT_EXCEPTION, message)
            }
        }
        Failure::Limit(limit) => {
            let message = format!("The script was stopped: {limit}.");
            StepError::of_class(SCRIPT_EXCEPTION, message)
        }
    }
}
