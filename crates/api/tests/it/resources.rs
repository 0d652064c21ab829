//! Resources of artifacts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::archives::{Members, members};
use crate::world::World;

const ONE: &str = "IntegrationDesigntimeArtifacts(Id='Orders',Version='active')";

#[tokio::test]
async fn resources_are_members_of_the_archive() {
    let world = World::new().await;
    world.package("demo").await;
    let zip = Members::orders()
        .with("src/main/resources/xsd/a.xsd", "outer")
        .with("src/main/resources/wsdl/a.xsd", "inner")
        .with("src/main/resources/mapping/m.xsl", "sheet")
        .zip();
    world
        .upload("IntegrationDesigntimeArtifacts", "Orders", &zip)
        .await;
    let all = format!("{ONE}/Resources");
    let new = json!({"Name": "script1.groovy", "ResourceType": "groovy",
        "ResourceContent": STANDARD.encode("def x = 1")});
    let created = world.expect(201, "POST", &all, new.clone()).await;
    assert_eq!(created.entity()["ResourceSize"], "9");
    world.expect(409, "POST", &all, new).await;
    let misfit = json!({"Name": "a.txt", "ResourceType": "groovy", "ResourceContent": "eA=="});
    world.expect(400, "POST", &all, misfit).await;

    let rows = world.get(&all).await.rows();
    let key = |row: &Value| {
        ["Name", "ResourceType", "ReferencedResourceType"]
            .map(|name| row[name].as_str().unwrap().to_owned())
    };
    assert_eq!(
        rows.iter().map(key).collect::<Vec<_>>(),
        [
            ["script1.groovy", "groovy", ""],
            ["a.xsd", "xsd", ""],
            ["a.xsd", "xsd", "wsdl"],
            ["m.xsl", "xslt", ""],
        ]
    );
    assert_eq!(world.get(&format!("{all}/$count")).await.text(), "4");
    let schema = format!("{ONE}/Resources(Name='a.xsd',ResourceType='xsd')/$value");
    assert_eq!(world.get(&schema).await.text(), "outer");
    let inner = format!("{schema}?ReferencedResourceType=wsdl");
    assert_eq!(world.get(&inner).await.text(), "inner");

    let link = format!("{ONE}/$links/Resources(Name='script1.groovy',ResourceType='groovy')");
    let body = json!({"ResourceContent": STANDARD.encode("def y = 2")});
    let replaced = world.expect(200, "PUT", &link, body.clone()).await;
    assert!(replaced.body.is_empty());
    let script = format!("{ONE}/Resources(Name='script1.groovy',ResourceType='groovy')");
    let answer = world.get(&format!("{script}/$value")).await;
    assert_eq!(answer.text(), "def y = 2");
    assert_eq!(answer.headers["content-type"], "application/octet-stream");
    let archive = world.get(&format!("{ONE}/$value")).await.body;
    let mut expected = members(&zip);
    let path = "src/main/resources/script/script1.groovy";
    expected.insert(path.to_owned(), b"def y = 2".to_vec());
    assert_eq!(members(&archive), expected);

    world.expect(200, "DELETE", &link, Value::Null).await;
    world.expect(404, "DELETE", &link, Value::Null).await;
    world.expect(404, "PUT", &link, body).await;
    world.expect(404, "GET", &script, Value::Null).await;
    let archive = world.get(&format!("{ONE}/$value")).await.body;
    assert_eq!(members(&archive), members(&zip));
    assert_eq!(
        world.get(ONE).await.entity()["Version"],
        "1.0.2",
        "no draft"
    );
}
