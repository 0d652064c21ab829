//! What each operation asks of the service and makes of its answer.

use bytes::Bytes;
use http::{Method, header};
use jiff::Timestamp;
use lockgate_core::limits;
use lockgate_engine::error::StepError;
use url::Url;

use super::edm::{Edm, Resource, segments};
use super::entity::{Content, Entity};
use super::paging::{self, Paged};
use super::session::{Problem, Session};
use super::{FAILED, Format, Operation, atom, flow_xml, json};
use crate::address;
use crate::net::Answer;
use crate::settings::Bounds;

/// Entities of a client-side page; none means pages of the service's size.
const PAGE_SIZE: Bounds = Bounds {
    min: 1,
    max: 1_000_000,
    default: 0,
};

/// What becomes of the message.
#[derive(Debug)]
pub(super) struct Success {
    pub(super) answer: Answer,
    pub(super) body: Bytes,
    /// Whether the body is XML made here rather than the answer's own bytes.
    pub(super) converted: bool,
}

/// Runs the channel's operation.
pub(super) async fn run(session: &Session<'_>) -> Result<Success, Problem> {
    let (receiver, exchange, call) = (session.receiver, session.exchange, session.call);
    let path = receiver.resource_path.word(exchange, call)?;
    let query = address::query(&receiver.query_options.word(exchange, call)?);
    match receiver.operation.method() {
        None => function(session, &path, &query).await,
        Some(Method::GET) if is_raw(&path) => {
            let answer = session.get(session.url(&path, &query)?).await?;
            let body = answer.body.clone();
            Ok(Success {
                answer,
                body,
                converted: false,
            })
        }
        Some(Method::GET) => fetch(session, &path, &query).await,
        Some(method) => modify(session, method, &path).await,
    }
}

/// Whether a path leads to a bare value, which has no XML form.
fn is_raw(path: &str) -> bool {
    path.ends_with("/$count") || path.ends_with("/$value")
}

async fn fetch(session: &Session<'_>, path: &str, query: &str) -> Result<Success, Problem> {
    let edm = session.metadata().await?;
    let resource = resolve(&edm, path)?;
    let size = session
        .receiver
        .page_size
        .number(session.exchange, session.call, PAGE_SIZE)?;
    let mut collector = Collector {
        session,
        edm: &edm,
        resource,
        entities: Vec::new(),
        bytes: 0,
        pages: 0,
    };
    let answer = if size == 0 || session.receiver.operation == Operation::Read {
        collector.collect(session.url(path, query)?).await?
    } else {
        let paged = Paged::parse(query)?;
        let mut last = None;
        let mut taken = 0;
        while let Some((query, wanted)) = paged.page(taken, size) {
            last = Some(collector.collect(session.url(path, &query)?).await?);
            let total = u64::try_from(collector.entities.len()).unwrap_or(u64::MAX);
            if total < taken.saturating_add(wanted) {
                break;
            }
            taken = total;
        }
        match last {
            Some(answer) => answer,
            // $top=0 wants no entities, but the service shall still be asked.
            None => collector.collect(session.url(path, query)?).await?,
        }
    };
    let body = flow_xml::write_entities(&edm, resource, &collector.entities);
    Ok(converted(answer, body))
}

/// Gathers the entities of a feed's pages.
struct Collector<'a> {
    session: &'a Session<'a>,
    edm: &'a Edm,
    resource: Resource<'a>,
    entities: Vec<Entity>,
    bytes: usize,
    pages: usize,
}

impl Collector<'_> {
    /// Fetches a page and those the service says are next. Gives the last answer.
    async fn collect(&mut self, mut url: Url) -> Result<Answer, Problem> {
        loop {
            let answer = self.session.get(url.clone()).await?;
            self.bytes += answer.body.len();
            self.pages += 1;
            if self.bytes > limits::RECEIVER_RESPONSE || self.pages > limits::ODATA_PAGES {
                let message = format!(
                    "The pages of {url} are more than {} or larger than {} bytes. Narrow the query.",
                    limits::ODATA_PAGES,
                    limits::RECEIVER_RESPONSE
                );
                return Err(StepError::of_class(FAILED, message).into());
            }
            let next = match read(&answer, self.edm, self.resource.entity, None)? {
                Content::Feed { entities, next } => {
                    self.entities.extend(entities);
                    next
                }
                Content::Entity(entity) => {
                    self.entities.push(entity);
                    None
                }
                Content::Value(_) | Content::Values(_) => {
                    return Err(not_odata(&answer, "it holds no entities").into());
                }
            };
            match next {
                Some(href) => url = paging::next(&url, &href)?,
                None => return Ok(answer),
            }
        }
    }
}

async fn modify(session: &Session<'_>, method: Method, path: &str) -> Result<Success, Problem> {
    let edm = session.metadata().await?;
    let resource = resolve(&edm, path)?;
    let operation = session.receiver.operation;
    let body = if operation.sends_entity() {
        Some(request_body(session, &edm, resource)?)
    } else {
        None
    };
    let answer = session.modify(method, session.url(path, "")?, body).await?;
    if operation != Operation::Create || answer.body.is_empty() {
        return Ok(without_body(answer));
    }
    let body = match read(&answer, &edm, resource.entity, None)? {
        Content::Entity(entity) => flow_xml::write_entities(&edm, resource, &[entity]),
        Content::Feed { entities, .. } => flow_xml::write_entities(&edm, resource, &entities),
        Content::Value(_) | Content::Values(_) => {
            return Err(not_odata(&answer, "it holds no entity").into());
        }
    };
    Ok(converted(answer, body))
}

fn request_body(
    session: &Session<'_>,
    edm: &Edm,
    resource: Resource<'_>,
) -> Result<Bytes, StepError> {
    let bytes = session.exchange.body_bytes()?;
    let entity = flow_xml::read_entity(edm, resource, &bytes).map_err(|reason| {
        let message = format!(
            "The message cannot be sent as a {}: {reason}",
            resource.entity
        );
        StepError::of_class(FAILED, message)
    })?;
    let text = match session.receiver.format {
        Format::Json => json::write(edm, resource.entity, &entity),
        Format::Atom => {
            let now = Timestamp::from_second(session.call.clock.now().secs());
            let updated = now.unwrap_or_default().to_string();
            atom::write(edm, resource.entity, &entity, &updated)
        }
    };
    Ok(Bytes::from(text))
}

async fn function(session: &Session<'_>, path: &str, query: &str) -> Result<Success, Problem> {
    let edm = session.metadata().await?;
    let name = segments(path).first().copied().unwrap_or_default();
    let function = edm.function(name).ok_or_else(|| {
        StepError::of_class(
            FAILED,
            format!("The service has no function import {name:?}."),
        )
    })?;
    let url = session.url(path, query)?;
    let answer = match function.method {
        Method::GET => session.get(url).await?,
        ref method => session.modify(method.clone(), url, None).await?,
    };
    if answer.body.is_empty() {
        return Ok(without_body(answer));
    }
    let returns = function.returns.as_deref().unwrap_or_default();
    let body = match function.set.as_deref().and_then(|set| edm.resource(set)) {
        Some(resource) => {
            let entities = match read(&answer, &edm, resource.entity, Some(name))? {
                Content::Feed { entities, .. } => entities,
                Content::Entity(entity) => vec![entity],
                Content::Value(_) | Content::Values(_) => Vec::new(),
            };
            flow_xml::write_entities(&edm, resource, &entities)
        }
        None => {
            let content = read(&answer, &edm, "", Some(name))?;
            flow_xml::write_value(&edm, name, returns, &content)
        }
    };
    Ok(converted(answer, body))
}

/// Reads an answer by its media type.
fn read(
    answer: &Answer,
    edm: &Edm,
    kind: &str,
    function: Option<&str>,
) -> Result<Content, StepError> {
    let media_type = answer.headers.get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    if media_type.is_some_and(|media_type| media_type.starts_with("application/json")) {
        json::read(&answer.body, edm, kind, function).map_err(|reason| not_odata(answer, &reason))
    } else {
        atom::read(&answer.body).map_err(|error| not_odata(answer, &error.to_string()))
    }
}

fn resolve<'e>(edm: &'e Edm, path: &str) -> Result<Resource<'e>, StepError> {
    edm.resource(path).ok_or_else(|| {
        let message =
            format!("The resource path {path:?} does not lead to an entity set of the service.");
        StepError::of_class(FAILED, message)
    })
}

fn not_odata(answer: &Answer, reason: &str) -> StepError {
    let message = format!("The answer of {} is not OData V2: {reason}", answer.url);
    StepError::of_class(FAILED, message)
}

fn converted(answer: Answer, body: String) -> Success {
    Success {
        answer,
        body: Bytes::from(body),
        converted: true,
    }
}

fn without_body(answer: Answer) -> Success {
    Success {
        answer,
        body: Bytes::new(),
        converted: false,
    }
}
