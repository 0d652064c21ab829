//! Users with their passwords.

use async_trait::async_trait;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Operation, Property, Query, Reply, Result,
    Row,
};
use lockgate_operations::Operations;
use lockgate_operations::credentials::{Before, UserAttributes, UserSystem};
use lockgate_store::materials::{Kind, Material};
use serde_json::{Value as Json, json};

use super::{DESCRIPTOR, attributes, descriptor, keep_name, needs, of_change};
use crate::failure::of_operations;

/// What the list calls a credential that has a set of its own too.
const OAUTH2: &str = "oauth2:default";

static ENTITY: EntityType = EntityType::new(
    "UserCredential",
    &[
        Property::text("Name").key().length(150),
        Property::text("Kind"),
        Property::text("Description"),
        Property::text("User"),
        Property::text("Password").or_null(),
        Property::text("CompanyId"),
        Property::complex("SecurityArtifactDescriptor", &DESCRIPTOR).required(),
    ],
);

/// `UserCredentials`: like the original, it lists OAuth2 credentials as well.
#[derive(Debug)]
pub(in crate::sets) struct UserCredentials(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for UserCredentials {
    fn name(&self) -> &'static str {
        "UserCredentials"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        let all = self.0.credentials().await.map_err(of_operations)?;
        let listed = all.iter().filter(|one| is_listed(one));
        Ok(List::All(listed.map(row).collect::<Result<_>>()?))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let found = self.0.credential(key.text("Name")).await;
        let found = found.map_err(of_operations)?;
        is_listed(&found).then(|| row(&found)).transpose()
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let name = body.required("Name")?;
        let request = request(body)?;
        self.0
            .set_credential(call.actor(), &name, request, Before::Nothing)
            .await
            .map_err(of_operations)?;
        Ok(Reply::accepted())
    }

    async fn replace(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        keep_name(key, body)?;
        let request = request(body)?;
        self.0
            .set_credential(call.actor(), key.text("Name"), request, Before::SameKind)
            .await
            .map_err(of_change)?;
        Ok(Reply::accepted())
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        self.0
            .delete_credential(call.actor(), key.text("Name"), Some(Kind::User))
            .await
            .map_err(of_operations)?;
        Ok(Reply::accepted())
    }
}

fn is_listed(material: &Material) -> bool {
    matches!(material.kind, Kind::User | Kind::OAuth2)
}

fn row(material: &Material) -> Result<Row> {
    let (kind, company) = match material.kind {
        Kind::User => {
            let attributes: UserAttributes = attributes(material)?;
            (attributes.system.as_str(), attributes.company_id)
        }
        _ => (OAUTH2, String::new()),
    };
    Ok(Row::new()
        .with("Name", material.name.as_str())
        .with("Kind", kind)
        .with("Description", material.description.as_str())
        .with("User", material.user.as_str())
        .with("CompanyId", company)
        .with("SecurityArtifactDescriptor", descriptor(material)))
}

/// What `operations` is asked for. The original answers these mistakes with 500, in these words.
fn request(body: &Body) -> Result<Json> {
    let wrong =
        |property: &str, what: &str| Error::internal(format!("Property '{property}' must {what}"));
    let kind = body.text_or_empty("Kind")?;
    if kind.is_empty() {
        return Err(wrong("Kind", "not be empty or null"));
    }
    let system = UserSystem::parse(&kind).ok_or_else(|| {
        wrong(
            "Kind",
            "be one of [successfactors, default, openconnectors]",
        )
    })?;
    let description = body.text("Description")?;
    if description.is_none() && body.has("Description") {
        return Err(wrong("Description", "not be null"));
    }
    let company = body.text_or_empty("CompanyId")?;
    if system == UserSystem::SuccessFactors && company.is_empty() {
        return Err(wrong("CompanyId", "not be empty or null"));
    }
    Ok(json!({
        "kind": Kind::User.as_str(),
        "system": system.as_str(),
        "description": description,
        "user": body.required("User")?,
        "password": body.required("Password")?,
        "company_id": company,
    }))
}
