//! Data stores and their entries.

use std::io::{Cursor, Read as _};
use std::time::Duration;

use lockgate_core::crypto::MasterKey;
use lockgate_core::random::SeededRandom;
use lockgate_store::data_stores::{self, EntryKey, NewEntry, Plain};
use lockgate_store::variables::Scope;
use serde_json::Value;
use zip::ZipArchive;

use crate::world::{World, basic};

const HOUR: Duration = Duration::from_secs(3600);

fn key(flow: &str, id: &str) -> EntryKey {
    EntryKey {
        scope: match flow {
            "" => Scope::Global,
            flow => Scope::Local(flow.to_owned()),
        },
        store: "orders".to_owned(),
        id: id.to_owned(),
    }
}

/// The text of a key.
fn entry(flow: &str, id: &str) -> String {
    format!("DataStoreEntries(Id='{id}',DataStoreName='orders',IntegrationFlow='{flow}',Type='')")
}

fn store(flow: &str, kind: &str) -> String {
    format!("DataStores(DataStoreName='orders',IntegrationFlow='{flow}',Type='{kind}')")
}

async fn put(world: &World, key: EntryKey, plain: Plain, seed: Option<u64>) {
    let vault = seed.map(|seed| MasterKey::generate(&SeededRandom::new(seed)).vault());
    let entry = NewEntry {
        message: format!("message-of-{}", key.id),
        size: plain.size(),
        content: plain.pack(&key, vault.as_ref()),
        key,
        due_after: HOUR,
        expires_after: 2 * HOUR,
    };
    let mut tx = world.store.begin().await.unwrap();
    data_stores::put(&mut tx, entry, false).await.unwrap();
    tx.commit().await.unwrap();
}

fn plain(body: &str) -> Plain {
    Plain {
        headers: None,
        body: body.as_bytes().to_vec(),
    }
}

/// A world with a store of a flow with two entries, the older of them overdue, and one of the tenant.
async fn world(people: &[(&str, &[&str])]) -> World {
    let world = World::with_people(people).await;
    put(&world, key("flow1", "1"), plain("<a/>"), None).await;
    world.clock.advance(HOUR);
    put(&world, key("flow1", "2"), plain("<a/>"), None).await;
    put(&world, key("", "it's"), plain("<a/>"), None).await;
    world
}

#[tokio::test]
async fn stores_are_listed_with_what_is_in_them() {
    let world = world(&[]).await;
    let rows = world.get("DataStores").await.rows();
    assert_eq!(rows.len(), 2);
    for (row, expected) in rows.iter().zip([
        ("", "Global", "1", "0"),
        ("flow1", "Integration Flow", "2", "1"),
    ]) {
        assert_eq!(row["DataStoreName"], "orders");
        assert_eq!(row["Type"], "");
        let shown = [
            "IntegrationFlow",
            "Visibility",
            "NumberOfMessages",
            "NumberOfOverdueMessages",
        ]
        .map(|name| row[name].as_str().unwrap());
        assert_eq!(shown, [expected.0, expected.1, expected.2, expected.3]);
    }
    for flag in ["true", "'true'"] {
        let overdue = world
            .get(&format!("DataStores?overdueonly={flag}"))
            .await
            .rows();
        assert_eq!(overdue.len(), 1);
        assert_eq!(overdue[0]["IntegrationFlow"], "flow1");
    }
    let one = world.get(&store("flow1", "")).await.entity();
    assert_eq!(one, rows[1]);
    for missing in [store("flow2", ""), store("flow1", "Aggregator")] {
        world.expect(404, "GET", &missing, Value::Null).await;
        world.expect(404, "DELETE", &missing, Value::Null).await;
        let entries = format!("{missing}/Entries");
        world.expect(404, "GET", &entries, Value::Null).await;
    }
}

#[tokio::test]
async fn entries_say_who_wrote_them_and_until_when_they_wait() {
    let world = world(&[]).await;
    let rows = world
        .get(&format!("{}/Entries", store("flow1", "")))
        .await
        .rows();
    let shown: Vec<_> = rows
        .iter()
        .map(|row| (row["Id"].as_str().unwrap(), row["Status"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, [("1", "Overdue"), ("2", "Waiting")]);
    let one = world.get(&entry("flow1", "1")).await.entity();
    assert_eq!(one, rows[0]);
    for (name, expected) in [
        ("MessageId", "message-of-1"),
        ("DataStoreName", "orders"),
        ("IntegrationFlow", "flow1"),
        ("Type", ""),
        ("CreatedAt", "/Date(1790000000000)/"),
        ("DueAt", "/Date(1790003600000)/"),
        ("RetainUntil", "/Date(1790007200000)/"),
    ] {
        assert_eq!(one[name], expected, "{name}");
    }
    world.clock.advance(HOUR);
    world
        .expect(404, "GET", &entry("flow1", "1"), Value::Null)
        .await;
    assert_eq!(world.get("DataStoreEntries/$count").await.text(), "2");
}

#[tokio::test]
async fn entries_are_found_by_message_state_and_what_odata_has() {
    let world = world(&[]).await;
    for (query, expected) in [
        ("", &["it's", "1", "2"][..]),
        ("?messageid=message-of-2", &["2"]),
        ("?messageid='message-of-2'", &["2"]),
        ("?messageid=nobody", &[]),
        ("?overdueonly=true", &["1"]),
        ("?overdueonly=false", &["it's", "1", "2"]),
        ("?$top=1&$skip=1", &["1"]),
        ("?$orderby=Id%20desc&$top=2", &["it's", "2"]),
        (
            "?$filter=DataStoreName%20eq%20'orders'%20and%20Id%20eq%20'2'&$top=5",
            &["2"],
        ),
        ("?$filter=Status%20eq%20'Overdue'", &["1"]),
    ] {
        let rows = world.get(&format!("DataStoreEntries{query}")).await.rows();
        let ids: Vec<_> = rows.iter().map(|row| row["Id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{query}");
    }
    let expanded = world.get("DataStores?$expand=Entries").await.rows();
    let of_flow = expanded[1]["Entries"]["results"].as_array().unwrap();
    assert_eq!(of_flow.len(), 2);
}

#[tokio::test]
async fn a_content_comes_opened_in_an_archive() {
    let world = world(&[]).await;
    let plain = Plain {
        headers: Some(vec![("Order No".to_owned(), "a=ü".to_owned())]),
        body: vec![0, 255],
    };
    // The key of this world, and that of a stranger.
    put(&world, key("", "sealed"), plain.clone(), Some(1)).await;
    put(&world, key("", "strange"), plain, Some(2)).await;
    for (path, name, headers, body) in [
        (
            entry("", "sealed"),
            "sealed.zip",
            "Order\\ No=a\\=ü\n",
            &[0, 255][..],
        ),
        (entry("", "it''s"), "it's.zip", "", b"<a/>"),
    ] {
        let zip = world.get(&format!("{path}/$value")).await;
        assert_eq!(zip.headers["content-type"], "application/zip");
        let file = zip.headers["content-disposition"].to_str().unwrap();
        assert!(file.contains(name), "{file}");
        let mut archive = ZipArchive::new(Cursor::new(zip.body)).unwrap();
        let mut read = |name: &str| {
            let mut bytes = Vec::new();
            archive
                .by_name(name)
                .unwrap()
                .read_to_end(&mut bytes)
                .unwrap();
            bytes
        };
        assert_eq!(read("headers.prop"), headers.as_bytes());
        assert_eq!(read("body"), body);
    }
    let path = format!("{}/$value", entry("", "strange"));
    let failed = world.expect(500, "GET", &path, Value::Null).await;
    assert!(
        failed.message().contains("another master key"),
        "{}",
        failed.message()
    );
    let path = format!("{}/$value", entry("", "none"));
    world.expect(404, "GET", &path, Value::Null).await;
}

#[tokio::test]
async fn what_is_deleted_is_gone() {
    let world = world(&[]).await;
    world
        .expect(202, "DELETE", &entry("flow1", "1"), Value::Null)
        .await;
    world
        .expect(404, "DELETE", &entry("flow1", "1"), Value::Null)
        .await;
    world
        .expect(202, "DELETE", &store("flow1", ""), Value::Null)
        .await;
    world
        .expect(404, "DELETE", &store("flow1", ""), Value::Null)
        .await;
    assert_eq!(world.get("DataStoreEntries/$count").await.text(), "1");
    world.expect(501, "POST", "DataStores", Value::Null).await;
}

#[tokio::test]
async fn to_list_to_read_and_to_delete_are_three_roles() {
    const LIST: &str = "DataStoresAndQueuesRead";
    const READ: &str = "DataStorePayloadsRead";
    const DELETE: &str = "DataStoresAndQueuesDelete";
    const EXPERT: &str = "AuthGroup_BusinessExpert";
    const READER: &str = "AuthGroup_ReadOnly";
    let people = [LIST, READ, DELETE, EXPERT, READER];
    let roles: Vec<_> = people.iter().map(|role| (*role, vec![*role])).collect();
    let roles: Vec<_> = roles
        .iter()
        .map(|(name, roles)| (*name, roles.as_slice()))
        .collect();
    let world = world(&roles).await;
    let one = entry("flow1", "2");
    for (path, may) in [
        ("DataStores".to_owned(), &[LIST, DELETE, EXPERT, READER][..]),
        (
            "DataStoreEntries".to_owned(),
            &[LIST, DELETE, EXPERT, READER],
        ),
        (one.clone(), &[LIST, DELETE, EXPERT, READER]),
        (format!("{one}/$value"), &[READ, EXPERT]),
    ] {
        for person in people {
            let headers = [("Authorization".to_owned(), basic(person))];
            let target = format!("/api/v1/{path}");
            let status = world.send("GET", &target, &headers, "").await.status;
            assert_eq!(
                status == 200,
                may.contains(&person),
                "{person}: {path}: {status}"
            );
        }
    }
    let deletes = async |person: &str| {
        let mut headers = vec![
            ("Authorization".to_owned(), basic(person)),
            ("X-CSRF-Token".to_owned(), "Fetch".to_owned()),
        ];
        let fetched = world.send("GET", "/api/v1/", &headers, "").await;
        let token = fetched.headers["x-csrf-token"].to_str().unwrap();
        token.clone_into(&mut headers[1].1);
        let target = format!("/api/v1/{one}");
        world
            .send("DELETE", &target, &headers, "")
            .await
            .status
            .as_u16()
    };
    for (person, expected) in [(LIST, 403), (READ, 403), (EXPERT, 403), (DELETE, 202)] {
        assert_eq!(deletes(person).await, expected, "{person}");
    }
}
