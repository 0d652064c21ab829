//! Access policies and the artifacts that they refer to.

use async_trait::async_trait;
use http::StatusCode;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Navigation, Operation, Property, Query,
    Reply, Result, Row,
};
use lockgate_operations::Operations;
use lockgate_store::access_policies::{Policy, Reference};

use crate::failure::of_operations;
use crate::roles::{ACCESS_POLICIES_EDIT, ACCESS_POLICIES_READ};

const POLICIES: &str = "AccessPolicies";
const REFERENCES: &str = "ArtifactReferences";
const POLICY: &str = "AccessPolicy";

static ENTITY: EntityType = EntityType::new(
    "AccessPolicy",
    &[
        Property::int64("Id").key(),
        Property::text("RoleName"),
        Property::text("Description"),
    ],
)
.navigations(&[
    Navigation::many(REFERENCES, REFERENCES),
    Navigation::many(
        "AccessPolicyRuntimeAssignments",
        "AccessPolicyRuntimeAssignments",
    ),
]);

static REFERENCE: EntityType = EntityType::new(
    "ArtifactReference",
    &[
        Property::int64("Id").key(),
        Property::text("Name"),
        Property::text("Description"),
        Property::text("Type"),
        Property::text("ConditionAttribute"),
        Property::text("ConditionValue"),
        Property::text("ConditionType"),
    ],
)
.navigations(&[Navigation::one(POLICY, POLICIES)]);

/// `AccessPolicies`
#[derive(Debug)]
pub(super) struct AccessPolicies(pub(super) Operations);

#[async_trait]
impl EntitySet for AccessPolicies {
    fn name(&self) -> &'static str {
        POLICIES
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        let policies = self.0.access_policies().await.map_err(of_operations)?;
        Ok(List::All(policies.into_iter().map(policy_row).collect()))
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let id = match call.parent() {
            Some(parent) if key.is_empty() => self.policy_of(parent.key.number("Id")).await?,
            _ => key.number("Id"),
        };
        let found = self.0.access_policy(id).await.map_err(of_operations)?;
        Ok(Some(policy_row(found)))
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let policy = Policy {
            id: 0,
            role_name: body.required("RoleName")?,
            description: body.text_or_empty("Description")?,
        };
        let references = body.nested(REFERENCES)?;
        let references = references.iter().map(|one| read_reference(one, 0));
        let references = references.collect::<Result<Vec<_>>>()?;
        let created = self
            .0
            .create_access_policy(call.actor(), policy, &references)
            .await;
        Ok(Reply::created(policy_row(created.map_err(of_operations)?)))
    }

    async fn merge(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let found = self.0.access_policy(key.number("Id")).await;
        let found = found.map_err(of_operations)?;
        let policy = Policy {
            role_name: body.text("RoleName")?.unwrap_or(found.role_name),
            description: body.text("Description")?.unwrap_or(found.description),
            id: found.id,
        };
        self.0
            .update_access_policy(call.actor(), &policy)
            .await
            .map_err(of_operations)?;
        Ok(Reply::no_content())
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        self.0
            .delete_access_policy(call.actor(), key.number("Id"))
            .await
            .map_err(of_operations)?;
        Ok(Reply::no_content())
    }
}

impl AccessPolicies {
    /// The policy that a reference belongs to.
    async fn policy_of(&self, reference: i64) -> Result<i64> {
        let references = self.0.artifact_references().await.map_err(of_operations)?;
        let found = references.into_iter().find(|one| one.id == reference);
        found.map(|one| one.policy).ok_or_else(Error::not_found)
    }
}

/// `ArtifactReferences`
#[derive(Debug)]
pub(super) struct ArtifactReferences(pub(super) Operations);

#[async_trait]
impl EntitySet for ArtifactReferences {
    fn name(&self) -> &'static str {
        REFERENCES
    }

    fn entity(&self) -> &'static EntityType {
        &REFERENCE
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let mut references = self.0.artifact_references().await.map_err(of_operations)?;
        if let Some(parent) = call.parent() {
            let policy = parent.key.number("Id");
            self.0.access_policy(policy).await.map_err(of_operations)?;
            references.retain(|reference| reference.policy == policy);
        }
        Ok(List::All(
            references.into_iter().map(reference_row).collect(),
        ))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let references = self.0.artifact_references().await.map_err(of_operations)?;
        let mut references = references.into_iter();
        let found = references.find(|reference| reference.id == key.number("Id"));
        Ok(found.map(reference_row))
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let policy = match call.parent() {
            Some(parent) => parent.key.number("Id"),
            None => policy_named(body)?,
        };
        let reference = read_reference(body, policy)?;
        let created = self
            .0
            .create_artifact_reference(call.actor(), reference)
            .await;
        let created = created.map_err(of_operations)?;
        Ok(Reply::created(reference_row(created)))
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        self.0
            .delete_artifact_reference(call.actor(), key.number("Id"))
            .await
            .map_err(of_operations)?;
        Ok(Reply::no_content())
    }
}

fn needs(operation: Operation) -> &'static [&'static str] {
    match operation.reads() {
        true => &[ACCESS_POLICIES_READ],
        false => &[ACCESS_POLICIES_EDIT],
    }
}

/// The policy that a new reference names: as an object, or as a list of one, also misspelt as in
/// examples that people copy.
fn policy_named(body: &Body) -> Result<i64> {
    for name in [POLICY, "AcessPolicy"] {
        if let Some(policy) = body.nested(name)?.first()
            && let Some(id) = policy.number("Id")?
        {
            return Ok(id);
        }
    }
    let message = "AccessPolicy cannot be empty: name the policy as {\"Id\": \"…\"}.";
    Err(Error::new(StatusCode::BAD_REQUEST, message))
}

fn read_reference(body: &Body, policy: i64) -> Result<Reference> {
    Ok(Reference {
        id: 0,
        policy,
        name: body.required("Name")?,
        description: body.text_or_empty("Description")?,
        kind: body.required("Type")?,
        attribute: body.required("ConditionAttribute")?,
        comparison: body.required("ConditionType")?,
        value: body.required("ConditionValue")?,
    })
}

fn policy_row(policy: Policy) -> Row {
    Row::new()
        .with("Id", policy.id)
        .with("RoleName", policy.role_name)
        .with("Description", policy.description)
}

fn reference_row(reference: Reference) -> Row {
    Row::new()
        .with("Id", reference.id)
        .with("Name", reference.name)
        .with("Description", reference.description)
        .with("Type", reference.kind)
        .with("ConditionAttribute", reference.attribute)
        .with("ConditionValue", reference.value)
        .with("ConditionType", reference.comparison)
}
