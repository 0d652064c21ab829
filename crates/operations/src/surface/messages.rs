//! The message log.

use axum::extract::{Path, Query, State};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use http::{Method, StatusCode};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::MessageId;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_store::messages::{Attribute, Cursor, Filter, Message, MessageStatus, Step};
use lockgate_store::payloads::{Payload, PayloadHead};
use lockgate_web::body::Items;
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;

use crate::service::Operations;
use crate::surface::query::{self, Pairs};

const ALL: &str = "/operator/v1/messages";
const ONE: &str = "/operator/v1/messages/{message}";
const RESEND: &str = "/operator/v1/messages/{message}/resend";
const PAYLOADS: &str = "/operator/v1/messages/{message}/payloads";
const PAYLOAD: &str = "/operator/v1/payloads/{payload}";
const BODY: &str = "/operator/v1/payloads/{payload}/body";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::DELETE, ONE, Access::Operator, delete)
        .route(Method::POST, RESEND, Access::Operator, resend)
        .route(Method::GET, PAYLOADS, Access::Operator, payloads)
        .route(Method::GET, PAYLOAD, Access::Operator, payload)
        .route(Method::GET, BODY, Access::Operator, body)
}

#[derive(Debug, Serialize)]
pub(super) struct MessageView {
    id: String,
    correlation_id: String,
    predecessor: Option<String>,
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
    custom_headers: Vec<PairView>,
    attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<StepView>>,
}

#[derive(Debug, Serialize)]
struct PairView {
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct StepView {
    seq: u32,
    step_id: String,
    name: String,
    kind: String,
    started_at: String,
    /// Microseconds.
    took: u64,
    error: Option<String>,
    properties: Vec<PairView>,
}

/// What is known of a kept content.
#[derive(Debug, Serialize)]
pub(super) struct PayloadView {
    id: i64,
    message: String,
    kind: &'static str,
    step_seq: Option<u32>,
    step_id: Option<String>,
    name: Option<String>,
    kept_at: String,
    media_type: Option<String>,
    size: u64,
}

/// A kept content. The body is text; other bytes are replaced, and the route `body` has them.
#[derive(Debug, Serialize)]
pub(super) struct ContentView {
    #[serde(flatten)]
    head: PayloadView,
    kept: usize,
    headers: Vec<PairView>,
    properties: Vec<PairView>,
    body: String,
}

/// The message that another one was sent again as.
#[derive(Debug, Serialize)]
pub(super) struct ResentView {
    id: String,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            id: message.id.to_string(),
            correlation_id: message.correlation_id,
            predecessor: message.predecessor.map(|id| id.to_string()),
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
            custom_headers: pairs(message.custom_headers),
            attributes: message.attributes,
            steps: None,
        }
    }
}

impl StepView {
    fn new(message: &Message, step: Step) -> Self {
        let node = message.node(&step);
        let took = step.ended_at.since(step.started_at).as_micros();
        Self {
            seq: step.seq,
            step_id: node.id,
            name: node.name,
            kind: node.kind,
            started_at: step.started_at.to_string(),
            took: u64::try_from(took).unwrap_or(u64::MAX),
            error: step.error,
            properties: pairs(step.properties),
        }
    }
}

impl From<PayloadHead> for PayloadView {
    fn from(head: PayloadHead) -> Self {
        Self {
            id: head.id,
            message: head.message.to_string(),
            kind: head.kind.as_str(),
            step_seq: head.step_seq,
            step_id: head.step_id,
            name: head.name,
            kept_at: head.kept_at.to_string(),
            media_type: head.media_type,
            size: head.size,
        }
    }
}

impl From<Payload> for ContentView {
    fn from(payload: Payload) -> Self {
        Self {
            head: payload.head.into(),
            kept: payload.body.len(),
            headers: pairs(payload.headers),
            properties: pairs(payload.properties),
            body: String::from_utf8_lossy(&payload.body).into_owned(),
        }
    }
}

fn pairs(pairs: Vec<(String, String)>) -> Vec<PairView> {
    let view = |(name, value)| PairView { name, value };
    pairs.into_iter().map(view).collect()
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
    let view = |step| StepView::new(&message, step);
    Ok(axum::Json(MessageView {
        steps: Some(steps.into_iter().map(view).collect()),
        ..message.into()
    }))
}

pub(super) async fn delete(
    State(operations): State<Operations>,
    caller: Caller,
    Path(message): Path<String>,
) -> Result<StatusCode, Problem> {
    operations.delete_message(&caller.actor(), &message).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn resend(
    State(operations): State<Operations>,
    caller: Caller,
    Path(message): Path<String>,
) -> Result<(StatusCode, axum::Json<ResentView>), Problem> {
    let new = operations.resend_message(&caller.actor(), &message).await?;
    let id = new.to_string();
    Ok((StatusCode::ACCEPTED, axum::Json(ResentView { id })))
}

pub(super) async fn payloads(
    State(operations): State<Operations>,
    Path(message): Path<String>,
) -> Result<axum::Json<Items<PayloadView>>, Problem> {
    let message = operations.message(&message).await?;
    let all = operations.payloads(&message.id).await?;
    Ok(axum::Json(all.into_iter().map(PayloadView::from).collect()))
}

pub(super) async fn payload(
    State(operations): State<Operations>,
    Path(payload): Path<i64>,
) -> Result<axum::Json<ContentView>, Problem> {
    Ok(axum::Json(operations.payload(payload).await?.into()))
}

/// The bytes of a kept content. A browser is not to take them for anything.
pub(super) async fn body(
    State(operations): State<Operations>,
    Path(payload): Path<i64>,
) -> Result<([(HeaderName, &'static str); 2], Vec<u8>), Problem> {
    let headers = [
        (CONTENT_TYPE, "application/octet-stream"),
        (CONTENT_DISPOSITION, "attachment; filename=\"payload\""),
    ];
    Ok((headers, operations.payload(payload).await?.body))
}

fn filter(pairs: Pairs) -> Result<Filter, FieldErrors> {
    let mut errors = FieldErrors::default();
    let object = query::object(pairs, &mut errors);
    let mut fields = Fields::of("", object, &mut errors);
    let filter = Filter {
        flow: fields.text("flow"),
        status: status(&mut fields),
        custom_status: fields.text("custom_status"),
        correlation: fields.text("correlation"),
        application_id: fields.text("application_id"),
        message_type: fields.text("message_type"),
        sender: fields.text("sender"),
        receiver: fields.text("receiver"),
        header: header(&mut fields),
        payload: fields.text("payload").filter(|text| !text.is_empty()),
        predecessor: fields.text("predecessor"),
        since: query::time(&mut fields, "since"),
        until: query::time(&mut fields, "until"),
        before: before(&mut fields),
        limit: query::limit(&mut fields),
    };
    fields.finish();
    errors.check()?;
    Ok(filter)
}

/// `name`, or `name=value`.
fn header(fields: &mut Fields<'_>) -> Option<(String, Option<String>)> {
    let text = fields.text("header")?;
    Some(match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (text, None),
    })
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
