//! Where the server listens, and by which URLs it is known.

use std::error::Error;
use std::net::SocketAddr;

use anyhow::Context as _;
use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body, Incoming};
use lockgate_web::caller::Arrival;
use lockgate_web::server::{Patience, serve, serve_tls};
use lockgate_web::tls::{ServerTls, SharedCertificate};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// Sockets that are bound but not served yet.
#[derive(Debug)]
pub(super) struct Sockets {
    /// Plain HTTP.
    pub(super) plain: TcpListener,
    /// HTTPS, when there is a certificate.
    pub(super) tls: Option<TlsSockets>,
}

/// The two sockets of HTTPS.
#[derive(Debug)]
pub(super) struct TlsSockets {
    /// Does not ask for a client certificate.
    pub(super) server: TcpListener,
    /// Asks for one.
    pub(super) client: TcpListener,
}

/// How the two sockets of HTTPS speak TLS.
#[derive(Debug)]
pub(super) struct Tls {
    /// What both show.
    pub(super) certificate: SharedCertificate,
    /// Without asking for a client certificate.
    pub(super) server: ServerTls,
    /// Asking for one.
    pub(super) client: ServerTls,
}

/// By which URLs clients know the server; none has a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Urls {
    /// Plain HTTP, as it listens.
    pub(crate) plain: String,
    /// HTTPS, as it listens: without and with asking for a client certificate.
    pub(crate) tls: Option<(String, String)>,
    /// Operators, tokens by secret, the API.
    pub(crate) public: String,
    /// Flows.
    pub(crate) flows: String,
    /// Tokens by certificate.
    pub(crate) certificate: Option<String>,
}

impl Sockets {
    /// Binds every socket that `config` asks for.
    pub(super) async fn bind(config: &Config) -> anyhow::Result<Self> {
        let tls = match config.tls_files()? {
            None => None,
            Some(_) => Some(TlsSockets {
                server: bind(config.tls.listen, "tls.listen").await?,
                client: bind(config.tls.client_listen, "tls.client_listen").await?,
            }),
        };
        Ok(Self {
            plain: bind(config.server.listen, "server.listen").await?,
            tls,
        })
    }

    /// Serves every socket until `stopping`.
    pub(super) fn serve<H, F, B>(
        self,
        tls: Option<Tls>,
        handler: H,
        patience: Patience,
        stopping: &CancellationToken,
    ) -> JoinSet<()>
    where
        H: Fn(Request<Incoming>, Arrival) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut listeners = JoinSet::new();
        if let (Some(sockets), Some(tls)) = (self.tls, tls) {
            for (socket, tls) in [(sockets.server, tls.server), (sockets.client, tls.client)] {
                let (handler, stopping) = (handler.clone(), stopping.clone());
                listeners.spawn(serve_tls(socket, tls, handler, patience, stopping));
            }
        }
        listeners.spawn(serve(self.plain, handler, patience, stopping.clone()));
        listeners
    }

    /// The URLs: those configured, else where the sockets are.
    pub(super) fn urls(&self, config: &Config) -> anyhow::Result<Urls> {
        let plain = format!("http://{}", self.plain.local_addr()?);
        let tls = match &self.tls {
            None => None,
            Some(tls) => Some((
                format!("https://{}", tls.server.local_addr()?),
                format!("https://{}", tls.client.local_addr()?),
            )),
        };
        Ok(Urls::choose(config, plain, tls))
    }
}

impl Urls {
    /// URLs that nobody listens at.
    #[cfg(test)]
    pub(super) fn for_test() -> Self {
        Self::choose(&Config::defaults(), "http://127.0.0.1:1".to_owned(), None)
    }

    /// What is configured goes before where the server listens.
    fn choose(config: &Config, plain: String, tls: Option<(String, String)>) -> Self {
        let (server, client) = tls.clone().unzip();
        let configured = |url: &String| (!url.is_empty()).then(|| url.clone());
        let own = configured(&config.server.public_url);
        // Behind a proxy with a public URL, flows are where everything is, unless configured.
        let flows = configured(&config.server.flows_url)
            .or_else(|| own.clone())
            .or_else(|| client.clone());
        let public = own.or(server).unwrap_or_else(|| plain.clone());
        Self {
            flows: flows.unwrap_or_else(|| public.clone()),
            certificate: configured(&config.server.certificate_url).or(client),
            public,
            plain,
            tls,
        }
    }
}

async fn bind(address: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| format!("cannot listen on {address} ({key})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configured_urls_go_before_sockets() {
        let url = |port: u16| format!("https://127.0.0.1:{port}");
        let choose = |public: &str, flows: &str, tls: bool| {
            let mut config = Config::defaults();
            config.server.public_url = public.to_owned();
            config.server.flows_url = flows.to_owned();
            let plain = "http://127.0.0.1:80".to_owned();
            let urls = Urls::choose(&config, plain, tls.then(|| (url(1), url(2))));
            (urls.public, urls.flows, urls.certificate)
        };
        let urls = |public: &str, flows: &str, certificate: Option<String>| {
            (public.to_owned(), flows.to_owned(), certificate)
        };
        let plain = "http://127.0.0.1:80";
        let cases = [
            (choose("", "", false), urls(plain, plain, None)),
            (choose("", "", true), urls(&url(1), &url(2), Some(url(2)))),
            (
                choose("https://a", "", false),
                urls("https://a", "https://a", None),
            ),
            (
                choose("https://a", "https://b", true),
                urls("https://a", "https://b", Some(url(2))),
            ),
        ];
        for (chosen, expected) in cases {
            assert_eq!(chosen, expected);
        }
    }
}
