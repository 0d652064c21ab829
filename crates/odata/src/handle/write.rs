//! Requests that change something.

use http::{HeaderValue, Method, StatusCode, header};

use super::{Payload, Task, allow, check, refused};
use crate::answer::{self, Answer};
use crate::body::Body;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::function::{Arguments, FunctionImport, Parameter, Returns};
use crate::literal;
use crate::model::{Edm, Property};
use crate::set::{Media, Operation, Reply};
use crate::target::{Place, Target};
use crate::value::Value;

/// PATCH as OData V2 calls it.
const MERGE: &str = "MERGE";

impl Task<'_> {
    pub(super) async fn write(&self, target: Target, payload: Payload) -> Result<Answer> {
        let method = self.ask.method.as_str();
        let (place, reply) = match target {
            Target::Collection(place) => {
                if method != Method::POST {
                    return Ok(refused("GET, HEAD, POST"));
                }
                let call = self.may(&place, Operation::Create)?;
                let body = self.body(payload).await?;
                let reply = place.set.create(&call, &body).await?;
                (place, reply)
            }
            Target::Entity(place, key) => {
                let operation = match method {
                    "PUT" | "PATCH" | MERGE => Operation::Update,
                    "DELETE" => Operation::Delete,
                    _ => return Ok(refused("GET, HEAD, PUT, PATCH, MERGE, DELETE")),
                };
                let call = self.may(&place, operation)?;
                let set = &place.set;
                let reply = match (operation, method) {
                    (Operation::Delete, _) => set.delete(&call, &key).await?,
                    (_, "PUT") => {
                        let body = self.body(payload).await?;
                        set.replace(&call, &key, &body).await?
                    }
                    _ => {
                        let body = self.body(payload).await?;
                        set.merge(&call, &key, &body).await?
                    }
                };
                (place, reply)
            }
            Target::Media(place, key) => {
                if method != Method::PUT {
                    return Ok(refused("GET, HEAD, PUT"));
                }
                let call = self.may(&place, Operation::Update)?;
                let kind = self.ask.headers.get(header::CONTENT_TYPE);
                let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
                let media = Media::new(payload.read().await?, kind);
                let reply = place.set.put_media(&call, &key, media).await?;
                (place, reply)
            }
            Target::Link(place, key) => {
                let reply = match method {
                    "PUT" => {
                        let call = self.may(&place, Operation::PutLink)?;
                        let body = self.body(payload).await?;
                        place.set.put_link(&call, &key, &body).await?
                    }
                    "DELETE" => {
                        let call = self.may(&place, Operation::DeleteLink)?;
                        place.set.delete_link(&call, &key).await?
                    }
                    _ => return Ok(refused("PUT, DELETE")),
                };
                (place, reply)
            }
            Target::Property(..) => return Err(Error::not_implemented()),
            _ => return Ok(refused("GET, HEAD")),
        };
        Ok(self.reply(&place, reply))
    }

    /// The request as the set at `place` sees it, when its sender may do that.
    pub(crate) fn may(&self, place: &Place, operation: Operation) -> Result<Call> {
        let call = self.call(Some(place));
        check(&call.rights, &*place.set, operation)?;
        Ok(call)
    }

    /// The properties that the request sends. What no client sends is not understood.
    pub(crate) async fn body(&self, payload: Payload) -> Result<Body> {
        let kind = self.ask.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.contains("xml") {
            return Err(Error::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send properties as JSON: bodies in Atom are not understood.",
            ));
        }
        Body::parse(&payload.read().await?)
    }

    /// What a set replied, as an answer.
    pub(crate) fn reply(&self, place: &Place, reply: Reply) -> Answer {
        match reply {
            Reply::Empty(status) => answer::empty(status),
            Reply::Text(status, text) => answer::plain(status, text),
            Reply::Of(set, reply) => {
                let set = self.service.set(set);
                let place = Place {
                    set: set.unwrap_or(&place.set).clone(),
                    parent: None,
                    inside: None,
                };
                self.reply(&place, *reply)
            }
            Reply::Entities(status, rows) => {
                let rendered = self.view(place).entities(&rows, None, None, self.format);
                answer::rendered(status, rendered)
            }
            Reply::Entity(status, row) => {
                let view = self.view(place);
                let mut answer = answer::rendered(status, view.entity(&row, self.format));
                if status == StatusCode::CREATED {
                    let location = format!("{}/{}", view.base, view.address(&row));
                    if let Ok(location) = HeaderValue::try_from(location) {
                        answer.headers_mut().insert(header::LOCATION, location);
                    }
                }
                answer
            }
        }
    }

    pub(super) async fn function(&self, function: &dyn FunctionImport) -> Result<Answer> {
        let described = function.describe();
        if self.ask.method != described.method {
            let allowed = match described.method {
                Method::GET => "GET",
                _ => "POST",
            };
            return Ok(refused(allowed));
        }
        let call = self.call(None);
        allow(&call.rights, function.needs())?;
        let arguments = self.arguments(described.parameters)?;
        let reply = function.call(&call, &arguments).await?;
        if let Returns::Entity(set) = described.returns
            && let Some(set) = self.service.set(set)
        {
            let place = Place {
                set: set.clone(),
                parent: None,
                inside: None,
            };
            return Ok(self.reply(&place, reply));
        }
        match reply {
            Reply::Empty(status) => Ok(answer::empty(status)),
            Reply::Text(status, text) => Ok(answer::plain(status, text)),
            Reply::Entity(..) | Reply::Entities(..) | Reply::Of(..) => {
                let name = described.name;
                tracing::error!("{name} gives entities of a set that is not served");
                Err(Error::internal("The function gives what is not served."))
            }
        }
    }

    /// Arguments from the query: texts with or without quotes, other values without.
    fn arguments(&self, parameters: &[Parameter]) -> Result<Arguments> {
        let mut values = Vec::new();
        for parameter in parameters {
            let given = self.options.parameters.iter();
            let mut given = given.filter(|(name, _)| name == parameter.name);
            let Some((_, text)) = given.next() else {
                if parameter.is_required {
                    let message = format!("The parameter {} is missing.", parameter.name);
                    return Err(Error::bad_request(message));
                }
                continue;
            };
            let text = text.trim();
            let value = match literal::read(text) {
                Some((value @ Value::Text(_), "")) => value,
                Some((value, "")) if !matches!(parameter.edm, Edm::String) => value,
                _ => Value::Text(text.to_owned()),
            };
            let property = Property::new(parameter.name, parameter.edm);
            values.push((parameter.name, literal::coerce(value, &property)?));
        }
        Ok(Arguments::new(values))
    }
}
