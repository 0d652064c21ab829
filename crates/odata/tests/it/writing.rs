//! POST, PUT, PATCH, MERGE, DELETE and `$links`.

use lockgate_core::limits;

use crate::world::{BASE, OPERATOR, World};

#[tokio::test]
async fn entities_are_made_and_located() {
    let world = World::new().await;
    for body in [
        r#"{"Id":"new","PackageContent":"UEsDBA=="}"#,
        r#"{"d":{"Id":"new","PackageContent":"UEsDBA","Unknown":{"a":[1]}}}"#,
        r#"{"__metadata":{"uri":"x"},"Id":"new","Flows":{"__deferred":{}},"PackageContent":"UEsD\r\nBA=="}"#,
    ] {
        let made = world.call("POST", "Packages?Overwrite='true'", body).await;
        assert_eq!(made.status(), 201, "{}", made.body());
        assert_eq!(
            made.headers()["location"],
            format!("{BASE}/Packages('new')")
        );
        assert!(made.body().contains(r#""Id":"new""#));
        assert_eq!(world.written(), ["create new true 4 by operator"]);
    }
    let cases = [
        (r#"{"Id":"demo"}"#, 409),
        (r#"{"Id":""}"#, 400),
        (r#"{"Id":null}"#, 400),
        (r#"{"Id":["x"]}"#, 400),
        (r#"{"Id":"x","PackageContent":"*"}"#, 400),
        ("[]", 400),
        ("{", 400),
        (r#"{"Id":"a","Id":"b"}"#, 400),
        ("", 400),
    ];
    for (body, status) in cases {
        assert_eq!(
            world.call("POST", "Packages", body).await.status(),
            status,
            "{body}"
        );
    }
    let deep = format!("{{\"Id\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    assert_eq!(world.call("POST", "Packages", &deep).await.status(), 400);
    assert!(world.written().is_empty());
}

#[tokio::test]
async fn entities_are_changed_by_every_spelling_of_the_methods() {
    let world = World::new().await;
    let put = world
        .call("PUT", "Packages('demo')", r#"{"d":{"Name":"n"}}"#)
        .await;
    assert_eq!((put.status().as_u16(), &**put.body()), (202, ""));
    assert_eq!(
        world.call("PATCH", "Packages('demo')", "{}").await.status(),
        204
    );
    assert_eq!(
        world.call("MERGE", "Packages('demo')", "{}").await.status(),
        204
    );
    assert_eq!(
        world
            .call("DELETE", "Packages(Id='demo')", "")
            .await
            .status(),
        202
    );
    assert_eq!(
        world.call("DELETE", "Packages('x')", "").await.status(),
        404
    );
    let expected = ["replace demo n", "merge demo", "merge demo", "delete demo"];
    assert_eq!(world.written(), expected);
    let bearer = format!("Bearer {OPERATOR}");
    for (header, method) in [
        ("x-http-method", "MERGE"),
        ("x-http-method", "merge"),
        ("x-http-method-override", "PATCH"),
    ] {
        let headers = [("authorization", &*bearer), (header, method)];
        let reply = world
            .send("POST", "/api/v1/Packages('demo')", &headers, "{}")
            .await;
        assert_eq!(reply.status(), 204, "{method}");
        assert_eq!(world.written(), ["merge demo"]);
        // A request that looks harmless does not become another one.
        let reply = world
            .send("GET", "/api/v1/Packages('demo')", &headers, "")
            .await;
        assert_eq!(reply.status(), 200);
    }
}

#[tokio::test]
async fn links_take_properties() {
    let world = World::new().await;
    let links = "Flows(Id='a',Version='active')/$links/Configurations";
    for (key, known) in [
        ("('a%20b%2Bc')", "a b+c"),
        ("(ParameterKey='host')", "host"),
        ("('it''s')", "it's"),
    ] {
        let path = format!("{links}{key}");
        let put = world.call("PUT", &path, r#"{"ParameterValue":"v"}"#).await;
        assert_eq!((put.status().as_u16(), &**put.body()), (202, ""));
        assert_eq!(world.written(), [format!("configure a {known}=v")]);
    }
    let path = format!("{links}('host')");
    assert_eq!(world.call("DELETE", &path, "").await.status(), 200);
    assert_eq!(world.written(), ["unset a host"]);
    assert_eq!(world.call("POST", &path, "{}").await.status(), 405);
}

#[tokio::test]
async fn media_are_replaced() {
    let world = World::new().await;
    let bearer = format!("Bearer {OPERATOR}");
    let headers = [
        ("authorization", &*bearer),
        ("content-type", "application/pkix-cert"),
        ("accept", "application/json"),
    ];
    let put = world
        .send("PUT", "/api/v1/Packages('demo')/$value", &headers, "bytes")
        .await;
    assert_eq!(put.status(), 200);
    assert!(put.body().contains(r#"{"results":[{"#), "{}", put.body());
    assert_eq!(world.written(), ["media demo 5 application/pkix-cert"]);
}

#[tokio::test]
async fn what_is_not_offered_says_so() {
    let world = World::new().await;
    for (method, path, status) in [
        ("POST", "Flows", 501),
        ("PUT", "Flows(Id='a',Version='active')", 501),
        ("PATCH", "Flows(Id='a',Version='active')", 501),
        ("DELETE", "Flows(Id='a',Version='active')", 501),
        ("PUT", "Packages('demo')/Name", 501),
        ("PUT", "Packages", 405),
        ("DELETE", "Packages", 405),
        ("POST", "Packages('demo')", 405),
        ("POST", "Packages/$count", 405),
        ("POST", "Packages('demo')/$value", 405),
        ("POST", "", 405),
        ("POST", "$metadata", 405),
        ("GET", "$batch", 405),
        ("OPTIONS", "Packages", 405),
    ] {
        let reply = world.call(method, path, "{}").await;
        assert_eq!(reply.status(), status, "{method} {path}: {}", reply.body());
        assert_eq!(
            reply.headers().contains_key("allow"),
            status == 405,
            "{method} {path}"
        );
    }
    let bearer = format!("Bearer {OPERATOR}");
    let headers = [
        ("authorization", &*bearer),
        ("content-type", "application/atom+xml"),
    ];
    let atom = world
        .send("POST", "/api/v1/Packages", &headers, "<entry/>")
        .await;
    assert_eq!(atom.status(), 415);
}

#[tokio::test]
async fn bodies_are_bounded() {
    let world = World::new().await;
    let large = "x".repeat(limits::ODATA_BODY + 1);
    let reply = world.call("POST", "Packages", &large).await;
    assert_eq!(reply.status(), 413);
}
