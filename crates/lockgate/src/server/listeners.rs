//! Where the server listens, and by which URLs it is known.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::net::TcpListener;

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

/// By which URLs clients know the server; none has a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Urls {
    /// Plain HTTP, as it listens.
    pub(crate) plain: String,
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

    /// The URLs: those configured, else where the sockets are.
    pub(super) fn urls(&self, config: &Config) -> anyhow::Result<Urls> {
        let plain = format!("http://{}", self.plain.local_addr()?);
        let (mut server, mut client) = (None, None);
        if let Some(tls) = &self.tls {
            server = Some(format!("https://{}", tls.server.local_addr()?));
            client = Some(format!("https://{}", tls.client.local_addr()?));
        }
        Ok(Urls::choose(config, plain, server, client))
    }
}

impl Urls {
    /// URLs that nobody listens at.
    #[cfg(test)]
    pub(super) fn for_test() -> Self {
        Self::choose(
            &Config::defaults(),
            "http://127.0.0.1:1".to_owned(),
            None,
            None,
        )
    }

    /// What is configured goes before where the server listens.
    fn choose(
        config: &Config,
        plain: String,
        server: Option<String>,
        client: Option<String>,
    ) -> Self {
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
        let url = |port: u16| Some(format!("https://127.0.0.1:{port}"));
        let choose = |public: &str, flows: &str, server, client| {
            let mut config = Config::defaults();
            config.server.public_url = public.to_owned();
            config.server.flows_url = flows.to_owned();
            let urls = Urls::choose(&config, "http://127.0.0.1:80".to_owned(), server, client);
            (urls.public, urls.flows, urls.certificate)
        };
        let text = str::to_owned;
        let plain = text("http://127.0.0.1:80");
        assert_eq!(choose("", "", None, None), (plain.clone(), plain, None));
        assert_eq!(
            choose("", "", url(1), url(2)),
            (
                text("https://127.0.0.1:1"),
                text("https://127.0.0.1:2"),
                url(2)
            )
        );
        assert_eq!(
            choose("https://a", "", None, None),
            (text("https://a"), text("https://a"), None)
        );
        assert_eq!(
            choose("https://a", "https://b", url(1), url(2)),
            (text("https://a"), text("https://b"), url(2))
        );
    }
}
