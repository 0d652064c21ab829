//! The sections of the configuration file; `lockgate.default.toml` says what each key means.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The whole configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) server: Server,
    pub(crate) tls: Tls,
    pub(crate) proxies: Vec<Proxy>,
    pub(crate) tenant: TenantNames,
    pub(crate) store: StoreUrl,
    pub(crate) security: Security,
    pub(crate) receivers: Receivers,
    pub(crate) token: Token,
    pub(crate) gateway: Gateway,
    pub(crate) scripts: Scripts,
    pub(crate) messages: Messages,
    pub(crate) audit: Audit,
    pub(crate) log: Log,
}

/// Section `server`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: String,
    pub(crate) flows_url: String,
    pub(crate) certificate_url: String,
    pub(crate) plain_http: PlainHttp,
    #[serde(serialize_with = "jiff::fmt::serde::duration::friendly::compact::required")]
    pub(crate) shutdown_grace: jiff::SignedDuration,
}

/// Section `tls`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) client_listen: SocketAddr,
}

/// One entry of `proxies`: who may say with which certificate a sender called.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proxy {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) addresses: Vec<String>,
    #[serde(default)]
    pub(crate) certificate: PathBuf,
    #[serde(default)]
    pub(crate) secret_file: PathBuf,
    #[serde(default)]
    pub(crate) header: String,
}

/// Section `token`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    pub(crate) bind_to_certificate: bool,
    pub(crate) trusted_issuers: Vec<TrustedIssuer>,
}

/// One entry of `token.trusted_issuers`: who may vouch for persons.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrustedIssuer {
    pub(crate) issuer: String,
    pub(crate) keys_file: PathBuf,
    pub(crate) origin: String,
    pub(crate) user_claim: String,
    pub(crate) roles_claim: String,
    pub(crate) roles: BTreeMap<String, Vec<String>>,
}

/// Where plain HTTP may be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PlainHttp {
    /// On loopback addresses only.
    Loopback,
    /// Anywhere: a proxy ends TLS.
    BehindProxy,
}

/// Section `tenant`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantNames {
    pub(crate) name: String,
    pub(crate) client_number: u32,
    pub(crate) service_number: u32,
}

/// Section `store`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreUrl {
    pub(crate) url: String,
}

/// Section `security`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Security {
    pub(crate) master_key_file: PathBuf,
    pub(crate) operator_token_file: PathBuf,
    pub(crate) reveal_keys: bool,
    pub(crate) query_credentials: bool,
}

/// Section `receivers`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receivers {
    pub(crate) extra_ca_file: PathBuf,
    pub(crate) private_networks: bool,
    pub(crate) link_local: bool,
    pub(crate) hosts: BTreeMap<String, String>,
}

/// Section `gateway`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gateway {
    pub(crate) user_name: UserName,
    pub(crate) certificate_is_transport_only: bool,
}

/// What flows read in `SapAuthenticatedUserName`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum UserName {
    /// The client id.
    ClientId,
    /// `oauth_client_<client id>`.
    OauthClientPrefix,
    /// Nothing.
    Omit,
}

/// Section `scripts`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scripts {
    pub(crate) steps: u64,
    pub(crate) memory_bytes: usize,
    pub(crate) sleep_seconds: u64,
}

/// Section `messages`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Messages {
    pub(crate) retention_days: u32,
    #[serde(serialize_with = "jiff::fmt::serde::duration::friendly::compact::required")]
    pub(crate) trace_retention: jiff::SignedDuration,
    pub(crate) contents_retention_days: u32,
    pub(crate) trace_bytes: usize,
    pub(crate) kept_bytes: usize,
}

/// Section `audit`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Audit {
    pub(crate) retention_days: u32,
}

/// Section `log`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}
