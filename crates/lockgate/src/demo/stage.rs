//! What the demo plays on: a server, a product service and a mailbox.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::Context as _;
use lockgate_testkit::{odata, smtp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::cli::client::Client;
use crate::config::Config;
use crate::server::{self, Running};

use super::sender::Sender;

/// The flow's files, so that the demo runs from anywhere.
const FLOW: [(&str, &[u8]); 4] = [
    (
        "META-INF/MANIFEST.MF",
        include_bytes!("../../../../testdata/flows/order-to-mail/META-INF/MANIFEST.MF"),
    ),
    (
        "src/main/resources/parameters.prop",
        include_bytes!(
            "../../../../testdata/flows/order-to-mail/src/main/resources/parameters.prop"
        ),
    ),
    (
        "src/main/resources/parameters.propdef",
        include_bytes!(
            "../../../../testdata/flows/order-to-mail/src/main/resources/parameters.propdef"
        ),
    ),
    (
        "src/main/resources/scenarioflows/integrationflow/Order to Mail.iflw",
        include_bytes!(
            "../../../../testdata/flows/order-to-mail/src/main/resources/scenarioflows/integrationflow/Order to Mail.iflw"
        ),
    ),
];

/// The port of a server that stays up, if it is free.
const USUAL_PORT: u16 = 8080;

/// Everything the demo starts.
pub(crate) struct Stage {
    pub(crate) server: Running,
    pub(crate) operator: Client,
    pub(crate) products: odata::Service,
    pub(crate) mailbox: smtp::Server,
    folder: tempfile::TempDir,
}

impl Stage {
    /// Starts the peers and the server.
    pub(crate) async fn set(once: bool) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        let mut config = Config::defaults();
        config.data_dir = folder.path().to_owned();
        config.server.listen =
            SocketAddr::from((Ipv4Addr::LOCALHOST, if once { 0 } else { free_port() }));
        let server = server::start(&config).await?;
        let operator = Client::with_token(&server.urls.plain, &server.operator_token)?;
        let products = odata::Service::start(odata::Options::default()).await?;
        let mailbox = smtp::Server::start(smtp::Options::default()).await?;
        Ok(Self {
            server,
            operator,
            products,
            mailbox,
            folder,
        })
    }

    /// Deploys the flow, pointed at the peers.
    pub(crate) async fn deploy(&self) -> anyhow::Result<Value> {
        use base64::Engine as _;
        let bundle = crate::bundle::pack_files(
            FLOW.iter()
                .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())),
        )?;
        let parameters = json!({
            "Product Service": self.products.url(),
            "Mail Server": self.mailbox.address().to_string(),
        });
        let body = json!({ "bundle": base64::engine::general_purpose::STANDARD.encode(bundle), "parameters": parameters });
        self.operator.send(Method::POST, "flows", Some(&body)).await
    }

    /// Creates a service instance.
    pub(crate) async fn instance(&self, name: &str, parameters: Value) -> anyhow::Result<Value> {
        let body = json!({ "name": name, "plan": "integration-flow", "parameters": parameters });
        self.operator
            .send(Method::POST, "instances", Some(&body))
            .await
    }

    /// Creates a service key of an instance, and a sender configured with it.
    pub(crate) async fn sender(&self, instance: &str, key: &str) -> anyhow::Result<Sender> {
        let path = format!("instances/{instance}/keys");
        let key = self
            .operator
            .send(Method::POST, &path, Some(&json!({ "name": key })))
            .await?;
        Sender::new(self.endpoint(), &key)
    }

    /// The flow's address.
    pub(crate) fn endpoint(&self) -> String {
        format!("{}/http/demo/orders", self.server.urls.plain)
    }

    /// The file with the operator token.
    pub(crate) fn token_file(&self) -> String {
        self.folder
            .path()
            .join("operator.token")
            .display()
            .to_string()
    }

    /// Stops everything and removes the folder.
    pub(crate) async fn clear(self) {
        self.server.stop().await;
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, USUAL_PORT)).map_or(0, |_| USUAL_PORT)
}
