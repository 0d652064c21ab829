//! Roles: predefined ones, and custom ones that operators create.

use lockgate_core::audit::{Actor, Target};
use lockgate_core::clock::Timestamp;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_core::role::{self, InvalidRole, RoleName};
use lockgate_flow::bundle::Bundle;
use lockgate_flow::plan::{Authorization, Plan, Trigger};
use lockgate_store::flows::{self, Flow};
use lockgate_store::roles::{self, Role as CustomRole};
use lockgate_store::{Tx, audit};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::service::Catalog;

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: RoleName,
    /// What it is for.
    pub description: String,
    /// When it was created; absent for predefined roles.
    pub created_at: Option<Timestamp>,
}

/// Who uses a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleUsers {
    /// Names of instances that hold it.
    pub instances: Vec<String>,
    /// Ids of deployed flows that ask for it.
    pub flows: Vec<String>,
}

impl Catalog {
    /// All roles, predefined ones first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn roles(&self) -> Result<Vec<Role>> {
        let custom = roles::list(&mut self.store.read().await?).await?;
        let predefined = role::PREDEFINED.iter().map(|(name, _)| predefined(name));
        Ok(predefined
            .flatten()
            .chain(custom.into_iter().map(Role::from))
            .collect())
    }

    /// A role and who uses it.
    ///
    /// # Errors
    /// When there is no such role.
    pub async fn role(&self, name: &str) -> Result<(Role, RoleUsers)> {
        let mut tx = self.store.read().await?;
        let role = find(&mut tx, name).await?;
        let instances = roles::used_by(&mut tx, &role.name).await?;
        drop(tx);
        let flows = self.flows_asking_for(&role.name).await?;
        Ok((role, RoleUsers { instances, flows }))
    }

    /// Creates a custom role from `{"name","description"?}`.
    ///
    /// # Errors
    /// When fields are wrong, the role exists, or there are too many.
    pub async fn create_role(&self, actor: &Actor, request: Value) -> Result<Role> {
        let role = self.new_role(request)?;
        let mut tx = self.store.begin().await?;
        if role.name.is_predefined() || roles::find(&mut tx, &role.name).await?.is_some() {
            return Err(Error::RoleTaken(role.name));
        }
        if roles::list(&mut tx).await?.len() >= limits::CUSTOM_ROLES {
            return Err(Error::TooManyRoles);
        }
        roles::insert(&mut tx, &role)
            .await
            .map_err(|error| match error {
                lockgate_store::Error::Conflict { .. } => Error::RoleTaken(role.name.clone()),
                other => Error::Store(other),
            })?;
        audit::record(
            &mut tx,
            actor,
            "role.create",
            &target(&role),
            &role.description,
        )
        .await?;
        tx.commit().await?;
        Ok(role.into())
    }

    /// Ids of the deployed flows with an endpoint that asks for `role`.
    ///
    /// Bundles may be large, so one is read at a time, beside the tasks that answer requests.
    async fn flows_asking_for(&self, role: &RoleName) -> Result<Vec<String>> {
        let heads = flows::list(&mut self.store.read().await?).await?;
        let mut asking = Vec::new();
        for head in heads {
            let flow = flows::find(&mut self.store.read().await?, &head.id).await?;
            let Some(flow) = flow else { continue };
            let reading = tokio::task::spawn_blocking(move || plan(&flow));
            let plan = reading
                .await
                .expect("invariant: reading a bundle does not panic");
            if plan.is_some_and(|plan| asks_for(&plan, role)) {
                asking.push(head.id);
            }
        }
        Ok(asking)
    }

    fn new_role(&self, request: Value) -> Result<CustomRole> {
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", request, &mut errors);
        let name = fields.required_text("name").and_then(|name| {
            let parsed = name.parse::<RoleName>();
            let reported = |error: InvalidRole| fields.error("name", error.to_string());
            parsed.map_err(reported).ok()
        });
        let description = description(&mut fields);
        fields.finish();
        errors.check()?;
        Ok(CustomRole {
            name: name.expect("invariant: what is missing is an error"),
            description: description.unwrap_or_default(),
            created_at: self.clock.now(),
        })
    }

    /// Changes a custom role by `{"description"}`.
    ///
    /// # Errors
    /// When there is no such role, it is predefined, or fields are wrong.
    pub async fn update_role(&self, actor: &Actor, name: &str, request: Value) -> Result<Role> {
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", request, &mut errors);
        let description = description(&mut fields);
        fields.finish();
        errors.check()?;
        let mut tx = self.store.begin().await?;
        let mut role = find_custom(&mut tx, name).await?;
        if let Some(description) = description {
            role.description = description;
        }
        roles::update(&mut tx, &role).await?;
        audit::record(
            &mut tx,
            actor,
            "role.update",
            &target(&role),
            &role.description,
        )
        .await?;
        tx.commit().await?;
        Ok(role.into())
    }

    /// Deletes a custom role that nobody uses.
    ///
    /// # Errors
    /// When there is no such role, it is predefined, or an instance or a deployed flow uses it.
    pub async fn delete_role(&self, actor: &Actor, name: &str) -> Result<()> {
        let (role, users) = self.role(name).await?;
        if role.name.is_predefined() {
            return Err(Error::RoleFixed(role.name));
        }
        let mut tx = self.store.begin().await?;
        let role = find_custom(&mut tx, name).await?;
        // Instances are asked again in this transaction: one may have got the role just now.
        let instances = roles::used_by(&mut tx, &role.name).await?;
        if !instances.is_empty() || !users.flows.is_empty() {
            return Err(Error::RoleUsed {
                role: role.name,
                instances,
                flows: users.flows,
            });
        }
        roles::delete(&mut tx, &role.name).await?;
        audit::record(&mut tx, actor, "role.delete", &target(&role), "").await?;
        tx.commit().await?;
        Ok(())
    }
}

impl From<CustomRole> for Role {
    fn from(role: CustomRole) -> Self {
        Self {
            name: role.name,
            description: role.description,
            created_at: Some(role.created_at),
        }
    }
}

fn predefined(name: &str) -> Option<Role> {
    let (name, description) = role::PREDEFINED.iter().find(|(known, _)| *known == name)?;
    Some(Role {
        name: name
            .parse()
            .expect("invariant: predefined role names are legal"),
        description: (*description).to_owned(),
        created_at: None,
    })
}

async fn find(tx: &mut Tx, name: &str) -> Result<Role> {
    match predefined(name) {
        Some(role) => Ok(role),
        None => Ok(find_custom(tx, name).await?.into()),
    }
}

async fn find_custom(tx: &mut Tx, name: &str) -> Result<CustomRole> {
    let unknown = || Error::NoRole(name.to_owned());
    let role: RoleName = name.parse().map_err(|_| unknown())?;
    if role.is_predefined() {
        return Err(Error::RoleFixed(role));
    }
    roles::find(tx, &role).await?.ok_or_else(unknown)
}

/// The role in the audit log.
fn target(role: &CustomRole) -> Target {
    Target::new("role", &role.name, role.name.as_str())
}

fn description(fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.text("description")?;
    if text.chars().count() > limits::DESCRIPTION {
        let message = format!("has at most {} characters", limits::DESCRIPTION);
        fields.error("description", message);
    }
    Some(text)
}

fn plan(flow: &Flow) -> Option<Plan> {
    let bundle = Bundle::from_zip(&flow.bundle).ok()?;
    lockgate_flow::read(&bundle, &flow.parameters).plan
}

fn asks_for(plan: &Plan, role: &RoleName) -> bool {
    plan.entries.iter().any(|entry| match &entry.trigger {
        Trigger::Https(sender) => sender.authorization == Authorization::Role(role.clone()),
        Trigger::ProcessDirect { .. } | Trigger::Timer(_) | Trigger::Never => false,
    })
}
