//! The message log, as monitoring tools ask for it.

use std::sync::Arc;
use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::MessageId;
use lockgate_store::flows::{self, LogLevel, NewFlow};
use lockgate_store::messages::{self, Attribute, Message, MessageStatus, Model, ModelNode, Step};
use lockgate_store::payloads::{self, Payload, PayloadHead, PayloadKind};
use serde_json::{Value, json};

use crate::archives::Members;
use crate::world::{BASE, START, World, basic};

fn at(millis: u64) -> Timestamp {
    START.plus(Duration::from_millis(millis))
}

fn message(number: u64, flow: &str) -> Message {
    Message {
        id: MessageId::parse(&format!("AFq{number}")).unwrap(),
        correlation_id: format!("c{}", number / 2),
        predecessor: None,
        flow_id: flow.to_owned(),
        flow_name: format!("{flow} flow"),
        status: MessageStatus::Completed,
        custom_status: None,
        application_id: None,
        message_type: None,
        sender: None,
        receiver: None,
        started_at: at(number * 1_000).plus(Duration::from_micros(456)),
        ended_at: Some(at(number * 1_000 + 333)),
        identity: None,
        error: None,
        error_step: None,
        intermediate_error: false,
        log_level: LogLevel::Info,
        worker: "w1".to_owned(),
        custom_headers: Vec::new(),
        attributes: Vec::new(),
        model: None,
        steps: Vec::new(),
    }
}

/// Six messages of two flows. The last one failed, ended before the one before it, and has everything
/// that a message can have.
fn log() -> Vec<Message> {
    let mut all: Vec<Message> = (0..5).map(|number| message(number, "flow1")).collect();
    all[1].flow_id = "flow2".to_owned();
    all[2].status = MessageStatus::Escalated;
    all[4].ended_at = Some(at(60_000));
    let node = |id: &str, name: &str| ModelNode {
        id: id.to_owned(),
        name: name.to_owned(),
        kind: "Content Modifier".to_owned(),
    };
    let model = Model::new(
        "flow1",
        vec![
            node("CallActivity_59", "Set body"),
            node("MessageFlow_6", ""),
        ],
    );
    let step = |seq: u32, error: Option<&str>| Step {
        seq,
        node: seq,
        started_at: at(5_000 + u64::from(seq)),
        ended_at: at(5_001 + u64::from(seq)),
        error: error.map(str::to_owned),
        properties: vec![("RealDestinationUrl".to_owned(), "http://erp".to_owned())],
    };
    all.push(Message {
        status: MessageStatus::Failed,
        custom_status: Some("Lost".to_owned()),
        application_id: Some("A1".to_owned()),
        message_type: Some("ORDERS".to_owned()),
        sender: Some("Shop".to_owned()),
        receiver: Some("ERP".to_owned()),
        error: Some("it broke".to_owned()),
        error_step: Some("MessageFlow_6".to_owned()),
        predecessor: Some(MessageId::parse("AFq0").unwrap()),
        log_level: LogLevel::Trace,
        custom_headers: vec![
            ("Order".to_owned(), "it's 1".to_owned()),
            ("Order".to_owned(), "2".to_owned()),
        ],
        attributes: vec![Attribute {
            adapter: "HTTP".to_owned(),
            name: "RealDestinationUrl".to_owned(),
            value: "http://erp".to_owned(),
        }],
        model: Some(Arc::new(model)),
        steps: vec![step(0, None), step(1, Some("it broke"))],
        ..message(5, "flow1")
    });
    all
}

fn payload(kind: PayloadKind, seq: Option<u32>, body: &str) -> Payload {
    Payload {
        head: PayloadHead {
            id: 0,
            message: MessageId::parse("AFq5").unwrap(),
            kind,
            step_seq: seq,
            step_id: Some("CallActivity_59".to_owned()),
            parent: None,
            name: Some("order.xml".to_owned()),
            kept_at: at(5_000),
            media_type: Some("application/xml".to_owned()),
            size: body.len() as u64,
        },
        headers: vec![("Content-Type".to_owned(), "application/xml".to_owned())],
        properties: vec![("count".to_owned(), "1".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

async fn fill(world: &World) {
    let flow = NewFlow {
        id: "flow1".to_owned(),
        name: "Orders".to_owned(),
        version: "1.0.0".to_owned(),
        bundle: Vec::new(),
        parameters: Default::default(),
        log_level: LogLevel::Info,
        deployed_by: String::new(),
    };
    let mut cut = payload(PayloadKind::After, Some(0), "<after/>");
    cut.head.size = 900;
    let mut attached = payload(PayloadKind::StoredAttachment, None, "PDF");
    attached.head.parent = Some(4);
    let kept = [
        payload(PayloadKind::Before, Some(0), "<before/>"),
        cut,
        payload(PayloadKind::Attachment, None, "<order/>"),
        payload(PayloadKind::Stored, None, "<stored/>"),
        attached,
    ];
    let mut tx = world.store.begin().await.unwrap();
    flows::upsert(&mut tx, &flow).await.unwrap();
    messages::append(&mut tx, &log()).await.unwrap();
    assert_eq!(payloads::append(&mut tx, &kept).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

async fn world() -> World {
    let world = World::new().await;
    fill(&world).await;
    world
}

/// A query as it travels.
fn encoded(query: &str) -> String {
    query.replace(' ', "%20")
}

/// The numbers of the messages that a query gives.
async fn numbers(world: &World, query: &str) -> String {
    let rows = world
        .get(&format!("MessageProcessingLogs?{}", encoded(query)))
        .await
        .rows();
    let number = |row: &Value| row["MessageGuid"].as_str().unwrap()[3..].to_owned();
    rows.iter().map(number).collect()
}

#[tokio::test]
async fn a_message_has_every_property_in_its_form() {
    let world = World::new().await;
    world.package("demo").await;
    let zip = Members::orders().zip();
    world
        .upload("IntegrationDesigntimeArtifacts", "flow1", &zip)
        .await;
    fill(&world).await;
    let path = "MessageProcessingLogs('AFq5')";
    let mut entity = world.get(path).await.entity();
    let url = format!("{BASE}/{path}");
    let metadata = json!({"id": url, "uri": url, "type": "com.sap.hci.api.MessageProcessingLog"});
    assert_eq!(entity["__metadata"].take(), metadata);
    let mut artifact = entity["IntegrationArtifact"].take();
    let kind = artifact["__metadata"].take();
    assert_eq!(kind["type"], "com.sap.hci.api.IntegrationArtifact");
    for (name, value) in [
        ("Id", "flow1"),
        ("Name", "flow1 flow"),
        ("Type", "INTEGRATION_FLOW"),
        ("PackageId", "demo"),
        ("PackageName", "Package demo"),
    ] {
        assert_eq!(artifact[name], value, "{name}");
    }
    for (name, value) in [
        ("MessageGuid", json!("AFq5")),
        ("CorrelationId", json!("c2")),
        ("ApplicationMessageId", json!("A1")),
        ("ApplicationMessageType", json!("ORDERS")),
        ("LogStart", json!("/Date(1790000005000)/")),
        ("LogEnd", json!("/Date(1790000005333)/")),
        ("Sender", json!("Shop")),
        ("Receiver", json!("ERP")),
        ("IntegrationFlowName", json!("flow1")),
        ("Status", json!("FAILED")),
        ("AlternateWebLink", json!("")),
        ("LogLevel", json!("TRACE")),
        ("CustomStatus", json!("Lost")),
        ("ArchivingLogAttachments", json!(false)),
        ("LocalComponentName", json!("w1")),
        ("PredecessorMessageGuid", json!("AFq0")),
        ("LastChangeTime", json!("1790000005333")),
    ] {
        assert_eq!(entity[name], value, "{name}");
    }
    for navigation in [
        "Runs",
        "Attachments",
        "ErrorInformation",
        "AdapterAttributes",
    ] {
        let deferred = &entity[navigation]["__deferred"]["uri"];
        assert_eq!(*deferred, format!("{url}/{navigation}"));
    }
    let healthy = world.get("MessageProcessingLogs('AFq3')").await.entity();
    assert_eq!(healthy["CustomStatus"], "COMPLETED");
    assert_eq!(healthy["Sender"], "");
    let missing = "MessageProcessingLogs('AFq9')";
    world.expect(404, "GET", missing, Value::Null).await;
}

/// What piper, the migration tool, figaf, CPI Helper and monitoring tools send.
#[tokio::test]
async fn queries_of_clients_find_what_they_mean() {
    let world = world().await;
    for (query, expected) in [
        ("", "543210"),
        (
            "$filter=IntegrationArtifact/Id+eq+'flow1'+and+Status+ne+'DISCARDED'&$orderby=LogEnd+desc&$top=1",
            "4",
        ),
        (
            "$filter=IntegrationFlowName%20eq%20'flow1'%20and%20Status%20eq%20'COMPLETED'%20and%20LogStart%20gt%20datetime'2026-09-21T14:13:20.000'",
            "43",
        ),
        (
            "$filter=IntegrationFlowName eq 'flow1' and Status ne 'DISCARDED'&$top=35&$format=json&$orderby=LogEnd desc",
            "45320",
        ),
        (
            "$filter=IntegrationFlowName eq 'Orders' and Status eq 'FAILED'",
            "5",
        ),
        ("$filter=CorrelationId eq 'c2'&$orderby=LogStart", "45"),
        (
            "$filter=LogEnd ge datetime'2026-09-21T14:13:23.333Z' and LogStart le datetime'2026-09-21T14:13:24'",
            "43",
        ),
        ("$filter=substringof('q3',MessageGuid)", "3"),
        ("$filter=substringof('q3',MessageGuid) eq true", "3"),
        (
            "$filter=startswith(MessageGuid,'AFq5') eq false and startswith(MessageGuid,'AFq')",
            "43210",
        ),
        ("$filter=endswith(ApplicationMessageId,'1')", "5"),
        ("$orderby=LogStart desc", "543210"),
        ("$orderby=LogStart&$top=2&$skip=3", "34"),
        (
            "$filter=Status eq 'FAILED' or Status eq 'RETRY' or Status eq 'ESCALATED'",
            "52",
        ),
        ("$filter=not (Status eq 'COMPLETED')", "52"),
        (
            "$filter=CustomStatus eq 'COMPLETED' and Sender eq ''",
            "4310",
        ),
        ("$filter=LogLevel eq 'TRACE' and Receiver ne 'x'", "5"),
        ("$filter=PredecessorMessageGuid eq 'AFq0'", "5"),
        (
            "%24filter=Status%20eq%20'FAILED'&%24select=MessageGuid",
            "5",
        ),
        ("filterCustomHeaderProperties='Order' eq 'it''s 1'", "5"),
        ("filterCustomHeaderProperties='Order' eq 'nope'", ""),
        // What the store does not judge is judged by rows.
        ("$filter=tolower(Sender) eq 'shop'", "5"),
        (
            "$filter=length(MessageGuid) eq 4 and Status eq 'ESCALATED'",
            "2",
        ),
        (
            "$filter=IntegrationArtifact/Type eq 'INTEGRATION_FLOW'&$top=2",
            "54",
        ),
        ("$filter=LastChangeTime gt 1790000005000L", "54"),
    ] {
        assert_eq!(numbers(&world, query).await, expected, "{query}");
    }
    for wrong in ["filterCustomHeaderProperties=Order", "$filter=Nope eq 'x'"] {
        let path = format!("MessageProcessingLogs?{}", encoded(wrong));
        world.expect(400, "GET", &path, Value::Null).await;
    }
}

/// Who asks for what is later than the last that he saw does not see that again, although the store
/// knows the time more exactly than he.
#[tokio::test]
async fn times_are_compared_as_they_are_shown() {
    let world = world().await;
    let shown = "datetime'2026-09-21T14:13:22'";
    for (comparison, expected) in [
        ("gt", "543"),
        ("ge", "5432"),
        ("lt", "10"),
        ("le", "210"),
        ("eq", "2"),
        ("ne", "54310"),
    ] {
        let query = format!("$filter=LogStart {comparison} {shown}");
        assert_eq!(numbers(&world, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn totals_and_counts_are_those_of_all_pages() {
    let world = world().await;
    let of_flow = "$filter=IntegrationFlowName eq 'flow1'";
    let path = format!("MessageProcessingLogs?$inlinecount=allpages&$top=2&$skip=1&{of_flow}");
    let answer = world.get(&encoded(&path)).await;
    assert_eq!(answer.rows().len(), 2);
    assert_eq!(answer.json()["d"]["__count"], "5");
    let counted = world
        .get(&encoded(&format!("MessageProcessingLogs/$count?{of_flow}")))
        .await;
    assert_eq!(counted.text(), "5");
    let by_rows = "MessageProcessingLogs/$count?$filter=tolower(Sender) eq 'shop'";
    assert_eq!(world.get(&encoded(by_rows)).await.text(), "1");

    let mut tx = world.store.begin().await.unwrap();
    let many: Vec<Message> = (100..1_100).map(|number| message(number, "many")).collect();
    messages::append(&mut tx, &many).await.unwrap();
    tx.commit().await.unwrap();
    let first = world.get("MessageProcessingLogs").await;
    assert_eq!(first.rows().len(), 1_000);
    let next = first.json()["d"]["__next"].as_str().unwrap().to_owned();
    let path = next
        .strip_prefix(BASE)
        .unwrap()
        .trim_start_matches('/')
        .to_owned();
    assert_eq!(world.get(&path).await.rows().len(), 6);
}

#[tokio::test]
async fn expanded_messages_have_headers_and_attributes() {
    let world = world().await;
    let path = "MessageProcessingLogs?$filter=Status eq 'FAILED'\
        &$expand=AdapterAttributes,CustomHeaderProperties,ErrorInformation";
    let row = world.get(&encoded(path)).await.rows().remove(0);
    let headers = row["CustomHeaderProperties"]["results"].as_array().unwrap();
    let shown: Vec<_> = headers.iter().map(|one| &one["Value"]).collect();
    assert_eq!(shown, ["it's 1", "2"]);
    let attribute = &row["AdapterAttributes"]["results"][0];
    assert_eq!(
        (&attribute["AdapterId"], &attribute["Value"]),
        (&json!("HTTP"), &json!("http://erp"))
    );
    assert_eq!(
        row["ErrorInformation"]["LastErrorModelStepId"],
        "MessageFlow_6"
    );
    let id = headers[0]["Id"].as_str().unwrap();
    let log = format!("MessageProcessingLogCustomHeaderProperties('{id}')/Log");
    assert_eq!(world.get(&log).await.entity()["MessageGuid"], "AFq5");
    let found = "MessageProcessingLogCustomHeaderProperties\
        ?$filter=Name eq 'Order' and Value eq 'it''s 1'";
    assert_eq!(world.get(&encoded(found)).await.rows().len(), 1);
    let all = "MessageProcessingLogCustomHeaderProperties?$orderby=Name,Value";
    assert_eq!(world.get(all).await.rows().len(), 2);
    let attributes = world
        .get("MessageProcessingLogs('AFq5')/AdapterAttributes")
        .await;
    assert_eq!(attributes.rows().len(), 1);
}

#[tokio::test]
async fn an_error_is_text_and_a_healthy_message_has_none() {
    let world = world().await;
    let path = "MessageProcessingLogs('AFq5')/ErrorInformation";
    let error = world.get(path).await.entity();
    assert_eq!(error["Type"], "text/plain");
    let text = world.get(&format!("{path}/$value")).await;
    assert_eq!(text.text(), "it broke");
    assert!(
        text.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain")
    );
    let healthy = "MessageProcessingLogs('AFq3')/ErrorInformation";
    world.expect(404, "GET", healthy, Value::Null).await;
    let value = format!("{healthy}/$value");
    world.expect(204, "GET", &value, Value::Null).await;
    let missing = "MessageProcessingLogs('AFq9')/ErrorInformation/$value";
    world.expect(404, "GET", missing, Value::Null).await;
}

/// The way of CPI Helper and FlowMate from a message to the trace of a step.
#[tokio::test]
async fn a_trace_is_reached_over_the_run_and_its_steps() {
    let world = world().await;
    let run = world
        .get("MessageProcessingLogs('AFq5')/Runs")
        .await
        .rows()
        .remove(0);
    assert_eq!(run["OverallState"], "FAILED");
    assert_eq!(run["RunStart"], "/Date(1790000005000)/");
    let id = run["Id"].as_str().unwrap();
    let path = format!(
        "MessageProcessingLogRuns('{id}')/RunSteps\
         ?$expand=RunStepProperties&$inlinecount=allpages&$top=1&$skip=1&$format=json"
    );
    let answer = world.get(&path).await;
    assert_eq!(answer.json()["d"]["__count"], "2");
    let step = answer.rows().remove(0);
    for (name, value) in [
        ("ChildCount", json!(1)),
        ("ModelStepId", json!("MessageFlow_6")),
        ("Status", json!("FAILED")),
        ("Error", json!("it broke")),
        ("BranchId", json!("")),
        ("StepStop", json!("/Date(1790000005002)/")),
        ("Activity", json!("Content Modifier")),
    ] {
        assert_eq!(step[name], value, "{name}");
    }
    let property = &step["RunStepProperties"]["results"][0];
    assert_eq!(property["Name"], "RealDestinationUrl");

    let step = format!("MessageProcessingLogRunSteps(RunId='{id}',ChildCount=0)");
    let slash = format!("{step}/?$expand=RunStepProperties&$format=json");
    assert_eq!(
        world.get(&slash).await.entity()["ModelStepId"],
        "CallActivity_59"
    );
    let traces = world
        .get(&format!("{step}/TraceMessages?$format=json"))
        .await
        .rows();
    assert_eq!(traces.len(), 2);
    assert_eq!(traces[0]["TraceId"], "1");
    assert_eq!(traces[0]["PayloadSize"], "9");
    assert_eq!(traces[0]["MplId"], "AFq5");
    let body = world.get("TraceMessages(1L)/$value").await;
    assert_eq!(body.text(), "<before/>");
    assert_eq!(body.headers["content-type"], "application/xml");
    let headers = world.get("TraceMessages(2)/Properties").await.rows();
    let header = |n: usize| (headers[n]["Name"].clone(), headers[n]["Value"].clone());
    assert_eq!(header(0), (json!("Content-Type"), json!("application/xml")));
    let cut = (
        json!("Lockgate-Truncated"),
        json!("8 of 900 bytes are kept"),
    );
    assert_eq!(header(1), cut);
    let properties = world
        .get("TraceMessages(1)/ExchangeProperties")
        .await
        .rows();
    assert_eq!(properties[0]["Value"], "1");
    let quiet = "MessageProcessingLogRunSteps(RunId='AFq5',ChildCount=1)/TraceMessages";
    assert!(world.get(quiet).await.rows().is_empty());
    for missing in ["TraceMessages(3)", "TraceMessages(99)/$value"] {
        world.expect(404, "GET", missing, Value::Null).await;
    }
}

#[tokio::test]
async fn attachments_and_stored_messages_are_read_by_their_ids() {
    let world = world().await;
    let attached = world
        .get("MessageProcessingLogs('AFq5')/Attachments")
        .await
        .rows()
        .remove(0);
    assert_eq!(attached["Name"], "order.xml");
    assert_eq!(attached["PayloadSize"], "8");
    assert_eq!(attached["TimeStamp"], "/Date(1790000005000)/");
    let id = attached["Id"].as_str().unwrap();
    assert!(id.starts_with("sap-it-res:msg:"), "{id}");
    let value = world
        .get(&format!("MessageProcessingLogAttachments('{id}')/$value"))
        .await;
    assert_eq!(value.text(), "<order/>");

    let entry = world
        .get("MessageProcessingLogs('AFq5')/MessageStoreEntries")
        .await
        .rows()
        .remove(0);
    assert_eq!(entry["HasAttachments"], true);
    assert_eq!(entry["MessageStoreId"], "CallActivity_59");
    let path = format!("MessageStoreEntries('{}')", entry["Id"].as_str().unwrap());
    assert_eq!(
        world.get(&format!("{path}/$value")).await.text(),
        "<stored/>"
    );
    let properties = world.get(&format!("{path}/Properties")).await.rows();
    assert_eq!(properties[0]["Name"], "Content-Type");
    let attachment = world
        .get(&format!("{path}/Attachments"))
        .await
        .rows()
        .remove(0);
    let id = attachment["Id"].as_str().unwrap();
    let value = format!("MessageStoreEntryAttachments('{id}')/$value");
    assert_eq!(world.get(&value).await.text(), "PDF");
    // An id of one set is not good in another.
    let other = format!("MessageStoreEntries('{id}')");
    world.expect(404, "GET", &other, Value::Null).await;
    world
        .expect(501, "GET", "MessageStoreEntries", Value::Null)
        .await;
}

#[tokio::test]
async fn payloads_need_a_role_of_their_own() {
    let people: &[(&str, &[&str])] = &[
        ("monitor", &["MonitoringDataRead"]),
        ("expert", &["MonitoringDataRead", "MessagePayloadsRead"]),
        ("guest", &["WorkspacePackagesRead"]),
    ];
    let world = World::with_people(people).await;
    fill(&world).await;
    let attachment = "MessageProcessingLogAttachments('sap-it-res:msg:lockgate:3')";
    let entry = "MessageStoreEntries('sap-it-res:msg:lockgate:4')";
    for (path, [guest, monitor, expert]) in [
        ("MessageProcessingLogs", [403, 200, 200]),
        (
            "MessageProcessingLogs('AFq5')/ErrorInformation/$value",
            [403, 200, 200],
        ),
        ("MessageProcessingLogs('AFq5')/Attachments", [403, 200, 200]),
        (&format!("{attachment}/$value"), [403, 403, 200]),
        (&format!("{entry}/$value"), [403, 403, 200]),
        (&format!("{entry}/Properties"), [403, 403, 200]),
        ("TraceMessages(1)", [403, 200, 200]),
        ("TraceMessages(1)/$value", [403, 403, 200]),
        ("TraceMessages(1)/Properties", [403, 403, 200]),
        ("TraceMessages(1)/ExchangeProperties", [403, 403, 200]),
        (
            "MessageProcessingLogs('AFq5')/Runs?$expand=RunSteps/TraceMessages",
            [403, 200, 200],
        ),
    ] {
        for (person, status) in [("guest", guest), ("monitor", monitor), ("expert", expert)] {
            let headers = [("Authorization".to_owned(), basic(person))];
            let target = format!("/api/v1/{path}");
            let answer = world.send("GET", &target, &headers, "").await;
            assert_eq!(answer.status, status, "{person} {path}: {}", answer.text());
            assert!(status != 403 || answer.body.is_empty());
        }
    }
}

#[tokio::test]
async fn nothing_of_the_log_is_written_by_tools() {
    let world = world().await;
    for (method, path) in [
        ("POST", "MessageProcessingLogs"),
        ("PUT", "MessageProcessingLogs('AFq5')"),
        ("DELETE", "MessageProcessingLogs('AFq5')"),
        ("DELETE", "TraceMessages(1)"),
    ] {
        world.expect(501, method, path, json!({})).await;
    }
    assert_eq!(numbers(&world, "").await, "543210");
}
