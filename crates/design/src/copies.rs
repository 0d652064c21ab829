//! Copies of packages.

use std::collections::BTreeMap;

use lockgate_core::audit::Actor;
use lockgate_store::artifacts::{self, Artifact};
use lockgate_store::packages::{self, Package};

use crate::error::{Error, Result};
use crate::names::{check_artifact_id, check_name, check_package_id};
use crate::packages::record;
use crate::service::{Workspace, blocking, open, pack};

/// What to do when there is a package of this id, as there is whenever a package can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyMode {
    /// Nothing: it is an error.
    Refuse,
    /// Make another one, with a suffix behind all ids and names.
    CreateCopy,
}

impl Workspace {
    /// Copies a package. Artifacts of the copy are saved in the versions of the original, and configured
    /// like them.
    ///
    /// # Errors
    /// When there is no such package, the copy would take ids that are taken, or the mode is
    /// [`CopyMode::Refuse`].
    pub async fn copy_package(
        &self,
        actor: &Actor,
        id: &str,
        mode: CopyMode,
        suffix: &str,
    ) -> Result<Package> {
        let mut tx = self.store.read().await?;
        let original = packages::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        if mode == CopyMode::Refuse {
            return Err(Error::PackageExists);
        }
        if suffix.is_empty() {
            return Err(Error::Invalid("Suffix cannot be empty.".to_owned()));
        }
        let mut contents = Vec::new();
        for head in artifacts::in_package(&mut tx, id).await? {
            contents.extend(artifacts::find(&mut tx, &head.id).await?);
        }
        drop(tx);
        let (by, now) = (actor.who.name(), self.clock.now());
        let copy = Package {
            id: format!("{id}.{suffix}"),
            resource_id: self.random.uuid().simple().to_string(),
            name: format!("{}.{suffix}", original.name),
            tags: BTreeMap::clone(&original.tags),
            about: original.about,
            created_by: by.to_owned(),
            created_at: now,
            modified_by: by.to_owned(),
            modified_at: now,
        };
        check_package_id(&copy.id)?;
        check_name(&copy.name)?;
        let suffix = suffix.to_owned();
        let contents = blocking(move || {
            let copied = contents
                .into_iter()
                .map(|artifact| copied(artifact, &suffix));
            copied.collect::<Result<Vec<_>>>()
        });
        let contents = contents.await?;
        let mut tx = self.store.begin().await?;
        crate::packages::insert(&mut tx, &copy).await?;
        for mut artifact in contents {
            let head = &mut artifact.head;
            head.package.clone_from(&copy.id);
            head.created_by.clone_from(&copy.created_by);
            head.modified_by.clone_from(&copy.created_by);
            (head.created_at, head.modified_at) = (now, now);
            crate::artifacts::insert(&mut tx, &artifact).await?;
        }
        let note = format!("copy of {id}");
        record(&mut tx, actor, "package.create", &copy, &note).await?;
        tx.commit().await?;
        Ok(copy)
    }
}

/// An artifact under another id and name.
fn copied(mut artifact: Artifact, suffix: &str) -> Result<Artifact> {
    let head = &mut artifact.head;
    head.id = format!("{}.{suffix}", head.id);
    head.name = format!("{}.{suffix}", head.name);
    head.revision = 1;
    head.draft = false;
    check_artifact_id(&head.id)?;
    check_name(&head.name)?;
    let bundle = open(&artifact.archive)?;
    let bundle = bundle.with_id(&head.id).with_name(&head.name);
    artifact.archive = pack(&bundle)?;
    Ok(artifact)
}
