//! `$batch`: several requests in one.
//!
//! The requests of a changeset are applied in order, and the first failure ends it: the answer of the
//! changeset is that failure. What went before it is undone only when a [`Changeset`] applies all of
//! them in one transaction.

mod parse;
mod write;

use http::{HeaderMap, Method, StatusCode, header};
use lockgate_core::limits;

use crate::answer::{self, Answer};
use crate::error::{Error, Result};
use crate::handle::{Ask, Payload};
use crate::roots;
use crate::service::Service;
use parse::{Inner, Item};

impl Service {
    /// Carries out the requests in `payload`. `boundary` is a text that is not in any answer.
    pub(crate) async fn batch(&self, ask: &Ask<'_>, payload: Payload, boundary: &str) -> Answer {
        let format = answer::accepted(ask.headers);
        let read = async {
            let items = parse::items(ask.headers, &payload.read().await?)?;
            let requests = items.iter().map(Item::len).sum::<usize>();
            match requests <= limits::ODATA_BATCH {
                true => Ok(items),
                false => {
                    let limit = limits::ODATA_BATCH;
                    let message = format!("A batch has at most {limit} requests.");
                    Err(Error::bad_request(message))
                }
            }
        };
        let items = match read.await {
            Ok(items) => items,
            Err(error) => return answer::error(&error, format),
        };
        let mut out = Vec::new();
        for (number, item) in items.iter().enumerate() {
            match item {
                Item::Request(inner) => {
                    let answer = self.single(ask, inner).await;
                    write::part(&mut out, boundary, inner.content_id.as_deref(), &answer);
                }
                Item::Changeset(changes) => match self.changeset(ask, changes).await {
                    Ok(answers) => {
                        let inner = format!("changeset_{number}_{boundary}");
                        write::changeset(&mut out, boundary, &inner, changes, &answers);
                    }
                    Err(answer) => write::part(&mut out, boundary, None, &answer),
                },
            }
        }
        write::end(&mut out, boundary);
        let mut answer = answer::plain(StatusCode::ACCEPTED, String::new());
        *answer.body_mut() = out.into();
        if let Ok(kind) = format!("multipart/mixed; boundary={boundary}").try_into() {
            answer.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        answer
    }

    async fn single(&self, ask: &Ask<'_>, inner: &Inner) -> Answer {
        let (path, query) = inner.below_root();
        let within = Ask {
            method: inner.method.clone(),
            path,
            query,
            headers: &inner.headers,
            ..*ask
        };
        self.answer(&within, Payload::Ready(inner.body.clone()))
            .await
    }

    /// The answers of all changes, or the first that failed.
    async fn changeset(&self, ask: &Ask<'_>, changes: &[Inner]) -> Result<Vec<Answer>, Answer> {
        if let Some(reads) = changes.iter().find(|inner| inner.method == Method::GET) {
            let format = answer::accepted(&reads.headers);
            let error = Error::bad_request("A changeset changes things; GET does not.");
            return Err(answer::error(&error, format));
        }
        let asks: Vec<_> = changes
            .iter()
            .map(|inner| {
                let (path, query) = inner.below_root();
                let ask = Ask {
                    method: inner.method.clone(),
                    path,
                    query,
                    headers: &inner.headers,
                    ..*ask
                };
                (ask, inner.body.clone())
            })
            .collect();
        if let Some(answered) = self.apply_together(&asks).await {
            return answered;
        }
        let mut answers = Vec::with_capacity(changes.len());
        for (ask, body) in asks {
            let answer = self.answer(&ask, Payload::Ready(body)).await;
            match answer.status().as_u16() >= 400 {
                true => return Err(answer),
                false => answers.push(answer),
            }
        }
        Ok(answers)
    }
}

impl Inner {
    /// Path and query below the service root, however much of the address the request has.
    fn below_root(&self) -> (&str, &str) {
        let target = match self.target.split_once("://") {
            Some((scheme, rest)) if scheme.bytes().all(|b| b.is_ascii_alphabetic()) => {
                rest.find('/').map_or("", |slash| &rest[slash..])
            }
            _ => &self.target,
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = roots::split(path).map_or(path, |(_, path)| path);
        (path, query)
    }
}

/// The headers of a request inside, with those that every reader understands.
fn header(headers: &mut HeaderMap, name: &str, value: &str) {
    let name = http::HeaderName::try_from(name);
    let value = http::HeaderValue::try_from(value);
    if let (Ok(name), Ok(value)) = (name, value) {
        headers.append(name, value);
    }
}
