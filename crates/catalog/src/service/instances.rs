//! Service instances.

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::InstanceId;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_core::role::RoleName;
use lockgate_core::tenant::Plan;
use lockgate_store::changes::{self, Topic};
use lockgate_store::instances::{self, Instance};
use lockgate_store::{Tx, keys, roles};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::parameters::{self, Rules};
use crate::service::{Catalog, guid, name_of};

/// An instance that was created or changed.
#[derive(Clone, Debug)]
pub struct ChangedInstance {
    /// The instance as it is now.
    pub instance: Instance,
    /// What the caller should know although it worked.
    pub warnings: Vec<String>,
}

impl Catalog {
    /// Creates an instance from `{"name","plan","parameters"?}`.
    ///
    /// # Errors
    /// When fields are wrong, the name is taken, or there are too many instances.
    pub async fn create_instance(&self, request: Value) -> Result<ChangedInstance> {
        let mut tx = self.store.begin().await?;
        let custom_roles = custom_roles(&mut tx).await?;
        let changed = self.new_instance(request, &custom_roles)?;
        let name = &changed.instance.name;
        if instances::find_by_name(&mut tx, name).await?.is_some() {
            return Err(Error::InstanceNameTaken(name.clone()));
        }
        if instances::list(&mut tx).await?.len() >= limits::INSTANCES {
            return Err(Error::TooManyInstances);
        }
        instances::insert(&mut tx, &changed.instance)
            .await
            .map_err(|error| taken(error, name))?;
        changes::bump(&mut tx, Topic::Clients).await?;
        tx.commit().await?;
        tracing::info!(instance = %changed.instance.id, "service instance created");
        Ok(changed)
    }

    fn new_instance(&self, request: Value, custom_roles: &[RoleName]) -> Result<ChangedInstance> {
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", request, &mut errors);
        let name = name_of(&mut fields, "an instance", limits::INSTANCE_NAME);
        let plan = plan(&mut fields);
        let given = fields.value("parameters");
        fields.finish();
        let mut parameters = parameters::defaults(plan.unwrap_or(Plan::IntegrationFlow));
        let warnings = plan.map(|plan| {
            let tenant = &self.tenant;
            let rules = Rules {
                tenant,
                plan,
                custom_roles,
            };
            rules.apply(given, &mut parameters, &mut errors)
        });
        errors.check()?;
        let complete = "invariant: what is missing is an error";
        let now = self.clock.now();
        let instance = Instance {
            id: InstanceId::generate(&*self.random),
            name: name.expect(complete),
            plan: plan.expect(complete),
            parameters,
            tokens_not_before: Timestamp::default(),
            created_at: now,
            updated_at: now,
        };
        let warnings = warnings.unwrap_or_default();
        Ok(ChangedInstance { instance, warnings })
    }

    /// Changes an instance by `{"name"?,"parameters"?}`. A given parameter replaces the one there
    /// is, the others stay. Takes effect on the next call of its clients.
    ///
    /// # Errors
    /// When there is no such instance, fields are wrong, or the new name is taken.
    pub async fn update_instance(
        &self,
        name_or_guid: &str,
        request: Value,
    ) -> Result<ChangedInstance> {
        let mut tx = self.store.begin().await?;
        let before = find(&mut tx, name_or_guid).await?;
        let custom_roles = custom_roles(&mut tx).await?;
        let changed = self.changed_instance(&before, request, &custom_roles)?;
        let name = &changed.instance.name;
        if *name != before.name && instances::find_by_name(&mut tx, name).await?.is_some() {
            return Err(Error::InstanceNameTaken(name.clone()));
        }
        instances::update(&mut tx, &changed.instance)
            .await
            .map_err(|error| taken(error, name))?;
        changes::bump(&mut tx, Topic::Clients).await?;
        tx.commit().await?;
        tracing::info!(instance = %changed.instance.id, "service instance updated");
        Ok(changed)
    }

    fn changed_instance(
        &self,
        before: &Instance,
        request: Value,
        custom_roles: &[RoleName],
    ) -> Result<ChangedInstance> {
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", request, &mut errors);
        let renamed = fields.has("name");
        let name = renamed.then(|| name_of(&mut fields, "an instance", limits::INSTANCE_NAME));
        if fields.has("plan") && plan(&mut fields).is_some_and(|plan| plan != before.plan) {
            fields.error("plan", "cannot be changed; create another instance");
        }
        let given = fields.value("parameters");
        fields.finish();
        let mut instance = before.clone();
        let (tenant, plan) = (&*self.tenant, before.plan);
        let rules = Rules {
            tenant,
            plan,
            custom_roles,
        };
        let warnings = rules.apply(given, &mut instance.parameters, &mut errors);
        errors.check()?;
        if let Some(name) = name.flatten() {
            instance.name = name;
        }
        instance.updated_at = self.clock.now();
        Ok(ChangedInstance { instance, warnings })
    }

    /// The instance with this name or guid.
    ///
    /// # Errors
    /// When there is none.
    pub async fn instance(&self, name_or_guid: &str) -> Result<Instance> {
        find(&mut self.store.read().await?, name_or_guid).await
    }

    /// All instances.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instances(&self) -> Result<Vec<Instance>> {
        Ok(instances::list(&mut self.store.read().await?).await?)
    }

    /// Deletes an instance; its clients are refused from the next call on.
    ///
    /// # Errors
    /// When there is no such instance, or it has keys and they are not to be purged.
    pub async fn delete_instance(&self, name_or_guid: &str, purge: bool) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let instance = find(&mut tx, name_or_guid).await?;
        let keys = keys::list(&mut tx, instance.id).await?;
        if !keys.is_empty() && !purge {
            return Err(Error::HasKeys {
                instance: instance.name,
                keys: keys.len(),
            });
        }
        for key in keys {
            keys::delete(&mut tx, key.id).await?;
        }
        instances::delete(&mut tx, instance.id).await?;
        changes::bump(&mut tx, Topic::Clients).await?;
        tx.commit().await?;
        tracing::info!(instance = %instance.id, "service instance deleted");
        Ok(())
    }
}

/// The instance with this name or guid.
pub(super) async fn find(tx: &mut Tx, name_or_guid: &str) -> Result<Instance> {
    let found = match guid(name_or_guid) {
        Some(id) => instances::find(tx, InstanceId(id)).await?,
        None => instances::find_by_name(tx, name_or_guid).await?,
    };
    found.ok_or_else(|| Error::NoInstance(name_or_guid.to_owned()))
}

async fn custom_roles(tx: &mut Tx) -> Result<Vec<RoleName>> {
    let roles = roles::list(tx).await?;
    Ok(roles.into_iter().map(|role| role.name).collect())
}

fn plan(fields: &mut Fields<'_>) -> Option<Plan> {
    let name = fields.required_text("plan")?;
    let plan = Plan::from_name(&name);
    if plan.is_none() {
        let names = Plan::ALL.map(Plan::name).join(" or ");
        fields.error("plan", format!("must be {names}"));
    }
    plan
}

/// A conflict means that another server took the name in the meantime.
fn taken(error: lockgate_store::Error, name: &str) -> Error {
    match error {
        lockgate_store::Error::Conflict { .. } => Error::InstanceNameTaken(name.to_owned()),
        other => Error::Store(other),
    }
}
