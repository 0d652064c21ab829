//! Artifacts that flows share: script collections and value mappings.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use lockgate_core::clock::Timestamp;
use lockgate_flow::Bundle;
use lockgate_flow::plan::Scripts;
use lockgate_flow::values::{self, Place, ValueMapping};
use lockgate_groovy::program::Program;
use lockgate_store::Store;
use lockgate_store::artifacts::ArtifactKind;
use lockgate_store::deployed_artifacts::{self, DeployedArtifact};

use crate::scripts;

/// What is deployed beside flows. Immutable; replaced as a whole when something changes.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    deployed: BTreeMap<String, (Timestamp, Artifact)>,
}

#[derive(Clone, Debug)]
enum Artifact {
    Collection(Arc<Collection>),
    Values(Arc<ValueMapping>),
    /// Of no use to flows here, with the reason if it should be.
    Other(Option<String>),
}

impl Shared {
    /// What is deployed now; `None` when that is what `self` has.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn reload(&self, store: &Store) -> lockgate_store::Result<Option<Self>> {
        let mut tx = store.read().await?;
        let heads = deployed_artifacts::list(&mut tx).await?;
        let known = |head: &DeployedArtifact| {
            let known = self.deployed.get(&head.id);
            known.filter(|(deployed_at, _)| *deployed_at == head.deployed_at)
        };
        if heads.len() == self.deployed.len() && heads.iter().all(|head| known(head).is_some()) {
            return Ok(None);
        }
        let mut deployed = BTreeMap::new();
        for head in heads {
            let entry = match known(&head) {
                Some(entry) => entry.clone(),
                None => {
                    let archive = deployed_artifacts::archive(&mut tx, &head.id).await?;
                    (head.deployed_at, read(&head, &archive.unwrap_or_default()))
                }
            };
            deployed.insert(head.id, entry);
        }
        Ok(Some(Self { deployed }))
    }

    /// The script collection with this id, or why it cannot be used.
    pub(crate) fn collection(&self, id: &str) -> Result<Arc<Collection>, String> {
        match self.deployed.get(id) {
            Some((_, Artifact::Collection(collection))) => Ok(Arc::clone(collection)),
            Some((_, Artifact::Other(Some(problem)))) => Err(format!(
                "The script collection {id} cannot be used: {problem}"
            )),
            Some(_) => Err(format!("The artifact {id} is no script collection.")),
            None => Err(format!(
                "The script collection {id} is not deployed. Deploy it with: lockgate deploy <its archive>"
            )),
        }
    }

    /// What a value in one place is in another, by any value mapping.
    pub(crate) fn mapped(&self, from: &Place, value: &str, to: &Place) -> Option<String> {
        let mappings = self
            .deployed
            .values()
            .filter_map(|(_, artifact)| match artifact {
                Artifact::Values(mapping) => Some(mapping),
                _ => None,
            });
        let mut found = mappings.filter_map(|mapping| mapping.mapped(from, value, to));
        found.next().map(str::to_owned)
    }
}

fn read(head: &DeployedArtifact, archive: &[u8]) -> Artifact {
    let bundle = match Bundle::from_zip(archive) {
        Ok(bundle) => bundle,
        Err(problems) => {
            let problems = problems.iter().map(ToString::to_string);
            return Artifact::Other(Some(problems.collect::<Vec<_>>().join("; ")));
        }
    };
    match head.kind {
        ArtifactKind::ScriptCollection => {
            Artifact::Collection(Arc::new(Collection::new(bundle.scripts())))
        }
        ArtifactKind::ValueMapping => match ValueMapping::parse(bundle.file(values::FILE)) {
            Ok(mapping) => Artifact::Values(Arc::new(mapping)),
            Err(error) => Artifact::Other(Some(error.to_string())),
        },
        ArtifactKind::Flow | ArtifactKind::MessageMapping => Artifact::Other(None),
    }
}

/// A compiled script, or why it cannot run.
type Compiled = Result<Arc<Program>, Arc<str>>;

/// Scripts that belong together, compiled when they are first used.
#[derive(Debug)]
pub(crate) struct Collection {
    scripts: Scripts,
    compiled: Mutex<HashMap<String, Compiled>>,
}

impl Collection {
    pub(crate) fn new(scripts: Scripts) -> Self {
        Self {
            scripts,
            compiled: Mutex::default(),
        }
    }

    /// The script in this file, or why it cannot run.
    pub(crate) fn program(&self, file: &str) -> Compiled {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = compiled.get(file) {
            return known.clone();
        }
        if !self.scripts.contains_key(file) {
            return Err(format!("There is no script {file}.").into());
        }
        let program = scripts::compile(&self.scripts, file);
        let program = program
            .map(Arc::new)
            .map_err(|problems| problems.join("\n").into());
        compiled.insert(file.to_owned(), program.clone());
        program
    }
}
