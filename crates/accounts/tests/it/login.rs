use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use lockgate_accounts::HashSettings;
use lockgate_accounts::login::LoginRefused;
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_store::accounts;
use serde_json::json;
use tokio::time::advance;

use crate::server::{CHEAP, OPERATOR, Server, StoppedClock};

const PASSWORD: &str = "correct horse battery";
const WRONG: &str = "wrong horse battery";
const HOME: &str = "192.0.2.1";
const ATTACKER: &str = "198.51.100.66";

fn is_bad<T>(answer: &Result<T, LoginRefused>) -> bool {
    matches!(answer, Err(LoginRefused::BadCredentials))
}

fn is_throttled<T>(answer: &Result<T, LoginRefused>) -> bool {
    matches!(answer, Err(LoginRefused::Throttled { .. }))
}

/// Guesses from `source` until it is throttled: how often that was.
async fn guess(server: &Server, name: &str, source: &str) -> u32 {
    let mut guesses = 0;
    loop {
        let answer = server.login(name, WRONG, source).await;
        if is_throttled(&answer) {
            return guesses;
        }
        assert!(is_bad(&answer));
        guesses += 1;
        assert!(guesses < 10_000, "never throttled");
    }
}

/// The `n`-th address, each in a network of its own.
fn far(n: u32) -> String {
    Ipv4Addr::from_bits((n + 256) << 16 | 1).to_string()
}

#[tokio::test]
async fn t47_every_wrong_login_is_answered_alike() {
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    for (kind, name) in [("tool", "ci"), ("broker", "btp")] {
        let body = json!({"name": name, "kind": kind});
        server.post("accounts", body).await;
    }
    let long = "x".repeat(limits::PASSWORD_MAX + 1);
    let cases = [
        ("ann", WRONG),
        ("ann", ""),
        ("ann", "correct horse batter"),
        ("ann", "Correct horse battery"),
        ("ann", long.as_str()),
        ("ann ", PASSWORD),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("ci", PASSWORD),
        ("btp", ""),
    ];
    let mut texts = Vec::new();
    for (name, password) in cases {
        let refused = server.login(name, password, HOME).await.unwrap_err();
        texts.push(refused.to_string());
    }
    texts.dedup();
    assert_eq!(texts, ["Bad credentials"]);
    assert_eq!(
        server.login("ANN", PASSWORD, HOME).await.unwrap().name,
        "ann"
    );
}

#[tokio::test]
async fn t47_names_that_exist_and_names_that_do_not_are_throttled_alike() {
    let _still = StoppedClock::new();
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    let known = guess(&server, "ann", ATTACKER).await;
    let unknown = guess(&server, "nobody", ATTACKER).await;
    assert_eq!((known, unknown), (10, 10));
    assert_eq!(guess(&server, "ANN", ATTACKER).await, 0, "the same name");
}

#[tokio::test]
async fn g3_a_throttled_source_is_not_listened_to_until_time_passes() {
    let _still = StoppedClock::new();
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    server.login("ann", PASSWORD, HOME).await.unwrap();
    assert_eq!(
        guess(&server, "ann", HOME).await,
        limits::LOGIN_FAILURES_BURST
    );
    let answer = server.login("ann", PASSWORD, HOME).await;
    match answer {
        Err(LoginRefused::Throttled { retry_after }) => {
            assert_eq!(retry_after, limits::LOGIN_FAILURES_REFILL);
        }
        other => panic!("{other:?}"),
    }
    advance(limits::LOGIN_FAILURES_REFILL).await;
    server.login("ann", PASSWORD, HOME).await.unwrap();
    assert_eq!(
        guess(&server, "ann", HOME).await,
        1,
        "success costs nothing"
    );
}

#[tokio::test]
async fn logging_in_well_is_never_throttled() {
    let _still = StoppedClock::new();
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    for _ in 0..100 {
        server.login("ann", PASSWORD, HOME).await.unwrap();
    }
    assert_eq!(
        guess(&server, "ann", HOME).await,
        limits::LOGIN_FAILURES_BURST
    );
}

/// ASVS 6.1.1: what an attacker does elsewhere locks nobody out.
#[tokio::test]
async fn a_botnet_cannot_lock_a_person_out_of_where_the_person_works() {
    let _still = StoppedClock::new();
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    for home in [HOME, "2001:db8:1::7"] {
        server.login("ann", PASSWORD, home).await.unwrap();
    }
    let mut guesses = 0;
    for n in 0..2_000 {
        guesses += u32::from(is_bad(&server.login("ann", WRONG, &far(n)).await));
    }
    let most = u32::from(limits::LOGIN_PARTS) * limits::LOGIN_FAILURES_PART_BURST;
    assert_eq!(guesses, most, "however many sources there are");
    // From her addresses, and from the other addresses of her IPv6 network.
    for home in [HOME, "2001:db8:1::7", "2001:db8:1::8"] {
        server.login("ann", PASSWORD, home).await.unwrap();
    }
    assert!(is_throttled(
        &server.login("ann", PASSWORD, &far(9_999)).await
    ));
    advance(limits::LOGIN_FAILURES_PART_REFILL).await;
    server.login("ann", PASSWORD, &far(9_999)).await.unwrap();
}

#[tokio::test]
async fn one_network_cannot_lock_a_person_out_of_new_places() {
    let _still = StoppedClock::new();
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    let mut guesses = 0;
    for n in 0..255 {
        guesses += guess(&server, "ann", &format!("198.51.100.{n}")).await;
    }
    assert_eq!(
        guesses,
        limits::LOGIN_FAILURES_PART_BURST,
        "one part of the Internet"
    );
    let mut open = 0;
    for n in 0..200 {
        open += u32::from(server.login("ann", PASSWORD, &far(n)).await.is_ok());
    }
    assert!(
        (100..200).contains(&open),
        "{open} of 200 networks are open"
    );
}

#[tokio::test]
async fn guessing_at_one_name_leaves_others_alone() {
    let _still = StoppedClock::new();
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    server.person("bob", PASSWORD).await;
    assert_eq!(guess(&server, "ann", ATTACKER).await, 10);
    server.login("bob", PASSWORD, ATTACKER).await.unwrap();
}

#[tokio::test]
async fn a_source_is_forgotten_in_time() {
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    let ann = server.login("ann", PASSWORD, HOME).await.unwrap();
    let half = limits::LOGIN_SOURCE_REMEMBERED / 2 + Duration::from_secs(1);
    let mut known = Vec::new();
    for _ in 0..2 {
        server.clock.advance(half);
        server.login("ann", PASSWORD, "192.0.2.2").await.unwrap();
        let mut tx = server.store.read().await.unwrap();
        for source in [HOME, "192.0.2.2"] {
            known.push(
                accounts::knows_source(&mut tx, ann.id, source)
                    .await
                    .unwrap(),
            );
        }
    }
    assert_eq!(known, [true, true, false, true]);
}

#[tokio::test]
async fn a_hash_is_renewed_when_its_price_rises() {
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    let before = server.service.account("ann").await.unwrap();
    let dearer = server.beside(HashSettings {
        memory_kib: 16,
        ..CHEAP
    });
    let (password, source): (Secret<String>, IpAddr) = (PASSWORD.into(), HOME.parse().unwrap());
    dearer.login("ann", &password, source).await.unwrap();
    let after = server.service.account("ann").await.unwrap();
    assert_ne!(after.password, before.password);
    assert!(after.password.unwrap().contains("m=16,"));
    assert_eq!(after.tokens_not_before, before.tokens_not_before);
    dearer.login("ann", &password, source).await.unwrap();
    server.login("ann", PASSWORD, HOME).await.unwrap();
    assert_eq!(server.audit().await.len(), 1, "it is the same password");
}

#[tokio::test]
async fn a_deleted_person_is_nobody() {
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    server.login("ann", PASSWORD, HOME).await.unwrap();
    server
        .service
        .delete_account(&OPERATOR, "ann")
        .await
        .unwrap();
    assert!(is_bad(&server.login("ann", PASSWORD, HOME).await));
    // Whoever gets the name afterwards starts anew.
    server.person("ann", WRONG).await;
    let ann = server.service.account("ann").await.unwrap();
    let mut tx = server.store.read().await.unwrap();
    assert!(!accounts::knows_source(&mut tx, ann.id, HOME).await.unwrap());
}
