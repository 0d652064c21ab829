//! Compares what a flow sent with what a mock expects.

use bytes::Bytes;
use http::{HeaderMap, Request};
use lockgate_adapters::mock::Mail;
use lockgate_testkit::smtp;

use super::{Call, ExpectedMail};
use crate::case::BodyFile;
use crate::compare::Format;
use crate::verdict::Problem;

/// What is wrong with a request. `what` names the call.
pub(super) fn request(what: &str, call: &Call, request: &Request<Bytes>) -> Vec<Problem> {
    let expected = &call.sheet.request;
    let uri = request.uri();
    let mut problems = Vec::new();
    let mut differs = |what: String, wanted: &str, found: &str| {
        if wanted != found {
            problems.push(Problem::differs(&what, wanted, found));
        }
    };
    if let Some(method) = &expected.method {
        let method = method.to_ascii_uppercase();
        differs(
            format!("the method of {what}"),
            &method,
            request.method().as_str(),
        );
    }
    if let Some(path) = &expected.path {
        let found = match path.contains("://") {
            true => {
                let scheme = uri.scheme_str().unwrap_or_default();
                let authority = uri.authority().map_or("", |authority| authority.as_str());
                format!("{scheme}://{authority}{}", uri.path())
            }
            false => uri.path().to_owned(),
        };
        differs(format!("the path of {what}"), path, &found);
    }
    if let Some(query) = &expected.query {
        let (wanted, found) = (pairs(query), pairs(uri.query().unwrap_or_default()));
        differs(format!("the query of {what}"), &wanted, &found);
    }
    problems.extend(headers(what, &expected.headers, request.headers()));
    if let Some(expected) = &call.expected {
        let what = format!("the body of {what}");
        problems.extend(body(&what, expected, request.body()));
    }
    problems
}

/// A query with its options decoded and in order, so that only their meaning is compared.
fn pairs(query: &str) -> String {
    let pairs = form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
    let mut pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.sort();
    pairs.join("&")
}

/// What is wrong with headers. A name that occurs several times needs the value once.
pub(crate) fn headers<'a>(
    what: &str,
    expected: impl IntoIterator<Item = (&'a String, &'a String)>,
    found: &HeaderMap,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, wanted) in expected {
        let values = found.get_all(name.as_str());
        let values: Vec<_> = values
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        if !values.contains(wanted) {
            let what = format!("header {name} of {what}");
            problems.push(match values.as_slice() {
                [] => Problem::new(format!("{what}: expected {wanted:?}, found none")),
                values => Problem::differs(&what, wanted, &values.join(", ")),
            });
        }
    }
    problems
}

/// What is wrong with a body.
pub(crate) fn body(what: &str, expected: &BodyFile, found: &[u8]) -> Option<Problem> {
    let difference = Format::of(expected.like()).compare(&expected.bytes, found)?;
    let problem = Problem::new(format!("{what} is not as expected")).with(difference);
    Some(match expected.like() == expected.file {
        true => problem.updating(&expected.file, found),
        false => problem,
    })
}

/// What is wrong with a mail.
pub(super) fn mail(what: &str, expected: &ExpectedMail, mail: Mail) -> Vec<Problem> {
    let sheet = &expected.sheet;
    let mail = smtp::Mail {
        from: mail.from,
        to: mail.to,
        user: mail.user,
        encrypted: false,
        raw: Bytes::from(mail.content),
    };
    let mut problems = Vec::new();
    let mut differs = |part: &str, wanted: &str, found: &str| {
        if wanted != found {
            let what = format!("{part} of {what}");
            problems.push(Problem::differs(&what, wanted, found));
        }
    };
    if let Some(from) = &sheet.from {
        differs("the sender", from, &mail.from);
    }
    if let Some(to) = &sheet.to {
        let (mut wanted, mut found) = (to.clone(), mail.to.clone());
        wanted.sort();
        found.sort();
        differs("the recipients", &wanted.join(", "), &found.join(", "));
    }
    if let Some(subject) = &sheet.subject {
        let found = mail.header("Subject").unwrap_or_default();
        differs("the subject", subject, &found);
    }
    if let Some(attachments) = &sheet.attachments {
        let found = mail.leaves();
        let found = found
            .iter()
            .skip(1)
            .map(|part| part.file_name().unwrap_or_default());
        let found: Vec<String> = found.collect();
        differs(
            "the attachments",
            &attachments.join(", "),
            &found.join(", "),
        );
    }
    if let Some(text) = &expected.text {
        let what = format!("the text of {what}");
        // On its way every line ends in CRLF.
        let found = mail.text().replace("\r\n", "\n");
        problems.extend(body(&what, text, found.as_bytes()));
    }
    problems
}
