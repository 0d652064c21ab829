use std::time::Duration;

use lockgate_accounts::login::LoginRefused;
use lockgate_accounts::{Error, HashSettings};
use lockgate_core::account::AccountKind;
use lockgate_core::clock::Clock as _;
use lockgate_core::ids::{AccountId, SessionId};
use lockgate_core::limits;
use lockgate_store::accounts::{self, Account};
use lockgate_store::sessions::{self, Session};
use lockgate_testkit::log;
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::json;
use uuid::Uuid;

use crate::server::{CHEAP, NOW, OPERATOR, Server, text};

const PASSWORD: &str = "correct horse battery";
const HOME: &str = "192.0.2.1";

/// A session of the account `name`.
async fn session(server: &Server, name: &str) -> SessionId {
    let id = SessionId(Uuid::from_u128(1));
    let session = Session {
        id,
        account: server.service.account(name).await.unwrap().id,
        client_id: "cf".to_owned(),
        grant_type: "password".to_owned(),
        scopes: vec![],
        refresh: Some([1; 32]),
        created_at: NOW,
        refreshed_at: NOW,
        expires_at: NOW.plus(Duration::from_secs(1_000)),
    };
    let mut tx = server.store.begin().await.unwrap();
    sessions::insert(&mut tx, &session).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Whether the session still stands, and since when tokens of the account count.
async fn standing(server: &Server, name: &str, session: SessionId) -> (bool, Duration) {
    let mut tx = server.store.read().await.unwrap();
    let stands = sessions::find(&mut tx, session).await.unwrap().is_some();
    drop(tx);
    let account = server.snapshot().await.named(name).unwrap().clone();
    (stands, account.tokens_not_before.since(NOW))
}

#[tokio::test]
async fn a_person_gets_the_password_that_was_given_or_a_generated_one() {
    let server = Server::start().await;
    let body = json!({"name": "Ann", "password": PASSWORD, "roles": ["ESBMessaging.send"]});
    let (status, made) = server.post("accounts", body).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["kind"], "person");
    assert_eq!(made["admin"], false);
    assert_eq!(made["created_at"], "2026-01-01T00:00:00.000Z");
    assert!(made.get("password").is_none() && made.get("secret").is_none());
    let ann = server.login("ann", PASSWORD, HOME).await.unwrap();
    assert_eq!(ann.name, "Ann");

    let (_, made) = server.post("accounts", json!({"name": "bob"})).await;
    let generated = text(&made, "/password").to_owned();
    server.login("bob", &generated, HOME).await.unwrap();

    let snapshot = server.snapshot().await;
    let ann = snapshot.named("ANN").unwrap();
    assert_eq!(ann.roles, ["ESBMessaging.send".parse().unwrap()]);
    assert_eq!((ann.secret, ann.kind), (None, AccountKind::Person));
    let (_, list) = server.get("accounts").await;
    let names = list["items"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|one| text(one, "/name")).collect();
    assert_eq!(names, ["Ann", "bob"]);
}

#[tokio::test]
async fn programs_get_a_secret_once_and_another_when_it_is_rotated() {
    let server = Server::start().await;
    for (kind, name) in [(AccountKind::Tool, "ci"), (AccountKind::Broker, "btp")] {
        let body = json!({"name": name, "kind": kind.name()});
        let (status, made) = server.post("accounts", body).await;
        assert_eq!(status, 201, "{made}");
        let first = text(&made, "/secret").to_owned();
        assert_eq!(first.len(), 43);
        let snapshot = server.snapshot().await;
        assert!(snapshot.authenticate(kind, name, &first).is_some());

        let shown = server.get(&format!("accounts/{name}")).await;
        assert!(!shown.1.to_string().contains(&first));
        server.clock.advance(Duration::from_secs(1));
        let path = format!("accounts/{name}/secret");
        let (status, rotated) = server.post(&path, json!(null)).await;
        assert_eq!(status, 200, "{rotated}");
        let second = text(&rotated, "/secret");
        let snapshot = server.snapshot().await;
        assert!(snapshot.authenticate(kind, name, &first).is_none());
        let account = snapshot.authenticate(kind, name, second).unwrap();
        assert_eq!(account.tokens_not_before, server.clock.now());
    }
    let (_, person) = server.post("accounts", json!({"name": "ann"})).await;
    let guid = text(&person, "/guid");
    let answer = server
        .post(&format!("accounts/{guid}/secret"), json!(null))
        .await;
    assert_error(&answer, 409, "LG-ACCOUNT-KIND");
    let answer = server.post("accounts/ci/password", json!({})).await;
    assert_error(&answer, 409, "LG-ACCOUNT-KIND");
    assert!(text(&answer.1, "/error/message").contains("is a tool, which has no password"));
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let server = Server::start().await;
    let long = "x".repeat(limits::ACCOUNT_NAME + 1);
    let cases = [
        (json!({}), &["name"][..]),
        (json!({"name": 1}), &["name"]),
        (json!({"name": "sb-x"}), &["name"]),
        (json!({"name": "cf", "kind": "tool"}), &["name"]),
        (json!({"name": "a:b", "kind": "broker"}), &["name"]),
        (json!({"name": long}), &["name"]),
        (json!({"name": "ann", "kind": "robot"}), &["kind"]),
        (json!({"name": "ann", "password": "short"}), &["password"]),
        (json!({"name": "ann", "password": ""}), &["password"]),
        (
            json!({"name": "correct horse", "password": "Correct horse"}),
            &["password"],
        ),
        (
            json!({"name": "ci", "kind": "tool", "password": PASSWORD}),
            &["password"],
        ),
        (
            json!({"name": "btp", "kind": "broker", "admin": true, "roles": ["API.invoke"]}),
            &["admin", "roles"],
        ),
        (
            json!({"name": "ann", "roles": ["a b", "API.invoke"]}),
            &["roles[0]"],
        ),
        (
            json!({"name": "ann", "roles": ["API.invoke", "unknown"]}),
            &["roles[1]"],
        ),
        (json!({"name": "ann", "more": 1}), &["more"]),
    ];
    for (body, expected) in cases {
        let answer = server.post("accounts", body).await;
        assert_fields(&answer, expected);
        assert!(!answer.1.to_string().contains("short"));
    }
    assert!(server.service.accounts().await.unwrap().is_empty());
    assert!(server.audit().await.is_empty());
}

#[tokio::test]
async fn names_are_unique_whatever_their_case_and_kind() {
    let server = Server::start().await;
    server.person("Ann", PASSWORD).await;
    for body in [
        json!({"name": "ann"}),
        json!({"name": "ANN", "kind": "tool"}),
    ] {
        let answer = server.post("accounts", body).await;
        assert_error(&answer, 409, "LG-ACCOUNT-NAME");
    }
    server.person("bob", PASSWORD).await;
    let answer = server.patch("accounts/bob", json!({"name": "aNN"})).await;
    assert_error(&answer, 409, "LG-ACCOUNT-NAME");
    let (status, renamed) = server.patch("accounts/ann", json!({"name": "ANN"})).await;
    assert_eq!((status.as_u16(), text(&renamed, "/name")), (200, "ANN"));
    for path in [
        "accounts/nobody",
        "accounts/00000000-0000-4000-8000-000000000000",
    ] {
        assert_error(&server.get(path).await, 404, "LG-ACCOUNT");
        assert_error(&server.delete(path).await, 404, "LG-ACCOUNT");
    }
}

#[tokio::test]
async fn whoever_loses_something_is_logged_out() {
    let server = Server::start().await;
    server.person("chief", PASSWORD).await;
    server.patch("accounts/chief", json!({"admin": true})).await;
    server.person("ann", PASSWORD).await;
    let cases = [
        ("accounts/ann", json!({"admin": true}), false),
        (
            "accounts/ann",
            json!({"roles": ["API.invoke", "ESBMessaging.send"]}),
            false,
        ),
        (
            "accounts/ann",
            json!({"roles": ["ESBMessaging.send"]}),
            true,
        ),
        ("accounts/ann", json!({"name": "anna"}), false),
        ("accounts/anna", json!({"name": "ann"}), false),
        ("accounts/ann", json!({"admin": false}), true),
    ];
    for (path, change, expected) in cases {
        server.clock.advance(Duration::from_secs(1));
        let id = session(&server, path.trim_start_matches("accounts/")).await;
        let (status, changed) = server.patch(path, change.clone()).await;
        assert_eq!(status, 200, "{changed}");
        let name = text(&changed, "/name").to_owned();
        let (stands, since) = standing(&server, &name, id).await;
        assert_eq!(stands, !expected, "{change}");
        let moved = since == server.clock.now().since(NOW);
        assert_eq!(moved, expected, "{change}");
        let mut tx = server.store.begin().await.unwrap();
        sessions::delete(&mut tx, id).await.unwrap();
        tx.commit().await.unwrap();
    }
    server.clock.advance(Duration::from_secs(1));
    let id = session(&server, "ann").await;
    let other = json!({"password": "another good password"});
    let (status, _) = server.post("accounts/ann/password", other).await;
    assert_eq!(status, 200);
    let (stands, since) = standing(&server, "ann", id).await;
    assert!(!stands);
    assert_eq!(since, server.clock.now().since(NOW));
    assert!(server.login("ann", PASSWORD, HOME).await.is_err());
    server
        .login("ann", "another good password", HOME)
        .await
        .unwrap();
}

#[tokio::test]
async fn passwords_are_checked_when_they_are_set_and_generated_on_request() {
    let server = Server::start().await;
    server.person("ann.example@example.org", PASSWORD).await;
    let path = "accounts/ann.example@example.org/password";
    for password in ["short", "ANN.example@example.org"] {
        let answer = server.post(path, json!({"password": password})).await;
        assert_fields(&answer, &["password"]);
    }
    let (_, issued) = server.post(path, json!({})).await;
    let generated = text(&issued, "/password");
    let login = server.login("ann.example@example.org", generated, HOME);
    login.await.unwrap();
}

#[tokio::test]
async fn tokens_of_a_former_tool_do_not_pass_for_a_new_one_of_its_name() {
    let server = Server::start().await;
    let tool = json!({"name": "ci", "kind": "tool"});
    server.post("accounts", tool.clone()).await;
    let not_before = async |name: &str| {
        let snapshot = server.snapshot().await;
        snapshot.named(name).unwrap().tokens_not_before.since(NOW)
    };
    server.clock.advance(Duration::from_secs(10));
    server.patch("accounts/ci", json!({"name": "cd"})).await;
    assert_eq!(not_before("cd").await, Duration::from_secs(10));
    server.clock.advance(Duration::from_secs(10));
    server.post("accounts", tool).await;
    assert_eq!(not_before("ci").await, Duration::from_secs(20));
}

#[tokio::test]
async fn there_are_only_so_many_accounts() {
    let server = Server::start().await;
    server.person("person", PASSWORD).await;
    let template = server.service.account("person").await.unwrap();
    let mut tx = server.store.begin().await.unwrap();
    for n in 1..limits::ACCOUNTS {
        let account = Account {
            id: AccountId(Uuid::from_u128(n as u128)),
            name: format!("person {n}"),
            ..template.clone()
        };
        accounts::insert(&mut tx, &account).await.unwrap();
    }
    tx.commit().await.unwrap();
    let answer = server.post("accounts", json!({"name": "one more"})).await;
    assert_error(&answer, 409, "LG-LIMIT");
}

#[tokio::test]
async fn somebody_stays_an_administrator() {
    let server = Server::start().await;
    let chief = json!({"name": "chief", "admin": true});
    server.post("accounts", chief).await;
    server.person("ann", PASSWORD).await;
    let answer = server.delete("accounts/chief").await;
    assert_error(&answer, 409, "LG-ACCOUNT-ADMIN");
    let answer = server
        .patch("accounts/chief", json!({"admin": false}))
        .await;
    assert_error(&answer, 409, "LG-ACCOUNT-ADMIN");
    let tool = json!({"name": "ci", "kind": "tool", "admin": true});
    server.post("accounts", tool).await;
    let (status, _) = server.delete("accounts/chief").await;
    assert_eq!(status, 204);
    let answer = server.delete("accounts/ci").await;
    assert_error(&answer, 409, "LG-ACCOUNT-ADMIN");
    assert_eq!(server.delete("accounts/ann").await.0, 204);
    let snapshot = server.snapshot().await;
    assert!(snapshot.named("chief").is_none() && snapshot.named("ann").is_none());
}

#[tokio::test]
async fn every_change_is_in_the_audit_log_and_no_secret_anywhere() {
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    let tool = json!({"name": "ci", "kind": "tool", "admin": true});
    let (_, tool) = server.post("accounts", tool).await;
    let (_, rotated) = server.post("accounts/ci/secret", json!(null)).await;
    let (_, issued) = server.post("accounts/ann/password", json!({})).await;
    let change = json!({"name": "anna", "admin": true, "roles": ["API.invoke"]});
    server.patch("accounts/ann", change).await;
    server.delete("accounts/anna").await;
    let log = server.audit().await;
    let expected = [
        "operator account.create ann: person",
        "operator account.create ci: tool, admin",
        "operator account.secret ci: generated",
        "operator account.password ann: generated",
        "operator account.update anna: name \"ann\" to \"anna\"; admin true; roles API.invoke",
        "operator account.delete anna: person",
    ];
    assert_eq!(log, expected);
    let secrets = [
        PASSWORD,
        text(&tool, "/secret"),
        text(&rotated, "/secret"),
        text(&issued, "/password"),
    ];
    for secret in secrets {
        assert!(!log.join("\n").contains(secret));
        assert!(!log::lines().contains(secret));
    }
}

#[tokio::test]
async fn the_first_start_makes_one_administrator() {
    let server = Server::start().await;
    let password = server.service.bootstrap().await.unwrap().unwrap();
    let admin = server
        .login("admin", password.expose(), HOME)
        .await
        .unwrap();
    assert!(admin.admin);
    assert!(server.service.bootstrap().await.unwrap().is_none());
    assert_eq!(
        server.audit().await,
        ["server account.create admin: person, admin"]
    );
    assert!(!log::lines().contains(password.expose()));

    let other = Server::start().await;
    other.person("ann", PASSWORD).await;
    assert!(other.service.bootstrap().await.unwrap().is_none());
}

#[tokio::test]
async fn two_servers_that_start_together_make_one_administrator() {
    let server = Server::start().await;
    let other = server.beside(CHEAP);
    let (one, two) = tokio::join!(server.service.bootstrap(), other.bootstrap());
    let made = [one.unwrap(), two.unwrap()];
    assert_eq!(made.iter().flatten().count(), 1);
    assert_eq!(server.service.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn too_many_passwords_at_once_are_refused_and_change_nothing() {
    let server = Server::start().await;
    server.person("ann", PASSWORD).await;
    let none = HashSettings {
        at_once: 0,
        waiting: 0,
        ..CHEAP
    };
    let busy = server.beside(none);
    let refused = busy.set_password(&OPERATOR, "ann", None).await;
    assert!(matches!(refused, Err(Error::Busy)));
    let source = HOME.parse().unwrap();
    let password = PASSWORD.into();
    for _ in 0..limits::LOGIN_FAILURES_BURST * 2 {
        let refused = busy.login("ann", &password, source).await;
        assert!(matches!(refused, Err(LoginRefused::Busy)), "not counted");
    }
    server.login("ann", PASSWORD, HOME).await.unwrap();
}
