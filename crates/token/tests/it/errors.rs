//! One test per error of the token endpoint.

use http::{Method, Request};
use lockgate_core::tenant::Plan;
use lockgate_token::config::{Config, ErrorProfile};

use crate::world::{Answer, Setup, World, post};

const GRANT: &str = "grant_type=client_credentials";

async fn ask(world: &World, form: &str) -> Answer {
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    world.send(request, form.to_owned()).await
}

fn standard() -> Setup {
    Setup {
        config: Config {
            errors: ErrorProfile::Standard,
            ..Config::default()
        },
        ..Setup::default()
    }
}

#[tokio::test]
async fn no_authentication() {
    let world = World::new().await;
    let answer = world.send(post("/oauth/token"), GRANT).await;
    let body =
        r#"{"error":"unauthorized","error_description":"Client authentication is required"}"#;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (401, body));
    let challenge = "Basic realm=\"UAA/client\", error=\"unauthorized\", \
                     error_description=\"Client authentication is required\"";
    assert_eq!(answer.header("www-authenticate"), challenge);
    assert_eq!(
        answer.header("content-type"),
        "application/json;charset=UTF-8"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
}

/// T47: nobody learns from an answer which client ids exist.
#[tokio::test]
async fn unknown_clients_and_wrong_secrets_look_the_same() {
    let world = World::new().await;
    let with = |id: &str, secret: &str| crate::world::TestClient {
        id: id.to_owned(),
        secret: secret.to_owned(),
        ..world.client.clone()
    };
    let client = &world.client;
    let body = r#"{"error":"unauthorized","error_description":"Bad credentials"}"#;
    let challenge = "Basic realm=\"UAA/client\", error=\"unauthorized\", \
                     error_description=\"Bad credentials\"";
    for presented in [
        with(&client.id, "wrong"),
        with(&client.id, ""),
        with(&client.id, &format!("{} ", client.secret)),
        with("nobody", &client.secret),
        with(&client.id.to_uppercase(), &client.secret),
        with(&format!("{} ", client.id), &client.secret),
        with("", &client.secret),
    ] {
        let request = post("/oauth/token").header("Authorization", presented.basic());
        let answer = world.send(request, GRANT).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (401, body));
        assert_eq!(answer.header("www-authenticate"), challenge);
    }
    for header in ["Basic !", "Basic", "Bearer x", "Negotiate x"] {
        let request = post("/oauth/token").header("Authorization", header);
        // An unusable header is not made up for by parameters.
        let form = format!("{GRANT}&{}", world.client.form());
        let answer = world.send(request, form).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (401, body),
            "{header}"
        );
    }
}

#[tokio::test]
async fn several_authorization_headers() {
    let world = World::new().await;
    let request = post("/oauth/token")
        .header("Authorization", world.client.basic())
        .header("Authorization", world.client.basic());
    let answer = world.send(request, GRANT).await;
    assert_eq!(answer.error(), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn ids_in_header_and_form_differ() {
    let world = World::new().await;
    let other = world.add_client(Plan::IntegrationFlow, &[]).await;
    for form in [other.form(), format!("client_id={}", other.id)] {
        let answer = ask(&world, &format!("{GRANT}&{form}")).await;
        assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
        let text = "Given client ID does not match authenticated client";
        assert_eq!(answer.json()["error_description"], text);
    }
}

#[tokio::test]
async fn missing_unknown_and_unauthorized_grants() {
    let world = World::new().await;
    let bearer = "urn:ietf:params:oauth:grant-type:";
    for (form, status, error) in [
        ("".to_owned(), 400, "invalid_request"),
        ("grant_type=".to_owned(), 400, "invalid_request"),
        (
            "grant_type[]=client_credentials".to_owned(),
            400,
            "invalid_request",
        ),
        (
            "grant_type=CLIENT_CREDENTIALS".to_owned(),
            400,
            "unsupported_grant_type",
        ),
        ("grant_type=client_x509".to_owned(), 401, "invalid_client"),
        (
            format!("grant_type={bearer}saml2-bearer&assertion=x"),
            400,
            "unsupported_grant_type",
        ),
        (
            "grant_type=implicit".to_owned(),
            400,
            "unsupported_grant_type",
        ),
        (
            "grant_type=authorization_code&code=x".to_owned(),
            401,
            "invalid_client",
        ),
        (
            "grant_type=refresh_token&refresh_token=x".to_owned(),
            401,
            "invalid_client",
        ),
        (
            format!("grant_type={bearer}jwt-bearer&assertion=x"),
            401,
            "invalid_client",
        ),
    ] {
        let answer = ask(&world, &form).await;
        assert_eq!(answer.error(), (status, error.to_owned()), "{form}");
    }
    assert_eq!(
        ask(&world, "").await.json()["error_description"],
        "Missing grant type"
    );
}

#[tokio::test]
async fn a_registered_grant_that_is_not_offered() {
    let world = World::new().await;
    world
        .change_client(|instance| instance.parameters.grant_types = vec!["password".to_owned()])
        .await;
    let answer = ask(&world, "grant_type=password&username=u&password=p").await;
    assert_eq!(answer.error(), (400, "unsupported_grant_type".to_owned()));
    // T83: and the grant that is not registered any more is refused, however it is asked for.
    let answer = ask(&world, GRANT).await;
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
    let request =
        post(format!("/oauth/token?{GRANT}")).header("Authorization", world.client.basic());
    let answer = world.send(request, "grant_type=password").await;
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
}

#[tokio::test]
async fn the_standard_profile_uses_the_names_of_the_rfc() {
    let world = World::with(standard()).await;
    let answer = ask(&world, "grant_type=password").await;
    assert_eq!(answer.error(), (400, "unauthorized_client".to_owned()));
    assert_eq!(answer.header("www-authenticate"), "");
    let request = post("/oauth/token").header("Authorization", "Basic eDp5");
    let answer = world.send(request, GRANT).await;
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
}

/// T44.
#[tokio::test]
async fn scopes_beyond_what_the_client_holds() {
    let world = World::new().await;
    for scope in [
        "uaa.admin",
        "it-rt-other!b101.ESBMessaging.send",
        "*",
        "uaa.resource%0A",
        "uaa.resource uaa.admin",
    ] {
        let answer = ask(&world, &format!("{GRANT}&scope={scope}")).await;
        assert_eq!(answer.error(), (400, "invalid_scope".to_owned()), "{scope}");
        assert!(
            !answer.body.contains("it-rt-acme"),
            "what the client holds is not told"
        );
    }
}

/// T45.
#[tokio::test]
async fn polluted_parameters() {
    let world = World::new().await;
    for (query, form) in [
        ("", "client_id=a&client_id=b"),
        ("grant_type=client_credentials&grant_type=password", ""),
        (
            "",
            "grant_type=client_credentials&grant_type=client_credentials",
        ),
        ("client_id=a", "client_id=b"),
        ("scope=a", "scope=b"),
        ("token_format=jwt", "token_format=opaque"),
        ("", "x=%FF"),
    ] {
        let request =
            post(format!("/oauth/token?{query}")).header("Authorization", world.client.basic());
        let answer = world.send(request, form).await;
        assert_eq!(
            answer.error(),
            (400, "invalid_request".to_owned()),
            "{query} {form}"
        );
    }
}

#[tokio::test]
async fn token_formats_other_than_jwt() {
    let world = World::new().await;
    for extra in [
        "token_format=opaque",
        "token_format=x",
        &format!("authorities={}", "x".repeat(1025)),
    ] {
        let answer = ask(&world, &format!("{GRANT}&{extra}")).await;
        assert_eq!(answer.error(), (400, "invalid_request".to_owned()));
    }
}

/// T46.
#[tokio::test]
async fn other_media_types_are_not_read() {
    let world = World::new().await;
    let send = |media_type: &'static str, body: &'static str| {
        let request = Request::post("/oauth/token")
            .header("Authorization", world.client.basic())
            .header("Content-Type", media_type);
        world.send(request, body)
    };
    for (media_type, body) in [
        ("application/json", r#"{"grant_type":"client_credentials"}"#),
        (
            "application/xml",
            "<grant_type>client_credentials</grant_type>",
        ),
        ("multipart/form-data; boundary=x", "--x"),
        ("text/plain", GRANT),
    ] {
        let answer = send(media_type, body).await;
        assert_eq!(
            answer.error(),
            (400, "invalid_request".to_owned()),
            "{media_type}"
        );
    }
    for charset in ["UTF-16", "utf-7", "iso-8859-1"] {
        let form = "application/x-www-form-urlencoded";
        let request = Request::post("/oauth/token")
            .header("Authorization", world.client.basic())
            .header("Content-Type", format!("{form}; charset={charset}"));
        assert_eq!(world.send(request, GRANT).await.status.as_u16(), 415);
    }
    let utf8 = send(
        "Application/X-WWW-form-urlencoded; Charset=\"UTF-8\"",
        GRANT,
    )
    .await;
    assert_eq!(utf8.status.as_u16(), 200);
    let request = post("/oauth/token")
        .header("Authorization", world.client.basic())
        .header("Content-Encoding", "gzip");
    assert_eq!(world.send(request, GRANT).await.status.as_u16(), 415);
    // Credentials in a JSON body are none.
    let request = Request::post("/oauth/token").header("Content-Type", "application/json");
    assert_eq!(
        world.send(request, "{}").await.error(),
        (401, "unauthorized".to_owned())
    );
}

#[tokio::test]
async fn a_large_body() {
    let world = World::new().await;
    let fits = format!("{GRANT}&assertion={}", "x".repeat(60_000));
    assert_eq!(ask(&world, &fits).await.status.as_u16(), 200);
    let answer = ask(&world, &"x".repeat(64 * 1024 + 1)).await;
    assert_eq!(answer.error(), (413, "invalid_request".to_owned()));
}

#[tokio::test]
async fn other_methods() {
    let world = World::new().await;
    for (path, allow) in [
        ("/oauth/token", "GET, POST"),
        ("/oauth/token/", "GET, POST"),
        ("/introspect", "POST"),
        ("/check_token", "POST"),
        ("/oauth/revoke", "POST"),
        ("/oauth/token/revoke/x", "DELETE"),
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            if allow.contains(method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = Request::builder()
                .method(&method)
                .uri(path)
                .header("Origin", "https://evil.example")
                .header("Authorization", world.client.basic());
            let answer = world.send(request, "").await;
            assert_eq!(answer.status.as_u16(), 405, "{method} {path}");
            assert_eq!(answer.header("allow"), allow);
            assert_eq!(answer.header("access-control-allow-origin"), "", "T74");
            if method != Method::HEAD {
                assert_eq!(answer.error().1, "method_not_allowed");
            }
        }
    }
}

/// T47: failures are slowed down; a correct secret and other sources are not.
#[tokio::test]
async fn too_many_failures() {
    let world = World::new().await;
    let wrong = || {
        let form = format!("{GRANT}&client_id={}&client_secret=x", world.client.id);
        world.send_from("127.0.0.9", post("/oauth/token"), form)
    };
    let mut failures = 0;
    let answer = loop {
        let answer = wrong().await;
        if answer.status.as_u16() != 401 {
            break answer;
        }
        failures += 1;
        // Ten, and one more for each second that passes.
        assert!(failures < 100);
    };
    assert!(failures >= 10);
    assert_eq!(answer.error(), (429, "too_many_requests".to_owned()));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.header("www-authenticate"), "");
    let right = format!("{GRANT}&{}", world.client.form());
    let answer = world
        .send_from("127.0.0.9", post("/oauth/token"), right)
        .await;
    assert_eq!(answer.status.as_u16(), 200);
    let elsewhere = format!("{GRANT}&client_id={}&client_secret=x", world.client.id);
    let answer = world.send(post("/oauth/token"), elsewhere).await;
    assert_eq!(answer.status.as_u16(), 401);
}

/// Raw and decoded Basic count as one attempt.
#[tokio::test]
async fn an_encoded_wrong_secret_is_one_failure() {
    let world = World::new().await;
    let wrong = crate::world::TestClient {
        secret: "a$b=".to_owned(),
        ..world.client.clone()
    };
    let wrong = wrong.encoded_basic();
    for _ in 0..10 {
        let request = post("/oauth/token").header("Authorization", wrong.clone());
        assert_eq!(world.send(request, GRANT).await.status.as_u16(), 401);
    }
}
