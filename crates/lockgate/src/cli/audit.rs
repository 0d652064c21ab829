//! `lockgate audit`: who changed what, and what was refused.

use clap::Args;
use serde_json::Value;

use super::client::segment;
use super::output::{BAD, DIM, GOOD, HEADING, cell, line, note, paint};
use super::{Session, items};

const HEADINGS: [&str; 6] = ["TIME", "WHO", "FROM", "ACTION", "TARGET", "OUTCOME"];

#[derive(Args, Debug)]
pub(crate) struct Filter {
    /// Only what this account, broker or client did; also operator, server, anonymous
    #[arg(long)]
    who: Option<String>,
    /// Only this action, or actions that begin like this: key, key.delete, flow.call
    #[arg(long)]
    action: Option<String>,
    /// Only about the thing with this name or id, or with this key id or certificate thumbprint
    #[arg(long)]
    target: Option<String>,
    /// Only the request with this correlation id
    #[arg(long)]
    correlation: Option<String>,
    /// Only what was refused
    #[arg(long)]
    refused: bool,
    /// Not before this time, such as 2026-01-31T12:00:00Z
    #[arg(long)]
    since: Option<String>,
    /// Before this time
    #[arg(long)]
    until: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 20)]
    limit: u32,
    /// Go on after this event: the value of "next" in an earlier answer
    #[arg(long)]
    before: Option<String>,
}

pub(crate) async fn list(filter: &Filter, session: &Session) -> anyhow::Result<()> {
    let refused = filter.refused.then(|| "refused".to_owned());
    let given = [
        ("who", &filter.who),
        ("action", &filter.action),
        ("target", &filter.target),
        ("correlation", &filter.correlation),
        ("outcome", &refused),
        ("since", &filter.since),
        ("until", &filter.until),
        ("before", &filter.before),
    ];
    let mut path = format!("audit?limit={}", filter.limit);
    for (name, value) in given {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", segment(value)));
        }
    }
    let answer = session.client.get(&path).await?;
    session.show(&answer, print);
    Ok(())
}

fn print(answer: &Value) {
    let events = items(answer);
    if events.is_empty() {
        return note(paint(DIM, "No events."));
    }
    let rows: Vec<[String; 6]> = events.iter().map(row).collect();
    let widths: [usize; 6] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.fold(HEADINGS[column].len(), usize::max)
    });
    let headings = HEADINGS.map(str::to_owned);
    line(paint(HEADING, aligned(&headings, widths)));
    for (event, row) in events.iter().zip(rows) {
        let style = if is_refused(event) { BAD } else { GOOD };
        // Padded first: colour codes have no width.
        let [.., outcome] = &row;
        let before = aligned(&row, widths);
        let before = before.strip_suffix(outcome.as_str()).unwrap_or(&before);
        line(format!("{before}{}", paint(style, outcome)));
        let more = details(event);
        if !more.is_empty() {
            line(paint(DIM, format!("  {}", more.join("  "))));
        }
    }
    let next = cell(answer.get("next"));
    if !next.is_empty() {
        note(paint(DIM, format!("There are more: --before {next}")));
    }
}

fn aligned(row: &[String; 6], widths: [usize; 6]) -> String {
    let cells = row.iter().zip(widths);
    let cells = cells.map(|(cell, width)| format!("{cell:<width$}"));
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn row(event: &Value) -> [String; 6] {
    let text = |pointer: &str| cell(event.pointer(pointer));
    let target = match (text("/target/kind").as_str(), text("/target/name")) {
        ("" | "request", name) => name,
        (kind, name) => format!("{kind} {name}"),
    };
    let outcome = match is_refused(event) {
        true => format!("{} {}", text("/status"), text("/reason")),
        false => text("/outcome"),
    };
    [
        text("/at"),
        who(event),
        text("/source"),
        text("/action"),
        target,
        outcome,
    ]
}

/// Who it was. A name that was only claimed has a question mark, and an account that is called like
/// what is none is told apart from it.
fn who(event: &Value) -> String {
    let who = cell(event.get("who"));
    let kind = cell(event.pointer("/actor/kind"));
    let looks_special = ["operator", "server", "anonymous"].contains(&who.as_str());
    match kind.as_str() {
        "unknown" if event.pointer("/actor/claimed").is_some() => format!("{who}?"),
        "account" | "broker" | "client" if looks_special => format!("{kind} {who}"),
        _ => who,
    }
}

fn is_refused(event: &Value) -> bool {
    event
        .get("outcome")
        .is_some_and(|outcome| outcome == "refused")
}

/// What else is known of an event, where there is something.
fn details(event: &Value) -> Vec<String> {
    let fields = [
        ("", "/detail"),
        ("for ", "/actor/originating"),
        ("key ", "/key"),
        ("certificate ", "/thumbprint"),
        ("correlation ", "/correlation_id"),
    ];
    let fields = fields.map(|(label, pointer)| (label, cell(event.pointer(pointer))));
    let known = fields.into_iter().filter(|(_, text)| !text.is_empty());
    known
        .map(|(label, text)| format!("{label}{text}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_a_row_with_what_else_is_known_below() {
        let event = json!({"at": "2026-01-01T00:00:00.000Z", "who": "ann", "source": "192.0.2.1",
            "action": "key.delete", "target": {"kind": "key", "id": "1", "name": "main"},
            "outcome": "done", "key": "1", "thumbprint": null, "detail": "", "correlation_id": "c",
            "actor": {"kind": "account"}});
        let expected = [
            "2026-01-01T00:00:00.000Z",
            "ann",
            "192.0.2.1",
            "key.delete",
            "key main",
            "done",
        ];
        assert_eq!(row(&event), expected);
        assert_eq!(details(&event), ["key 1", "correlation c"]);
    }

    #[test]
    fn nobody_passes_for_somebody_else() {
        let cases = [
            (json!({"kind": "operator"}), "operator", "operator"),
            (json!({"kind": "account"}), "operator", "account operator"),
            (json!({"kind": "client"}), "anonymous", "client anonymous"),
            (json!({"kind": "unknown"}), "anonymous", "anonymous"),
            (json!({"kind": "unknown", "claimed": "ann"}), "ann", "ann?"),
            (json!({"kind": "account"}), "ann", "ann"),
        ];
        for (actor, name, expected) in cases {
            assert_eq!(who(&json!({"actor": actor, "who": name})), expected);
        }
    }

    #[test]
    fn a_refusal_shows_its_status_and_reason_and_drives_no_terminal() {
        let event = json!({"who": "anonymous", "source": null, "action": "api.call", "at": "",
            "target": {"kind": "request", "id": "", "name": "GET /\u{1b}[2J"}, "status": 401,
            "outcome": "refused", "reason": "no-credential", "detail": "x2: again"});
        let [.., target, outcome] = row(&event);
        assert_eq!(target, "GET /\\u{1b}[2J");
        assert_eq!(outcome, "401 no-credential");
        assert_eq!(details(&event), ["x2: again"]);
    }
}
