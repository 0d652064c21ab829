//! Entries of value mappings.

use serde_json::{Value, json};

use crate::archives::Members;
use crate::world::World;

const ONE: &str = "ValueMappingDesigntimeArtifacts(Id='Values',Version='active')";
const WHICH: &str =
    "Id='Values'&Version='active'&SrcAgency='SAP'&SrcId='Plant'&TgtAgency='Shop'&TgtId='Site'";
const VALUES: &str = r#"<vm version="2.0">
<group id="g1"><entry><agency>SAP</agency><schema>Plant</schema><value>1000</value></entry>
<entry isDefault="true"><agency>Shop</agency><schema>Site</schema><value>Main</value></entry></group>
<group id="g2"><entry><agency>SAP</agency><schema>Plant</schema><value>2000</value></entry>
<entry><agency>Shop</agency><schema>Site</schema><value>Side</value></entry></group></vm>"#;

async fn world() -> World {
    let world = World::new().await;
    world.package("demo").await;
    let zip = Members::of("ValueMapping", "Values", &[("value_mapping.xml", VALUES)]).zip();
    world
        .upload("ValueMappingDesigntimeArtifacts", "Values", &zip)
        .await;
    world
}

async fn maps(world: &World, navigation: &str) -> Vec<(String, String, String)> {
    let schema = "ValMapSchema(SrcAgency='SAP',SrcId='Plant',TgtAgency='Shop',TgtId='Site')";
    let rows = world
        .get(&format!("{ONE}/{schema}/{navigation}"))
        .await
        .rows();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| {
            let value = &row["Value"];
            (
                text(&row["Id"]),
                text(&value["SrcValue"]),
                text(&value["TgtValue"]),
            )
        })
        .collect()
}

fn map(id: &str, source: &str, target: &str) -> (String, String, String) {
    (id.to_owned(), source.to_owned(), target.to_owned())
}

#[tokio::test]
async fn entries_are_listed_between_places() {
    let world = world().await;
    let filter = "$filter=State%20eq%20'Configured'";
    let rows = world
        .get(&format!("{ONE}/ValMapSchema?{filter}"))
        .await
        .rows();
    let names = ["SrcAgency", "SrcId", "TgtAgency", "TgtId"];
    let key = |row: &Value| names.map(|name| row[name].as_str().unwrap().to_owned());
    assert_eq!(
        rows.iter().map(key).collect::<Vec<_>>(),
        [
            ["SAP", "Plant", "Shop", "Site"],
            ["Shop", "Site", "SAP", "Plant"]
        ]
    );
    let all = [map("g1", "1000", "Main"), map("g2", "2000", "Side")];
    assert_eq!(maps(&world, "ValMaps").await, all);
    assert_eq!(maps(&world, "DefaultValMaps").await, all[..1]);
    let unknown = "ValMapSchema(SrcAgency='X',SrcId='Plant',TgtAgency='Shop',TgtId='Site')";
    world
        .expect(404, "GET", &format!("{ONE}/{unknown}/ValMaps"), Value::Null)
        .await;
}

#[tokio::test]
async fn entries_are_changed_by_functions() {
    let world = world().await;
    let upsert = |rest: &str| format!("UpsertValMaps?{WHICH}&IsConfigured=true&{rest}");
    let changed = upsert("ValMapId='g2'&SrcValue='2000'&TgtValue='Site%20%3C2%3E'");
    let answer = world.expect(202, "POST", &changed, Value::Null).await;
    assert!(answer.body.is_empty());
    world
        .expect(404, "POST", &changed.replace("'g2'", "'g9'"), Value::Null)
        .await;
    world
        .expect(404, "POST", &changed.replace("'SAP'", "'X'"), Value::Null)
        .await;
    let added = upsert("SrcValue='1000'&TgtValue='Second'");
    world.expect(202, "POST", &added, Value::Null).await;
    world.expect(202, "POST", &added, Value::Null).await;
    let found = maps(&world, "ValMaps").await;
    assert_eq!(
        found[..2],
        [map("g1", "1000", "Main"), map("g2", "2000", "Site <2>")]
    );
    let [(new, source, target)] = &found[2..] else {
        panic!("added twice: {found:?}");
    };
    assert_eq!((source.as_str(), target.as_str()), ("1000", "Second"));

    let default =
        |id: &str| format!("UpdateDefaultValMap?{WHICH}&ValMapId='{id}'&IsConfigured=true");
    world.expect(202, "POST", &default(new), Value::Null).await;
    assert_eq!(
        maps(&world, "DefaultValMaps").await,
        [map(new, "1000", "Second")]
    );
    let refused = world.expect(400, "POST", &default("g2"), Value::Null).await;
    assert_eq!(
        refused.message(),
        "Not enough target instances to create default."
    );

    world
        .expect(202, "POST", &format!("DeleteValMaps?{WHICH}"), Value::Null)
        .await;
    assert!(
        world
            .get(&format!("{ONE}/ValMapSchema"))
            .await
            .rows()
            .is_empty()
    );
    world
        .expect(404, "POST", &format!("DeleteValMaps?{WHICH}"), Value::Null)
        .await;
    world
        .expect(400, "POST", "DeleteValMaps?Id='Values'", json!({}))
        .await;
}
