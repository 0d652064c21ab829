//! The catalogue as operators use it: things are found by name or guid, requests are JSON, and every
//! wrong field is reported at once.

use lockgate_core::account::default_target;
use lockgate_core::audit::Actor;
use lockgate_core::ids::{InstanceId, KeyId, SpaceId};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_core::tenant::Plan;
use lockgate_store::Tx;
use lockgate_store::instances::{self, Instance};
use lockgate_store::keys::{self, Key};
use lockgate_store::metadata::Metadata;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::key_type::KeyType;
use crate::parameters;
use crate::service::instances::custom_roles;
use crate::service::{
    Catalog, InstanceChange, NewInstance, NewKey, ShownKey, check_name, guid, places,
};

/// Which instance an operator means.
#[derive(Clone, Debug)]
pub(crate) struct InstanceRef {
    /// Its name or guid.
    pub(crate) instance: String,
    /// The space to look in, as `org/space` or guid; everywhere when absent.
    pub(crate) space: Option<String>,
}

/// An instance, and where it lives.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// The instance.
    pub(crate) instance: Instance,
    /// Its space as `org/space`; `None` when it lives in none.
    pub(crate) space: Option<String>,
}

/// A key that an operator looks at.
#[derive(Debug)]
pub(crate) struct Looked {
    /// The instance it belongs to.
    pub(crate) instance: Instance,
    /// The key.
    pub(crate) key: Key,
    /// Its JSON; absent when the server does not show credentials again.
    pub(crate) credentials: Option<Secret<Vec<u8>>>,
}

impl Catalog {
    /// Creates an instance from `{"name","plan","space"?,"parameters"?}`, in the default space
    /// unless another is named.
    pub(crate) async fn create_instance(
        &self,
        actor: &Actor,
        request: Value,
    ) -> Result<(Placed, Vec<String>)> {
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", request, &mut errors);
        let name = fields.required_text("name");
        let plan = fields.required("plan", plan);
        let space = fields.text("space");
        let parameters = fields.value("parameters");
        fields.finish();
        let mut tx = self.store.begin().await?;
        let space = space_of(&mut tx, space.as_deref(), &mut errors).await?;
        let (Some(name), Some(plan), Some(space), true) =
            (name.clone(), plan, space, errors.is_empty())
        else {
            if let Some(name) = name {
                check_name(
                    &name,
                    "an instance",
                    limits::INSTANCE_NAME,
                    false,
                    &mut errors,
                );
            }
            if let Some(plan) = plan {
                let roles = custom_roles(&mut tx).await?;
                let mut defaults = parameters::defaults(plan);
                self.rules(plan, &roles)
                    .apply(parameters, &mut defaults, &mut errors);
            }
            return Err(errors.into());
        };
        let new = NewInstance {
            space: Some(space),
            name,
            plan,
            parameters,
            tags: vec![],
            metadata: Metadata::default(),
        };
        let created = self.create_in(&mut tx, actor, new).await?;
        let placed = placed(&mut tx, created.instance).await?;
        tx.commit().await?;
        Ok((placed, created.warnings))
    }

    /// Changes an instance by `{"name"?,"parameters"?}`. The plan may be repeated.
    pub(crate) async fn update_instance(
        &self,
        actor: &Actor,
        which: &InstanceRef,
        request: Value,
    ) -> Result<(Placed, Vec<String>)> {
        let mut tx = self.store.begin().await?;
        let before = find(&mut tx, which).await?;
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", request, &mut errors);
        let renamed = fields.has("name");
        let name = renamed.then(|| fields.required_text("name")).flatten();
        let plan = plan(&mut fields);
        let parameters = fields.value("parameters");
        fields.finish();
        if !errors.is_empty() {
            let roles = custom_roles(&mut tx).await?;
            let mut changed = before.parameters.clone();
            self.rules(before.plan, &roles)
                .apply(parameters, &mut changed, &mut errors);
            return Err(errors.into());
        }
        let change = InstanceChange {
            name,
            plan,
            parameters,
            ..InstanceChange::default()
        };
        let changed = self.update_in(&mut tx, actor, before.id, change).await?;
        let placed = placed(&mut tx, changed.instance).await?;
        tx.commit().await?;
        Ok((placed, changed.warnings))
    }

    /// The instance that is meant.
    pub(crate) async fn instance(&self, which: &InstanceRef) -> Result<Placed> {
        let mut tx = self.store.read().await?;
        let instance = find(&mut tx, which).await?;
        placed(&mut tx, instance).await
    }

    /// The instances of a space, or all.
    pub(crate) async fn instances(&self, space: Option<&str>) -> Result<Vec<Placed>> {
        let mut tx = self.store.read().await?;
        let instances = match space {
            Some(space) => {
                let space = places::named(&mut tx, space).await?;
                instances::in_space(&mut tx, space).await?
            }
            None => instances::list(&mut tx).await?,
        };
        let places = places::all(&mut tx).await?;
        let placed = instances.into_iter().map(|instance| Placed {
            space: instance.space.and_then(|id| places.get(&id).cloned()),
            instance,
        });
        Ok(placed.collect())
    }

    /// Deletes an instance; its keys go with it only when they are to be purged.
    pub(crate) async fn delete_instance(
        &self,
        actor: &Actor,
        which: &InstanceRef,
        purge: bool,
    ) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let instance = find(&mut tx, which).await?;
        self.delete_in(&mut tx, actor, instance.id, purge).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Creates a key from `{"name","parameters"?}`.
    pub(crate) async fn create_key_of(
        &self,
        actor: &Actor,
        which: &InstanceRef,
        request: Value,
    ) -> Result<ShownKey> {
        let mut tx = self.store.read().await?;
        let instance = find(&mut tx, which).await?;
        drop(tx);
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", request, &mut errors);
        let name = fields.required_text("name");
        let parameters = fields.value("parameters");
        fields.finish();
        let (Some(name), true) = (name, errors.is_empty()) else {
            KeyType::read(parameters.as_ref(), instance.plan, &mut errors);
            return Err(errors.into());
        };
        let new = NewKey {
            name,
            parameters,
            metadata: Metadata::default(),
        };
        self.create_key(actor, instance.id, new).await
    }

    /// A key, with its credentials where they are shown again.
    pub(crate) async fn key_of(&self, which: &InstanceRef, key: &str) -> Result<Looked> {
        let mut tx = self.store.read().await?;
        let instance = find(&mut tx, which).await?;
        let key = find_key(&mut tx, &instance, key).await?;
        let credentials = match self.opened(&key) {
            Err(Error::CredentialsHidden(_)) => None,
            opened => Some(opened?),
        };
        Ok(Looked {
            instance,
            key,
            credentials,
        })
    }

    /// An instance and its keys.
    pub(crate) async fn keys(&self, which: &InstanceRef) -> Result<(Instance, Vec<Key>)> {
        let mut tx = self.store.read().await?;
        let instance = find(&mut tx, which).await?;
        let keys = keys::list(&mut tx, instance.id).await?;
        Ok((instance, keys))
    }

    /// Deletes a key.
    pub(crate) async fn delete_key_of(
        &self,
        actor: &Actor,
        which: &InstanceRef,
        key: &str,
    ) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let instance = find(&mut tx, which).await?;
        let key = find_key(&mut tx, &instance, key).await?;
        self.delete_key_in(&mut tx, actor, key.id).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The instance that is meant. A guid means the instance that has it, and only then a name.
async fn find(tx: &mut Tx, which: &InstanceRef) -> Result<Instance> {
    let space = match &which.space {
        Some(space) => Some(places::named(tx, space).await?),
        None => None,
    };
    let name = &which.instance;
    let mut found = match guid(name) {
        Some(id) => instances::find(tx, InstanceId(id))
            .await?
            .into_iter()
            .collect(),
        None => vec![],
    };
    if found.is_empty() {
        found = instances::named(tx, name).await?;
    }
    found.retain(|instance| space.is_none_or(|space| instance.space == Some(space)));
    match found.len() {
        0 | 1 => found.pop().ok_or_else(|| Error::NoInstance(name.clone())),
        _ => Err(Error::AmbiguousInstance {
            name: name.clone(),
            guids: found.iter().map(|instance| instance.id).collect(),
        }),
    }
}

async fn find_key(tx: &mut Tx, instance: &Instance, name: &str) -> Result<Key> {
    let mut found = match guid(name) {
        Some(id) => keys::find(tx, KeyId(id)).await?,
        None => None,
    };
    if found.is_none() {
        found = keys::find_by_name(tx, instance.id, name).await?;
    }
    found
        .filter(|key| key.instance == instance.id)
        .ok_or_else(|| Error::NoKey(name.to_owned()))
}

async fn placed(tx: &mut Tx, instance: Instance) -> Result<Placed> {
    let space = match instance.space {
        Some(id) => places::all(tx).await?.remove(&id),
        None => None,
    };
    Ok(Placed { instance, space })
}

/// The space of a new instance; one that does not exist is an error of its field.
async fn space_of(
    tx: &mut Tx,
    space: Option<&str>,
    errors: &mut FieldErrors,
) -> Result<Option<SpaceId>> {
    let Some(space) = space else {
        return Ok(Some(default_target::SPACE));
    };
    match places::named(tx, space).await {
        Err(error @ Error::NoSpace(_)) => {
            errors.add("space", error.to_string());
            Ok(None)
        }
        found => found.map(Some),
    }
}

fn plan(fields: &mut Fields<'_>) -> Option<Plan> {
    let name = fields.text("plan")?;
    let plan = Plan::from_name(&name);
    if plan.is_none() {
        let names = Plan::ALL.map(Plan::name).join(" or ");
        fields.error("plan", format!("must be {names}"));
    }
    plan
}
