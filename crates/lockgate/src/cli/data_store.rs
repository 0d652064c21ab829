//! `lockgate datastore …`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::Session;
use super::client::segment;
use super::output::{self, Column};

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("FLOW", "/flow"),
    ("ENTRIES", "/entries"),
    ("OVERDUE", "/overdue"),
];
const ENTRIES: &[Column] = &[
    ("ID", "/id"),
    ("SIZE", "/size"),
    ("CREATED", "/created_at"),
    ("DUE", "/due_at"),
    ("EXPIRES", "/expires_at"),
    ("MESSAGE", "/message"),
];
const FIELDS: &[Column] = &[
    ("Id", "/id"),
    ("Store", "/store"),
    ("Flow", "/flow"),
    ("Message", "/message"),
    ("Encrypted", "/encrypted"),
    ("Size", "/size"),
    ("Created", "/created_at"),
    ("Due", "/due_at"),
    ("Expires", "/expires_at"),
];
const HEADERS: &[Column] = &[("HEADER", "/name"), ("VALUE", "/value")];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List data stores that have entries
    List,
    /// List entries of a data store
    Entries {
        #[command(flatten)]
        store: Store,
        /// Only entries that should have been fetched
        #[arg(long)]
        overdue: bool,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// How many to leave out at the beginning
        #[arg(long, default_value_t = 0)]
        offset: u64,
    },
    /// Show an entry with its headers and its body
    Show {
        #[command(flatten)]
        store: Store,
        /// Id of the entry
        entry: String,
    },
    /// Delete an entry, or all entries of a data store
    Delete {
        #[command(flatten)]
        store: Store,
        /// Id of the entry
        #[arg(required_unless_present = "all")]
        entry: Option<String>,
        /// Delete all entries
        #[arg(long, conflicts_with = "entry")]
        all: bool,
    },
}

/// Which data store.
#[derive(Debug, Args)]
pub(crate) struct Store {
    /// Name of the data store
    store: String,
    /// The flow it belongs to; without it the data store is global
    #[arg(long)]
    flow: Option<String>,
}

impl Store {
    fn path(&self, rest: &str, query: &[(&str, String)]) -> String {
        let flow = self.flow.iter().map(|flow| ("flow", segment(flow)));
        let query = query.iter().map(|(name, value)| (*name, value.clone()));
        let query: Vec<_> = flow
            .chain(query)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let path = format!("data-stores/{}{rest}", segment(&self.store));
        match query.is_empty() {
            true => path,
            false => format!("{path}?{}", query.join("&")),
        }
    }

    fn entry(&self, id: &str) -> String {
        self.path(&format!("/entries/{}", segment(id)), &[])
    }
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::List => {
            let answer = client.get("data-stores").await?;
            session.show_list(&answer, COLUMNS, "No data stores.");
        }
        Command::Entries {
            store,
            overdue,
            limit,
            offset,
        } => {
            let query = [
                ("limit", limit.to_string()),
                ("offset", offset.to_string()),
                ("overdue", overdue.to_string()),
            ];
            let answer = client.get(&store.path("/entries", &query)).await?;
            session.show_list(&answer, ENTRIES, "No entries.");
        }
        Command::Show { store, entry } => {
            let answer = client.get(&store.entry(&entry)).await?;
            session.show(&answer, show);
        }
        Command::Delete {
            store,
            entry: Some(entry),
            ..
        } => {
            let done = format!("Deleted {entry} from {}", store.store);
            session.delete(&store.entry(&entry), &done).await?;
        }
        Command::Delete {
            store, entry: None, ..
        } => {
            let done = format!("Deleted all entries of {}", store.store);
            session.delete(&store.path("", &[]), &done).await?;
        }
    }
    Ok(())
}

fn show(entry: &Value) {
    output::details(entry, FIELDS);
    let headers = entry.get("headers").and_then(Value::as_array);
    if let Some(headers) = headers.filter(|headers| !headers.is_empty()) {
        output::line("");
        output::table(headers, HEADERS);
    }
    output::line("");
    let text = |name| entry.get(name).and_then(Value::as_str);
    match (text("body"), text("base64")) {
        (Some(body), _) => body
            .lines()
            .for_each(|line| output::line(output::printable(line))),
        (None, base64) => output::line(base64.unwrap_or_default()),
    }
}
