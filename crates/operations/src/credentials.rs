//! Credentials that flows refer to by name. Their secrets go in and never come out.

mod attributes;
mod read;

use lockgate_core::audit::{Actor, Target};
use lockgate_store::audit;
use lockgate_store::changes::{self, Topic};
use lockgate_store::materials::{self, Kind, Material};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::service::Operations;

pub use attributes::{RequestPart, TokenAttributes, TokenParameter, UserAttributes, UserSystem};

/// What has to be deployed under a name so that a credential may be deployed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// It does not matter.
    Anything,
    /// Nothing.
    Nothing,
    /// A credential of the same kind.
    SameKind,
}

impl Operations {
    /// Creates or replaces a credential. Flows use it from their next step on.
    ///
    /// # Errors
    /// When fields are wrong, or when what is deployed under the name is not as `before` says.
    pub async fn set_credential(
        &self,
        actor: &Actor,
        name: &str,
        request: Value,
        before: Before,
    ) -> Result<Material> {
        let given = read::read(name, request)?;
        let secret = given.secret.expose().as_bytes();
        let material = Material {
            name: name.to_owned(),
            kind: given.kind,
            description: given.description,
            user: given.user,
            attributes: given.attributes,
            sealed_secret: self.vault.seal(&format!("material/{name}"), secret),
            updated_at: self.clock.now(),
            deployed_by: actor.who.name().to_owned(),
        };
        let mut tx = self.store.begin().await?;
        let found = materials::find(&mut tx, name).await?;
        match (before, found.map(|found| found.kind)) {
            (Before::Nothing, Some(_)) => return Err(Error::CredentialTaken(name.to_owned())),
            (Before::SameKind, kind) if kind != Some(material.kind) => {
                return Err(Error::NoCredential(name.to_owned()));
            }
            _ => {}
        }
        materials::upsert(&mut tx, &material).await?;
        let detail = format!("kind {}, user {}", material.kind, material.user);
        audit::record(&mut tx, actor, "credential.set", &target(name), &detail).await?;
        changes::bump(&mut tx, Topic::Materials).await?;
        tx.commit().await?;
        tracing::info!(credential = name, kind = %material.kind, "credential deployed");
        Ok(material)
    }

    /// The credential called `name`.
    ///
    /// # Errors
    /// When there is none.
    pub async fn credential(&self, name: &str) -> Result<Material> {
        let found = materials::find(&mut self.store.read().await?, name).await?;
        found.ok_or_else(|| Error::NoCredential(name.to_owned()))
    }

    /// All credentials.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn credentials(&self) -> Result<Vec<Material>> {
        Ok(materials::list(&mut self.store.read().await?).await?)
    }

    /// Deletes a credential, of `kind` only when one is given; flows that use it fail from their next
    /// step on.
    ///
    /// # Errors
    /// When there is none.
    pub async fn delete_credential(
        &self,
        actor: &Actor,
        name: &str,
        kind: Option<Kind>,
    ) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let found = materials::find(&mut tx, name).await?;
        if found.is_none_or(|found| kind.is_some_and(|kind| kind != found.kind)) {
            return Err(Error::NoCredential(name.to_owned()));
        }
        materials::delete(&mut tx, name).await?;
        audit::record(&mut tx, actor, "credential.delete", &target(name), "").await?;
        changes::bump(&mut tx, Topic::Materials).await?;
        tx.commit().await?;
        tracing::info!(credential = name, "credential deleted");
        Ok(())
    }
}

/// The credential in the audit log.
fn target(name: &str) -> Target {
    Target::new("credential", name, name)
}
