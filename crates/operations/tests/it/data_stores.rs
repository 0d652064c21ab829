//! Data stores and their entries.

use std::time::Duration;

use lockgate_store::audit;
use lockgate_store::data_stores::{self, EntryKey, NewEntry, Plain};
use lockgate_store::variables::Scope;
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::json;

use crate::server::Server;

const HOUR: Duration = Duration::from_secs(3600);

async fn put(server: &Server, scope: Scope, id: &str, plain: Plain) {
    let key = EntryKey {
        scope,
        store: "orders".to_owned(),
        id: id.to_owned(),
    };
    let entry = NewEntry {
        message: "m".to_owned(),
        size: plain.size(),
        content: plain.pack(&key, None),
        key,
        due_after: HOUR,
        expires_after: 2 * HOUR,
    };
    let mut tx = server.store.begin().await.unwrap();
    data_stores::put(&mut tx, entry, false).await.unwrap();
    tx.commit().await.unwrap();
}

async fn server() -> Server {
    let server = Server::start().await;
    let text = |body: &str| Plain {
        headers: Some(vec![("A".to_owned(), "b".to_owned())]),
        body: body.as_bytes().to_vec(),
    };
    let flow = || Scope::Local("F".to_owned());
    put(&server, flow(), "a/b c", text("<a/>")).await;
    put(&server, flow(), "b", text("<b/>")).await;
    let raw = Plain {
        headers: None,
        body: vec![0xff, 0],
    };
    put(&server, Scope::Global, "raw", raw).await;
    server
}

#[tokio::test]
async fn stores_entries_and_contents_are_shown() {
    let server = server().await;
    assert_eq!(
        server.get("data-stores").await.1,
        json!({"items": [
            {"name": "orders", "flow": null, "entries": 1, "overdue": 0},
            {"name": "orders", "flow": "F", "entries": 2, "overdue": 0},
        ]})
    );
    let (_, page) = server
        .get("data-stores/orders/entries?flow=F&limit=1&offset=1")
        .await;
    assert_eq!(
        (&page["total"], &page["items"][0]["id"]),
        (&json!(2), &json!("b"))
    );
    let (_, page) = server
        .get("data-stores/orders/entries?flow=F&overdue=true")
        .await;
    assert_eq!(page, json!({"items": [], "total": 0}));
    let (_, shown) = server
        .get("data-stores/orders/entries/a%2Fb%20c?flow=F")
        .await;
    assert_eq!(
        shown,
        json!({
            "id": "a/b c", "store": "orders", "flow": "F", "message": "m", "encrypted": false,
            "size": 6, "created_at": "2026-01-01T00:00:00.000Z",
            "due_at": "2026-01-01T01:00:00.000Z", "expires_at": "2026-01-01T02:00:00.000Z",
            "headers": [{"name": "A", "value": "b"}], "body": "<a/>",
        })
    );
    let (_, raw) = server.get("data-stores/orders/entries/raw").await;
    assert_eq!(
        (&raw["body"], &raw["base64"]),
        (&json!(null), &json!("/wA="))
    );
}

#[tokio::test]
async fn deleting_is_on_record_and_happens_once() {
    let server = server().await;
    let entry = "data-stores/orders/entries/b?flow=F";
    assert_eq!(server.delete(entry).await.0, 204);
    for again in [server.delete(entry).await, server.get(entry).await] {
        assert_error(&again, 404, "LG-DATA-STORE-ENTRY");
    }
    assert_eq!(server.delete("data-stores/orders?flow=F").await.0, 204);
    let gone = server.delete("data-stores/orders?flow=F").await;
    assert_error(&gone, 404, "LG-DATA-STORE");
    let gone = server.get("data-stores/orders/entries?flow=F").await;
    assert_error(&gone, 404, "LG-DATA-STORE");
    assert_eq!(server.get("data-stores/orders/entries").await.0, 200);
    let mut tx = server.store.read().await.unwrap();
    let events = audit::list(&mut tx, &audit::Filter::default())
        .await
        .unwrap();
    let on_record: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event.action.as_str(),
                event.target_id.as_str(),
                event.detail.as_str(),
            )
        })
        .collect();
    assert_eq!(
        on_record,
        [
            ("data-store.delete", "F/orders", "entries: 1"),
            ("data-store-entry.delete", "F/orders/b", ""),
        ]
    );
}

#[tokio::test]
async fn every_wrong_part_of_a_query_is_named() {
    let server = server().await;
    let path = "data-stores/orders/entries?flow=&limit=0&offset=x&overdue=1&more=1";
    let expected = ["flow", "limit", "overdue", "offset", "more"];
    assert_fields(&server.get(path).await, &expected);
    let path = "data-stores/orders/entries/b?limit=1";
    assert_fields(&server.get(path).await, &["limit"]);
}
