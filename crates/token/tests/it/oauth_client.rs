//! A strict OAuth client that somebody else wrote can use every grant for people and tools.

use lockgate_core::clock::{Clock as _, SystemClock};
use serde_json::json;

use crate::node::{Address, Serving};
use crate::world::{PASSWORD, Setup, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strict_client_logs_in_refreshes_and_logs_out() {
    let address = Address::reserve().await;
    let base = format!("https://{}", address.domain);
    let world = World::with(Setup {
        token_base: base.clone(),
        ..Setup::default()
    })
    .await;
    // The client has a clock of its own.
    world.clock.set(SystemClock.now());
    let subject = world.add_person("ann", false, &[]).await;
    let secret = world.add_tool("ci", false).await;
    let serving = Serving::start(&world, address).await;
    let input = json!({
        "issuer": format!("{base}/oauth/token"), "user": "ann", "password": PASSWORD,
        "subject": subject, "tool": {"id": "ci", "secret": secret},
        "instance": {"id": world.client.id, "secret": world.client.secret},
    });
    let answers = serving.ask("login.mjs", "oauth4webapi", &input).await;
    let by_secret = json!({"tool": "cloud_controller.read cloud_controller.write", "active": true});
    let expected = json!({
        "discovery": true, "code": {"type": "bearer", "seconds": 1200}, "user": "ann",
        "rotated": true, "ended": true, "basic": by_secret, "post": by_secret,
    });
    assert_eq!(answers, expected);
    serving.stop().await;
}
