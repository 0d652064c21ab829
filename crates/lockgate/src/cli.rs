//! The command line.

mod audit;
mod authority;
pub(crate) mod check;
pub(crate) mod client;
mod config;
mod credential;
mod data_store;
mod dev_cert;
mod flow;
mod instance;
mod key;
mod keystore;
mod message;
mod org;
pub(crate) mod output;
mod package;
mod partner;
mod role;
mod script;
mod serve;
mod session;
mod signing_key;
mod space;
mod test;
mod user;
mod variable;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

use self::client::{Client, Refused, Target};
use self::output::{BAD, DIM, GOOD, HEADING, note, paint, printable};

/// Runs integration flows behind an authorizing gateway.
#[derive(Debug, Parser)]
#[command(
    name = "lockgate",
    version,
    about = "Runs integration flows behind an authorizing gateway",
    propagate_version = true,
    max_term_width = 100
)]
struct Args {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(serve::Args),
    /// Show the whole path on a private server, then keep it running to try it
    Demo {
        /// Stop after showing it; exit 0 only if everything was as expected
        #[arg(long)]
        once: bool,
    },
    /// Say which flows of bundles, packages or folders would run, and what is missing
    Check {
        /// Bundles (zip), package exports (zip), or folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Show every flow's diagnostics
        #[arg(long)]
        details: bool,
    },
    /// Run test cases of flows: in.* goes in, out.* is expected, mocks/ stand for receivers
    Test(test::Args),
    /// Run or check scripts of flows on this machine, without a server
    #[command(subcommand)]
    Script(script::Command),
    /// Get a package from a server into a folder
    Pull(package::Pull),
    /// Make a server's package what a folder has
    Push(package::Folder),
    /// Show what pushing a folder would change; exit 0 only if nothing
    Diff(package::Folder),
    /// Service instances: OAuth clients with roles
    #[command(subcommand)]
    Instance(instance::Command),
    /// Service keys: credentials of an instance
    #[command(subcommand)]
    Key(key::Command),
    /// Authorities of client certificates
    #[command(subcommand)]
    Authority(authority::Command),
    /// Roles that flows ask for and instances hold
    #[command(subcommand)]
    Role(role::Command),
    /// People, tools and brokers that operate this server
    #[command(subcommand)]
    User(user::Command),
    /// Organizations: spaces that belong together
    #[command(subcommand)]
    Org(org::Command),
    /// Spaces: where service instances live
    #[command(subcommand)]
    Space(space::Command),
    /// Deploy a flow, a script collection or a value mapping, or those of a package
    Deploy(flow::Deploy),
    /// Stop a flow and remove it, or remove what flows share
    Undeploy {
        /// Flow id
        flow: String,
    },
    /// List deployed flows
    Flows,
    /// Look at a deployed flow, change its parameters or its log level
    #[command(subcommand)]
    Flow(flow::Command),
    /// Credentials that flows use towards receivers
    #[command(subcommand)]
    Credential(credential::Command),
    /// Certificates and key pairs
    #[command(subcommand)]
    Keystore(keystore::Command),
    /// Variables that flows read and write
    #[command(subcommand)]
    Variable(variable::Command),
    /// Data stores that flows keep messages in
    #[command(subcommand, name = "datastore")]
    DataStore(data_store::Command),
    /// Number ranges that flows draw from
    #[command(subcommand)]
    NumberRange(variable::RangeCommand),
    /// The partner directory: what flows are told about partners
    #[command(subcommand)]
    Partner(partner::Command),
    /// List messages, newest first
    Messages(message::Filter),
    /// Show one message with its steps, send it again, or delete it
    Message(message::One),
    /// Say why a call was refused
    Why {
        /// Correlation id from the refusal
        id: String,
    },
    /// List refused calls, newest first
    Refusals {
        /// How many at most
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show who changed what, and what was refused, newest first
    Audit(audit::Filter),
    /// Logins of people
    #[command(subcommand)]
    Session(session::Command),
    /// Keys that sign tokens
    #[command(subcommand)]
    SigningKey(signing_key::Command),
    /// Make a certificate for HTTPS on this machine
    DevCert(dev_cert::Args),
    /// Print or check the configuration
    #[command(subcommand)]
    Config(config::Command),
}

/// Parses the arguments and does what they say.
pub(crate) async fn run() -> ExitCode {
    let args = Args::parse();
    let json = args.target.json;
    match Box::pin(dispatch(args)).await {
        Ok(code) => code,
        Err(error) => {
            if json {
                note(error_json(&error));
            } else {
                explain(&error);
            }
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(args: Args) -> anyhow::Result<ExitCode> {
    let target = args.target;
    match args.command {
        Command::Serve(serve) => Box::pin(serve::run(serve)).await?,
        Command::Demo { once } => return Box::pin(crate::demo::run(once)).await,
        Command::Check { paths, details } => return check::run(&paths, details, target.json),
        Command::Test(args) => return test::run(&args, target.json).await,
        Command::Script(command) => return script::run(command, target.json).await,
        Command::Diff(args) => {
            let session = Session::open(&target)?;
            return Box::pin(package::diff(args, &session)).await;
        }
        Command::DevCert(args) => dev_cert::run(&args, target.json)?,
        Command::Config(command) => config::run(&command, target.json)?,
        command => Box::pin(online(command, Session::open(&target)?)).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Commands that talk to a server.
async fn online(command: Command, session: Session) -> anyhow::Result<()> {
    match command {
        Command::Instance(command) => instance::run(command, &session).await,
        Command::Key(command) => key::run(command, &session).await,
        Command::Authority(command) => authority::run(command, &session).await,
        Command::Role(command) => role::run(command, &session).await,
        Command::User(command) => user::run(command, &session).await,
        Command::Org(command) => org::run(command, &session).await,
        Command::Space(command) => space::run(command, &session).await,
        Command::Pull(args) => Box::pin(package::pull(args, &session)).await,
        Command::Push(args) => Box::pin(package::push(args, &session)).await,
        Command::Deploy(deploy) => flow::deploy(deploy, &session).await,
        Command::Undeploy { flow } => flow::undeploy(&flow, &session).await,
        Command::Flows => flow::list(&session).await,
        Command::Flow(command) => flow::run(command, &session).await,
        Command::Credential(command) => credential::run(command, &session).await,
        Command::Keystore(command) => keystore::run(command, &session).await,
        Command::Variable(command) => variable::run(command, &session).await,
        Command::DataStore(command) => data_store::run(command, &session).await,
        Command::NumberRange(command) => variable::run_ranges(command, &session).await,
        Command::Partner(command) => partner::run(command, &session).await,
        Command::Messages(filter) => message::list(&filter, &session).await,
        Command::Message(one) => message::one(one, &session).await,
        Command::Why { id } => message::why(&id, &session).await,
        Command::Refusals { limit } => message::refusals(limit, &session).await,
        Command::Audit(filter) => audit::list(&filter, &session).await,
        Command::Session(command) => session::run(&command, &session).await,
        Command::SigningKey(command) => signing_key::run(&command, &session).await,
        Command::Serve(_)
        | Command::Demo { .. }
        | Command::Check { .. }
        | Command::Test(_)
        | Command::Script(_)
        | Command::Diff(_)
        | Command::DevCert(_)
        | Command::Config(_) => {
            unreachable!("invariant: dispatch handles these commands")
        }
    }
}

/// A connection, and how to show what comes back.
pub(crate) struct Session {
    client: Client,
    json: bool,
}

impl Session {
    fn open(target: &Target) -> anyhow::Result<Self> {
        Ok(Self {
            client: Client::new(target)?,
            json: target.json,
        })
    }

    /// Shows an answer: as JSON when asked for, otherwise as `human` does.
    fn show(&self, answer: &Value, human: impl FnOnce(&Value)) {
        if self.json {
            output::json(answer)
        } else {
            human(answer)
        }
    }

    /// Says that something was done; as JSON, shows what the server answered.
    fn done(&self, answer: &Value, what: &str) {
        self.show(answer, |_| output::line(paint(GOOD, what)));
    }

    /// Deletes what is at `path` and says so.
    async fn delete(&self, path: &str, what: &str) -> anyhow::Result<()> {
        let answer = self.client.send(Method::DELETE, path, None).await?;
        self.done(&answer, what);
        Ok(())
    }

    /// Shows the items of a list as a table, or says that there are none.
    fn show_list(&self, answer: &Value, columns: &[output::Column], none: &str) {
        self.show(answer, |answer| match items(answer) {
            [] => note(paint(DIM, none)),
            items => output::table(items, columns),
        });
    }
}

/// The items of a list answer.
fn items(answer: &Value) -> &[Value] {
    answer
        .get("items")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// What to do when the server does not take the operator token.
const WRONG_TOKEN: &str = "give the token of that server by --token-file or LOCKGATE_TOKEN";

/// An error for programs: as the server answered it, or in the same shape.
fn error_json(error: &anyhow::Error) -> Value {
    match error.downcast_ref::<Refused>() {
        Some(refused) if refused.body.is_object() => refused.body.clone(),
        _ => json!({ "error": { "message": format!("{error:#}") } }),
    }
}

/// Prints an error as a person wants it: what, where, and what to do.
fn explain(error: &anyhow::Error) {
    let mut message = format!("{error:#}");
    let refused = error.downcast_ref::<Refused>();
    let member = |name: &str| refused?.body.get("error")?.get(name);
    let list = |name: &str| {
        let items = member(name).and_then(Value::as_array);
        items.map_or(&[][..], Vec::as_slice)
    };
    let (fields, diagnostics) = (list("fields"), list("diagnostics"));
    if !diagnostics.is_empty() {
        // The message repeats the first of them.
        "nothing was deployed".clone_into(&mut message);
    }
    if fields.len() > 1 {
        message = format!("{} fields are wrong", fields.len());
    }
    note(format!("{}: {}", paint(BAD, "error"), printable(&message)));
    if fields.len() > 1 {
        for field in fields {
            let text = |name: &str| output::cell(field.get(name));
            let name = paint(HEADING, text("field"));
            note(format!("  {name} {}", text("message")));
        }
    }
    for name in ["hint", "code"] {
        let text = match (name, refused.map(|refused| refused.status)) {
            ("hint", Some(401)) => WRONG_TOKEN.to_owned(),
            _ => output::cell(member(name)),
        };
        if !text.is_empty() {
            let label = paint(HEADING, format!("{name}:"));
            note(format!("  {label} {text}"));
        }
    }
    for diagnostic in diagnostics {
        note(output::diagnostic(diagnostic));
    }
}

/// A JSON object given on the command line: inline, or `@file`.
fn json_argument(text: &str) -> anyhow::Result<Value> {
    use anyhow::Context as _;
    let text = match text.strip_prefix('@') {
        Some(file) => {
            std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?
        }
        None => text.to_owned(),
    };
    serde_json::from_str(&text)
        .context("the parameters are not JSON; write them inline or as @file.json")
}
