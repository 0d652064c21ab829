//! Packages.

use async_trait::async_trait;
use lockgate_design::{PackageText, Workspace};
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Media, Navigation, Operation, Property,
    Query, Reply, Result, Row,
};
use lockgate_store::packages::{About, Package};

use crate::failure::of_design;
use crate::roles::{PACKAGES_EDIT, PACKAGES_READ};

static ENTITY: EntityType = EntityType::new(
    "IntegrationPackage",
    &[
        Property::text("Id").key(),
        Property::text("Name").required(),
        Property::text("ResourceId").required(),
        Property::text("Description"),
        Property::text("ShortText").required(),
        Property::text("Version"),
        Property::text("Vendor"),
        Property::boolean("PartnerContent"),
        Property::boolean("UpdateAvailable"),
        Property::text("Mode"),
        Property::text("SupportedPlatform"),
        Property::text("ModifiedBy"),
        Property::time_text("CreationDate"),
        Property::time_text("ModifiedDate"),
        Property::text("CreatedBy"),
        Property::text("Products"),
        Property::text("Keywords"),
        Property::text("Countries"),
        Property::text("Industries"),
        Property::text("LineOfBusiness"),
        Property::binary("PackageContent"),
    ],
)
.navigations(&[
    Navigation::many(
        "IntegrationDesigntimeArtifacts",
        "IntegrationDesigntimeArtifacts",
    ),
    Navigation::many(
        "MessageMappingDesigntimeArtifacts",
        "MessageMappingDesigntimeArtifacts",
    ),
    Navigation::many(
        "ValueMappingDesigntimeArtifacts",
        "ValueMappingDesigntimeArtifacts",
    ),
    Navigation::many(
        "ScriptCollectionDesigntimeArtifacts",
        "ScriptCollectionDesigntimeArtifacts",
    ),
    Navigation::many("DataTypeDesigntimeArtifacts", "DataTypeDesigntimeArtifacts"),
    Navigation::many(
        "MessageTypeDesigntimeArtifacts",
        "MessageTypeDesigntimeArtifacts",
    ),
    Navigation::many(
        "FaultMessageTypeDesigntimeArtifacts",
        "FaultMessageTypeDesigntimeArtifacts",
    ),
    Navigation::many(
        "ServiceInterfaceDesigntimeArtifacts",
        "ServiceInterfaceDesigntimeArtifacts",
    ),
    Navigation::many("CustomTags", "CustomTags"),
])
.media();

/// `IntegrationPackages`
#[derive(Debug)]
pub(super) struct Packages(pub(super) Workspace);

#[async_trait]
impl EntitySet for Packages {
    fn name(&self) -> &'static str {
        "IntegrationPackages"
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
        let mut packages = self.0.packages().await.map_err(of_design)?;
        let tags = self.0.tags().await.map_err(of_design)?;
        for (tag, wanted) in call.parameters() {
            if tags.iter().any(|known| known.tag_name == tag) {
                packages.retain(|package| has_tag(package, tag, wanted));
            }
        }
        Ok(List::All(packages.into_iter().map(row).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let package = self.0.package(key.text("Id")).await.map_err(of_design)?;
        Ok(Some(row(package)))
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let package = match body.bytes("PackageContent")? {
            Some(zip) => {
                let overwrite = call.parameter("Overwrite") == Some("true");
                let imported = self.0.import(call.actor(), zip.to_vec(), overwrite);
                imported.await
            }
            None => self.0.create_package(call.actor(), text(body)?).await,
        };
        Ok(Reply::created(row(package.map_err(of_design)?)))
    }

    async fn replace(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let (id, text) = (key.text("Id"), text(body)?);
        let replaced = self.0.replace_package(call.actor(), id, text).await;
        replaced.map_err(of_design)?;
        Ok(Reply::accepted())
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        let deleted = self.0.delete_package(call.actor(), key.text("Id")).await;
        deleted.map_err(of_design)?;
        Ok(Reply::accepted())
    }

    async fn media(&self, _: &Call, key: &Key) -> Result<Option<Media>> {
        let (package, zip) = self.0.export(key.text("Id")).await.map_err(of_design)?;
        let name = format!("{}.zip", package.id);
        Ok(Some(Media::new(zip, "application/zip").file(name)))
    }
}

/// Whether a package has one of the values, which are separated by `|`, of a tag.
fn has_tag(package: &Package, tag: &str, wanted: &str) -> bool {
    let has = package.tags.get(tag).map_or("", String::as_str);
    wanted
        .split('|')
        .any(|wanted| has.split('|').any(|value| value == wanted))
}

fn text(body: &Body) -> Result<PackageText> {
    let text = |name| body.text_or_empty(name);
    let mode = text("Mode")?;
    Ok(PackageText {
        id: text("Id")?,
        name: text("Name")?,
        about: About {
            description: text("Description")?,
            short_text: text("ShortText")?,
            version: text("Version")?,
            vendor: text("Vendor")?,
            read_only: false,
            supported_platform: text("SupportedPlatform")?,
            products: text("Products")?,
            keywords: text("Keywords")?,
            countries: text("Countries")?,
            industries: text("Industries")?,
            line_of_business: text("LineOfBusiness")?,
        },
        read_only: match mode.as_str() {
            "" => None,
            "READ_ONLY" => Some(true),
            "EDIT_ALLOWED" => Some(false),
            _ => {
                return Err(Error::bad_request(
                    "Mode has to be EDIT_ALLOWED or READ_ONLY.",
                ));
            }
        },
    })
}

pub(crate) fn row(package: Package) -> Row {
    let about = package.about;
    let mode = match about.read_only {
        true => "READ_ONLY",
        false => "EDIT_ALLOWED",
    };
    Row::new()
        .with("Id", package.id)
        .with("Name", package.name)
        .with("ResourceId", package.resource_id)
        .with("Description", about.description)
        .with("ShortText", about.short_text)
        .with("Version", about.version)
        .with("Vendor", about.vendor)
        .with("Mode", mode)
        .with("SupportedPlatform", about.supported_platform)
        .with("ModifiedBy", package.modified_by)
        .with("CreationDate", package.created_at)
        .with("ModifiedDate", package.modified_at)
        .with("CreatedBy", package.created_by)
        .with("Products", about.products)
        .with("Keywords", about.keywords)
        .with("Countries", about.countries)
        .with("Industries", about.industries)
        .with("LineOfBusiness", about.line_of_business)
}
