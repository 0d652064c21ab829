//! Spaces.

use lockgate_core::account::default_target;
use lockgate_core::audit::{Actor, Target};
use lockgate_core::ids::{OrgId, SpaceId};
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_store::changes::{self, Topic};
use lockgate_store::metadata::Metadata;
use lockgate_store::spaces::{self, Space};
use lockgate_store::{Tx, audit, instances};

use crate::error::{Error, Result};
use crate::rules;
use crate::service::people::too_many;
use crate::service::{AccountService, organizations};

/// What is to be changed of a space; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SpaceChange {
    /// Its name.
    pub name: Option<String>,
    /// Labels and annotations, all of them.
    pub metadata: Option<Metadata>,
}

impl AccountService {
    /// Makes a space in an organization.
    ///
    /// # Errors
    /// When there is no such organization, the name is not acceptable or taken in it, or there are
    /// too many spaces.
    pub async fn create_space(
        &self,
        actor: &Actor,
        organization: OrgId,
        name: &str,
        metadata: Metadata,
    ) -> Result<Space> {
        let mut errors = FieldErrors::default();
        rules::place_name(name, &mut errors);
        errors.check()?;
        let now = self.clock.now();
        let space = Space {
            id: SpaceId::generate(&*self.random),
            organization,
            name: name.to_owned(),
            metadata,
            created_at: now,
            updated_at: now,
        };
        let mut tx = self.store.begin().await?;
        organizations::find(&mut tx, &organization.to_string()).await?;
        check_free(&mut tx, organization, name).await?;
        let there = spaces::list(&mut tx).await?.len();
        too_many("spaces", limits::SPACES, there)?;
        let inserted = spaces::insert(&mut tx, &space).await;
        inserted.map_err(|error| taken(error, name))?;
        finish(tx, actor, "space.create", &space, "").await?;
        Ok(space)
    }

    /// Every space, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn spaces(&self) -> Result<Vec<Space>> {
        Ok(spaces::list(&mut self.store.read().await?).await?)
    }

    /// The space with this guid, or with this name in an organization.
    ///
    /// # Errors
    /// When there is none.
    pub async fn space(&self, organization: OrgId, name_or_guid: &str) -> Result<Space> {
        find(&mut self.store.read().await?, organization, name_or_guid).await
    }

    /// Changes a space.
    ///
    /// # Errors
    /// When there is no such space, or the new name is not acceptable or taken in its organization,
    /// or it is the one that exists from the start.
    pub async fn update_space(
        &self,
        actor: &Actor,
        id: SpaceId,
        change: SpaceChange,
    ) -> Result<Space> {
        let mut tx = self.store.begin().await?;
        let before = by_id(&mut tx, id).await?;
        let mut space = before.clone();
        space.name = change.name.unwrap_or(space.name);
        space.metadata = change.metadata.unwrap_or(space.metadata);
        space.updated_at = self.clock.now();
        if space.name != before.name {
            check_not_fixed(id)?;
            let mut errors = FieldErrors::default();
            rules::place_name(&space.name, &mut errors);
            errors.check()?;
        }
        if space.name.to_lowercase() != before.name.to_lowercase() {
            check_free(&mut tx, space.organization, &space.name).await?;
        }
        let updated = spaces::update(&mut tx, &space).await;
        updated.map_err(|error| taken(error, &space.name))?;
        let detail = match space.name == before.name {
            true => String::new(),
            false => format!("name {:?} to {:?}", before.name, space.name),
        };
        finish(tx, actor, "space.update", &space, &detail).await?;
        Ok(space)
    }

    /// Deletes a space without instances, and the roles in it.
    ///
    /// # Errors
    /// When there is no such space, it has instances, or it is the one that exists from the start.
    pub async fn delete_space(&self, actor: &Actor, id: SpaceId) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let space = by_id(&mut tx, id).await?;
        check_not_fixed(id)?;
        let has_instances = || Error::HasInstances(space.name.clone());
        if !instances::in_space(&mut tx, id).await?.is_empty() {
            return Err(has_instances());
        }
        let deleted = spaces::delete(&mut tx, id).await;
        deleted.map_err(|error| Error::reference(error, has_instances))?;
        finish(tx, actor, "space.delete", &space, "").await
    }
}

/// The space with this guid, or with this name in the organization.
pub(super) async fn find(tx: &mut Tx, organization: OrgId, name_or_guid: &str) -> Result<Space> {
    let found = match rules::guid(name_or_guid) {
        Some(id) => spaces::find(tx, SpaceId(id)).await?,
        None => spaces::find_by_name(tx, organization, name_or_guid).await?,
    };
    found.ok_or_else(|| Error::NoSpace(name_or_guid.to_owned()))
}

/// The space with this id.
pub(super) async fn by_id(tx: &mut Tx, id: SpaceId) -> Result<Space> {
    let found = spaces::find(tx, id).await?;
    found.ok_or_else(|| Error::NoSpace(id.to_string()))
}

async fn check_free(tx: &mut Tx, organization: OrgId, name: &str) -> Result<()> {
    match spaces::find_by_name(tx, organization, name).await? {
        None => Ok(()),
        Some(_) => Err(Error::SpaceTaken(name.to_owned())),
    }
}

fn check_not_fixed(id: SpaceId) -> Result<()> {
    match id == default_target::SPACE {
        true => Err(Error::Fixed { what: "space" }),
        false => Ok(()),
    }
}

fn taken(error: lockgate_store::Error, name: &str) -> Error {
    Error::conflict(error, || Error::SpaceTaken(name.to_owned()))
}

async fn finish(
    mut tx: Tx,
    actor: &Actor,
    action: &'static str,
    space: &Space,
    detail: &str,
) -> Result<()> {
    let target = Target::new("space", space.id, &space.name);
    audit::record(&mut tx, actor, action, &target, detail).await?;
    changes::bump(&mut tx, Topic::Accounts).await?;
    tx.commit().await?;
    tracing::info!(space = %space.id, action, "space changed");
    Ok(())
}
