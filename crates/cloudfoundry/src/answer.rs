//! Answers: JSON with the media type clients expect, pages of lists, warnings.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use lockgate_core::clock::Timestamp;
use serde_json::{Map, Value, json};

use crate::failure::JSON;
use crate::query::{Listed, Query};

/// Sentences that the command line prints although the request succeeded.
const WARNINGS: HeaderName = HeaderName::from_static("x-cf-warnings");

/// A successful answer. It never carries `Location`, which clients would poll as a job. Has no
/// `Debug`: some carry credentials.
pub(crate) struct Answer {
    status: StatusCode,
    body: Option<Value>,
    warnings: Vec<String>,
}

impl Answer {
    /// 200 with `body`.
    pub(crate) fn ok(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(body),
            warnings: Vec::new(),
        }
    }

    /// 201 with what was made.
    pub(crate) fn created(body: Value) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..Self::ok(body)
        }
    }

    /// 204: it is gone, with everything that belonged to it.
    pub(crate) fn deleted() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
            warnings: Vec::new(),
        }
    }

    /// Adds what the user should know although it worked.
    pub(crate) fn warn(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Some(body) => {
                let mut response = (self.status, body.to_string()).into_response();
                response.headers_mut().insert(CONTENT_TYPE, JSON);
                response
            }
            None => self.status.into_response(),
        };
        if !self.warnings.is_empty() {
            let escape = |text: &String| -> String {
                form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            let list: Vec<String> = self.warnings.iter().map(escape).collect();
            let value = HeaderValue::try_from(list.join(","));
            let value = value.expect("invariant: escaped text is a legal header value");
            response.headers_mut().insert(WARNINGS, value);
        }
        response
    }
}

/// The API's own base URL; makes the links of resources.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base<'a>(pub(crate) &'a str);

impl Base<'_> {
    /// `{"href":…}` with an absolute URL.
    pub(crate) fn link(self, path: &str) -> Value {
        json!({"href": format!("{}{path}", self.0)})
    }
}

/// A time as resources show it: whole seconds, `2026-01-01T00:00:00Z`.
pub(crate) fn time(at: Timestamp) -> String {
    let text = at.to_string();
    let seconds = text.split_once('.').map_or(&*text, |(seconds, _)| seconds);
    format!("{seconds}Z")
}

/// `{"data":{"guid":…}}`
pub(crate) fn to_one(guid: impl ToString) -> Value {
    json!({"data": {"guid": guid.to_string()}})
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page<'a, T> {
    /// The things on the page.
    pub(crate) items: Vec<T>,
    query: &'a Query,
    total: usize,
}

impl<'a, T: Listed> Page<'a, T> {
    /// The page that `query` asks for of those `items` that pass the filters of every list.
    pub(crate) fn of(query: &'a Query, mut items: Vec<T>) -> Self {
        items.retain(|item| query.keeps(item));
        query.order(&mut items);
        let total = items.len();
        let size = to_usize(query.per_page);
        let skipped = to_usize(query.page - 1).saturating_mul(size);
        let items = items.into_iter().skip(skipped).take(size).collect();
        Self {
            items,
            query,
            total,
        }
    }

    /// The answer with this page of the list at `path`.
    pub(crate) fn answer(
        &self,
        base: Base<'_>,
        path: &str,
        view: impl FnMut(&T) -> Value,
        included: Included,
    ) -> Answer {
        let resources: Vec<Value> = self.items.iter().map(view).collect();
        let mut body = json!({
            "pagination": self.pagination(base, path),
            "resources": resources,
        });
        if self.query.wants_included() {
            body["included"] = Value::Object(included.0);
        }
        Answer::ok(body)
    }

    fn pagination(&self, base: Base<'_>, path: &str) -> Value {
        let size = to_usize(self.query.per_page);
        let pages = self.total.div_ceil(size).max(1);
        let page = to_usize(self.query.page);
        let link = |number: usize| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(self.query.repeated());
            query.append_pair("page", &number.to_string());
            query.append_pair("per_page", &size.to_string());
            base.link(&format!("{path}?{}", query.finish()))
        };
        json!({
            "total_results": self.total,
            "total_pages": pages,
            "first": link(1),
            "last": link(pages),
            "next": (page < pages).then(|| link(page + 1)),
            "previous": (page > 1).then(|| link((page - 1).min(pages))),
        })
    }
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Related resources that come along, by the plural of what they are.
#[derive(Debug, Default)]
pub(crate) struct Included(Map<String, Value>);

impl Included {
    /// Adds the resources called `plural`, of which each is there once; perhaps there are none.
    pub(crate) fn add(&mut self, plural: &str, resources: impl IntoIterator<Item = Value>) {
        let resources = resources.into_iter().collect();
        self.0.insert(plural.to_owned(), Value::Array(resources));
    }

    /// The answer with a single `resource`, and these beside it if the request asked for some.
    pub(crate) fn beside(self, mut resource: Value, query: &Query) -> Answer {
        if query.wants_included() {
            resource["included"] = Value::Object(self.0);
        }
        Answer::ok(resource)
    }
}
