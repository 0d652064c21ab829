//! What all subjects share.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use lockgate_core::audit::{Actor, Target};
use lockgate_core::clock::SharedClock;
use lockgate_core::random::SharedRandom;
use lockgate_flow::Bundle;
use lockgate_store::artifacts::{self, Artifact, ArtifactHead, ArtifactKind};
use lockgate_store::packages::{self, Package};
use lockgate_store::{Store, Tx, audit};
use tokio::sync::{Mutex, MutexGuard};

use crate::error::{Error, Result};

/// How often a change is tried while other servers change the same artifact.
const TRIES: usize = 10;
/// Locks that changes of artifacts share, so that those of one artifact wait for each other.
const LOCKS: usize = 64;

/// Packages and artifacts as they are edited. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
    pub(crate) random: SharedRandom,
    locks: Arc<Locks>,
}

#[derive(Debug)]
struct Locks {
    hasher: RandomState,
    locks: [Mutex<()>; LOCKS],
}

/// What is to be written about an artifact.
pub(crate) struct Written {
    pub(crate) artifact: Artifact,
    /// Whether the archive is a new version to be kept.
    pub(crate) saved: bool,
    /// What the audit log says about it.
    pub(crate) note: String,
}

impl Workspace {
    /// The workspace over `store`.
    #[must_use]
    pub fn new(store: Store, clock: SharedClock, random: SharedRandom) -> Self {
        let locks = Locks {
            hasher: RandomState::new(),
            locks: [const { Mutex::const_new(()) }; LOCKS],
        };
        Self {
            store,
            clock,
            random,
            locks: Arc::new(locks),
        }
    }

    /// The package with this id.
    pub(crate) async fn find_package(&self, id: &str) -> Result<Package> {
        let found = packages::find(&mut self.store.read().await?, id).await?;
        found.ok_or(Error::NotFound)
    }

    /// The artifact that is meant, with its archive.
    pub(crate) async fn find_artifact(
        &self,
        kind: ArtifactKind,
        id: &str,
        version: &str,
    ) -> Result<Artifact> {
        let found = artifacts::find(&mut self.store.read().await?, id).await?;
        let meant = |artifact: &Artifact| is_meant(&artifact.head, kind, version);
        found.filter(meant).ok_or(Error::NotFound)
    }

    /// Changes an artifact by `edit`, which sees its newest state and runs beside the tasks that answer
    /// requests.
    pub(crate) async fn change<E>(
        &self,
        actor: &Actor,
        which: (ArtifactKind, &str, &str),
        may_be_read_only: bool,
        edit: E,
    ) -> Result<ArtifactHead>
    where
        E: Fn(Artifact) -> Result<Written> + Clone + Send + 'static,
    {
        let (kind, id, version) = which;
        let _turn = self.turn(id).await;
        for _ in 0..TRIES {
            let artifact = self.find_artifact(kind, id, version).await?;
            if !may_be_read_only {
                self.check_editable(&artifact.head.package).await?;
            }
            let before = artifact.head.revision;
            let edit = edit.clone();
            let written = blocking(move || edit(artifact)).await?;
            if let Some(head) = self.write(actor, written, before).await? {
                return Ok(head);
            }
        }
        Err(Error::Contended)
    }

    /// Writes a changed artifact, unless somebody else changed it since its revision was `before`.
    async fn write(
        &self,
        actor: &Actor,
        mut written: Written,
        before: i64,
    ) -> Result<Option<ArtifactHead>> {
        let head = &mut written.artifact.head;
        head.revision = before + 1;
        actor.who.name().clone_into(&mut head.modified_by);
        head.modified_at = self.clock.now();
        let mut tx = self.store.begin().await?;
        if !artifacts::update(&mut tx, &written.artifact, before).await? {
            return Ok(None);
        }
        if written.saved {
            artifacts::save_version(&mut tx, &written.artifact).await?;
        }
        let head = written.artifact.head;
        record(&mut tx, actor, "artifact.update", &head, &written.note).await?;
        tx.commit().await?;
        Ok(Some(head))
    }

    /// Waits for other changes of the same artifact in this process.
    pub(crate) async fn turn(&self, id: &str) -> MutexGuard<'_, ()> {
        let hash = self.locks.hasher.hash_one(id);
        let index = usize::try_from(hash % LOCKS as u64).unwrap_or(0);
        self.locks.locks[index].lock().await
    }

    /// Checks that artifacts of a package may be changed.
    pub(crate) async fn check_editable(&self, package: &str) -> Result<()> {
        match self.find_package(package).await?.about.read_only {
            true => Err(Error::ReadOnly("update the artifact of")),
            false => Ok(()),
        }
    }
}

/// Whether `version` of an artifact of this kind is what `head` is about: the current one, by number or
/// as `active`.
pub(crate) fn is_meant(head: &ArtifactHead, kind: ArtifactKind, version: &str) -> bool {
    let is_current = version.eq_ignore_ascii_case("active") || version == head.version;
    head.kind == kind && is_current
}

/// Does work beside the tasks that answer requests.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.expect("invariant: editing an archive does not panic")
}

/// Opens the archive of an artifact.
pub(crate) fn open(archive: &[u8]) -> Result<Bundle> {
    Ok(Bundle::from_zip(archive)?)
}

/// Packs the archive of an artifact.
pub(crate) fn pack(bundle: &Bundle) -> Result<Vec<u8>> {
    let zip = bundle.to_zip();
    zip.map_err(|error| Error::Packing(error.to_string()))
}

/// Notes a change of an artifact.
pub(crate) async fn record(
    tx: &mut Tx,
    actor: &Actor,
    action: &'static str,
    head: &ArtifactHead,
    note: &str,
) -> Result<()> {
    let target = Target::new("artifact", &head.id, &head.name);
    Ok(audit::record(tx, actor, action, &target, note).await?)
}
