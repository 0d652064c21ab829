use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{CorrelationId, KeyId};
use lockgate_core::refusal::Reason;
use lockgate_store::refusals::{self, Refusal};
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::json;
use uuid::Uuid;

use crate::server::{NOW, Server};

fn refusal(n: u8, reason: &str) -> Refusal {
    Refusal {
        id: CorrelationId(Uuid::from_u128(n.into())),
        at: Timestamp::from_secs(NOW.secs() + i64::from(n)),
        source: "127.0.0.1".to_owned(),
        method: "POST".to_owned(),
        path: "/http/orders".to_owned(),
        status: 403,
        reason: reason.to_owned(),
        detail: "needs ESBMessaging.send".to_owned(),
        client_id: Some("sb-1".to_owned()),
        key_id: Some(KeyId(Uuid::from_u128(9))),
        thumbprint: None,
        flow: Some("Orders".to_owned()),
    }
}

async fn server_with(refusals: &[Refusal]) -> Server {
    let server = Server::start().await;
    let mut tx = server.store.begin().await.unwrap();
    refusals::append(&mut tx, refusals).await.unwrap();
    tx.commit().await.unwrap();
    server
}

#[tokio::test]
async fn a_refused_call_is_explained_under_its_correlation_id() {
    let server = server_with(&[refusal(1, Reason::RoleMissing.code())]).await;
    let (status, shown) = server
        .get("refusals/00000000-0000-0000-0000-000000000001")
        .await;
    assert_eq!(status, 200);
    assert_eq!(
        shown,
        json!({
            "correlation_id": "00000000-0000-0000-0000-000000000001",
            "at": "2026-01-01T00:00:01.000Z", "source": "127.0.0.1", "method": "POST",
            "path": "/http/orders", "status": 403, "reason": "role-missing",
            "explanation": Reason::RoleMissing.explanation(),
            "advice": Reason::RoleMissing.advice(), "detail": "needs ESBMessaging.send",
            "client_id": "sb-1", "key": "00000000-0000-0000-0000-000000000009",
            "thumbprint": null, "flow": "Orders",
        })
    );
    for id in ["00000000-0000-0000-0000-000000000002", "nonsense"] {
        assert_error(
            &server.get(&format!("refusals/{id}")).await,
            404,
            "LG-REFUSAL",
        );
    }
}

#[tokio::test]
async fn reasons_of_newer_servers_are_shown_as_far_as_known() {
    let server = server_with(&[refusal(1, "from-the-future")]).await;
    let (_, shown) = server
        .get("refusals/00000000-0000-0000-0000-000000000001")
        .await;
    assert_eq!(shown["reason"], "from-the-future");
    assert!(
        shown["explanation"]
            .as_str()
            .unwrap()
            .contains("does not know")
    );
}

#[tokio::test]
async fn the_latest_refusals_come_first() {
    let code = Reason::NoCredential.code();
    let server = server_with(&[refusal(1, code), refusal(3, code), refusal(2, code)]).await;
    let (_, answer) = server.get("refusals?limit=2").await;
    let items = answer["items"].as_array().unwrap();
    let times: Vec<_> = items.iter().map(|item| &item["at"]).collect();
    assert_eq!(
        times,
        ["2026-01-01T00:00:03.000Z", "2026-01-01T00:00:02.000Z"]
    );
    assert_fields(&server.get("refusals?limit=1001").await, &["limit"]);
    assert_fields(&server.get("refusals?since=x").await, &["since"]);
}
