//! Organizations.

use lockgate_core::account::default_target;
use lockgate_core::audit::{Actor, Target};
use lockgate_core::ids::OrgId;
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_store::changes::{self, Topic};
use lockgate_store::metadata::Metadata;
use lockgate_store::organizations::{self, Organization};
use lockgate_store::{Tx, audit, spaces};

use crate::error::{Error, Result};
use crate::rules;
use crate::service::AccountService;
use crate::service::people::too_many;

/// What is to be changed of an organization; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct OrganizationChange {
    /// Its name.
    pub name: Option<String>,
    /// Whether only administrators may change something in it.
    pub suspended: Option<bool>,
    /// Labels and annotations, all of them.
    pub metadata: Option<Metadata>,
}

impl AccountService {
    /// Makes an organization.
    ///
    /// # Errors
    /// When the name is not acceptable or taken, or there are too many organizations.
    pub async fn create_organization(
        &self,
        actor: &Actor,
        name: &str,
        metadata: Metadata,
    ) -> Result<Organization> {
        let mut errors = FieldErrors::default();
        rules::place_name(name, &mut errors);
        errors.check()?;
        let now = self.clock.now();
        let organization = Organization {
            id: OrgId::generate(&*self.random),
            name: name.to_owned(),
            suspended: false,
            metadata,
            created_at: now,
            updated_at: now,
        };
        let mut tx = self.store.begin().await?;
        check_free(&mut tx, name).await?;
        let there = organizations::list(&mut tx).await?.len();
        too_many("organizations", limits::ORGANIZATIONS, there)?;
        let inserted = organizations::insert(&mut tx, &organization).await;
        inserted.map_err(|error| taken(error, name))?;
        finish(tx, actor, "org.create", &organization, "").await?;
        Ok(organization)
    }

    /// Every organization, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn organizations(&self) -> Result<Vec<Organization>> {
        Ok(organizations::list(&mut self.store.read().await?).await?)
    }

    /// The organization with this name or guid.
    ///
    /// # Errors
    /// When there is none.
    pub async fn organization(&self, name_or_guid: &str) -> Result<Organization> {
        find(&mut self.store.read().await?, name_or_guid).await
    }

    /// Changes an organization.
    ///
    /// # Errors
    /// When there is no such organization, or the new name is not acceptable or taken, or it is the
    /// one that exists from the start.
    pub async fn update_organization(
        &self,
        actor: &Actor,
        name_or_guid: &str,
        change: OrganizationChange,
    ) -> Result<Organization> {
        let mut tx = self.store.begin().await?;
        let before = find(&mut tx, name_or_guid).await?;
        let before = organizations::hold(&mut tx, before.id).await?;
        let before = before.ok_or_else(|| Error::NoOrganization(name_or_guid.to_owned()))?;
        let name = change.name.unwrap_or_else(|| before.name.clone());
        let organization = Organization {
            name,
            suspended: change.suspended.unwrap_or(before.suspended),
            metadata: change.metadata.unwrap_or_else(|| before.metadata.clone()),
            updated_at: self.clock.now(),
            ..before
        };
        if organization.name != before.name {
            check_not_fixed(organization.id)?;
            let mut errors = FieldErrors::default();
            rules::place_name(&organization.name, &mut errors);
            errors.check()?;
        }
        if organization.name.to_lowercase() != before.name.to_lowercase() {
            check_free(&mut tx, &organization.name).await?;
        }
        let updated = organizations::update(&mut tx, &organization).await;
        updated.map_err(|error| taken(error, &organization.name))?;
        let detail = difference(&before.name, before.suspended, &organization);
        finish(tx, actor, "org.update", &organization, &detail).await?;
        Ok(organization)
    }

    /// Deletes an organization without spaces, and the roles in it.
    ///
    /// # Errors
    /// When there is no such organization, it has spaces, or it is the one that exists from the
    /// start.
    pub async fn delete_organization(&self, actor: &Actor, name_or_guid: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let organization = find(&mut tx, name_or_guid).await?;
        check_not_fixed(organization.id)?;
        let of_it = |space: &&spaces::Space| space.organization == organization.id;
        let spaces = spaces::list(&mut tx).await?.iter().filter(of_it).count();
        let has_spaces = || Error::HasSpaces {
            organization: organization.name.clone(),
            spaces,
        };
        if spaces > 0 {
            return Err(has_spaces());
        }
        let deleted = organizations::delete(&mut tx, organization.id).await;
        deleted.map_err(|error| Error::reference(error, has_spaces))?;
        finish(tx, actor, "org.delete", &organization, "").await
    }
}

/// The organization with this name or guid.
pub(super) async fn find(tx: &mut Tx, name_or_guid: &str) -> Result<Organization> {
    let found = match rules::guid(name_or_guid) {
        Some(id) => organizations::find(tx, OrgId(id)).await?,
        None => organizations::find_by_name(tx, name_or_guid).await?,
    };
    found.ok_or_else(|| Error::NoOrganization(name_or_guid.to_owned()))
}

async fn check_free(tx: &mut Tx, name: &str) -> Result<()> {
    match organizations::find_by_name(tx, name).await? {
        None => Ok(()),
        Some(_) => Err(Error::OrganizationTaken(name.to_owned())),
    }
}

fn check_not_fixed(id: OrgId) -> Result<()> {
    match id == default_target::ORG {
        true => Err(Error::Fixed {
            what: "organization",
        }),
        false => Ok(()),
    }
}

fn taken(error: lockgate_store::Error, name: &str) -> Error {
    Error::conflict(error, || Error::OrganizationTaken(name.to_owned()))
}

fn difference(name: &str, suspended: bool, after: &Organization) -> String {
    let mut changes = Vec::new();
    if name != after.name {
        changes.push(format!("name {name:?} to {:?}", after.name));
    }
    if suspended != after.suspended {
        changes.push(format!("suspended {}", after.suspended));
    }
    changes.join("; ")
}

async fn finish(
    mut tx: Tx,
    actor: &Actor,
    action: &'static str,
    organization: &Organization,
    detail: &str,
) -> Result<()> {
    let target = Target::new("organization", organization.id, &organization.name);
    audit::record(&mut tx, actor, action, &target, detail).await?;
    changes::bump(&mut tx, Topic::Accounts).await?;
    tx.commit().await?;
    tracing::info!(organization = %organization.id, action, "organization changed");
    Ok(())
}
