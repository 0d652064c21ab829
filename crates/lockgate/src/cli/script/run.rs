//! `lockgate script run`

use std::cell::RefCell;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;

use anyhow::{Context as _, ensure};
use lockgate_core::limits;
use lockgate_flow::plan::Scripts;
use lockgate_flow::scripts::{self, Sources};
use lockgate_groovy::cpi::{self, Content, Outcome, Setting};
use lockgate_groovy::data::Data;
use lockgate_groovy::host::Host;
use lockgate_groovy::limits::Limits;
use lockgate_groovy::program::Program;
use serde_json::json;
use tokio::runtime::Handle;

use super::super::output::{self, note};
use super::show::{self, Shown};
use super::world::{Kept, World};

/// Which function is called with which message.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The script; others in its folder are at its disposal
    file: PathBuf,
    /// The function to call
    #[arg(long, default_value = "processData")]
    function: String,
    /// The body: a file, - for standard input, or @ and the text itself
    #[arg(long, value_name = "FILE|-|@TEXT")]
    body: Option<String>,
    /// Set a header; may be repeated
    #[arg(long = "header", value_name = "NAME=VALUE")]
    headers: Vec<String>,
    /// Set an exchange property; may be repeated
    #[arg(long = "property", value_name = "NAME=VALUE")]
    properties: Vec<String>,
    /// The name of the flow, as the script sees it
    #[arg(long, value_name = "NAME", default_value = "script")]
    flow_name: String,
    /// Show what each statement gives
    #[arg(long)]
    trace: bool,
}

/// Runs a script; fails when it does.
pub(super) async fn run(args: Args, json: bool) -> anyhow::Result<ExitCode> {
    let (file, all) = super::with_neighbours(&args.file)?;
    let source = all.get(&file).cloned().unwrap_or_default();
    let compiled = Sources::new(&all).compile(&file, &source);
    let judgement = scripts::judge(&file, &compiled);
    let program = match compiled {
        Ok(program) => program,
        Err(_) if json => {
            output::json(&json!({ "diagnostics": judgement.findings }));
            return Ok(ExitCode::FAILURE);
        }
        Err(problems) => {
            for problem in &problems {
                note(show::problem(problem, &all));
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    ensure!(
        program.defines(&args.function),
        "{file} has no function '{}'; name one by --function",
        args.function
    );
    if !json {
        judgement.findings.iter().for_each(show::finding);
    }
    let content = content(&args)?;
    let before = content.clone();
    let work = Work {
        program,
        content,
        scripts: all.clone(),
        args,
        json,
        handle: Handle::current(),
    };
    let done = tokio::task::spawn_blocking(move || work.call()).await;
    let (outcome, kept) = done.context("the script ended this program; please report that")?;
    let shown = Shown::new(&before, &outcome);
    if json {
        output::json(&show::as_json(&shown, &kept, &judgement.findings));
    } else {
        show::print(&shown, &all);
    }
    Ok(match outcome.result {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

/// A call, to be made on a thread that may block.
struct Work {
    program: Program,
    content: Content,
    scripts: Scripts,
    args: Args,
    json: bool,
    handle: Handle,
}

impl Work {
    fn call(self) -> (Outcome, Kept) {
        let world = Rc::new(World {
            scripts: self.scripts,
            handle: self.handle,
            watches: self.args.trace,
            kept: self.json.then(RefCell::default),
        });
        let setting = Setting {
            host: Rc::clone(&world) as Rc<dyn Host>,
            limits: Limits::default(),
            silent: false,
        };
        let outcome = cpi::process(&self.program, &self.args.function, self.content, setting);
        let kept = world.kept.as_ref().map(RefCell::take).unwrap_or_default();
        (outcome, kept)
    }
}

/// The message that the arguments describe.
fn content(args: &Args) -> anyhow::Result<Content> {
    let pairs = |all: &[String]| {
        let pair = |text: &String| {
            let (name, value) = text
                .split_once('=')
                .with_context(|| format!("{text:?} is not NAME=VALUE"))?;
            Ok((name.into(), Data::Text(value.into())))
        };
        all.iter().map(pair).collect::<anyhow::Result<Vec<_>>>()
    };
    let body = match args.body.as_deref() {
        None => Data::Null,
        Some("-") => {
            let mut bytes = Vec::new();
            let limit = limits::RECEIVER_RESPONSE;
            let read = std::io::stdin()
                .take(limit as u64 + 1)
                .read_to_end(&mut bytes);
            read.context("cannot read standard input")?;
            ensure!(bytes.len() <= limit, "standard input is too large");
            Data::Bytes(bytes.into())
        }
        Some(text) => match text.strip_prefix('@') {
            Some(text) => Data::Bytes(text.to_owned().into_bytes().into()),
            None => {
                let bytes = std::fs::read(text).with_context(|| format!("cannot read {text}"))?;
                Data::Bytes(bytes.into())
            }
        },
    };
    Ok(Content {
        body,
        headers: pairs(&args.headers)?,
        properties: pairs(&args.properties)?,
        exchange_id: "local".into(),
        context_name: args.flow_name.as_str().into(),
        ..Content::default()
    })
}
