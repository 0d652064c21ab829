//! Who may do what.

use std::sync::Arc;

use lockgate_core::secret::Secret;
use lockgate_core::tenant::Plan;
use lockgate_web::caller::Arrival;
use lockgate_web::surface::RefusedActor;

use crate::world::{OPERATOR, PASSWORD, Reply, SOMEBODY, World, basic, certificate};

async fn status(world: &World, authorization: &str, method: &str, path: &str) -> u16 {
    let headers = [("authorization", authorization), ("x-csrf-token", "x")];
    let target = format!("/api/v1/{path}");
    world
        .send(method, &target, &headers, "{}")
        .await
        .status()
        .as_u16()
}

#[tokio::test]
async fn nobody_in_particular_is_told_how_to_log_in() {
    let world = World::new().await;
    let challenges = |reply: &Reply| {
        let all = reply.headers().get_all("www-authenticate").iter();
        all.map(|one| one.to_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let wrong = basic("ann", "wrong");
    let flows = world.bearer(Plan::IntegrationFlow, &["Read"]);
    for headers in [
        &[][..],
        &[("authorization", &*wrong)],
        &[("authorization", "Bearer nonsense")],
        &[("authorization", "Digest x")],
        &[("authorization", &*flows)],
        &[("authorization", &*wrong), ("authorization", &*wrong)],
    ] {
        let headers = [headers, &[("accept", "application/json")]].concat();
        let reply = world.send("GET", "/api/v1/Packages", &headers, "").await;
        assert_eq!(reply.status(), 401);
        let expected = [r#"Basic realm="Lockgate", charset="UTF-8""#, "Bearer"];
        assert_eq!(challenges(&reply), expected);
        assert!(
            reply.body().contains(r#""code":"Unauthorized""#),
            "{}",
            reply.body()
        );
        assert!(reply.extensions().get::<RefusedActor>().is_some());
    }
}

#[tokio::test]
async fn a_client_needs_one_of_the_roles() {
    let world = World::new().await;
    let none = world.bearer(Plan::Api, &[]);
    let read = world.bearer(Plan::Api, &["Read"]);
    let payload = world.bearer(Plan::Api, &["Payload"]);
    // A role that the client does not have, though the token says so.
    let claimed = world.bearer(Plan::Api, &["Write"]);
    let bundle = world.bearer(Plan::Api, &["Bundle"]);
    for (who, method, path, expected) in [
        (&none, "GET", "", 200),
        (&none, "GET", "$metadata", 200),
        (&none, "GET", "Traces(1)", 200),
        (&none, "GET", "Packages", 403),
        (&read, "GET", "Packages", 200),
        (&read, "GET", "Packages/$count", 200),
        (&read, "GET", "Packages('demo')/Name/$value", 200),
        (&read, "GET", "Packages('demo')/$value", 403),
        (&payload, "GET", "Packages('demo')/$value", 200),
        (&payload, "GET", "Packages('demo')/Flows", 403),
        (&read, "GET", "Packages('demo')/Flows", 200),
        (&none, "GET", "Traces(1)?$expand=Properties", 403),
        (&read, "POST", "Packages", 403),
        (&claimed, "POST", "Packages", 403),
        (&read, "DELETE", "Packages('demo')", 403),
        (&read, "POST", "Deploy?Id='x'&Version='y'", 403),
        (&none, "POST", "Copy?Id='x'", 201),
        (
            &read,
            "PUT",
            "Flows(Id='a',Version='active')/$links/Configurations('k')",
            403,
        ),
        (&bundle, "GET", "Packages", 200),
        (&bundle, "DELETE", "Packages('demo')", 202),
        (&bundle, "GET", "Packages('demo')/$value", 403),
    ] {
        assert_eq!(
            status(&world, who, method, path).await,
            expected,
            "{method} {path}"
        );
    }
    let headers = [("authorization", &*none), ("accept", "application/json")];
    let refused = world.send("GET", "/api/v1/Packages", &headers, "").await;
    assert_eq!((refused.status().as_u16(), &**refused.body()), (403, ""));
    assert_eq!(refused.headers().get("x-csrf-token"), None);
    assert_eq!(
        refused.extensions().get::<RefusedActor>().unwrap().reason,
        "role-missing"
    );
}

#[tokio::test]
async fn a_certificate_is_as_good_as_a_token_of_its_client() {
    let world = World::new().await;
    let call = async |plan, newer, path: &str| {
        let mut arrival = Arrival::plain(([127, 0, 0, 1], 4711).into());
        arrival.certificate = Some(Arc::new(certificate(plan, newer)));
        let reply = world.send_from(arrival, "GET", path, &[], "").await;
        reply.status().as_u16()
    };
    assert_eq!(call(Plan::Api, 0, "/api/v1/Packages").await, 200);
    assert!(world.renewals.0.lock().unwrap().is_empty());
    assert_eq!(call(Plan::Api, 60, "/api/v1/Packages").await, 200);
    assert_eq!(
        world.renewals.0.lock().unwrap().len(),
        1,
        "a renewal is noted"
    );
    assert_eq!(call(Plan::Api, -9_000, "/api/v1/Packages").await, 401);
    assert_eq!(
        call(Plan::IntegrationFlow, 0, "/api/v1/Packages").await,
        401
    );
}

#[tokio::test]
async fn people_have_their_roles_and_administrators_all() {
    let world = World::new().await;
    let ann = basic("ann", PASSWORD);
    assert_eq!(status(&world, &ann, "GET", "Packages").await, 200);
    assert_eq!(
        status(&world, &ann, "GET", "Packages('demo')/$value").await,
        403
    );
    let root = basic("root", PASSWORD);
    assert_eq!(
        status(&world, &root, "GET", "Packages('demo')/$value").await,
        200
    );
    let operator = format!("Bearer {OPERATOR}");
    assert_eq!(
        status(&world, &operator, "GET", "Packages('demo')/$value").await,
        200
    );
}

#[tokio::test]
async fn a_password_that_was_changed_is_forgotten_at_once() {
    let world = World::new().await;
    let ann = basic("ann", PASSWORD);
    assert_eq!(status(&world, &ann, "GET", "Packages").await, 200);
    world.clock.advance(std::time::Duration::from_secs(1));
    let changed = Some(Secret::from("another correct horse"));
    let set = world.accounts.set_password(&SOMEBODY, "ann", changed);
    set.await.unwrap();
    world.reload().await;
    assert_eq!(status(&world, &ann, "GET", "Packages").await, 401);
    let ann = basic("ann", "another correct horse");
    assert_eq!(status(&world, &ann, "GET", "Packages").await, 200);
}

#[tokio::test]
async fn guessing_passwords_is_throttled() {
    let world = World::new().await;
    let wrong = basic("nobody", "wrong");
    let mut last = 0;
    for _ in 0..=lockgate_core::limits::LOGIN_FAILURES_BURST {
        last = status(&world, &wrong, "GET", "Packages").await;
    }
    assert_eq!(last, 429);
}
