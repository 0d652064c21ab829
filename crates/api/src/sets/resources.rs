//! Scripts, mappings, schemas and libraries of artifacts.

use async_trait::async_trait;
use lockgate_design::{Resource, ResourceKey, ResourceType, Workspace};
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Media, Operation, Property, Query, Reply,
    Result, Row,
};

use super::artifacts::parent;
use crate::failure::of_design;
use crate::roles::{PACKAGES_EDIT, PACKAGES_READ};

/// The parameter that tells schemas of a service description from others.
const REFERENCED: &str = "ReferencedResourceType";

static ENTITY: EntityType = EntityType::new(
    "Resource",
    &[
        Property::text("Name").key(),
        Property::text("ResourceType").key(),
        Property::text(REFERENCED),
        Property::binary("ResourceContent"),
        Property::int64("ResourceSize"),
        Property::text("ResourceSizeUnit"),
    ],
)
.media();

/// `Resources`
#[derive(Debug)]
pub(super) struct Resources(pub(super) Workspace);

#[async_trait]
impl EntitySet for Resources {
    fn name(&self) -> &'static str {
        "Resources"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[PACKAGES_READ],
            false => &[PACKAGES_EDIT],
        }
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let all = self.all(call).await?;
        Ok(List::All(all.into_iter().map(row).collect()))
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let wanted = wanted(call, key)?;
        let all = self.all(call).await?;
        let fits = |one: &Resource| {
            one.key.name == wanted.name
                && one.key.kind == wanted.kind
                && (wanted.referenced.is_none() || one.key.referenced == wanted.referenced)
        };
        Ok(all.into_iter().find(fits).map(row))
    }

    async fn media(&self, call: &Call, key: &Key) -> Result<Option<Media>> {
        let (kind, id, version) = parent(call)?;
        let key = wanted(call, key)?;
        let content = self.0.resource(kind, id, version, &key).await;
        let media = Media::new(content.map_err(of_design)?, "application/octet-stream");
        Ok(Some(media.file(key.name)))
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let key = ResourceKey {
            name: body.required("Name")?,
            kind: resource_type(&body.required("ResourceType")?)?,
            referenced: match body.text(REFERENCED)? {
                Some(name) => referenced(&name)?,
                None => referenced(call.parameter(REFERENCED).unwrap_or_default())?,
            },
        };
        let content = content(body)?;
        let row = Row::new()
            .with("Name", key.name.as_str())
            .with("ResourceType", key.kind.name())
            .with(REFERENCED, key.referenced.map_or("", ResourceType::name))
            .with("ResourceSize", content.len())
            .with("ResourceSizeUnit", "Bytes");
        let added = self
            .0
            .add_resource(call.actor(), parent(call)?, key, content);
        added.await.map_err(of_design)?;
        Ok(Reply::created(row))
    }

    async fn put_link(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let (key, content) = (wanted(call, key)?, content(body)?);
        let replaced = self
            .0
            .replace_resource(call.actor(), parent(call)?, key, content);
        replaced.await.map_err(of_design)?;
        Ok(Reply::ok())
    }

    async fn delete_link(&self, call: &Call, key: &Key) -> Result<Reply> {
        let key = wanted(call, key)?;
        let deleted = self.0.delete_resource(call.actor(), parent(call)?, key);
        deleted.await.map_err(of_design)?;
        Ok(Reply::ok())
    }
}

impl Resources {
    async fn all(&self, call: &Call) -> Result<Vec<Resource>> {
        let (kind, id, version) = parent(call)?;
        let all = self.0.resources(kind, id, version).await;
        all.map_err(of_design)
    }
}

/// The resource that a URL means.
fn wanted(call: &Call, key: &Key) -> Result<ResourceKey> {
    Ok(ResourceKey {
        name: key.text("Name").to_owned(),
        kind: ResourceType::from_name(key.text("ResourceType")).ok_or_else(Error::not_found)?,
        referenced: referenced(call.parameter(REFERENCED).unwrap_or_default())?,
    })
}

fn referenced(name: &str) -> Result<Option<ResourceType>> {
    match name {
        "" => Ok(None),
        name => resource_type(name).map(Some),
    }
}

fn resource_type(name: &str) -> Result<ResourceType> {
    let unknown = || Error::bad_request("There is no such type of resources.");
    ResourceType::from_name(name).ok_or_else(unknown)
}

fn content(body: &Body) -> Result<Vec<u8>> {
    let content = body.bytes("ResourceContent")?;
    let content = content.ok_or_else(|| Error::bad_request("ResourceContent cannot be empty."))?;
    Ok(content.to_vec())
}

fn row(resource: Resource) -> Row {
    let key = resource.key;
    Row::new()
        .with("Name", key.name)
        .with("ResourceType", key.kind.name())
        .with(REFERENCED, key.referenced.map_or("", ResourceType::name))
        .with("ResourceSize", resource.size)
        .with("ResourceSizeUnit", "Bytes")
}
