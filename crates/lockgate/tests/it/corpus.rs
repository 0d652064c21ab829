//! Published flows that need nothing beyond what runs today: deployed unmodified, called, answered.

use std::path::PathBuf;

use http::StatusCode;
use lockgate_testkit::http::{Request, Response, Server as Peer, reply};
use lockgate_testkit::smtp;
use lockgate_testkit::tls::Authority;
use serde_json::json;

use crate::cluster::eventually;
use crate::server::{Credentials, Server, root};

/// Where the corpus of published flows lies; tests of it say so loudly when it is missing.
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("LOCKGATE_CORPUS")
        .map_or_else(|| root().join("../shared/corpus"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "SKIPPED: no corpus of published flows at {}; set LOCKGATE_CORPUS",
        folder.display()
    );
    None
}

/// A server, a sender that may call everything, and the corpus.
async fn stage() -> Option<(Server, Credentials, PathBuf)> {
    let corpus = corpus()?;
    let server = Server::start();
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    Some((server, sender, corpus))
}

fn deploy(server: &Server, corpus: &std::path::Path, number: &str, parameters: &[(&str, &str)]) {
    let file = corpus.join(format!("{number}.zip"));
    let deployed = server.deploy(file.to_str().unwrap(), parameters);
    let states: Vec<&str> = deployed["items"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|flow| {
            flow["workers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|worker| worker["state"].as_str().unwrap())
        })
        .collect();
    assert_eq!(states, ["started"], "{deployed}");
}

async fn call(server: &Server, sender: &Credentials, path: &str, body: &str) -> (u16, String) {
    let request = server
        .call("POST", path)
        .header("authorization", sender.basic())
        .body(body.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn every_flow_that_needs_nothing_more_deploys() {
    let Some((server, _, corpus)) = stage().await else {
        return;
    };
    for number in [
        "026", "044", "050", "057", "076", "121", "124", "129", "140", "154", "177", "212", "213",
        "225", "235", "252", "253", "290",
    ] {
        let output = server.output(&[
            "deploy",
            corpus.join(format!("{number}.zip")).to_str().unwrap(),
        ]);
        assert!(
            output.status.success(),
            "{number}: {}",
            crate::server::text(&output.stderr)
        );
    }
    // 295 has the address of 121, so it needs a server of its own.
    let Some((other, _, corpus)) = stage().await else {
        return;
    };
    let output = other.output(&["deploy", corpus.join("295.zip").to_str().unwrap()]);
    assert!(
        output.status.success(),
        "295: {}",
        crate::server::text(&output.stderr)
    );
}

#[tokio::test]
async fn flow_253_answers_its_constant() {
    let Some((server, sender, corpus)) = stage().await else {
        return;
    };
    deploy(&server, &corpus, "253", &[]);
    let (status, body) = call(&server, &sender, "/http/jesimulate", "").await;
    assert_eq!(
        (status, body.as_str()),
        (200, "Journal Entry Simulation Successful!")
    );
}

/// Two HTTP receivers: a token by Basic with a deployed credential, then the file with that token.
#[tokio::test]
async fn flow_026_fetches_a_token_and_calls_with_it() {
    let Some((server, sender, corpus)) = stage().await else {
        return;
    };
    let peer = Peer::start(|request: Request| async move { answer_026(&request) })
        .await
        .unwrap();
    server.with_input(
        &["credential", "set", "approuter-uc", "--user", "router"],
        "router-password",
    );
    let (token, file) = (
        format!("{}/oauth/token", peer.url()),
        format!("{}/myfiles/cpitest", peer.url()),
    );
    deploy(
        &server,
        &corpus,
        "026",
        &[("xsuaa_url", &token), ("approuter_url", &file)],
    );

    let fetched = server
        .call("GET", "/http/privatelink/approuter")
        .header("authorization", sender.basic())
        .header("x-csrf-token", "fetch")
        .send()
        .await
        .unwrap();
    let cookie = fetched.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let answer = server
        .call("POST", "/http/privatelink/approuter")
        .header("authorization", sender.basic())
        .header("x-csrf-token", &fetched.headers()["x-csrf-token"])
        .header("cookie", cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "the file");
    let asked: Vec<String> = peer
        .requests()
        .iter()
        .map(|request| format!("{} {}", request.method, request.target))
        .collect();
    assert_eq!(
        asked,
        [
            "POST /oauth/token?grant_type=client_credentials",
            "GET /myfiles/cpitest?sp=sp&st=st&se=se&spr=https&sv=sv&sr=c&sig=sig",
        ]
    );
}

fn answer_026(request: &Request) -> Response {
    match request.path() {
        "/oauth/token"
            if request.header("authorization")
                == Some("Basic cm91dGVyOnJvdXRlci1wYXNzd29yZA==") =>
        {
            reply(
                StatusCode::OK,
                "application/json",
                r#"{"access_token":"t0ken","expires_in":3599}"#,
            )
        }
        "/myfiles/cpitest"
            if request.header("x-approuter-authorization") == Some("Bearer t0ken") =>
        {
            reply(StatusCode::OK, "text/plain", "the file")
        }
        _ => reply(StatusCode::FORBIDDEN, "text/plain", "not you"),
    }
}

/// ProcessDirect receivers, with a flow of ours at the other end.
#[tokio::test]
async fn flows_154_and_177_call_another_flow() {
    let Some((server, sender, corpus)) = stage().await else {
        return;
    };
    server.deploy(
        "testdata/flows/echo",
        &[("Address", "/IDOCFlatConvertor/convert")],
    );
    deploy(&server, &corpus, "154", &[]);
    deploy(&server, &corpus, "177", &[]);
    for path in [
        "/http/IDOCFlatConvertor/TC1/Flat2XML",
        "/http/idocflatconvertor/tc2/xml2flat",
    ] {
        let (status, body) = call(&server, &sender, path, "EDI_DC40").await;
        assert_eq!((status, body.as_str()), (200, "echo: EDI_DC40"), "{path}");
    }
}

/// A ProcessDirect sender, called by an authorized HTTP client through a flow of ours.
#[tokio::test]
async fn flow_235_routes_by_xpath() {
    let Some((server, sender, corpus)) = stage().await else {
        return;
    };
    server.deploy("testdata/flows/relay", &[]);
    deploy(&server, &corpus, "235", &[]);
    let cases = [
        ("<A><IDOC/></A>", "SAP_IDoc"),
        (
            "<StandardBusinessDocument><StandardBusinessDocumentHeader/></StandardBusinessDocument>",
            "GS1-XML",
        ),
    ];
    for (document, standard) in cases {
        let answer = server
            .call("POST", "/http/relay/tpm/extract-type-system-flow/xml")
            .header("authorization", sender.basic())
            .body(document)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["sap_edi_document_standard"], standard);
    }
    let (status, body) = call(
        &server,
        &sender,
        "/http/relay/tpm/extract-type-system-flow/xml",
        "<other/>",
    )
    .await;
    assert_eq!(status, 500, "{body}");
    assert!(
        body.contains("The MPL ID for the failed message is"),
        "{body}"
    );
}

/// OAuth by hand: a token call, JSON to XML, XPath into a header, then the call.
#[tokio::test]
async fn flow_295_reads_a_document_with_a_token() {
    let Some((server, sender, corpus)) = stage().await else {
        return;
    };
    let peer = Peer::start(|request: Request| async move { answer_295(&request) })
        .await
        .unwrap();
    server.deploy("testdata/flows/relay", &[]);
    let (token, api) = (
        format!("{}/v2/oauth/token", peer.url()),
        format!("{}/api", peer.url()),
    );
    let parameters = [
        ("oauth_address", &*token),
        ("api_address", &*api),
        ("apiKey", "k3y"),
        ("Realm", "realm=r"),
    ];
    deploy(&server, &corpus, "295", &parameters);
    let (status, body) = call(&server, &sender, "/http/relay/Ariba/OpenAPI", "").await;
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("<title>Contract</title>"), "{body}");
    assert!(
        peer.requests()
            .iter()
            .any(|request| request.target == "/api?realm=r"),
        "{:?}",
        peer.requests()
    );
}

fn answer_295(request: &Request) -> Response {
    match request.path() {
        "/v2/oauth/token" => reply(
            StatusCode::OK,
            "application/json",
            r#"{"access_token":"abc"}"#,
        ),
        "/api"
            if request.header("authorization") == Some("Bearer abc")
                && request.header("apikey") == Some("k3y") =>
        {
            reply(
                StatusCode::OK,
                "application/json",
                r#"{"title":"Contract"}"#,
            )
        }
        _ => reply(StatusCode::FORBIDDEN, "text/plain", "not you"),
    }
}

/// A mail server fixed in the flow, with STARTTLS and a login: a host entry leads to ours.
#[tokio::test]
async fn flow_252_sends_a_mail_to_a_fixed_server() {
    let Some(corpus) = corpus() else { return };
    let authority = Authority::new().unwrap();
    let tls = authority.server(&["smtp.gmail.com"]).unwrap();
    let login = smtp::Login {
        user: "alerts".to_owned(),
        password: "mail-password".to_owned(),
    };
    let options = smtp::Options {
        security: smtp::Security::StartTls(tls),
        login: Some(login),
        ..smtp::Options::default()
    };
    let mailbox = smtp::Server::start(options).await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let (ca, config) = (
        folder.path().join("ca.pem"),
        folder.path().join("lockgate.toml"),
    );
    std::fs::write(&ca, authority.pem()).unwrap();
    let settings = format!(
        "[receivers]\nextra_ca_file = '{}'\n[receivers.hosts]\n'smtp.gmail.com:587' = '{}'\n",
        ca.display(),
        mailbox.address()
    );
    std::fs::write(&config, settings).unwrap();
    let server = Server::start_in(
        folder.path(),
        &[("LOCKGATE_CONFIG", config.to_str().unwrap())],
    );
    let sender = server.sender("sender", &["ESBMessaging.send"]);
    server.with_input(
        &["credential", "set", "EMAIL_USER", "--user", "alerts"],
        "mail-password",
    );
    deploy(&server, &corpus, "252", &[]);

    let answer = server
        .call("POST", "/http/email")
        .header("authorization", sender.basic())
        .header("subject", "Sync failed")
        .header("to", "ops@example.com")
        .body("Look at the log.")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    let mails = mailbox.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["ops@example.com"]);
    assert_eq!(mails[0].user.as_deref(), Some("alerts"));
    assert!(mails[0].encrypted);
    assert_eq!(mails[0].header("Subject").as_deref(), Some("Sync failed"));
    assert!(mails[0].text().contains("Look at the log."));
}

#[tokio::test]
async fn flow_290_writes_its_variables_when_it_is_deployed() {
    let Some((server, _, corpus)) = stage().await else {
        return;
    };
    deploy(&server, &corpus, "290", &[]);
    let variables = eventually(async || {
        let variables = server.json(&["variable", "list"]);
        let items = variables["items"].as_array().unwrap().clone();
        (!items.is_empty()).then_some(items)
    })
    .await;
    // Both are written together; the quotes are part of what the flow says.
    let [id, time] = &variables[..] else {
        panic!("{variables:?}");
    };
    assert_eq!(id["name"], "AribaLastReceivedMessageID");
    assert_eq!((&id["flow"], &id["value"]), (&json!(null), &json!("'100'")));
    assert_eq!(time["name"], "AribaLastReceivedPATimeStamp");
    assert!(time["value"].as_str().unwrap().ends_with("+0000"), "{time}");
}
