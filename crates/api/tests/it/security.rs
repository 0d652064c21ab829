//! Credentials, the keystore, access policies: what the original does, rule by rule.

use lockgate_core::random::SeededRandom;
use lockgate_pki::authority::{Authority, KeySize, Subject};
use lockgate_pki::pem;
use serde_json::{Value, json};

use crate::world::{Answer, OPERATOR, START, World, basic};

const USERS: &str = "UserCredentials";
const CLIENTS: &str = "OAuth2ClientCredentials";
const TEXTS: &str = "SecureParameters";

/// Set, what is sent, the status, and a part of the message.
type Refusal = (&'static str, Value, u16, &'static str);

async fn assert_refused(cases: impl IntoIterator<Item = Refusal>) {
    let world = World::new().await;
    for (set, body, status, message) in cases {
        let answer = world.expect(status, "POST", set, body).await;
        assert!(answer.message().contains(message), "{}", answer.text());
        assert!(!answer.text().contains("hunter2"));
        assert!(world.get(set).await.rows().is_empty());
    }
}

fn user(change: Value) -> Value {
    let mut body = json!({"Name": "n", "Kind": "default", "Description": "", "User": "u",
        "Password": "hunter2"});
    merge(&mut body, change);
    body
}

fn client(change: Value) -> Value {
    let mut body = json!({"Name": "n", "TokenServiceUrl": "https://a/t", "ClientId": "c",
        "ClientSecret": "hunter2"});
    merge(&mut body, change);
    body
}

#[tokio::test]
async fn wrong_users_are_refused_with_the_status_of_the_original() {
    let cases = [
        (json!({"Kind": null}), 500, "'Kind' must not be empty"),
        (json!({"Kind": "Default"}), 500, "'Kind' must be one of"),
        (json!({"Description": null}), 500, "'Description' must not"),
        (json!({"Kind": "successfactors"}), 500, "'CompanyId'"),
        (json!({"User": ""}), 400, "User"),
        (json!({"Password": null}), 400, "Password"),
        (json!({"Name": ""}), 400, "Name"),
    ];
    let cases = cases.map(|(change, status, message)| (USERS, user(change), status, message));
    assert_refused(cases).await;
}

#[tokio::test]
async fn wrong_clients_and_texts_are_refused() {
    let parameter = json!({"CustomParameters": [{"Key": "k", "SendAsPartOf": "cookie"}]});
    let cases = [
        (json!({"TokenServiceUrl": "ftp://x"}), "absolute"),
        (json!({"ClientAuthentication": "cookie"}), "Authentication"),
        (json!({"ScopeContentType": "xml"}), "ScopeContentType"),
        (json!({"ClientSecret": ""}), "ClientSecret"),
        (parameter, "SendAsPartOf"),
    ];
    assert_refused(cases.map(|(change, message)| (CLIENTS, client(change), 400, message))).await;
    let long = "x".repeat(151);
    let cases = [
        (json!({"Name": long, "SecureParam": "x"}), "150"),
        (json!({"Name": "n", "SecureParam": ""}), "SecureParam"),
    ];
    assert_refused(cases.map(|(body, message)| (TEXTS, body, 400, message))).await;
}

#[tokio::test]
async fn what_is_not_there_cannot_be_changed() {
    let world = World::new().await;
    for (set, body) in [(USERS, user(json!({}))), (CLIENTS, client(json!({})))] {
        let path = format!("{set}('n')");
        world.expect(409, "PUT", &path, body).await;
        world.expect(404, "DELETE", &path, Value::Null).await;
    }
}

#[tokio::test]
async fn sets_of_credentials_share_names_but_not_entries() {
    let world = World::new().await;
    let secure = json!({"Name": "n", "SecureParam": "hunter2"});
    world.expect(202, "POST", "SecureParameters", secure).await;
    let user = json!({"Name": "n", "Kind": "default", "User": "u", "Password": "hunter2"});
    world
        .expect(409, "POST", "UserCredentials", user.clone())
        .await;
    world.expect(409, "PUT", "UserCredentials('n')", user).await;
    for set in ["UserCredentials", "OAuth2ClientCredentials"] {
        let path = format!("{set}('n')");
        world.expect(404, "GET", &path, Value::Null).await;
        world.expect(404, "DELETE", &path, Value::Null).await;
    }
    world.get("SecureParameters('n')").await;
    // What has a query of its own is filtered like everything else.
    let found = world
        .get("SecureParameters?$filter=Name+eq+'n'&$top=1")
        .await;
    assert_eq!(found.rows().len(), 1);
}

/// An authority, a certificate that it issued, and a certificate of its own for the same name.
fn certificates() -> (Authority, String, String) {
    let random = SeededRandom::new(7);
    let subject = |name: &str| Subject {
        common_name: name.to_owned(),
        ..Subject::default()
    };
    let authority = |name: &str| {
        let year = std::time::Duration::from_secs(365 * 86_400);
        Authority::generate(&subject(name), year, START, &random).unwrap()
    };
    let ours = authority("ours");
    let issued = ours.issue_client(&subject("peer"), KeySize::Bits2048, 9, START, &random);
    let issued = pem::encode(&issued.unwrap().certificate);
    let other = pem::encode(authority("other").certificate());
    (ours, issued, other)
}

async fn put(world: &World, path: &str, kind: &str, body: &str) -> Answer {
    let headers = [
        ("Authorization", format!("Bearer {OPERATOR}")),
        ("Accept", "application/json".to_owned()),
        ("Content-Type", kind.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let target = format!("/api/v1/{path}");
    world.send("PUT", &target, &headers, body.to_owned()).await
}

const CERTIFICATE: &str = "application/pkix-cert";

/// The entry "peer", in hexadecimal digits.
const PEER: &str = "CertificateResources('70656572')/$value";

/// Takes a certificate whose fingerprint was compared, and gives its outcome.
async fn take(world: &World, options: &str, body: &str) -> Value {
    let path = format!("{PEER}?fingerprintVerified=true{options}");
    let answer = put(world, &path, CERTIFICATE, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.rows()[0]["Status"].take()
}

#[tokio::test]
async fn what_is_no_certificate_is_refused() {
    let world = World::new().await;
    let (_, issued, other) = certificates();
    let (chain, long) = (format!("{issued}{other}"), "x".repeat(10 * 1024 + 1));
    let cases = [
        (
            "fingerprintVerified=true",
            "application/json",
            &*issued,
            415,
        ),
        ("fingerprintVerified=true", CERTIFICATE, "hello", 400),
        ("fingerprintVerified=true", CERTIFICATE, &chain, 400),
        ("fingerprintVerified=true", CERTIFICATE, &long, 413),
        ("fingerprintVerified=1", CERTIFICATE, &issued, 400),
    ];
    for (query, kind, body, status) in cases {
        let answer = put(&world, &format!("{PEER}?{query}"), kind, body).await;
        assert_eq!(answer.status.as_u16(), status, "{query}: {}", answer.text());
    }
    let path = "CertificateResources('7')/$value?fingerprintVerified=true";
    assert_eq!(put(&world, path, CERTIFICATE, &issued).await.status, 400);
    assert!(world.get("KeystoreEntries").await.rows().is_empty());
}

#[tokio::test]
async fn somebody_has_to_vouch_for_a_certificate() {
    let world = World::new().await;
    let (authority, issued, _) = certificates();
    let own = pem::encode(authority.certificate());
    let bare = format!("{PEER}?update=false&returnKeystoreEntries=false");
    let refused = put(&world, &bare, CERTIFICATE, &issued).await;
    assert_eq!(refused.status, 409);
    let entry = refused.entity();
    assert_eq!(entry["Status"], "notImported");
    assert_eq!(entry["__metadata"]["type"], "com.sap.hci.api.KeystoreEntry");
    assert!(world.get("KeystoreEntries").await.rows().is_empty());

    let root = "CertificateResources('726F6F74')/$value?fingerprintVerified=true";
    let root = put(&world, root, CERTIFICATE, &own).await;
    assert_eq!(
        (root.status.as_u16(), &root.rows()[0]["Status"]),
        (200, &json!("new"))
    );
    assert_eq!(put(&world, &bare, "", &issued).await.status, 204);
}

#[tokio::test]
async fn certificates_are_replaced_only_when_wanted() {
    let world = World::new().await;
    let (_, issued, other) = certificates();
    assert_eq!(take(&world, "", &issued).await, "new");
    let path = format!("{PEER}?fingerprintVerified=true");
    let taken = put(&world, &path, CERTIFICATE, &other).await;
    assert_eq!(taken.status, 400);
    assert!(
        taken.message().contains("already exists"),
        "{}",
        taken.text()
    );
    for (body, outcome) in [(&issued, "unchanged"), (&other, "changed")] {
        assert_eq!(take(&world, "&update=true", body).await, outcome);
    }
}

#[tokio::test]
async fn entries_are_shown_as_the_original_does() {
    let world = World::new().await;
    let (.., other) = certificates();
    take(&world, "", &other).await;
    let entry = world.get("KeystoreEntries('70656572')").await.entity();
    for (name, value) in [
        ("Hexalias", json!("70656572")),
        ("Alias", json!("peer")),
        ("Type", json!("Certificate")),
        ("Owner", json!("Tenant Administrator")),
        ("KeyType", json!("EC")),
        ("EllipticCurve", json!("secp256r1")),
        ("SubjectDN", json!("CN=other")),
        ("LastModifiedBy", json!("operator")),
        ("LastModifiedTime", json!("/Date(1790000000000)/")),
        ("Version", json!(3)),
    ] {
        assert_eq!(entry[name], value, "{name}");
    }
    let fetched = world
        .get("KeystoreEntries('70656572')/Certificate/$value")
        .await;
    assert_eq!(fetched.text(), other);
    assert_eq!(fetched.headers["content-type"], CERTIFICATE);
    let system = "KeystoreEntries?$select=Owner,Hexalias,Alias,Type&keystoreName=system";
    assert_eq!(world.get(system).await.rows().len(), 1);
    let backup = world
        .get("KeystoreEntries?keystoreName=backup_admin_system")
        .await;
    assert!(backup.rows().is_empty());
}

#[tokio::test]
async fn entries_are_deleted_one_by_one_or_together() {
    let world = World::new().await;
    let (.., other) = certificates();
    let delete = "KeystoreResources('system')?deleteEntries=true&returnKeystoreEntries";
    let aliases = json!({"Aliases": "peer;gone"});
    take(&world, "", &other).await;
    world
        .expect(204, "PUT", &format!("{delete}=false"), aliases.clone())
        .await;
    world
        .expect(404, "GET", "KeystoreEntries('70656572')", Value::Null)
        .await;
    take(&world, "", &other).await;
    let deleted = world
        .expect(200, "PUT", &format!("{delete}=true"), aliases)
        .await;
    assert_eq!(deleted.rows()[0]["Alias"], "peer");
    take(&world, "", &other).await;
    world
        .expect(204, "DELETE", "KeystoreEntries('70656572')", Value::Null)
        .await;
    world
        .expect(404, "DELETE", "KeystoreEntries('70656572')", Value::Null)
        .await;
    world
        .expect(501, "PUT", "KeystoreResources('system')", json!({}))
        .await;
}

const GENERATE: &str = "KeyPairGenerationRequests?returnKeystoreEntries=true";

/// A key pair "pair" to be made.
fn generation(change: Value) -> Value {
    let mut body = json!({"Hexalias": "x", "Alias": "pair", "KeyType": "RSA", "KeySize": 2048,
        "SignatureAlgorithm": "SHA-256/RSA", "CommonName": "flow", "Country": "DE",
        "ValidNotAfter": "/Date(1800000000000)/"});
    merge(&mut body, change);
    body
}

#[tokio::test]
async fn key_pairs_are_made_as_asked_for() {
    let world = World::new().await;
    let made = world
        .expect(200, "POST", GENERATE, generation(json!({})))
        .await;
    let made = &made.rows()[0];
    for (name, value) in [
        ("Hexalias", json!("70616972")),
        ("Type", json!("Key Pair")),
        ("KeySize", json!(2048)),
        ("SignatureAlgorithm", json!("SHA256withRSA")),
        ("SubjectDN", json!("CN=flow,C=DE")),
        ("ValidNotBefore", json!("/Date(1790000000000)/")),
        ("ValidNotAfter", json!("/Date(1800000000000)/")),
        ("Status", json!("new")),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    for change in [
        json!({}),
        json!({"Alias": "n", "KeyType": "DSA"}),
        json!({"Alias": "n", "CommonName": ""}),
        json!({"Alias": "n", "Country": "Germany"}),
        json!({"Alias": "n", "ValidNotAfter": "tomorrow"}),
        json!({"Alias": "n", "ValidNotAfter": 1}),
        json!({"Alias": ""}),
    ] {
        let wrong = generation(change.clone());
        let answer = world.expect(400, "POST", GENERATE, wrong).await;
        assert!(!answer.message().is_empty(), "{change}");
    }
    assert_eq!(world.get("KeystoreEntries").await.rows().len(), 1);
}

#[tokio::test]
async fn key_pairs_are_certified_and_renamed() {
    let world = World::new().await;
    let (.., other) = certificates();
    world
        .expect(200, "POST", GENERATE, generation(json!({})))
        .await;
    let entry = "KeystoreEntries('70616972')";
    let signing = world.get(&format!("{entry}/SigningRequest/$value")).await;
    let header = "-----BEGIN CERTIFICATE REQUEST-----";
    assert!(signing.text().starts_with(header));
    assert_eq!(signing.headers["content-type"], "application/pkcs10");
    let chain = world.get(&format!("{entry}/ChainResource/$value")).await;
    assert!(chain.text().starts_with("-----BEGIN PKCS7-----"));
    let own = world
        .get(&format!("{entry}/Certificate/$value"))
        .await
        .text();
    let links = world
        .get(&format!("{entry}/ChainCertificates"))
        .await
        .rows();
    assert_eq!((links.len(), &links[0]["Index"]), (1, &json!(0)));
    let direct = "CertificateChainResources('70616972')/$value";
    world.expect(400, "GET", direct, Value::Null).await;

    for (verified, body, status) in [(true, &other, 400), (false, &own, 409), (true, &own, 200)] {
        let path = format!("{direct}?fingerprintVerified={verified}");
        let answer = put(&world, &path, CERTIFICATE, body).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    }
    let update = "CertificateResources('70616972')/$value?fingerprintVerified=true&update=true";
    assert_eq!(put(&world, update, CERTIFICATE, &other).await.status, 400);

    let rename = format!("{entry}?renameAlias=new&returnHexAlias=true");
    let renamed = world
        .expect(200, "PUT", &rename, json!({"Alias": null}))
        .await;
    assert_eq!(renamed.text(), "[6E6577]");
    world
        .get("KeystoreEntries('6e6577')/SigningRequest/$value")
        .await;
    world.expect(404, "PUT", &rename, json!({})).await;
    world
        .expect(400, "PUT", "KeystoreEntries('6e6577')", json!({}))
        .await;
}

#[tokio::test]
async fn policies_are_unique_by_role_and_references_name_theirs() {
    let world = World::new().await;
    let policy = json!({"RoleName": "Payroll"});
    world
        .expect(201, "POST", "AccessPolicies", policy.clone())
        .await;
    world.expect(409, "POST", "AccessPolicies", policy).await;
    world
        .expect(400, "POST", "AccessPolicies", json!({"RoleName": ""}))
        .await;
    let reference = |change: Value| {
        let mut body = json!({"Name": "n", "Type": "INTEGRATION_FLOW", "ConditionAttribute": "Name",
            "ConditionValue": "x", "ConditionType": "exactString", "AccessPolicy": [{"Id": "1"}]});
        merge(&mut body, change);
        body
    };
    for (change, status) in [
        (json!({}), 201),
        (
            json!({"AccessPolicy": null, "AcessPolicy": [{"Id": "1"}]}),
            201,
        ),
        (json!({"AccessPolicy": {"Id": 1}}), 201),
        (json!({"AccessPolicy": null}), 400),
        (json!({"AccessPolicy": {"Id": "9"}}), 404),
        (json!({"Type": "FLOW"}), 400),
        (json!({"ConditionType": "like"}), 400),
        (json!({"ConditionAttribute": "Version"}), 400),
        (json!({"ConditionValue": ""}), 400),
    ] {
        let body = reference(change);
        world
            .expect(status, "POST", "ArtifactReferences", body)
            .await;
    }
    let references = world
        .get("AccessPolicies(1L)/ArtifactReferences")
        .await
        .rows();
    assert_eq!(references.len(), 3);
    let policy = world
        .get("ArtifactReferences(2L)/AccessPolicy")
        .await
        .entity();
    assert_eq!(policy["RoleName"], "Payroll");
    world
        .expect(204, "MERGE", "AccessPolicies(1)", json!({"RoleName": "HR"}))
        .await;
    world
        .expect(404, "PATCH", "AccessPolicies(9)", json!({}))
        .await;
    world
        .expect(404, "DELETE", "AccessPolicies(9)", Value::Null)
        .await;
    let found = world.get("AccessPolicies?$filter=RoleName+eq+'HR'").await;
    assert_eq!(found.rows()[0]["Id"], "1");
}

#[tokio::test]
async fn what_is_not_offered_says_so() {
    let world = World::new().await;
    for path in [
        "OAuth2AuthorizationCodes('x')",
        "Keystores('system')",
        "PgpKeyEntries",
        "AccessPolicyRuntimeAssignments",
    ] {
        let answer = world.expect(501, "GET", path, Value::Null).await;
        let message = answer.message();
        assert!(
            message.contains("is not offered by this server: "),
            "{message}"
        );
    }
    let body = json!({"Hexalias": "x"});
    world.expect(501, "POST", "KeyPairResources", body).await;
}

#[tokio::test]
async fn each_area_has_its_roles() {
    const READ: &str = "MonitoringDataRead";
    const CREDENTIALS: &str = "CredentialsEdit";
    const MATERIAL: &str = "SecurityMaterialEdit";
    const POLICIES: &str = "AccessPoliciesRead";
    const POLICIES_EDIT: &str = "AccessPoliciesEdit";
    const HEALTH: &str = "HealthCheckMonitoringDataRead";
    let people = [READ, CREDENTIALS, MATERIAL, POLICIES, POLICIES_EDIT, HEALTH];
    let roles = people.map(|name| [name]);
    let people: Vec<(&str, &[&str])> = roles.iter().map(|role| (role[0], &role[..])).collect();
    let world = World::with_people(&people).await;
    let cases: [(&str, &str, &[&str]); 10] = [
        ("GET", "UserCredentials", &[READ]),
        ("GET", "SecureParameters", &[READ]),
        ("GET", "OAuth2ClientCredentials", &[READ]),
        ("POST", "UserCredentials", &[CREDENTIALS]),
        ("DELETE", "SecureParameters('x')", &[CREDENTIALS]),
        ("GET", "KeystoreEntries", &[READ, HEALTH]),
        ("DELETE", "KeystoreEntries('78')", &[MATERIAL]),
        ("PUT", "KeystoreResources('system')", &[MATERIAL]),
        ("GET", "AccessPolicies", &[POLICIES, POLICIES_EDIT]),
        ("DELETE", "AccessPolicies(1)", &[POLICIES_EDIT]),
    ];
    for (name, _) in &people {
        let fetch = [
            ("Authorization".to_owned(), basic(name)),
            ("x-csrf-token".to_owned(), "fetch".to_owned()),
        ];
        let fetched = world.send("GET", "/api/v1/", &fetch, "").await;
        let csrf = fetched.headers["x-csrf-token"].to_str().unwrap().to_owned();
        for (method, path, allowed) in cases {
            let headers = [
                ("Authorization".to_owned(), basic(name)),
                ("x-csrf-token".to_owned(), csrf.clone()),
            ];
            let target = format!("/api/v1/{path}");
            let answer = world.send(method, &target, &headers, "").await;
            let refused = answer.status == 403;
            assert_eq!(!refused, allowed.contains(name), "{name}: {method} {path}");
        }
    }
}

fn merge(body: &mut Value, change: Value) {
    for (name, value) in change.as_object().unwrap() {
        body[name.as_str()] = value.clone();
    }
}
