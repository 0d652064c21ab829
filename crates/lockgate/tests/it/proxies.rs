//! A proxy in front that ended TLS and says which certificate the sender presented.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::server::Server;

const SECRET: &str = "a secret of at least thirty-two characters";

/// A server that believes a proxy on this machine.
fn start(folder: &Path) -> Server {
    let [config, secret] = ["lockgate.toml", "edge.secret"].map(|name| folder.join(name));
    fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let proxy = json!({
        "name": "edge",
        "addresses": ["127.0.0.1/32"],
        "secret_file": secret,
    });
    let proxies = toml::Table::try_from(json!({ "proxies": [proxy] })).unwrap();
    fs::write(&config, proxies.to_string()).unwrap();
    let config = config.to_str().unwrap();
    let server = Server::start_in(&folder.join("data"), &[("LOCKGATE_CONFIG", config)]);
    server.deploy("testdata/flows/hello", &[]);
    server
}

/// The certificate of a new key, as a proxy writes it.
fn certificate(server: &Server, instance: &str) -> String {
    let parameters = json!({ "roles": ["ESBMessaging.send"] }).to_string();
    server.json(&["instance", "create", instance, "-c", &parameters]);
    let key = server.json(&["key", "create", instance, "key", "--type", "certificate"]);
    let chain = key["credentials"]["oauth"]["certificate"].as_str().unwrap();
    let (leaf, _) = chain.split_once("-----END").unwrap();
    let leaf = format!("{leaf}-----END CERTIFICATE-----\n");
    let escaped = leaf.replace('\n', "%0A").replace('+', "%2B");
    format!("Cert=\"{escaped}\"")
}

/// Calls the flow; the status, and why it was refused.
async fn call(server: &Server, fields: &[(&str, &str)]) -> (u16, Value) {
    let mut call = server.call("GET", "/http/hello");
    for (name, value) in fields {
        call = call.header(*name, *value);
    }
    let answer = call.send().await.unwrap();
    let status = answer.status().as_u16();
    if status == 200 {
        return (status, Value::Null);
    }
    let refusal: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let why = server.json(&["why", refusal["correlation_id"].as_str().unwrap()]);
    (status, why)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_with_its_secret_says_who_calls() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let sender = certificate(&server, "sender");
    let sender = ("X-Forwarded-Client-Cert", sender.as_str());
    let secret = ("X-Lockgate-Proxy-Secret", SECRET);
    let wrong = (
        secret.0,
        "another secret of more than thirty-two characters",
    );
    for _ in 0..2 {
        assert_eq!(call(&server, &[secret, sender]).await.0, 200, "E1");
    }
    for proof in [&[sender][..], &[wrong, sender], &[secret]] {
        let (status, why) = call(&server, proof).await;
        assert_eq!(status, 401, "E11, T19");
        assert_eq!(why["reason"], "no-credential");
        assert_eq!(why["detail"], "");
    }
    // What a proxy forwards has to be readable, and what it says of the way is on record.
    let unreadable = (sender.0, "Subject=\"CN=sender\"");
    let hops = ("X-Forwarded-For", "203.0.113.9");
    let (status, why) = call(&server, &[secret, unreadable, hops]).await;
    assert_eq!(status, 400, "T18");
    assert_eq!(why["reason"], "forwarded-certificate");
    assert_eq!(why["source"], "203.0.113.9");
    // What was verified before opens nothing after its key or its authority is gone.
    server.json(&["key", "delete", "sender", "key"]);
    let (status, why) = call(&server, &[secret, sender]).await;
    assert_eq!(status, 401, "E9");
    assert_eq!(why["reason"], "certificate-unknown");
    let authorities = server.json(&["authority", "list"]);
    let authorities = authorities["items"].as_array().unwrap();
    assert_eq!(authorities.len(), 1);
    let own = authorities[0]["name"].as_str().unwrap();
    server.json(&["authority", "rotate"]);
    server.json(&["authority", "remove", own]);
    let (status, why) = call(&server, &[secret, sender]).await;
    assert_eq!(status, 401, "E8");
    assert_eq!(why["reason"], "certificate-untrusted");
}
