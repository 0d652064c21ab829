//! People log in with the `cf` command line, stay logged in, and log out.

use std::time::Duration;

use http::Request;
use lockgate_accounts::AccountChange;
use lockgate_core::audit::{Actor, Who};
use lockgate_core::limits;
use lockgate_core::tenant::Plan;
use lockgate_store::sessions;
use lockgate_token::config::{Config, ErrorProfile};
use lockgate_web::jwt::{self, TokenRefused};
use serde_json::{Value, json};

use crate::world::{Answer, CF, PASSWORD, START, Setup, World, ZONE, claims, post, segment};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn a_login_gives_the_tokens_that_the_command_line_needs() {
    let world = World::new().await;
    let id = world.add_person("ann", false, &[]).await;
    let answer = world.log_in("ANN", PASSWORD, "").await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let json = answer.json();
    let names: Vec<&String> = json.as_object().unwrap().keys().collect();
    let expected = [
        "access_token",
        "token_type",
        "refresh_token",
        "expires_in",
        "scope",
        "jti",
    ];
    assert_eq!(names, expected);
    assert_eq!(json["token_type"], "bearer");
    assert_eq!(json["expires_in"], 1200);
    let scope = "openid uaa.user cloud_controller.read cloud_controller.write";
    assert_eq!(json["scope"], scope);

    let token = answer.text("access_token");
    assert_eq!(segment(&token, 0)["alg"], "RS256");
    let mut found = claims(&token);
    let session = found["sid"].take();
    assert_eq!(session.as_str().unwrap().len(), 36);
    let expected = json!({
        "jti": json["jti"], "sub": id, "scope": scope.split(' ').collect::<Vec<_>>(),
        "client_id": "cf", "cid": "cf", "azp": "cf", "grant_type": "password",
        "user_id": id, "origin": "uaa", "user_name": "ann", "email": "ann",
        "auth_time": START.secs(), "sid": null, "revocable": true,
        "iat": START.secs(), "exp": START.secs() + 1200,
        "iss": "https://acme.authentication.example.org/oauth/token", "zid": ZONE,
        "aud": ["uaa", "cloud_controller", "cf"],
    });
    assert_eq!(found, expected);
    let started = ("ann".to_owned(), "grant password of client cf".to_owned());
    assert_eq!(world.audited("session.start").await, [started]);
}

#[tokio::test]
async fn administrators_may_do_everything_unless_they_ask_for_less() {
    let world = World::new().await;
    world.add_person("root", true, &[]).await;
    let scope = |answer: Answer| answer.text("scope");
    let all = scope(world.log_in("root", PASSWORD, "").await);
    assert!(all.ends_with(" cloud_controller.admin"), "{all}");
    let less = "scope=openid+cloud_controller.read";
    let less = scope(world.log_in("root", PASSWORD, less).await);
    assert_eq!(less, "openid cloud_controller.read");
}

/// What other tools than the command line add, and what the command line adds in rarer cases.
#[tokio::test]
async fn extras_that_mean_nothing_here_are_ignored() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    for more in [
        "scope=",
        "client_id=cf",
        "client_id=cf&client_secret=",
        "token_format=jwt",
        "response_type=token",
        "login_hint=%7B%22origin%22%3A%22uaa%22%7D",
        "login_hint=example.org",
    ] {
        let answer = world.log_in("ann", PASSWORD, more).await;
        assert_eq!(answer.status.as_u16(), 200, "{more}: {}", answer.body);
    }
    let form = format!("grant_type=password&client_id=cf&username=ann&password={PASSWORD}");
    let answer = world
        .send(post("/oauth/token"), form.replace(' ', "+"))
        .await;
    assert_eq!(answer.status.as_u16(), 200, "public by parameter");
    let uri = "/oauth/token?grant_type=password&login_hint=%7B%22origin%22%3A%22uaa%22%7D";
    let request = post(uri).header("Authorization", CF);
    let form = format!("username=ann&password={}", PASSWORD.replace(' ', "%20"));
    assert_eq!(world.send(request, form).await.status.as_u16(), 200);
}

/// T52, and what a person can get wrong.
#[tokio::test]
async fn every_wrong_login_has_its_answer() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let tool = world.add_tool("ci", false).await;
    let escalation = "scope=cloud_controller.admin";
    let passcode = "passcode=123";
    let foreign = "login_hint=%7B%22origin%22%3A%22ldap%22%7D";
    let cases = [
        ("ann", "wrong", "", 401, "unauthorized"),
        ("ann", "", "", 401, "unauthorized"),
        ("bob", PASSWORD, "", 401, "unauthorized"),
        ("ci", &*tool, "", 401, "unauthorized"),
        ("", PASSWORD, "", 400, "invalid_request"),
        ("", "", passcode, 400, "invalid_request"),
        ("ann", PASSWORD, foreign, 400, "invalid_request"),
        ("ann", PASSWORD, escalation, 400, "invalid_scope"),
        ("ann", PASSWORD, "scope=*", 400, "invalid_scope"),
        (
            "ann",
            PASSWORD,
            "token_format=opaque",
            400,
            "invalid_request",
        ),
        ("ann", PASSWORD, "client_id=lockgate", 401, "invalid_client"),
        ("ann", PASSWORD, "client_secret=x", 401, "unauthorized"),
        ("ann", PASSWORD, "username=bob", 400, "invalid_request"),
    ];
    for (name, password, more, status, error) in cases {
        let answer = world.log_in(name, password, more).await;
        let expected = (status, error.to_owned());
        assert_eq!(answer.error(), expected, "{name} {more}: {}", answer.body);
    }
    let wrong = world.log_in("ann", "wrong", "").await;
    assert_eq!(wrong.body, world.log_in("bob", "wrong", "").await.body);
    assert_eq!(wrong.text("error_description"), "Bad credentials");
    assert!(wrong.header("www-authenticate").starts_with("Basic "));
    assert_eq!(world.audited("session.start").await, []);
}

/// T52: a public client has no secret, and no grant but its own.
#[tokio::test]
async fn the_public_client_proves_nothing_and_may_little() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let form = format!("grant_type=password&username=ann&password={PASSWORD}").replace(' ', "+");
    let ask = |authorization: &'static str, form: String| {
        let request = post("/oauth/token").header("Authorization", authorization);
        world.send(request, form)
    };
    let with_secret = ask("Basic Y2Y6eA==", form.clone()).await;
    assert_eq!(with_secret.error(), (401, "unauthorized".to_owned()));
    for (grant, expected) in [
        ("client_credentials", (401, "invalid_client")),
        ("authorization_code", (401, "invalid_client")),
        (
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            (401, "invalid_client"),
        ),
        ("implicit", (400, "unsupported_grant_type")),
        ("PASSWORD", (400, "unsupported_grant_type")),
        ("", (400, "invalid_request")),
    ] {
        let answer = ask(CF, format!("grant_type={grant}")).await;
        assert_eq!(
            answer.error(),
            (expected.0, expected.1.to_owned()),
            "{grant}"
        );
    }
    // The cockpit's client takes no passwords, and a service instance neither.
    let lockgate = ask("Basic bG9ja2dhdGU6", form.clone()).await;
    assert_eq!(lockgate.error(), (401, "invalid_client".to_owned()));
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    let instance = world.send(request, form).await;
    assert_eq!(instance.error(), (401, "invalid_client".to_owned()));
}

/// Tokens of people open the platform and no flow; tokens for flows open no platform.
#[tokio::test]
async fn platform_and_flows_take_different_tokens() {
    let world = World::new().await;
    world.add_person("ann", false, &["ESBMessaging.send"]).await;
    let person = world.log_in("ann", PASSWORD, "").await.text("access_token");
    let flow = world.token().await;
    let identities = world.identities.snapshot();
    let account = jwt::verify_account(&person, &identities, START, None).unwrap();
    assert_eq!(account.account.name, "ann");
    assert!(account.has_scope("cloud_controller.write") && !account.is_admin());
    for plan in Plan::ALL {
        let refused = jwt::verify(&person, &identities, plan, START, None);
        assert_eq!(refused.unwrap_err(), TokenRefused::Audience);
    }
    let refused = jwt::verify_account(&flow, &identities, START, None);
    assert_eq!(refused.unwrap_err(), TokenRefused::Audience);
    // Nor does a person's token ask about the tokens of others.
    let request = post("/introspect").header("Authorization", format!("Bearer {person}"));
    let answer = world.send(request, format!("token={flow}")).await;
    assert_eq!(answer.error(), (401, "invalid_token".to_owned()));
}

#[tokio::test]
async fn the_command_line_refreshes_with_one_token_as_often_as_it_likes() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let login = world.log_in("ann", PASSWORD, "").await;
    let refresh = login.text("refresh_token");
    world.advance(Duration::from_secs(1100));
    let (one, two) = tokio::join!(world.refresh(&refresh), world.refresh(&refresh));
    for answer in [one, two] {
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
        assert_eq!(answer.text("token_type"), "bearer");
        assert_eq!(answer.text("refresh_token"), refresh);
        let (before, after) = (
            claims(&login.text("access_token")),
            claims(&answer.text("access_token")),
        );
        assert_eq!(after["grant_type"], "password");
        for same in ["sid", "sub", "scope", "auth_time"] {
            assert_eq!(after[same], before[same], "{same}");
        }
        assert_ne!(after["jti"], before["jti"]);
        assert_eq!(after["exp"], START.secs() + 1100 + 1200);
    }
    let less = format!("{refresh}&scope=openid");
    assert_eq!(world.refresh(&less).await.text("scope"), "openid");
    let more = format!("{refresh}&scope=cloud_controller.admin");
    let refused = world.refresh(&more).await;
    assert_eq!(refused.error(), (400, "invalid_scope".to_owned()));
}

#[tokio::test]
async fn a_login_ends_when_it_is_idle_for_thirty_days() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let refresh = world
        .log_in("ann", PASSWORD, "")
        .await
        .text("refresh_token");
    for _ in 0..3 {
        world.advance(DAY * 29);
        assert_eq!(world.refresh(&refresh).await.status.as_u16(), 200);
    }
    world.keys.tend().await.unwrap();
    assert_eq!(world.refresh(&refresh).await.status.as_u16(), 200);
    world.advance(DAY * 30);
    let ended = world.refresh(&refresh).await;
    assert_eq!(ended.error(), (401, "invalid_token".to_owned()));
    assert!(ended.header("www-authenticate").starts_with("Bearer "));
    world.advance(Duration::from_secs(1));
    world.keys.tend().await.unwrap();
    let mut tx = world.store.read().await.unwrap();
    let ann = world
        .identities
        .load()
        .accounts
        .named("ann")
        .cloned()
        .unwrap();
    assert_eq!(sessions::list_of(&mut tx, ann.id).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_no_refresh_token_of_this_login_is_refused_and_ends_nothing() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let login = world.log_in("ann", PASSWORD, "").await;
    let good = login.text("refresh_token");
    let (head, _) = good.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", "A".repeat(60));
    for wrong in [
        "x",
        "a.b.c",
        &forged,
        &login.text("access_token"),
        &"x".repeat(20_000),
    ] {
        let answer = world.refresh(wrong).await;
        assert_eq!(
            answer.error(),
            (401, "invalid_token".to_owned()),
            "{wrong:.80}"
        );
    }
    assert_eq!(
        world.refresh("").await.error(),
        (400, "invalid_request".to_owned())
    );
    // Another client cannot use it.
    let form = format!("grant_type=refresh_token&client_id=lockgate&refresh_token={good}");
    let other = world.send(post("/oauth/token"), form).await;
    assert_eq!(other.error(), (401, "invalid_token".to_owned()));
    // T39: as an access token it opens nothing.
    let identities = world.identities.snapshot();
    assert!(jwt::verify_account(&good, &identities, START, None).is_err());
    assert_eq!(world.refresh(&good).await.status.as_u16(), 200);
}

#[tokio::test]
async fn the_standard_profile_names_errors_as_the_standard_does() {
    let world = World::with(Setup {
        config: Config {
            errors: ErrorProfile::Standard,
            ..Config::default()
        },
        ..Setup::default()
    })
    .await;
    let broken = world.refresh("x").await;
    assert_eq!(broken.error(), (400, "invalid_grant".to_owned()));
}

/// What an operator withdraws is withdrawn at once.
#[tokio::test]
async fn changes_of_an_account_end_its_logins() {
    let world = World::new().await;
    world.add_person("root", true, &[]).await;
    world.add_person("ann", true, &[]).await;
    let verify = |token: &str| {
        let identities = world.identities.snapshot();
        jwt::verify_account(token, &identities, START, None).map(|token| token.is_admin())
    };
    let login = world.log_in("ann", PASSWORD, "").await;
    let token = login.text("access_token");
    assert_eq!(verify(&token), Ok(true));

    let demoted = AccountChange {
        admin: Some(false),
        ..AccountChange::default()
    };
    let changed = world
        .accounts
        .update_account(&Actor::SERVER, "ann", demoted);
    changed.await.unwrap();
    assert_eq!(verify(&token), Ok(false), "whatever its scopes say");
    let ended = world.refresh(&login.text("refresh_token")).await;
    assert_eq!(ended.error(), (401, "invalid_token".to_owned()));

    let login = world.log_in("ann", PASSWORD, "").await;
    let token = login.text("access_token");
    world.advance(Duration::from_secs(1));
    let password = Some("another good password".into());
    let changed = world.accounts.set_password(&Actor::SERVER, "ann", password);
    changed.await.unwrap();
    assert_eq!(verify(&token), Err(TokenRefused::Superseded));
    let ended = world.refresh(&login.text("refresh_token")).await;
    assert_eq!(ended.error(), (401, "invalid_token".to_owned()));

    let again = world.log_in("ann", "another good password", "").await;
    assert_eq!(verify(&again.text("access_token")), Ok(false), "at once");
    let deleted = world.accounts.delete_account(&Actor::SERVER, "ann");
    deleted.await.unwrap();
    let gone = verify(&again.text("access_token"));
    assert_eq!(gone, Err(TokenRefused::UnknownAccount));
    let ended = world.refresh(&again.text("refresh_token")).await;
    assert_eq!(ended.error(), (401, "invalid_token".to_owned()));
}

#[tokio::test]
async fn guessing_is_slowed_down_with_the_words_that_the_command_line_knows() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let mut last = world.log_in("ann", "wrong", "").await;
    for _ in 0..100 {
        if last.text("error_description") != "Bad credentials" {
            break;
        }
        last = world.log_in("ann", "wrong", "").await;
    }
    assert_eq!(last.error(), (401, "unauthorized".to_owned()));
    let text = "Your account has been locked because of too many failed attempts to login.";
    assert_eq!(last.text("error_description"), text);
    assert!(last.header("retry-after").parse::<u32>().unwrap() >= 1);
}

#[tokio::test]
async fn refused_logins_say_who_was_claimed() {
    let world = World::new().await;
    let long = format!("{}\n", "a".repeat(1_000));
    world.log_in("eve\n", "x", "").await;
    world.log_in(&long, "x", "").await;
    let form = "grant_type=client_credentials&client_id=ghost&client_secret=x";
    world.send(post("/oauth/token"), form).await;
    world.refresh("x").await;
    let refused = world.refused.lock().unwrap();
    let found: Vec<_> = refused
        .iter()
        .map(|refused| {
            let Who::Unknown { claimed } = &refused.actor.who else {
                panic!("{refused:?}")
            };
            (claimed.clone().unwrap_or_default(), refused.reason.as_str())
        })
        .collect();
    let expected = [
        ("eve\\n".to_owned(), "unauthorized"),
        ("a".repeat(200), "unauthorized"),
        ("ghost".to_owned(), "unauthorized"),
        ("cf".to_owned(), "invalid_token"),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_account_keeps_a_bounded_number_of_logins() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let first = world.log_in("ann", PASSWORD, "").await;
    for _ in 0..limits::SESSIONS {
        world.advance(Duration::from_secs(1));
        assert_eq!(world.log_in("ann", PASSWORD, "").await.status.as_u16(), 200);
    }
    let oldest = world.refresh(&first.text("refresh_token")).await;
    assert_eq!(oldest.error(), (401, "invalid_token".to_owned()));
    let list =
        Request::get("/operator/v1/sessions?account=ann").header("Authorization", "Bearer op");
    let list: Value = world.send(list, "").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), limits::SESSIONS);
}

/// What `cf logout` sends: the ids in both tokens, with the access token.
#[tokio::test]
async fn logging_out_ends_the_login_on_the_server() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let login = world.log_in("ann", PASSWORD, "").await;
    let (access, refresh) = (login.text("access_token"), login.text("refresh_token"));
    assert_eq!(claims(&access)["revocable"], true);
    let id = claims(&refresh)["jti"].as_str().unwrap().to_owned();
    let revoke = |id: String, token: &str| {
        let request = Request::delete(format!("/oauth/token/revoke/{id}"))
            .header("Authorization", format!("bearer {token}"));
        world.send(request, "")
    };
    assert_eq!(revoke(id, &access).await.status.as_u16(), 200);
    let identities = world.identities.snapshot();
    let ended = jwt::verify_account(&access, &identities, START, None);
    assert_eq!(ended.unwrap_err(), TokenRefused::SessionEnded);
    let refused = world.refresh(&refresh).await;
    assert_eq!(refused.error(), (401, "invalid_token".to_owned()));
    let again = revoke(login.text("jti"), &access).await;
    assert_eq!(again.error(), (401, "invalid_token".to_owned()));
    let ended = ("ann".to_owned(), "logged out".to_owned());
    assert_eq!(world.audited("session.end").await, [ended]);
}
