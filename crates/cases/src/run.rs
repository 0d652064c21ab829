//! Runs one case.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, header};
use http_body_util::Full;
use lockgate_store::messages::{Message, MessageStatus};

use crate::case::{Case, Credential, LogSheet, Start};
use crate::compare;
use crate::flows::{Flows, Source, Target};
use crate::mock::{Answers, body, headers};
use crate::stage::{Notes, Stage, StageError, Template, direct};
use crate::verdict::Problem;

/// How long a case may take.
const PATIENCE: Duration = Duration::from_secs(10);
const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// Runs a case and says what was not as expected.
pub(crate) async fn run(case: &Case, sources: &[Source], template: &Template) -> Vec<Problem> {
    match tokio::time::timeout(PATIENCE, played(case, sources, template)).await {
        Ok(Ok(problems) | Err(problems)) => problems,
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            vec![Problem::new(format!(
                "the flow did not end within {seconds} seconds"
            ))]
        }
    }
}

async fn played(
    case: &Case,
    sources: &[Source],
    template: &Template,
) -> Result<Vec<Problem>, Vec<Problem>> {
    let flows = Flows::read(sources, case)?;
    let target = flows.target(case).map_err(|problem| vec![problem])?;
    let request = match case.sheet.start {
        Start::Timer => None,
        Start::Request => Some(request(case, &target.path)?),
        Start::Direct => Some(request(case, &direct::path(&target.path))?),
    };
    let answers = Arc::new(Answers::new(
        case.mocks.clone(),
        token_urls(case),
        flows.metadata.clone(),
    ));
    let broken = |error: StageError| vec![Problem::new(error.to_string())];
    let stage = Stage::set(case, &flows, &target, &answers, template).await;
    let stage = stage.map_err(broken)?;
    let response = match (request, &target.flow) {
        (Some(request), _) => Some(call(&stage, request, target.csrf).await),
        (None, Some(flow)) => {
            stage.has_run(flow).await.map_err(broken)?;
            None
        }
        (None, None) => None,
    };
    let notes = stage.leave().await.map_err(broken)?;
    let mut problems = Vec::new();
    if let Some(response) = &response {
        problems.extend(answered(case, response, &notes));
    }
    problems.extend(answers.problems());
    problems.extend(logged(case, &target, &notes));
    Ok(problems)
}

fn token_urls(case: &Case) -> Vec<String> {
    let credentials = case.sheet.credentials.values();
    let urls = credentials.filter_map(|credential| match credential {
        Credential::Client { token_url, .. } => Some(token_url.clone()),
        Credential::User { .. } => None,
    });
    urls.collect()
}

/// The call that the case makes.
fn request(case: &Case, path: &str) -> Result<Request<Full<Bytes>>, Vec<Problem>> {
    let sheet = &case.sheet.request;
    let wrong = |what: String| vec![Problem::new(format!("the request cannot be sent: {what}"))];
    let query = sheet
        .query
        .as_deref()
        .map(|query| query.trim_start_matches('?'));
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let method = match &sheet.method {
        Some(method) => method.to_ascii_uppercase(),
        None if case.input.is_some() || case.sheet.start == Start::Direct => "POST".to_owned(),
        None => "GET".to_owned(),
    };
    let bytes = case
        .input
        .as_ref()
        .map(|input| Bytes::from(input.bytes.clone()));
    let mut request = Request::builder()
        .method(method.as_str())
        .uri(format!("/http{path}{query}"))
        .header(header::HOST, "localhost")
        .body(Full::new(bytes.unwrap_or_default()))
        .map_err(|error| wrong(error.to_string()))?;
    if let Some(input) = &case.input {
        let media_type = HeaderValue::from_static(compare::media_type(&input.file));
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
    }
    for (name, value) in &sheet.headers {
        let pair = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
        let (Ok(name), Ok(value)) = pair else {
            return Err(wrong(format!("{name:?} = {value:?} cannot be a header")));
        };
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// Calls a flow; with a CSRF token where one is wanted and the case is not about that.
async fn call(stage: &Stage, mut request: Request<Full<Bytes>>, csrf: bool) -> Response<Bytes> {
    let authorization = HeaderValue::from_str(stage.authorization());
    let authorization = authorization.expect("invariant: Base64 can be a header");
    let headers = request.headers_mut();
    headers
        .entry(header::AUTHORIZATION)
        .or_insert(authorization);
    if csrf && !headers.contains_key(CSRF_TOKEN) {
        let mut fetch = Request::new(Full::default());
        *fetch.uri_mut() = request.uri().clone();
        *fetch.headers_mut() = request.headers().clone();
        fetch
            .headers_mut()
            .insert(CSRF_TOKEN, HeaderValue::from_static("fetch"));
        fetch.headers_mut().remove(header::CONTENT_TYPE);
        let fetched = stage.call(fetch).await;
        if let Some(token) = fetched.headers().get(CSRF_TOKEN) {
            request.headers_mut().insert(CSRF_TOKEN, token.clone());
        }
        let cookie = fetched.headers().get(header::SET_COOKIE);
        let cookie = cookie.and_then(|cookie| cookie.to_str().ok()?.split(';').next());
        if let Some(Ok(cookie)) = cookie.map(HeaderValue::from_str) {
            request.headers_mut().insert(header::COOKIE, cookie);
        }
    }
    stage.call(request).await
}

/// What is wrong with the answer.
fn answered(case: &Case, response: &Response<Bytes>, notes: &Notes) -> Vec<Problem> {
    let sheet = &case.sheet.response;
    let status = response.status();
    let mut problems = Vec::new();
    let fails = case.sheet.log.error.is_some() || case.sheet.log.status.is_some();
    let wrong = match sheet.status {
        Some(wanted) => (status.as_u16() != wanted).then(|| wanted.to_string()),
        None => (!status.is_success() && !fails).then(|| "success".to_owned()),
    };
    if let Some(wanted) = wrong {
        let found = status.as_u16();
        let reason = reason(notes);
        problems.push(Problem::new(format!(
            "status: expected {wanted}, found {found}{reason}"
        )));
    }
    problems.extend(headers("the response", &sheet.headers, response.headers()));
    if let Some(output) = &case.output {
        problems.extend(body("the response body", output, response.body()));
    }
    let text = String::from_utf8_lossy(response.body());
    for wanted in sheet
        .contains
        .iter()
        .filter(|wanted| !text.contains(wanted.as_str()))
    {
        let text = format!("the response body does not contain {wanted:?}: {text:?}");
        problems.push(Problem::new(text));
    }
    problems
}

/// Why a call did not end well, as far as the server knows.
fn reason(notes: &Notes) -> String {
    let failed = notes.messages.iter().find_map(|message| {
        let error = message.error.as_deref()?;
        let step = message.error_step.as_deref().unwrap_or_default();
        Some(format!(
            "; flow {} failed at step {step}: {error}",
            message.flow_id
        ))
    });
    let refused = notes.refusals.last();
    let refused = refused.map(|refusal| format!("; the call was refused: {}", refusal.detail));
    failed.or(refused).unwrap_or_default()
}

/// What is wrong with the message log.
fn logged(case: &Case, target: &Target, notes: &Notes) -> Vec<Problem> {
    let expected = &case.sheet.log;
    let own = |message: &&Message| Some(&message.flow_id) == target.flow.as_ref();
    let Some(message) = notes.messages.iter().find(own) else {
        return match *expected == LogSheet::default() && case.sheet.start != Start::Timer {
            true => Vec::new(),
            false => vec![Problem::new("the message log has no message of the flow")],
        };
    };
    let mut problems = Vec::new();
    let mut differs = |what: &str, wanted: &Option<String>, found: Option<&str>| {
        let Some(wanted) = wanted else { return };
        if Some(wanted.as_str()) != found {
            let what = format!("{what} in the log");
            problems.push(match found {
                Some(found) => Problem::differs(&what, wanted, found),
                None => Problem::new(format!("{what}: expected {wanted:?}, found none")),
            });
        }
    };
    let found = [
        ("status", &expected.status, Some(message.status.as_str())),
        (
            "custom_status",
            &expected.custom_status,
            message.custom_status.as_deref(),
        ),
        (
            "application_id",
            &expected.application_id,
            message.application_id.as_deref(),
        ),
        (
            "message_type",
            &expected.message_type,
            message.message_type.as_deref(),
        ),
        ("sender", &expected.sender, message.sender.as_deref()),
        ("receiver", &expected.receiver, message.receiver.as_deref()),
    ];
    for (what, wanted, found) in found {
        differs(what, wanted, found);
    }
    for (name, wanted) in &expected.custom_headers {
        let mut found = message.custom_headers.iter();
        let found = found
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str());
        differs(
            &format!("custom header {name}"),
            &Some(wanted.clone()),
            found,
        );
    }
    problems.extend(erred(case, message));
    problems
}

/// What is wrong with the error of the message. A timer has nobody else to tell that it failed.
fn erred(case: &Case, message: &Message) -> Option<Problem> {
    let expected = &case.sheet.log;
    let error = message.error.as_deref();
    match (&expected.error, error) {
        (Some(wanted), Some(found)) if found.contains(wanted.as_str()) => None,
        (Some(wanted), found) => {
            let found = found.map_or_else(|| "none".to_owned(), |found| format!("{found:?}"));
            let text = format!("error in the log: expected one with {wanted:?}, found {found}");
            Some(Problem::new(text))
        }
        (None, _) => {
            let silent = case.sheet.start == Start::Timer && expected.status.is_none();
            let failed = silent && message.status != MessageStatus::Completed;
            failed.then(|| {
                let error = error.unwrap_or_default();
                Problem::new(format!("the flow ended as {}: {error}", message.status))
            })
        }
    }
}
