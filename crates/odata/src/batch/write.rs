//! The answers of a batch.

use super::Inner;
use crate::answer::Answer;

/// Appends one answer as a part.
pub(super) fn part(out: &mut Vec<u8>, boundary: &str, content_id: Option<&str>, answer: &Answer) {
    out.extend_from_slice(
        format!(
            "--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
        )
        .as_bytes(),
    );
    if let Some(id) = content_id {
        out.extend_from_slice(format!("Content-ID: {id}\r\n").as_bytes());
    }
    let status = answer.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let line = format!("\r\nHTTP/1.1 {} {reason}\r\n", status.as_u16());
    out.extend_from_slice(line.as_bytes());
    for (name, value) in answer.headers() {
        out.extend_from_slice(spelled(name.as_str()).as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    let body = answer.body();
    out.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    out.extend_from_slice(body);
    out.extend_from_slice(b"\r\n");
}

/// Appends the answers of a changeset as a part of parts.
pub(super) fn changeset(
    out: &mut Vec<u8>,
    boundary: &str,
    inner: &str,
    changes: &[Inner],
    answers: &[Answer],
) {
    let head = format!("--{boundary}\r\nContent-Type: multipart/mixed; boundary={inner}\r\n\r\n");
    out.extend_from_slice(head.as_bytes());
    for (change, answer) in changes.iter().zip(answers) {
        part(out, inner, change.content_id.as_deref(), answer);
    }
    end(out, inner);
}

/// Appends what ends all parts.
pub(super) fn end(out: &mut Vec<u8>, boundary: &str) {
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
}

/// A header name as clients that compare it exactly know it.
fn spelled(name: &str) -> String {
    if name == "dataserviceversion" {
        return "DataServiceVersion".to_owned();
    }
    let mut upper = true;
    let spelled = name.chars().map(|c| {
        let c = if upper { c.to_ascii_uppercase() } else { c };
        upper = c == '-';
        c
    });
    spelled.collect()
}
