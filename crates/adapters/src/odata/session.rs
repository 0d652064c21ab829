//! The requests of one call: addresses, headers, CSRF tokens, metadata.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use lockgate_core::limits;
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_engine::receiver::Call;
use lockgate_engine::value::Value;
use url::Url;

use super::csrf::CsrfTokens;
use super::edm::Edm;
use super::{FAILED, Format, ODataReceiver, TIMEOUT};
use crate::address;
use crate::client;
use crate::cookies::Cookies;
use crate::headers::{self, HeaderList};
use crate::net::{Answer, Outgoing};

const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
/// Property: `false` keeps metadata beyond its hour.
const REFRESH_METADATA: &str = "SAP_ODataV2_RefreshCacheOnExpiry";

/// Why a call failed.
#[derive(Debug)]
pub(super) enum Problem {
    Step(StepError),
    /// The service said so; its answer becomes the body of the message.
    Answered(Box<Answer>, StepError),
}

impl From<StepError> for Problem {
    fn from(error: StepError) -> Self {
        Self::Step(error)
    }
}

/// A call with everything that is the same for all its requests.
#[derive(Debug)]
pub(super) struct Session<'a> {
    pub(super) receiver: &'a ODataReceiver,
    pub(super) exchange: &'a Exchange,
    pub(super) call: &'a Call<'a>,
    cookies: Arc<Cookies>,
    tokens: Arc<CsrfTokens>,
    /// Service root without a query.
    root: Url,
    /// Query options that every request carries.
    custom_query: String,
    headers: HeaderMap,
    timeout: Duration,
}

impl<'a> Session<'a> {
    /// Evaluates what all requests need.
    pub(super) fn open(
        receiver: &'a ODataReceiver,
        exchange: &'a Exchange,
        call: &'a Call<'a>,
    ) -> Result<Self, StepError> {
        let mut root = address::parse(&receiver.address.word(exchange, call)?)?;
        let mut custom = root.clone();
        root.set_fragment(None);
        root.set_query(None);
        let own = receiver.custom_query_options.word(exchange, call)?;
        address::add_query(&mut custom, &address::query(own.trim_start_matches('&')));
        let minutes = receiver.timeout.number(exchange, call, TIMEOUT)?;
        let list = HeaderList::parse(&receiver.request_headers.text(exchange, call)?);
        Ok(Self {
            receiver,
            exchange,
            call,
            cookies: call.session.get(),
            tokens: call.session.get(),
            root,
            custom_query: custom.query().unwrap_or_default().to_owned(),
            headers: headers::outgoing(exchange, &list)?,
            timeout: Duration::from_secs(minutes * 60),
        })
    }

    /// The address of a resource. `query` comes before the options that every request carries.
    pub(super) fn url(&self, path: &str, query: &str) -> Result<Url, StepError> {
        let path = encode_keys(path.trim().trim_start_matches('/'));
        address::check_path(&path)?;
        let mut url = self.root.clone();
        let base = url.path().trim_end_matches('/');
        url.set_path(&format!("{base}/{}", address::path(&path)));
        address::add_query(&mut url, query);
        address::add_query(&mut url, &self.custom_query);
        Ok(url)
    }

    /// Fetches a resource.
    pub(super) async fn get(&self, url: Url) -> Result<Answer, Problem> {
        let request = self.request(Method::GET, url, None);
        self.succeed(&request, self.send(&request).await?)
    }

    /// Sends a modifying request, with a CSRF token if the channel wants that. A token that has
    /// become invalid is replaced once.
    pub(super) async fn modify(
        &self,
        method: Method,
        url: Url,
        body: Option<Bytes>,
    ) -> Result<Answer, Problem> {
        let mut request = self.request(method, url, body);
        if !self.receiver.csrf {
            return self.succeed(&request, self.send(&request).await?);
        }
        let known = self.tokens.get(self.root.as_str());
        let fresh = known.is_none();
        let token = match known {
            Some(token) => Some(token),
            None => self.fetch_token().await?,
        };
        set_token(&mut request, token);
        let mut answer = self.send(&request).await?;
        let required = answer.headers.get(CSRF_TOKEN);
        let required = required.is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"required"));
        if answer.status == 403 && required && !fresh {
            set_token(&mut request, self.fetch_token().await?);
            answer = self.send(&request).await?;
        }
        self.succeed(&request, answer)
    }

    /// Asks the service root for a token; a service that hands out none does not need one.
    async fn fetch_token(&self) -> Result<Option<String>, Problem> {
        let mut request = self.request(Method::GET, self.url("", "")?, None);
        request
            .headers
            .insert(CSRF_TOKEN, HeaderValue::from_static("Fetch"));
        request
            .headers
            .insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        let answer = self.succeed(&request, self.send(&request).await?)?;
        let token = answer.headers.get(CSRF_TOKEN);
        let token = token.and_then(|token| token.to_str().ok().map(str::to_owned));
        if let Some(token) = &token {
            self.tokens.put(self.root.as_str(), token.clone());
        }
        Ok(token)
    }

    /// The service's metadata, fetched unless it is at hand.
    pub(super) async fn metadata(&self) -> Result<Arc<Edm>, Problem> {
        let (exchange, call) = (self.exchange, self.call);
        let parameters = self.receiver.metadata_parameters.text(exchange, call)?;
        let parameters = HeaderList::parse(&parameters);
        let query = address::query(&self.receiver.query_options.word(exchange, call)?);
        let chosen: Vec<&str> = (query.split('&'))
            .filter(|option| !option.is_empty() && !option.starts_with('$'))
            .filter(|option| parameters.allows(option.split('=').next().unwrap_or_default()))
            .collect();
        let url = self.url("$metadata", &chosen.join("&"))?;
        let now = call.clock.now();
        let refresh = exchange
            .properties
            .get(REFRESH_METADATA)
            .and_then(Value::to_text);
        let keep = refresh.is_some_and(|refresh| refresh.eq_ignore_ascii_case("false"));
        if let Some(edm) = self.receiver.metadata.get(url.as_str(), now, keep) {
            return Ok(edm);
        }
        let list = HeaderList::parse(&self.receiver.metadata_headers.text(exchange, call)?);
        let mut request = self.request(Method::GET, url.clone(), None);
        request.headers = headers::outgoing(exchange, &list)?;
        request
            .headers
            .insert(header::ACCEPT, HeaderValue::from_static("application/xml"));
        let answer = self.succeed(&request, self.send(&request).await?)?;
        let unusable = |reason: String| {
            let message = format!("The metadata of {url} cannot be used: {reason}");
            StepError::of_class(FAILED, message)
        };
        if answer.body.len() > limits::ODATA_METADATA {
            let limit = limits::ODATA_METADATA;
            return Err(unusable(format!("it is larger than {limit} bytes")).into());
        }
        let edm = Edm::parse(&answer.body).map_err(|error| unusable(error.to_string()))?;
        Ok(self.receiver.metadata.put(url.as_str(), now, edm))
    }

    fn request(&self, method: Method, url: Url, body: Option<Bytes>) -> Outgoing {
        let mut headers = self.headers.clone();
        let mut default = |name: &'static str, value: &'static str| {
            headers
                .entry(HeaderName::from_static(name))
                .or_insert(HeaderValue::from_static(value));
        };
        let (accept, content_type) = match (self.receiver.format, self.receiver.utf8) {
            (Format::Atom, false) => (ACCEPT_ATOM, "application/atom+xml"),
            (Format::Atom, true) => (ACCEPT_ATOM, "application/atom+xml; charset=utf-8"),
            (Format::Json, false) => ("application/json", "application/json"),
            (Format::Json, true) => ("application/json", "application/json; charset=utf-8"),
        };
        default("accept", accept);
        default("dataserviceversion", "2.0");
        default("maxdataserviceversion", "2.0");
        if body.is_some() {
            default("content-type", content_type);
        }
        Outgoing {
            method,
            url,
            headers,
            body,
            timeout: self.timeout,
        }
    }

    async fn send(&self, request: &Outgoing) -> Result<Answer, Problem> {
        let (receiver, message) = (self.receiver, (self.exchange, self.call));
        let sent =
            (receiver.client).send(request, &receiver.authentication, message, &self.cookies);
        Ok(sent.await.map_err(StepError::from)?)
    }

    /// Sorts out answers that mean failure.
    fn succeed(&self, request: &Outgoing, answer: Answer) -> Result<Answer, Problem> {
        if answer.status.is_success() {
            return Ok(answer);
        }
        let status = answer.status.as_u16();
        let message = format!(
            "{} : {status} : HTTP/1.1 ({} {})",
            answer.reason, request.method, request.url
        );
        let failed = client::failed(request, &answer);
        let error = StepError::of_class(FAILED, message).with_response(failed);
        Err(Problem::Answered(Box::new(answer), error))
    }
}

const ACCEPT_ATOM: &str = "application/atom+xml, application/xml";

fn set_token(request: &mut Outgoing, token: Option<String>) {
    if let Some(value) = token.and_then(|token| HeaderValue::from_str(&token).ok()) {
        request.headers.insert(CSRF_TOKEN, value);
    }
}

/// Slashes inside quoted keys belong to the key, not to the path.
fn encode_keys(path: &str) -> String {
    let mut quoted = false;
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        quoted ^= c == '\'';
        match c {
            '/' if quoted => out.push_str("%2F"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::encode_keys;

    #[test]
    fn slashes_in_keys_are_encoded() {
        let cases = [
            ("Set('a/b')/to_X", "Set('a%2Fb')/to_X"),
            ("Set(K='it''s/../x')", "Set(K='it''s%2F..%2Fx')"),
            ("Set/to_X", "Set/to_X"),
        ];
        for (path, expected) in cases {
            assert_eq!(encode_keys(path), expected);
        }
    }
}
