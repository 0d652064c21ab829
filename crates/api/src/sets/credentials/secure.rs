//! Texts that are kept secret, such as API keys.

use async_trait::async_trait;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Operation, Property, Query, Reply, Result,
    Row,
};
use lockgate_operations::Operations;
use lockgate_operations::credentials::Before;
use lockgate_store::materials::{Kind, Material};
use serde_json::{Value as Json, json};

use super::{keep_name, needs, of_change};
use crate::failure::of_operations;

/// The most characters of a name.
const NAME: usize = 150;

static ENTITY: EntityType = EntityType::new(
    "SecureParameter",
    &[
        Property::text("Name").key().length(150),
        Property::text("Description").length(1_024),
        Property::text("SecureParam").or_null().length(4_096),
        Property::text("DeployedBy"),
        Property::time("DeployedOn"),
        Property::text("Status").length(20),
    ],
);

/// `SecureParameters`
#[derive(Debug)]
pub(in crate::sets) struct SecureParameters(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for SecureParameters {
    fn name(&self) -> &'static str {
        "SecureParameters"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        let all = self.0.credentials().await.map_err(of_operations)?;
        let secure = all.iter().filter(|one| one.kind == Kind::Secure);
        Ok(List::All(secure.map(row).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let found = self.0.credential(key.text("Name")).await;
        let found = found.map_err(of_operations)?;
        Ok((found.kind == Kind::Secure).then(|| row(&found)))
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let name = body.required("Name")?;
        if name.chars().count() > NAME {
            let message = format!("Name has at most {NAME} characters.");
            return Err(Error::bad_request(message));
        }
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
            .delete_credential(call.actor(), key.text("Name"), Some(Kind::Secure))
            .await
            .map_err(of_operations)?;
        Ok(Reply::accepted())
    }
}

fn row(material: &Material) -> Row {
    Row::new()
        .with("Name", material.name.as_str())
        .with("Description", material.description.as_str())
        .with("DeployedBy", material.deployed_by.as_str())
        .with("DeployedOn", material.updated_at)
        .with("Status", "DEPLOYED")
}

/// What `operations` is asked for.
fn request(body: &Body) -> Result<Json> {
    Ok(json!({
        "kind": Kind::Secure.as_str(),
        "description": body.text("Description")?,
        "value": body.required("SecureParam")?,
    }))
}
