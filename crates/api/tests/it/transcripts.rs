//! What tools send, from upload to undeployment, and what they compare in the answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_store::flows::FlowState;
use lockgate_testkit::transcript::{Reply, Sent, Transcript, Values};

use crate::archives::Members;
use crate::world::{OPERATOR, World, basic};

/// Replays a transcript. `WORKER /started/Orders` in it lets a worker say so.
async fn replay(name: &str, text: &str) {
    let world = World::with_people(&[("ann", &["AuthGroup_IntegrationDeveloper"])]).await;
    let flow = |version: &str| STANDARD.encode(Members::orders().version(version).zip());
    let script = |text: &str| STANDARD.encode(text);
    let values = Values::from(
        [
            ("token", OPERATOR.to_owned()),
            ("basic", basic("ann")),
            ("csrf", csrf(&world).await),
            ("flow", flow("1.0.2")),
            ("newer", flow("1.0.3")),
            (
                "broken",
                STANDARD.encode(Members::orders().with_unknown_step().zip()),
            ),
            ("script", script("def x = 1")),
            ("other_script", script("def y = 2")),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    let mut values = values;
    let transcript = Transcript::parse(name, text);
    transcript
        .replay(&mut values, async |sent| send(&world, sent).await)
        .await;
}

async fn csrf(world: &World) -> String {
    let headers = [
        ("Authorization".to_owned(), basic("ann")),
        ("x-csrf-token".to_owned(), "fetch".to_owned()),
    ];
    let fetched = world.send("GET", "/api/v1/", &headers, "").await;
    assert_eq!(fetched.status, 200);
    fetched.headers["x-csrf-token"].to_str().unwrap().to_owned()
}

async fn send(world: &World, sent: Sent) -> Reply {
    if sent.method == "WORKER" {
        let (state, flow) = sent.target[1..].split_once('/').unwrap();
        let state = FlowState::parse(state).unwrap();
        world.worker_says("w1", flow, state).await;
        return Reply {
            status: 200,
            headers: Vec::new(),
            body: String::new(),
        };
    }
    let answer = world
        .send(&sent.method, &sent.target, &sent.headers, sent.body)
        .await;
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap().to_owned())
    };
    Reply {
        status: answer.status.as_u16(),
        headers: answer.headers.iter().map(header).collect(),
        body: answer.text(),
    }
}

macro_rules! transcripts {
    ($($name:ident)*) => { $(
        #[tokio::test]
        async fn $name() {
            let text = include_str!(concat!("../transcripts/", stringify!($name), ".txt"));
            replay(stringify!($name), text).await;
        }
    )* };
}

transcripts! {
    cicd_actions
    delivery_orchestrator
    flashpipe
    flashpipe_basic
    landscaper
    migration_tool
    piper
    security_content
}
