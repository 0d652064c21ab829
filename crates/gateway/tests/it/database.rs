//! Nothing on the way of a call asks the database.

use lockgate_store::settings;

use std::net::Ipv4Addr;

use crate::client::request;
use crate::credentials::credential;
use crate::support::Server;

/// Connections that read, all of which the test takes.
const READERS: usize = 4;

#[tokio::test]
async fn calls_are_decided_and_answered_while_nobody_can_use_the_database() {
    let server = Server::start().await;
    // All transactions that the store has are taken; whoever asks for another one waits.
    let mut writer = server.store.begin().await.unwrap();
    let mut readers = Vec::new();
    for _ in 0..READERS {
        readers.push(server.store.read().await.unwrap());
    }
    let calls = [
        ("basic sender", "POST /http/role", 200),
        ("bearer sender", "POST /http/role", 200),
        ("certificate sender", "POST /http/role", 200),
        ("certificate renewing", "POST /http/role", 200),
        ("certificate listed", "POST /http/cert", 200),
        ("certificate sender + basic sender", "POST /http/role", 200),
        ("certificate unknown", "POST /http/role", 401),
        ("basic guest", "POST /http/role", 403),
        ("nothing", "POST /http/role", 401),
        ("basic sender", "POST /http/unknown", 404),
        ("basic sender", "POST /http/csrf", 403),
    ];
    for (name, line, expected) in calls {
        let credential = credential(name);
        let mut connection = server.connect(Ipv4Addr::LOCALHOST, &credential).await;
        for round in 0..20 {
            connection
                .send(request(line, &credential.lines, "ping"))
                .await;
            let response = connection.receive().await.unwrap();
            assert_eq!(response.status, expected, "{round} {name} {line}");
        }
    }
    // A transaction that waited too long was given up, and would have let others in meanwhile.
    for tx in readers.iter_mut().chain([&mut writer]) {
        assert!(settings::get(tx, "any").await.is_ok());
    }
}
