use lockgate_core::limits;
use lockgate_store::number_ranges;
use lockgate_store::variables::{self, Scope};
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn variables_are_global_or_belong_to_a_flow() {
    let server = Server::start().await;
    let (status, global) = server.put("variables/last", json!({"value": "1"})).await;
    assert_eq!(status, 200);
    let at = "2026-01-01T00:00:00.000Z";
    assert_eq!(
        global,
        json!({"name": "last", "flow": null, "value": "1", "updated_at": at})
    );
    let (_, local) = server
        .put("variables/last?flow=Orders", json!({"value": ""}))
        .await;
    assert_eq!(
        local,
        json!({"name": "last", "flow": "Orders", "value": "", "updated_at": at})
    );
    assert_eq!(
        server.get("variables").await.1,
        json!({"items": [global, local]})
    );
    assert_eq!(
        server.get("variables?flow=Orders").await.1,
        json!({"items": [local]})
    );
    assert_eq!(server.get("variables/last").await.1, global);
    assert_eq!(server.get("variables/last?flow=Orders").await.1, local);
    assert_eq!(server.delete("variables/last").await.0, 204);
    assert_error(&server.get("variables/last").await, 404, "LG-VARIABLE");
    assert_error(&server.delete("variables/last").await, 404, "LG-VARIABLE");
    assert_eq!(server.get("variables/last?flow=Orders").await.1, local);
}

#[tokio::test]
async fn values_that_are_not_text_are_shown_in_base64() {
    let server = Server::start().await;
    let mut tx = server.store.begin().await.unwrap();
    variables::set(&mut tx, &Scope::Global, "raw", &[0xff, 0])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let (_, shown) = server.get("variables/raw").await;
    assert_eq!(
        (&shown["value"], &shown["base64"]),
        (&json!(null), &json!("/wA="))
    );
}

#[tokio::test]
async fn every_wrong_field_of_a_variable_is_named() {
    let server = Server::start().await;
    let long = format!("variables/{}", "x".repeat(limits::NAME + 1));
    assert_fields(&server.put(&long, json!({"value": "x"})).await, &["name"]);
    assert_fields(&server.put("variables/a", json!({})).await, &["value"]);
    assert_fields(
        &server.put("variables/a", json!({"value": 1, "x": 1})).await,
        &["value", "x"],
    );
    for query in ["flow=", "scope=x", "flow=a&flow=b"] {
        let answer = server.get(&format!("variables?{query}")).await;
        assert_error(&answer, 422, "LG-FIELDS");
    }
}

#[tokio::test]
async fn a_number_range_is_defined_drawn_from_and_deleted() {
    let server = Server::start().await;
    let (status, range) = server
        .put(
            "number-ranges/Orders",
            json!({"min": 7, "max": 9, "length": 3}),
        )
        .await;
    assert_eq!(status, 200);
    let mut expected =
        json!({"name": "Orders", "min": 7, "max": 9, "next": 7, "length": 3, "rotate": false});
    assert_eq!(range, expected);
    let mut tx = server.store.begin().await.unwrap();
    assert_eq!(
        number_ranges::next(&mut tx, "Orders", Some("a"))
            .await
            .unwrap(),
        "007"
    );
    tx.commit().await.unwrap();
    expected["next"] = json!(8);
    assert_eq!(server.get("number-ranges/Orders").await.1, expected);
    assert_eq!(
        server.get("number-ranges").await.1,
        json!({"items": [expected]})
    );
    assert_eq!(server.delete("number-ranges/Orders").await.0, 204);
    assert_error(
        &server.get("number-ranges/Orders").await,
        404,
        "LG-NUMBER-RANGE",
    );
    assert_error(
        &server.delete("number-ranges/Orders").await,
        404,
        "LG-NUMBER-RANGE",
    );
    // A new range of the same name knows nothing of the numbers drawn before.
    server
        .put("number-ranges/Orders", json!({"min": 1, "max": 9}))
        .await;
    let mut tx = server.store.begin().await.unwrap();
    assert_eq!(
        number_ranges::next(&mut tx, "Orders", Some("a"))
            .await
            .unwrap(),
        "1"
    );
}

#[tokio::test]
async fn every_wrong_field_of_a_number_range_is_named() {
    let server = Server::start().await;
    let answer = server
        .put("number-ranges/a:b", json!({"min": "1", "step": 1}))
        .await;
    assert_fields(&answer, &["name", "min", "max", "step"]);
}
