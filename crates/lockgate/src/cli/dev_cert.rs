//! `lockgate dev-cert`: HTTPS on this machine in one command.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use lockgate_core::clock::{Clock as _, SystemClock};
use lockgate_core::random::OsRandom;
use lockgate_pki::authority::{Authority, Subject};
use lockgate_pki::pem;
use serde_json::json;

use super::output::{DIM, GOOD, line, paint};
use crate::config::Config;
use crate::secrets;

/// Hosts that every development certificate is for.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// How long a development authority lasts.
const AUTHORITY: Duration = Duration::from_secs(10 * 365 * 86_400);
/// Browsers accept no server certificate that is valid for longer.
const SERVER_DAYS: u16 = 397;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Another host name or address that the certificate is for; may be repeated
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// Configuration file
    #[arg(long, env = "LOCKGATE_CONFIG")]
    config: Option<PathBuf>,
    /// Folder for generated files, instead of the configured one
    #[arg(long)]
    data: Option<PathBuf>,
}

/// The files of a development set-up.
struct Files {
    authority: PathBuf,
    authority_key: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

/// Makes a server certificate, and the authority behind it when there is none.
pub(crate) fn run(args: &Args, as_json: bool) -> anyhow::Result<()> {
    let mut config = Config::load(args.config.as_deref())?;
    if let Some(data) = &args.data {
        config.data_dir.clone_from(data);
    }
    let folder = config.tls_folder();
    secrets::data_folder(&folder)?;
    let files = Files {
        authority: folder.join("ca.pem"),
        authority_key: folder.join("ca.key"),
        certificate: folder.join("server.pem"),
        key: folder.join("server.key"),
    };
    let authority = authority(&files)?;
    let hosts: Vec<&str> = LOCAL
        .into_iter()
        .chain(args.hosts.iter().map(String::as_str))
        .collect();
    let issued = authority.issue_server(&hosts, SERVER_DAYS, SystemClock.now(), &OsRandom)?;
    // The key first: a server that watches takes over a pair once both are there.
    secrets::replace(&files.key, &issued.key_pem)?;
    write(&files.certificate, &issued.chain_pem)?;
    if as_json {
        line(json!({
            "authority": files.authority,
            "certificate": files.certificate,
            "key": files.key,
            "hosts": hosts,
            "valid_until": issued.parsed.not_after.to_string(),
        }));
    } else {
        explain(&config, &files, &hosts);
    }
    Ok(())
}

fn explain(config: &Config, files: &Files, hosts: &[&str]) {
    let made = format!("A certificate for {} is in", hosts.join(", "));
    line(format!(
        "{} {}",
        paint(GOOD, made),
        files.certificate.display()
    ));
    line("");
    line(
        "Start the server; it serves HTTPS beside HTTP, and a running one with HTTPS takes it over:",
    );
    line("    lockgate serve");
    line("");
    line("Let clients trust it:");
    let authority = files.authority.display();
    let (server, client) = (config.tls.listen, config.tls.client_listen);
    line(format!(
        "    curl --cacert {authority} https://{server}/healthz"
    ));
    line(format!(
        "    curl --cacert {authority} --cert key.pem https://{client}/http/…    {}",
        paint(DIM, "# with a client certificate")
    ));
}

/// The authority in the folder, or a new one.
fn authority(files: &Files) -> anyhow::Result<Authority> {
    if !files.authority.exists() {
        let subject = Subject {
            common_name: "Lockgate development authority".to_owned(),
            ..Subject::default()
        };
        let authority = Authority::generate(&subject, AUTHORITY, SystemClock.now(), &OsRandom)?;
        let key = authority.key();
        secrets::replace(&files.authority_key, &secrets::base64(&key))?;
        write(&files.authority, &pem::encode(authority.certificate()))?;
        return Ok(authority);
    }
    let text = fs::read_to_string(&files.authority)
        .with_context(|| format!("cannot read {}", files.authority.display()))?;
    let certificate =
        pem::read_one(&text).with_context(|| files.authority.display().to_string())?;
    let key = secrets::read_base64(&files.authority_key)?;
    Authority::from_der(&certificate, &key).with_context(|| {
        let folder = files.authority.parent().unwrap_or(Path::new("")).display();
        format!("the authority in {folder} cannot be used; delete the folder to start again")
    })
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(data: &Path) -> Args {
        Args {
            hosts: vec!["flows.example".to_owned()],
            config: None,
            data: Some(data.to_owned()),
        }
    }

    #[test]
    fn a_second_certificate_comes_from_the_same_authority() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join("tls").join(name)).unwrap();
        run(&args(folder.path()), true).unwrap();
        let (authority, certificate) = (read("ca.pem"), read("server.pem"));
        run(&args(folder.path()), true).unwrap();
        assert_eq!(read("ca.pem"), authority);
        assert_ne!(read("server.pem"), certificate);
        let mut config = Config::defaults();
        config.data_dir = folder.path().to_owned();
        assert!(config.tls_files().unwrap().is_some());
    }

    #[test]
    fn a_broken_authority_is_reported_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        run(&args(folder.path()), true).unwrap();
        let file = folder.path().join("tls/ca.pem");
        fs::write(&file, "broken").unwrap();
        let error = format!("{:#}", run(&args(folder.path()), true).unwrap_err());
        assert!(error.contains("ca.pem"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "broken");
    }
}
