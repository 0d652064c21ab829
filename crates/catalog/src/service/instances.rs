//! Service instances, by their ids.

use lockgate_core::audit::{Actor, Target};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{InstanceId, SpaceId};
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_core::role::RoleName;
use lockgate_core::tenant::Plan;
use lockgate_store::changes::{self, Topic};
use lockgate_store::instances::{self, Instance, Parameters};
use lockgate_store::metadata::Metadata;
use lockgate_store::{Tx, audit, keys, roles, spaces};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::parameters::{self, Rules};
use crate::service::keys::key_target;
use crate::service::{Catalog, check_name};

/// An instance to create.
#[derive(Clone, Debug)]
pub struct NewInstance {
    /// The space it will live in; `None` for one that a platform asks for over the broker API.
    pub space: Option<SpaceId>,
    /// Its name: 1 to 255 characters, unique in its space. Only names outside any space may look
    /// like a guid.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// What it asks for; the defaults of the plan when absent.
    pub parameters: Option<Value>,
    /// Tags, which the server keeps and gives no meaning.
    pub tags: Vec<String>,
    /// Labels and annotations, checked by the face that takes them.
    pub metadata: Metadata,
}

/// What to change about an instance; `None` leaves things as they are.
#[derive(Clone, Debug, Default)]
pub struct InstanceChange {
    /// Another name.
    pub name: Option<String>,
    /// A plan, which has to be the one there is: plans cannot be changed.
    pub plan: Option<Plan>,
    /// Parameters: one that is given replaces the one there is, the others stay.
    pub parameters: Option<Value>,
    /// Other tags.
    pub tags: Option<Vec<String>>,
    /// Other labels and annotations.
    pub metadata: Option<Metadata>,
}

/// An instance that was created or changed.
#[derive(Clone, Debug)]
pub struct ChangedInstance {
    /// The instance as it is now.
    pub instance: Instance,
    /// What the caller should know although it worked.
    pub warnings: Vec<String>,
}

/// The parameters of an instance as requests write them.
#[must_use]
pub fn parameters_json(parameters: &Parameters) -> Value {
    json!({
        "roles": parameters.roles,
        "grant-types": parameters.grant_types,
        "redirect-uris": parameters.redirect_uris,
        "token-validity": parameters.token_validity,
    })
}

impl Catalog {
    /// Creates an instance. Its client exists when this returns.
    ///
    /// # Errors
    /// When something about it is wrong, the name is taken in the space, there is no such space, or
    /// there are too many instances.
    pub async fn create(&self, actor: &Actor, new: NewInstance) -> Result<ChangedInstance> {
        let mut tx = self.store.begin().await?;
        let changed = self.create_in(&mut tx, actor, new).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// [`Catalog::create`] as part of a transaction.
    ///
    /// # Errors
    /// As [`Catalog::create`].
    pub async fn create_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        new: NewInstance,
    ) -> Result<ChangedInstance> {
        let changed = self.drafted(new, &custom_roles(tx).await?)?;
        let instance = &changed.instance;
        self.check_place(tx, instance).await?;
        if instances::list(tx).await?.len() >= limits::INSTANCES {
            return Err(Error::TooManyInstances);
        }
        instances::insert(tx, instance)
            .await
            .map_err(|error| taken(error, &instance.name))?;
        changes::bump(tx, Topic::Clients).await?;
        let asked = described(&blank(instance), instance);
        let detail = format!("plan {}; {asked}", instance.plan.name());
        audit::record(tx, actor, "instance.create", &target(instance), &detail).await?;
        Ok(changed)
    }

    /// The space has to exist, and the name has to be free in it.
    async fn check_place(&self, tx: &mut Tx, instance: &Instance) -> Result<()> {
        if let Some(space) = instance.space
            && spaces::find(tx, space).await?.is_none()
        {
            return Err(Error::NoSpace(space.to_string()));
        }
        let holder = instances::find_by_name(tx, instance.space, &instance.name).await?;
        match holder {
            // Platforms give instances that live in no space names of their own, as they like.
            Some(other) if other.id != instance.id && instance.space.is_some() => {
                Err(Error::InstanceNameTaken(other.name))
            }
            _ => Ok(()),
        }
    }

    fn drafted(&self, new: NewInstance, custom_roles: &[RoleName]) -> Result<ChangedInstance> {
        let mut errors = FieldErrors::default();
        let anywhere = new.space.is_none();
        check_name(
            &new.name,
            "an instance",
            limits::INSTANCE_NAME,
            anywhere,
            &mut errors,
        );
        check_tags(&new.tags, &mut errors);
        let mut parameters = parameters::defaults(new.plan);
        let rules = self.rules(new.plan, custom_roles);
        let warnings = rules.apply(new.parameters, &mut parameters, &mut errors);
        errors.check()?;
        let now = self.clock.now();
        let instance = Instance {
            id: InstanceId::generate(&*self.random),
            space: new.space,
            name: new.name,
            plan: new.plan,
            parameters,
            tags: new.tags,
            metadata: new.metadata,
            tokens_not_before: Timestamp::default(),
            created_at: now,
            updated_at: now,
        };
        Ok(ChangedInstance { instance, warnings })
    }

    pub(super) fn rules<'a>(&'a self, plan: Plan, custom_roles: &'a [RoleName]) -> Rules<'a> {
        Rules {
            tenant: &self.tenant,
            plan,
            custom_roles,
        }
    }

    /// Changes an instance. Takes effect on the next call of its clients.
    ///
    /// # Errors
    /// When there is no such instance, something about the change is wrong, or the new name is taken
    /// in the space.
    pub async fn update(
        &self,
        actor: &Actor,
        id: InstanceId,
        change: InstanceChange,
    ) -> Result<ChangedInstance> {
        let mut tx = self.store.begin().await?;
        let changed = self.update_in(&mut tx, actor, id, change).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// [`Catalog::update`] as part of a transaction.
    ///
    /// # Errors
    /// As [`Catalog::update`].
    pub async fn update_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: InstanceId,
        change: InstanceChange,
    ) -> Result<ChangedInstance> {
        let before = instances::hold(tx, id).await?;
        let before = before.ok_or_else(|| Error::NoInstance(id.to_string()))?;
        let changed = self.redrafted(&before, change, &custom_roles(tx).await?)?;
        let instance = &changed.instance;
        if instance.name != before.name {
            self.check_place(tx, instance).await?;
        }
        instances::update(tx, instance)
            .await
            .map_err(|error| taken(error, &instance.name))?;
        changes::bump(tx, Topic::Clients).await?;
        let detail = described(&before, instance);
        audit::record(tx, actor, "instance.update", &target(instance), &detail).await?;
        Ok(changed)
    }

    fn redrafted(
        &self,
        before: &Instance,
        change: InstanceChange,
        custom_roles: &[RoleName],
    ) -> Result<ChangedInstance> {
        let mut errors = FieldErrors::default();
        let mut instance = before.clone();
        if let Some(name) = change.name {
            let anywhere = before.space.is_none();
            check_name(
                &name,
                "an instance",
                limits::INSTANCE_NAME,
                anywhere,
                &mut errors,
            );
            instance.name = name;
        }
        if change.plan.is_some_and(|plan| plan != before.plan) {
            errors.add("plan", "cannot be changed; create another instance");
        }
        if let Some(tags) = change.tags {
            check_tags(&tags, &mut errors);
            instance.tags = tags;
        }
        if let Some(metadata) = change.metadata {
            instance.metadata = metadata;
        }
        let rules = self.rules(before.plan, custom_roles);
        let warnings = rules.apply(change.parameters, &mut instance.parameters, &mut errors);
        errors.check()?;
        instance.updated_at = self.clock.now();
        Ok(ChangedInstance { instance, warnings })
    }

    /// Deletes an instance; its clients are refused from the next call on.
    ///
    /// # Errors
    /// When there is no such instance, or it has keys and they are not to be purged.
    pub async fn delete(&self, actor: &Actor, id: InstanceId, purge: bool) -> Result<()> {
        let mut tx = self.store.begin().await?;
        self.delete_in(&mut tx, actor, id, purge).await?;
        tx.commit().await?;
        Ok(())
    }

    /// [`Catalog::delete`] as part of a transaction.
    ///
    /// # Errors
    /// As [`Catalog::delete`].
    pub async fn delete_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: InstanceId,
        purge: bool,
    ) -> Result<()> {
        let instance = find(tx, id).await?;
        let keys = keys::list(tx, id).await?;
        if !keys.is_empty() && !purge {
            return Err(Error::HasKeys {
                instance: instance.name,
                keys: keys.len(),
            });
        }
        for key in keys {
            keys::delete(tx, key.id).await?;
            let detail = format!("with instance {}", instance.name);
            audit::record(tx, actor, "key.delete", &key_target(&key), &detail).await?;
        }
        instances::delete(tx, id).await?;
        changes::bump(tx, Topic::Clients).await?;
        audit::record(tx, actor, "instance.delete", &target(&instance), "").await?;
        Ok(())
    }

    /// The instance with this id.
    ///
    /// # Errors
    /// When there is none.
    pub async fn find(&self, id: InstanceId) -> Result<Instance> {
        find(&mut self.store.read().await?, id).await
    }

    /// Every instance, those outside any space included.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn all(&self) -> Result<Vec<Instance>> {
        Ok(instances::list(&mut self.store.read().await?).await?)
    }

    /// The instances of a space.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn in_space(&self, space: SpaceId) -> Result<Vec<Instance>> {
        Ok(instances::in_space(&mut self.store.read().await?, space).await?)
    }
}

/// The instance with this id.
pub(super) async fn find(tx: &mut Tx, id: InstanceId) -> Result<Instance> {
    let found = instances::find(tx, id).await?;
    found.ok_or_else(|| Error::NoInstance(id.to_string()))
}

/// Every custom role.
pub(super) async fn custom_roles(tx: &mut Tx) -> Result<Vec<RoleName>> {
    let roles = roles::list(tx).await?;
    Ok(roles.into_iter().map(|role| role.name).collect())
}

fn check_tags(tags: &[String], errors: &mut FieldErrors) {
    let length: usize = tags.iter().map(|tag| tag.chars().count()).sum();
    if length > limits::INSTANCE_TAGS || tags.len() > limits::INSTANCE_LIST {
        let (count, limit) = (limits::INSTANCE_LIST, limits::INSTANCE_TAGS);
        let message = format!("are at most {count}, with {limit} characters together");
        errors.add("tags", message);
    }
}

/// A conflict means that another server took the name in the meantime.
fn taken(error: lockgate_store::Error, name: &str) -> Error {
    match error {
        lockgate_store::Error::Conflict { .. } => Error::InstanceNameTaken(name.to_owned()),
        other => Error::Store(other),
    }
}

/// The instance in the audit log.
fn target(instance: &Instance) -> Target {
    Target::new("instance", instance.id, &instance.name)
}

/// The same instance as if nothing had been asked for.
fn blank(instance: &Instance) -> Instance {
    Instance {
        parameters: Parameters {
            roles: vec![],
            grant_types: vec![],
            redirect_uris: vec![],
            token_validity: 0,
        },
        tags: vec![],
        metadata: Metadata::default(),
        ..instance.clone()
    }
}

/// What distinguishes an instance from what it was, for the audit log.
fn described(before: &Instance, now: &Instance) -> String {
    let (old, new) = (&before.parameters, &now.parameters);
    let mut changes = Vec::new();
    if before.name != now.name {
        changes.push(format!("name was {:?}", before.name));
    }
    if old.roles != new.roles {
        let roles: Vec<_> = new.roles.iter().map(RoleName::as_str).collect();
        changes.push(format!("roles {}", roles.join(" ")));
    }
    if old.grant_types != new.grant_types {
        changes.push(format!("grant-types {}", new.grant_types.join(" ")));
    }
    if old.redirect_uris != new.redirect_uris {
        changes.push(format!("redirect-uris {}", new.redirect_uris.join(" ")));
    }
    if old.token_validity != new.token_validity {
        changes.push(format!("token-validity {}", new.token_validity));
    }
    if before.tags != now.tags {
        changes.push("tags".to_owned());
    }
    if before.metadata != now.metadata {
        changes.push("metadata".to_owned());
    }
    changes.join("; ")
}
