//! From design time to run time: tasks, states, errors, endpoints.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_core::limits;
use lockgate_store::flows::FlowState;
use serde_json::{Value, json};

use crate::archives::{Members, members};
use crate::world::{BASE, World};

const SET: &str = "IntegrationDesigntimeArtifacts";
const RUNTIME: &str = "IntegrationRuntimeArtifacts('Orders')";
const ERROR: &str = "IntegrationRuntimeArtifacts('Orders')/ErrorInformation/$value";

async fn with(flow: Members) -> World {
    let world = World::new().await;
    world.package("demo").await;
    world.upload(SET, "Orders", &flow.zip()).await;
    world
}

async fn status_of(world: &World, task: &str) -> Value {
    let path = format!("BuildAndDeployStatus(TaskId='{task}')");
    world.get(&path).await.entity()["Status"].take()
}

async fn version_and_status(world: &World) -> (Value, Value) {
    let mut running = world.get(RUNTIME).await.entity();
    (running["Version"].take(), running["Status"].take())
}

#[tokio::test]
async fn the_id_of_a_task_is_bare_text() {
    let world = with(Members::orders()).await;
    for query in ["", "&$format=json"] {
        let path =
            format!("DeployIntegrationDesigntimeArtifact?Id='Orders'&Version='active'{query}");
        let answer = world.expect(202, "POST", &path, Value::Null).await;
        let kind = answer.headers["content-type"].to_str().unwrap();
        assert!(kind.starts_with("text/plain"), "{kind}");
        let task = answer.text();
        assert_eq!(task.len(), 36, "{task:?}");
        assert!(
            task.chars().all(|c| c.is_ascii_hexdigit() || c == '-'),
            "{task:?}"
        );
        for key in [format!("'{task}'"), format!("TaskId='{task}'")] {
            let found = world.get(&format!("BuildAndDeployStatus({key})")).await;
            assert_eq!(found.entity()["TaskId"], json!(task));
        }
    }
    for task in ["x", "2f93475d-9c44-4175-6b13-3f0b2c26e246"] {
        let path = format!("BuildAndDeployStatus('{task}')");
        world.expect(404, "GET", &path, Value::Null).await;
    }
    let missing = "DeployIntegrationDesigntimeArtifact?Id='x'&Version='active'";
    world.expect(404, "POST", missing, Value::Null).await;
    let old = "DeployIntegrationDesigntimeArtifact?Id='Orders'&Version='0.0.1'";
    world.expect(404, "POST", old, Value::Null).await;
}

#[tokio::test]
async fn a_deployment_is_starting_in_its_new_version_before_it_is_answered() {
    let world = with(Members::orders()).await;
    let missing = world.expect(404, "GET", RUNTIME, Value::Null).await;
    assert_eq!(missing.message(), "Requested entity could not be found.");
    let first = world.deploy("Orders").await;
    assert_eq!(
        version_and_status(&world).await,
        (json!("1.0.2"), json!("STARTING"))
    );
    assert_eq!(status_of(&world, &first).await, "DEPLOYING");
    world.worker_says("w1", "Orders", FlowState::Started).await;
    assert_eq!(
        version_and_status(&world).await,
        (json!("1.0.2"), json!("STARTED"))
    );
    assert_eq!(status_of(&world, &first).await, "SUCCESS");

    let newer = STANDARD.encode(Members::orders().version("1.0.3").zip());
    let one = format!("{SET}(Id='Orders',Version='active')");
    world
        .expect(200, "PUT", &one, json!({"ArtifactContent": newer}))
        .await;
    assert_eq!(
        version_and_status(&world).await,
        (json!("1.0.2"), json!("STARTED"))
    );
    let second = world.deploy("Orders").await;
    assert_eq!(
        version_and_status(&world).await,
        (json!("1.0.3"), json!("STARTING"))
    );
    assert_eq!(status_of(&world, &second).await, "DEPLOYING");
    world.worker_says("w1", "Orders", FlowState::Started).await;
    for task in [first, second] {
        assert_eq!(status_of(&world, &task).await, "SUCCESS");
    }
}

#[tokio::test]
async fn a_deployed_flow_is_as_tools_read_it() {
    let world = with(Members::orders()).await;
    world.deploy("Orders").await;
    world.worker_says("w1", "Orders", FlowState::Started).await;
    let running = world.get(RUNTIME).await.entity();
    for (name, value) in [
        ("Id", "Orders"),
        ("Version", "1.0.2"),
        ("Name", "Orders"),
        ("Type", "INTEGRATION_FLOW"),
        ("DeployedBy", "operator"),
        ("DeployedOn", "2026-09-21T14:13:20.000"),
        ("Status", "STARTED"),
    ] {
        assert_eq!(running[name], value, "{name}");
    }
    let list = "IntegrationRuntimeArtifacts?$select=Status&$filter=Status%20eq%20'STARTED'\
        &$inlinecount=allpages";
    let answer = world.get(list).await;
    assert_eq!(answer.json()["d"]["__count"], "1");
    assert_eq!(answer.rows()[0]["Status"], "STARTED");
    assert_eq!(
        world.get("IntegrationRuntimeArtifacts/$count").await.text(),
        "1"
    );
    let archive = world.get(&format!("{RUNTIME}/$value")).await;
    assert_eq!(members(&archive.body), members(&Members::orders().zip()));
    world
        .expect(501, "POST", "IntegrationRuntimeArtifacts", json!({}))
        .await;
    let none = world.expect(204, "GET", ERROR, Value::Null).await;
    assert!(none.body.is_empty());
}

#[tokio::test]
async fn a_flow_that_cannot_be_built_is_deployed_and_in_error() {
    let world = with(Members::orders().with_unknown_step()).await;
    let task = world.deploy("Orders").await;
    assert_eq!(
        version_and_status(&world).await,
        (json!("1.0.2"), json!("ERROR"))
    );
    assert_eq!(status_of(&world, &task).await, "FAIL");
    let error = world.get(ERROR).await;
    let error: Value = serde_json::from_slice(&error.body).unwrap();
    assert_eq!(
        error["message"],
        json!({"subsystemName": "CONTENT", "subsytemPartName": "CONTENT_DEPLOY",
            "messageId": "GenerationFailed", "messageText": ""})
    );
    let text = error["parameter"][0].as_str().unwrap();
    assert!(
        text.contains("failed for Orders as validation of resource is failed"),
        "{text}"
    );
    assert!(text.contains("Teleporter"), "{text}");
    let link = "IntegrationRuntimeArtifacts('Orders')/ErrorInformation";
    assert_eq!(world.get(link).await.entity()["Id"], "Orders");
}

#[tokio::test]
async fn a_flow_that_a_worker_cannot_start_says_where_and_why() {
    let world = with(Members::orders()).await;
    let task = world.deploy("Orders").await;
    world.worker_says("w1", "Orders", FlowState::Started).await;
    world.worker_says("w2", "Orders", FlowState::Error).await;
    assert_eq!(version_and_status(&world).await.1, "ERROR");
    assert_eq!(status_of(&world, &task).await, "FAIL");
    let error: Value = serde_json::from_slice(&world.get(ERROR).await.body).unwrap();
    assert_eq!(error["message"]["messageId"], "InstanceError");
    let inner: Value = serde_json::from_str(error["parameter"][0].as_str().unwrap()).unwrap();
    let cause = json!("Worker w2: The port is taken.");
    assert_eq!(
        inner,
        json!({"message": "EXCEPTION", "parameters": [cause],
            "childMessageInstances": [{"message": "CAUSE", "parameters": [cause]}]})
    );
}

#[tokio::test]
async fn a_flow_is_started_when_every_worker_that_lives_has_it() {
    let world = with(Members::orders()).await;
    world.deploy("Orders").await;
    world.worker_says("w1", "Orders", FlowState::Started).await;
    world.worker_says("w2", "Orders", FlowState::Started).await;
    world.deploy("Orders").await;
    world.worker_says("w1", "Orders", FlowState::Started).await;
    assert_eq!(version_and_status(&world).await.1, "STARTING");
    let silence = limits::WORKER_SILENCE + Duration::from_secs(1);
    world.clock.advance(silence);
    world.worker_says("w1", "Orders", FlowState::Started).await;
    assert_eq!(
        version_and_status(&world).await.1,
        "STARTED",
        "w2 was killed"
    );
    world.worker_says("w2", "Orders", FlowState::Error).await;
    assert_eq!(version_and_status(&world).await.1, "ERROR");
    world.clock.advance(silence);
    world.worker_says("w1", "Orders", FlowState::Started).await;
    assert_eq!(
        version_and_status(&world).await.1,
        "STARTED",
        "nor does its error count"
    );
    assert_eq!(
        world.expect(204, "GET", ERROR, Value::Null).await.text(),
        ""
    );
}

#[tokio::test]
async fn an_undeployed_flow_is_gone_until_it_is_deployed_again() {
    let world = with(Members::orders()).await;
    world.deploy("Orders").await;
    let named = "IntegrationRuntimeArtifacts(Id='Orders')";
    let undeployed = world.expect(202, "DELETE", named, Value::Null).await;
    assert!(undeployed.body.is_empty());
    for path in [RUNTIME, ERROR, &format!("{RUNTIME}/$value")] {
        let gone = world.expect(404, "GET", path, Value::Null).await;
        assert_eq!(gone.message(), "Requested entity could not be found.");
    }
    world.expect(404, "DELETE", RUNTIME, Value::Null).await;
    assert!(
        world
            .get("IntegrationRuntimeArtifacts")
            .await
            .rows()
            .is_empty()
    );
    world
        .get(&format!("{SET}(Id='Orders',Version='active')"))
        .await;
    world.deploy("Orders").await;
    world.get(RUNTIME).await;
}

#[tokio::test]
async fn artifacts_of_other_kinds_are_deployed_as_themselves() {
    let world = World::new().await;
    world.package("demo").await;
    let mapping = [("src/main/resources/mapping/m.mmap", "<mapping/>")];
    for (kind, members, expected) in [
        ("ScriptCollection", &[][..], "STARTED"),
        ("MessageMapping", &mapping[..], "STARTED"),
        (
            "ValueMapping",
            &[("value_mapping.xml", "<vm/>")][..],
            "STARTED",
        ),
        ("ValueMapping", &[][..], "ERROR"),
        ("MessageMapping", &[][..], "ERROR"),
    ] {
        let id = format!("{kind}-{expected}");
        let set = format!("{kind}DesigntimeArtifacts");
        world
            .upload(&set, &id, &Members::of(kind, &id, members).zip())
            .await;
        let path = format!("Deploy{kind}DesigntimeArtifact?Id='{id}'&Version='active'");
        let task = world.expect(202, "POST", &path, Value::Null).await.text();
        let running = format!("IntegrationRuntimeArtifacts('{id}')");
        let artifact = world.get(&running).await.entity();
        let name = match kind {
            "ScriptCollection" => "SCRIPT_COLLECTION",
            "MessageMapping" => "MESSAGE_MAPPING",
            _ => "VALUE_MAPPING",
        };
        assert_eq!(
            [&artifact["Version"], &artifact["Type"], &artifact["Status"]],
            ["1.0.0", name, expected]
        );
        let (status, error) = match expected {
            "STARTED" => ("SUCCESS", 204),
            _ => ("FAIL", 200),
        };
        assert_eq!(status_of(&world, &task).await, status);
        let path = format!("{running}/ErrorInformation/$value");
        let answer = world.expect(error, "GET", &path, Value::Null).await;
        if error == 200 {
            assert!(answer.text().contains("validation of resource is failed"));
        }
    }
    assert_eq!(
        world.get("IntegrationRuntimeArtifacts").await.rows().len(),
        5
    );
    let one = "IntegrationRuntimeArtifacts('ScriptCollection-STARTED')";
    world.expect(202, "DELETE", one, Value::Null).await;
    world.expect(404, "GET", one, Value::Null).await;
}

#[tokio::test]
async fn endpoints_are_where_the_configured_flow_listens() {
    let world = with(Members::orders()).await;
    world
        .upload(SET, "Second", &Members::flow("Second").zip())
        .await;
    let link = format!("{SET}(Id='Orders',Version='active')/$links/Configurations('Address')");
    world
        .expect(202, "PUT", &link, json!({"ParameterValue": "/shop/*"}))
        .await;
    world.deploy("Orders").await;
    world.deploy("Second").await;
    let rows = world
        .get("ServiceEndpoints?$expand=EntryPoints,ApiDefinitions")
        .await
        .rows();
    assert_eq!(rows.len(), 2);
    let endpoint = &rows[0];
    for (name, value) in [
        ("Id", "Orders$endpointAddress=/shop/*"),
        ("Name", "Orders"),
        ("Title", "Orders"),
        ("Version", "1.0.2"),
        ("Summary", ""),
        ("Description", ""),
        ("LastUpdated", "/Date(1790000000000)/"),
        ("Protocol", "REST"),
    ] {
        assert_eq!(endpoint[name], value, "{name}");
    }
    let entry = &endpoint["EntryPoints"]["results"][0];
    assert_eq!(
        entry["Url"],
        "https://acme.it-runtime.example.org/http/shop"
    );
    assert_eq!(endpoint["ApiDefinitions"]["results"], json!([]));
    let filtered = "ServiceEndpoints?$filter=Name%20eq%20'Second'%20and%20Protocol%20eq%20'REST'";
    let rows = world.get(filtered).await.rows();
    assert_eq!(rows.len(), 1);
    let deferred = rows[0]["EntryPoints"]["__deferred"]["uri"]
        .as_str()
        .unwrap();
    let path = deferred.strip_prefix(&format!("{BASE}/")).unwrap();
    let entries = world.get(path).await.rows();
    assert_eq!(
        entries[0]["Url"],
        "https://acme.it-runtime.example.org/http/second"
    );
    assert_eq!(world.get("ServiceEndpoints/$count").await.text(), "2");
}
