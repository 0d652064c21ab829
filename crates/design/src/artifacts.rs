//! Artifacts: make, change, save as a version, delete, hand over to be deployed.

use std::collections::BTreeMap;

use lockgate_core::audit::Actor;
use lockgate_core::limits;
use lockgate_flow::Bundle;
use lockgate_flow::manifest::BundleKind;
use lockgate_store::artifacts::{self, Artifact, ArtifactHead, ArtifactKind, SavedVersion};
use lockgate_store::packages;
use lockgate_store::{Error as StoreError, Tx};

use crate::error::{Error, Result};
use crate::names::{check_artifact_id, check_name, check_text, version};
use crate::service::{Workspace, Written, blocking, is_meant, open, pack, record};
use crate::skeleton;

/// An artifact to be made.
#[derive(Clone, Debug)]
pub struct NewArtifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// The package it comes into.
    pub package: String,
    /// Technical id; made from the name when it is empty.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is for; `None` takes the archive's word.
    pub description: Option<String>,
    /// Its archive; `None` for one without content.
    pub content: Option<Vec<u8>>,
}

/// What somebody changes about an artifact.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Name for people; `None` takes the archive's word.
    pub name: Option<String>,
    /// What it is for; `None` takes the archive's word.
    pub description: Option<String>,
    /// Its new archive. Without one the artifact becomes a draft.
    pub content: Option<Vec<u8>>,
}

/// An artifact as it is deployed.
#[derive(Clone, Debug)]
pub struct Deployable {
    /// What is known about it.
    pub head: ArtifactHead,
    /// Its files.
    pub bundle: Bundle,
    /// Values configured for parameters that it has.
    pub parameters: BTreeMap<String, String>,
}

/// The version as tools are shown it: `Active` for a draft.
#[must_use]
pub fn shown_version(head: &ArtifactHead) -> &str {
    match head.draft {
        true => "Active",
        false => &head.version,
    }
}

impl Workspace {
    /// Every artifact of one kind, by id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn artifacts(&self, kind: ArtifactKind) -> Result<Vec<ArtifactHead>> {
        Ok(artifacts::list(&mut self.store.read().await?, kind).await?)
    }

    /// The artifact of this kind and id, if `version` is the current one, by number or as `active`.
    ///
    /// # Errors
    /// When there is none.
    pub async fn artifact(
        &self,
        kind: ArtifactKind,
        id: &str,
        version: &str,
    ) -> Result<ArtifactHead> {
        let found = artifacts::find_head(&mut self.store.read().await?, id).await?;
        let meant = |head: &ArtifactHead| is_meant(head, kind, version);
        found.filter(meant).ok_or(Error::NotFound)
    }

    /// The archive of an artifact, as it was uploaded.
    ///
    /// # Errors
    /// When there is none, or its package may only be configured.
    pub async fn archive(
        &self,
        kind: ArtifactKind,
        id: &str,
        version: &str,
    ) -> Result<(ArtifactHead, Vec<u8>)> {
        let artifact = self.find_artifact(kind, id, version).await?;
        if self
            .find_package(&artifact.head.package)
            .await?
            .about
            .read_only
        {
            return Err(Error::ReadOnly("download the artifact from"));
        }
        Ok((artifact.head, artifact.archive))
    }

    /// The saved versions of an artifact that are kept, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn versions(&self, id: &str) -> Result<Vec<SavedVersion>> {
        Ok(artifacts::versions(&mut self.store.read().await?, id).await?)
    }

    /// Makes an artifact, saved in the version that its archive says.
    ///
    /// # Errors
    /// When fields are wrong, the archive cannot be used, there is no such package, or the id is taken.
    pub async fn create_artifact(&self, actor: &Actor, new: NewArtifact) -> Result<ArtifactHead> {
        self.check_editable(&new.package).await?;
        let (by, now) = (actor.who.name().to_owned(), self.clock.now());
        let artifact = blocking(move || {
            let mut artifact = read_new(new)?;
            let head = &mut artifact.head;
            (head.created_by, head.modified_by) = (by.clone(), by);
            (head.created_at, head.modified_at) = (now, now);
            Ok(artifact)
        });
        let artifact = artifact.await?;
        let mut tx = self.store.begin().await?;
        insert(&mut tx, &artifact).await?;
        let note = format!("version {}", artifact.head.version);
        record(&mut tx, actor, "artifact.create", &artifact.head, &note).await?;
        tx.commit().await?;
        Ok(artifact.head)
    }

    /// Changes an artifact. Configured values stay. A new archive is saved in the version that it says;
    /// without one the artifact becomes a draft.
    ///
    /// # Errors
    /// When there is none, the archive cannot be used or belongs to another one, or its package may only
    /// be configured.
    pub async fn update_artifact(
        &self,
        actor: &Actor,
        which: (ArtifactKind, &str, &str),
        change: Change,
    ) -> Result<ArtifactHead> {
        if let Some(name) = &change.name {
            check_name(name)?;
        }
        check_text("Description", change.description.as_deref().unwrap_or(""))?;
        let edit = move |artifact| changed(artifact, change.clone());
        self.change(actor, which, false, edit).await
    }

    /// Saves an artifact as it is under a version.
    ///
    /// # Errors
    /// When there is none, or the version is none.
    pub async fn save_as_version(
        &self,
        actor: &Actor,
        kind: ArtifactKind,
        id: &str,
        new_version: &str,
    ) -> Result<ArtifactHead> {
        let new_version = version(new_version)?;
        let edit = move |mut artifact: Artifact| {
            let bundle = open(&artifact.archive)?.with_version(&new_version);
            artifact.archive = pack(&bundle)?;
            artifact.head.version.clone_from(&new_version);
            artifact.head.draft = false;
            Ok(Written {
                artifact,
                saved: true,
                note: format!("saved as version {new_version}"),
            })
        };
        self.change(actor, (kind, id, "active"), false, edit).await
    }

    /// Deletes an artifact. What is deployed stays deployed.
    ///
    /// # Errors
    /// When there is none, or its package may only be configured.
    pub async fn delete_artifact(
        &self,
        actor: &Actor,
        kind: ArtifactKind,
        id: &str,
        version: &str,
    ) -> Result<()> {
        let head = self.artifact(kind, id, version).await?;
        self.check_editable(&head.package).await?;
        let mut tx = self.store.begin().await?;
        if !artifacts::delete(&mut tx, id).await? {
            return Err(Error::NotFound);
        }
        record(&mut tx, actor, "artifact.delete", &head, "").await?;
        Ok(tx.commit().await?)
    }

    /// An artifact as it is deployed: what is saved now, with the values configured for it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn deployable(
        &self,
        kind: ArtifactKind,
        id: &str,
        version: &str,
    ) -> Result<Deployable> {
        let artifact = self.find_artifact(kind, id, version).await?;
        blocking(move || {
            let bundle = open(&artifact.archive)?;
            let known = lockgate_flow::parameters(&bundle, &artifact.head.parameters);
            let configured = known
                .into_iter()
                .filter_map(|parameter| Some((parameter.name, parameter.configured?)));
            Ok(Deployable {
                parameters: configured.collect(),
                head: artifact.head,
                bundle,
            })
        })
        .await
    }
}

/// Adds an artifact, and keeps it as its first version.
pub(crate) async fn insert(tx: &mut Tx, artifact: &Artifact) -> Result<()> {
    let head = &artifact.head;
    if let Some(taken) = artifacts::find_head(tx, &head.id).await? {
        return Err(exists(tx, taken).await?);
    }
    let limit = limits::PACKAGE_ARTIFACTS;
    let beside = artifacts::count(tx, &head.package).await?;
    if usize::try_from(beside).unwrap_or(usize::MAX) >= limit {
        return Err(Error::TooMany(limit, "artifacts in the package"));
    }
    match artifacts::insert(tx, artifact).await {
        Ok(()) => Ok(artifacts::save_version(tx, artifact).await?),
        // The package was deleted since it was looked at.
        Err(StoreError::Reference) => Err(Error::NotFound),
        // Another server was faster.
        Err(StoreError::Conflict { .. }) => Err(Error::ArtifactExists {
            id: head.id.clone(),
            package: head.package.clone(),
        }),
        Err(error) => Err(error.into()),
    }
}

/// The refusal because of an artifact that has the id.
pub(crate) async fn exists(tx: &mut Tx, taken: ArtifactHead) -> Result<Error> {
    let package = packages::find(tx, &taken.package).await?;
    Ok(Error::ArtifactExists {
        id: taken.id,
        package: package.map_or(taken.package, |package| package.name),
    })
}

fn read_new(new: NewArtifact) -> Result<Artifact> {
    check_name(&new.name)?;
    check_text("Description", new.description.as_deref().unwrap_or(""))?;
    let id = match new.id.is_empty() {
        true => new.name.replace(' ', "_"),
        false => new.id,
    };
    check_artifact_id(&id)?;
    let (bundle, archive) = match new.content {
        None => {
            let bundle = skeleton::bundle(new.kind, &id, &new.name)?;
            let archive = pack(&bundle)?;
            (bundle, archive)
        }
        Some(archive) => {
            let bundle = uploaded(new.kind, &archive)?;
            match bundle.manifest.symbolic_name == id {
                true => (bundle, archive),
                false => {
                    let bundle = bundle.with_id(&id);
                    let archive = pack(&bundle)?;
                    (bundle, archive)
                }
            }
        }
    };
    let mut artifact = of_bundle(new.kind, new.package, &bundle, archive);
    artifact.head.name = new.name;
    if let Some(description) = new.description {
        artifact.head.description = description;
    }
    Ok(artifact)
}

/// An artifact that nobody touched yet, as its archive describes it.
pub(crate) fn of_bundle(
    kind: ArtifactKind,
    package: String,
    bundle: &Bundle,
    archive: Vec<u8>,
) -> Artifact {
    let about = bundle.about();
    Artifact {
        head: ArtifactHead {
            id: bundle.manifest.symbolic_name.clone(),
            kind,
            package,
            name: bundle.manifest.name.clone(),
            description: about.description.unwrap_or_default(),
            version: bundle.manifest.version.clone(),
            draft: false,
            sender: about.sender,
            receiver: about.receiver,
            parameters: BTreeMap::new(),
            revision: 1,
            created_by: String::new(),
            created_at: Default::default(),
            modified_by: String::new(),
            modified_at: Default::default(),
        },
        archive,
    }
}

fn changed(mut artifact: Artifact, change: Change) -> Result<Written> {
    let saved = change.content.is_some();
    let head = &mut artifact.head;
    match change.content {
        None if change.name.is_none() && change.description.is_none() => {
            let message = "Name or ArtifactContent has to be there.";
            return Err(Error::Invalid(message.to_owned()));
        }
        None => head.draft = true,
        Some(archive) => {
            let bundle = uploaded(head.kind, &archive)?;
            if bundle.manifest.symbolic_name != head.id {
                return Err(Error::SymbolicName(head.kind));
            }
            let about = bundle.about();
            head.name = bundle.manifest.name;
            head.version = bundle.manifest.version;
            head.draft = false;
            if let Some(description) = about.description {
                head.description = description;
                (head.sender, head.receiver) = (about.sender, about.receiver);
            }
            artifact.archive = archive;
        }
    }
    let head = &mut artifact.head;
    head.name = change
        .name
        .unwrap_or_else(|| std::mem::take(&mut head.name));
    if let Some(description) = change.description {
        head.description = description;
    }
    let note = format!("version {}", shown_version(head));
    Ok(Written {
        artifact,
        saved,
        note,
    })
}

/// Opens an archive that somebody uploads as an artifact of this kind.
pub(crate) fn uploaded(kind: ArtifactKind, archive: &[u8]) -> Result<Bundle> {
    let bundle = open(archive)?;
    match kind_of(&bundle) {
        Some(found) if found != kind => Err(Error::Invalid(format!(
            "The archive is of another kind of artifact: {}.",
            bundle.manifest.kind
        ))),
        _ => Ok(bundle),
    }
}

/// What an archive is; `None` when it does not say so.
pub(crate) fn kind_of(bundle: &Bundle) -> Option<ArtifactKind> {
    match bundle.manifest.kind {
        // Also what a manifest is taken for that says nothing.
        BundleKind::IntegrationFlow => bundle
            .paths()
            .any(|path| path.ends_with(".iflw"))
            .then_some(ArtifactKind::Flow),
        BundleKind::ScriptCollection => Some(ArtifactKind::ScriptCollection),
        BundleKind::MessageMapping => Some(ArtifactKind::MessageMapping),
        BundleKind::ValueMapping => Some(ArtifactKind::ValueMapping),
        BundleKind::Other(_) => None,
    }
}
