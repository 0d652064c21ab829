//! The partner directory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_store::audit;
use lockgate_store::partners::parameters;
use serde_json::{Value, json};

use crate::world::{Answer, BASE, OPERATOR, PASSWORD, World};

const TEXTS: &str = "StringParameters";
/// `GS1`, `GLN` and `4012345` in hexadecimal digits.
const GLN: &str =
    "AlternativePartners(Hexagency='475331',Hexscheme='474c4e',Hexid='34303132333435')";

fn text(pid: &str, id: &str, value: &str) -> Value {
    json!({"Pid": pid, "Id": id, "Value": value})
}

fn one(pid: &str, id: &str) -> String {
    format!("{TEXTS}(Pid='{pid}',Id='{id}')")
}

async fn pids(world: &World, query: &str) -> Vec<String> {
    let rows = world.get(&format!("Partners{query}")).await.rows();
    let pid = |row: &Value| row["Pid"].as_str().unwrap().to_owned();
    rows.iter().map(pid).collect()
}

/// What each kind of entry has for partner `acme`.
async fn fill(world: &World) {
    let value = STANDARD.encode("<x/>");
    let bytes = json!({"Pid": "acme", "Id": "map", "ContentType": "xsl", "Value": value});
    let name = json!({"Agency": "GS1", "Scheme": "GLN", "Id": "4012345", "Pid": "acme"});
    let credential = json!({"Pid": "acme", "Id": "login", "User": "u", "Password": PASSWORD});
    for (set, body) in [
        (TEXTS, text("acme", "url", "https://x")),
        ("BinaryParameters", bytes),
        ("AlternativePartners", name),
        (
            "AuthorizedUsers",
            json!({"User": "Ann@Example.org", "Pid": "acme"}),
        ),
        ("UserCredentialParameters", credential),
    ] {
        world.expect(201, "POST", set, body).await;
    }
}

#[tokio::test]
async fn texts_are_created_once_changed_and_deleted() {
    let world = World::new().await;
    let created = world
        .expect(
            201,
            "POST",
            &format!("{TEXTS}?user=ann"),
            text("acme", "url", "a"),
        )
        .await;
    let at = format!("{BASE}/StringParameters(Pid='acme',Id='url')");
    assert_eq!(created.headers["location"], at.as_str());
    let row = created.entity();
    assert_eq!(row["__metadata"]["type"], "com.sap.hci.api.StringParameter");
    assert_eq!(
        [
            &row["Value"],
            &row["CreatedBy"],
            &row["LastModifiedBy"],
            &row["CreatedTime"]
        ],
        ["a", "ann", "ann", "/Date(1790000000000)/"]
    );
    let again = text("acme", "url", "b");
    let refused = world.expect(409, "POST", TEXTS, again.clone()).await;
    assert!(refused.message().contains("already"), "{refused:?}");

    world.clock.advance(std::time::Duration::from_millis(5));
    let changed = world.expect(204, "PUT", &one("acme", "url"), again).await;
    assert!(changed.body.is_empty());
    let row = world.get(&one("acme", "url")).await.entity();
    assert_eq!(
        [&row["Value"], &row["CreatedBy"], &row["LastModifiedBy"]],
        ["b", "ann", "operator"]
    );
    assert_eq!(row["LastModifiedTime"], "/Date(1790000000005)/");
    assert_eq!(row["CreatedTime"], "/Date(1790000000000)/");
    // Keys are sensitive to case.
    world
        .expect(404, "GET", &one("acme", "URL"), Value::Null)
        .await;
    world
        .expect(404, "PUT", &one("acme", "URL"), text("", "", ""))
        .await;
    world
        .expect(204, "DELETE", &one("acme", "url"), Value::Null)
        .await;
    world
        .expect(404, "DELETE", &one("acme", "url"), Value::Null)
        .await;
    assert!(pids(&world, "").await.is_empty());
}

#[tokio::test]
async fn what_entries_must_not_be_is_refused() {
    let world = World::new().await;
    let bytes = |kind: &str| json!({"Pid": "p", "Id": "i", "ContentType": kind, "Value": "eA=="});
    for (set, body) in [
        (TEXTS, text("", "i", "v")),
        (TEXTS, text("a b", "i", "v")),
        (TEXTS, text("p", "i", &"v".repeat(4_001))),
        (TEXTS, json!({"Pid": "p", "Id": "i"})),
        (TEXTS, json!({"Pid": "p", "Id": "i", "Value": null})),
        ("BinaryParameters", bytes("pdf")),
        (
            "BinaryParameters",
            json!({"Pid": "p", "Id": "i", "Value": "eA=="}),
        ),
        (
            "AlternativePartners",
            json!({"Agency": "a", "Scheme": "s", "Pid": "p"}),
        ),
        ("AuthorizedUsers", json!({"User": "u"})),
        (
            "UserCredentialParameters",
            json!({"Pid": "p", "Id": "i", "User": "u"}),
        ),
    ] {
        let refused = world.expect(400, "POST", set, body).await;
        assert!(!refused.message().is_empty());
    }
    assert!(pids(&world, "").await.is_empty());
}

#[tokio::test]
async fn partners_are_there_while_they_have_entries() {
    let world = World::new().await;
    fill(&world).await;
    world
        .expect(201, "POST", TEXTS, text("other", "x", ""))
        .await;
    assert_eq!(pids(&world, "").await, ["acme", "other"]);
    assert_eq!(pids(&world, "?$filter=Pid%20eq%20'acme'").await, ["acme"]);
    assert!(
        pids(&world, "?$filter=Pid%20eq%20'nobody'")
            .await
            .is_empty()
    );
    world
        .expect(501, "GET", "Partners('acme')", Value::Null)
        .await;
    world
        .expect(501, "POST", "Partners", json!({"Pid": "new"}))
        .await;

    let wrong = "Partners('acme')?exclude=Nonsense";
    world.expect(400, "DELETE", wrong, Value::Null).await;
    let some =
        "Partners('acme')?exclude=AuthorizedUsers,AlternativePartners&exclude=StringParameters";
    world.expect(204, "DELETE", some, Value::Null).await;
    let count = async |set: &str| world.get(&format!("{set}/$count")).await.text();
    assert_eq!(count("BinaryParameters").await, "0");
    assert_eq!(count("AuthorizedUsers").await, "1");
    assert_eq!(count("AlternativePartners").await, "1");
    assert_eq!(count(TEXTS).await, "2");
    world
        .expect(204, "DELETE", "Partners('acme')", Value::Null)
        .await;
    assert_eq!(pids(&world, "").await, ["other"]);
    world
        .expect(404, "DELETE", "Partners('acme')", Value::Null)
        .await;

    let mut tx = world.store.read().await.unwrap();
    let events = audit::list(&mut tx, &audit::Filter::default())
        .await
        .unwrap();
    let newest = &events[0];
    assert_eq!(
        (&*newest.action, &*newest.target_id),
        ("partner.delete", "acme")
    );
    assert!(newest.detail.starts_with("3 entries"), "{newest:?}");
    assert!(!format!("{events:?}").contains(PASSWORD));
}

#[tokio::test]
async fn bytes_come_in_pages_of_thirty() {
    let world = World::new().await;
    for number in 0..31 {
        let id = format!("x{number:02}");
        let value = STANDARD.encode(&id);
        let body = json!({"Pid": "p", "Id": id, "ContentType": "xml;encoding=UTF-8",
            "Value": value});
        world.expect(201, "POST", "BinaryParameters", body).await;
    }
    let first = world
        .get("BinaryParameters?$inlinecount=allpages")
        .await
        .json();
    let rows = first["d"]["results"].as_array().unwrap();
    assert_eq!((rows.len(), &first["d"]["__count"]), (30, &json!("31")));
    assert_eq!(rows[7]["Value"], STANDARD.encode("x07"));
    assert_eq!(rows[7]["ContentType"], "xml;encoding=UTF-8");
    let next = first["d"]["__next"].as_str().unwrap();
    let rest = world
        .get(next.strip_prefix(&format!("{BASE}/")).unwrap())
        .await;
    let rest = rest.json();
    assert_eq!(rest["d"]["results"][0]["Id"], "x30");
    assert_eq!(rest["d"]["results"].as_array().unwrap().len(), 1);
    assert_eq!(rest["d"]["__next"], Value::Null);

    let some = "BinaryParameters?$select=Pid,Id&$orderby=Id%20desc&$top=2&$filter=Id%20lt%20'x05'";
    let rows = world.get(some).await.rows();
    let ids: Vec<_> = rows.iter().map(|row| row["Id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["x04", "x03"]);
    assert!(rows[0].get("Value").is_none());
    assert_eq!(world.get("BinaryParameters/$count").await.text(), "31");
    for by_value in ["$filter=Value%20ne%20null", "$orderby=Value"] {
        let path = format!("BinaryParameters?{by_value}");
        world.expect(501, "GET", &path, Value::Null).await;
    }

    let first = "BinaryParameters(Pid='p',Id='x00')";
    let value = STANDARD.encode([0xff, 0]);
    world
        .expect(204, "PUT", first, json!({"Value": value}))
        .await;
    let row = world.get(first).await.entity();
    assert_eq!(
        (&row["Value"], &row["ContentType"]),
        (&json!(value), &json!("xml;encoding=UTF-8"))
    );
    let json = json!({"Value": value, "ContentType": "json"});
    world.expect(204, "PUT", first, json).await;
    assert_eq!(world.get(first).await.entity()["ContentType"], "json");
}

#[tokio::test]
async fn texts_are_searched_sorted_and_counted() {
    let world = World::new().await;
    for (pid, id, value) in [("b", "x", "1"), ("a", "y", "2"), ("a", "x", "3")] {
        world.expect(201, "POST", TEXTS, text(pid, id, value)).await;
    }
    for (query, expected) in [
        ("", &["3", "2", "1"][..]),
        ("?$top=1", &["3"]),
        ("?$skip=1&$top=1", &["2"]),
        ("?$filter=Pid%20eq%20'a'", &["3", "2"]),
        ("?$filter=Pid%20eq%20'a'&$skip=1", &["2"]),
        ("?$filter=Pid%20eq%20'a'%20and%20Id%20eq%20'y'", &["2"]),
        (
            "?$filter=Pid%20eq%20'a'%20or%20Pid%20eq%20'b'",
            &["3", "2", "1"],
        ),
        ("?$filter=Value%20ge%20'2'&$orderby=Value", &["2", "3"]),
        ("?$filter=Pid%20eq%20'a'%20and%20Pid%20eq%20'b'", &[]),
    ] {
        let rows = world.get(&format!("{TEXTS}{query}")).await.rows();
        let values: Vec<_> = rows
            .iter()
            .map(|row| row["Value"].as_str().unwrap())
            .collect();
        assert_eq!(values, expected, "{query}");
    }
    let counted = world
        .get(&format!("{TEXTS}?$top=1&$inlinecount=allpages"))
        .await
        .json();
    assert_eq!(counted["d"]["__count"], "3");
    let count = format!("{TEXTS}/$count?$filter=Pid%20eq%20'a'");
    assert_eq!(world.get(&count).await.text(), "2");
}

#[tokio::test]
async fn other_names_have_keys_of_hexadecimal_digits() {
    let world = World::new().await;
    fill(&world).await;
    for path in [GLN.to_owned(), GLN.replace("474c4e", "474C4E")] {
        let row = world.get(&path).await.entity();
        assert_eq!(
            [&row["Scheme"], &row["Hexscheme"], &row["Pid"]],
            ["GLN", "474C4E", "acme"]
        );
    }
    for wrong in ["47", "4", "zz"] {
        let path = GLN.replace("475331", wrong);
        world.expect(404, "GET", &path, Value::Null).await;
    }
    let plain = world
        .get("AlternativePartners?$filter=Agency%20eq%20'GS1'")
        .await;
    assert_eq!(plain.rows().len(), 1);
    let digits = world
        .get("AlternativePartners?$filter=Hexagency%20eq%20'475331'")
        .await;
    assert!(digits.rows().is_empty());

    let name =
        |id: &str, pid: &str| json!({"Agency": "GS1", "Scheme": "GLN", "Id": id, "Pid": pid});
    // The name is taken, and the partner has one in the scheme.
    world
        .expect(409, "POST", "AlternativePartners", name("4012345", "other"))
        .await;
    world
        .expect(409, "POST", "AlternativePartners", name("999", "acme"))
        .await;
    world
        .expect(201, "POST", "AlternativePartners", name("999", "other"))
        .await;
    world.expect(409, "PUT", GLN, json!({"Pid": "other"})).await;
    world.expect(204, "PUT", GLN, json!({"Pid": "third"})).await;
    assert_eq!(world.get(GLN).await.entity()["Pid"], "third");
    world.expect(204, "DELETE", GLN, Value::Null).await;
    world.expect(404, "GET", GLN, Value::Null).await;
}

#[tokio::test]
async fn users_are_in_lower_case() {
    let world = World::new().await;
    let created = world
        .expect(
            201,
            "POST",
            "AuthorizedUsers",
            json!({"User": "Ann@X", "Pid": "acme"}),
        )
        .await;
    assert_eq!(created.entity()["User"], "ann@x");
    let same = json!({"User": "ANN@x", "Pid": "other"});
    world.expect(409, "POST", "AuthorizedUsers", same).await;
    world
        .expect(
            204,
            "PUT",
            "AuthorizedUsers('ANN@X')",
            json!({"Pid": "other"}),
        )
        .await;
    assert_eq!(
        world.get("AuthorizedUsers('ann@x')").await.entity()["Pid"],
        "other"
    );
    world
        .expect(204, "DELETE", "AuthorizedUsers('Ann@X')", Value::Null)
        .await;
    world
        .expect(404, "GET", "AuthorizedUsers('ann@x')", Value::Null)
        .await;
}

#[tokio::test]
async fn credentials_are_written_by_post_and_never_read() {
    let world = World::new().await;
    fill(&world).await;
    let all = "UserCredentialParameters";
    world.expect(500, "GET", all, Value::Null).await;
    let wrong = format!("{all}?$filter=Id%20eq%20'login'");
    world.expect(500, "GET", &wrong, Value::Null).await;
    let rows = world
        .get(&format!("{all}?$filter=Pid%20eq%20'acme'"))
        .await
        .rows();
    assert_eq!(
        (&rows[0]["User"], &rows[0]["Password"]),
        (&json!("u"), &Value::Null)
    );

    let key = format!("{all}(Pid='acme',Id='login')");
    let body = json!({"User": "v", "Password": "secret"});
    world.expect(501, "PUT", &key, body).await;
    let body = json!({"Pid": "acme", "Id": "login", "User": "v", "Password": "secret"});
    let written = world.expect(201, "POST", all, body).await.entity();
    assert_eq!(
        (&written["User"], &written["Password"]),
        (&json!("v"), &Value::Null)
    );
    assert_eq!(world.get(&key).await.entity()["Password"], Value::Null);
    let hashed = world
        .get(&format!("{key}?returnHashedPassword=SHA256"))
        .await;
    let sha256 = "SHA256.2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    assert_eq!(hashed.entity()["Password"], sha256);
    let wrong = format!("{key}?returnHashedPassword=MD5");
    world.expect(400, "GET", &wrong, Value::Null).await;

    let names = async || {
        let mut tx = world.store.read().await.unwrap();
        let materials = parameters::materials(&mut tx).await.unwrap();
        materials
            .into_iter()
            .map(|one| one.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["pd:acme:login:UserCredential"]);
    world.expect(204, "DELETE", &key, Value::Null).await;
    assert!(names().await.is_empty());
}

/// Sends a changeset: method, target and body of each change.
async fn changeset(world: &World, changes: &[(&str, &str, Value)]) -> Answer {
    let mut parts = String::new();
    for (method, target, body) in changes {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        parts += &format!(
            "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n\
            {method} {target} HTTP/1.1\r\nAccept: application/json\r\n\
            Content-Type: application/json\r\n\r\n{body}\r\n"
        );
    }
    let batch = format!(
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{parts}--c--\r\n--b--\r\n"
    );
    let headers = [
        ("Authorization", format!("Bearer {OPERATOR}")),
        ("Content-Type", "multipart/mixed; boundary=b".to_owned()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    let answer = world.send("POST", "/api/v1/$batch", &headers, batch).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    answer
}

fn statuses(answer: &Answer) -> Vec<String> {
    let text = answer.text();
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("HTTP/1.1 "));
    lines.map(|line| line[..3].to_owned()).collect()
}

#[tokio::test]
async fn a_changeset_is_applied_as_a_whole_or_not_at_all() {
    let world = World::new().await;
    world
        .expect(201, "POST", TEXTS, text("acme", "old", "1"))
        .await;
    let old = one("acme", "old");
    let mut changes = vec![
        (
            "POST",
            "StringParameters?user=ann",
            text("acme", "new", "2"),
        ),
        ("PUT", &*old, json!({"Value": "3"})),
        (
            "POST",
            "AuthorizedUsers",
            json!({"User": "U", "Pid": "acme"}),
        ),
        (
            "POST",
            "/api/v1/AlternativePartners",
            json!({"Agency": "GS1", "Scheme": "GLN", "Id": "1", "Pid": "acme"}),
        ),
    ];
    let missing = one("acme", "missing");
    changes.push(("DELETE", &*missing, Value::Null));
    let answer = changeset(&world, &changes).await;
    assert_eq!(statuses(&answer), ["404"], "{}", answer.text());
    assert_eq!(world.get(&old).await.entity()["Value"], "1");
    assert_eq!(world.get(&format!("{TEXTS}/$count")).await.text(), "1");
    assert_eq!(world.get("AuthorizedUsers/$count").await.text(), "0");

    changes.pop();
    let answer = changeset(&world, &changes).await;
    assert_eq!(
        statuses(&answer),
        ["201", "204", "201", "201"],
        "{}",
        answer.text()
    );
    let row = world.get(&one("acme", "new")).await.entity();
    assert_eq!([&row["Value"], &row["CreatedBy"]], ["2", "ann"]);
    assert_eq!(world.get(&old).await.entity()["Value"], "3");
    assert_eq!(
        world.get("AuthorizedUsers('u')").await.entity()["Pid"],
        "acme"
    );
    let answer = changeset(&world, &[("DELETE", "Partners('acme')", Value::Null)]).await;
    assert_eq!(statuses(&answer), ["204"]);
    assert!(pids(&world, "").await.is_empty());
}

#[tokio::test]
async fn a_credential_is_changed_alone() {
    let world = World::new().await;
    let credential = json!({"Pid": "acme", "Id": "login", "User": "u", "Password": PASSWORD});
    let change = ("POST", "UserCredentialParameters", credential);
    let other = ("POST", TEXTS, text("acme", "x", "1"));
    let answer = changeset(&world, &[change.clone(), other]).await;
    assert_eq!(statuses(&answer), ["400"], "{}", answer.text());
    let answer = changeset(&world, &[change]).await;
    assert_eq!(statuses(&answer), ["201"], "{}", answer.text());
    assert!(!answer.text().contains(PASSWORD));
}

#[tokio::test]
async fn the_directory_has_a_role_of_its_own() {
    use crate::world::basic;
    let configurator = "AuthGroup_TenantPartnerDirectoryConfigurator";
    let world = World::with_people(&[
        ("ann", &[configurator]),
        (
            "bob",
            &["AuthGroup_IntegrationDeveloper", "AuthGroup_Administrator"],
        ),
    ])
    .await;
    for (name, expected) in [("ann", 200), ("bob", 403)] {
        for set in ["Partners", TEXTS, "AuthorizedUsers"] {
            let headers = [("Authorization".to_owned(), basic(name))];
            let path = format!("/api/v1/{set}");
            let answer = world.send("GET", &path, &headers, "").await;
            assert_eq!(answer.status, expected, "{name} {set}");
        }
    }
}
