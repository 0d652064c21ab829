//! One test per way in which existing clients ask for a token.

use http::{Request, StatusCode};
use lockgate_token::config::Config;

use crate::world::{Answer, Setup, World, claims, post};

const GRANT: &str = "grant_type=client_credentials";

#[track_caller]
fn issued(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(claims(&token)["grant_type"], "client_credentials");
}

#[tokio::test]
async fn row_1_grant_in_the_query_of_an_empty_post() {
    let world = World::new().await;
    let request = Request::post(format!("/oauth/token?{GRANT}"))
        .header("Authorization", world.client.basic());
    issued(&world.send(request, "").await);
}

#[tokio::test]
async fn row_2_get_with_a_response_type() {
    let world = World::new().await;
    let request = Request::get(format!("/oauth/token?{GRANT}&response_type=token"))
        .header("Authorization", world.client.basic());
    issued(&world.send(request, "").await);
}

#[tokio::test]
async fn row_3_trailing_slash_and_a_conflicting_grant_in_the_form() {
    let world = World::new().await;
    let request = post(format!("/oauth/token/?{GRANT}&response_type=token"))
        .header("Authorization", world.client.basic());
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "password")
        .append_pair("username", &world.client.id)
        .append_pair("password", &world.client.secret)
        .finish();
    issued(&world.send(request, form).await);
}

#[tokio::test]
async fn row_4_header_and_form_credentials_at_once() {
    let world = World::new().await;
    let form = format!("{GRANT}&{}", world.client.form());
    let request = || post("/oauth/token").header("Authorization", world.client.basic());
    issued(&world.send(request(), form).await);
    let wrong = format!("{GRANT}&client_id={}&client_secret=x", world.client.id);
    let answer = world.send(request(), wrong).await;
    assert_eq!(answer.error(), (401, "unauthorized".to_owned()));
}

#[tokio::test]
async fn row_5_a_technical_user_is_told_that_the_grant_is_not_his() {
    let world = World::new().await;
    let form = format!(
        "grant_type=password&username=u&password=p&client_id={}",
        world.client.id
    );
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    let answer = world.send(request, form).await;
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
    assert_eq!(
        answer.json()["error_description"],
        "Unauthorized grant type"
    );
}

#[tokio::test]
async fn row_6_everything_in_the_query_while_that_is_allowed() {
    let world = World::new().await;
    let uri = format!("/oauth/token?{GRANT}&{}", world.client.form());
    issued(&world.send(post(&uri), "").await);
    let strict = World::with(Setup {
        config: Config {
            query_credentials: false,
            ..Config::default()
        },
        ..Setup::default()
    })
    .await;
    let uri = format!("/oauth/token?{GRANT}&{}", strict.client.form());
    for request in [
        post(&uri),
        post(&uri).header("Authorization", strict.client.basic()),
        Request::get(&uri),
    ] {
        let answer = strict.send(request, "").await;
        assert_eq!(answer.error(), (400, "invalid_request".to_owned()));
    }
}

#[tokio::test]
async fn row_7_percent_encoded_basic() {
    let world = World::new().await;
    let encoded = world.client.encoded_basic();
    assert_ne!(encoded, world.client.basic());
    let request = || post("/oauth/token").header("Authorization", encoded.clone());
    issued(&world.send(request(), GRANT).await);
    let declared = request().header("X-CF-ENCODED-CREDENTIALS", "true");
    issued(&world.send(declared, GRANT).await);
    // Declared as encoded, raw credentials decode to themselves: they contain no `%` and no `+`.
    let declared = post("/oauth/token")
        .header("Authorization", world.client.basic())
        .header("X-CF-ENCODED-CREDENTIALS", "true");
    issued(&world.send(declared, GRANT).await);
}

#[tokio::test]
async fn row_8_form_credentials_with_the_parameters_of_xssec() {
    let world = World::new().await;
    let form = format!(
        "{GRANT}&{}&token_format=jwt&authorities=%7B%22az_attr%22%3A%7B%22a%22%3A%22b%22%7D%7D",
        world.client.form()
    );
    let answer = world
        .send(post("/oauth/token").header("x-zid", "z"), form)
        .await;
    issued(&answer);
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert!(claims(&token).get("az_attr").is_none());
}

#[tokio::test]
async fn row_9_without_a_certificate_there_is_no_authentication() {
    let world = World::new().await;
    let form = format!("{GRANT}&client_id={}", world.client.id);
    let answer = world.send(post("/oauth/token"), form).await;
    assert_eq!(answer.error(), (401, "unauthorized".to_owned()));
}

#[tokio::test]
async fn row_10_the_cf_command_line_client_does_not_exist() {
    let world = World::new().await;
    let request = post("/oauth/token").header("Authorization", "Basic Y2Y6");
    let answer = world
        .send(request, "grant_type=password&username=u&password=p")
        .await;
    assert_eq!(answer.error(), (401, "unauthorized".to_owned()));
    assert_eq!(answer.json()["error_description"], "Bad credentials");
    let form = format!("{GRANT}&{}", world.client.form());
    issued(&world.send(post("/oauth/token"), form).await);
}

#[tokio::test]
async fn row_11_trailing_slash_with_the_grant_in_the_query() {
    let world = World::new().await;
    let uri = format!("/oauth/token/?{GRANT}");
    for request in [Request::get(&uri), Request::post(&uri)] {
        let request = request.header("Authorization", world.client.basic());
        issued(&world.send(request, "").await);
    }
}
