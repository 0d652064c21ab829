//! Scripts in flows: of the bundle and of script collections.

use lockgate_core::clock::Timestamp;
use lockgate_engine::runtime::{ScriptLimits, Settings};
use lockgate_store::artifacts::ArtifactKind;
use lockgate_store::deployed_artifacts::{self, DeployedArtifact};
use lockgate_store::messages::MessageStatus;

use crate::models::{Model, collection, script};
use crate::worker::Worker;

/// Deploys or replaces a script collection at a time.
async fn share(worker: &Worker, id: &str, at: i64, scripts: &[(&str, &str)]) {
    let artifact = DeployedArtifact {
        id: id.to_owned(),
        kind: ArtifactKind::ScriptCollection,
        name: id.to_owned(),
        version: "1.0.0".to_owned(),
        deployed_by: String::new(),
        deployed_at: Timestamp::from_secs(at),
        problem: None,
    };
    let archive = collection(id, scripts);
    let mut tx = worker.store.begin().await.unwrap();
    deployed_artifacts::upsert(&mut tx, &artifact, &archive)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    worker.runtime.reconcile().await.unwrap();
}

async fn answer(worker: &Worker, path: &str, body: &str) -> String {
    let outcome = worker.post(path, body).await.unwrap();
    assert!(outcome.failure.is_none(), "{:?}", outcome.failure);
    String::from_utf8(outcome.body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_script_changes_the_message_and_tells_the_log() {
    let worker = Worker::start().await;
    let first = "def order = new groovy.json.JsonSlurper().parseText(message.getBody(String))\n\
        order.total = order.items.sum { it.price * it.quantity }\n\
        message.setBody(groovy.json.JsonOutput.toJson(order))\n\
        message.setProperty('lines', order.items)\n\
        message.setHeader('Count', order.items.size())\n\
        def log = messageLogFactory.getMessageLog(message)\n\
        log.addCustomHeaderProperty('OrderId', order.id)\n\
        log.addAttachmentAsString('In', 'kept', 'text/plain')";
    // A list stays a list between two scripts.
    let second = "message.setHeader('First', message.getProperty('lines')[0].price + 1)";
    let model = Model::https("A", "/a")
        .script(first)
        .script(second)
        .body("${in.body} ${header.Count} ${header.First} ${property.lines}");
    worker.deploy(&[model]).await;
    let order = r#"{"id":"4711","items":[{"price":1.50,"quantity":2},{"price":3,"quantity":1}]}"#;
    let outcome = worker.post("/a", order).await.unwrap();
    let body = String::from_utf8(outcome.body.to_vec()).unwrap();
    let expected = format!(
        "{},\"total\":6.00}} 2 2.50 [{{price=1.50, quantity=2}}, {{price=3, quantity=1}}]",
        order.strip_suffix('}').unwrap()
    );
    assert_eq!(body, expected);
    let record = worker.message(&outcome.message_id).await;
    assert!(
        record
            .custom_headers
            .contains(&("OrderId".to_owned(), "4711".to_owned()))
    );
}

#[tokio::test]
async fn what_a_script_throws_names_the_line_and_what_it_did_before_stays() {
    let worker = Worker::start().await;
    let model = Model::https("A", "/a").script("message.setBody(null.x)");
    worker.deploy(&[model]).await;
    let outcome = worker.post("/a", "").await.unwrap();
    let failure = outcome.failure.unwrap();
    assert_eq!(failure.class, "javax.script.ScriptException");
    assert_eq!(
        failure.message,
        "java.lang.Exception: java.lang.NullPointerException: Cannot get property 'x' on null object\
         @ line 3 in script1.groovy"
    );
    assert_eq!(
        failure.cause.as_ref().unwrap().class,
        "java.lang.NullPointerException"
    );
    let record = worker.message(&outcome.message_id).await;
    assert_eq!(record.status, MessageStatus::Failed);
}

#[tokio::test]
async fn a_script_that_never_ends_is_stopped_and_the_server_goes_on() {
    let settings = Settings {
        scripts: ScriptLimits {
            steps: 100_000,
            ..ScriptLimits::default()
        },
        ..Settings::of_worker("w1")
    };
    let worker = Worker::with(settings).await;
    let endless = Model::https("A", "/a").script("while (true) { }");
    let other = Model::https("B", "/b").script("message.setBody('b')");
    worker.deploy(&[endless, other]).await;
    let outcome = worker.post("/a", "").await.unwrap();
    let failure = outcome.failure.unwrap();
    assert_eq!(
        failure.message,
        "The script was stopped: the script ran too many instructions."
    );
    assert_eq!(answer(&worker, "/b", "").await, "b");
}

#[tokio::test]
async fn scripts_of_a_collection_are_found_and_replaced_while_the_flow_runs() {
    let worker = Worker::start().await;
    let model = Model::https("A", "/a").shared_script("Common", "lib.groovy", "mark");
    worker.deploy(&[model]).await;
    let missing = worker.post("/a", "x").await.unwrap().failure.unwrap();
    assert!(
        missing
            .message
            .starts_with("The script collection Common is not deployed."),
        "{missing}"
    );
    let lib = |text: &str| {
        script(&format!(
            "message.setBody(message.getBody(String) + '{text}')"
        ))
        .replace("processData", "mark")
    };
    share(&worker, "Common", 1, &[("lib.groovy", &lib("1"))]).await;
    assert_eq!(answer(&worker, "/a", "x").await, "x1");
    share(&worker, "Common", 2, &[("lib.groovy", &lib("2"))]).await;
    assert_eq!(answer(&worker, "/a", "x").await, "x2");
    share(&worker, "Common", 3, &[("lib.groovy", "def (")]).await;
    let broken = worker.post("/a", "x").await.unwrap().failure.unwrap();
    assert!(broken.message.contains("lib.groovy: line 1"), "{broken}");
    share(&worker, "Common", 4, &[("other.groovy", "1")]).await;
    let gone = worker.post("/a", "x").await.unwrap().failure.unwrap();
    assert_eq!(
        gone.message,
        "In script collection Common: There is no script lib.groovy."
    );
}

#[tokio::test]
async fn a_script_that_is_no_groovy_keeps_the_flow_from_starting() {
    let worker = Worker::start().await;
    worker
        .deploy(&[Model::https("A", "/a").script("if (")])
        .await;
    let (state, detail) = worker.status("A").await.unwrap();
    assert_eq!(state, lockgate_store::flows::FlowState::Error);
    assert!(detail.contains("script1.groovy:5:1"), "{detail}");
}
