//! Custom tags of packages, and which there are.

use async_trait::async_trait;
use lockgate_design::Workspace;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Media, Operation, Property, Query, Reply,
    Result, Row,
};

use crate::failure::of_design;
use crate::roles::{PACKAGES_EDIT, PACKAGES_READ, TENANT_CONFIGURATION};

/// The key of the only configuration.
const ONLY: &str = "CustomTags";

static TAG: EntityType = EntityType::new(
    "CustomTag",
    &[Property::text("Name").key(), Property::text("Value")],
);

static CONFIGURATION: EntityType = EntityType::new(
    "CustomTagConfiguration",
    &[
        Property::text("Id").key(),
        Property::binary("CustomTagsConfigurationContent"),
    ],
)
.media();

/// `CustomTags`
#[derive(Debug)]
pub(super) struct Tags(pub(super) Workspace);

#[async_trait]
impl EntitySet for Tags {
    fn name(&self) -> &'static str {
        "CustomTags"
    }

    fn entity(&self) -> &'static EntityType {
        &TAG
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[PACKAGES_READ],
            false => &[PACKAGES_EDIT],
        }
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        Ok(List::All(self.all(call).await?))
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let mut all = self.all(call).await?.into_iter();
        Ok(all.find(|tag| tag.text("Name") == key.text("Name")))
    }

    async fn put_link(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let (package, tag) = (package(call)?, key.text("Name"));
        let value = body.text_or_empty("Value")?;
        let tagged = self.0.tag_package(call.actor(), package, tag, &value);
        tagged.await.map_err(of_design)?;
        Ok(Reply::accepted())
    }
}

impl Tags {
    /// Every tag that is configured, with the value that the package has.
    async fn all(&self, call: &Call) -> Result<Vec<Row>> {
        let package = self.0.package(package(call)?).await.map_err(of_design)?;
        let tags = self.0.tags().await.map_err(of_design)?;
        let row = |name: &str| {
            let value = package.tags.get(name).map_or("", String::as_str);
            Row::new().with("Name", name).with("Value", value)
        };
        Ok(tags.iter().map(|tag| row(&tag.tag_name)).collect())
    }
}

fn package(call: &Call) -> Result<&str> {
    let package = call.parent().ok_or_else(Error::not_implemented)?;
    Ok(package.key.text("Id"))
}

/// `CustomTagConfigurations`
#[derive(Debug)]
pub(super) struct Configurations(pub(super) Workspace);

#[async_trait]
impl EntitySet for Configurations {
    fn name(&self) -> &'static str {
        "CustomTagConfigurations"
    }

    fn entity(&self) -> &'static EntityType {
        &CONFIGURATION
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[PACKAGES_READ],
            false => &[TENANT_CONFIGURATION],
        }
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let document = self.document(key).await?;
        Ok(document.map(|_| Row::new().with("Id", ONLY)))
    }

    async fn media(&self, _: &Call, key: &Key) -> Result<Option<Media>> {
        let document = self.document(key).await?.ok_or_else(Error::not_found)?;
        Ok(Some(Media::new(document, "application/json")))
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let content = body.bytes("CustomTagsConfigurationContent")?;
        let content = content
            .ok_or_else(|| Error::bad_request("CustomTagsConfigurationContent cannot be empty."))?;
        let overwrite = call.parameter("Overwrite") == Some("true");
        let configured = self.0.configure_tags(call.actor(), &content, overwrite);
        configured.await.map_err(of_design)?;
        Ok(Reply::created(Row::new().with("Id", ONLY)))
    }
}

impl Configurations {
    async fn document(&self, key: &Key) -> Result<Option<String>> {
        match key.text("Id") {
            ONLY => self.0.tag_document().await.map_err(of_design),
            _ => Ok(None),
        }
    }
}
