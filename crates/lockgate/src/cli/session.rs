//! `lockgate session …`

use clap::Subcommand;
use reqwest::Method;

use super::Session;
use super::client::segment;
use super::output::{Column, note};

const COLUMNS: &[Column] = &[
    ("ID", "/id"),
    ("CLIENT", "/client_id"),
    ("GRANT", "/grant_type"),
    ("SINCE", "/created_at"),
    ("LAST USED", "/refreshed_at"),
    ("ENDS", "/expires_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the logins of a person
    List {
        /// Name or guid of the account
        account: String,
    },
    /// End a login; its tokens are refused from the next request on
    End {
        /// Id of the login
        id: String,
    },
}

pub(crate) async fn run(command: &Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::List { account } => {
            let path = format!("sessions?account={}", segment(account));
            let answer = client.get(&path).await?;
            session.show_list(&answer, COLUMNS, "No logins.");
        }
        Command::End { id } => {
            let path = format!("sessions/{}", segment(id));
            client.send(Method::DELETE, &path, None).await?;
            if !session.json {
                note("The login has ended.");
            }
        }
    }
    Ok(())
}
