//! Answers receivers while a case runs, and notes what went wrong.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use lockgate_adapters::mock::{Mail, Mocks, NoAnswer};
use lockgate_flow::plan::Channel;

use super::{Call, Fault, Mock, expect};
use crate::compare;
use crate::verdict::Problem;

/// Asks for a CSRF token, and carries it.
const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
/// What a token endpoint without a mock grants.
const GRANTED: &str = r#"{"access_token":"mock-token","token_type":"bearer","expires_in":3600}"#;

/// The mocks of one case, and how far they are.
#[derive(Debug)]
pub(crate) struct Answers {
    mocks: Vec<Mock>,
    /// Token endpoints of credentials; they grant without a mock.
    token_urls: Vec<String>,
    /// Metadata for mocks that have none.
    metadata: Option<Vec<u8>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Calls made and mails sent so far, for each mock.
    done: Vec<(usize, usize)>,
    problems: Vec<Problem>,
}

impl Answers {
    /// The mocks at the beginning of a case.
    pub(crate) fn new(
        mocks: Vec<Mock>,
        token_urls: Vec<String>,
        metadata: Option<Vec<u8>>,
    ) -> Self {
        let state = State {
            done: vec![(0, 0); mocks.len()],
            problems: Vec::new(),
        };
        Self {
            mocks,
            token_urls,
            metadata,
            state: Mutex::new(state),
        }
    }

    /// What went wrong, and what was expected in vain.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut state = self.state();
        let mut problems = std::mem::take(&mut state.problems);
        for (mock, (calls, mails)) in self.mocks.iter().zip(&state.done) {
            for (index, call) in mock.calls.iter().enumerate().skip(*calls) {
                let what = numbered("call", index, mock.calls.len(), &mock.name);
                let request = &call.sheet.request;
                let words = [request.method.as_deref(), request.path.as_deref()];
                let words: Vec<_> = words.into_iter().flatten().collect();
                let words = match words.is_empty() {
                    true => String::new(),
                    false => format!(": {}", words.join(" ")),
                };
                problems.push(Problem::new(format!("{what} was not made{words}")));
            }
            for index in *mails..mock.mails.len() {
                let what = numbered("mail", index, mock.mails.len(), &mock.name);
                problems.push(Problem::new(format!("{what} was not sent")));
            }
        }
        problems
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mock of a channel: by its own name, or by that of its receiver.
    fn of(&self, channel: &Channel) -> Option<(usize, &Mock)> {
        let named = |name: &str| {
            let mut mocks = self.mocks.iter().enumerate();
            mocks.find(|(_, mock)| mock.name == name)
        };
        named(&channel.name).or_else(|| named(&channel.receiver))
    }

    /// Notes something that nobody expects.
    fn unexpected(&self, what: &str, channel: &Channel, hint: &str) -> NoAnswer {
        let (name, receiver) = (&channel.name, &channel.receiver);
        let text =
            format!("unexpected {what}, by channel {name:?} to receiver {receiver:?}; {hint}");
        self.state().problems.push(Problem::new(text));
        NoAnswer::Unreachable("the test has no answer for this call".to_owned())
    }

    /// What is answered beside the calls of a mock: access tokens, metadata, CSRF tokens. A mock that
    /// wants to answer these itself names their path in its next call.
    fn aside(
        &self,
        request: &Request<Bytes>,
        mock: Option<&Mock>,
        next: Option<&Call>,
    ) -> Option<Response<Bytes>> {
        if next.is_some_and(|call| expects(call, request)) {
            return None;
        }
        let uri = request.uri().to_string();
        if request.method() == Method::POST && self.token_urls.contains(&uri) {
            let granted = Bytes::from_static(GRANTED.as_bytes());
            return Some(respond("application/json", granted));
        }
        let mock = mock?;
        if is_metadata(request) {
            let metadata = mock.metadata.as_ref().or(self.metadata.as_ref())?;
            return Some(respond("application/xml", Bytes::from(metadata.clone())));
        }
        let token = request.headers().get(CSRF_TOKEN)?;
        if !token.as_bytes().eq_ignore_ascii_case(b"fetch") {
            return None;
        }
        let mut response = respond("application/json", Bytes::from_static(b"{}"));
        let token = HeaderValue::from_static("mock-csrf-token");
        response.headers_mut().insert(CSRF_TOKEN, token);
        Some(response)
    }
}

impl Mocks for Answers {
    fn answer(
        &self,
        channel: &Channel,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, NoAnswer> {
        let line = format!("call {} {}", request.method(), request.uri());
        let found = self.of(channel);
        let made = found.map_or(0, |(index, _)| self.state().done[index].0);
        let next = found.and_then(|(_, mock)| mock.calls.get(made));
        if let Some(response) = self.aside(&request, found.map(|(_, mock)| mock), next) {
            return Ok(response);
        }
        let Some((index, mock)) = found else {
            let hint = format!(
                "there is no mock for it: add mocks/{}.toml or mocks/{}.toml",
                channel.name, channel.receiver
            );
            return Err(self.unexpected(&line, channel, &hint));
        };
        let Some(call) = next.filter(|call| !is_metadata(&request) || expects(call, &request))
        else {
            let hint = match is_metadata(&request) {
                true => format!("name a file with it as metadata in mock {:?}", mock.name),
                false => format!("mock {:?} expects {made} calls", mock.name),
            };
            return Err(self.unexpected(&line, channel, &hint));
        };
        let what = numbered("call", made, mock.calls.len(), &mock.name);
        let problems = expect::request(&what, call, &request);
        let mut state = self.state();
        state.done[index].0 += 1;
        state.problems.extend(problems);
        drop(state);
        answer(call)
    }

    fn deliver(&self, channel: &Channel, mail: Mail) -> Result<(), NoAnswer> {
        let line = format!("mail to {}", mail.to.join(", "));
        let Some((index, mock)) = self.of(channel) else {
            let hint = format!(
                "there is no mock for it: add mocks/{}.toml or mocks/{}.toml with [[mail]]",
                channel.name, channel.receiver
            );
            return Err(self.unexpected(&line, channel, &hint));
        };
        let sent = self.state().done[index].1;
        let Some(expected) = mock.mails.get(sent) else {
            let hint = format!("mock {:?} expects {sent} mails", mock.name);
            return Err(self.unexpected(&line, channel, &hint));
        };
        let what = numbered("mail", sent, mock.mails.len(), &mock.name);
        let fault = expected.sheet.fail;
        let problems = expect::mail(&what, expected, mail);
        let mut state = self.state();
        state.done[index].1 += 1;
        state.problems.extend(problems);
        fault.map_or(Ok(()), |fault| Err(failed(fault)))
    }
}

fn is_metadata(request: &Request<Bytes>) -> bool {
    request.method() == Method::GET && request.uri().path().ends_with("/$metadata")
}

/// Whether a call is expected to go where a request goes.
fn expects(call: &Call, request: &Request<Bytes>) -> bool {
    let path = call.sheet.request.path.as_deref();
    path.is_some_and(|path| path.ends_with(request.uri().path()))
}

fn answer(call: &Call) -> Result<Response<Bytes>, NoAnswer> {
    if let Some(fault) = call.sheet.fail {
        return Err(failed(fault));
    }
    let sheet = &call.sheet.response;
    let mut response = match &call.answer {
        Some(body) => respond(
            compare::media_type(body.like()),
            Bytes::from(body.bytes.clone()),
        ),
        None => Response::new(Bytes::new()),
    };
    let status = sheet
        .status
        .and_then(|status| StatusCode::from_u16(status).ok());
    *response.status_mut() = status.unwrap_or(StatusCode::OK);
    for (name, value) in &sheet.headers {
        let (name, value) = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

fn failed(fault: Fault) -> NoAnswer {
    match fault {
        Fault::Connection => NoAnswer::Unreachable("connection refused".to_owned()),
        Fault::Timeout => NoAnswer::Silent,
    }
}

fn respond(media_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    let media_type = HeaderValue::from_static(media_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

/// A call or mail of a mock; with its number, if there are several.
fn numbered(what: &str, index: usize, count: usize, mock: &str) -> String {
    match count {
        1 => format!("the {what} of mock {mock:?}"),
        _ => format!("{what} {} of mock {mock:?}", index + 1),
    }
}
