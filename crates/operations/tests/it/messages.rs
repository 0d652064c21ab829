use std::sync::Arc;
use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::MessageId;
use lockgate_core::limits;
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::{self, Message, MessageStatus, Model, ModelNode, Step};
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::{Value, json};

use crate::server::{NOW, Server};

pub(crate) fn message(n: i64, flow: &str, status: MessageStatus) -> Message {
    let started_at = Timestamp::from_secs(NOW.secs() + n);
    Message {
        id: MessageId::parse(&format!("m{n}")).unwrap(),
        correlation_id: format!("c{n}"),
        predecessor: None,
        flow_id: flow.to_owned(),
        flow_name: format!("{flow} flow"),
        status,
        custom_status: None,
        application_id: (n == 3).then(|| "A1".to_owned()),
        message_type: None,
        sender: (n == 4).then(|| "Shop".to_owned()),
        receiver: None,
        started_at,
        ended_at: Some(started_at),
        identity: None,
        error: None,
        error_step: None,
        intermediate_error: false,
        log_level: LogLevel::Info,
        worker: "w1".to_owned(),
        custom_headers: vec![("Order".to_owned(), "4711".to_owned())],
        attributes: Vec::new(),
        model: Some(Arc::new(Model::new(
            flow,
            vec![ModelNode {
                id: "CallActivity_1".to_owned(),
                name: "Answer".to_owned(),
                kind: "Content Modifier".to_owned(),
            }],
        ))),
        steps: vec![Step {
            seq: 0,
            node: 0,
            started_at,
            ended_at: started_at.plus(Duration::from_micros(42)),
            error: None,
            properties: vec![("a".to_owned(), "b".to_owned())],
        }],
    }
}

async fn server_with_messages() -> Server {
    let server = Server::start().await;
    let mut tx = server.store.begin().await.unwrap();
    let status = |n| match n % 2 {
        0 => MessageStatus::Completed,
        _ => MessageStatus::Failed,
    };
    let flow = |n| if n < 3 { "Orders" } else { "Mail" };
    let all: Vec<Message> = (1..=5).map(|n| message(n, flow(n), status(n))).collect();
    messages::append(&mut tx, &all).await.unwrap();
    tx.commit().await.unwrap();
    server
}

fn ids(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_message_is_shown_with_its_steps() {
    let server = server_with_messages().await;
    let (status, shown) = server.get("messages/m3").await;
    assert_eq!(status, 200);
    let at = "2026-01-01T00:00:03.000Z";
    let mut expected = json!({
        "id": "m3", "correlation_id": "c3", "predecessor": null, "flow": "Mail", "flow_name": "Mail flow",
        "status": "FAILED", "custom_status": null, "application_id": "A1", "message_type": null,
        "sender": null, "receiver": null, "started_at": at, "ended_at": at, "identity": null,
        "error": null, "error_step": null, "intermediate_error": false, "log_level": "INFO",
        "worker": "w1", "custom_headers": [{"name": "Order", "value": "4711"}], "attributes": [],
        "steps": [{"seq": 0, "step_id": "CallActivity_1", "name": "Answer",
            "kind": "Content Modifier", "started_at": at, "took": 42, "error": null,
            "properties": [{"name": "a", "value": "b"}]}],
    });
    assert_eq!(shown, expected);
    expected.as_object_mut().unwrap().remove("steps");
    let (_, list) = server.get("messages?application_id=A1").await;
    assert_eq!(list, json!({"items": [expected], "next": null}));
    for id in ["nope", "a%2Fb"] {
        assert_error(
            &server.get(&format!("messages/{id}")).await,
            404,
            "LG-MESSAGE",
        );
    }
}

#[tokio::test]
async fn messages_are_found_by_each_filter() {
    let server = server_with_messages().await;
    for (query, expected) in [
        ("", &["m5", "m4", "m3", "m2", "m1"] as &[&str]),
        ("flow=Orders", &["m2", "m1"]),
        ("status=FAILED", &["m5", "m3", "m1"]),
        ("flow=Orders&status=FAILED", &["m1"]),
        ("correlation=c2", &["m2"]),
        ("application_id=A1", &["m3"]),
        ("sender=Shop", &["m4"]),
        ("since=2026-01-01T00:00:04Z", &["m5", "m4"]),
        ("until=2026-01-01T00:00:02Z", &["m1"]),
        ("flow=Nope", &[]),
    ] {
        let (_, answer) = server.get(&format!("messages?{query}")).await;
        assert_eq!(ids(&answer), expected, "{query}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end() {
    let server = server_with_messages().await;
    let mut seen = Vec::new();
    let mut path = "messages?limit=2".to_owned();
    for _ in 0..3 {
        let (_, page) = server.get(&path).await;
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => path = format!("messages?limit=2&before={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["m5", "m4", "m3", "m2", "m1"]);
    assert_eq!(server.get("messages?limit=5").await.1["next"], json!(null));
}

#[tokio::test]
async fn every_wrong_filter_is_named() {
    let server = Server::start().await;
    let over = format!("limit={}", limits::PAGE + 1);
    for (query, field) in [
        ("status=failed", "status"),
        ("since=yesterday", "since"),
        ("until=1", "until"),
        ("before=x", "before"),
        ("before=1.a%2Fb", "before"),
        ("limit=0", "limit"),
        ("limit=ten", "limit"),
        (over.as_str(), "limit"),
        ("flow=a&flow=b", "flow"),
        ("sort=asc", "sort"),
    ] {
        assert_fields(&server.get(&format!("messages?{query}")).await, &[field]);
    }
}
