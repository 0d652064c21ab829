//! The partner directory.

mod edits;
mod entries;
mod lists;

use async_trait::async_trait;
use lockgate_odata::{
    Action, Call, Change, Changeset, EntitySet, EntityType, Error, Key, List, Operation, Property,
    Query, Reply, Result, Row,
};
use lockgate_operations::Operations;
use lockgate_operations::partners::{Edit, Stored};
use lockgate_store::partners::EntryKind;

use crate::failure::of_operations;
use crate::roles::PARTNER_DIRECTORY;

pub(super) use entries::Entries;

static PARTNER: EntityType = EntityType::new("Partner", &[Property::text("Pid").key().length(60)]);
const PARTNERS: &str = "Partners";

/// `Partners`: those that any entry names.
#[derive(Debug)]
pub(super) struct Partners(pub(super) Operations);

#[async_trait]
impl EntitySet for Partners {
    fn name(&self) -> &'static str {
        PARTNERS
    }

    fn entity(&self) -> &'static EntityType {
        &PARTNER
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[PARTNER_DIRECTORY]
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        let partners = self.0.partners().await.map_err(of_operations)?;
        let rows = partners.into_iter().map(|pid| Row::new().with("Pid", pid));
        Ok(List::All(rows.collect()))
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        write_one(&self.0, call, edits::partner_deletion(call, key)?).await
    }
}

/// Changes of the directory that are made together.
#[derive(Debug)]
pub(super) struct Together(pub(super) Operations);

#[async_trait]
impl Changeset for Together {
    fn covers(&self, set: &str) -> bool {
        set == PARTNERS || entries::kind_of(set).is_some()
    }

    async fn apply(&self, changes: &[Change]) -> Result<Vec<Reply>> {
        let credentials =
            |change: &Change| entries::kind_of(change.set) == Some(EntryKind::Credential);
        if changes.len() > 1 && changes.iter().any(credentials) {
            return Err(Error::bad_request(
                "A changeset with a UserCredentialParameter has no other change.",
            ));
        }
        let Some(first) = changes.first() else {
            return Ok(Vec::new());
        };
        let edits = changes.iter().map(edit).collect::<Result<Vec<_>>>()?;
        let written = self.0.change_partners(first.call.actor(), &edits).await;
        let written = written.map_err(of_operations)?;
        let replies =
            changes
                .iter()
                .zip(written)
                .map(|(change, stored)| match (&change.action, stored) {
                    (Action::Create(_), Some(stored)) => Reply::created(lists::row(stored)),
                    _ => Reply::no_content(),
                });
        Ok(replies.collect())
    }
}

/// A change as the directory knows it.
fn edit(change: &Change) -> Result<Edit> {
    let (call, action) = (&change.call, &change.action);
    let Some(kind) = entries::kind_of(change.set) else {
        return match action {
            Action::Delete(key) => edits::partner_deletion(call, key),
            _ => Err(Error::not_implemented()),
        };
    };
    match action {
        Action::Create(body) => edits::creation(call, kind, body),
        Action::Replace(key, body) => edits::replacement(call, kind, key, body),
        Action::Merge(..) => Err(Error::not_implemented()),
        Action::Delete(key) => edits::deletion(call, kind, key),
    }
}

/// Makes one change: 201 with the entry for what is added, 204 for the rest.
async fn write_one(operations: &Operations, call: &Call, edit: Edit) -> Result<Reply> {
    let adds = edit.change.adds();
    let written = operations.change_partners(call.actor(), &[edit]).await;
    let written: Option<Stored> = written.map_err(of_operations)?.into_iter().next().flatten();
    Ok(match written {
        Some(stored) if adds => Reply::created(lists::row(stored)),
        _ => Reply::no_content(),
    })
}
