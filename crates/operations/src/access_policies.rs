//! Access policies: which artifacts only holders of a role may see.
//!
//! They are kept for the tools that maintain them; nothing is hidden by them yet.

use lockgate_core::audit::{Actor, Target};
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_store::Error as StoreError;
use lockgate_store::access_policies::{self, Policy, Reference};
use lockgate_store::audit;

use crate::error::{Error, Result};
use crate::service::Operations;

/// The kinds of artifacts that a reference can be to.
const KINDS: [&str; 12] = [
    "INTEGRATION_FLOW",
    "ODATA_SERVICE",
    "SCRIPT_COLLECTION",
    "VALUE_MAPPING",
    "MESSAGE_MAPPING",
    "MESSAGE_QUEUE",
    "GLOBAL_DATASTORE",
    "GLOBAL_VARIABLE",
    "SOAP_API_PROVIDER",
    "REST_API_PROVIDER",
    "DATA_TYPE",
    "MESSAGE_TYPE",
];
/// What of an artifact can be compared.
const ATTRIBUTES: [&str; 2] = ["Name", "ID"];
/// How it can be compared.
const COMPARISONS: [&str; 2] = ["exactString", "regularExpression"];

impl Operations {
    /// Every access policy, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn access_policies(&self) -> Result<Vec<Policy>> {
        Ok(access_policies::list(&mut self.store.read().await?).await?)
    }

    /// The access policy with this number.
    ///
    /// # Errors
    /// When there is none.
    pub async fn access_policy(&self, id: i64) -> Result<Policy> {
        let found = access_policies::find(&mut self.store.read().await?, id).await?;
        found.ok_or(Error::NoPolicy(id))
    }

    /// Every reference to artifacts, of all policies, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn artifact_references(&self) -> Result<Vec<Reference>> {
        Ok(access_policies::references(&mut self.store.read().await?).await?)
    }

    /// Makes an access policy together with references; the numbers they have are ignored.
    ///
    /// # Errors
    /// When fields are wrong, the role has a policy, or there are too many.
    pub async fn create_access_policy(
        &self,
        actor: &Actor,
        mut policy: Policy,
        references: &[Reference],
    ) -> Result<Policy> {
        let mut errors = FieldErrors::default();
        check_policy(&policy, &mut errors);
        for reference in references {
            check_reference(reference, &mut errors);
        }
        errors.check()?;
        let mut tx = self.store.begin().await?;
        let existing = access_policies::list(&mut tx).await?.len();
        bound("access policies", existing, 1, limits::ACCESS_POLICIES)?;
        let inserted = access_policies::insert(&mut tx, &policy).await;
        policy.id = inserted.map_err(|error| taken(error, &policy))?;
        let existing = access_policies::references(&mut tx).await?.len();
        let limit = limits::ARTIFACT_REFERENCES;
        bound("artifact references", existing, references.len(), limit)?;
        for reference in references {
            let reference = Reference {
                policy: policy.id,
                ..reference.clone()
            };
            access_policies::insert_reference(&mut tx, &reference).await?;
        }
        let detail = format!("{} references", references.len());
        let target = target(&policy);
        audit::record(&mut tx, actor, "access-policy.create", &target, &detail).await?;
        tx.commit().await?;
        Ok(policy)
    }

    /// Changes the role and the description of an access policy.
    ///
    /// # Errors
    /// When fields are wrong, there is no such policy, or the role has another one.
    pub async fn update_access_policy(&self, actor: &Actor, policy: &Policy) -> Result<()> {
        let mut errors = FieldErrors::default();
        check_policy(policy, &mut errors);
        errors.check()?;
        let mut tx = self.store.begin().await?;
        let updated = access_policies::update(&mut tx, policy).await;
        if !updated.map_err(|error| taken(error, policy))? {
            return Err(Error::NoPolicy(policy.id));
        }
        let target = target(policy);
        audit::record(&mut tx, actor, "access-policy.update", &target, "").await?;
        Ok(tx.commit().await?)
    }

    /// Deletes an access policy with its references.
    ///
    /// # Errors
    /// When there is none.
    pub async fn delete_access_policy(&self, actor: &Actor, id: i64) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let policy = access_policies::find(&mut tx, id).await?;
        let policy = policy.ok_or(Error::NoPolicy(id))?;
        access_policies::delete(&mut tx, id).await?;
        let target = target(&policy);
        audit::record(&mut tx, actor, "access-policy.delete", &target, "").await?;
        Ok(tx.commit().await?)
    }

    /// Adds a reference to the policy that it names; the number it has is ignored.
    ///
    /// # Errors
    /// When fields are wrong, there is no such policy, or there are too many.
    pub async fn create_artifact_reference(
        &self,
        actor: &Actor,
        mut reference: Reference,
    ) -> Result<Reference> {
        let mut errors = FieldErrors::default();
        check_reference(&reference, &mut errors);
        errors.check()?;
        let mut tx = self.store.begin().await?;
        let policy = access_policies::find(&mut tx, reference.policy).await?;
        let policy = policy.ok_or(Error::NoPolicy(reference.policy))?;
        let existing = access_policies::references(&mut tx).await?.len();
        let limit = limits::ARTIFACT_REFERENCES;
        bound("artifact references", existing, 1, limit)?;
        reference.id = access_policies::insert_reference(&mut tx, &reference).await?;
        let detail = format!("reference {} added", reference.id);
        let target = target(&policy);
        audit::record(&mut tx, actor, "access-policy.update", &target, &detail).await?;
        tx.commit().await?;
        Ok(reference)
    }

    /// Deletes a reference.
    ///
    /// # Errors
    /// When there is none.
    pub async fn delete_artifact_reference(&self, actor: &Actor, id: i64) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let found = access_policies::references(&mut tx).await?.into_iter();
        let reference = found.into_iter().find(|reference| reference.id == id);
        let reference = reference.ok_or(Error::NoReference(id))?;
        let policy = access_policies::find(&mut tx, reference.policy).await?;
        let policy = policy.ok_or(Error::NoPolicy(reference.policy))?;
        access_policies::delete_reference(&mut tx, id).await?;
        let detail = format!("reference {id} deleted");
        let target = target(&policy);
        audit::record(&mut tx, actor, "access-policy.update", &target, &detail).await?;
        Ok(tx.commit().await?)
    }
}

/// The policy in the audit log.
fn target(policy: &Policy) -> Target {
    Target::new("access-policy", policy.id.to_string(), &policy.role_name)
}

fn taken(error: StoreError, policy: &Policy) -> Error {
    match error {
        StoreError::Conflict { .. } => Error::PolicyTaken(policy.role_name.clone()),
        error => error.into(),
    }
}

fn bound(what: &'static str, existing: usize, more: usize, limit: usize) -> Result<()> {
    match existing.saturating_add(more) <= limit {
        true => Ok(()),
        false => Err(Error::TooMany { what, limit }),
    }
}

fn check_policy(policy: &Policy, errors: &mut FieldErrors) {
    check_text("RoleName", &policy.role_name, limits::NAME, true, errors);
    let limit = limits::CREDENTIAL_DESCRIPTION;
    check_text("Description", &policy.description, limit, false, errors);
}

fn check_reference(reference: &Reference, errors: &mut FieldErrors) {
    check_text("Name", &reference.name, limits::NAME, true, errors);
    let limit = limits::CREDENTIAL_DESCRIPTION;
    check_text("Description", &reference.description, limit, false, errors);
    check_text("ConditionValue", &reference.value, limit, true, errors);
    check_word("Type", &reference.kind, &KINDS, errors);
    check_word(
        "ConditionAttribute",
        &reference.attribute,
        &ATTRIBUTES,
        errors,
    );
    check_word("ConditionType", &reference.comparison, &COMPARISONS, errors);
}

fn check_text(field: &str, text: &str, limit: usize, is_required: bool, errors: &mut FieldErrors) {
    if is_required && text.trim().is_empty() {
        errors.add(field, "is required");
    }
    if text.chars().count() > limit {
        errors.add(field, format!("has at most {limit} characters"));
    }
}

fn check_word(field: &str, word: &str, words: &[&str], errors: &mut FieldErrors) {
    if !words.contains(&word) {
        errors.add(field, format!("must be one of {}", words.join(", ")));
    }
}
