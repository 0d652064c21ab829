//! Attacks on the transport, sent as raw bytes.

use std::time::Duration;

use lockgate_web::identity::VerificationKeys;

use crate::client::{Connection, call, request};
use crate::clients::{NOW, SENDER, id, secret};
use crate::credentials::{basic, credential};
use crate::support::Server;

/// The largest body that the flows take.
const LIMIT: usize = 1024 * 1024;

fn sender() -> Vec<String> {
    credential("basic sender").lines
}

/// Sends bytes and says which status came back; 0 when the server closed without an answer.
async fn status(server: &Server, bytes: &str) -> u16 {
    let mut connection = Connection::open(server.address).await;
    connection.send(bytes).await;
    connection
        .receive()
        .await
        .map_or(0, |response| response.status)
}

#[tokio::test]
async fn t12_exactly_one_sane_host() {
    let server = Server::start().await;
    let authorization = &sender()[0];
    let cases = [
        ("none", "", 400),
        ("one", "Host: a\r\n", 200),
        ("port", "Host: a:8080\r\n", 200),
        ("IPv6", "Host: [::1]:8080\r\n", 200),
        ("two", "Host: a\r\nHost: a\r\n", 400),
        ("empty", "Host:\r\n", 400),
        ("list", "Host: a, b\r\n", 400),
        ("path", "Host: a/b\r\n", 400),
        ("user", "Host: a@b\r\n", 400),
    ];
    for (name, host, expected) in cases {
        let bytes = format!("GET /http/role HTTP/1.1\r\n{host}{authorization}\r\n\r\n");
        assert_eq!(status(&server, &bytes).await, expected, "{name}");
    }
}

#[tokio::test]
async fn t20_folded_and_tabbed_credentials() {
    let server = Server::start().await;
    let value = sender()[0]
        .strip_prefix("Authorization: Basic ")
        .unwrap()
        .to_owned();
    let (start, end) = value.split_at(76);
    for (name, line) in [
        ("folded", format!("Authorization: Basic {start}\r\n {end}")),
        (
            "bare line feed",
            format!("Authorization: Basic {start}\n{end}"),
        ),
        ("tab", format!("Authorization: Basic\t{value}")),
        ("two spaces", format!("Authorization: Basic  {value}")),
        (
            "space before colon",
            format!("Authorization : Basic {value}"),
        ),
    ] {
        let bytes = format!("GET /http/role HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n");
        assert_eq!(status(&server, &bytes).await, 400, "{name}");
    }
}

#[tokio::test]
async fn t24_a_valid_and_an_invalid_credential_together() {
    let server = Server::start().await;
    let mut lines = sender();
    lines.extend(credential("bearer bad signature").lines);
    assert_eq!(
        call(server.address, "GET /http/role", &lines, "")
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn t25_a_flow_reads_what_the_gateway_says_about_the_caller() {
    let server = Server::start().await;
    let mut lines = sender();
    for name in [
        "SapAuthenticatedUserName",
        "SAPAUTHENTICATEDUSERNAME",
        "Sap_Authenticated_UserName",
        "CamelHttpUri",
        "CamelHttpPath",
        "CamelHttpMethod",
        "X-Forwarded-User",
        "X-Remote-User",
    ] {
        lines.push(format!("{name}: spoofed"));
    }
    lines.push("X-Custom: one".to_owned());
    let query = "SapAuthenticatedUserName=spoofed&CamelHttpPath=spoofed&X-Custom=two&x=1";
    let response = call(
        server.address,
        &format!("GET /http/Echo/Some/Path?{query}"),
        &lines,
        "",
    )
    .await;
    let expected = format!(
        "user=[{}] url=[https://acme.example.org/http/Echo/Some/Path] query=[X-Custom=two&x=1] method=[GET] \
         path=[Some/Path] context=[/echo] csrf=[] authorization=[] cookie=[]",
        id(SENDER)
    );
    assert_eq!(response.body, expected);
    assert!(response.all("x-forwarded-user").is_empty());
    assert!(response.all("camelhttpuri").is_empty());
    assert!(response.all("sapauthenticatedusername").is_empty());
    assert!(!response.body.contains("spoofed]"));
}

#[tokio::test]
async fn t40_deleted_keys_and_roles_end_on_the_next_call_of_an_open_connection() {
    let server = Server::start().await;
    let mut basic_caller = Connection::open(server.address).await;
    let mut bearer_caller = Connection::open(server.address).await;
    let basic_call = request("GET /http/role", &sender(), "");
    let bearer_call = request("GET /http/role", &credential("bearer sender").lines, "");
    let answers = async |basic: &mut Connection, bearer: &mut Connection| {
        basic.send(&basic_call).await;
        bearer.send(&bearer_call).await;
        (
            basic.receive().await.unwrap().status,
            bearer.receive().await.unwrap().status,
        )
    };
    assert_eq!(
        answers(&mut basic_caller, &mut bearer_caller).await,
        (200, 200)
    );
    assert_eq!(
        answers(&mut basic_caller, &mut bearer_caller).await,
        (200, 200)
    );

    server.change_clients(|clients| clients[0].roles.clear());
    assert_eq!(
        answers(&mut basic_caller, &mut bearer_caller).await,
        (403, 403)
    );

    let send = "ESBMessaging.send".parse().unwrap();
    server.change_clients(|clients| {
        clients[0].roles.push(send);
        clients[0].secrets.remove(0);
    });
    assert_eq!(
        answers(&mut basic_caller, &mut bearer_caller).await,
        (401, 401)
    );

    let second_key = credential("basic sender, second key").lines;
    let status = async || {
        let answer = call(server.address, "GET /http/role", &second_key, "").await;
        answer.status
    };
    assert_eq!(status().await, 200, "the other key still works");
    server.change_clients(|clients| drop(clients.remove(0)));
    assert_eq!(status().await, 401);
}

#[tokio::test]
async fn t40_a_compromised_signing_key_ends_tokens_that_were_accepted_before() {
    let server = Server::start().await;
    let token = credential("bearer sender").lines;
    assert_eq!(
        call(server.address, "GET /http/role", &token, "")
            .await
            .status,
        200
    );
    server.change(|identities| identities.keys = VerificationKeys::default());
    let response = call(server.address, "GET /http/role", &token, "").await;
    assert_eq!(response.status, 401);
    let refusal = server.refusal(&response).await;
    assert_eq!(refusal.reason, "token-unknown-key");
    assert_eq!(refusal.client_id, Some(id(SENDER)));
}

#[tokio::test]
async fn t61_doubtful_framing_is_refused_and_closed() {
    let server = Server::start().await;
    let cases = [
        ("TE.TE", "Transfer-Encoding: chunked, identity\r\n", "ping"),
        (
            "TE.TE reversed",
            "Transfer-Encoding: identity, chunked\r\n",
            "0\r\n\r\n",
        ),
        (
            "TE and TE",
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n",
        ),
        ("unknown TE", "Transfer-Encoding: xchunked\r\n", "ping"),
        (
            "space before colon",
            "Transfer-Encoding : chunked\r\n",
            "0\r\n\r\n",
        ),
        (
            "two lengths",
            "Content-Length: 4\r\nContent-Length: 5\r\n",
            "ping",
        ),
        ("plus", "Content-Length: +4\r\n", "ping"),
        ("hexadecimal", "Content-Length: 0x4\r\n", "ping"),
        ("bare CR", "X-A: a\rb\r\n", ""),
        ("folded", "X-A: a\r\n b\r\n", ""),
    ];
    for (name, lines, body) in cases {
        let authorization = &sender()[0];
        let mut connection = Connection::open(server.address).await;
        connection
            .send(format!(
                "POST /http/role HTTP/1.1\r\nHost: a\r\n{authorization}\r\n{lines}\r\n{body}"
            ))
            .await;
        match connection.receive().await {
            Some(response) => assert_eq!(response.status, 400, "{name}"),
            None => continue,
        }
        assert!(connection.is_closed().await, "{name}");
    }
    assert_eq!(server.messages().await, 0);
}

#[tokio::test]
async fn t61_with_both_framings_the_connection_ends_after_the_answer() {
    let server = Server::start().await;
    let (length, chunked) = ("Content-Length: 4\r\n", "Transfer-Encoding: chunked\r\n");
    for lines in [format!("{length}{chunked}"), format!("{chunked}{length}")] {
        let authorization = &sender()[0];
        let mut connection = Connection::open(server.address).await;
        let smuggled = "GET /http/role HTTP/1.1\r\nHost: a\r\n\r\n";
        connection
            .send(format!(
                "POST /http/role HTTP/1.1\r\nHost: a\r\n{authorization}\r\n{lines}\r\n0\r\n\r\n{smuggled}"
            ))
            .await;
        assert_eq!(connection.receive().await.unwrap().status, 200);
        assert!(connection.is_closed().await);
    }
}

#[tokio::test]
async fn t61_trailers_do_not_become_headers() {
    let server = Server::start().await;
    let anonymous = "POST /http/role HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\
        Trailer: Authorization\r\n\r\n4\r\nping\r\n0\r\n";
    let bytes = format!("{anonymous}{}\r\n\r\n", sender()[0]);
    assert_eq!(status(&server, &bytes).await, 401);
}

#[tokio::test]
async fn t64_a_body_that_stalls_is_given_up() {
    let server = Server::start().await;
    let mut connection = Connection::open(server.address).await;
    let head = request(
        "POST /http/role",
        &[sender()[0].clone(), "Content-Length: 5".to_owned()],
        "",
    );
    connection.send(head).await;
    connection.send("pi").await;
    let response = connection.receive().await.unwrap();
    assert_eq!(response.status, 408);
    assert_eq!(response.header("connection"), Some("close"));
    assert_eq!(server.refusal(&response).await.reason, "body-incomplete");
}

#[tokio::test]
async fn t65_too_many_headers_and_too_long_targets() {
    let server = Server::start().await;
    let many: Vec<String> = (0..101).map(|n| format!("X-{n}: x")).collect();
    assert_eq!(
        call(server.address, "GET /http/role", &many, "")
            .await
            .status,
        431
    );
    let large = [format!("X-A: {}", "x".repeat(1024 * 1024))];
    assert_eq!(
        status(&server, &request("GET /http/role", &large, "")).await,
        431
    );
    let long = format!("GET /http/{}", "x".repeat(64 * 1024));
    assert!(matches!(
        status(&server, &request(&long, &[], "")).await,
        414 | 431
    ));
    let long = format!("GET /http/{}", "x".repeat(9 * 1024));
    assert_eq!(status(&server, &request(&long, &[], "")).await, 414);
}

#[tokio::test]
async fn t66_large_bodies_are_refused_early() {
    let server = Server::start().await;
    let authorization = sender()[0].clone();
    // Announced: answered before the body, and before asking for it.
    let mut connection = Connection::open(server.address).await;
    let lines = [
        authorization.clone(),
        format!("Content-Length: {}", LIMIT + 1),
        "Expect: 100-continue".to_owned(),
    ];
    connection
        .send(request("POST /http/role", &lines, ""))
        .await;
    let response = connection.receive().await.unwrap();
    assert_eq!(response.status, 413);
    assert_eq!(server.refusal(&response).await.reason, "body-too-large");
    assert!(connection.is_closed().await);
    // Not announced: answered as soon as it is too large, although more is to come.
    let mut connection = Connection::open(server.address).await;
    let lines = [authorization, "Transfer-Encoding: chunked".to_owned()];
    connection
        .send(request("POST /http/role", &lines, ""))
        .await;
    connection
        .send(format!("{LIMIT:x}\r\n{}\r\n", "x".repeat(LIMIT)))
        .await;
    connection.send("1\r\nx\r\n").await;
    assert_eq!(connection.receive().await.unwrap().status, 413);
    // At the limit.
    let response = call(
        server.address,
        "POST /http/role",
        &sender(),
        &"x".repeat(LIMIT),
    )
    .await;
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn t66_nobody_is_told_to_continue_before_the_decision() {
    let server = Server::start().await;
    let expect = [
        "Content-Length: 4".to_owned(),
        "Expect: 100-continue".to_owned(),
    ];
    for (name, expected) in [("nothing", 401), ("basic guest", 403)] {
        let mut connection = Connection::open(server.address).await;
        let lines = [&credential(name).lines[..], &expect].concat();
        connection
            .send(request("POST /http/role", &lines, ""))
            .await;
        assert_eq!(
            connection.receive().await.unwrap().status,
            expected,
            "{name}"
        );
    }
    let mut connection = Connection::open(server.address).await;
    let lines = [&sender()[..], &expect].concat();
    connection
        .send(request("POST /http/role", &lines, ""))
        .await;
    assert_eq!(connection.receive().await.unwrap().status, 100);
    connection.send("ping").await;
    assert_eq!(connection.receive().await.unwrap().status, 200);
}

#[tokio::test]
async fn t67_bodies_are_never_decoded() {
    let server = Server::start().await;
    let mut lines = sender();
    for encoding in ["gzip", "gzip, gzip", "zstd", "br", "unknown"] {
        lines.push(format!("Content-Encoding: {encoding}"));
        let response = call(
            server.address,
            "POST /http/mirror",
            &lines,
            "not compressed",
        )
        .await;
        assert_eq!(
            (response.status, response.body.as_str()),
            (200, "not compressed"),
            "{encoding}"
        );
        lines.pop();
    }
}

/// An offer of HTTP/2 over plain text is ignored, as the answer in HTTP/1.1 shows.
#[tokio::test]
async fn t70_no_tunnels() {
    let server = Server::start().await;
    let authorization = &sender()[0];
    for (request, expected) in [
        ("TRACE /http/role HTTP/1.1\r\nHost: a\r\n", 405),
        ("CONNECT /http/role HTTP/1.1\r\nHost: a\r\n", 405),
        (
            "GET /http/role HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n",
            405,
        ),
        (
            "GET /http/role HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n",
            200,
        ),
    ] {
        let bytes = format!("{request}{authorization}\r\n\r\n");
        assert_eq!(status(&server, &bytes).await, expected, "{request}");
    }
}

#[tokio::test]
async fn t72_recorded_values_are_one_bounded_line() {
    let server = Server::start().await;
    let id = format!("sb-\u{202e}\"${{jndi}}{}", "x".repeat(1_000));
    let lines = [basic(&id, "secret")];
    let path = format!("GET /http/{}", "y".repeat(2_000));
    let response = call(server.address, &path, &lines, "").await;
    let refusal = server.refusal(&response).await;
    let client = refusal.client_id.unwrap();
    assert!(client.starts_with("sb-\\u{202e}\\\"${jndi}"), "{client}");
    assert_eq!(client.chars().count(), 200);
    assert_eq!(refusal.path.len(), 500);
    assert!(!format!("{:?}", server.refusal(&response).await).contains("secret\""));
}

#[tokio::test]
async fn t76_the_decision_at_the_start_holds_for_the_whole_request() {
    let server = Server::start().await;
    let mut connection = Connection::open(server.address).await;
    let lines = [
        &sender()[..],
        &[
            "Content-Length: 4".to_owned(),
            "Expect: 100-continue".to_owned(),
        ],
    ]
    .concat();
    connection
        .send(request("POST /http/role", &lines, ""))
        .await;
    assert_eq!(connection.receive().await.unwrap().status, 100);
    server.change_clients(|clients| clients[0].secrets.clear());
    connection.send("ping").await;
    assert_eq!(connection.receive().await.unwrap().status, 200);
    assert_eq!(
        call(server.address, "POST /http/role", &sender(), "ping")
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn t77_a_wall_clock_that_jumps_revives_no_token() {
    let server = Server::start().await;
    let token = credential("bearer sender").lines;
    let day = Duration::from_secs(86_400);
    assert_eq!(
        call(server.address, "GET /http/role", &token, "")
            .await
            .status,
        200
    );
    server.clock.advance(day);
    assert_eq!(
        call(server.address, "GET /http/role", &token, "")
            .await
            .status,
        401
    );
    server.clock.set(NOW.minus(day));
    assert_eq!(
        call(server.address, "GET /http/role", &token, "")
            .await
            .status,
        401
    );
    // Waiting times are measured by a clock that nobody can set.
    server.clock.set(NOW);
    exhaust(&server).await;
    server.clock.advance(day);
    assert!(exhaust(&server).await < 10);
}

/// Fails until throttled: how many failures that took.
async fn exhaust(server: &Server) -> usize {
    let wrong = [basic(&id(SENDER), &secret(10))];
    for attempt in 0..1_000 {
        match call(server.address, "GET /http/role", &wrong, "")
            .await
            .status
        {
            401 => {}
            429 => return attempt,
            other => panic!("unexpected status {other}"),
        }
    }
    panic!("failures are not throttled")
}

#[tokio::test]
async fn g3_failures_are_throttled_and_correct_credentials_are_not() {
    let server = Server::start().await;
    let wrong = [basic(&id(SENDER), &secret(10))];
    assert!(exhaust(&server).await >= 10);
    let throttled = async || loop {
        let response = call(server.address, "GET /http/role", &wrong, "").await;
        if response.status == 429 {
            break response;
        }
    };
    let response = throttled().await;
    assert_eq!(response.header("retry-after"), Some("1"));
    assert!(response.header("www-authenticate").is_none());
    let refusal = server.refusal(&response).await;
    assert_eq!(
        (refusal.reason.as_str(), refusal.detail.as_str()),
        ("throttled", "wrong-secret")
    );
    assert_eq!(
        call(server.address, "GET /http/role", &sender(), "")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn g4_a_server_that_stops_takes_no_calls() {
    let server = Server::start().await;
    server.runtime.stop(Duration::from_secs(1)).await;
    let response = call(server.address, "GET /http/role", &sender(), "").await;
    assert_eq!(response.status, 503);
    assert_eq!(response.header("retry-after"), Some("1"));
    assert_eq!(
        call(server.address, "GET /http/role", &[], "").await.status,
        401
    );
}
