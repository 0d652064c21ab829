//! Variables.

use std::io::{Cursor, Read as _};

use lockgate_store::variables::{self, Scope};
use serde_json::Value;
use zip::ZipArchive;

use crate::world::World;

async fn world() -> World {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    for (scope, name, value) in [
        (Scope::Global, "last run", "2026-01-01 = now"),
        (Scope::Local("flow1".to_owned()), "token", "ü\n"),
    ] {
        let set = variables::set(&mut tx, &scope, name, value.as_bytes());
        set.await.unwrap();
    }
    tx.commit().await.unwrap();
    world
}

#[tokio::test]
async fn variables_are_listed_with_their_flow() {
    let world = world().await;
    let mut rows = world.get("Variables?$orderby=VariableName").await.rows();
    assert_eq!(rows.len(), 2);
    let of_flow = rows.pop().unwrap();
    assert_eq!(of_flow["IntegrationFlow"], "flow1");
    assert_eq!(of_flow["Visibility"], "Integration Flow");
    assert_eq!(of_flow["UpdatedAt"], "/Date(1790000000000)/");
    // 400 days later.
    assert_eq!(of_flow["RetainUntil"], "/Date(1824560000000)/");
    let path = "Variables(VariableName='last%20run',IntegrationFlow='')";
    let global = world.get(path).await.entity();
    assert_eq!(global["Visibility"], "Global");
    let missing = "Variables(VariableName='token',IntegrationFlow='')";
    world.expect(404, "GET", missing, Value::Null).await;
}

#[tokio::test]
async fn a_value_is_a_property_in_an_archive() {
    let world = world().await;
    for (key, file, line) in [
        (
            "VariableName='last%20run',IntegrationFlow=''",
            "attachment; filename=\"last run.zip\"",
            "last\\ run=2026-01-01\\ \\=\\ now\n",
        ),
        (
            "IntegrationFlow='flow1',VariableName='token'",
            "attachment; filename=token.zip",
            "token=ü\\n\n",
        ),
    ] {
        let zip = world.get(&format!("Variables({key})/$value")).await;
        assert_eq!(zip.headers["content-type"], "application/zip");
        assert_eq!(zip.headers["content-disposition"], file);
        let mut archive = ZipArchive::new(Cursor::new(zip.body)).unwrap();
        let mut text = String::new();
        let mut member = archive.by_name("headers.prop").unwrap();
        member.read_to_string(&mut text).unwrap();
        assert_eq!(text, line);
    }
}

#[tokio::test]
async fn a_deleted_variable_is_gone() {
    let world = world().await;
    let path = "Variables(VariableName='token',IntegrationFlow='flow1')";
    world.expect(202, "DELETE", path, Value::Null).await;
    world.expect(404, "DELETE", path, Value::Null).await;
    assert_eq!(world.get("Variables/$count").await.text(), "1");
}
