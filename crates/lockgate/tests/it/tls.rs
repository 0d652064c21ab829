//! Client certificates over real TLS, by the programs that people use: `curl` and `openssl`.

mod connection;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::{Clock as _, SystemClock};
use lockgate_core::random::OsRandom;
use lockgate_pki::authority::{Authority, Issued, KeySize, Subject};
use lockgate_pki::pem;
use serde_json::{Value, json};

use crate::server::{Server, text};
use connection::Connection;

/// What `curl` saw.
struct Answer {
    status: String,
    body: String,
}

/// A folder of certificates, and a server that trusts some of them.
struct Scene {
    server: Server,
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let server = Server::start_https();
        server.deploy("testdata/flows/hello", &[]);
        Self {
            server,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An instance with a key that has a certificate of the server's own authority; the file with
    /// certificate and private key.
    fn sender(&self, name: &str, roles: &[&str]) -> (PathBuf, Value) {
        let parameters = json!({ "roles": roles }).to_string();
        self.server
            .json(&["instance", "create", name, "-c", &parameters]);
        let key = self
            .server
            .json(&["key", "create", name, "key", "--type", "certificate"]);
        let oauth = key["credentials"]["oauth"].clone();
        let member = |member: &str| oauth[member].as_str().unwrap().to_owned();
        let file = self.file(&format!("{name}.pem"));
        fs::write(&file, member("certificate") + &member("key")).unwrap();
        (file, oauth)
    }

    /// An authority of somebody else, and a client certificate that it issued.
    fn stranger(&self, name: &str) -> (Authority, Issued, PathBuf) {
        let subject = |common_name: &str| Subject {
            common_name: common_name.to_owned(),
            ..Subject::default()
        };
        let (now, random) = (SystemClock.now(), OsRandom);
        let year = std::time::Duration::from_secs(365 * 86_400);
        let authority = Authority::generate(&subject("Partner CA"), year, now, &random).unwrap();
        let issued = authority
            .issue_client(&subject(name), KeySize::Bits2048, 30, now, &random)
            .unwrap();
        let file = self.file(&format!("{name}.pem"));
        fs::write(&file, issued.chain_pem.clone() + issued.key_pem.expose()).unwrap();
        (authority, issued, file)
    }

    /// Calls with `curl`, which knows the development authority.
    fn curl(&self, arguments: &[&str]) -> Answer {
        let authority = self.server.data().join("tls/ca.pem");
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--max-time", "60"])
            .args(["--write-out", "\n%{http_code}", "--cacert"])
            .arg(authority)
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        let output = text(&output.stdout);
        let (body, status) = output.rsplit_once('\n').unwrap();
        Answer {
            status: status.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Calls the flow with further arguments.
    fn call(&self, arguments: &[&str]) -> Answer {
        let url = format!("{}/http/hello", self.server.client_https());
        self.curl(&[arguments, &[&url]].concat())
    }

    /// The status of a call of the flow.
    fn hello(&self, arguments: &[&str]) -> String {
        self.call(arguments).status
    }

    /// The correlation id of a call of the flow that is refused with 401.
    fn refused(&self, arguments: &[&str]) -> String {
        let answer = self.call(arguments);
        assert_eq!(answer.status, "401", "{}", answer.body);
        let refusal: Value = serde_json::from_str(&answer.body).unwrap();
        refusal["correlation_id"].as_str().unwrap().to_owned()
    }

    /// Why a call of the flow is refused with 401.
    fn reason(&self, arguments: &[&str]) -> String {
        self.reason_of(&self.refused(arguments))
    }

    fn reason_of(&self, correlation: &str) -> String {
        let why = self.server.json(&["why", correlation]);
        why["reason"].as_str().unwrap().to_owned()
    }

    /// What the operator reads about a refused call.
    fn why(&self, correlation: &str) -> String {
        let output = self.server.output(&["why", correlation]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// An authority of somebody else whose client has a key here; where its certificate is.
    fn partner(&self) -> PathBuf {
        let (authority, issued, file) = self.stranger("partner");
        let [certificate, anchor] = ["partner.crt", "authority.pem"].map(|name| self.file(name));
        fs::write(&certificate, pem::encode(&issued.certificate)).unwrap();
        fs::write(&anchor, pem::encode(authority.certificate())).unwrap();
        let parameters = json!({ "roles": ["ESBMessaging.send"] }).to_string();
        let json = |arguments: &[&str], file: &Path| {
            let file = file.to_str().unwrap();
            self.server.json(&[arguments, &[file]].concat());
        };
        json(&["authority", "add", "partner"], &anchor);
        self.server
            .json(&["instance", "create", "partner", "-c", &parameters]);
        let create = ["key", "create", "partner", "key", "--certificate"];
        json(&create, &certificate);
        file
    }

    /// How a TLS client presents the certificate in a file.
    fn client(&self, identity: &Path) -> Arc<rustls::ClientConfig> {
        connection::client(&self.server.data().join("tls/ca.pem"), identity)
    }
}

#[test]
fn a_certificate_calls_a_flow_until_its_key_is_deleted() {
    let scene = Scene::new();
    let (sender, _) = scene.sender("sender", &["ESBMessaging.send"]);
    let (guest, _) = scene.sender("guest", &["API.invoke"]);
    let [sender, guest] = [&sender, &guest].map(|file| file.to_str().unwrap());
    assert_eq!(scene.hello(&["--cert", sender]), "200", "E1");
    assert_eq!(scene.hello(&["--cert", guest]), "403", "E2");
    assert_eq!(scene.hello(&[]), "401", "A1");
    let tls12 = ["--cert", sender, "--tls-max", "1.2"];
    assert_eq!(scene.hello(&tls12), "200");
    // Nobody asks for a certificate on the other listener, so none is presented.
    let url = format!("{}/http/hello", scene.server.https());
    assert_eq!(scene.curl(&["--cert", sender, &url]).status, "401");
    // Neither is one believed that only a header speaks of.
    let forwarded = fs::read_to_string(sender).unwrap().replace('\n', "%0A");
    let header = format!("X-Forwarded-Client-Cert: Cert=\"{forwarded}\"");
    assert_eq!(scene.hello(&["--header", &header]), "401", "E11");
    scene.server.json(&["key", "delete", "sender", "key"]);
    let reason = scene.reason(&["--cert", sender]);
    assert_eq!(reason, "certificate-unknown", "E9");
}

#[test]
fn a_certificate_of_somebody_else_counts_once_its_authority_is_trusted() {
    let scene = Scene::new();
    let (authority, issued, file) = scene.stranger("partner");
    let file = file.to_str().unwrap();
    assert_eq!(scene.hello(&["--cert", file]), "401", "E8");
    scene.server.json(&["instance", "create", "partner"]);
    let certificate = scene.file("partner.crt");
    fs::write(&certificate, pem::encode(&issued.certificate)).unwrap();
    let certificate = certificate.to_str().unwrap();
    let key = [
        "key",
        "create",
        "partner",
        "key",
        "--certificate",
        certificate,
    ];
    scene.server.json(&key);
    assert_eq!(scene.hello(&["--cert", file]), "401", "E8");
    let anchor = scene.file("authority.pem");
    fs::write(&anchor, pem::encode(authority.certificate())).unwrap();
    let anchor = anchor.to_str().unwrap();
    scene.server.json(&["authority", "add", "partner", anchor]);
    assert_eq!(scene.hello(&["--cert", file]), "200", "E1");
    scene.server.json(&["authority", "remove", "partner"]);
    // The caller is told nothing; the operator reads which certificate it was and why it is none.
    let refused = scene.refused(&["--cert", file]);
    assert_eq!(scene.reason_of(&refused), "certificate-untrusted", "E8");
    let why = scene.why(&refused);
    let thumbprint = Thumbprint::of(&issued.certificate);
    let detail = format!(
        "a certificate was presented ({thumbprint}) but no trusted authority leads to it; \
         'CN=Partner CA' issued it, and the client has to send the whole chain"
    );
    assert!(why.contains(&detail), "{why}");
    assert!(why.contains("lockgate authority add"), "{why}");
}

#[test]
fn a_certificate_gets_tokens_and_a_secret_beside_it_has_to_fit() {
    let scene = Scene::new();
    let (sender, oauth) = scene.sender("sender", &["ESBMessaging.send"]);
    let sender = sender.to_str().unwrap();
    let member = |name: &str| oauth[name].as_str().unwrap().to_owned();
    let client = format!("client_id={}", member("clientid"));
    let token_url = member("tokenurl");
    let token = [
        "--data-urlencode",
        &client,
        "--data",
        "grant_type=client_credentials",
    ];
    let answer = scene.curl(&[&["--cert", sender, token_url.as_str()], &token[..]].concat());
    assert_eq!(answer.status, "200", "{}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    let bearer = answer["access_token"].as_str().unwrap();
    let bearer = format!("Authorization: Bearer {bearer}");
    assert_eq!(scene.hello(&["--header", &bearer]), "200", "D1");
    let without = scene.curl(&[&[token_url.as_str()], &token[..]].concat());
    assert_eq!(without.status, "401", "T58");
    let other = scene.server.sender("other", &["ESBMessaging.send"]);
    let both = format!("{}:{}", other.id, other.secret);
    assert_eq!(scene.hello(&["--user", &both]), "200", "B1");
    let reason = scene.reason(&["--user", &both, "--cert", sender]);
    assert_eq!(reason, "credential-mismatch", "F2");
    // The listener for certificates has nothing for operators and browsers.
    for path in [
        "/operator/v1/instances",
        "/v3/organizations",
        "/login",
        "/metrics",
    ] {
        let url = format!("{}{path}", scene.server.client_https());
        assert_eq!(scene.curl(&[&url]).status, "404", "T14 {path}");
    }
}

/// E9: a connection keeps its certificate, not what that opened before.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_connection_opens_nothing_after_its_key_is_deleted() {
    let scene = Scene::new();
    let (file, oauth) = scene.sender("sender", &["ESBMessaging.send"]);
    let id = oauth["clientid"].as_str().unwrap();
    let (client, url) = (scene.client(&file), scene.server.client_https());
    let mut connection = Connection::open(&client, url).await;
    assert!(!connection.resumed);
    assert_eq!(connection.hello().await.0, 200, "E1");
    assert_eq!(connection.token(id).await, 200);
    for (role, status) in [("API.invoke", 403), ("ESBMessaging.send", 200)] {
        let parameters = json!({ "roles": [role] }).to_string();
        scene
            .server
            .json(&["instance", "update", "sender", "-c", &parameters]);
        assert_eq!(connection.hello().await.0, status, "{role}");
    }
    scene.server.json(&["key", "delete", "sender", "key"]);
    let (status, refused) = connection.hello().await;
    assert_eq!(status, 401, "E9");
    let reason = scene.reason_of(&refused.unwrap());
    assert_eq!(reason, "certificate-unknown");
    assert_eq!(connection.token(id).await, 401, "T58");
    // Nor does its session.
    let mut connection = Connection::open(&client, url).await;
    assert!(connection.resumed);
    assert_eq!(connection.hello().await.0, 401, "E9");
    assert_eq!(connection.token(id).await, 401, "T58");
}

/// E8: what led to a trusted authority when the connection began does not any more.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_connection_opens_nothing_after_its_authority_is_removed() {
    let scene = Scene::new();
    let file = scene.partner();
    let client = scene.client(&file);
    let mut connection = Connection::open(&client, scene.server.client_https()).await;
    assert_eq!(connection.hello().await.0, 200, "E1");
    scene.server.json(&["authority", "remove", "partner"]);
    let (status, refused) = connection.hello().await;
    assert_eq!(status, 401);
    let reason = scene.reason_of(&refused.unwrap());
    assert_eq!(reason, "certificate-untrusted", "E8");
    let anchor = scene.file("authority.pem");
    let anchor = anchor.to_str().unwrap();
    scene.server.json(&["authority", "add", "partner", anchor]);
    assert_eq!(connection.hello().await.0, 200, "E1");
}

/// Shakes hands as `openssl s_client` does; its output, and whether it ended well.
fn s_client(scene: &Scene, address: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl")
        .args([
            "s_client",
            "-connect",
            address,
            "-brief",
            "-verify_return_error",
        ])
        .arg("-CAfile")
        .arg(scene.server.data().join("tls/ca.pem"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output.status.success(), text(&output.stderr))
}

#[test]
fn handshakes_are_tls_1_2_or_1_3() {
    let scene = Scene::new();
    for url in [scene.server.https(), scene.server.client_https()] {
        let address = url.strip_prefix("https://").unwrap();
        for version in ["-tls1_2", "-tls1_3"] {
            let (agreed, said) = s_client(&scene, address, &[version]);
            assert!(agreed, "{version}: {said}");
            assert!(said.contains("Verification: OK"), "{said}");
        }
        for old in ["-tls1_1", "-tls1"] {
            let (agreed, said) = s_client(&scene, address, &[old, "-cipher", "ALL:@SECLEVEL=0"]);
            assert!(!agreed, "{old}: {said}");
        }
    }
}
