//! What is measured, in which order.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

use crate::load::Call;
use crate::report::{Row, median, spread};
use crate::server::{Server, cli};
use crate::{Options, calls, records, searches, signatures};

/// The JSON that the conversion flow is sent.
const ORDER: &str = r#"{"orderId":"4711","productIdentifier":"HT-1080","quantity":2,"note":"a small order of ordinary size"}"#;

/// Runs every measurement on fresh servers.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Vec<Row>> {
    let data = tempfile::tempdir()?;
    let server = Server::lockgate(&options.program, data.path()).await?;
    let sender = Sender::prepare(options, data.path(), &server).await?;
    let bare = Server::bare().await?;
    let idle = server.memory_mib()?;

    let mut rows = calls::run(options, data.path(), &bare, &server, &sender).await?;
    rows.push(tokens(options, &server, &sender).await?);
    rows.extend(conversion(options, &server, &sender).await?);
    let busy = server.memory_mib()?;
    server.stop().await?;
    rows.push(records::run(options).await?);
    rows.extend(searches::run(options).await?);
    rows.push(cold_start(options, data.path(), &sender).await?);
    rows.push(Row {
        name: "memory when idle",
        median: format!("{idle:.1} MiB"),
        spread: format!("{busy:.1} MiB after the load"),
        ratio: String::new(),
        aim: "< 40 MiB",
    });
    Ok(rows)
}

/// A key that may call the flows.
pub(crate) struct Sender {
    pub(crate) basic: String,
    pub(crate) bearer: String,
}

impl Sender {
    async fn prepare(options: &Options, data: &Path, server: &Server) -> anyhow::Result<Self> {
        let run = async |args: &[&str]| cli(&options.program, data, server, args).await;
        for flow in ["hello", "convert"] {
            let folder = options.flows.join(flow);
            run(&["deploy", &folder.to_string_lossy()]).await?;
        }
        run(&[
            "instance",
            "create",
            "bench",
            "-c",
            r#"{"roles":["ESBMessaging.send"]}"#,
        ])
        .await?;
        let key = run(&["key", "create", "bench", "key"]).await?;
        let oauth = key
            .pointer("/credentials/oauth")
            .context("the key has no credentials")?;
        let text = |name: &str| {
            oauth
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let basic = format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{}", text("clientid"), text("clientsecret")))
        );
        let mut sender = Self {
            basic,
            bearer: String::new(),
        };
        let call = sender.token_call(server);
        let answer: Value = serde_json::from_slice(&call.once(&mut call.connect().await?).await?)?;
        let token = answer
            .get("access_token")
            .and_then(Value::as_str)
            .context("no access_token")?;
        sender.bearer = format!("Bearer {token}");
        Ok(sender)
    }

    pub(crate) fn flow_call(
        &self,
        server: &Server,
        path: &str,
        authorization: &str,
        body: &'static str,
    ) -> Call {
        Call {
            address: server.address.clone(),
            method: "POST",
            path: path.to_owned(),
            headers: vec![
                ("authorization", authorization.to_owned()),
                ("content-type", "application/json".to_owned()),
            ],
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    fn token_call(&self, server: &Server) -> Call {
        Call {
            address: server.address.clone(),
            method: "POST",
            path: "/oauth/token".to_owned(),
            headers: vec![
                ("authorization", self.basic.clone()),
                (
                    "content-type",
                    "application/x-www-form-urlencoded".to_owned(),
                ),
            ],
            body: Bytes::from_static(b"grant_type=client_credentials"),
        }
    }
}

/// Tokens over HTTP, against bare signatures.
async fn tokens(options: &Options, server: &Server, sender: &Sender) -> anyhow::Result<Row> {
    let (key, call) = (signatures::key()?, sender.token_call(server));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let (mut tokens, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let (key, time) = (key.clone(), options.round());
        let raw =
            tokio::task::spawn_blocking(move || signatures::rate(&key, threads, time)).await?;
        let rate = call.rate(options.connections, options.round()).await?;
        tokens.push(rate);
        ratios.push(rate / raw);
    }
    Ok(Row {
        name: "tokens/s (client credentials)",
        median: format!("{:.0}", median(&tokens)),
        spread: spread(&tokens, 0),
        ratio: format!("{:.2} of bare RSA-2048 signatures", median(&ratios)),
        aim: "≥ 0.90",
    })
}

/// What JSON → XML → Content Modifier with XPath adds to a call.
async fn conversion(
    options: &Options,
    server: &Server,
    sender: &Sender,
) -> anyhow::Result<[Row; 1]> {
    let constant = sender.flow_call(server, "/http/hello", &sender.basic, ORDER);
    let convert = sender.flow_call(server, "/http/convert", &sender.basic, ORDER);
    let answer = convert.once(&mut convert.connect().await?).await?;
    ensure!(
        answer.windows(7).any(|w| w == b"HT-1080"),
        "the conversion flow answered {answer:?}"
    );
    let cores = std::thread::available_parallelism().map_or(2, usize::from) as f64;
    let micros = |rate: f64| cores * 1e6 / rate;
    let (mut whole, mut added) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let base = micros(constant.rate(options.connections, options.round()).await?);
        let path = micros(convert.rate(options.connections, options.round()).await?);
        whole.push(path);
        added.push(path - base);
    }
    Ok([Row {
        name: "JSON → XML → Content Modifier (XPath), µs of processor time per message",
        median: format!(
            "{:.0} µs, of them {:.0} µs for the steps",
            median(&whole),
            median(&added)
        ),
        spread: spread(&whole, 0),
        ratio: "both sides of the connection included".to_owned(),
        aim: "",
    }])
}

/// From starting the process to the first authorized answer, on existing data.
async fn cold_start(options: &Options, data: &Path, sender: &Sender) -> anyhow::Result<Row> {
    let mut times = Vec::new();
    for _ in 0..options.rounds {
        let start = Instant::now();
        let server = Server::lockgate(&options.program, data).await?;
        let call = sender.flow_call(&server, "/http/hello", &sender.basic, "{}");
        call.once(&mut call.connect().await?).await?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        server.stop().await?;
    }
    Ok(Row {
        name: "cold start to the first authorized 200",
        median: format!("{:.0} ms", median(&times)),
        spread: spread(&times, 0),
        ratio: String::new(),
        aim: "< 100 ms",
    })
}
