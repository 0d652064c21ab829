//! One request carried out.

mod read;
mod write;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_web::body::{self, BodyError};

use crate::answer::{self, Answer};
use crate::call::{Call, Guest, Rights};
use crate::error::{Error, Result};
use crate::query::{Format, Options};
use crate::render::{self, View};
use crate::service::Service;
use crate::set::{EntitySet, Operation};
use crate::target::{Place, Target};
use crate::uri;

/// A request below the service root.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    /// Below the root, as it was sent.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) guest: &'a Guest,
    /// Where the service is reached, such as `https://host:443/api/v1`.
    pub(crate) base: &'a str,
    pub(crate) now: Timestamp,
}

/// The body of a request.
#[derive(Debug)]
pub(crate) enum Payload {
    Stream(axum::body::Body),
    Ready(Bytes),
}

impl Payload {
    pub(crate) async fn read(self) -> Result<Bytes> {
        let stream = match self {
            Self::Ready(bytes) => return Ok(bytes),
            Self::Stream(stream) => stream,
        };
        let read = body::read(stream, limits::ODATA_BODY).await;
        read.map_err(|error| {
            let status = match error {
                BodyError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
                BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
                BodyError::Broken(_) => StatusCode::BAD_REQUEST,
            };
            Error::new(status, error.to_string())
        })
    }
}

/// A request with its options read: what all ways to carry it out need.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    service: &'a Service,
    ask: &'a Ask<'a>,
    options: Options,
    pub(crate) format: Format,
}

impl Service {
    /// Carries out one request.
    pub(crate) async fn answer(&self, ask: &Ask<'_>, payload: Payload) -> Answer {
        let task = match self.task(ask) {
            Ok(task) => task,
            Err(error) => return answer::error(&error, answer::accepted(ask.headers)),
        };
        let answered = task.answer(payload).await;
        answered.unwrap_or_else(|error| answer::error(&error, task.format))
    }

    /// A request with its options read.
    pub(crate) fn task<'a>(&'a self, ask: &'a Ask<'a>) -> Result<Task<'a>> {
        let options = Options::parse(ask.query)?;
        let format = answer::format(&options, ask.headers)?;
        Ok(Task {
            service: self,
            ask,
            options,
            format,
        })
    }
}

impl Task<'_> {
    async fn answer(&self, payload: Payload) -> Result<Answer> {
        let target = self.target()?;
        let reads = matches!(self.ask.method, Method::GET | Method::HEAD);
        match target {
            Target::Function(function) => self.function(&*function).await,
            Target::Service if reads => {
                let rendered = render::service_document(self.service, self.ask.base, self.format);
                Ok(answer::rendered(StatusCode::OK, rendered))
            }
            Target::Metadata if reads => {
                let rendered = render::metadata(self.service);
                Ok(answer::rendered(StatusCode::OK, rendered))
            }
            Target::Batch if self.ask.method == Method::POST => {
                Err(Error::bad_request("A batch cannot contain a batch."))
            }
            Target::Batch => Ok(refused("POST")),
            Target::Service | Target::Metadata => Ok(refused("GET, HEAD")),
            target if reads => self.read(target).await,
            target => self.write(target, payload).await,
        }
    }

    /// What the path leads to.
    pub(crate) fn target(&self) -> Result<Target> {
        self.service.target(uri::parse(self.ask.path)?)
    }

    /// The request as sets see it.
    fn call(&self, place: Option<&Place>) -> Call {
        Call {
            actor: self.ask.guest.actor.clone(),
            rights: self.ask.guest.rights.clone(),
            parent: place.and_then(|place| place.parent.clone()),
            parameters: self.options.parameters.clone(),
        }
    }

    fn view<'b>(&'b self, place: &'b Place) -> View<'b> {
        View {
            service: self.service,
            base: self.ask.base,
            set: &place.set,
            select: Vec::new(),
            expand: render::Expand::default(),
            inside: place.inside.clone(),
            now: self.ask.now,
        }
    }
}

/// Whether somebody with these rights may do that to a set.
pub(crate) fn check(rights: &Rights, set: &dyn EntitySet, operation: Operation) -> Result<()> {
    allow(rights, set.needs(operation))
}

fn allow(rights: &Rights, needed: &[&str]) -> Result<()> {
    match needed.is_empty() || rights.include_any(needed) {
        true => Ok(()),
        false => Err(Error::forbidden()),
    }
}

/// 405: the path is something, but not for this method.
fn refused(allowed: &'static str) -> Answer {
    let mut answer = answer::empty(StatusCode::METHOD_NOT_ALLOWED);
    let allowed = HeaderValue::from_static(allowed);
    answer.headers_mut().insert(header::ALLOW, allowed);
    answer
}
