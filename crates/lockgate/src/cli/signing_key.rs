//! `lockgate signing-key …`

use clap::Subcommand;
use reqwest::Method;

use serde_json::json;

use super::Session;
use super::output::Column;

const COLUMNS: &[Column] = &[
    ("KID", "/kid"),
    ("STATE", "/state"),
    ("SINCE", "/changed_at"),
    ("CREATED", "/created_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List signing keys and their states
    List,
    /// Publish a new key now; it signs after the overlap, and the old key stays valid for its tokens
    Rotate {
        /// The current key is compromised: replace it at once and refuse its tokens
        #[arg(long)]
        emergency: bool,
    },
}

pub(crate) async fn run(command: &Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    let answer = match command {
        Command::List => client.get("signing-keys").await?,
        Command::Rotate { emergency } => {
            let body = json!({ "emergency": emergency });
            client
                .send(Method::POST, "signing-keys/rotate", Some(&body))
                .await?
        }
    };
    session.show_list(&answer, COLUMNS, "No signing keys yet.");
    Ok(())
}
