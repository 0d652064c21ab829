//! The message log.

use axum::extract::{Path, Query, State};
use http::Method;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::MessageId;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_store::messages::{Cursor, Filter, Message, MessageStatus, Step};
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::service::Operations;
use crate::surface::query::{self, Pairs};

const ALL: &str = "/operator/v1/messages";
const ONE: &str = "/operator/v1/messages/{message}";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::GET, ONE, Access::Operator, show)
}

#[derive(Debug, Serialize)]
pub(super) struct MessageView {
    id: String,
    correlation_id: String,
    flow: String,
    flow_name: String,
    status: &'static str,
    custom_status: Option<String>,
    application_id: Option<String>,
    message_type: Option<String>,
    sender: Option<String>,
    receiver: Option<String>,
    started_at: String,
    ended_at: Option<String>,
    identity: Option<String>,
    error: Option<String>,
    error_step: Option<String>,
    intermediate_error: bool,
    log_level: &'static str,
    worker: String,
    custom_headers: Vec<HeaderView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<StepView>>,
}

#[derive(Debug, Serialize)]
struct HeaderView {
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct StepView {
    seq: u32,
    step_id: String,
    name: String,
    kind: String,
    branch: String,
    started_at: String,
    ended_at: Option<String>,
    error: Option<String>,
    detail: Option<Value>,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        let header = |(name, value)| HeaderView { name, value };
        Self {
            id: message.id.to_string(),
            correlation_id: message.correlation_id,
            flow: message.flow_id,
            flow_name: message.flow_name,
            status: message.status.as_str(),
            custom_status: message.custom_status,
            application_id: message.application_id,
            message_type: message.message_type,
            sender: message.sender,
            receiver: message.receiver,
            started_at: message.started_at.to_string(),
            ended_at: message.ended_at.map(|at| at.to_string()),
            identity: message.identity,
            error: message.error,
            error_step: message.error_step,
            intermediate_error: message.intermediate_error,
            log_level: message.log_level.as_str(),
            worker: message.worker,
            custom_headers: message.custom_headers.into_iter().map(header).collect(),
            steps: None,
        }
    }
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        Self {
            seq: step.seq,
            step_id: step.step_id,
            name: step.name,
            kind: step.kind,
            branch: step.branch,
            started_at: step.started_at.to_string(),
            ended_at: step.ended_at.map(|at| at.to_string()),
            error: step.error,
            detail: step.detail,
        }
    }
}

/// A page of messages.
#[derive(Debug, Serialize)]
pub(super) struct PageView {
    items: Vec<MessageView>,
    /// The value of `before` for the next page; absent on the last one.
    next: Option<String>,
}

pub(super) async fn list(
    State(operations): State<Operations>,
    Query(pairs): Query<Pairs>,
) -> Result<axum::Json<PageView>, Problem> {
    let mut filter = filter(pairs).map_err(|errors| Problem::from(&errors))?;
    let wanted = filter.limit as usize;
    // One more than wanted says whether there is another page.
    filter.limit += 1;
    let mut messages = operations.messages(&filter).await?;
    let more = messages.len() > wanted;
    messages.truncate(wanted);
    let next = messages.last().filter(|_| more).map(cursor_text);
    Ok(axum::Json(PageView {
        items: messages.into_iter().map(MessageView::from).collect(),
        next,
    }))
}

pub(super) async fn show(
    State(operations): State<Operations>,
    Path(message): Path<String>,
) -> Result<axum::Json<MessageView>, Problem> {
    let mut message = operations.message(&message).await?;
    let steps = std::mem::take(&mut message.steps);
    Ok(axum::Json(MessageView {
        steps: Some(steps.into_iter().map(StepView::from).collect()),
        ..message.into()
    }))
}

fn filter(pairs: Pairs) -> Result<Filter, FieldErrors> {
    let mut errors = FieldErrors::default();
    let object = query::object(pairs, &mut errors);
    let mut fields = Fields::of("", object, &mut errors);
    let filter = Filter {
        flow: fields.text("flow"),
        status: status(&mut fields),
        correlation: fields.text("correlation"),
        application_id: fields.text("application_id"),
        sender: fields.text("sender"),
        since: query::time(&mut fields, "since"),
        until: query::time(&mut fields, "until"),
        before: before(&mut fields),
        limit: query::limit(&mut fields),
    };
    fields.finish();
    errors.check()?;
    Ok(filter)
}

fn status(fields: &mut Fields<'_>) -> Option<MessageStatus> {
    let word = fields.text("status")?;
    let status = MessageStatus::parse(&word);
    if status.is_none() {
        let words: Vec<&str> = MessageStatus::ALL.iter().map(|s| s.as_str()).collect();
        fields.error("status", format!("must be one of {}", words.join(", ")));
    }
    status
}

fn before(fields: &mut Fields<'_>) -> Option<Cursor> {
    let text = fields.text("before")?;
    let cursor = cursor(&text);
    if cursor.is_none() {
        fields.error("before", "must be the value of 'next' in an earlier answer");
    }
    cursor
}

/// Where a page ended: the start of its last message in microseconds, and its id.
fn cursor_text(message: &Message) -> String {
    format!("{}.{}", message.started_at.micros(), message.id)
}

fn cursor(text: &str) -> Option<Cursor> {
    let (micros, id) = text.split_once('.')?;
    Some(Cursor {
        started_at: Timestamp::from_micros(micros.parse().ok()?),
        id: MessageId::parse(id)?,
    })
}
