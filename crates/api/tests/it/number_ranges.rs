//! Number ranges.

use serde_json::{Value, json};

use crate::world::World;

fn range(name: &str) -> Value {
    json!({
        "Name": name, "Description": "of 2026", "MinValue": "1", "MaxValue": "99",
        "CurrentValue": "7", "FieldLength": "5", "Rotate": "true", "DeployedOn": null,
    })
}

#[tokio::test]
async fn ranges_come_and_go_with_the_statuses_of_the_original() {
    let world = World::new().await;
    let made = world
        .expect(202, "POST", "NumberRanges", range("My Orders_1"))
        .await;
    assert_eq!(made.text(), "");
    let read = world.get("NumberRanges('My%20Orders_1')").await.entity();
    for (name, value) in [
        ("Name", "My Orders_1"),
        ("Description", "of 2026"),
        ("MinValue", "1"),
        ("MaxValue", "99"),
        ("CurrentValue", "7"),
        ("FieldLength", "5"),
        ("Rotate", "true"),
        ("DeployedBy", "operator"),
        ("DeployedOn", "/Date(1790000000000)/"),
    ] {
        assert_eq!(read[name], value, "{name}");
    }
    let rows = world
        .get("NumberRanges?$filter=Rotate+eq+'true'")
        .await
        .rows();
    assert_eq!(rows.len(), 1);
    world
        .expect(409, "POST", "NumberRanges", range("My Orders_1"))
        .await;
    let mut changed = range("My Orders_1");
    changed["CurrentValue"] = json!(42);
    let path = "NumberRanges('My%20Orders_1')";
    world.expect(202, "PUT", path, changed).await;
    assert_eq!(world.get(path).await.entity()["CurrentValue"], "42");
    world.expect(202, "DELETE", path, Value::Null).await;
    for method in ["GET", "DELETE"] {
        world.expect(404, method, path, Value::Null).await;
    }
    world.expect(404, "PUT", path, range("My Orders_1")).await;
}

#[tokio::test]
async fn wrong_ranges_are_refused() {
    let world = World::new().await;
    world
        .expect(500, "POST", "NumberRanges", range("a-b"))
        .await;
    world.expect(202, "POST", "NumberRanges", range("a")).await;
    world
        .expect(400, "PUT", "NumberRanges('a')", range("b"))
        .await;
    for (name, value) in [
        ("MinValue", json!("x")),
        ("MinValue", json!("")),
        ("MaxValue", json!(0)),
        ("Rotate", json!("perhaps")),
        ("FieldLength", json!("1")),
        ("CurrentValue", Value::Null),
    ] {
        let mut wrong = range("a");
        wrong[name] = value;
        world.expect(400, "PUT", "NumberRanges('a')", wrong).await;
    }
    let least = json!({"Name": "b", "MinValue": "5", "MaxValue": "9"});
    world.expect(202, "POST", "NumberRanges", least).await;
    let read = world.get("NumberRanges('b')").await.entity();
    assert_eq!(
        (&read["CurrentValue"], &read["Rotate"]),
        (&json!("5"), &json!("false"))
    );
}
