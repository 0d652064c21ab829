//! Artifacts at design time: versions, drafts, names, archives, parameters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::archives::{Members, members};
use crate::world::{OPERATOR, World};

const SET: &str = "IntegrationDesigntimeArtifacts";
const ONE: &str = "IntegrationDesigntimeArtifacts(Id='Orders',Version='active')";

async fn with_orders() -> World {
    let world = World::new().await;
    world.package("demo").await;
    world.upload(SET, "Orders", &Members::orders().zip()).await;
    world
}

fn content(zip: &[u8]) -> Value {
    json!({"ArtifactContent": STANDARD.encode(zip)})
}

#[tokio::test]
async fn an_uploaded_flow_has_the_version_of_its_archive() {
    let world = with_orders().await;
    let flow = world.get(ONE).await.entity();
    for (name, value) in [
        ("Id", json!("Orders")),
        ("Version", json!("1.0.2")),
        ("PackageId", json!("demo")),
        ("Name", json!("Orders")),
        ("Description", json!("")),
        ("Sender", json!("")),
        ("Receiver", json!("")),
        ("CreatedBy", json!("operator")),
        ("CreatedAt", json!("1790000000000")),
        ("ModifiedAt", json!("1790000000000")),
        ("Comment", json!("")),
        ("ArtifactContent", Value::Null),
    ] {
        assert_eq!(flow[name], value, "{name}");
    }
    for version in ["Active", "ACTIVE", "1.0.2"] {
        let path = format!("{SET}(Version='{version}',Id='Orders')");
        assert_eq!(world.get(&path).await.entity()["Version"], "1.0.2");
        let path = format!("IntegrationPackages('demo')/{path}");
        assert_eq!(world.get(&path).await.entity()["Id"], "Orders");
    }
    world.package("other").await;
    for path in [
        "IntegrationDesigntimeArtifacts(Id='Orders',Version='1.0.1')",
        "IntegrationDesigntimeArtifacts(Id='orders',Version='active')",
        "ScriptCollectionDesigntimeArtifacts(Id='Orders',Version='active')",
        "IntegrationPackages('other')/IntegrationDesigntimeArtifacts(Id='Orders',Version='active')",
    ] {
        world.expect(404, "GET", path, Value::Null).await;
    }
}

#[tokio::test]
async fn a_download_has_the_members_that_were_uploaded() {
    let world = with_orders().await;
    let answer = world.get(&format!("{ONE}/$value")).await;
    assert_eq!(answer.body, Members::orders().zip());
    assert_eq!(answer.headers["content-type"], "application/zip");
    let disposition = answer.headers["content-disposition"].to_str().unwrap();
    assert!(disposition.contains("Orders.zip"), "{disposition}");
    let missing = world
        .expect(
            404,
            "GET",
            &format!("{SET}(Id='x',Version='active')/$value"),
            Value::Null,
        )
        .await;
    assert!(!missing.headers.contains_key("content-disposition"));
}

#[tokio::test]
async fn an_upload_is_renamed_to_its_id_and_nothing_else_changes() {
    let world = World::new().await;
    world.package("demo").await;
    let id = format!("Renamed_{}", "x".repeat(90));
    let uploaded = Members::orders();
    let answer = world.upload(SET, &id, &uploaded.clone().zip()).await;
    assert_eq!(answer.entity()["Version"], "1.0.2");
    let zip = world
        .get(&format!("{SET}(Id='{id}',Version='active')/$value"))
        .await
        .body;
    let (mut before, mut after) = (members(&uploaded.zip()), members(&zip));
    let manifest = after.remove("META-INF/MANIFEST.MF").unwrap();
    before.remove("META-INF/MANIFEST.MF");
    assert_eq!(after, before);
    let manifest = String::from_utf8(manifest).unwrap();
    assert_eq!(
        manifest.matches('\n').count(),
        manifest.matches("\r\n").count()
    );
    for line in manifest.split("\r\n") {
        assert!(line.len() <= 72, "{line}");
    }
    let unfolded = manifest.replace("\r\n ", "");
    assert!(unfolded.contains(&format!(
        "\r\nBundle-SymbolicName: {id}; singleton:=true\r\n"
    )));
    assert!(unfolded.contains("\r\nBundle-Name: Orders\r\n"));
}

#[tokio::test]
async fn a_flow_without_content_is_empty_and_can_be_deployed() {
    let world = World::new().await;
    world.package("demo").await;
    let body = json!({"Id": "Empty", "Name": "Empty flow", "PackageId": "demo"});
    let created = world.expect(201, "POST", SET, body).await.entity();
    assert_eq!(
        (&created["Version"], &created["Name"]),
        (&json!("1.0.0"), &json!("Empty flow"))
    );
    world.deploy("Empty").await;
    let running = world
        .get("IntegrationRuntimeArtifacts('Empty')")
        .await
        .entity();
    assert_eq!(running["Status"], "STARTING");
}

#[tokio::test]
async fn uploads_that_cannot_be_are_refused_as_tools_expect() {
    let world = with_orders().await;
    let zip = STANDARD.encode(Members::orders().zip());
    let new = |id: &str, name: &str, package: &str, zip: &str| json!({"Id": id, "Name": name, "PackageId": package, "ArtifactContent": zip});
    let taken = world
        .expect(500, "POST", SET, new("Orders", "O", "demo", &zip))
        .await;
    assert_eq!(
        taken.message(),
        "Integration artifact with ID Orders already exists in the Package demo package. \
        Please rename the artifact ID."
    );
    world
        .expect(404, "POST", SET, new("B", "B", "nowhere", &zip))
        .await;
    world
        .expect(400, "POST", SET, new("B", "", "demo", &zip))
        .await;
    world
        .expect(400, "POST", SET, new("B/C", "B", "demo", &zip))
        .await;
    world
        .expect(400, "POST", SET, new("B", "B", "demo", "####"))
        .await;
    world
        .expect(
            400,
            "POST",
            SET,
            new("B", "B", "demo", &STANDARD.encode("x")),
        )
        .await;
    let scripts = "ScriptCollectionDesigntimeArtifacts";
    world
        .expect(400, "POST", scripts, new("B", "B", "demo", &zip))
        .await;
}

#[tokio::test]
async fn an_update_with_content_is_a_version_and_without_it_a_draft() {
    let world = with_orders().await;
    let described = Members::orders().version("1.0.3").with(
        "metainfo.prop",
        "description=Takes orders\nsource=Shop\ntarget=ERP\n",
    );
    let updated = world
        .expect(200, "PUT", ONE, content(&described.clone().zip()))
        .await;
    assert!(updated.body.is_empty());
    let flow = world.get(ONE).await.entity();
    for (name, value) in [
        ("Version", "1.0.3"),
        ("Name", "Orders"),
        ("Description", "Takes orders"),
        ("Sender", "Shop"),
        ("Receiver", "ERP"),
    ] {
        assert_eq!(flow[name], value, "{name}");
    }
    // The same version again is accepted, with everything that a whole entity has.
    let mut whole = flow;
    whole["ArtifactContent"] = json!(STANDARD.encode(described.zip()));
    whole["Comment"] = Value::Null;
    world.expect(200, "PUT", ONE, whole).await;
    assert_eq!(world.get(ONE).await.entity()["Version"], "1.0.3");

    world
        .expect(200, "PUT", ONE, json!({"Name": "Renamed"}))
        .await;
    let list = "IntegrationPackages('demo')/IntegrationDesigntimeArtifacts";
    let draft = &world.get(list).await.rows()[0];
    assert_eq!(
        (&draft["Version"], &draft["Name"]),
        (&json!("Active"), &json!("Renamed"))
    );
    let save = "IntegrationDesigntimeArtifactSaveAsVersion?Id='Orders'&SaveAsVersion='1.0.4'";
    let saved = world.expect(200, "POST", save, Value::Null).await;
    assert!(saved.body.is_empty());
    let flow = world.get(ONE).await.entity();
    assert_eq!(
        (&flow["Version"], &flow["Name"]),
        (&json!("1.0.4"), &json!("Renamed"))
    );
    let zip = world.get(&format!("{ONE}/$value")).await.body;
    let manifest = String::from_utf8(members(&zip)["META-INF/MANIFEST.MF"].clone()).unwrap();
    assert!(manifest.contains("Bundle-Version: 1.0.4\r\n"));
    let versions = world.workspace.versions("Orders").await.unwrap();
    let versions: Vec<_> = versions.into_iter().map(|saved| saved.version).collect();
    assert_eq!(versions, ["1.0.4", "1.0.3", "1.0.3", "1.0.2"]);
    world
        .expect(400, "POST", &save.replace("1.0.4", "new"), Value::Null)
        .await;
    world
        .expect(404, "POST", &save.replace("Orders", "x"), Value::Null)
        .await;
}

#[tokio::test]
async fn an_archive_of_another_artifact_is_refused_in_known_words() {
    let world = with_orders().await;
    let other = Members::flow("Other").zip();
    let refused = world.expect(400, "PUT", ONE, content(&other)).await;
    assert_eq!(
        refused.message(),
        "Could not update artifact of the package; due to change in the Bundle-symbolicName"
    );
    let mapping = |id: &str| Members::of("MessageMapping", id, &[]).zip();
    let set = "MessageMappingDesigntimeArtifacts";
    world.upload(set, "Map", &mapping("Map")).await;
    let one = format!("{set}(Id='Map',Version='active')");
    let refused = world
        .expect(500, "PUT", &one, content(&mapping("Other")))
        .await;
    assert_eq!(refused.message(), "BUNDLE_SYMBOLIC_NAME_CANNOT_BE_UPDATED");
    let mut body = content(&mapping("Map"));
    (body["Id"], body["PackageId"]) = (json!("Map"), json!("demo"));
    world.expect(200, "PUT", &one, body.clone()).await;
    body["PackageId"] = json!("other");
    let refused = world.expect(500, "PUT", &one, body).await;
    assert_eq!(
        refused.message(),
        "Update of PackageId and Id are not allowed."
    );
}

#[tokio::test]
async fn deleting_answers_200_and_value_mappings_are_not_replaced() {
    let world = with_orders().await;
    world.expect(200, "DELETE", ONE, Value::Null).await;
    world.expect(404, "DELETE", ONE, Value::Null).await;
    let set = "ValueMappingDesigntimeArtifacts";
    let zip = Members::of("ValueMapping", "Values", &[]).zip();
    world.upload(set, "Values", &zip).await;
    let one = format!("{set}(Id='Values',Version='active')");
    world.expect(501, "PUT", &one, content(&zip)).await;
    world.expect(200, "DELETE", &one, Value::Null).await;
    world.upload(set, "Values", &zip).await;
}

/// Keys, values and types of the parameters of `Orders`.
async fn configurations(world: &World) -> Vec<[String; 3]> {
    let rows = world.get(&format!("{ONE}/Configurations")).await.rows();
    let names = ["ParameterKey", "ParameterValue", "DataType"];
    let row = |row: &Value| names.map(|name| row[name].as_str().unwrap().to_owned());
    rows.iter().map(row).collect()
}

/// What they are when `Answer` has this value.
fn with_answer(answer: &str) -> Vec<[String; 3]> {
    [
        ("Address", "/orders"),
        ("User Role", "ESBMessaging.send"),
        ("Answer", answer),
    ]
    .map(|(key, value)| [key, value, "xsd:string"].map(str::to_owned))
    .to_vec()
}

#[tokio::test]
async fn parameters_are_listed_and_changed_by_link() {
    let world = with_orders().await;
    assert_eq!(configurations(&world).await, with_answer("accepted"));
    let path = format!("{ONE}/Configurations");
    let rows = world.get(&path).await.rows();
    assert_eq!(rows[2]["Description"], "Body of the answer");
    assert_eq!(world.get(&format!("{path}/$count")).await.text(), "3");

    let link = |key: &str| format!("{ONE}/$links/Configurations('{key}')");
    let value = |value: &str| json!({"ParameterValue": value});
    let answer = link("Answer");
    let changed = world.expect(202, "PUT", &answer, value("a & <b>")).await;
    assert!(changed.body.is_empty());
    assert_eq!(configurations(&world).await, with_answer("a & <b>"));
    let encoded = json!({"ParameterKey": "Answer", "DataType": "xsd:string",
        "ParameterValue": "a &amp; &lt;c&gt;"});
    world.expect(202, "PUT", &link("Answer"), encoded).await;
    assert_eq!(configurations(&world).await, with_answer("a & <c>"));
    let spaced = link("User%20Role");
    for text in ["x", "ESBMessaging.send"] {
        world.expect(202, "PUT", &spaced, value(text)).await;
    }
    let unknown = world.expect(404, "PUT", &link("X"), value("x")).await;
    assert_eq!(unknown.message(), "Parameter key 'X' not found.");
    let long = value(&"x".repeat(64 * 1024 + 1));
    world.expect(400, "PUT", &link("Answer"), long).await;
    assert_eq!(configurations(&world).await, with_answer("a & <c>"));
    let filtered = format!("{path}?$filter=ParameterKey%20eq%20'Answer'&$select=ParameterValue");
    let rows = world.get(&filtered).await.rows();
    assert_eq!(rows[0]["ParameterValue"], "a & <c>");
}

#[tokio::test]
async fn configured_values_survive_an_update_and_make_no_draft() {
    let world = with_orders().await;
    let link = format!("{ONE}/$links/Configurations('Answer')");
    let value = json!({"ParameterValue": "kept"});
    world.expect(202, "PUT", &link, value).await;
    assert_eq!(world.get(ONE).await.entity()["Version"], "1.0.2");
    let newer = Members::orders().version("2.0.0").zip();
    world.expect(200, "PUT", ONE, content(&newer)).await;
    assert_eq!(world.get(ONE).await.entity()["Version"], "2.0.0");
    assert_eq!(configurations(&world).await, with_answer("kept"));
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_kept() {
    let world = with_orders().await;
    let change = |key: &'static str, value: &'static str| {
        let path = format!("{ONE}/$links/Configurations('{key}')");
        let world = &world;
        async move {
            let body = json!({"ParameterValue": value});
            world.expect(202, "PUT", &path, body).await;
        }
    };
    let resource = json!({"Name": "a.groovy", "ResourceType": "groovy", "ResourceContent": "eA=="});
    let path = format!("{ONE}/Resources");
    tokio::join!(
        change("Answer", "one"),
        change("Address", "/two"),
        world.expect(201, "POST", &path, resource),
        change("User%20Role", "three"),
    );
    let rows = world.get(&format!("{ONE}/Configurations")).await.rows();
    let values: Vec<_> = rows
        .iter()
        .map(|row| row["ParameterValue"].as_str().unwrap())
        .collect();
    assert_eq!(values, ["/two", "three", "one"]);
    assert_eq!(world.get(&path).await.rows().len(), 1);
}

#[tokio::test]
async fn what_is_not_offered_says_so() {
    let world = with_orders().await;
    for path in [
        "DataTypeDesigntimeArtifacts".to_owned(),
        "IntegrationPackages('demo')/MessageTypeDesigntimeArtifacts".to_owned(),
        format!("{ONE}/DesignGuidelineExecutionResults"),
        "IntegrationAdapterDesigntimeArtifacts('x')".to_owned(),
        "JmsBrokers('Broker1')".to_owned(),
        "MessagingQueues?$top=1".to_owned(),
        "LogFiles(Name='a',Application='b')/$value".to_owned(),
    ] {
        let refused = world.expect(501, "GET", &path, Value::Null).await;
        assert!(refused.message().contains("is not offered by this server"));
    }
}

#[tokio::test]
async fn nobody_holds_locks() {
    let world = World::new().await;
    assert!(
        world
            .get("IntegrationDesigntimeLocks")
            .await
            .rows()
            .is_empty()
    );
    let one = "IntegrationDesigntimeLocks(ResourceId='x')";
    world.expect(404, "GET", one, Value::Null).await;
    world.expect(404, "DELETE", one, Value::Null).await;
}

#[tokio::test]
async fn a_single_flow_is_atom_for_who_asks_for_nothing_else() {
    let world = with_orders().await;
    let headers = [("Authorization".to_owned(), format!("Bearer {OPERATOR}"))];
    let path = "/api/v1/IntegrationDesigntimeArtifacts(Id='Orders',Version='Active')";
    let answer = world.send("GET", path, &headers, "").await;
    let text = answer.text();
    for (name, value) in [
        ("Id", "Orders"),
        ("Version", "1.0.2"),
        ("PackageId", "demo"),
    ] {
        let element = format!("<d:{name}>{value}</d:{name}>");
        assert!(text.contains(&element), "{element}: {text}");
    }
    let missing = path.replace("Orders", "x");
    let answer = world.send("GET", &missing, &headers, "").await;
    assert_eq!(answer.status, 404);
    assert!(
        answer
            .text()
            .contains("Requested entity could not be found.")
    );
    assert!(answer.text().starts_with("<?xml"), "{}", answer.text());
}
