//! Function imports.

use crate::world::{BASE, World};

#[tokio::test]
async fn values_are_bare_text() {
    let world = World::new().await;
    for path in [
        "Deploy?Id='f'&Version='active'",
        "Deploy?Version=%27active%27&Id=%27f%27&$format=json",
        "Deploy?Id=f&Version=active",
        "Deploy()?Id='f'&Version='active'",
        "Deploy/?Id='f'&Version='active'",
    ] {
        let reply = world.call("POST", path, "").await;
        assert_eq!(
            (reply.status().as_u16(), &**reply.body()),
            (202, "f-active"),
            "{path}"
        );
        assert_eq!(reply.headers()["content-type"], "text/plain");
    }
    let quoted = world
        .call("POST", "Deploy?Id='O''Neil+x'&Version='1.10'", "")
        .await;
    assert_eq!(quoted.body(), "O'Neil x-1.10");
    let bare = world.call("POST", "Deploy?Id=007&Version=1.10", "{}").await;
    assert_eq!(bare.body(), "007-1.10");
}

#[tokio::test]
async fn entities_are_entities_of_their_set() {
    let world = World::new().await;
    let reply = world
        .call("POST", "Copy?Id='p'&Suffix='LSC'&ImportMode='x'", "")
        .await;
    assert_eq!(reply.status(), 201);
    assert_eq!(
        reply.headers()["location"],
        format!("{BASE}/Packages('p.LSC')")
    );
    assert!(
        reply.body().starts_with(r#"{"d":{"__metadata""#),
        "{}",
        reply.body()
    );
    let reply = world.call("POST", "Copy?Id='p'", "").await;
    assert!(reply.body().contains(r#""Id":"p.copy""#));
}

#[tokio::test]
async fn arguments_have_their_types() {
    let world = World::new().await;
    for value in ["true", "'true'"] {
        let reply = world
            .call("POST", &format!("Upsert?Id='x'&IsConfigured={value}"), "")
            .await;
        assert_eq!((reply.status().as_u16(), &**reply.body()), (202, ""));
        assert_eq!(world.written(), ["upsert x Some(true)"]);
    }
    for (method, path, status) in [
        ("POST", "Upsert?Id='x'", 400),
        ("POST", "Upsert?Id='x'&IsConfigured='perhaps'", 400),
        ("POST", "Deploy?Id='x'", 400),
        ("GET", "Deploy?Id='x'&Version='y'", 405),
        ("POST", "Deploy/Name?Id='x'&Version='y'", 404),
    ] {
        assert_eq!(
            world.call(method, path, "").await.status(),
            status,
            "{path}"
        );
    }
}
