//! Packages: texts, export, import, copies, tags.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::archives::{Members, members};
use crate::world::{BASE, World};

#[tokio::test]
async fn a_package_is_as_tools_read_it() {
    let world = World::new().await;
    let body = json!({"d": {"Id": "demo", "Name": "Demo", "ShortText": "Demo", "Description": "x",
        "Version": null, "Unknown": [1]}});
    let created = world.expect(201, "POST", "IntegrationPackages", body).await;
    let uri = format!("{BASE}/IntegrationPackages('demo')");
    assert_eq!(created.headers["location"].to_str().unwrap(), uri);
    let package = world.get("IntegrationPackages('demo')?$format=json").await;
    let mut package = package.entity();
    let resource_id = package["ResourceId"].take();
    assert_eq!(resource_id.as_str().unwrap().len(), 32);
    let metadata = package["__metadata"].take();
    assert_eq!(
        metadata,
        json!({"id": uri, "uri": uri, "type": "com.sap.hci.api.IntegrationPackage",
            "content_type": "application/octet-stream",
            "media_src": format!("{uri}/$value"), "edit_media": format!("{uri}/$value")})
    );
    let flows = package["IntegrationDesigntimeArtifacts"].take();
    let deferred = format!("{uri}/IntegrationDesigntimeArtifacts");
    assert_eq!(flows, json!({"__deferred": {"uri": deferred}}));
    let expected = json!({
        "Id": "demo", "Name": "Demo", "Description": "<p>x</p>", "ShortText": "Demo",
        "Version": "1.0.0", "Vendor": "", "PartnerContent": false, "UpdateAvailable": false,
        "Mode": "EDIT_ALLOWED", "SupportedPlatform": "SAP Cloud Integration",
        "ModifiedBy": "operator", "CreationDate": "1790000000000",
        "ModifiedDate": "1790000000000", "CreatedBy": "operator", "Products": "",
        "Keywords": "", "Countries": "", "Industries": "", "LineOfBusiness": "",
        "PackageContent": null,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(package[name], *value, "{name}");
    }
}

#[tokio::test]
async fn packages_answer_with_the_statuses_that_tools_compare() {
    let world = World::new().await;
    world.package("demo").await;
    let body = json!({"Id": "demo", "Name": "Demo", "ShortText": "x"});
    let taken = world.expect(409, "POST", "IntegrationPackages", body).await;
    assert_eq!(
        taken.message(),
        "Entity with the specified IntegrationPackage id already exist."
    );
    for (body, says) in [
        (
            json!({"Id": "p", "Name": "P"}),
            "ShortText cannot be empty.",
        ),
        (
            json!({"Id": "", "Name": "P", "ShortText": "x"}),
            "Id cannot be empty.",
        ),
        (
            json!({"Id": "p", "ShortText": "x"}),
            "Name cannot be empty.",
        ),
    ] {
        let refused = world.expect(400, "POST", "IntegrationPackages", body).await;
        assert_eq!(refused.message(), says);
    }
    let one = "IntegrationPackages('demo')";
    let body = json!({"Name": "New", "ShortText": "y", "Vendor": "V", "Version": "2.0"});
    let replaced = world.expect(202, "PUT", one, body).await;
    assert!(replaced.body.is_empty());
    let body = json!({"d": {"Name": "Newer", "ShortText": "y", "Mode": ""}});
    world.expect(202, "PUT", one, body.clone()).await;
    let package = world.get(one).await.entity();
    assert_eq!(
        (&package["Name"], &package["Vendor"], &package["Version"]),
        (&json!("Newer"), &json!(""), &json!("1.0.0"))
    );
    world.expect(501, "PATCH", one, body.clone()).await;
    world
        .expect(404, "PUT", "IntegrationPackages('x')", body)
        .await;
    world.expect(202, "DELETE", one, Value::Null).await;
    world.expect(404, "DELETE", one, Value::Null).await;
    let gone = world.expect(404, "GET", one, Value::Null).await;
    assert_eq!(gone.message(), "Requested entity could not be found.");
    let sub = "IntegrationPackages('demo')/IntegrationDesigntimeArtifacts";
    world.expect(404, "GET", sub, Value::Null).await;
    assert!(world.get("IntegrationPackages").await.rows().is_empty());
}

#[tokio::test]
async fn an_exported_package_can_be_imported_again() {
    let world = World::new().await;
    world.package("demo").await;
    let flow = Members::orders().zip();
    world
        .upload("IntegrationDesigntimeArtifacts", "Orders", &flow)
        .await;
    let scripts = Members::of(
        "ScriptCollection",
        "Lib",
        &[("src/main/resources/script/a.groovy", "def x = 1")],
    );
    let set = "ScriptCollectionDesigntimeArtifacts";
    world.upload(set, "Lib", &scripts.zip()).await;
    let configured = "IntegrationDesigntimeArtifacts(Id='Orders',Version='active')\
        /$links/Configurations('Answer')";
    let body = json!({"ParameterValue": "thanks"});
    world.expect(202, "PUT", configured, body).await;

    let export = world.get("IntegrationPackages('demo')/$value").await;
    assert_eq!(export.headers["content-type"], "application/zip");
    let disposition = export.headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment; filename="),
        "{disposition}"
    );
    assert!(disposition.contains("demo.zip"), "{disposition}");
    let body = json!({"PackageContent": STANDARD.encode(&export.body)});
    world
        .expect(409, "POST", "IntegrationPackages", body.clone())
        .await;

    let extra = Members::flow("Extra").zip();
    world
        .upload("IntegrationDesigntimeArtifacts", "Extra", &extra)
        .await;
    let overwrite = "IntegrationPackages?Overwrite=true";
    world.expect(201, "POST", overwrite, body.clone()).await;
    let flows = "IntegrationPackages('demo')/IntegrationDesigntimeArtifacts";
    let ids = |rows: Vec<Value>| rows.into_iter().map(|mut row| row["Id"].take()).collect();
    let found: Vec<Value> = ids(world.get(flows).await.rows());
    assert_eq!(found, [json!("Orders")]);
    let parameter = "IntegrationDesigntimeArtifacts(Id='Orders',Version='1.0.2')\
        /Configurations('Answer')";
    assert_eq!(
        world.get(parameter).await.entity()["ParameterValue"],
        "thanks"
    );

    world
        .expect(202, "DELETE", "IntegrationPackages('demo')", Value::Null)
        .await;
    let imported = world.expect(201, "POST", "IntegrationPackages", body).await;
    assert_eq!(imported.entity()["ShortText"], "For tests");
    let archive = "IntegrationDesigntimeArtifacts(Id='Orders',Version='active')/$value";
    assert_eq!(members(&world.get(archive).await.body), members(&flow));
    assert_eq!(
        world.get(parameter).await.entity()["ParameterValue"],
        "accepted"
    );
    let libraries = "IntegrationPackages('demo')/ScriptCollectionDesigntimeArtifacts";
    assert_eq!(world.get(libraries).await.rows().len(), 1);
}

#[tokio::test]
async fn an_import_takes_everything_or_nothing() {
    let world = World::new().await;
    world.package("demo").await;
    let flow = Members::orders().zip();
    world
        .upload("IntegrationDesigntimeArtifacts", "Orders", &flow)
        .await;
    let export = world.get("IntegrationPackages('demo')/$value").await.body;
    world
        .expect(202, "DELETE", "IntegrationPackages('demo')", Value::Null)
        .await;
    world.package("demo2").await;
    let body = json!({"Id": "Orders", "Name": "Orders", "PackageId": "demo2"});
    world
        .expect(201, "POST", "IntegrationDesigntimeArtifacts", body)
        .await;
    let body = json!({"PackageContent": STANDARD.encode(&export)});
    let refused = world.expect(500, "POST", "IntegrationPackages", body).await;
    assert!(
        refused
            .message()
            .contains("already exists in the Package demo2 package")
    );
    world
        .expect(404, "GET", "IntegrationPackages('demo')", Value::Null)
        .await;
    for content in [b"no zip".as_slice(), &flow] {
        let body = json!({"PackageContent": STANDARD.encode(content)});
        world.expect(400, "POST", "IntegrationPackages", body).await;
    }
}

#[tokio::test]
async fn a_package_with_drafts_is_not_exported() {
    let world = World::new().await;
    world.package("demo").await;
    let flow = Members::orders().zip();
    world
        .upload("IntegrationDesigntimeArtifacts", "Orders", &flow)
        .await;
    let one = "IntegrationDesigntimeArtifacts(Id='Orders',Version='active')";
    world
        .expect(200, "PUT", one, json!({"Name": "Other"}))
        .await;
    let path = "IntegrationPackages('demo')/$value";
    let refused = world.expect(500, "GET", path, Value::Null).await;
    assert_eq!(
        refused.message(),
        "Package export failed. It contains the following artifacts are in draft state: \
        [ {Type=IFlow, Name=Other} ]."
    );
    assert!(!refused.headers.contains_key("content-disposition"));
}

#[tokio::test]
async fn read_only_packages_are_configured_and_deployed_only() {
    let world = World::new().await;
    world.package("demo").await;
    let flow = Members::orders().zip();
    world
        .upload("IntegrationDesigntimeArtifacts", "Orders", &flow)
        .await;
    let lock = json!({"Name": "Demo", "ShortText": "x", "Mode": "READ_ONLY"});
    world
        .expect(202, "PUT", "IntegrationPackages('demo')", lock)
        .await;
    let one = "IntegrationDesigntimeArtifacts(Id='Orders',Version='active')";
    let refused = world
        .expect(400, "GET", &format!("{one}/$value"), Value::Null)
        .await;
    assert_eq!(
        refused.message(),
        "Cannot download the artifact from a configure only package."
    );
    world.expect(400, "PUT", one, json!({"Name": "X"})).await;
    world.expect(400, "DELETE", one, Value::Null).await;
    let body = json!({"Id": "B", "Name": "B", "PackageId": "demo"});
    world
        .expect(400, "POST", "IntegrationDesigntimeArtifacts", body)
        .await;
    let link = format!("{one}/$links/Configurations('Answer')");
    world
        .expect(202, "PUT", &link, json!({"ParameterValue": "x"}))
        .await;
    world.deploy("Orders").await;
}

#[tokio::test]
async fn deleting_a_package_leaves_what_runs() {
    let world = World::new().await;
    world.package("demo").await;
    let flow = Members::orders().zip();
    world
        .upload("IntegrationDesigntimeArtifacts", "Orders", &flow)
        .await;
    world.deploy("Orders").await;
    world
        .expect(202, "DELETE", "IntegrationPackages('demo')", Value::Null)
        .await;
    let one = "IntegrationDesigntimeArtifacts(Id='Orders',Version='active')";
    world.expect(404, "GET", one, Value::Null).await;
    world.get("IntegrationRuntimeArtifacts('Orders')").await;
}

#[tokio::test]
async fn a_package_is_copied_with_a_suffix_and_unknown_ones_are_not_found() {
    let world = World::new().await;
    world.package("demo").await;
    let flow = Members::orders().zip();
    world
        .upload("IntegrationDesigntimeArtifacts", "Orders", &flow)
        .await;
    for (query, status) in [
        ("Id='nowhere'&ImportMode='CREATE_COPY'&Suffix='LSC'", 404),
        ("Id='nowhere'", 404),
        ("Id='demo'", 409),
        ("Id='demo'&ImportMode='CREATE_COPY'", 400),
        ("Id='demo'&ImportMode='NONSENSE'", 400),
        ("Id='demo'&ImportMode='OVERWRITE'", 501),
        (
            "Id='demo'&ImportMode='CREATE_COPY'&Suffix='LSC'&$format=json",
            201,
        ),
        ("Id='demo'&ImportMode='CREATE_COPY'&Suffix='LSC'", 409),
    ] {
        let path = format!("CopyIntegrationPackage?{query}");
        world.expect(status, "POST", &path, Value::Null).await;
    }
    let copy = world.get("IntegrationPackages('demo.LSC')").await.entity();
    assert_eq!(copy["Name"], "Package demo.LSC");
    let copied = "IntegrationDesigntimeArtifacts(Id='Orders.LSC',Version='1.0.2')";
    assert_eq!(world.get(copied).await.entity()["Name"], "Orders.LSC");
    let zip = world.get(&format!("{copied}/$value")).await.body;
    let manifest = String::from_utf8(members(&zip)["META-INF/MANIFEST.MF"].clone()).unwrap();
    assert!(manifest.contains("Bundle-SymbolicName: Orders.LSC; singleton:=true\r\n"));
}

#[tokio::test]
async fn custom_tags_are_configured_set_and_filtered_by() {
    let world = World::new().await;
    world.package("demo").await;
    world.package("other").await;
    let document = r#"{"customTagsConfiguration":[{"tagName":"Author","permittedValues":["A","B"],"isMandatory":true}]}"#;
    let path = "CustomTagConfigurations('CustomTags')/$value";
    world.expect(404, "GET", path, Value::Null).await;
    let body = json!({"CustomTagsConfigurationContent": STANDARD.encode(document)});
    let set = "CustomTagConfigurations";
    world.expect(201, "POST", set, body.clone()).await;
    world.expect(409, "POST", set, body.clone()).await;
    world
        .expect(201, "POST", &format!("{set}?Overwrite=true"), body)
        .await;
    let nonsense = json!({"CustomTagsConfigurationContent": STANDARD.encode("{}")});
    world
        .expect(400, "POST", &format!("{set}?Overwrite=true"), nonsense)
        .await;
    assert_eq!(world.get(path).await.text(), document);

    let link = |tag: &str| format!("IntegrationPackages('demo')/$links/CustomTags('{tag}')");
    let value = |value: &str| json!({"Value": value});
    world
        .expect(202, "PUT", &link("Author"), value("A|B"))
        .await;
    world.expect(400, "PUT", &link("Author"), value("C")).await;
    world.expect(404, "PUT", &link("Writer"), value("A")).await;
    let tags = world
        .get("IntegrationPackages('demo')/CustomTags")
        .await
        .rows();
    assert_eq!(
        (&tags[0]["Name"], &tags[0]["Value"]),
        (&json!("Author"), &json!("A|B"))
    );
    for (query, count) in [
        ("Author=B", 1),
        ("Author=A|C", 1),
        ("Author=C", 0),
        ("LoB=x", 2),
    ] {
        let rows = world
            .get(&format!("IntegrationPackages?{query}"))
            .await
            .rows();
        assert_eq!(rows.len(), count, "{query}");
    }
}
