//! The `cf` command line itself, version 8. `cargo xtask test` cannot install it: it runs these tests
//! where somebody did.

use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::cloudfoundry::{PASSWORD, person, tool};
use crate::server::{Credentials, Server, text};

const ROLES: &str = r#"{"roles":["ESBMessaging.send"],"token-validity":7200}"#;

/// The command line of somebody: with settings and a session of their own.
struct Cf {
    home: tempfile::TempDir,
}

impl Cf {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { home }
    }

    /// Somebody who is logged in, with a space as target if they see one.
    fn logged_in(server: &Server, name: &str) -> Self {
        let cf = Self::new();
        cf.ok(&["login", "-a", &server.url, "-u", name, "-p", PASSWORD]);
        cf
    }

    /// The program, which gets nothing of the surroundings but where programs are.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("cf");
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("CF_HOME", self.home.path())
            .env("CF_COLOR", "false")
            .stdin(std::process::Stdio::null());
        command
    }

    /// What a command prints that must succeed.
    fn ok(&self, args: &[&str]) -> String {
        let (output, said) = ran(&mut self.command(args));
        assert!(output.status.success(), "cf {args:?}: {said}");
        said
    }

    /// What a command prints that must fail.
    fn refused(&self, args: &[&str]) -> String {
        let (output, said) = ran(&mut self.command(args));
        assert_eq!(output.status.code(), Some(1), "cf {args:?}: {said}");
        assert!(said.contains("FAILED"), "cf {args:?}: {said}");
        said
    }

    /// The JSON that a command prints below what it says.
    fn json(&self, args: &[&str]) -> Value {
        let said = self.ok(args);
        let start = said.find('{').unwrap();
        serde_json::from_str(&said[start..]).unwrap()
    }
}

fn ran(command: &mut Command) -> (Output, String) {
    let output = command.output();
    let output = output
        .unwrap_or_else(|error| panic!("install the cf command line, version 8, as `cf`: {error}"));
    let said = text(&output.stdout) + &text(&output.stderr);
    (output, said)
}

/// The words of the line that begins with `name`.
fn line<'a>(said: &'a str, name: &str) -> Vec<&'a str> {
    let mut lines = said.lines().map(|line| line.split_whitespace().collect());
    let found = lines.find(|words: &Vec<&str>| words.first() == Some(&name));
    found.unwrap_or_else(|| panic!("no line for {name}: {said}"))
}

/// A server whose administrator is `admin` with [`PASSWORD`].
fn server() -> Server {
    let server = Server::start();
    let password = ["user", "password", "admin", "--password-stdin"];
    server.with_input(&password, &format!("{PASSWORD}\n"));
    server
}

#[test]
#[ignore = "needs the cf command line"]
fn certificates_are_checked_unless_told_otherwise() {
    let server = Server::start_https();
    let api = ["api", server.https()];
    let cf = Cf::new();
    assert!(cf.refused(&api).contains("Invalid SSL Cert"));
    let skipped = cf.ok(&[&api[..], &["--skip-ssl-validation"]].concat());
    assert!(skipped.contains("Not logged in"), "{skipped}");

    let trusting = Cf::new();
    let (output, said) = ran(trusting
        .command(&api)
        .env("SSL_CERT_FILE", server.authority()));
    assert!(output.status.success(), "{said}");
    assert_eq!(line(&said, "API")[1..], ["endpoint:", server.https()]);
}

#[test]
#[ignore = "needs the cf command line"]
fn an_administrator_keeps_organizations_spaces_and_their_people() {
    let server = server();
    person(&server, "ann", &[]);
    let cf = Cf::new();
    let login = ["login", "-a", &server.url, "-u", "admin", "-p"];
    let said = cf.refused(&[&login[..], &["a wrong password"]].concat());
    assert!(said.contains("Credentials were rejected"), "{said}");
    let said = cf.ok(&[&login[..], &[PASSWORD]].concat());
    assert!(said.contains("Targeted space default."), "{said}");

    cf.ok(&["create-org", "acme"]);
    let again = cf.ok(&["create-org", "acme"]);
    assert!(again.contains("'acme' already exists"), "{again}");
    line(&cf.ok(&["orgs"]), "acme");
    cf.ok(&["target", "-o", "acme"]);
    cf.ok(&["create-space", "dev"]);
    let again = cf.ok(&["create-space", "dev"]);
    assert!(again.contains("'dev' already exists"), "{again}");
    line(&cf.ok(&["spaces"]), "dev");
    let target = cf.ok(&["target", "-s", "dev"]);
    assert_eq!(line(&target, "space:"), ["space:", "dev"]);
    let nowhere = cf.refused(&["target", "-o", "nowhere"]);
    assert!(nowhere.contains("'nowhere' not found"), "{nowhere}");
    cf.ok(&["target", "-o", "acme", "-s", "dev"]);

    cf.ok(&["set-space-role", "ann", "acme", "dev", "SpaceAuditor"]);
    assert_eq!(
        line(&cf.ok(&["space-users", "acme", "dev"]), "ann"),
        ["ann", "(uaa)"]
    );
    let nobody = ["set-org-role", "nobody", "acme", "OrgManager"];
    assert!(cf.refused(&nobody).contains("No user exists"));
    cf.ok(&["unset-space-role", "ann", "acme", "dev", "SpaceAuditor"]);
    cf.ok(&["rename-space", "dev", "test"]);
    assert_eq!(line(&cf.ok(&["org", "acme"]), "spaces:")[1..], ["test"]);
    cf.ok(&["delete-space", "test", "-f"]);
    cf.ok(&["delete-org", "acme", "-f"]);
    assert!(!cf.ok(&["orgs"]).contains("acme"));

    cf.ok(&["logout"]);
    assert!(cf.refused(&["orgs"]).contains("Not logged in"));
}

#[test]
#[ignore = "needs the cf command line"]
fn an_instance_goes_from_the_marketplace_to_deletion() {
    let server = server();
    let cf = Cf::new();
    cf.ok(&["api", &server.url]);
    let offered = cf.ok(&["marketplace"]);
    assert_eq!(
        line(&offered, "it-rt")[..3],
        ["it-rt", "integration-flow,", "api"]
    );
    let cf = Cf::logged_in(&server, "admin");
    let plans = cf.ok(&["marketplace", "-e", "it-rt"]);
    assert!(line(&plans, "integration-flow").contains(&"free"));

    let create = ["create-service", "it-rt", "integration-flow", "one"];
    let made = cf.ok(&[&create[..], &["-c", ROLES, "-t", "a,b"]].concat());
    assert!(made.contains("Service instance one created."), "{made}");
    let again = cf.ok(&create);
    assert!(again.contains("one already exists"), "{again}");
    assert_eq!(
        line(&cf.ok(&["services"]), "one"),
        [
            "one",
            "it-rt",
            "integration-flow",
            "create",
            "succeeded",
            "lockgate",
            "no"
        ]
    );
    let shown = cf.ok(&["service", "one"]);
    assert_eq!(line(&shown, "plan:")[1..], ["integration-flow"]);
    assert_eq!(line(&shown, "tags:")[1..], ["a,", "b"]);
    let guid = cf.ok(&["service", "one", "--guid"]);
    assert_eq!(line(&shown, "guid:")[1..], [guid.trim()]);
    cf.ok(&["update-service", "one", "-c", r#"{"token-validity":3600}"#]);
    let parameters = cf.json(&["service", "one", "--params"]);
    assert_eq!(parameters["token-validity"], 3600);
    assert_eq!(parameters["roles"], json!(["ESBMessaging.send"]));
    cf.ok(&["rename-service", "one", "uno"]);
    line(&cf.ok(&["services"]), "uno");
    let listed = cf.json(&["curl", "/v3/service_instances?names=uno"]);
    assert_eq!(listed["resources"][0]["guid"], guid.trim());

    let deleted = cf.ok(&["delete-service", "uno", "-f"]);
    assert!(
        deleted.contains("Service instance uno deleted."),
        "{deleted}"
    );
    let again = cf.ok(&["delete-service", "uno", "-f"]);
    assert!(again.contains("uno did not exist"), "{again}");
    assert!(cf.ok(&["services"]).contains("No service instances found."));
}

#[test]
#[ignore = "needs the cf command line"]
fn what_is_wrong_is_said() {
    let server = server();
    let cf = Cf::logged_in(&server, "admin");
    let create = ["create-service", "it-rt", "integration-flow", "one"];
    cf.ok(&create);
    for (args, why) in [
        (
            &["create-service", "it-rt", "nothing", "two"] as &[_],
            "The plan 'nothing' could not be found for service offering 'it-rt'.",
        ),
        (
            &[
                "create-service",
                "it-rt",
                "api",
                "two",
                "-c",
                r#"{"token-validity":1}"#,
            ],
            "parameters.token-validity: must be a whole number from 3600 to 86400, not 1",
        ),
        (
            &["update-service", "one", "-p", "api"],
            "The service does not support changing plans.",
        ),
        (&["service", "two"], "Service instance 'two' not found"),
        (
            &[
                "create-service-key",
                "one",
                "k",
                "-c",
                r#"{"validity":400}"#,
            ],
            "parameters.validity",
        ),
        (
            &["service-key", "one", "k"],
            "No service key k found for service instance one",
        ),
        (&["push", "app"], "API endpoint not found"),
    ] {
        let said = cf.refused(args);
        assert!(said.contains(why), "cf {args:?}: {said}");
    }
    assert!(!cf.ok(&["services"]).contains("two"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the cf command line"]
async fn a_key_opens_a_flow_until_it_is_deleted() {
    let server = server();
    server.deploy("testdata/flows/hello", &[]);
    let cf = Cf::logged_in(&server, "admin");
    cf.ok(&[
        "create-service",
        "it-rt",
        "integration-flow",
        "one",
        "-c",
        ROLES,
    ]);
    cf.ok(&["create-service-key", "one", "secret"]);
    let again = cf.ok(&["create-service-key", "one", "secret"]);
    assert!(again.contains("secret already exists"), "{again}");
    let certificate = r#"{"key-type":"certificate","validity":30}"#;
    cf.ok(&["create-service-key", "one", "pair", "-c", certificate]);
    let keys = cf.ok(&["service-keys", "one"]);
    assert_eq!(line(&keys, "pair"), ["pair", "create", "succeeded"]);
    let pair = cf.json(&["service-key", "one", "pair"]);
    let pair = &pair["credentials"]["oauth"];
    assert!(
        pair["certificate"]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN")
    );

    let secret = cf.json(&["service-key", "one", "secret"]);
    let guid = cf.ok(&["service-key", "one", "secret", "--guid"]);
    let path = format!("/v3/service_credential_bindings/{}/details", guid.trim());
    assert_eq!(
        cf.json(&["curl", &path])["credentials"],
        secret["credentials"]
    );
    let sender = Credentials::of(&secret);
    assert_eq!(server.hello(&sender.basic()).await.status(), 200);
    let bearer = sender.bearer(&server).await;
    cf.ok(&["delete-service-key", "one", "secret", "-f"]);
    for authorization in [sender.basic(), bearer] {
        assert_eq!(server.hello(&authorization).await.status(), 401);
    }
    let again = cf.ok(&["delete-service-key", "one", "secret", "-f"]);
    assert!(again.contains("secret does not exist"), "{again}");
    assert!(!cf.ok(&["service-keys", "one"]).contains("secret"));
}

#[test]
#[ignore = "needs the cf command line"]
fn an_auditor_sees_instances_and_no_credentials() {
    let server = server();
    person(&server, "ann", &[]);
    let admin = Cf::logged_in(&server, "admin");
    admin.ok(&["create-service", "it-rt", "integration-flow", "one"]);
    admin.ok(&["create-service-key", "one", "key"]);
    admin.ok(&[
        "set-space-role",
        "ann",
        "default",
        "default",
        "SpaceAuditor",
    ]);
    let ann = Cf::logged_in(&server, "ann");
    line(&ann.ok(&["services"]), "one");
    line(&ann.ok(&["service-keys", "one"]), "key");
    let said = ann.refused(&["service-key", "one", "key"]);
    assert!(said.contains("binding not found"), "{said}");
    for args in [
        &["create-service", "it-rt", "integration-flow", "two"] as &[_],
        &["create-service-key", "one", "another"],
        &["delete-service-key", "one", "key", "-f"],
        &["delete-service", "one", "-f"],
        &["create-org", "acme"],
    ] {
        let said = ann.refused(args);
        assert!(said.contains("You are not authorized"), "{args:?}: {said}");
    }
    line(&admin.ok(&["service-keys", "one"]), "key");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the cf command line"]
async fn a_tool_logs_in_with_its_secret_and_has_tokens_for_others() {
    let server = server();
    let secret = tool(&server, "ci");
    server.json(&["user", "grant", "ci", "user"]);
    let developer = ["user", "grant", "ci", "developer", "--space", "default"];
    server.json(&developer);
    let cf = Cf::new();
    cf.ok(&["api", &server.url]);
    let wrong = cf.refused(&["auth", "ci", "wrong", "--client-credentials"]);
    assert!(wrong.contains("Credentials were rejected"), "{wrong}");
    cf.ok(&["auth", "ci", &secret, "--client-credentials"]);
    cf.ok(&["target", "-o", "default", "-s", "default"]);
    cf.ok(&["create-service", "it-rt", "integration-flow", "one"]);

    let token = cf.ok(&["oauth-token"]);
    let call = server.call("GET", "/v3/service_instances");
    let call = call.header("authorization", token.trim());
    let answer = call.send().await.unwrap().text().await.unwrap();
    let listed: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(listed["resources"][0]["name"], "one");
    cf.ok(&["logout"]);
    let call = server.call("GET", "/v3/service_instances");
    let call = call.header("authorization", token.trim());
    assert_eq!(call.send().await.unwrap().status(), 401);
}

#[test]
#[ignore = "needs the cf command line"]
fn a_session_goes_on_after_its_token_expired() {
    let server = server();
    let cf = Cf::logged_in(&server, "admin");
    let file = cf.home.path().join(".cf/config.json");
    let read = || -> Value { serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap() };
    let mut settings = read();
    let token = settings["AccessToken"].as_str().unwrap().to_owned();
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let claims = URL_SAFE_NO_PAD.decode(&parts[1]).unwrap();
    let mut claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["exp"] = json!(1);
    parts[1] = URL_SAFE_NO_PAD.encode(claims.to_string());
    settings["AccessToken"] = json!(parts.join("."));
    std::fs::write(&file, settings.to_string()).unwrap();

    line(&cf.ok(&["orgs"]), "default");
    assert_ne!(read()["AccessToken"], settings["AccessToken"]);
}
