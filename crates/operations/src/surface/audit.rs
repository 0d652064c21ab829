//! The audit log.

use axum::extract::{Query, State};
use http::Method;
use lockgate_core::audit::{Event, Outcome, Who};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::CorrelationId;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_store::audit::Filter;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use uuid::Uuid;

use crate::service::Operations;
use crate::surface::query::{self, Pairs};

const ALL: &str = "/operator/v1/audit";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface.route(Method::GET, ALL, Access::Operator, list)
}

#[derive(Debug, Serialize)]
pub(super) struct EventView {
    id: String,
    at: String,
    /// The name that `?who=` finds.
    who: String,
    actor: Who,
    source: Option<String>,
    correlation_id: Option<String>,
    action: String,
    target: Option<TargetView>,
    key: Option<String>,
    thumbprint: Option<String>,
    #[serde(flatten)]
    outcome: Outcome,
    detail: String,
}

#[derive(Debug, Serialize)]
struct TargetView {
    kind: String,
    id: String,
    name: String,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        let target = (!event.target_kind.is_empty()).then_some(TargetView {
            kind: event.target_kind,
            id: event.target_id,
            name: event.target_name,
        });
        Self {
            id: event.id.to_string(),
            at: event.at.to_string(),
            who: event.actor.who.name().to_owned(),
            actor: event.actor.who,
            source: event.actor.source.map(|source| source.to_string()),
            correlation_id: event.actor.correlation.map(|id| id.to_string()),
            action: event.action,
            target,
            key: event.key.map(|key| key.to_string()),
            thumbprint: event.thumbprint.map(|thumbprint| thumbprint.to_string()),
            outcome: event.outcome,
            detail: event.detail,
        }
    }
}

/// A page of events.
#[derive(Debug, Serialize)]
pub(super) struct PageView {
    items: Vec<EventView>,
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
    let mut events = operations.audit(&filter).await?;
    let more = events.len() > wanted;
    events.truncate(wanted);
    let next = events.last().filter(|_| more).map(cursor_text);
    Ok(axum::Json(PageView {
        items: events.into_iter().map(EventView::from).collect(),
        next,
    }))
}

fn filter(pairs: Pairs) -> Result<Filter, FieldErrors> {
    let mut errors = FieldErrors::default();
    let object = query::object(pairs, &mut errors);
    let mut fields = Fields::of("", object, &mut errors);
    let filter = Filter {
        who: fields.text("who"),
        action: fields.text("action"),
        target: fields.text("target"),
        correlation: correlation(&mut fields),
        refused: outcome(&mut fields),
        since: query::time(&mut fields, "since"),
        until: query::time(&mut fields, "until"),
        before: before(&mut fields),
        limit: query::limit(&mut fields),
    };
    fields.finish();
    errors.check()?;
    Ok(filter)
}

fn correlation(fields: &mut Fields<'_>) -> Option<CorrelationId> {
    let id = fields.text("correlation")?.parse().ok();
    if id.is_none() {
        fields.error("correlation", "must be a correlation id, which is a UUID");
    }
    id
}

fn outcome(fields: &mut Fields<'_>) -> Option<bool> {
    let refused = match fields.text("outcome")?.as_str() {
        "refused" => Some(true),
        "done" => Some(false),
        _ => None,
    };
    if refused.is_none() {
        fields.error("outcome", "must be done or refused");
    }
    refused
}

fn before(fields: &mut Fields<'_>) -> Option<(Timestamp, Uuid)> {
    let text = fields.text("before")?;
    let cursor = cursor(&text);
    if cursor.is_none() {
        fields.error("before", "must be the value of 'next' in an earlier answer");
    }
    cursor
}

/// Where a page ended: the time of its last event in microseconds, and its id.
fn cursor_text(event: &Event) -> String {
    format!("{}.{}", event.at.micros(), event.id)
}

fn cursor(text: &str) -> Option<(Timestamp, Uuid)> {
    let (micros, id) = text.split_once('.')?;
    Some((
        Timestamp::from_micros(micros.parse().ok()?),
        Uuid::try_parse(id).ok()?,
    ))
}
