//! Log levels for a time, kept messages, and what is done with messages.

use std::time::Duration;

use lockgate_core::clock::Clock as _;
use lockgate_core::ids::MessageId;
use lockgate_store::payloads::{self, Payload, PayloadHead, PayloadKind};
use lockgate_store::{audit, messages, resends};
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::{Value, json};

use crate::bundles::Files;
use crate::messages::message;
use crate::server::{NOW, Server};

/// A server with the flow `Orders` and a message of it.
async fn server() -> (Server, MessageId) {
    let server = Server::start().await;
    let (status, answer) = server.deploy(&Files::orders().zip(), json!({})).await;
    assert_eq!(status, 200, "{answer}");
    let message = message(1, "Orders", messages::MessageStatus::Failed);
    let mut tx = server.store.begin().await.unwrap();
    messages::append(&mut tx, std::slice::from_ref(&message))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (server, message.id)
}

async fn keep(server: &Server, message: &MessageId, body: &[u8], size: u64) -> i64 {
    let payload = Payload {
        head: PayloadHead {
            id: 0,
            message: message.clone(),
            kind: PayloadKind::Inbound,
            step_seq: None,
            step_id: Some("Process_1".to_owned()),
            parent: None,
            name: None,
            kept_at: NOW,
            media_type: Some("text/plain".to_owned()),
            size,
        },
        headers: vec![("Tag".to_owned(), "t".to_owned())],
        properties: Vec::new(),
        body: body.to_vec(),
    };
    let mut tx = server.store.begin().await.unwrap();
    let id = payloads::append(&mut tx, &[payload]).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn last_event(server: &Server) -> (String, String) {
    let mut tx = server.store.read().await.unwrap();
    let filter = audit::Filter::default();
    let event = audit::list(&mut tx, &filter).await.unwrap().remove(0);
    (event.action, event.detail)
}

#[tokio::test]
async fn a_log_level_for_a_time_is_shown_with_its_end() {
    let (server, _) = server().await;
    let change = json!({"log_level": "TRACE", "log_level_seconds": 600, "keep": true});
    let (status, flow) = server.patch("flows/Orders", change).await;
    assert_eq!(status, 200);
    assert_eq!(flow["log_level"], "INFO");
    let until = "2026-01-01T00:10:00.000Z";
    assert_eq!(
        flow["temporary_log_level"],
        json!({"log_level": "TRACE", "until": until})
    );
    assert_eq!(
        (&flow["keep"], &flow["generation"]),
        (&json!(true), &json!(1))
    );
    let words = "log level TRACE for 600 s; keep true".to_owned();
    assert_eq!(last_event(&server).await, ("flow.update".to_owned(), words));
    // A new deployment leaves it; a level for good ends it.
    server.clock.advance(Duration::from_secs(1));
    server.deploy(&Files::orders().zip(), json!({})).await;
    let (_, flow) = server.get("flows/Orders").await;
    assert_eq!(flow["temporary_log_level"]["until"], until);
    assert_eq!(flow["keep"], true);
    let (_, flow) = server
        .patch("flows/Orders", json!({"log_level": "ERROR"}))
        .await;
    assert_eq!(flow["temporary_log_level"], Value::Null);
    assert_eq!(server.clock.now().since(NOW), Duration::from_secs(1));
    for (change, field) in [
        (json!({"log_level_seconds": 600}), "log_level_seconds"),
        (
            json!({"log_level": "INFO", "log_level_seconds": 0}),
            "log_level_seconds",
        ),
        (
            json!({"log_level": "INFO", "log_level_seconds": 2_592_001}),
            "log_level_seconds",
        ),
        (json!({"keep": "yes"}), "keep"),
    ] {
        assert_fields(&server.patch("flows/Orders", change).await, &[field]);
    }
    let unknown = server.patch("flows/Nope", json!({"keep": true})).await;
    assert_error(&unknown, 404, "LG-FLOW");
}

#[tokio::test]
async fn a_kept_message_is_asked_to_be_sent_again_in_the_name_of_who_asks() {
    let (server, id) = server().await;
    let path = format!("messages/{id}/resend");
    let not_kept = server.post(&path, json!({})).await;
    assert_error(&not_kept, 409, "LG-MESSAGE-NOT-KEPT");
    keep(&server, &id, b"hel", 5).await;
    let cut = server.post(&path, json!({})).await;
    assert_error(&cut, 409, "LG-MESSAGE-NOT-KEPT");
    keep(&server, &id, b"hello", 5).await;
    let (status, answer) = server.post(&path, json!({})).await;
    assert_eq!(status, 202);
    let new = answer["id"].as_str().unwrap();
    let mut tx = server.store.read().await.unwrap();
    let asked = resends::list(&mut tx).await.unwrap().remove(0);
    assert_eq!(
        (
            asked.id.as_str(),
            &asked.original,
            asked.requested_by.as_str()
        ),
        (new, &id, "operator")
    );
    drop(tx);
    let (action, detail) = last_event(&server).await;
    assert_eq!(action, "message.resend");
    assert_eq!(detail, format!("flow Orders; as {new}"));
    server.delete("flows/Orders").await;
    assert_error(&server.post(&path, json!({})).await, 404, "LG-FLOW");
    let unknown = server.post("messages/nope/resend", json!({})).await;
    assert_error(&unknown, 404, "LG-MESSAGE");
}

#[tokio::test]
async fn kept_contents_are_listed_shown_and_found_by() {
    let (server, id) = server().await;
    let number = keep(&server, &id, b"hello \xff", 90).await;
    let (_, listed) = server.get(&format!("messages/{id}/payloads")).await;
    let head = json!({"id": number, "message": id.as_str(), "kind": "inbound", "step_seq": null,
        "step_id": "Process_1", "name": null, "kept_at": "2026-01-01T00:00:00.000Z",
        "media_type": "text/plain", "size": 90});
    assert_eq!(listed, json!({"items": [head]}));
    let (_, shown) = server.get(&format!("payloads/{number}")).await;
    let mut expected = head;
    expected["kept"] = 7.into();
    expected["headers"] = json!([{"name": "Tag", "value": "t"}]);
    expected["properties"] = json!([]);
    expected["body"] = "hello \u{fffd}".into();
    assert_eq!(shown, expected);
    assert_error(&server.get("payloads/99").await, 404, "LG-PAYLOAD");
    for (query, found) in [
        ("payload=hello", 1),
        ("payload=bye", 0),
        ("header=Order%3D4711", 1),
        ("header=Order", 1),
        ("header=Order%3D1", 0),
        ("custom_status=FAILED", 1),
        ("receiver=ERP", 0),
        ("message_type=x", 0),
        ("predecessor=x", 0),
    ] {
        let (_, answer) = server.get(&format!("messages?{query}")).await;
        assert_eq!(answer["items"].as_array().unwrap().len(), found, "{query}");
    }
}

#[tokio::test]
async fn a_message_that_has_ended_is_deleted() {
    let (server, id) = server().await;
    let runs = message(2, "Orders", messages::MessageStatus::Processing);
    let mut tx = server.store.begin().await.unwrap();
    messages::append(&mut tx, std::slice::from_ref(&runs))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let number = keep(&server, &id, b"x", 1).await;
    let refused = server.delete(&format!("messages/{}", runs.id)).await;
    assert_error(&refused, 409, "LG-MESSAGE-RUNS");
    let path = format!("messages/{id}");
    assert_eq!(server.delete(&path).await.0, 204);
    assert_error(&server.delete(&path).await, 404, "LG-MESSAGE");
    let content = server.get(&format!("payloads/{number}")).await;
    assert_error(&content, 404, "LG-PAYLOAD");
    assert_eq!(last_event(&server).await.0, "message.delete");
}
