//! `lockgate signing-key …`

use clap::Subcommand;
use reqwest::Method;

use super::Session;
use super::output::{Column, details};

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
    match command {
        Command::List => session.show_list(
            &session.client.get("signing-keys").await?,
            COLUMNS,
            "No signing keys yet.",
        ),
        Command::Rotate { emergency } => {
            let path = format!("signing-keys/rotate?emergency={emergency}");
            let answer = session.client.send(Method::POST, &path, None).await?;
            session.show(&answer, |answer| {
                details(
                    answer,
                    &[
                        ("Key", "/kid"),
                        ("State", "/state"),
                        ("Since", "/changed_at"),
                    ],
                )
            });
        }
    }
    Ok(())
}
