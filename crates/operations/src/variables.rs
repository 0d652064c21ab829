//! Variables: values that flows keep between messages.

use lockgate_core::audit::{Actor, Target};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_store::audit;
use lockgate_store::variables::{self, Scope, Variable};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::service::{Operations, check_name};

impl Operations {
    /// The variables of `scope`, or of every scope.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn variables(&self, scope: Option<&Scope>) -> Result<Vec<Variable>> {
        let mut variables = variables::list(&mut self.store.read().await?).await?;
        if let Some(scope) = scope {
            variables.retain(|variable| variable.scope == *scope);
        }
        Ok(variables)
    }

    /// A variable.
    ///
    /// # Errors
    /// When there is none of this name in the scope.
    pub async fn variable(&self, scope: &Scope, name: &str) -> Result<Variable> {
        let found = variables::get(&mut self.store.read().await?, scope, name).await?;
        found.ok_or_else(|| Error::NoVariable(name.to_owned()))
    }

    /// Writes a variable from `{"value"}`.
    ///
    /// # Errors
    /// When fields are wrong.
    pub async fn set_variable(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &str,
        request: Value,
    ) -> Result<Variable> {
        let mut errors = FieldErrors::default();
        check_name(name, &mut errors);
        let mut fields = Fields::of("", request, &mut errors);
        let value = fields.required("value", |fields| fields.text("value"));
        fields.finish();
        errors.check()?;
        let value = value.expect("invariant: what is missing is an error");
        let mut tx = self.store.begin().await?;
        variables::set(&mut tx, scope, name, value.as_bytes()).await?;
        audit::record(&mut tx, actor, "variable.set", &target(scope, name), "").await?;
        tx.commit().await?;
        self.variable(scope, name).await
    }

    /// Deletes a variable.
    ///
    /// # Errors
    /// When there is none of this name in the scope.
    pub async fn delete_variable(&self, actor: &Actor, scope: &Scope, name: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        if !variables::delete(&mut tx, scope, name).await? {
            return Err(Error::NoVariable(name.to_owned()));
        }
        let target = target(scope, name);
        audit::record(&mut tx, actor, "variable.delete", &target, "").await?;
        Ok(tx.commit().await?)
    }
}

/// The variable in the audit log: its id says whose it is.
fn target(scope: &Scope, name: &str) -> Target {
    match scope {
        Scope::Global => Target::new("variable", name, name),
        Scope::Local(flow) => Target::new("variable", format!("{flow}/{name}"), name),
    }
}
