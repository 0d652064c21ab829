use lockgate_core::audit::{Actor, Event, Outcome, Who};
use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{CorrelationId, KeyId};
use lockgate_store::audit;
use lockgate_store::refusals::{self, Refusal};
use lockgate_testkit::operator::assert_fields;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bundles::Files;
use crate::server::{NOW, Server};

const CANARY: &str = "canary-in-a-secret";

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(NOW.secs() + secs)
}

/// A call of a flow that was refused `secs` after the start.
fn refused_call(secs: u8, client: Option<&str>) -> Refusal {
    Refusal {
        id: CorrelationId(Uuid::from_u128(secs.into())),
        at: at(secs.into()),
        source: "192.0.2.7".to_owned(),
        method: "POST".to_owned(),
        path: "/http/orders".to_owned(),
        status: 403,
        reason: "role-missing".to_owned(),
        detail: "needs ESBMessaging.send".to_owned(),
        client_id: client.map(str::to_owned),
        key_id: client.map(|_| KeyId(Uuid::from_u128(9))),
        thumbprint: client.map(|_| Thumbprint([1; 32])),
        flow: client.map(|_| "Orders".to_owned()),
    }
}

/// A request at a surface that was refused `secs` after the start.
fn refused_request(secs: u8) -> Event {
    Event {
        id: Uuid::from_u128(secs.into()),
        at: at(secs.into()),
        actor: Actor {
            who: Who::Unknown { claimed: None },
            source: None,
            correlation: None,
        },
        action: "api.call".to_owned(),
        target_kind: String::new(),
        target_id: String::new(),
        target_name: String::new(),
        key: None,
        thumbprint: None,
        outcome: Outcome::Refused {
            status: 401,
            reason: "no-credential".to_owned(),
        },
        detail: format!("GET /operator/v1/flows {secs}"),
    }
}

async fn server_with(calls: &[Refusal], requests: &[Event]) -> Server {
    let server = Server::start().await;
    let mut tx = server.store.begin().await.unwrap();
    refusals::append(&mut tx, calls).await.unwrap();
    audit::append(&mut tx, requests).await.unwrap();
    tx.commit().await.unwrap();
    server
}

fn items(answer: &Value) -> &[Value] {
    answer["items"].as_array().unwrap()
}

/// Action, target and detail of each event.
fn lines(answer: &Value) -> Vec<String> {
    let line = |event: &Value| {
        let words = [
            &event["action"],
            &event["target"]["id"],
            &event["target"]["name"],
            &event["detail"],
        ];
        words.map(|word| word.as_str().unwrap_or("-")).join(" ")
    };
    items(answer).iter().map(line).collect()
}

#[tokio::test]
async fn every_change_is_recorded_without_a_secret() {
    let server = Server::start().await;
    server.deploy(&Files::orders().zip(), json!({})).await;
    let parameters = json!({"parameters": {"Address": format!("/{CANARY}")}, "log_level": "DEBUG"});
    server.patch("flows/Orders", parameters).await;
    server
        .patch("flows/Orders", json!({"log_level": "TRACE"}))
        .await;
    server.delete("flows/Orders").await;
    let user = json!({"kind": "user", "user": "u", "password": CANARY});
    server.put("credentials/backend", user).await;
    server.delete("credentials/backend").await;
    let value = json!({"value": CANARY});
    server.put("variables/last", value.clone()).await;
    server.put("variables/last?flow=Orders", value).await;
    server.delete("variables/last?flow=Orders").await;
    let range = json!({"min": 1, "max": 9});
    server.put("number-ranges/Docs", range).await;
    server.delete("number-ranges/Docs").await;

    let (status, answer) = server.get("audit").await;
    assert_eq!(status, 200, "{answer}");
    let expected = [
        "number-range.delete Docs Docs ",
        "number-range.define Docs Docs 1 to 9, next 1",
        "variable.delete Orders/last last ",
        "variable.set Orders/last last ",
        "variable.set last last ",
        "credential.delete backend backend ",
        "credential.set backend backend kind user, user u",
        "flow.undeploy Orders Orders version 1.0.2",
        "flow.update Orders Orders log level TRACE",
        "flow.update Orders Orders log level DEBUG",
        "flow.update Orders Orders version 1.0.2; parameters Address",
        "flow.deploy Orders Orders version 1.0.2",
    ];
    assert_eq!(lines(&answer), expected);
    assert!(!answer.to_string().contains(CANARY));
    for event in items(&answer) {
        assert_eq!(event["who"], "operator");
        assert_eq!(event["actor"], json!({"kind": "operator"}));
        assert_eq!(event["source"], "127.0.0.1");
        assert_eq!(event["outcome"], "done");
        let correlation = event["correlation_id"].as_str().unwrap();
        let (_, one) = server
            .get(&format!("audit?correlation={correlation}"))
            .await;
        assert!(items(&one).contains(event), "{one}");
    }
}

#[tokio::test]
async fn what_was_not_done_is_not_recorded() {
    let server = Server::start().await;
    server.delete("flows/none").await;
    server.delete("credentials/none").await;
    server.delete("variables/none").await;
    server.delete("number-ranges/none").await;
    server.put("credentials/x", json!({"kind": "user"})).await;
    let (_, answer) = server.get("audit").await;
    assert_eq!(items(&answer), &[] as &[Value]);
}

#[tokio::test]
async fn refused_calls_of_flows_are_in_the_same_list() {
    let known = refused_call(2, Some("sb-1"));
    let server = server_with(
        &[known, refused_call(4, None)],
        &[refused_request(1), refused_request(3)],
    )
    .await;
    let (_, answer) = server.get("audit").await;
    let times: Vec<_> = items(&answer).iter().map(|event| &event["at"]).collect();
    let expected = [4, 3, 2, 1].map(|secs| format!("2026-01-01T00:00:0{secs}.000Z"));
    assert_eq!(times, expected.each_ref().map(String::as_str));
    assert_eq!(
        items(&answer)[2],
        json!({
            "id": "00000000-0000-0000-0000-000000000002", "at": "2026-01-01T00:00:02.000Z",
            "who": "sb-1", "actor": {"kind": "client", "id": "sb-1"}, "source": "192.0.2.7",
            "correlation_id": "00000000-0000-0000-0000-000000000002", "action": "flow.call",
            "target": {"kind": "flow", "id": "Orders", "name": "Orders"},
            "key": "00000000-0000-0000-0000-000000000009", "thumbprint": "01".repeat(32),
            "outcome": "refused", "status": 403, "reason": "role-missing",
            "detail": "POST /http/orders: needs ESBMessaging.send",
        })
    );
    assert_eq!(items(&answer)[0]["who"], "anonymous");
    let request = json!({"kind": "request", "id": "", "name": "POST /http/orders"});
    assert_eq!(items(&answer)[0]["target"], request);

    let seconds = async |query: &str| {
        let (_, answer) = server.get(&format!("audit?{query}")).await;
        let second = |event: &Value| event["at"].as_str().unwrap()[18..19].to_owned();
        items(&answer).iter().map(second).collect::<String>()
    };
    let cases = [
        ("who=sb-1", "2"),
        ("who=anonymous", "431"),
        ("action=flow", "42"),
        ("action=flow.call", "42"),
        ("action=api.", "31"),
        ("action=flow.deploy", ""),
        ("target=Orders", "2"),
        ("target=00000000-0000-0000-0000-000000000009", "2"),
        ("correlation=00000000-0000-0000-0000-000000000004", "4"),
        ("outcome=refused", "4321"),
        ("outcome=done", ""),
        ("since=2026-01-01T00:00:03Z", "43"),
        ("until=2026-01-01T00:00:03Z", "21"),
        ("limit=3", "432"),
    ];
    for (query, expected) in cases {
        assert_eq!(seconds(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn pages_of_both_lists_follow_each_other() {
    let calls: Vec<_> = (0..6).map(|n| refused_call(n * 2, None)).collect();
    let requests: Vec<_> = (0..6).map(|n| refused_request(n * 2 + n % 2)).collect();
    let server = server_with(&calls, &requests).await;
    let (_, all) = server.get("audit").await;
    assert_eq!(items(&all).len(), 12);
    assert_eq!(all["next"], json!(null));
    let (mut seen, mut query) = (Vec::new(), "audit?limit=5".to_owned());
    loop {
        let (_, page) = server.get(&query).await;
        seen.extend_from_slice(items(&page));
        match page["next"].as_str() {
            Some(next) => query = format!("audit?limit=5&before={next}"),
            None => break,
        }
    }
    assert_eq!(seen, items(&all));
}

#[tokio::test]
async fn wrong_queries_are_named() {
    let server = Server::start().await;
    let cases = [
        ("outcome=maybe", "outcome"),
        ("correlation=x", "correlation"),
        ("before=x", "before"),
        ("before=1.x", "before"),
        ("since=x", "since"),
        ("limit=0", "limit"),
        ("sender=x", "sender"),
        ("who=a&who=b", "who"),
    ];
    for (query, field) in cases {
        assert_fields(&server.get(&format!("audit?{query}")).await, &[field]);
    }
}
