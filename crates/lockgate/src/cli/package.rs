//! `lockgate pull`, `push` and `diff`: a package between a folder in git and a server.

mod difference;
mod folder;
mod remote;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use lockgate_flow::Bundle;
use lockgate_folders::{PackageFolder, changes};
use serde_json::{Value, json};

use self::difference::{Difference, compare};
use self::folder::Local;
use self::remote::{Artifact, Remote};
use super::Session;
use super::output::{DIM, GOOD, HEADING, WARN, cell, line, note, paint, printable};

/// What to get from a server.
#[derive(Debug, clap::Args)]
pub(crate) struct Pull {
    /// Id of the package
    package: String,
    /// Folder of the package [default: one called by its id]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

/// A package in a folder.
#[derive(Debug, clap::Args)]
pub(crate) struct Folder {
    /// Folder of the package, with <Id>.json
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Makes a folder hold what the server has. Artifacts that only the folder has stay.
pub(crate) async fn pull(args: Pull, session: &Session) -> anyhow::Result<()> {
    let id = args.package;
    let remote = Remote::new(&session.client, &id);
    let details = remote.details().await?.with_context(|| {
        format!("the server has no package {id:?}; to make it from a folder: lockgate push DIR")
    })?;
    let artifacts = remote.artifacts().await?;
    let to = args.to.unwrap_or_else(|| PathBuf::from(&id));
    let package = PackageFolder::at(&to);
    let mut before = match to.exists() {
        true => package.artifacts()?,
        false => BTreeMap::new(),
    };
    package.put_details(&details)?;
    let mut done = Vec::new();
    for (id, artifact) in artifacts {
        let bundle = folder::with_values(artifact.bundle, &artifact.values)?;
        let what = match before.remove(&id) {
            None => "added",
            Some(own) if is_same(&own, &bundle)? => "unchanged",
            Some(_) => "updated",
        };
        package.put_artifact(&bundle)?;
        done.push(json!({ "id": id, "done": what }));
    }
    let only_here = before.into_keys();
    done.extend(only_here.map(|id| json!({ "id": id, "done": "only in the folder" })));
    let answer = json!({ "package": details.id, "folder": to, "artifacts": done });
    session.show(&answer, |answer| {
        show_done(answer);
        let place = printable(&to.display().to_string());
        line(paint(GOOD, format!("{place} holds what the server has")));
    });
    Ok(())
}

/// Whether two artifacts have the same content and the same values of parameters.
fn is_same(one: &Bundle, other: &Bundle) -> anyhow::Result<bool> {
    Ok(changes(one, other).is_empty() && folder::values(one)? == folder::values(other)?)
}

/// Makes a server hold what a folder has. Nothing is deleted, and nothing deployed.
pub(crate) async fn push(args: Folder, session: &Session) -> anyhow::Result<()> {
    let local = Local::read(&args.folder)?;
    let remote = Remote::new(&session.client, &local.details.id);
    let there = remote.details().await?;
    ensure!(
        there.as_ref().is_none_or(|there| there.mode != "READ_ONLY"),
        "the package {:?} is read-only on the server; make it editable first (Mode EDIT_ALLOWED)",
        local.details.id
    );
    let artifacts = match there {
        Some(_) => remote.artifacts().await?,
        None => BTreeMap::new(),
    };
    // Nothing is written when something cannot be.
    let differences = compare(&local, &artifacts)?;
    refuse_drafts(&differences, &artifacts)?;
    let package = match there {
        None => {
            remote.create_package(&local.details).await?;
            "created"
        }
        Some(there) if !local.differing(&there).is_empty() => {
            remote.replace_package(&local.details).await?;
            "updated"
        }
        Some(_) => "unchanged",
    };
    let mut done = Vec::new();
    for difference in differences {
        let id = difference.id.clone();
        let before = artifacts.get(&id);
        let what = put(&remote, local.artifacts.get(&id), before, &difference)
            .await
            .with_context(|| format!("artifact {id:?}"))?;
        done.push(json!({ "id": id, "done": what }));
    }
    let answer = json!({ "package": local.details.id, "done": package, "artifacts": done });
    session.show(&answer, |answer| {
        show_done(answer);
        let id = printable(&local.details.id);
        line(paint(GOOD, format!("the server has {id} as in the folder")));
    });
    Ok(())
}

/// Drafts hold changes that somebody made on the server and that no version has.
fn refuse_drafts(
    differences: &[Difference],
    artifacts: &BTreeMap<String, Artifact>,
) -> anyhow::Result<()> {
    let drafts = differences.iter().filter(|difference| {
        let there = artifacts.get(&difference.id);
        !difference.files.is_empty() && there.is_some_and(|there| there.draft)
    });
    let drafts: Vec<_> = drafts.map(|draft| draft.id.as_str()).collect();
    ensure!(
        drafts.is_empty(),
        "changed on the server since their last version: {}; save them as a version there, or take the changes \
         over with: lockgate pull",
        drafts.join(", ")
    );
    Ok(())
}

/// Makes the server's artifact the folder's, and says what that took.
async fn put(
    remote: &Remote<'_>,
    own: Option<&Bundle>,
    there: Option<&Artifact>,
    difference: &Difference,
) -> anyhow::Result<&'static str> {
    let Some(own) = own else {
        return Ok("only on the server");
    };
    let what = match there {
        None => {
            remote.create(own).await?;
            return Ok("created");
        }
        Some(_) if !difference.files.is_empty() => {
            remote.update(own).await?;
            "updated"
        }
        Some(_) if !difference.parameters.is_empty() => "configured",
        Some(_) => return Ok("unchanged"),
    };
    remote.configure(own).await?;
    Ok(what)
}

/// Shows what pushing a folder would change; fails when that is anything.
pub(crate) async fn diff(args: Folder, session: &Session) -> anyhow::Result<ExitCode> {
    let local = Local::read(&args.folder)?;
    let remote = Remote::new(&session.client, &local.details.id);
    let there = remote.details().await?;
    let artifacts = match there {
        Some(_) => remote.artifacts().await?,
        None => BTreeMap::new(),
    };
    let mut differences = compare(&local, &artifacts)?;
    differences.retain(Difference::is_one);
    let details = there.as_ref().map(|there| local.differing(there));
    let is_same = differences.is_empty() && details.as_ref().is_some_and(Vec::is_empty);
    let answer = json!({
        "package": local.details.id,
        "same": is_same,
        "on_server": there.is_some(),
        "details": details.unwrap_or_default(),
        "artifacts": differences.iter().map(Difference::json).collect::<Vec<_>>(),
    });
    session.show(&answer, |answer| {
        show_details(answer);
        differences.iter().for_each(Difference::show);
        if is_same {
            note(paint(DIM, "the server has the package as in the folder"));
        }
    });
    Ok(match is_same {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn show_done(answer: &Value) {
    for artifact in answer["artifacts"].as_array().into_iter().flatten() {
        let (id, done) = (cell(artifact.get("id")), cell(artifact.get("done")));
        line(format!("{} {}", paint(HEADING, id), done));
    }
}

fn show_details(answer: &Value) {
    if answer["on_server"] == false {
        line(paint(WARN, "the server does not have the package"));
    }
    let details = cell(answer.get("details"));
    if !details.is_empty() {
        line(format!("{} {details}", paint(WARN, "package differs in")));
    }
}
