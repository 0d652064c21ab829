//! One HTTP request and its answer: cookies, redirects, time and size bounds.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use lockgate_core::limits;
use url::Url;

use super::{Failure, Network, OutsideEgress, Unresolved};
use crate::cookies::Cookies;

/// Redirects that are followed for one call.
const REDIRECTS_MAX: usize = 5;

/// A request that is ready to go. It can be sent again: the body is shared.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// For the whole call, redirects and reading the answer included.
    pub(crate) timeout: Duration,
}

impl Outgoing {
    /// Drops what only the first server was to get: credentials, and headers and body of the
    /// message, which may hold credentials too.
    fn forget_message(&mut self) {
        let accept = self.headers.remove(header::ACCEPT);
        self.headers.clear();
        self.headers
            .extend(accept.map(|accept| (header::ACCEPT, accept)));
        self.body = None;
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Reason phrase as sent, or the usual one.
    pub(crate) reason: String,
    /// Where it came from, after redirects.
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Network {
    /// Sends a request. GET and HEAD follow redirects; other methods do not, since the second server
    /// would get a message meant for the first. To another origin nothing of the message is taken.
    pub(crate) async fn send(
        &self,
        request: &Outgoing,
        cookies: &Cookies,
    ) -> Result<Answer, Failure> {
        match tokio::time::timeout(request.timeout, self.follow(request, cookies)).await {
            Ok(result) => result,
            Err(_) => Err(Failure::Timeout {
                target: request.url.to_string(),
                after: request.timeout,
            }),
        }
    }

    async fn follow(&self, request: &Outgoing, cookies: &Cookies) -> Result<Answer, Failure> {
        let follows = matches!(request.method, Method::GET | Method::HEAD);
        let mut hop = request.clone();
        for _ in 0..=REDIRECTS_MAX {
            let response = self.once(&hop, cookies).await?;
            cookies.store(response.headers(), &hop.url);
            match redirect(&response, &hop.url).filter(|_| follows) {
                None => return read(response, hop.url).await,
                Some(next) => {
                    if next.origin() != hop.url.origin() {
                        hop.forget_message();
                    }
                    hop.url = next;
                }
            }
        }
        Err(Failure::Redirects {
            target: request.url.to_string(),
            limit: REDIRECTS_MAX,
        })
    }

    async fn once(
        &self,
        request: &Outgoing,
        cookies: &Cookies,
    ) -> Result<reqwest::Response, Failure> {
        self.check(&request.url)?;
        let mut headers = request.headers.clone();
        if let Some(stored) = cookies.header(&request.url) {
            let merged = match headers.get(header::COOKIE) {
                Some(own) => [own.as_bytes(), b"; ", stored.as_bytes()].concat(),
                None => stored.into_bytes(),
            };
            if let Ok(value) = HeaderValue::from_bytes(&merged) {
                headers.insert(header::COOKIE, value);
            }
        }
        if let Some(mocked) = self.mocks() {
            return mocked.answer(&Outgoing {
                headers,
                ..request.clone()
            });
        }
        let mut url = request.url.clone();
        self.hosts.place(&mut url, &mut headers);
        let mut outgoing = self
            .clients()?
            .http
            .request(request.method.clone(), url)
            .headers(headers);
        if let Some(body) = &request.body {
            outgoing = outgoing.body(body.clone());
        }
        outgoing
            .send()
            .await
            .map_err(|error| failure(error, &request.url))
    }
}

/// Where an answer redirects to.
fn redirect(response: &reqwest::Response, url: &Url) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let mut next = url.join(location).ok()?;
    // A user in the address would become a credential, and part of error messages.
    let bare = next.set_username("").is_ok() && next.set_password(None).is_ok();
    (bare && matches!(next.scheme(), "http" | "https")).then_some(next)
}

async fn read(response: reqwest::Response, url: Url) -> Result<Answer, Failure> {
    let status = response.status();
    let reason = response
        .extensions()
        .get::<hyper::ext::ReasonPhrase>()
        .map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned())
        .or_else(|| status.canonical_reason().map(str::to_owned))
        .unwrap_or_default();
    let headers = response.headers().clone();
    let body = read_body(response, &url, limits::RECEIVER_RESPONSE).await?;
    Ok(Answer {
        status,
        reason,
        url,
        headers,
        body,
    })
}

async fn read_body(
    mut response: reqwest::Response,
    url: &Url,
    limit: usize,
) -> Result<Bytes, Failure> {
    let too_large = || Failure::TooLarge {
        target: url.to_string(),
        limit,
    };
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |length| length > limit) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body.freeze()),
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Err(too_large()),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(error) => return Err(failure(error, url)),
        }
    }
}

/// Sorts what the HTTP client reports. Its own texts repeat the URL, so only their causes are kept.
fn failure(error: reqwest::Error, url: &Url) -> Failure {
    let target = url.to_string();
    let causes =
        || std::iter::successors(std::error::Error::source(&error), |&error| error.source());
    if let Some(outside) = causes().find_map(|cause| cause.downcast_ref::<OutsideEgress>()) {
        let address = outside.0.clone();
        return Failure::Forbidden { target, address };
    }
    if let Some(unresolved) = causes().find_map(|cause| cause.downcast_ref::<Unresolved>()) {
        let reason = unresolved.0.clone();
        return Failure::UnknownHost { target, reason };
    }
    let reason = causes()
        .last()
        .map_or_else(|| "the HTTP client gave up".to_owned(), ToString::to_string);
    if error.is_connect() {
        Failure::Unreachable { target, reason }
    } else {
        Failure::Broken { target, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_beyond_the_limit_is_given_up() {
        let url = Url::parse("http://peer/").unwrap();
        let response = |body: &'static str| reqwest::Response::from(http::Response::new(body));
        let read = read_body(response("12345"), &url, 5).await;
        assert_eq!(read.unwrap(), "12345");
        let error = read_body(response("123456"), &url, 5).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "The answer of http://peer/ is larger than 5 bytes"
        );
        // Without an announced length the limit is met while reading.
        let parts = futures_util::stream::iter(["123", "456"].map(Ok::<_, std::io::Error>));
        let streamed = http::Response::new(reqwest::Body::wrap_stream(parts));
        let error = read_body(streamed.into(), &url, 5).await.unwrap_err();
        assert!(matches!(error, Failure::TooLarge { limit: 5, .. }));
    }
}
