//! Authorities: own ones that issue, and those of others that are trusted.

use lockgate_core::certificate::Thumbprint;
use lockgate_core::limits;
use lockgate_pki::pem;
use lockgate_store::authorities::{self, Authority, State};
use lockgate_testkit::operator::{Answer, assert_error, assert_fields};
use serde_json::{Value, json};

use crate::outside::{DAY, Outside};
use crate::server::{NOW, Server};

async fn key(server: &Server, name: &str) -> Value {
    let request = json!({"name": name, "parameters": {"key-type": "certificate"}});
    let (status, key) = server.post("instances/orders/keys", request).await;
    assert_eq!(status, 201, "{key}");
    key
}

fn leaf(key: &Value) -> Vec<u8> {
    let chain = key["credentials"]["oauth"]["certificate"].as_str().unwrap();
    let end = chain.find("-----END").unwrap();
    pem::read_one(&chain[..end]).unwrap()
}

async fn server() -> Server {
    let server = Server::start().await;
    server.instance("orders").await;
    server
}

/// Names of the authorities; those that issue have a star.
async fn names(server: &Server) -> Vec<String> {
    let (_, list) = server.get("authorities").await;
    let items = list["items"].as_array().unwrap();
    let name = |item: &Value| {
        let star = if item["issuing"] == true { "*" } else { "" };
        format!("{}{star}", item["name"].as_str().unwrap())
    };
    items.iter().map(name).collect()
}

async fn add(server: &Server, name: &str, pem: &str) -> Answer {
    let request = json!({"name": name, "certificate": pem});
    server.post("authorities", request).await
}

#[tokio::test]
async fn the_first_certificate_makes_the_authority_that_issues() {
    let server = server().await;
    key(&server, "k1").await;
    key(&server, "k2").await;
    assert_eq!(names(&server).await, ["issuing-1*"]);
    let (_, shown) = server.get("authorities/issuing-1").await;
    assert_eq!(shown["own"], true);
    assert_eq!(shown["valid_until"], "2036-01-02T00:00:00.000Z");
    let zone = server.surroundings.tenant.zone_id;
    assert_eq!(shown["subject"], format!("CN=issuing-1,OU={zone},O=acme"));
    assert_eq!(shown["keys"], json!(["orders/k1", "orders/k2"]));
    let der = pem::read_one(shown["certificate"].as_str().unwrap()).unwrap();
    assert_eq!(shown["thumbprint"], Thumbprint::of(&der).to_string());
    let path = format!("authorities/{}", shown["thumbprint"].as_str().unwrap());
    assert_eq!(server.get(&path).await.1, shown);
}

#[tokio::test]
async fn certificates_made_at_once_for_the_first_time_have_one_authority() {
    let server = server().await;
    tokio::join!(key(&server, "k1"), key(&server, "k2"), key(&server, "k3"));
    assert_eq!(names(&server).await, ["issuing-1*"]);
}

#[tokio::test]
async fn certificates_outlive_the_time_in_which_their_authority_issues() {
    let server = server().await;
    let before = leaf(&key(&server, "before").await);
    server.clock.advance(DAY);
    let (status, issuing) = server.post("issuing-authority", json!(null)).await;
    assert_eq!(
        (status.as_u16(), &issuing["name"]),
        (201, &json!("issuing-2"))
    );
    assert_eq!(names(&server).await, ["issuing-1", "issuing-2*"]);
    let after = leaf(&key(&server, "after").await);
    for der in [&before, &after] {
        assert!(server.presented(der).await.is_ok());
    }
    assert_error(
        &server.delete("authorities/issuing-2").await,
        409,
        "LG-AUTHORITY-ISSUES",
    );
    let (status, removed) = server.delete("authorities/issuing-1").await;
    assert_eq!(
        (status.as_u16(), &removed["keys"]),
        (200, &json!(["orders/before"]))
    );
    assert!(server.presented(&before).await.is_err());
    assert!(server.presented(&after).await.is_ok());
    // Numbers are not used again.
    server.clock.advance(DAY);
    server.post("issuing-authority", json!(null)).await;
    assert_eq!(names(&server).await, ["issuing-2", "issuing-3*"]);
}

#[tokio::test]
async fn an_authority_at_its_end_shortens_certificates_and_is_then_replaced() {
    let server = server().await;
    key(&server, "k1").await;
    server.clock.advance(DAY * 3_600);
    let short = key(&server, "k2").await;
    assert_eq!(short["expires_at"], "2036-01-02T00:00:00.000Z");
    let warning = short["warnings"][0].as_str().unwrap();
    assert!(warning.contains("lockgate authority rotate"), "{warning}");
    server.clock.advance(DAY * 60);
    let long = key(&server, "k3").await;
    assert_eq!(long.get("warnings"), None);
    assert_eq!(names(&server).await, ["issuing-1", "issuing-2*"]);
    assert!(server.presented(&leaf(&long)).await.is_ok());
}

#[tokio::test]
async fn keys_of_authorities_are_sealed_and_never_shown() {
    let server = server().await;
    key(&server, "k1").await;
    let mut tx = server.store.read().await.unwrap();
    let [row] = &authorities::list(&mut tx).await.unwrap()[..] else {
        panic!();
    };
    drop(tx);
    let vault = server.surroundings.master.vault();
    let sealed = row.sealed_key.as_ref().unwrap();
    let context = format!("authority/{}", row.thumbprint);
    let private = vault.open(&context, sealed).unwrap();
    let hidden = |text: &str| !text.contains("PRIVATE") && !text.contains("sealed");
    for path in ["authorities", "authorities/issuing-1"] {
        let answer = server.get(path).await.1.to_string();
        assert!(hidden(&answer), "{answer}");
    }
    assert!(
        !sealed
            .windows(32)
            .any(|bytes| private.expose().ends_with(bytes))
    );
    assert!(vault.open("authority/other", sealed).is_err());
}

#[tokio::test]
async fn the_authority_of_another_is_trusted_until_it_is_removed() {
    let (server, partner) = (server().await, Outside::new("partner", 400));
    let (status, added) = add(&server, "partner", &partner.pem()).await;
    assert_eq!(status, 201, "{added}");
    assert_eq!(
        (&added["own"], &added["issuing"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(added["subject"], "CN=partner,O=partner");
    let der = partner.client("sender", NOW);
    let parameters = json!({"key-type": "certificate_external", "X.509": pem::encode(&der)});
    let request = json!({"name": "k1", "parameters": parameters});
    assert_eq!(server.post("instances/orders/keys", request).await.0, 201);
    assert!(server.presented(&der).await.is_ok());
    assert_eq!(
        server.get("authorities/partner").await.1["keys"],
        json!(["orders/k1"])
    );
    let (status, removed) = server.delete("authorities/partner").await;
    assert_eq!(
        (status.as_u16(), &removed["keys"]),
        (200, &json!(["orders/k1"]))
    );
    assert!(server.presented(&der).await.is_err());
    assert_error(
        &server.delete("authorities/partner").await,
        404,
        "LG-AUTHORITY",
    );
    assert_error(
        &server.get("authorities/partner").await,
        404,
        "LG-AUTHORITY",
    );
}

#[tokio::test]
async fn what_is_no_authority_is_not_trusted() {
    let (server, partner) = (server().await, Outside::new("partner", 10));
    let leaf = pem::encode(&partner.client("sender", NOW));
    let good = partner.pem();
    let cases = [
        (json!({}), vec!["name", "certificate"]),
        (
            json!({"name": "a", "certificate": "x?"}),
            vec!["certificate"],
        ),
        (
            json!({"name": "a", "certificate": leaf}),
            vec!["certificate"],
        ),
        (
            json!({"name": "a", "certificate": format!("{good}{good}")}),
            vec!["certificate"],
        ),
        (
            json!({"name": " a", "certificate": "x?"}),
            vec!["name", "certificate"],
        ),
        (
            json!({"name": "a", "certificate": good, "key": "x"}),
            vec!["key"],
        ),
    ];
    for (request, fields) in cases {
        assert_fields(&server.post("authorities", request).await, &fields);
    }
    server.clock.advance(DAY * 11);
    let answer = add(&server, "a", &good).await;
    assert_fields(&answer, &["certificate"]);
    let message = answer.1["error"]["message"].as_str().unwrap();
    assert!(message.contains("expired"), "{message}");
}

#[tokio::test]
async fn names_and_certificates_are_taken_once() {
    let (server, partner) = (server().await, Outside::new("partner", 400));
    let other = Outside::new("other", 401);
    assert_eq!(add(&server, "partner", &partner.pem()).await.0, 201);
    let answer = add(&server, "again", &partner.pem()).await;
    assert_error(&answer, 409, "LG-AUTHORITY-KNOWN");
    let answer = add(&server, "partner", &other.pem()).await;
    assert_error(&answer, 409, "LG-AUTHORITY-NAME");
}

#[tokio::test]
async fn there_is_a_limited_number_of_authorities() {
    let server = server().await;
    let mut tx = server.store.begin().await.unwrap();
    let der = pem::read_one(&Outside::new("partner", 400).pem()).unwrap();
    for n in 0..limits::AUTHORITIES {
        let row = Authority {
            thumbprint: Thumbprint::of(&n.to_be_bytes()),
            name: format!("a{n}"),
            certificate: der.clone(),
            sealed_key: None,
            state: State::Trusted,
            created_at: NOW,
        };
        authorities::insert(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
    let answer = add(&server, "one.more", &Outside::new("more", 401).pem()).await;
    assert_error(&answer, 409, "LG-AUTHORITY-LIMIT");
    let answer = server.post("issuing-authority", json!(null)).await;
    assert_error(&answer, 409, "LG-AUTHORITY-LIMIT");
    assert_eq!(names(&server).await.len(), limits::AUTHORITIES);
}
