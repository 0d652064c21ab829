use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn parameters_are_set_shown_and_deleted() {
    let server = Server::start().await;
    let url = "partners/acme/parameters/url";
    let (status, set) = server.put(url, json!({"value": "a"})).await;
    assert_eq!(status, 200);
    assert_eq!((&set["kind"], &set["value"]), (&json!("text"), &json!("a")));
    assert_eq!(server.put(url, json!({"value": ""})).await.0, 200);
    let (_, shown) = server.get("partners/acme").await;
    assert_eq!(
        shown,
        json!({
            "pid": "acme",
            "parameters": [{
                "kind": "text", "id": "url", "value": "", "modified_by": "operator",
                "modified_at": "2026-01-01T00:00:00.000Z",
            }],
            "names": [],
            "users": [],
        })
    );
    let list = server.get("partners").await.1;
    assert_eq!(list, json!({"items": [{"pid": "acme"}]}));
    assert_eq!(server.delete(url).await.0, 204);
    assert_error(&server.delete(url).await, 404, "LG-PARTNER");
    assert_error(&server.get("partners/acme").await, 404, "LG-PARTNER");
    assert_eq!(server.put(url, json!({"value": "a"})).await.0, 200);
    assert_eq!(server.delete("partners/acme").await.0, 204);
    assert_error(&server.delete("partners/acme").await, 404, "LG-PARTNER");

    let (_, events) = server.get("audit?action=partner").await;
    let told = events["items"].as_array().unwrap().iter().rev();
    let told: Vec<_> = told
        .map(|event| format!("{} {}", event["action"], event["detail"]).replace('"', ""))
        .collect();
    assert_eq!(
        told,
        [
            "partner.set text url",
            "partner.set text url",
            "partner.delete text url",
            "partner.set text url",
            "partner.delete 1 entries of text, binary, credential, name, user",
        ]
    );
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let server = Server::start().await;
    let put = async |path: &str, body| server.put(path, body).await;
    let good = "partners/acme/parameters/url";
    assert_fields(&put(good, json!({})).await, &["value"]);
    assert_fields(&put(good, json!({"value": "v", "x": 1})).await, &["x"]);
    let long = json!({"value": "v".repeat(4_001)});
    assert_fields(&put(good, long).await, &["Value"]);
    let wrong = "partners/a%20b/parameters/c:d";
    assert_fields(&put(wrong, json!({"value": ""})).await, &["Pid", "Id"]);
}
