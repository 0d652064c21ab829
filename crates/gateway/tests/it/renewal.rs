//! Certificates that are not pinned: a renewed one counts once that is noted, older ones never again.

use std::sync::Arc;

use lockgate_core::audit::Who;
use lockgate_core::certificate::PeerCertificate;
use lockgate_core::clock::Timestamp;
use lockgate_gateway::Settings;

use crate::certificates::named;
use crate::client::Response;
use crate::clients::{RENEWING, id};
use crate::credentials::{Credential, credential};
use crate::ratchet::Mood;
use crate::support::Server;

async fn call(server: &Server, name: &str, line: &str) -> Response {
    server.call(&credential(name), line, "ping").await
}

/// Status and, if it was refused, the recorded reason.
async fn answer(server: &Server, response: &Response) -> String {
    match response.status {
        200 => "200".to_owned(),
        status => format!("{status} {}", server.refusal(response).await.reason),
    }
}

async fn at_role(server: &Server, name: &str) -> String {
    let response = call(server, name, "POST /http/role").await;
    answer(server, &response).await
}

/// A certificate of `renewing` that was issued `minutes` after the first one.
fn issued(minutes: u64) -> Credential {
    Credential {
        certificate: Some(Arc::new(crate::certificates::presented(
            "renewing", minutes,
        ))),
        ..Credential::default()
    }
}

fn date(credential: &Credential) -> Timestamp {
    let certificate: &Arc<PeerCertificate> = credential.certificate.as_ref().unwrap();
    certificate.not_before
}

#[tokio::test]
async fn e4_e5_a_newer_certificate_is_noted_once_and_older_ones_are_refused_from_then_on() {
    let server = Server::start().await;
    assert_eq!(at_role(&server, "certificate renewing").await, "200");
    assert_eq!(server.ratchet.actors(), []);
    for _ in 0..2 {
        let newer = at_role(&server, "certificate renewing, newer").await;
        assert_eq!(newer, "200");
    }
    let actors = server.ratchet.actors();
    assert_eq!(actors.len(), 1, "only the first call is noted");
    let renewing = Who::Client { id: id(RENEWING) };
    assert_eq!(actors[0].who, renewing);
    assert!(actors[0].source.is_some_and(|source| source.is_loopback()));
    let superseded = at_role(&server, "certificate renewing").await;
    assert_eq!(superseded, "401 certificate-superseded");
}

/// Only a call that is let in counts as accepted.
#[tokio::test]
async fn e4_refused_calls_and_listed_certificates_move_nothing() {
    let server = Server::start().await;
    server.change_clients(|clients| {
        let renewing = clients.iter_mut().find(|c| c.id == id(RENEWING)).unwrap();
        renewing.roles.clear();
    });
    for (line, expected) in [
        ("POST /http/role", "403 role-missing"),
        ("POST /http/unknown", "404 unknown-address"),
        ("POST /http/cert", "403 certificate-not-listed"),
    ] {
        let response = call(&server, "certificate renewing, newer", line).await;
        assert_eq!(answer(&server, &response).await, expected, "{line}");
    }
    // A key for a listed name: the channel lists it, and asks nobody about keys.
    server.change_clients(|clients| {
        let renewing = clients.iter_mut().find(|c| c.id == id(RENEWING)).unwrap();
        renewing.certificates[0].names = named("listed").names;
        renewing.certificates[0].newest = Timestamp::default();
    });
    let response = call(&server, "certificate listed", "POST /http/cert").await;
    assert_eq!(response.status, 200);
    assert_eq!(server.ratchet.actors(), []);
}

/// F1: the certificate beside the header was accepted too.
#[tokio::test]
async fn e4_beside_a_header_and_for_a_csrf_token_it_is_noted_too() {
    for (name, line) in [
        (
            "certificate renewing, newer + basic renewing",
            "POST /http/role",
        ),
        ("certificate renewing, newer", "GET /http/csrf"),
    ] {
        let server = Server::start().await;
        let mut credential = credential(name);
        credential.lines.push("X-CSRF-Token: fetch".to_owned());
        let response = server.call(&credential, line, "").await;
        assert_eq!(response.status, 200, "{name}");
        assert_eq!(server.ratchet.actors().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_noted_is_refused_and_not_run() {
    let server = Server::start().await;
    for (mood, detail) in [
        (Mood::Fails, "the database does not answer"),
        (Mood::Lags, "the key changes at this moment"),
    ] {
        *server.ratchet.mood.lock().unwrap() = mood;
        let response = call(&server, "certificate renewing, newer", "POST /http/role").await;
        assert_eq!(response.status, 503);
        assert_eq!(response.header("retry-after"), Some("1"));
        let refusal = server.refusal(&response).await;
        assert_eq!(refusal.reason, "certificate-not-noted");
        assert!(refusal.detail.starts_with(detail), "{}", refusal.detail);
        assert_eq!(refusal.client_id, Some(id(RENEWING)));
        // Others are served meanwhile.
        assert_eq!(at_role(&server, "certificate renewing").await, "200");
    }
    assert_eq!(server.messages().await, 2);
}

/// T56: two renewals that arrive together, in both orders of being noted. The newest date stands.
#[tokio::test]
async fn t56_parallel_renewals_never_move_the_date_back() {
    let (older, newer) = (issued(60), issued(120));
    for (first, second, expected) in [
        (&older, &newer, ["200", "200"]),
        (&newer, &older, ["200", "401 certificate-superseded"]),
        (&newer, &newer, ["200", "200"]),
    ] {
        let server = Server::start().await;
        let let_go = [first, second].map(|one| server.ratchet.hold(date(one)));
        let calls = async {
            tokio::join!(
                server.call(first, "POST /http/role", "ping"),
                server.call(second, "POST /http/role", "ping")
            )
        };
        let director = async {
            server.ratchet.came(2).await;
            let_go[0].notify_one();
            server.ratchet.turned(1).await;
            let_go[1].notify_one();
        };
        let ((one, other), ()) = tokio::join!(calls, director);
        let answers = [answer(&server, &one).await, answer(&server, &other).await];
        assert_eq!(answers, expected);
        let before_both = server.call(&issued(30), "POST /http/role", "").await;
        assert_eq!(
            answer(&server, &before_both).await,
            "401 certificate-superseded"
        );
        let newest = server.call(&newer, "POST /http/role", "").await;
        assert_eq!(newest.status, 200);
    }
}

/// The key may be deleted while the call waits for it.
#[tokio::test]
async fn a_key_that_is_deleted_meanwhile_opens_nothing() {
    let server = Server::start().await;
    let newer = issued(60);
    let let_go = server.ratchet.hold(date(&newer));
    let director = async {
        server.ratchet.came(1).await;
        server.change_clients(|clients| clients.retain(|client| client.id != id(RENEWING)));
        let_go.notify_one();
    };
    let (response, ()) = tokio::join!(server.call(&newer, "POST /http/role", ""), director);
    assert_eq!(answer(&server, &response).await, "401 certificate-unknown");
}

#[tokio::test]
async fn where_certificates_are_transport_only_the_header_decides() {
    let server = Server::with(Settings {
        certificate_is_transport_only: true,
        ..Settings::default()
    })
    .await;
    let rows = [
        (
            "certificate sender + basic guest",
            "403 role-missing",
            "200",
        ),
        (
            "certificate guest + basic sender",
            "200",
            "403 certificate-not-listed",
        ),
        ("certificate twin + basic sender", "200", "200"),
        (
            "certificate renewing, newer + basic sender",
            "200",
            "403 certificate-not-listed",
        ),
        (
            "certificate renewing, older + basic renewing",
            "200",
            "403 certificate-not-listed",
        ),
        (
            "certificate sender, expired + basic sender",
            "200",
            "403 certificate-required",
        ),
        (
            "certificate sender + basic sender, wrong secret",
            "401 wrong-secret",
            "401 wrong-secret",
        ),
        ("certificate sender + bearer bound to sender", "200", "200"),
        (
            "certificate guest + bearer bound to sender",
            "401 token-bound",
            "401 token-bound",
        ),
        ("certificate sender", "200", "200"),
        (
            "certificate unknown",
            "401 certificate-unknown",
            "403 certificate-not-listed",
        ),
    ];
    for (name, role, listed) in rows {
        assert_eq!(at_role(&server, name).await, role, "{name}");
        let response = call(&server, name, "POST /http/cert").await;
        assert_eq!(answer(&server, &response).await, listed, "{name}");
    }
    assert_eq!(server.ratchet.actors(), []);
}
