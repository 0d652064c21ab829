//! A flow keeps messages, tools and operators see them, and another process of the flow fetches them.

use std::io::{Cursor, Read as _};

use serde_json::{Value, json};
use zip::ZipArchive;

use crate::odata::{Tool, tool};
use crate::server::{Credentials, Server, root, text};

/// What somebody needs who looks after data stores.
const ROLES: [&str; 3] = [
    "DataStoresAndQueuesRead",
    "DataStorePayloadsRead",
    "DataStoresAndQueuesDelete",
];

/// Sends an order to one of the flow's two processes.
async fn call(
    server: &Server,
    sender: &Credentials,
    path: &str,
    order: &str,
    body: &str,
) -> (u16, String) {
    let request = server
        .call("POST", &format!("/http/shelf/{path}"))
        .header("authorization", sender.basic())
        .header("order", order)
        .header("customer", format!("customer of {order}"))
        .body(body.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The members of an entry's archive.
async fn download(tool: &Tool<'_>, entry: &str) -> (String, String) {
    let answer = tool.request("GET", &format!("{entry}/$value")).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 200);
    let mut archive = ZipArchive::new(Cursor::new(answer.bytes().await.unwrap())).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        let mut member = archive.by_name(name).unwrap();
        member.read_to_string(&mut text).unwrap();
        text
    };
    (read("headers.prop"), read("body"))
}

fn ids(rows: &Value) -> Vec<&str> {
    let rows = rows["results"].as_array().unwrap();
    rows.iter().map(|row| row["Id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_a_flow_keeps_is_seen_fetched_and_deleted() {
    let server = Server::start();
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    let flow = root().join("testdata/flows/shelf");
    server.deploy(flow.to_str().unwrap(), &[]);
    for (order, body) in [
        ("1", "<order><item>tea</item></order>"),
        ("2", "no XML"),
        ("3", "<order/>"),
    ] {
        let (status, answer) = call(&server, &sender, "keep", order, body).await;
        assert_eq!((status, answer.as_str()), (200, body));
    }
    // An id is taken until its entry is fetched or deleted.
    assert_eq!(call(&server, &sender, "keep", "1", "<again/>").await.0, 500);

    let tool = Tool::log_in(&server, &tool(&server, "monitor", &ROLES)).await;
    let stores = tool.get("DataStores").await;
    let store = &stores["results"][0];
    assert_eq!(store["DataStoreName"], "Orders");
    assert_eq!(store["IntegrationFlow"], "Shelf");
    assert_eq!(store["NumberOfMessages"], "3");
    let entries = "DataStores(DataStoreName='Orders',IntegrationFlow='Shelf',Type='')/Entries";
    assert_eq!(ids(&tool.get(entries).await), ["1", "2", "3"]);
    let entry = |id: &str| {
        format!(
            "DataStoreEntries(Id='{id}',DataStoreName='Orders',IntegrationFlow='Shelf',Type='')"
        )
    };
    let first = tool.get(&entry("1")).await;
    let by_message = format!(
        "DataStoreEntries?messageid={}",
        first["MessageId"].as_str().unwrap()
    );
    assert_eq!(ids(&tool.get(&by_message).await), ["1"]);
    let (headers, body) = download(&tool, &entry("1")).await;
    assert_eq!(body, "<order><item>tea</item></order>");
    assert!(
        headers.contains("customer=customer\\ of\\ 1\n"),
        "{headers}"
    );
    assert!(!headers.contains("SAP_"), "{headers}");

    // The header of the entry wins over that of the call; the variable says what was kept last.
    let (status, answer) = call(&server, &sender, "fetch", "1", "").await;
    assert_eq!(
        (status, answer.as_str()),
        (200, "tea for customer of 1, last 3")
    );
    // What fails after it was fetched is still there; what was fetched well is not.
    assert_eq!(call(&server, &sender, "fetch", "2", "").await.0, 500);
    assert_eq!(call(&server, &sender, "fetch", "1", "").await.0, 500);
    assert_eq!(ids(&tool.get(entries).await), ["2", "3"]);

    operator_clears(&server);
    tool.expect(202, "DELETE", &entry("3"), Value::Null).await;
    let left = server.json(&["datastore", "list"]);
    assert_eq!(left["items"], json!([]));
}

/// What an operator sees of the two entries that are left, and how one of them goes.
fn operator_clears(server: &Server) {
    let shown = server.output(&["datastore", "show", "Orders", "2", "--flow", "Shelf"]);
    assert!(
        text(&shown.stdout).ends_with("no XML\n"),
        "{}",
        text(&shown.stdout)
    );
    let listed = server.json(&[
        "datastore",
        "entries",
        "Orders",
        "--flow",
        "Shelf",
        "--limit",
        "1",
    ]);
    assert_eq!(
        (&listed["total"], &listed["items"][0]["id"]),
        (&2.into(), &"2".into())
    );
    let listed = server.json(&["datastore", "list"]);
    assert_eq!(listed["items"][0]["entries"], 2);
    let deleted = server.output(&["datastore", "delete", "Orders", "2", "--flow", "Shelf"]);
    assert_eq!(text(&deleted.stdout), "Deleted 2 from Orders\n");
    let unclear = server.output(&["datastore", "delete", "Orders", "--flow", "Shelf"]);
    assert!(!unclear.status.success());
}
