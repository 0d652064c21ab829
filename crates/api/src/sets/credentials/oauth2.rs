//! OAuth2 clients, and what their token endpoints want besides.

use async_trait::async_trait;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Navigation, Operation, Property, Query,
    Reply, Result, Row,
};
use lockgate_operations::Operations;
use lockgate_operations::credentials::{Before, RequestPart, TokenAttributes, TokenParameter};
use lockgate_store::materials::{Kind, Material};
use serde_json::{Value as Json, json};

use super::{DESCRIPTOR, attributes, descriptor, keep_name, needs, of_change};
use crate::failure::of_operations;

const SET: &str = "OAuth2ClientCredentials";
const PARAMETERS: &str = "CustomParameters";

static ENTITY: EntityType = EntityType::new(
    "OAuth2ClientCredential",
    &[
        Property::text("Name").key(),
        Property::text("Description"),
        Property::text("TokenServiceUrl").required(),
        Property::text("ClientId").required(),
        Property::text("ClientSecret").or_null(),
        Property::text("ClientAuthentication"),
        Property::text("Scope"),
        Property::text("ScopeContentType"),
        Property::text("Resource").length(1_024),
        Property::text("Audience").length(1_024),
        Property::complex("SecurityArtifactDescriptor", &DESCRIPTOR).required(),
    ],
)
.navigations(&[Navigation::many(PARAMETERS, PARAMETERS)]);

static PARAMETER: EntityType = EntityType::new(
    "CustomParameter",
    &[
        Property::text("Key").key(),
        Property::text("Value").key(),
        Property::text("SendAsPartOf").key(),
    ],
)
.contained();

/// `OAuth2ClientCredentials`
#[derive(Debug)]
pub(in crate::sets) struct OAuth2ClientCredentials(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for OAuth2ClientCredentials {
    fn name(&self) -> &'static str {
        SET
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        let all = self.0.credentials().await.map_err(of_operations)?;
        let clients = all.iter().filter(|one| one.kind == Kind::OAuth2);
        Ok(List::All(clients.map(row).collect::<Result<_>>()?))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let found = find(&self.0, key).await?;
        found.as_ref().map(row).transpose()
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let name = body.required("Name")?;
        let mut request = request(body)?;
        request["parameters"] = parameters(body)?;
        self.0
            .set_credential(call.actor(), &name, request, Before::Nothing)
            .await
            .map_err(of_operations)?;
        Ok(Reply::accepted())
    }

    /// Like the original, drops the custom parameters and takes no new ones.
    async fn replace(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        keep_name(key, body)?;
        if !body.nested(PARAMETERS)?.is_empty() {
            let message = "CustomParameters cannot be updated using this operation";
            return Err(Error::bad_request(message));
        }
        let request = request(body)?;
        self.0
            .set_credential(call.actor(), key.text("Name"), request, Before::SameKind)
            .await
            .map_err(of_change)?;
        Ok(Reply::accepted())
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        self.0
            .delete_credential(call.actor(), key.text("Name"), Some(Kind::OAuth2))
            .await
            .map_err(of_operations)?;
        Ok(Reply::accepted())
    }
}

/// `CustomParameters` of a credential: they come and go with it.
#[derive(Debug)]
pub(in crate::sets) struct CustomParameters(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for CustomParameters {
    fn name(&self) -> &'static str {
        PARAMETERS
    }

    fn entity(&self) -> &'static EntityType {
        &PARAMETER
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let parent = call.parent().filter(|parent| parent.set == SET);
        let parent = parent.ok_or_else(Error::not_implemented)?;
        let found = find(&self.0, &parent.key).await?;
        let found = found.ok_or_else(Error::not_found)?;
        let attributes: TokenAttributes = attributes(&found)?;
        let rows = attributes.parameters.iter().map(|parameter| {
            Row::new()
                .with("Key", parameter.key.as_str())
                .with("Value", parameter.value.as_str())
                .with("SendAsPartOf", parameter.part.as_str())
        });
        Ok(List::All(rows.collect()))
    }
}

async fn find(operations: &Operations, key: &Key) -> Result<Option<Material>> {
    let found = operations.credential(key.text("Name")).await;
    let found = found.map_err(of_operations)?;
    Ok((found.kind == Kind::OAuth2).then_some(found))
}

fn row(material: &Material) -> Result<Row> {
    let attributes: TokenAttributes = attributes(material)?;
    let (authentication, content) = (
        if attributes.in_body { "body" } else { "header" },
        if attributes.as_json {
            "json"
        } else {
            "urlencoded"
        },
    );
    Ok(Row::new()
        .with("Name", material.name.as_str())
        .with("Description", material.description.as_str())
        .with("TokenServiceUrl", attributes.token_url)
        .with("ClientId", material.user.as_str())
        .with("ClientAuthentication", authentication)
        .with("Scope", attributes.scope)
        .with("ScopeContentType", content)
        .with("Resource", attributes.resource)
        .with("Audience", attributes.audience)
        .with("SecurityArtifactDescriptor", descriptor(material)))
}

/// What `operations` is asked for.
fn request(body: &Body) -> Result<Json> {
    Ok(json!({
        "kind": Kind::OAuth2.as_str(),
        "description": body.text("Description")?,
        "token_url": body.required("TokenServiceUrl")?,
        "client_id": body.required("ClientId")?,
        "client_secret": body.required("ClientSecret")?,
        "in_body": choice(body, "ClientAuthentication", ["body", "header"])? == 0,
        "as_json": choice(body, "ScopeContentType", ["urlencoded", "json"])? == 1,
        "scope": body.text("Scope")?,
        "resource": body.text("Resource")?,
        "audience": body.text("Audience")?,
    }))
}

/// Which of two words a property has; the first when it is not there.
fn choice(body: &Body, name: &str, words: [&str; 2]) -> Result<usize> {
    let given = body.text_or_empty(name)?;
    if given.is_empty() {
        return Ok(0);
    }
    words.iter().position(|word| *word == given).ok_or_else(|| {
        let [first, second] = words;
        Error::bad_request(format!("{name} has to be {first} or {second}."))
    })
}

fn parameters(body: &Body) -> Result<Json> {
    let read = |one: Body| {
        let part = one.required("SendAsPartOf")?;
        let part = RequestPart::parse(&part)
            .ok_or_else(|| Error::bad_request("SendAsPartOf has to be body, url or header."))?;
        let parameter = TokenParameter {
            key: one.required("Key")?,
            value: one.text_or_empty("Value")?,
            part,
        };
        serde_json::to_value(parameter).map_err(|error| Error::failed(&error))
    };
    let parameters = body.nested(PARAMETERS)?.into_iter().map(read);
    Ok(Json::Array(parameters.collect::<Result<_>>()?))
}
