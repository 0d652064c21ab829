use std::time::Duration;

use bytes::Bytes;
use http::Method;
use lockgate_core::limits;
use lockgate_store::changes::Topic;
use lockgate_store::flows::{self, FlowState, Status};
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::{Value, json};

use crate::bundles::{Files, package};
use crate::server::{NOW, Server};

async fn deployed(server: &Server, zip: &[u8], members: Value) -> Value {
    let (status, answer) = server.deploy(zip, members).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

fn parameter<'a>(flow: &'a Value, name: &str) -> &'a Value {
    let parameters = flow["parameters"].as_array().unwrap();
    parameters.iter().find(|p| p["name"] == name).unwrap()
}

#[tokio::test]
async fn a_deployed_bundle_is_a_flow_with_its_url() {
    let server = Server::start().await;
    let zip = Files::orders().zip();
    let answer = deployed(&server, &zip, json!({})).await;
    let expected = json!({
        "id": "Orders", "name": "Orders", "version": "1.0.2", "log_level": "INFO",
        "temporary_log_level": null, "keep": false, "generation": 1,
        "deployed_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z",
        "endpoints": ["https://acme.it-runtime.example.org/http/orders"], "workers": [],
    });
    assert_eq!(
        answer,
        json!({"items": [expected], "shared": [], "diagnostics": []})
    );
    assert_eq!(server.get("flows").await.1, json!({"items": [expected]}));
    let (_, shown) = server.get("flows/Orders").await;
    assert_eq!(
        *parameter(&shown, "Address"),
        json!({"name": "Address", "value": "/orders", "default": "/orders", "configured": false,
            "required": true, "description": "Where orders are sent"})
    );
    let (status, bundle) = server
        .send_bytes(Method::GET, "flows/Orders/bundle", Bytes::new())
        .await;
    assert_eq!((status.as_u16(), &bundle[..]), (200, &zip[..]));
}

#[tokio::test]
async fn what_flows_share_is_deployed_with_a_package_and_taken_away_again() {
    let server = Server::start().await;
    let zip = package(&[("Orders", Files::orders().zip())]);
    let answer = deployed(&server, &zip, json!({})).await;
    let scripts = json!({"id": "Common_Scripts", "kind": "script-collection", "name": "Scripts",
        "version": "1.0.0", "state": "STARTED"});
    assert_eq!(answer["shared"], json!([scripts]));
    assert_eq!(answer["items"].as_array().unwrap().len(), 1);
    // One flow of a package is that flow only.
    let (status, _) = server.delete("flows/Common_Scripts").await;
    assert_eq!(status, 204);
    let answer = deployed(&server, &zip, json!({"flow": "Orders"})).await;
    assert_eq!(answer["shared"], json!([]));
    let (status, _) = server.delete("flows/Common_Scripts").await;
    assert_eq!(status, 404);
    // Parameters belong to flows.
    let only_scripts = json!({"flow": "Common_Scripts", "parameters": {"A": "b"}});
    assert_fields(&server.deploy(&zip, only_scripts).await, &["parameters"]);
}

#[tokio::test]
async fn deploying_tells_the_workers_and_shows_what_they_say_about_this_generation() {
    let server = Server::start().await;
    let mut follower = server.store.follow();
    let before = follower.changed().await;
    follower.applied(&before);
    let store = server.store.clone();
    // A worker: takes the first deployment over and says so, then leaves.
    let worker = tokio::spawn(async move {
        let revisions = follower.changed().await;
        assert!(revisions.of(Topic::Flows) > before.of(Topic::Flows));
        let mut tx = store.begin().await.unwrap();
        let flow = flows::find(&mut tx, "Orders").await.unwrap().unwrap();
        let status = Status {
            worker: "w1".to_owned(),
            flow: flow.id,
            generation: flow.generation,
            state: FlowState::Error,
            detail: Some("no such credential".to_owned()),
            at: NOW,
        };
        flows::set_status(&mut tx, &status).await.unwrap();
        tx.commit().await.unwrap();
        follower.applied(&revisions);
    });
    let answer = deployed(&server, &Files::orders().zip(), json!({})).await;
    worker.await.unwrap();
    let workers = json!([{"worker": "w1", "state": "error", "detail": "no such credential",
        "at": "2026-01-01T00:00:00.000Z"}]);
    assert_eq!(answer["items"][0]["workers"], workers);
    let again = deployed(&server, &Files::orders().zip(), json!({})).await;
    assert_eq!(again["items"][0]["generation"], 2);
    assert_eq!(again["items"][0]["workers"], json!([]));
}

#[tokio::test]
async fn configured_parameters_and_the_log_level_survive_a_new_deployment() {
    let server = Server::start().await;
    let parameters = json!({"parameters": {"Address": "/shop/*", "Answer": "thanks"}});
    let answer = deployed(&server, &Files::orders().zip(), parameters).await;
    let url = "https://acme.it-runtime.example.org/http/shop/*";
    assert_eq!(answer["items"][0]["endpoints"], json!([url]));
    server
        .patch("flows/Orders", json!({"log_level": "TRACE"}))
        .await;
    let newer = Files::orders().with_version("1.0.3").zip();
    deployed(&server, &newer, json!({"parameters": {"Answer": "ok"}})).await;
    let (_, shown) = server.get("flows/Orders").await;
    assert_eq!(
        (&shown["version"], &shown["log_level"]),
        (&json!("1.0.3"), &json!("TRACE"))
    );
    assert_eq!(shown["endpoints"], json!([url]));
    assert_eq!(parameter(&shown, "Answer")["value"], "ok");
    server.delete("flows/Orders").await;
    deployed(&server, &newer, json!({})).await;
    let (_, shown) = server.get("flows/Orders").await;
    assert_eq!(shown["log_level"], "INFO");
    assert_eq!(parameter(&shown, "Answer")["configured"], false);
}

#[tokio::test]
async fn parameters_are_changed_and_returned_to_their_default() {
    let server = Server::start().await;
    deployed(
        &server,
        &Files::orders().zip(),
        json!({"parameters": {"Answer": "a"}}),
    )
    .await;
    server.clock.advance(Duration::from_secs(60));
    let change = json!({"parameters": {"Address": "/b", "Answer": null}});
    let (status, flow) = server.patch("flows/Orders", change).await;
    assert_eq!(status, 200, "{flow}");
    assert_eq!(flow["generation"], 2);
    assert_eq!(flow["deployed_at"], "2026-01-01T00:01:00.000Z");
    assert_eq!(
        flow["endpoints"],
        json!(["https://acme.it-runtime.example.org/http/b"])
    );
    assert_eq!(parameter(&flow, "Answer")["value"], "accepted");
    assert_eq!(parameter(&flow, "Answer")["configured"], false);
}

#[tokio::test]
async fn a_log_level_is_set_without_a_restart() {
    let server = Server::start().await;
    deployed(&server, &Files::orders().zip(), json!({})).await;
    let (status, flow) = server
        .patch("flows/Orders", json!({"log_level": "DEBUG"}))
        .await;
    assert_eq!(
        (status.as_u16(), &flow["log_level"]),
        (200, &json!("DEBUG"))
    );
    assert_eq!(flow["generation"], 1);
}

#[tokio::test]
async fn an_unknown_parameter_is_pointed_out() {
    let server = Server::start().await;
    let parameters = json!({"parameters": {"address": "/b"}});
    let answer = deployed(&server, &Files::orders().zip(), parameters).await;
    let warning = &answer["diagnostics"][0];
    assert_eq!(
        (&warning["severity"], &warning["flow"]),
        (&json!("warning"), &json!("Orders"))
    );
    assert!(
        warning["message"].as_str().unwrap().contains("'address'"),
        "{warning}"
    );
}

#[tokio::test]
async fn a_flow_that_cannot_run_is_refused_with_its_diagnostics() {
    let server = Server::start().await;
    let answer = server
        .deploy(&Files::orders().with_unknown_step().zip(), json!({}))
        .await;
    assert_error(&answer, 422, "LG-BUNDLE");
    let diagnostics = answer.1["error"]["diagnostics"].as_array().unwrap();
    let error = diagnostics
        .iter()
        .find(|d| d["severity"] == "error")
        .unwrap();
    assert_eq!(
        (&error["flow"], &error["element"]),
        (&json!("Orders"), &json!("CallActivity_1"))
    );
    assert!(
        error["message"].as_str().unwrap().contains("Teleporter"),
        "{error}"
    );
    assert!(
        error["position"].as_str().unwrap().contains("Orders.iflw:"),
        "{error}"
    );
    assert!(
        error["code"].as_str().unwrap().starts_with("LG-"),
        "{error}"
    );
    assert_eq!(server.get("flows").await.1, json!({"items": []}));
}

#[tokio::test]
async fn changed_parameters_must_leave_the_flow_able_to_run() {
    let server = Server::start().await;
    deployed(&server, &Files::orders().zip(), json!({})).await;
    let change = json!({"parameters": {"User Role": "not a role!"}});
    let answer = server.patch("flows/Orders", change).await;
    assert_error(&answer, 422, "LG-BUNDLE");
    assert_eq!(server.get("flows/Orders").await.1["generation"], 1);
}

#[tokio::test]
async fn an_address_belongs_to_one_flow() {
    let server = Server::start().await;
    deployed(&server, &Files::orders().zip(), json!({})).await;
    let other = Files::orders().with_id("Other").zip();
    let answer = server
        .deploy(&other, json!({"parameters": {"Address": "/ORDERS"}}))
        .await;
    assert_error(&answer, 409, "LG-FLOW-ADDRESS");
    assert!(
        answer.1["error"]["message"]
            .as_str()
            .unwrap()
            .contains("deployed flow Orders")
    );
    deployed(
        &server,
        &other,
        json!({"parameters": {"Address": "/other/*"}}),
    )
    .await;
    let change = json!({"parameters": {"Address": "/orders"}});
    assert_error(
        &server.patch("flows/Other", change.clone()).await,
        409,
        "LG-FLOW-ADDRESS",
    );
    server.delete("flows/Orders").await;
    assert_eq!(server.patch("flows/Other", change).await.0, 200);
}

#[tokio::test]
async fn a_package_deploys_all_its_flows_or_the_chosen_one() {
    let server = Server::start().await;
    let (orders, other) = (
        Files::orders().zip(),
        Files::orders().with_id("Other").zip(),
    );
    let same_address = package(&[("Orders", orders.clone()), ("Other", other)]);
    assert_error(
        &server.deploy(&same_address, json!({})).await,
        409,
        "LG-FLOW-ADDRESS",
    );
    let both = json!({"parameters": {"Address": "/x"}});
    assert_fields(&server.deploy(&same_address, both).await, &["parameters"]);
    let answer = server.deploy(&same_address, json!({"flow": "Third"})).await;
    assert_error(&answer, 422, "LG-BUNDLE");
    assert!(
        answer.1["error"]["message"]
            .as_str()
            .unwrap()
            .contains("Orders, Other")
    );
    assert_eq!(server.get("flows").await.1, json!({"items": []}));

    let chosen = json!({"flow": "Other", "parameters": {"Address": "/other"}});
    let answer = deployed(&server, &same_address, chosen).await;
    assert_eq!(answer["items"].as_array().unwrap().len(), 1);
    assert_eq!(answer["items"][0]["id"], "Other");
    // Now that `Other` has another address, both can be deployed together.
    let answer = deployed(&server, &same_address, json!({})).await;
    let ids: Vec<_> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["id"])
        .collect();
    assert_eq!(ids, ["Orders", "Other"]);
}

#[tokio::test]
async fn a_package_with_a_flow_that_cannot_run_deploys_nothing() {
    let server = Server::start().await;
    let broken = Files::orders().with_id("Broken").with_unknown_step().zip();
    for broken in [broken, b"PK damaged".to_vec()] {
        let zip = package(&[("Orders", Files::orders().zip()), ("Broken", broken)]);
        let answer = server.deploy(&zip, json!({})).await;
        assert_error(&answer, 422, "LG-BUNDLE");
        assert_eq!(answer.1["error"]["diagnostics"][0]["flow"], "Broken");
        assert_eq!(server.get("flows").await.1, json!({"items": []}));
        deployed(&server, &zip, json!({"flow": "Orders"})).await;
        server.delete("flows/Orders").await;
    }
    let shared = deployed(&server, &package(&[]), json!({})).await;
    assert_eq!(shared["shared"][0]["id"], "Common_Scripts");
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let server = Server::start().await;
    let zip = Files::orders().zip();
    let cases: [(Value, &[&str]); 4] = [
        (json!({"parameters": []}), &["parameters"]),
        (
            json!({"parameters": {"A": 1, "B": []}}),
            &["parameters.A", "parameters.B"],
        ),
        (json!({"flow": 1}), &["flow"]),
        (
            json!({"parameter": {}, "bundle": "***"}),
            &["bundle", "parameter"],
        ),
    ];
    for (members, fields) in cases {
        assert_fields(&server.deploy(&zip, members).await, fields);
    }
    assert_fields(&server.post("flows", json!({})).await, &["bundle"]);
    assert_error(
        &server.deploy(b"not a zip", json!({})).await,
        422,
        "LG-BUNDLE",
    );
    let broken = server
        .send_bytes(Method::POST, "flows", Bytes::from("{\"a\":1,\"a\":2}"))
        .await;
    assert_eq!(broken.0, 400);
    deployed(&server, &zip, json!({})).await;
    let cases: [(Value, &[&str]); 3] = [
        (json!({"log_level": "LOUD"}), &["log_level"]),
        (json!({"log_level": "INFO", "version": "2"}), &["version"]),
        (
            json!({"parameters": {"Address": 1}}),
            &["parameters.Address"],
        ),
    ];
    for (change, fields) in cases {
        assert_fields(&server.patch("flows/Orders", change).await, fields);
    }
}

#[tokio::test]
async fn an_upload_has_a_limited_size() {
    let server = Server::start().await;
    let zip = vec![0; limits::BUNDLE_UPLOAD + 1];
    assert_fields(&server.deploy(&zip, json!({})).await, &["bundle"]);
    let body = Bytes::from(vec![
        b' ';
        limits::BUNDLE_UPLOAD / 3 * 4
            + limits::API_JSON_BODY
            + 1
    ]);
    let (status, _) = server.send_bytes(Method::POST, "flows", body).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn unknown_flows_are_not_found() {
    let server = Server::start().await;
    for answer in [
        server.get("flows/Nope").await,
        server.get("flows/Nope/bundle").await,
        server.patch("flows/Nope", json!({})).await,
        server.delete("flows/Nope").await,
    ] {
        assert_error(&answer, 404, "LG-FLOW");
    }
}
