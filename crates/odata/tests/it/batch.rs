//! `$batch`, as tidy and as untidy as clients write it.

use lockgate_core::limits;

use crate::world::{OPERATOR, PASSWORD, Reply, World, basic};

async fn send(world: &World, body: &str) -> Reply {
    let bearer = format!("Bearer {OPERATOR}");
    let headers = [
        ("authorization", &*bearer),
        ("content-type", "multipart/mixed; boundary=b"),
    ];
    world
        .send("POST", "/api/v1/$batch", &headers, body.to_owned())
        .await
}

/// The statuses of the answers inside.
fn statuses(reply: &Reply) -> Vec<&str> {
    let lines = reply.body().lines();
    let found = lines.filter_map(|line| line.strip_prefix("HTTP/1.1 "));
    found.map(|line| &line[..3]).collect()
}

fn get(target: &str) -> String {
    format!(
        "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n\
        GET {target} HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n"
    )
}

/// A changeset of requests: method, target, body.
fn changeset(changes: &[(&str, &str, &str)]) -> String {
    let parts = changes
        .iter()
        .enumerate()
        .map(|(n, (method, target, body))| {
            format!(
                "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
            Content-ID: {n}\r\n\r\n{method} {target} HTTP/1.1\r\nContent-Type: application/json\r\n\
            Content-Length: 9999\r\n\r\n{body}\r\n"
            )
        });
    let parts: String = parts.collect();
    format!("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{parts}--c--\r\n")
}

#[tokio::test]
async fn requests_are_answered_one_by_one() {
    let world = World::new().await;
    let body = [
        get("Packages('demo')/Name/$value"),
        get("/api/v1/Packages('x')"),
        get("https://elsewhere.example/api/v1/Logs/$count"),
        get("Logs/$count?$filter=Status eq 'FAILED'"),
        get("$batch"),
    ];
    let reply = send(&world, &format!("{}--b--\r\n", body.concat())).await;
    assert_eq!(reply.status(), 202);
    assert_eq!(statuses(&reply), ["200", "404", "200", "200", "405"]);
    let kind = reply.headers()["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/mixed; boundary=").unwrap();
    assert!(reply.body().starts_with(&format!("--{boundary}\r\n")));
    assert!(reply.body().ends_with(&format!("--{boundary}--\r\n")));
    let body = reply.body();
    assert!(
        body.contains("Content-Length: 12\r\n\r\nPackage demo\r\n"),
        "{body}"
    );
    assert!(body.contains("DataServiceVersion: 2.0\r\n"));
    assert!(body.contains("\r\n\r\n1250\r\n"), "{body}");
    assert!(body.contains("Requested entity could not be found."));
}

#[tokio::test]
async fn a_changeset_stops_at_the_first_failure() {
    let world = World::new().await;
    let link = "Flows(Id='a',Version='active')/$links/Configurations('k')";
    let upsert = "Upsert?Id='x'&IsConfigured=true";
    let good = changeset(&[
        ("PUT", link, r#"{"ParameterValue":"v"}"#),
        ("POST", upsert, ""),
        ("POST", "/api/v1/Copy?Id='p'", ""),
    ]);
    let reply = send(&world, &format!("{good}--b--")).await;
    assert_eq!(statuses(&reply), ["202", "202", "201"]);
    assert_eq!(world.written(), ["configure a k=v", "upsert x Some(true)"]);
    assert!(
        reply
            .body()
            .contains("Content-Type: multipart/mixed; boundary=changeset_0_")
    );
    assert!(reply.body().contains("Content-ID: 1\r\n"));
    assert!(reply.body().contains("Location: https://"));
    let bad = changeset(&[
        ("POST", upsert, ""),
        ("POST", "Upsert", ""),
        ("POST", upsert, ""),
    ]);
    let reply = send(&world, &format!("{bad}{}--b--", get("Logs/$count"))).await;
    assert_eq!(statuses(&reply), ["400", "200"]);
    assert_eq!(world.written(), ["upsert x Some(true)"]);
    let reads = changeset(&[("GET", "Logs/$count", "")]);
    let reply = send(&world, &format!("{reads}--b--")).await;
    assert_eq!(statuses(&reply), ["400"]);
}

#[tokio::test]
async fn changes_of_sets_that_belong_together_are_all_applied_or_none() {
    let world = World::new().await;
    let changes = [
        ("POST", "Packages", r#"{"Id":"a"}"#),
        ("PUT", "Packages('b')", "{}"),
        ("MERGE", "Packages('c')", "{}"),
        ("DELETE", "Packages('d')", ""),
    ];
    let reply = send(&world, &format!("{}--b--", changeset(&changes))).await;
    assert_eq!(statuses(&reply), ["204"; 4]);
    assert_eq!(
        world.written(),
        ["together create a, replace b, merge c, delete d"]
    );
    let changes = [changes[1], ("POST", "Packages", r#"{"Id":"bad"}"#)];
    let reply = send(&world, &format!("{}--b--", changeset(&changes))).await;
    assert_eq!(statuses(&reply), ["409"]);
    let changes = [changes[0], ("DELETE", "Packages", "")];
    let reply = send(&world, &format!("{}--b--", changeset(&changes))).await;
    assert_eq!(statuses(&reply), ["405"]);
    assert!(world.written().is_empty());
}

#[tokio::test]
async fn rights_count_inside_as_outside() {
    let world = World::new().await;
    let ann = basic("ann", PASSWORD);
    let headers = [("authorization", &*ann), ("x-csrf-token", "Fetch")];
    let fetched = world.send("GET", "/api/v1/", &headers, "").await;
    let token = fetched.headers()["x-csrf-token"].to_str().unwrap();
    let headers = [
        ("authorization", &*ann),
        ("x-csrf-token", token),
        ("content-type", "multipart/mixed; boundary=b"),
    ];
    let link = "Flows(Id='a',Version='active')/$links/Configurations('k')";
    let body = [
        get("Packages('demo')/$value"),
        get("Logs/$count"),
        changeset(&[("PUT", link, "{}")]),
    ];
    let reply = world
        .send("POST", "/api/v1/$batch", &headers, body.concat())
        .await;
    assert_eq!(statuses(&reply), ["403", "200", "403"]);
}

#[tokio::test]
async fn untidy_batches_are_understood() {
    let world = World::new().await;
    let upsert = "Upsert?Id='x'&IsConfigured=true";
    for body in [
        // A blank line first, LF only, no blank line behind a request without a body.
        format!(
            "\r\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\nPOST {upsert} HTTP/1.1\n--c--\n\n--b--"
        ),
        // No blank line between the headers of the part and the request.
        format!(
            "--b\r\nContent-Type: multipart/mixed;boundary=\"c\"\r\n\r\n--c\r\nContent-Type: application/http\r\nPOST {upsert} HTTP/1.1\r\nAccept: */*\r\n--c--\r\n--b--\r\n"
        ),
        // No end at all.
        format!(
            "preamble\n--b\nContent-Type: application/http\n\n\nPOST /api/v1/{upsert} HTTP/1.1\nContent-Length: 5\n\n"
        ),
    ] {
        let reply = send(&world, &body).await;
        assert_eq!(statuses(&reply), ["202"], "{body}\n{}", reply.body());
        assert_eq!(world.written(), ["upsert x Some(true)"]);
    }
    let body = "--b\nContent-Type: application/http\n\nPUT Flows(Id='a',Version='active')/$links/Configurations('a b') HTTP/1.1\n{\"ParameterValue\":\"v\"}\n--b--";
    assert_eq!(statuses(&send(&world, body).await), ["202"]);
    assert_eq!(world.written(), ["configure a a b=v"]);
}

#[tokio::test]
async fn batches_are_bounded_and_refused_as_a_whole_when_malformed() {
    let world = World::new().await;
    for body in [
        "--b\r\nContent-Type: application/http\r\n\r\nnonsense\r\n--b--".to_owned(),
        "--b\r\nContent-Type: application/http\r\n\r\n--b--".to_owned(),
        get("Logs/$count").repeat(limits::ODATA_BATCH + 1),
        get(&format!("Logs?x={}", "x".repeat(limits::REQUEST_TARGET))),
        format!(
            "--b\r\n\r\nGET Logs HTTP/1.1\r\n{}\r\n--b--",
            "x: y\r\n".repeat(limits::HEADER_FIELDS + 1)
        ),
    ] {
        let reply = send(&world, &body).await;
        assert_eq!(reply.status(), 400, "{}", reply.body());
    }
    assert_eq!(send(&world, "").await.status(), 202);
    let bearer = format!("Bearer {OPERATOR}");
    for kind in [
        "application/json",
        "multipart/mixed",
        "multipart/mixed; boundary=",
    ] {
        let headers = [("authorization", &*bearer), ("content-type", kind)];
        let reply = world
            .send("POST", "/api/v1/$batch", &headers, "--b--")
            .await;
        assert_eq!(reply.status(), 400, "{kind}");
    }
}
