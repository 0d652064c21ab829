//! Configuration: embedded defaults, then a file, then environment variables.

mod sections;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use lockgate_core::limits;
use toml::{Table, Value};

pub(crate) use sections::*;

/// Every key with its default, as `lockgate config default` prints it.
pub(crate) const DEFAULTS: &str = include_str!("../lockgate.default.toml");
const ENV_PREFIX: &str = "LOCKGATE__";
/// The section whose keys are not known beforehand.
const FREE_TABLE: &str = "receivers.hosts";

impl Config {
    /// Reads the configuration: defaults, then `file`, then `LOCKGATE__…` variables.
    pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let text = match file {
            Some(path) => std::fs::read_to_string(path).with_context(|| {
                format!("cannot read the configuration file {}", path.display())
            })?,
            None => String::new(),
        };
        let config = Self::from_parts(&text, std::env::vars()).with_context(|| {
            file.map_or("in the environment".to_owned(), |p| {
                format!("in {}", p.display())
            })
        })?;
        Ok(config)
    }

    /// The configuration without a file or environment.
    pub(crate) fn defaults() -> Self {
        Self::from_parts("", []).expect("invariant: the embedded defaults are valid")
    }

    fn from_parts(
        file: &str,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        let mut table: Table = DEFAULTS
            .parse()
            .expect("invariant: the embedded defaults are TOML");
        overlay(&mut table, file.parse::<Table>()?, "")?;
        for (name, value) in env {
            if let Some(key) = name.strip_prefix(ENV_PREFIX) {
                set_from_env(&mut table, &name, key, &value)?;
            }
        }
        let config: Self = table.try_into()?;
        config.check()?;
        Ok(config)
    }

    /// Whether the values make sense together.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let name = &self.tenant.name;
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        ensure!(
            (1..=63).contains(&name.len()) && name.chars().all(legal),
            "tenant.name is {name:?}: use 1 to 63 characters of a-z, 0-9 and '-'"
        );
        let ip: IpAddr = self.server.listen.ip();
        ensure!(
            ip.is_loopback() || self.server.plain_http == PlainHttp::BehindProxy,
            "server.listen is {ip}, which is reachable from outside, and this listener speaks plain HTTP. \
             Listen on 127.0.0.1, or put a proxy that ends TLS in front and set \
             server.plain_http = \"behind-proxy\""
        );
        for (key, url) in [
            ("public_url", &self.server.public_url),
            ("flows_url", &self.server.flows_url),
            ("certificate_url", &self.server.certificate_url),
        ] {
            let absolute = url.starts_with("http://") || url.starts_with("https://");
            ensure!(
                url.is_empty() || (absolute && !url.ends_with('/')),
                "server.{key} is {url:?}: it starts with http:// or https:// and has no trailing slash"
            );
        }
        let most = limits::LOG_CONTENT_BYTES / 2;
        for (key, bytes) in [
            ("trace_bytes", self.messages.trace_bytes),
            ("kept_bytes", self.messages.kept_bytes),
        ] {
            ensure!(
                bytes <= most,
                "messages.{key} is {bytes}: a record keeps at most {most} bytes of one content"
            );
        }
        self.tls_files()?;
        Ok(())
    }

    /// A copy that can be shown: without the password of a database.
    pub(crate) fn redacted(&self) -> Self {
        let mut shown = self.clone();
        shown.store.url = without_password(&self.store.url);
        shown
    }

    /// Where the store is: `sqlite:<file>` or a PostgreSQL URL.
    pub(crate) fn store_location(&self) -> anyhow::Result<lockgate_store::Location> {
        let url = &self.store.url;
        if url.is_empty() {
            return Ok(lockgate_store::Location::Sqlite(
                self.data_dir.join("lockgate.db"),
            ));
        }
        if let Some(file) = url.strip_prefix("sqlite:") {
            return Ok(lockgate_store::Location::Sqlite(file.into()));
        }
        if ["postgres://", "postgresql://", "host="]
            .iter()
            .any(|start| url.starts_with(start))
        {
            return Ok(lockgate_store::Location::Postgres(url.clone()));
        }
        bail!("store.url starts with sqlite:, postgres:// or, as a list of settings, host=")
    }

    /// The file that holds the master key.
    pub(crate) fn master_key_file(&self) -> PathBuf {
        self.file_or(&self.security.master_key_file, "master.key")
    }

    /// The file that holds the operator token.
    pub(crate) fn operator_token_file(&self) -> PathBuf {
        self.file_or(&self.security.operator_token_file, "operator.token")
    }

    /// The certificate chain and the key of the HTTPS listeners, if there are any.
    pub(crate) fn tls_files(&self) -> anyhow::Result<Option<(PathBuf, PathBuf)>> {
        let Tls {
            certificate, key, ..
        } = &self.tls;
        match (
            certificate.as_os_str().is_empty(),
            key.as_os_str().is_empty(),
        ) {
            (false, false) => Ok(Some((certificate.clone(), key.clone()))),
            (true, true) => {
                let folder = self.tls_folder();
                let (certificate, key) = (folder.join("server.pem"), folder.join("server.key"));
                Ok(certificate.exists().then_some((certificate, key)))
            }
            _ => bail!("tls.certificate and tls.key belong together: set both or neither"),
        }
    }

    /// Where `lockgate dev-cert` keeps what it makes.
    pub(crate) fn tls_folder(&self) -> PathBuf {
        self.data_dir.join("tls")
    }

    fn file_or(&self, configured: &Path, name: &str) -> PathBuf {
        if configured.as_os_str().is_empty() {
            self.data_dir.join(name)
        } else {
            configured.to_owned()
        }
    }
}

/// The address of a database without what only the server may know. Where a list of settings or a
/// query may hide a password in some spelling, nothing of it is shown.
fn without_password(address: &str) -> String {
    const HIDDEN: &str = "***";
    let Ok(mut url) = url::Url::parse(address) else {
        let secretive = address.to_ascii_lowercase().contains("password");
        return if secretive { HIDDEN } else { address }.to_owned();
    };
    if url.password().is_some() && url.set_password(Some(HIDDEN)).is_err() {
        return HIDDEN.to_owned();
    }
    let secretive = |name: &str| name.to_ascii_lowercase().contains("password");
    if url.query_pairs().any(|(name, _)| secretive(&name)) {
        url.set_query(Some(HIDDEN));
    }
    url.into()
}

/// Puts `over` on top of `base`; a key that `base` does not know is an error.
fn overlay(base: &mut Table, over: Table, path: &str) -> anyhow::Result<()> {
    for (key, value) in over {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        match (base.get_mut(&key), value) {
            (Some(Value::Table(section)), Value::Table(over)) if path == FREE_TABLE => {
                section.extend(over)
            }
            (Some(Value::Table(section)), Value::Table(over)) => overlay(section, over, &path)?,
            (Some(slot), value) => *slot = value,
            (None, _) => bail!("unknown key {path}; `lockgate config default` prints all keys"),
        }
    }
    Ok(())
}

/// Sets one key from a variable, read with the type that the default has.
fn set_from_env(table: &mut Table, name: &str, key: &str, text: &str) -> anyhow::Result<()> {
    let mut path = key.split("__").map(str::to_ascii_lowercase);
    let unknown = || format!("the variable {name} names no configuration key");
    let mut slot = table
        .get_mut(&path.next().unwrap_or_default())
        .with_context(unknown)?;
    for part in path {
        slot = slot.get_mut(&part).with_context(unknown)?;
    }
    *slot = match slot {
        Value::Boolean(_) => Value::Boolean(
            text.parse()
                .with_context(|| format!("{name} is true or false"))?,
        ),
        Value::Integer(_) => Value::Integer(
            text.parse()
                .with_context(|| format!("{name} is a whole number"))?,
        ),
        Value::Table(_) => bail!("the variable {name} names a section, not a key"),
        _ => Value::String(text.to_owned()),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, env: &[(&str, &str)]) -> Result<Config, String> {
        let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::from_parts(file, env).map_err(|e| format!("{e:#}"))
    }

    #[test]
    fn later_sources_win() {
        let file = "[server]\nlisten = '127.0.0.1:1'\n[tenant]\nname = 'acme'";
        let config = load(
            file,
            &[("LOCKGATE__SERVER__LISTEN", "127.0.0.1:2"), ("OTHER", "x")],
        )
        .unwrap();
        assert_eq!(config.server.listen.port(), 2);
        assert_eq!(config.tenant.name, "acme");
        assert_eq!(config.messages.retention_days, 30);
    }

    #[test]
    fn mistakes_are_named() {
        assert!(
            load("[server]\nlitsen = 'x'", &[])
                .unwrap_err()
                .contains("unknown key server.litsen")
        );
        let unknown = load("", &[("LOCKGATE__SERVER__PORT", "1")]).unwrap_err();
        assert!(unknown.contains("LOCKGATE__SERVER__PORT"), "{unknown}");
        let number = load("", &[("LOCKGATE__MESSAGES__RETENTION_DAYS", "soon")]).unwrap_err();
        assert!(
            number.contains("LOCKGATE__MESSAGES__RETENTION_DAYS is a whole number"),
            "{number}"
        );
        assert!(
            load("[tenant]\nname = 'Acme'", &[])
                .unwrap_err()
                .contains("tenant.name")
        );
        assert!(
            load("[server]\npublic_url = 'https://x/'", &[])
                .unwrap_err()
                .contains("trailing slash")
        );
        let large = load("[messages]\nkept_bytes = 100000000", &[]).unwrap_err();
        assert!(large.contains("messages.kept_bytes"), "{large}");
        let text = load("[messages]\ntrace_retention = 'soon'", &[]);
        assert!(text.is_err());
    }

    #[test]
    fn hosts_may_have_any_name() {
        let config = load("[receivers.hosts]\n'a.example:1' = 'b:2'", &[]).unwrap();
        assert_eq!(config.receivers.hosts["a.example:1"], "b:2");
    }

    #[test]
    fn plain_http_stays_on_loopback_unless_a_proxy_is_promised() {
        let outside = "[server]\nlisten = '0.0.0.0:80'\n";
        assert!(load(outside, &[]).unwrap_err().contains("behind-proxy"));
        assert!(load(&format!("{outside}plain_http = 'behind-proxy'"), &[]).is_ok());
    }

    #[test]
    fn database_passwords_are_not_shown() {
        for (url, expected) in [
            ("postgres://u:hunter2@db/x", "postgres://u:***@db/x"),
            (
                "postgres://db/x?user=u&password=hunter2",
                "postgres://db/x?***",
            ),
            ("postgres://db/x?PassWord=hunter2", "postgres://db/x?***"),
            ("postgres://db/x?pass%77ord=hunter2", "postgres://db/x?***"),
            (
                "postgres://db/x?sslmode=require",
                "postgres://db/x?sslmode=require",
            ),
            ("host=db user=u password=hunter2", "***"),
            ("host=db user=u password = 'hunter2'", "***"),
            ("host=db user=u", "host=db user=u"),
            ("sqlite:x.db", "sqlite:x.db"),
            ("", ""),
        ] {
            assert_eq!(without_password(url), expected);
        }
        let config = load("[store]\nurl = 'host=db password=hunter2'", &[]).unwrap();
        assert_eq!(config.redacted().store.url, "***");
    }

    #[test]
    fn stores_are_named_by_url() {
        use lockgate_store::Location;
        let location = |url: &str| {
            load(&format!("[store]\nurl = '{url}'"), &[])
                .unwrap()
                .store_location()
        };
        assert!(matches!(location("").unwrap(), Location::Sqlite(p) if p.ends_with("lockgate.db")));
        assert!(
            matches!(location("sqlite:/x/y.db").unwrap(), Location::Sqlite(p) if p.ends_with("y.db"))
        );
        assert!(matches!(
            location("postgres://db/x").unwrap(),
            Location::Postgres(_)
        ));
        assert!(matches!(
            location("host=/run/postgresql user=x").unwrap(),
            Location::Postgres(_)
        ));
        assert!(location("mysql://db").is_err());
    }
}
