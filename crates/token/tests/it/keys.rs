//! Rotation of signing keys, in the store and in use.

use std::sync::Arc;
use std::time::Duration;

use lockgate_core::audit::{Actor, Event, Who};
use lockgate_core::clock::{Clock as _, SharedClock};
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::SeededRandom;
use lockgate_core::tenant::Plan;
use lockgate_store::audit::{self, Filter};
use lockgate_store::signing_keys::State;
use lockgate_token::KeyRing;
use lockgate_token::config::Phases;
use lockgate_token::keys::{KeyError, Rotation};
use lockgate_web::jwt;

use crate::world::{Setup, World, post, segment};

const HOUR: Duration = Duration::from_secs(3600);

/// The states of all keys, in the order in which a key passes through them.
async fn states(world: &World) -> Vec<State> {
    let keys = world.keys.list().await.unwrap();
    let mut states: Vec<_> = keys.into_iter().map(|key| key.state).collect();
    states.sort();
    states
}

fn kid(token: &str) -> String {
    segment(token, 0)["kid"].as_str().unwrap().to_owned()
}

fn accepted(world: &World, token: &str) -> bool {
    let now = world.clock.now();
    jwt::verify(
        token,
        &world.identities.load(),
        Plan::IntegrationFlow,
        now,
        None,
    )
    .is_ok()
}

#[tokio::test]
async fn tending_twice_changes_nothing() {
    let world = World::new().await;
    let before = world.keys.list().await.unwrap();
    world.keys.tend().await.unwrap();
    assert_eq!(world.keys.list().await.unwrap(), before);
    assert_eq!(states(&world).await, [State::Active]);
}

/// A key signs only after it was published long enough, and its tokens outlive it.
#[tokio::test]
async fn a_planned_rotation_keeps_every_token_valid() {
    let world = World::new().await;
    world
        .change_client(|instance| instance.parameters.token_validity = 86_400)
        .await;
    let old = world.token().await;
    world
        .keys
        .rotate(&Actor::SERVER, Rotation::Planned)
        .await
        .unwrap();
    assert_eq!(states(&world).await, [State::Pending, State::Active]);
    assert_eq!(kid(&world.token().await), kid(&old), "not used yet");
    let pending = world
        .keys
        .rotate(&Actor::SERVER, Rotation::Planned)
        .await
        .unwrap_err();
    assert!(matches!(pending, KeyError::Pending(_)));

    world.advance(24 * HOUR - Duration::from_secs(1));
    let last = world.token().await;
    assert_eq!(kid(&last), kid(&old));
    world.advance(Duration::from_secs(1));
    world.keys.tend().await.unwrap();
    assert_eq!(states(&world).await, [State::Active, State::Retiring]);
    let new = world.token().await;
    assert_ne!(kid(&new), kid(&old));
    assert!(accepted(&world, &last) && accepted(&world, &new));

    world.advance(23 * HOUR);
    world.keys.tend().await.unwrap();
    assert!(
        accepted(&world, &last),
        "published until its tokens have expired"
    );
    world.advance(3 * HOUR);
    world.keys.tend().await.unwrap();
    assert_eq!(states(&world).await, [State::Active]);
}

#[tokio::test]
async fn keys_rotate_by_themselves() {
    let world = World::new().await;
    let first = kid(&world.token().await);
    world.advance(Phases::default().active);
    world.keys.tend().await.unwrap();
    world.advance(Phases::default().pending);
    world.keys.tend().await.unwrap();
    assert_ne!(kid(&world.token().await), first);
}

#[tokio::test]
async fn each_step_of_a_rotation_is_in_the_audit_log() {
    let world = World::new().await;
    let operator = Actor {
        who: Who::Operator,
        ..Actor::SERVER
    };
    world
        .keys
        .rotate(&operator, Rotation::Planned)
        .await
        .unwrap();
    world.advance(Phases::default().pending);
    world.keys.tend().await.unwrap();
    let mut tx = world.store.read().await.unwrap();
    let events = audit::list(&mut tx, &Filter::default()).await.unwrap();
    let line = |event: &Event| {
        assert_eq!(event.action, "signing-key.rotate");
        assert!(event.target_id.starts_with("default-jwt-key-"), "{event:?}");
        format!("{}: {}", event.actor.who.name(), event.detail)
    };
    let expected = [
        "server: from pending to active",
        "server: from active to retiring",
        "operator: new, pending",
        "server: new, active",
    ];
    assert_eq!(events.iter().map(line).collect::<Vec<_>>(), expected);
}

/// T40: after a compromise nothing signed before is accepted.
#[tokio::test]
async fn an_emergency_voids_everything_at_once() {
    let world = World::new().await;
    let old = world.token().await;
    world
        .keys
        .rotate(&Actor::SERVER, Rotation::Planned)
        .await
        .unwrap();
    world
        .keys
        .rotate(&Actor::SERVER, Rotation::Emergency)
        .await
        .unwrap();
    assert_eq!(states(&world).await, [State::Active]);
    assert!(!accepted(&world, &old));
    let new = world.token().await;
    assert_ne!(kid(&new), kid(&old));
    assert!(accepted(&world, &new));
}

#[tokio::test]
async fn concurrent_rotations_leave_one_active_key() {
    let world = World::without_keys(Setup::default()).await;
    let tend = || async { world.keys.tend().await.unwrap() };
    tokio::join!(tend(), tend(), tend(), tend());
    assert_eq!(states(&world).await, [State::Active]);
    world
        .keys
        .rotate(&Actor::SERVER, Rotation::Planned)
        .await
        .unwrap();
    world.advance(24 * HOUR);
    tokio::join!(tend(), tend(), tend(), tend());
    assert_eq!(states(&world).await, [State::Active, State::Retiring]);
    let (a, b) = tokio::join!(
        world.keys.rotate(&Actor::SERVER, Rotation::Emergency),
        world.keys.rotate(&Actor::SERVER, Rotation::Emergency)
    );
    assert!(a.is_ok() && b.is_ok());
    assert_eq!(states(&world).await, [State::Active]);
}

#[tokio::test]
async fn a_token_request_waits_for_the_first_key() {
    let world = World::without_keys(Setup::default()).await;
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    let (answer, tended) = tokio::join!(
        world.send(request, "grant_type=client_credentials"),
        world.keys.tend()
    );
    tended.unwrap();
    assert_eq!(answer.status.as_u16(), 200);
}

#[tokio::test]
async fn keys_survive_a_restart_with_the_same_master_key_only() {
    let world = World::new().await;
    let ring = |master: MasterKey| {
        let clock: SharedClock = Arc::<lockgate_core::clock::ManualClock>::clone(&world.clock);
        let random = Arc::new(SeededRandom::new(8));
        KeyRing::new(
            world.store.clone(),
            master.vault(),
            clock,
            random,
            Phases::default(),
        )
    };
    let mut tx = world.store.read().await.unwrap();
    let same = ring(MasterKey::generate(&SeededRandom::new(7)));
    let verification = same.read(&mut tx).await.unwrap().verification();
    assert!(verification.contains(&kid(&world.token().await)));
    let other = ring(MasterKey::generate(&SeededRandom::new(9)));
    let error = other.read(&mut tx).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is the master key file the right one?")
    );
}
