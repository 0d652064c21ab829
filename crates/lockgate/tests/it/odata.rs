//! The OData API of a real server: what tools send, over the wire, and clients that somebody else wrote.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_flow::Bundle;
use serde_json::{Value, json};

use crate::server::{Credentials, Server, root, text};

const INSTALL_NODE: &str = "cp -r crates/lockgate/tests/clients/contiva target/ && \
    npm ci --prefix target/contiva --ignore-scripts";
const INSTALL_PYTHON: &str = "python3 -m venv target/odata-client && \
    target/odata-client/bin/python -m pip install --require-hashes \
    --requirement crates/odata/tests/python/requirements.txt";
/// What tools tell their users to give them.
pub(crate) const ROLES: [&str; 7] = [
    "WorkspacePackagesEdit",
    "WorkspacePackagesConfigure",
    "WorkspaceArtifactsDeploy",
    "MonitoringDataRead",
    "MonitoringArtifactsDeploy",
    "AuthGroup_TenantPartnerDirectoryConfigurator",
    "MessagePayloadsRead",
];

const MANIFEST: &str = "META-INF/MANIFEST.MF";
const PARAMETERS: &str = "src/main/resources/parameters.prop";
const DECLARATIONS: &str = "src/main/resources/parameters.propdef";
const MODEL: &str = "src/main/resources/scenarioflows/integrationflow/Orders.iflw";

/// The credentials of a client of plan `api` with `roles`.
pub(crate) fn tool(server: &Server, name: &str, roles: &[&str]) -> Credentials {
    let parameters = json!({ "roles": roles }).to_string();
    let create = [
        "instance",
        "create",
        name,
        "--plan",
        "api",
        "-c",
        &parameters,
    ];
    server.json(&create);
    Credentials::of(&server.json(&["key", "create", name, "key"]))
}

/// The flow `Orders` of the test data, with a text in one of its files replaced.
fn orders_with(path: &str, from: &str, to: &str) -> Bundle {
    let folder = root().join("testdata/flows/orders");
    let files = [MANIFEST, PARAMETERS, DECLARATIONS, MODEL].map(|file| {
        let content = std::fs::read_to_string(folder.join(file)).unwrap();
        let content = match file == path {
            true => content.replace(from, to),
            false => content,
        };
        (file.to_owned(), content.into_bytes())
    });
    Bundle::from_files(files).unwrap()
}

/// A bundle as requests carry it.
fn encoded(bundle: &Bundle) -> String {
    STANDARD.encode(bundle.to_zip().unwrap())
}

/// The flow `Orders` in a version.
fn orders(version: &str) -> String {
    encoded(&orders_with("", "", "").with_version(version))
}

/// The same at an address of its own: `/f<number>`.
pub(crate) fn orders_at(number: usize) -> String {
    let address = format!("/f{number}");
    encoded(&orders_with(PARAMETERS, "/orders", &address))
}

/// A tool that works with a token.
pub(crate) struct Tool<'a> {
    server: &'a Server,
    bearer: String,
}

impl<'a> Tool<'a> {
    pub(crate) async fn log_in(server: &'a Server, credentials: &Credentials) -> Self {
        let bearer = credentials.bearer(server).await;
        Self { server, bearer }
    }

    /// A request to a path of the service.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let call = self.server.call(method, &format!("/api/v1/{path}"));
        call.header("authorization", &self.bearer)
    }

    /// What comes back for a request: status and body.
    async fn send(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let mut call = self
            .request(method, path)
            .header("accept", "application/json");
        if !body.is_null() {
            call = call
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The same, with the status that the tool compares with.
    pub(crate) async fn expect(
        &self,
        status: u16,
        method: &str,
        path: &str,
        body: Value,
    ) -> String {
        let (found, answer) = self.send(method, path, body).await;
        assert_eq!(found, status, "{method} {path}: {answer}");
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.expect(200, "GET", path, Value::Null).await;
        serde_json::from_str::<Value>(&answer).unwrap()["d"].take()
    }

    async fn upload(&self, content: &str) {
        let package = json!({"d": {"Id": "demo", "Name": "Demo", "ShortText": "Demo"}});
        self.expect(201, "POST", "IntegrationPackages", package)
            .await;
        let flow = json!({"Id": "Orders", "Name": "Orders", "PackageId": "demo",
            "ArtifactContent": content});
        self.expect(201, "POST", "IntegrationDesigntimeArtifacts", flow)
            .await;
    }

    /// Deploys as piper does: the answer is the id of a task, whose status is asked for until it says
    /// how the deployment ended.
    async fn deploy(&self) -> String {
        let deploy = "DeployIntegrationDesigntimeArtifact?Id='Orders'&Version='Active'";
        let task = self.expect(202, "POST", deploy, Value::Null).await;
        let path = format!("BuildAndDeployStatus(TaskId='{task}')");
        let ended = self
            .until(&path, |task| task["Status"] != "DEPLOYING")
            .await;
        ended["Status"].as_str().unwrap().to_owned()
    }

    /// Asks until the answer is good.
    pub(crate) async fn until(&self, path: &str, good: impl Fn(&Value) -> bool) -> Value {
        let asked = tokio::time::Instant::now();
        loop {
            let answer = self.get(path).await;
            if good(&answer) {
                return answer;
            }
            assert!(
                asked.elapsed() < crate::server::DEADLINE,
                "{path}: {answer}"
            );
            tokio::task::yield_now().await;
        }
    }
}

/// Sends an order and gives the answer.
async fn order(server: &Server, sender: &Credentials) -> String {
    let call = server.call("POST", "/http/orders").body("an order");
    let answer = call.header("authorization", sender.basic()).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

#[tokio::test]
async fn a_pipeline_takes_a_flow_from_upload_to_deletion() {
    let server = Server::start();
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    let key = tool(&server, "pipeline", &ROLES);
    let tool = Tool::log_in(&server, &key).await;
    tool.upload(&orders("1.0.2")).await;
    let flow = "IntegrationDesigntimeArtifacts(Id='Orders',Version='Active')";
    let content = json!({"Name": "Orders", "ArtifactContent": orders("1.0.3")});
    tool.expect(200, "PUT", flow, content).await;
    assert_eq!(tool.get(flow).await["Version"], "1.0.3");
    let answer = format!("{flow}/$links/Configurations('Answer')");
    let value = json!({"ParameterValue": "thank you"});
    tool.expect(202, "PUT", &answer, value).await;

    assert_eq!(tool.deploy().await, "SUCCESS");
    let running = tool.get("IntegrationRuntimeArtifacts('Orders')").await;
    assert_eq!(
        [&running["Status"], &running["Version"]],
        ["STARTED", "1.0.3"]
    );
    let endpoints = tool.get("ServiceEndpoints?$expand=EntryPoints").await;
    let endpoint = &endpoints["results"][0];
    assert_eq!(endpoint["Name"], "Orders");
    let url = endpoint["EntryPoints"]["results"][0]["Url"]
        .as_str()
        .unwrap();
    assert_eq!(url, format!("{}/http/orders", server.url));
    assert_eq!(order(&server, &sender).await, "thank you");

    let newest = "MessageProcessingLogs?$filter=IntegrationArtifact/Id+eq+'Orders'+and+Status+ne+\
        'DISCARDED'&$orderby=LogEnd+desc&$top=1";
    let is_there = |log: &Value| {
        log["results"]
            .as_array()
            .is_some_and(|rows| rows.len() == 1)
    };
    let log = tool.until(newest, is_there).await;
    assert_eq!(log["results"][0]["Status"], "COMPLETED");

    // Deployed again with another answer, it answers so at once.
    let value = json!({"ParameterValue": "thanks"});
    tool.expect(202, "PUT", &answer, value).await;
    assert_eq!(tool.deploy().await, "SUCCESS");
    assert_eq!(order(&server, &sender).await, "thanks");

    let running = "IntegrationRuntimeArtifacts('Orders')";
    tool.expect(202, "DELETE", running, Value::Null).await;
    tool.expect(404, "GET", running, Value::Null).await;
    let gone = server.call("POST", "/http/orders").body("an order");
    let gone = gone.header("authorization", sender.basic()).send().await;
    assert_eq!(gone.unwrap().status(), 404);
    tool.expect(200, "DELETE", flow, Value::Null).await;
    tool.expect(202, "DELETE", "IntegrationPackages('demo')", Value::Null)
        .await;
    assert_eq!(tool.get("IntegrationPackages").await["results"], json!([]));
}

#[tokio::test]
async fn a_flow_that_cannot_run_says_why() {
    let server = Server::start();
    let key = tool(&server, "pipeline", &ROLES);
    let tool = Tool::log_in(&server, &key).await;
    let broken = orders_with(
        MODEL,
        "<value>Enricher</value>",
        "<value>Teleporter</value>",
    );
    tool.upload(&encoded(&broken)).await;
    assert_eq!(tool.deploy().await, "FAIL");
    let running = "IntegrationRuntimeArtifacts('Orders')";
    assert_eq!(tool.get(running).await["Status"], "ERROR");
    let why = format!("{running}/ErrorInformation/$value");
    let why = tool.expect(200, "GET", &why, Value::Null).await;
    let why: Value = serde_json::from_str(&why).unwrap();
    let told = why["parameter"][0].as_str().unwrap();
    assert!(told.contains("Teleporter"), "{why}");
}

#[tokio::test]
async fn a_key_does_what_its_roles_allow() {
    let server = Server::start();
    let reader = tool(&server, "reader", &["MonitoringDataRead"]);
    let reader = Tool::log_in(&server, &reader).await;
    assert_eq!(
        reader.get("IntegrationRuntimeArtifacts").await["results"],
        json!([])
    );
    for set in ["IntegrationPackages", "Partners"] {
        let refused = reader.expect(403, "GET", set, Value::Null).await;
        assert_eq!(refused, "");
    }
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    let bearer = sender.bearer(&server).await;
    let call = server.call("GET", "/api/v1/IntegrationPackages");
    let refused = call.header("authorization", bearer).send().await.unwrap();
    assert_eq!(refused.status(), 401);
}

/// Runs a client with `input` and expects it to succeed.
fn run(command: &mut Command, input: &Value) {
    let mut client = command
        .env("no_proxy", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = client.stdin.take().unwrap();
    stdin.write_all(input.to_string().as_bytes()).unwrap();
    drop(stdin);
    let mut said = Vec::new();
    client
        .stderr
        .take()
        .unwrap()
        .read_to_end(&mut said)
        .unwrap();
    assert!(client.wait().unwrap().success(), "{}", text(&said));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_client_takes_a_flow_from_upload_to_deletion() {
    let modules = root().join("target/contiva");
    assert!(
        modules.join("node_modules").exists(),
        "install the client: {INSTALL_NODE}"
    );
    let server = Server::start();
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    let key = tool(&server, "node", &ROLES);
    let given = json!({
        "url": server.url, "id": key.id, "secret": key.secret, "flow": orders("1.0.2"),
        "sender": sender.basic(), "endpoint": format!("{}/http/orders", server.url),
    });
    let script = root().join("crates/lockgate/tests/clients/contiva/client.cjs");
    run(Command::new("node").arg(script).arg(modules), &given);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_reads_the_metadata_lists_filters_and_expands() {
    let python = root().join("target/odata-client/bin/python");
    assert!(python.exists(), "install the client: {INSTALL_PYTHON}");
    let server = Server::start();
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    let key = tool(&server, "python", &ROLES);
    let pipeline = Tool::log_in(&server, &key).await;
    pipeline.upload(&orders("1.0.2")).await;
    assert_eq!(pipeline.deploy().await, "SUCCESS");
    order(&server, &sender).await;
    pipeline
        .until("MessageProcessingLogs?$inlinecount=allpages", |logs| {
            logs["__count"] == "1"
        })
        .await;
    let script = root().join("crates/lockgate/tests/clients/reader.py");
    let mut client = Command::new(python);
    client.arg(script).args([&server.url, &key.id, &key.secret]);
    run(&mut client, &Value::Null);
}
