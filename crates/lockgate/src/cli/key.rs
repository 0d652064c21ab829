//! `lockgate key …`

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::segment;
use super::instance::Which;
use super::output::{self, Column, WARN, note, paint, printable};
use super::{Session, json_argument};

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("TYPE", "/type"),
    ("EXPIRES", "/expires_at"),
    ("GUID", "/guid"),
    ("CREATED", "/created_at"),
];
const EXPIRING: &[Column] = &[
    ("EXPIRES", "/expires_at"),
    ("EXPIRED", "/expired"),
    ("SPACE", "/space"),
    ("INSTANCE", "/instance"),
    ("KEY", "/name"),
    ("TYPE", "/type"),
];

/// The kinds of keys that are made without a file.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// Client id and secret
    Secret,
    /// A key pair and a client certificate made by the server
    Certificate,
}

/// What kind of key to make.
#[derive(Args, Debug)]
pub(crate) struct NewKey {
    /// Parameters as JSON, or @file
    #[arg(short = 'c', long = "config", conflicts_with_all = ["kind", "certificate"])]
    config: Option<String>,
    /// What the key is; client id and secret when left out
    #[arg(long = "type", value_enum, conflicts_with = "certificate")]
    kind: Option<Kind>,
    /// Days that the certificate is valid: 1 to 365 (type certificate)
    #[arg(long, value_name = "DAYS", requires = "kind")]
    days: Option<u16>,
    /// Bits of its key: 2048, 3072 or 4096 (type certificate)
    #[arg(long, value_name = "BITS", requires = "kind")]
    length: Option<u16>,
    /// A certificate of the sender, in PEM, whose private key stays with the sender
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Accept renewed certificates of the same subject and issuer too
    #[arg(long, requires = "certificate")]
    unpinned: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a key and print its credentials as JSON
    Create {
        #[command(flatten)]
        which: Which,
        /// Key name, unique in the instance
        name: String,
        #[command(flatten)]
        new: NewKey,
    },
    /// List the keys of an instance
    List {
        #[command(flatten)]
        which: Which,
    },
    /// List the keys of all instances that expire soon or have expired
    Expiring {
        /// Days to look ahead
        #[arg(long, default_value_t = 30)]
        days: u32,
    },
    /// Print a key's credentials as JSON
    Show {
        #[command(flatten)]
        which: Which,
        /// Key name or GUID
        key: String,
    },
    /// Delete a key; it stops working at once
    Delete {
        #[command(flatten)]
        which: Which,
        /// Key name or GUID
        key: String,
    },
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::Create { which, name, new } => {
            let mut body = json!({ "name": name });
            if let Some(parameters) = new.parameters()? {
                body["parameters"] = parameters;
            }
            let made = client
                .send(Method::POST, &which.path("/keys"), Some(&body))
                .await?;
            session.show(&made, credentials);
        }
        Command::List { which } => {
            let answer = client.get(&which.path("/keys")).await?;
            let instance = &which.instance;
            let none = format!("No keys. Create one with: lockgate key create {instance} NAME");
            session.show_list(&answer, COLUMNS, &none);
        }
        Command::Expiring { days } => {
            let answer = client.get(&format!("keys/expiring?days={days}")).await?;
            let none = format!("No key expires within {days} days.");
            session.show_list(&answer, EXPIRING, &none);
        }
        Command::Show { which, key } => {
            let answer = client.get(&which.path(&below(&key))).await?;
            session.show(&answer, credentials);
        }
        Command::Delete { which, key } => {
            let done = format!("Deleted key {key} of {}", which.instance);
            session.delete(&which.path(&below(&key)), &done).await?;
        }
    }
    Ok(())
}

impl NewKey {
    /// The parameters of the request.
    fn parameters(&self) -> anyhow::Result<Option<Value>> {
        if let Some(config) = &self.config {
            return json_argument(config).map(Some);
        }
        let mut parameters = match (&self.certificate, self.kind) {
            (Some(file), _) => json!({
                "key-type": "certificate_external",
                "X.509": pem(file)?,
            }),
            (None, Some(Kind::Certificate)) => json!({ "key-type": "certificate" }),
            (None, Some(Kind::Secret)) => json!({ "key-type": "clientsecret" }),
            (None, None) => return Ok(None),
        };
        // The server says what is wrong with a number that does not fit.
        let numbers = [("validity", self.days), ("key-length", self.length)];
        for (name, number) in numbers {
            if let Some(number) = number {
                parameters[name] = number.into();
            }
        }
        if self.unpinned {
            parameters["certificate-pinning"] = false.into();
        }
        Ok(Some(parameters))
    }
}

/// A certificate in a file.
pub(crate) fn pem(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| {
        let file = file.display();
        format!("cannot read a certificate in PEM from {file}")
    })
}

fn below(key: &str) -> String {
    format!("/keys/{}", segment(key))
}

/// The credentials alone: what an HTTP client is configured with.
fn credentials(key: &Value) {
    for warning in key
        .get("warnings")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let text = printable(warning.as_str().unwrap_or_default());
        note(format!("{}: {text}", paint(WARN, "warning")));
    }
    match key.get("credentials") {
        None | Some(Value::Null) => note(paint(
            WARN,
            "This server shows credentials only when a key is created (security.reveal_keys). \
             Create another key and delete this one.",
        )),
        Some(credentials) => output::json(credentials),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        new: NewKey,
    }

    fn parameters(line: &str) -> Result<Option<Value>, String> {
        let words = std::iter::once("x").chain(line.split_whitespace());
        let line = Line::try_parse_from(words).map_err(|error| error.to_string())?;
        line.new.parameters().map_err(|error| error.to_string())
    }

    #[test]
    fn flags_become_the_parameters_of_the_request() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"PEM").unwrap();
        let certificate = format!("--certificate {}", file.path().display());
        let cases = [
            (String::new(), None),
            (
                "--type secret".to_owned(),
                Some(json!({"key-type": "clientsecret"})),
            ),
            (
                "--type certificate --days 30 --length 3072".to_owned(),
                Some(json!({"key-type": "certificate", "validity": 30, "key-length": 3072})),
            ),
            (
                certificate.clone(),
                Some(json!({"key-type": "certificate_external", "X.509": "PEM"})),
            ),
            (
                format!("{certificate} --unpinned"),
                Some(json!({"key-type": "certificate_external", "X.509": "PEM",
                    "certificate-pinning": false})),
            ),
            (r#"-c {"a":1}"#.to_owned(), Some(json!({"a": 1}))),
        ];
        for (line, expected) in cases {
            assert_eq!(parameters(&line), Ok(expected), "{line}");
        }
        for line in [
            "--unpinned".to_owned(),
            "--days 3".to_owned(),
            format!("{certificate} --type certificate"),
            "-c {} --type secret".to_owned(),
            "--certificate /no/such/file".to_owned(),
        ] {
            assert!(parameters(&line).is_err(), "{line}");
        }
    }
}
