//! People log in with a browser, for the cockpit, the command line or a service instance.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use lockgate_accounts::AccountChange;
use lockgate_core::audit::Actor;
use lockgate_core::crypto::sha256;
use lockgate_core::ids::AccountId;
use lockgate_core::tenant::Plan;
use lockgate_store::accounts;
use lockgate_web::jwt::{self, TokenRefused};
use serde_json::json;

use crate::world::{Answer, PASSWORD, START, Setup, World, claims, post};

const CALLBACK: &str = "http://127.0.0.1:4711/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const ISSUER: &str = "https://acme.authentication.example.org/oauth/token";
const CODE: &str = "authorization_code";

type Parameters = Vec<(&'static str, String)>;

fn encode(parameters: &[(&str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish()
}

/// What the command line of this server sends a browser with.
fn asking() -> Parameters {
    let challenge = URL_SAFE_NO_PAD.encode(sha256(VERIFIER.as_bytes()));
    vec![
        ("response_type", "code".to_owned()),
        ("client_id", "lockgate".to_owned()),
        ("redirect_uri", CALLBACK.to_owned()),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256".to_owned()),
        ("state", "a b&<c>".to_owned()),
    ]
}

/// The same with some values replaced; empty ones are left out.
fn asking_with(changes: &[(&'static str, &str)]) -> Parameters {
    let mut parameters = asking();
    for (name, value) in changes {
        parameters.retain(|(known, _)| known != name);
        if !value.is_empty() {
            parameters.push((name, (*value).to_owned()));
        }
    }
    parameters
}

async fn ask(world: &World, parameters: &Parameters) -> Answer {
    let uri = format!("/oauth/authorize?{}", encode(parameters));
    world.send(Request::get(uri), "").await
}

/// The cookie of an answer, as the browser sends it back.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    set.split(';').next().unwrap().to_owned()
}

/// The hidden values and the cookie of a login page.
fn form(page: &Answer) -> (Vec<(String, String)>, String) {
    let unescape = |text: &str| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">");
        text.replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    };
    let inputs = page.body.split("<input type=\"hidden\" name=\"").skip(1);
    let hidden = inputs.map(|input| {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        let (value, _) = rest.split_once("\">").unwrap();
        (unescape(name), unescape(value))
    });
    (hidden.collect(), cookie(page))
}

/// Fills in the login page as `name` and sends it.
async fn submit(world: &World, page: &Answer, name: &str, password: &str) -> Answer {
    let (mut values, cookie) = form(page);
    values.push(("username".to_owned(), name.to_owned()));
    values.push(("password".to_owned(), password.to_owned()));
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(values)
        .finish();
    let request = post("/oauth/authorize")
        .header("Cookie", cookie)
        .header("Sec-Fetch-Site", "same-origin");
    world.send(request, body).await
}

/// The parameters of the address that the browser is sent to.
fn sent(answer: &Answer) -> (String, Vec<(String, String)>) {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.body);
    let (uri, query) = answer.header("location").split_once('?').unwrap();
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    (uri.to_owned(), pairs.collect())
}

fn value(pairs: &[(String, String)], name: &str) -> String {
    let found = pairs.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

/// A code for `parameters`, allowed by ann.
async fn code(world: &World, parameters: &Parameters) -> String {
    let page = ask(world, parameters).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.body);
    let (_, pairs) = sent(&submit(world, &page, "ann", PASSWORD).await);
    value(&pairs, "code")
}

fn exchange(code: &str) -> Parameters {
    vec![
        ("grant_type", CODE.to_owned()),
        ("client_id", "lockgate".to_owned()),
        ("redirect_uri", CALLBACK.to_owned()),
        ("code", code.to_owned()),
        ("code_verifier", VERIFIER.to_owned()),
    ]
}

async fn redeem(world: &World, parameters: &Parameters) -> Answer {
    world.send(post("/oauth/token"), encode(parameters)).await
}

async fn refresh(world: &World, token: &str) -> Answer {
    let form = format!("grant_type=refresh_token&client_id=lockgate&refresh_token={token}");
    world.send(post("/oauth/token"), form).await
}

#[tokio::test]
async fn a_person_logs_in_for_the_command_line() {
    let world = World::new().await;
    world.add_person("ann", true, &[]).await;
    let page = ask(&world, &asking()).await;
    assert_eq!(page.status.as_u16(), 200);
    assert_eq!(page.header("content-type"), "text/html;charset=UTF-8");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    assert!(policy.contains("form-action 'self' http://127.0.0.1:4711; base-uri 'none'"));
    assert!(policy.ends_with("frame-ancestors 'none'"));
    assert!(!page.body.contains("<script") && page.body.contains("<label for=\"password\">"));
    let set = page.header("set-cookie");
    assert!(set.starts_with("__Host-lockgate-login="));
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600; Secure"));

    let answer = submit(&world, &page, "ann", PASSWORD).await;
    let (uri, pairs) = sent(&answer);
    assert_eq!(uri, CALLBACK);
    let names: Vec<_> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!(value(&pairs, "state"), "a b&<c>");
    assert_eq!(value(&pairs, "iss"), ISSUER);

    let tokens = redeem(&world, &exchange(&value(&pairs, "code"))).await;
    assert_eq!(tokens.status.as_u16(), 200, "{}", tokens.body);
    let claims = claims(&tokens.text("access_token"));
    assert_eq!(claims["grant_type"], CODE);
    assert_eq!(claims["cid"], "lockgate");
    assert_eq!(claims["user_name"], "ann");
    let identities = world.identities.snapshot();
    let token = tokens.text("access_token");
    let verified = jwt::verify_account(&token, &identities, START, None).unwrap();
    assert!(verified.is_admin());
}

/// RFC 9700: each refresh token is good for one use, and a second use ends the login.
#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_login() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let first = redeem(&world, &exchange(&code(&world, &asking()).await)).await;
    let first = first.text("refresh_token");
    let second = refresh(&world, &first).await;
    let access = second.text("access_token");
    let second = second.text("refresh_token");
    assert_ne!(second, first);
    let third = refresh(&world, &second).await.text("refresh_token");
    let stolen = refresh(&world, &first).await;
    assert_eq!(stolen.error(), (401, "invalid_token".to_owned()));
    let ended = refresh(&world, &third).await;
    assert_eq!(ended.error(), (401, "invalid_token".to_owned()));
    let identities = world.identities.snapshot();
    let refused = jwt::verify_account(&access, &identities, START, None);
    assert_eq!(refused.unwrap_err(), TokenRefused::SessionEnded);
    let reason = (
        "ann".to_owned(),
        "a refresh token was used twice".to_owned(),
    );
    assert_eq!(world.audited("session.end").await, [reason]);
}

#[tokio::test]
async fn of_two_that_refresh_at_once_at_most_one_succeeds() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let tokens = redeem(&world, &exchange(&code(&world, &asking()).await)).await;
    let token = tokens.text("refresh_token");
    let (one, two) = tokio::join!(refresh(&world, &token), refresh(&world, &token));
    let statuses = [one.status.as_u16(), two.status.as_u16()];
    assert!(statuses.contains(&401), "{statuses:?}");
    let sessions = Request::get("/operator/v1/sessions?account=ann");
    let sessions = sessions.header("Authorization", "Bearer op");
    assert_eq!(world.send(sessions, "").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_login_by_browser_lasts_twelve_hours_however_it_is_used() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let tokens = redeem(&world, &exchange(&code(&world, &asking()).await)).await;
    let mut token = tokens.text("refresh_token");
    for _ in 0..11 {
        world.advance(Duration::from_secs(3600));
        token = refresh(&world, &token).await.text("refresh_token");
    }
    world.advance(Duration::from_secs(3600));
    let ended = refresh(&world, &token).await;
    assert_eq!(ended.error(), (401, "invalid_token".to_owned()));
}

/// T49: what a code was made for is what it is good for, once, for a minute.
#[tokio::test]
async fn a_code_is_good_for_its_own_request_once() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let good = code(&world, &asking()).await;
    let other = "x".repeat(43);
    for (name, wrong) in [
        ("code", "x"),
        ("code_verifier", ""),
        ("code_verifier", &*other),
        ("redirect_uri", ""),
        ("redirect_uri", "http://127.0.0.1:4712/callback"),
        ("redirect_uri", "http://127.0.0.1:4711/callback/"),
    ] {
        let mut parameters = exchange(&good);
        parameters.retain(|(known, _)| *known != name);
        parameters.push((name, wrong.to_owned()));
        let answer = redeem(&world, &parameters).await;
        assert_eq!(
            answer.error(),
            (400, "invalid_grant".to_owned()),
            "{name}={wrong}"
        );
    }
    world
        .change_client(|instance| instance.parameters.grant_types = vec![CODE.to_owned()])
        .await;
    let mut parameters = exchange(&good);
    parameters.retain(|(name, _)| *name != "client_id");
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    let answer = world.send(request, encode(&parameters)).await;
    assert_eq!(
        answer.error(),
        (400, "invalid_grant".to_owned()),
        "another client"
    );

    let tokens = redeem(&world, &exchange(&good)).await;
    assert_eq!(tokens.status.as_u16(), 200, "{}", tokens.body);
    // The second use ends what the first began, but only for who knows the verifier.
    let mut guessed = exchange(&good);
    guessed.retain(|(name, _)| *name != "code_verifier");
    assert_eq!(redeem(&world, &guessed).await.status.as_u16(), 400);
    let token = tokens.text("refresh_token");
    let token = refresh(&world, &token).await.text("refresh_token");
    world.advance(Duration::from_secs(3600));
    let replayed = redeem(&world, &exchange(&good)).await;
    assert_eq!(replayed.error(), (400, "invalid_grant".to_owned()));
    let ended = refresh(&world, &token).await;
    assert_eq!(ended.error(), (401, "invalid_token".to_owned()));

    let late = code(&world, &asking()).await;
    world.advance(Duration::from_secs(60));
    let answer = redeem(&world, &exchange(&late)).await;
    assert_eq!(answer.error(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn of_two_that_redeem_a_code_at_once_none_keeps_the_login() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let code = exchange(&code(&world, &asking()).await);
    let (one, two) = tokio::join!(redeem(&world, &code), redeem(&world, &code));
    let mut answers = [one, two];
    answers.sort_by_key(|answer| answer.status);
    assert_eq!(answers[1].error(), (400, "invalid_grant".to_owned()));
    assert_eq!(answers[0].status.as_u16(), 200);
    let ended = refresh(&world, &answers[0].text("refresh_token")).await;
    assert_eq!(ended.error(), (401, "invalid_token".to_owned()));
}

#[tokio::test]
async fn a_code_ends_with_a_change_of_the_password() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let code = code(&world, &asking()).await;
    world.advance(Duration::from_secs(1));
    let password = Some("another good password".into());
    let changed = world.accounts.set_password(&Actor::SERVER, "ann", password);
    changed.await.unwrap();
    let answer = redeem(&world, &exchange(&code)).await;
    assert_eq!(answer.error(), (400, "invalid_grant".to_owned()));
}

/// An account may change while somebody logs in, and this server may not know yet.
#[tokio::test]
async fn a_login_that_a_change_of_the_account_overtakes_is_refused() {
    let world = World::new().await;
    let id = world.add_person("ann", false, &[]).await;
    let before = code(&world, &asking()).await;
    let page = ask(&world, &asking()).await;
    let mut tx = world.store.begin().await.unwrap();
    let mut account = accounts::find(&mut tx, id).await.unwrap().unwrap();
    account.tokens_not_before = START.plus(Duration::from_micros(1));
    accounts::update(&mut tx, &account).await.unwrap();
    tx.commit().await.unwrap();
    let redeemed = redeem(&world, &exchange(&before)).await;
    assert_eq!(redeemed.error(), (400, "invalid_grant".to_owned()));
    let login = world.log_in("ann", PASSWORD, "").await;
    assert_eq!(login.error(), (401, "unauthorized".to_owned()));
    let answer = submit(&world, &page, "ann", PASSWORD).await;
    assert_eq!(answer.status.as_u16(), 401);
    assert_eq!(world.audited("session.start").await, []);
}

/// T49: the browser is sent nowhere but to the client, whatever the address looks like.
#[tokio::test]
async fn unknown_clients_and_addresses_are_told_to_the_person_only() {
    let world = World::new().await;
    let cockpit = "https://acme.authentication.example.org/cockpit/callback";
    let good = ask(&world, &asking_with(&[("redirect_uri", cockpit)])).await;
    assert_eq!(good.status.as_u16(), 200);
    let long = "x".repeat(5_000);
    for changes in [
        [("client_id", "")],
        [("client_id", "ghost")],
        [("client_id", "cf")],
        [("client_id", &*world.client.id)],
        [("redirect_uri", "")],
        [("redirect_uri", "https://evil.example/callback")],
        [("redirect_uri", "http://127.0.0.1:80@evil.example/callback")],
        [("redirect_uri", "http://127.0.0.1:80/callback#x")],
        [(
            "redirect_uri",
            "https://acme.authentication.example.org/cockpit/callback?x",
        )],
        [(
            "redirect_uri",
            "https://acme.authentication.example.org.evil/cockpit/callback",
        )],
        [("redirect_uri", "//evil.example")],
        [("redirect_uri", "javascript:alert(1)")],
        [("state", &*long)],
    ] {
        let answer = ask(&world, &asking_with(&changes)).await;
        assert_eq!(answer.status.as_u16(), 400, "{changes:?}");
        assert_eq!(answer.header("location"), "");
        assert!(answer.body.starts_with("<!doctype html>"));
    }
    let twice = format!("/oauth/authorize?{}&client_id=lockgate", encode(&asking()));
    assert_eq!(
        world.send(Request::get(twice), "").await.status.as_u16(),
        400
    );
}

#[tokio::test]
async fn what_a_known_client_asks_for_wrongly_is_told_to_it() {
    let world = World::new().await;
    let cases = [
        ([("response_type", "token")], "unsupported_response_type"),
        ([("response_type", "")], "unsupported_response_type"),
        ([("code_challenge", "")], "invalid_request"),
        ([("code_challenge", "short")], "invalid_request"),
        ([("code_challenge_method", "plain")], "invalid_request"),
        ([("code_challenge_method", "")], "invalid_request"),
        ([("response_mode", "fragment")], "invalid_request"),
        ([("prompt", "none")], "login_required"),
    ];
    for (changes, error) in cases {
        let (uri, pairs) = sent(&ask(&world, &asking_with(&changes)).await);
        assert_eq!(uri, CALLBACK);
        assert_eq!(value(&pairs, "error"), error, "{changes:?}");
        assert_eq!(value(&pairs, "state"), "a b&<c>");
        assert_eq!(value(&pairs, "iss"), ISSUER);
    }
}

#[tokio::test]
async fn more_than_the_person_has_is_not_given() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let asked = asking_with(&[("scope", "openid cloud_controller.admin")]);
    let page = ask(&world, &asked).await;
    let (_, pairs) = sent(&submit(&world, &page, "ann", PASSWORD).await);
    assert_eq!(value(&pairs, "error"), "invalid_scope");
    let asked = asking_with(&[("scope", "openid")]);
    let tokens = redeem(&world, &exchange(&code(&world, &asked).await)).await;
    assert_eq!(tokens.text("scope"), "openid");
}

/// No other site can log a person in: the form has to come from a page shown in this browser.
#[tokio::test]
async fn a_form_from_elsewhere_logs_nobody_in() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let page = ask(&world, &asking()).await;
    let (mut values, cookie) = form(&page);
    values.push(("username".to_owned(), "ann".to_owned()));
    values.push(("password".to_owned(), PASSWORD.to_owned()));
    let body = |without: &str| {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(values.iter().filter(|(name, _)| name != without))
            .finish()
    };
    let name = cookie.split_once('=').unwrap().0;
    let foreign = format!("{name}={}", "A".repeat(43));
    let (own, site) = (cookie.as_str(), "same-origin");
    for (cookie, site, without) in [
        ("", site, ""),
        (&*foreign, site, ""),
        (&*format!("{own}; {foreign}"), site, ""),
        (&*format!("{name}="), site, "proof"),
        (own, "cross-site", ""),
        (own, "same-site", ""),
        (own, site, "proof"),
    ] {
        let request = post("/oauth/authorize")
            .header("Cookie", cookie)
            .header("Sec-Fetch-Site", site);
        let answer = world.send(request, body(without)).await;
        assert_eq!(answer.status.as_u16(), 403, "{cookie} {site} {without}");
        assert!(answer.body.contains("role=\"alert\""));
    }
    // Older browsers do not say where a form comes from; the cookie decides.
    let request = post("/oauth/authorize").header("Cookie", own);
    assert_eq!(world.send(request, body("")).await.status.as_u16(), 303);
    // A second page in the same browser leaves the first one good.
    let uri = format!("/oauth/authorize?{}", encode(&asking()));
    let second = world
        .send(Request::get(uri).header("Cookie", own), "")
        .await;
    assert_eq!(self::cookie(&second), own);
}

#[tokio::test]
async fn a_wrong_password_shows_the_page_again() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let page = ask(&world, &asking()).await;
    let evil = "<b>\"ann\"</b>";
    let mut answer = submit(&world, &page, evil, "wrong").await;
    assert_eq!(answer.status.as_u16(), 401);
    assert_eq!(answer.header("www-authenticate"), "Form realm=\"lockgate\"");
    assert!(answer.body.contains("role=\"alert\"") && !answer.body.contains(evil));
    assert!(
        !answer.body.contains("wrong\""),
        "the password is not repeated"
    );
    let again = submit(&world, &answer, "ann", PASSWORD).await;
    assert_eq!(again.status.as_u16(), 303, "the page works again");
    for _ in 0..100 {
        answer = submit(&world, &page, "ann", "wrong").await;
        if answer.status.as_u16() != 401 {
            break;
        }
    }
    assert_eq!(answer.status.as_u16(), 429);
    assert!(!answer.header("retry-after").is_empty());
}

#[tokio::test]
async fn without_tls_the_cookie_is_not_for_tls_only() {
    let world = World::with(Setup {
        token_base: "http://localhost:8080".to_owned(),
        ..Setup::default()
    })
    .await;
    world.add_person("ann", false, &[]).await;
    let page = ask(&world, &asking()).await;
    let set = page.header("set-cookie");
    assert!(set.starts_with("lockgate-login=") && !set.contains("Secure"));
    let answer = submit(&world, &page, "ann", PASSWORD).await;
    assert_eq!(answer.status.as_u16(), 303);
}

const HOME: &str = "https://app.example.org/callback?x=1";
const ROLE: &str = "it-rt-acme!b101.ESBMessaging.send";

/// Lets users of the client log in, and ann be one of them.
async fn offer_login(world: &World) -> AccountId {
    world
        .change_client(|instance| {
            let parameters = &mut instance.parameters;
            parameters.grant_types = vec![CODE.to_owned(), "refresh_token".to_owned()];
            parameters.redirect_uris = vec![HOME.to_owned()];
        })
        .await;
    let roles = ["ESBMessaging.send"];
    world.add_person("ann", true, &roles).await
}

/// What the client sends to exchange a code that ann allowed, without saying who it is.
async fn exchange_at_home(world: &World) -> Parameters {
    let asked = asking_with(&[("client_id", &world.client.id), ("redirect_uri", HOME)]);
    let page = ask(world, &asked).await;
    assert!(page.body.contains("https://app.example.org"));
    let answer = submit(world, &page, "ann", PASSWORD).await;
    let location = answer.header("location").to_owned();
    let query = location.strip_prefix(&format!("{HOME}&")).unwrap();
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let mut parameters = exchange(&value(&pairs, "code"));
    parameters.retain(|(name, _)| !["client_id", "redirect_uri"].contains(name));
    parameters.push(("redirect_uri", HOME.to_owned()));
    parameters
}

async fn ask_as_client(world: &World, form: String) -> Answer {
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    world.send(request, form).await
}

/// A service instance whose users log in: its tokens speak for them, at flows.
#[tokio::test]
async fn a_service_instance_gets_tokens_for_flows() {
    let world = World::new().await;
    let id = offer_login(&world).await;
    let parameters = exchange_at_home(&world).await;
    // It is no public client.
    let mut anonymous = parameters.clone();
    anonymous.push(("client_id", world.client.id.clone()));
    let refused = redeem(&world, &anonymous).await;
    assert_eq!(refused.error(), (401, "unauthorized".to_owned()));

    let tokens = ask_as_client(&world, encode(&parameters)).await;
    assert_eq!(tokens.status.as_u16(), 200, "{}", tokens.body);
    assert_eq!(tokens.text("scope"), format!("openid {ROLE}"), "not myRole");
    assert_eq!(tokens.json()["expires_in"], 3600);
    let token = tokens.text("access_token");
    let claims = claims(&token);
    for (name, expected) in [
        ("sub", json!(id)),
        ("user_id", json!(id)),
        ("user_name", json!("ann")),
        ("origin", json!("uaa")),
        ("cid", json!(world.client.id)),
        ("azp", json!(world.client.id)),
        ("grant_type", json!(CODE)),
        (
            "aud",
            json!(["it-rt-acme!b101.ESBMessaging", world.client.id]),
        ),
        ("authorities", json!(null)),
        ("revocable", json!(null)),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
    let identities = world.identities.snapshot();
    let flow = jwt::verify(&token, &identities, Plan::IntegrationFlow, START, None);
    let flow = flow.unwrap();
    assert_eq!(flow.roles().count(), 1);
    assert_eq!(flow.user().unwrap().name, "ann");
    let api = jwt::verify(&token, &identities, Plan::Api, START, None);
    assert_eq!(api.unwrap_err(), TokenRefused::Audience);
    let platform = jwt::verify_account(&token, &identities, START, None);
    assert_eq!(platform.unwrap_err(), TokenRefused::Audience);
    let request = Request::get("/userinfo").header("Authorization", format!("Bearer {token}"));
    assert_eq!(world.send(request, "").await.text("user_name"), "ann");
    // It is the person's, not the client's: it does not ask about tokens.
    let request = post("/introspect").header("Authorization", format!("Bearer {token}"));
    let answer = world.send(request, format!("token={token}")).await;
    assert_eq!(answer.error(), (403, "insufficient_scope".to_owned()));
}

/// Whatever the person or the instance loses is lost at once.
#[tokio::test]
async fn a_token_for_flows_has_what_person_and_instance_have() {
    let world = World::new().await;
    offer_login(&world).await;
    let parameters = exchange_at_home(&world).await;
    let tokens = ask_as_client(&world, encode(&parameters)).await;
    let refresh = |tokens: &Answer| {
        let token = tokens.text("refresh_token");
        ask_as_client(
            &world,
            format!("grant_type=refresh_token&refresh_token={token}"),
        )
    };
    let tokens = refresh(&tokens).await;
    assert_eq!(tokens.text("scope"), format!("openid {ROLE}"));
    let roles = || {
        let token = tokens.text("access_token");
        let identities = world.identities.snapshot();
        let verified = jwt::verify(&token, &identities, Plan::IntegrationFlow, START, None);
        verified.map(|verified| verified.roles().count())
    };
    assert_eq!(roles(), Ok(1));
    world
        .change_client(|instance| instance.parameters.roles.clear())
        .await;
    assert_eq!(roles(), Ok(0));
    assert_eq!(refresh(&tokens).await.text("scope"), "openid");
    world
        .change_client(|instance| {
            instance.parameters.roles = vec!["ESBMessaging.send".parse().unwrap()]
        })
        .await;
    assert_eq!(roles(), Ok(1));
    let none = AccountChange {
        roles: Some(vec![]),
        ..AccountChange::default()
    };
    let changed = world.accounts.update_account(&Actor::SERVER, "ann", none);
    changed.await.unwrap();
    assert_eq!(roles(), Ok(0));
}

#[tokio::test]
async fn an_ended_login_has_no_token_for_flows() {
    let world = World::new().await;
    offer_login(&world).await;
    let parameters = exchange_at_home(&world).await;
    let token = ask_as_client(&world, encode(&parameters))
        .await
        .text("access_token");
    let verify = || {
        let identities = world.identities.snapshot();
        let verified = jwt::verify(&token, &identities, Plan::IntegrationFlow, START, None);
        verified.map(|_| ())
    };
    assert_eq!(verify(), Ok(()));
    let session = claims(&token)["sid"].as_str().unwrap().to_owned();
    let end = Request::delete(format!("/operator/v1/sessions/{session}"));
    let end = end.header("Authorization", "Bearer op");
    assert_eq!(world.send(end, "").await.status.as_u16(), 204);
    assert_eq!(verify(), Err(TokenRefused::SessionEnded));
}

#[tokio::test]
async fn a_service_instance_needs_the_grants_it_uses() {
    let world = World::new().await;
    world.add_person("ann", false, &[]).await;
    let home = "https://app.example.org/callback";
    world
        .change_client(|instance| instance.parameters.redirect_uris = vec![home.to_owned()])
        .await;
    let asked = asking_with(&[("client_id", &world.client.id), ("redirect_uri", home)]);
    let (_, pairs) = sent(&ask(&world, &asked).await);
    assert_eq!(value(&pairs, "error"), "unauthorized_client");
    for grant in [CODE, "refresh_token"] {
        let answer = ask_as_client(&world, format!("grant_type={grant}")).await;
        assert_eq!(
            answer.error(),
            (401, "invalid_client".to_owned()),
            "{grant}"
        );
    }
    world
        .change_client(|instance| instance.parameters.grant_types = vec![CODE.to_owned()])
        .await;
    let code = code(&world, &asked).await;
    let mut parameters = exchange(&code);
    parameters.retain(|(name, _)| !["client_id", "redirect_uri"].contains(name));
    parameters.push(("redirect_uri", home.to_owned()));
    let tokens = ask_as_client(&world, encode(&parameters)).await;
    assert_eq!(tokens.status.as_u16(), 200, "{}", tokens.body);
    assert!(tokens.json().get("refresh_token").is_none());
}
