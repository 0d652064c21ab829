//! Clients that prove who they are with a certificate (RFC 8705), and tokens bound to one.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::request::Builder;
use http_body_util::Full;
use lockgate_core::certificate::{PeerCertificate, Thumbprint};
use lockgate_core::clock::Clock as _;
use lockgate_core::ids::KeyId;
use lockgate_core::tenant::Plan;
use lockgate_store::keys::{Certificate, Credential};
use lockgate_token::Config;
use lockgate_web::caller::{Arrival, Entrance};
use lockgate_web::jwt;
use serde_json::json;

use crate::world::{Answer, START, Setup, TestClient, World, claims, names, post};

const AUTHORITY: [u8; 32] = [7; 32];

/// A certificate as the listener saw it; its DER is no DER.
pub(crate) fn presented(der: &str) -> PeerCertificate {
    PeerCertificate {
        thumbprint: Thumbprint::of(der.as_bytes()),
        names: names(der.as_bytes()),
        issuer_key: AUTHORITY,
        not_before: START.minus(Duration::from_secs(86_400)),
        not_after: START.plus(Duration::from_secs(86_400)),
    }
}

/// An arrival where clients are asked for certificates.
pub(crate) fn with_certificate(certificate: Option<PeerCertificate>) -> Arrival {
    Arrival {
        certificate: certificate.map(Arc::new),
        ..Arrival::at(Entrance::Certificate, ([127, 0, 0, 1], 4711).into())
    }
}

impl World {
    /// Gives the client a key with the certificate.
    pub(crate) async fn add_certificate(
        &self,
        client: &TestClient,
        der: &str,
        pinned: bool,
    ) -> KeyId {
        let certificate = Certificate {
            der: der.as_bytes().to_vec(),
            thumbprint: Thumbprint::of(der.as_bytes()),
            external: true,
            pinned,
            issuer_key: Some(AUTHORITY),
            newest: presented(der).not_before,
        };
        let credential = Credential::Certificate(certificate);
        self.add_key(client.instance, credential).await
    }

    async fn ask(&self, arrival: Arrival, request: Builder, form: &str) -> Answer {
        let request = request.body(Full::new(Bytes::copy_from_slice(form.as_bytes())));
        self.arrive(arrival, request.unwrap()).await
    }

    /// Asks for a token as row 9 does, over a connection with the certificate.
    pub(crate) async fn ask_with(&self, id: &str, certificate: PeerCertificate) -> Answer {
        self.form_with(certificate, &row_9(id)).await
    }

    /// Sends a form to the token endpoint over a connection with the certificate.
    pub(crate) async fn form_with(&self, certificate: PeerCertificate, form: &str) -> Answer {
        let arrival = with_certificate(Some(certificate));
        self.ask(arrival, post("/oauth/token"), form).await
    }
}

fn row_9(id: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", id)
        .finish()
}

async fn bound_world() -> World {
    World::with(Setup {
        config: Config {
            bind_to_certificate: true,
            ..Config::default()
        },
        certificate_base: Some("https://cert.acme.example.org".to_owned()),
        ..Setup::default()
    })
    .await
}

#[tokio::test]
async fn row_9_a_certificate_and_the_client_id_in_form_or_query() {
    let world = World::new().await;
    let client = world.client.clone();
    world.add_certificate(&client, "s/a/1", true).await;
    let arrival = || with_certificate(Some(presented("s/a/1")));
    let form = row_9(&client.id);
    let in_query = post(format!("/oauth/token?{form}"));
    for answer in [
        world.ask(arrival(), post("/oauth/token"), &form).await,
        world.ask(arrival(), in_query, "").await,
    ] {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(claims(&token)["cid"], client.id);
        assert_eq!(claims(&token).get("cnf"), None);
        let now = world.clock.now();
        let identities = world.identities.snapshot();
        let verified = jwt::verify(&token, &identities, Plan::IntegrationFlow, now, None);
        assert!(verified.is_ok());
    }
}

/// A proxy that ends TLS forwards the certificate over plain HTTP.
#[tokio::test]
async fn a_forwarded_certificate_counts_wherever_it_arrives() {
    let world = World::new().await;
    world.add_certificate(&world.client, "s/a/1", true).await;
    let arrival = Arrival {
        entrance: Entrance::Plain,
        ..with_certificate(Some(presented("s/a/1")))
    };
    let form = row_9(&world.client.id);
    let answer = world.ask(arrival, post("/oauth/token"), &form).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// T82: the method that verified decides; others that come along help nobody.
#[tokio::test]
async fn whoever_cannot_prove_it_gets_401_invalid_client() {
    let world = World::new().await;
    let other = world.add_client(Plan::IntegrationFlow, &["myRole"]).await;
    world.add_certificate(&world.client, "s/a/1", true).await;
    world.add_certificate(&other, "other/a/1", true).await;
    let id = &world.client.id;
    let base = row_9(id);
    let secret = world.client.form();
    let own = || Some(presented("s/a/1"));
    let expired = PeerCertificate {
        not_after: START.minus(Duration::from_secs(1)),
        ..presented("s/a/1")
    };
    let assertion = "client_assertion_type=\
        urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    let cases = [
        ("no certificate", None, base.clone()),
        (
            "another client's",
            Some(presented("other/a/1")),
            base.clone(),
        ),
        ("nobody's", Some(presented("nobody/a/1")), base.clone()),
        ("the same names", Some(presented("s/a/2")), base.clone()),
        ("expired", Some(expired), base.clone()),
        ("unknown client", own(), row_9("sb-x!b1|it-rt-acme!b1")),
        (
            "a secret",
            None,
            format!("grant_type=client_credentials&{secret}"),
        ),
        ("a wrong secret", own(), format!("{base}&client_secret=x")),
        (
            "a secret, too",
            own(),
            format!("grant_type=client_credentials&{secret}"),
        ),
        (
            "an assertion",
            own(),
            format!("{base}&{assertion}&client_assertion=a.b.c"),
        ),
        ("half an assertion", own(), format!("{base}&{assertion}")),
    ];
    for (name, certificate, form) in cases {
        let arrival = with_certificate(certificate);
        let answer = world.ask(arrival, post("/oauth/token"), &form).await;
        assert_eq!(answer.error(), (401, "invalid_client".to_owned()), "{name}");
        assert!(
            answer.header("www-authenticate").starts_with("Basic "),
            "{name}"
        );
    }
}

#[tokio::test]
async fn where_certificates_are_asked_for_a_header_does_not_do_nor_no_name() {
    let world = World::new().await;
    world.add_certificate(&world.client, "s/a/1", true).await;
    let own = || with_certificate(Some(presented("s/a/1")));
    let basic = post("/oauth/token").header("Authorization", world.client.basic());
    let answer = world.ask(own(), basic, &row_9(&world.client.id)).await;
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
    let nameless = "grant_type=client_credentials";
    let answer = world.ask(own(), post("/oauth/token"), nameless).await;
    assert_eq!(answer.error().0, 401);
}

/// T82: a client without a secret cannot use one, a client without a certificate cannot either.
#[tokio::test]
async fn each_client_has_its_own_methods() {
    let world = World::new().await;
    let secret_only = world.add_client(Plan::IntegrationFlow, &["myRole"]).await;
    let certified = &world.client;
    let key = world.add_certificate(certified, "s/a/1", true).await;
    let answer = world.ask_with(&secret_only.id, presented("s/a/1")).await;
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
    assert_eq!(
        world
            .ask_with(&certified.id, presented("s/a/1"))
            .await
            .status,
        200
    );
    world.delete_key(key).await;
    let answer = world.ask_with(&certified.id, presented("s/a/1")).await;
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
}

/// T83: the grant is judged by its one name, however the client proves who it is.
#[tokio::test]
async fn a_certificate_opens_no_grant_that_the_client_lacks() {
    let world = World::new().await;
    world.add_certificate(&world.client, "s/a/1", true).await;
    let change = |grants: &'static [&str]| {
        world.change_client(|instance| {
            instance.parameters.grant_types = grants.iter().map(ToString::to_string).collect();
        })
    };
    change(&["password"]).await;
    for (grant, expected) in [
        ("client_credentials", "invalid_client"),
        ("CLIENT_CREDENTIALS", "unsupported_grant_type"),
        ("client_x509", "invalid_client"),
        (
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "invalid_client",
        ),
    ] {
        let form = row_9(&world.client.id).replace("client_credentials", grant);
        let arrival = with_certificate(Some(presented("s/a/1")));
        let answer = world.ask(arrival, post("/oauth/token"), &form).await;
        assert_eq!(answer.error().1, expected, "{grant}");
        let arrival = with_certificate(Some(presented("s/a/1")));
        let query = post(format!("/oauth/token?grant_type={grant}"));
        let answer = world.ask(arrival, query, &row_9(&world.client.id)).await;
        assert_eq!(answer.error().1, expected, "{grant} in the query");
    }
}

fn renewed(der: &str, after: u64) -> PeerCertificate {
    PeerCertificate {
        not_before: presented(der).not_before.plus(Duration::from_secs(after)),
        ..presented(der)
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_noted_before_a_token_is_issued() {
    let world = World::new().await;
    let id = world.client.id.clone();
    world.add_certificate(&world.client, "s/a/1", false).await;
    assert_eq!(
        world.ask_with(&id, renewed("s/a/2", 3600)).await.status,
        200
    );
    let newest = world
        .identities
        .load()
        .clients
        .get(&id)
        .unwrap()
        .certificates[0]
        .newest;
    assert_eq!(newest, renewed("s/a/2", 3600).not_before);
    // The old one is superseded, one issued at about the same time as the new one is not.
    let answer = world.ask_with(&id, presented("s/a/1")).await;
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
    assert_eq!(
        world.ask_with(&id, renewed("s/a/3", 3001)).await.status,
        200
    );
    let newest = world
        .identities
        .load()
        .clients
        .get(&id)
        .unwrap()
        .certificates[0]
        .newest;
    assert_eq!(newest, renewed("s/a/2", 3600).not_before);
}

#[tokio::test]
async fn parallel_renewals_leave_the_newest() {
    let world = World::new().await;
    let id = world.client.id.clone();
    world.add_certificate(&world.client, "s/a/1", false).await;
    let (one, other) = tokio::join!(
        world.ask_with(&id, renewed("s/a/2", 300)),
        world.ask_with(&id, renewed("s/a/3", 600)),
    );
    assert_eq!((one.status.as_u16(), other.status.as_u16()), (200, 200));
    let newest = world
        .identities
        .load()
        .clients
        .get(&id)
        .unwrap()
        .certificates[0]
        .newest;
    assert_eq!(newest, renewed("s/a/3", 600).not_before);
}

/// T27.
#[tokio::test]
async fn a_bound_token_is_good_with_its_certificate_only() {
    let world = bound_world().await;
    let client = world.client.clone();
    world.add_certificate(&client, "s/a/1", true).await;
    let answer = world.ask_with(&client.id, presented("s/a/1")).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let thumbprint = URL_SAFE_NO_PAD.encode(Thumbprint::of(b"s/a/1").0);
    assert_eq!(claims(&token)["cnf"], json!({"x5t#S256": thumbprint}));

    let bearer = format!("Bearer {token}");
    let form = format!("token={token}");
    let mine = || with_certificate(Some(presented("s/a/1")));
    let plain = || Arrival::plain(([127, 0, 0, 1], 4711).into());
    for (arrival, status) in [
        (mine(), 200),
        (with_certificate(Some(presented("s/a/2"))), 401),
        (with_certificate(None), 401),
        (plain(), 401),
    ] {
        let request = post("/introspect").header("Authorization", &bearer);
        let answer = world.ask(arrival, request, &form).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    }
    // Whoever checks the certificate itself learns which one it has to be.
    let asking = |path: &str| post(path).header("Authorization", client.basic());
    let answer = world.ask(plain(), asking("/introspect"), &form).await;
    assert_eq!(answer.json()["active"], true);
    assert_eq!(answer.json()["cnf"], json!({"x5t#S256": thumbprint}));
    // Older libraries would not look.
    let answer = world.ask(plain(), asking("/check_token"), &form).await;
    assert_eq!(answer.error(), (400, "invalid_token".to_owned()));
    // Its owner may void it from anywhere, its holder with the certificate only.
    let jti = claims(&token)["jti"].as_str().unwrap().to_owned();
    let by_id = || {
        let path = format!("/oauth/token/revoke/{jti}");
        http::Request::delete(path).header("Authorization", &bearer)
    };
    assert_eq!(world.ask(plain(), by_id(), "").await.status, 401);
    assert_eq!(
        world
            .ask(plain(), asking("/oauth/revoke"), &form)
            .await
            .status,
        200
    );
    assert_eq!(world.ask(mine(), by_id(), "").await.status, 401);
}

#[tokio::test]
async fn a_token_got_with_a_secret_is_bound_to_nothing() {
    let world = bound_world().await;
    assert_eq!(claims(&world.token().await).get("cnf"), None);
    // Nor when a proxy forwards a certificate beside the secret.
    let arrival = Arrival {
        entrance: Entrance::Plain,
        ..with_certificate(Some(presented("mesh/a/1")))
    };
    let request = post("/oauth/token").header("Authorization", world.client.basic());
    let form = "grant_type=client_credentials";
    let answer = world.ask(arrival, request, form).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(claims(&token).get("cnf"), None);
}

#[tokio::test]
async fn failed_certificates_are_throttled_like_secrets() {
    let world = World::new().await;
    let mut last = 0;
    for _ in 0..20 {
        last = world
            .ask_with(&world.client.id, presented("x/y/z"))
            .await
            .status
            .as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn discovery_says_where_certificates_are_taken() {
    let discovery = "/.well-known/openid-configuration";
    let world = World::new().await;
    let plain = world.send(http::Request::get(discovery), "").await.json();
    assert_eq!(plain.get("mtls_endpoint_aliases"), None);
    assert_eq!(plain["tls_client_certificate_bound_access_tokens"], false);
    let methods = &plain["token_endpoint_auth_methods_supported"];
    assert_eq!(
        *methods,
        json!(["client_secret_basic", "client_secret_post", "none"])
    );

    let bound = bound_world().await;
    let document = bound.send(http::Request::get(discovery), "").await.json();
    let base = "https://cert.acme.example.org";
    let expected = json!({
        "token_endpoint": format!("{base}/oauth/token"),
        "introspection_endpoint": format!("{base}/introspect"),
        "revocation_endpoint": format!("{base}/oauth/revoke"),
    });
    assert_eq!(document["mtls_endpoint_aliases"], expected);
    assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
    let methods = document["token_endpoint_auth_methods_supported"]
        .as_array()
        .unwrap();
    assert!(methods.contains(&json!("tls_client_auth")));
}
