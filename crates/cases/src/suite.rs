//! Runs cases, several at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use lockgate_flow::Bundle;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::case::Case;
use crate::find::Found;
use crate::flows::Source;
use crate::stage::Template;
use crate::verdict::{Problem, Verdict};

/// Reads the flows at a path: a bundle, a folder of one, or a folder or package with several.
pub type Load<'a> = &'a dyn Fn(&Path) -> Result<Vec<Bundle>, String>;

/// Runs cases, `jobs` at a time, and tells each verdict in the order of the cases.
pub async fn run(
    cases: &[Found],
    jobs: usize,
    load: Load<'_>,
    mut tell: impl FnMut(&Verdict),
) -> Vec<Verdict> {
    let template = match Template::make().await {
        Ok(template) => Arc::new(template),
        Err(error) => {
            let failed = |case: &Found| failed(&case.name, error.to_string());
            return cases.iter().map(failed).inspect(tell).collect();
        }
    };
    let mut sources = BTreeMap::new();
    for path in cases.iter().flat_map(|case| &case.flows) {
        if !sources.contains_key(path) {
            sources.insert(path.clone(), sources_at(path, load));
        }
    }
    let places = Arc::new(Semaphore::new(jobs.max(1)));
    let mut running = JoinSet::new();
    for (index, case) in cases.iter().enumerate() {
        let sources = of_case(case, &sources);
        let (case, template, places) = (case.clone(), Arc::clone(&template), Arc::clone(&places));
        running.spawn(async move {
            let _place = places.acquire().await;
            (index, one(&case, sources, &template).await)
        });
    }
    let mut done: Vec<Option<Verdict>> = vec![None; cases.len()];
    let mut told = 0;
    while let Some(ended) = running.join_next().await {
        if let Ok((index, verdict)) = ended {
            done[index] = Some(verdict);
        }
        while let Some(Some(verdict)) = done.get(told) {
            tell(verdict);
            told += 1;
        }
    }
    let name = |index: usize| &cases[index].name;
    let verdicts = done.into_iter().enumerate();
    verdicts
        .map(|(index, verdict)| {
            verdict.unwrap_or_else(|| failed(name(index), "the case ended by a defect".to_owned()))
        })
        .collect()
}

async fn one(case: &Found, sources: Result<Vec<Source>, String>, template: &Template) -> Verdict {
    let begun = now();
    let problems = match (sources, Case::read(case)) {
        (Err(error), _) => vec![Problem::new(error)],
        (_, Err(error)) => vec![Problem::new(error.to_string())],
        (Ok(sources), Ok(case)) => crate::run::run(&case, &sources, template).await,
    };
    Verdict {
        name: case.name.clone(),
        took: begun.elapsed(),
        problems,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "people want to know how long a case took; nothing depends on it"
)]
fn now() -> Instant {
    Instant::now()
}

fn failed(name: &str, text: String) -> Verdict {
    Verdict {
        name: name.to_owned(),
        took: std::time::Duration::ZERO,
        problems: vec![Problem::new(text)],
    }
}

fn sources_at(path: &Path, load: Load<'_>) -> Result<Vec<Source>, String> {
    let bundles = load(path)?;
    bundles.into_iter().map(Source::new).collect()
}

fn of_case(
    case: &Found,
    sources: &BTreeMap<PathBuf, Result<Vec<Source>, String>>,
) -> Result<Vec<Source>, String> {
    let mut own = Vec::new();
    for path in &case.flows {
        if let Some(found) = sources.get(path) {
            own.extend(found.clone()?);
        }
    }
    Ok(own)
}
