//! Packages: make, change, delete, tag.

use lockgate_core::audit::{Actor, Target};
use lockgate_core::limits;
use lockgate_store::artifacts::{self, ArtifactHead, ArtifactKind};
use lockgate_store::packages::{self, About, Package};
use lockgate_store::{Error as StoreError, Tx, audit};

use crate::error::{Error, Result};
use crate::names::{check_name, check_package_id, check_text};
use crate::service::Workspace;

/// Where packages run that do not say so.
const PLATFORM: &str = "SAP Cloud Integration";
/// The version of packages that do not say so.
const VERSION: &str = "1.0.0";

/// What somebody says about a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageText {
    /// Technical id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Everything else; what is empty gets its default.
    pub about: About,
    /// Whether its artifacts can only be configured; `None` leaves that as it is.
    pub read_only: Option<bool>,
}

impl Workspace {
    /// Every package, by id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn packages(&self) -> Result<Vec<Package>> {
        Ok(packages::list(&mut self.store.read().await?).await?)
    }

    /// The package with this id.
    ///
    /// # Errors
    /// When there is none.
    pub async fn package(&self, id: &str) -> Result<Package> {
        self.find_package(id).await
    }

    /// The artifacts of one kind in a package, by id.
    ///
    /// # Errors
    /// When there is no such package.
    pub async fn artifacts_of(&self, id: &str, kind: ArtifactKind) -> Result<Vec<ArtifactHead>> {
        let mut tx = self.store.read().await?;
        packages::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let mut heads = artifacts::in_package(&mut tx, id).await?;
        heads.retain(|head| head.kind == kind);
        Ok(heads)
    }

    /// Makes a package.
    ///
    /// # Errors
    /// When texts are missing or too long, or there is one of this id.
    pub async fn create_package(&self, actor: &Actor, text: PackageText) -> Result<Package> {
        let package = self.new_package(actor, text)?;
        let mut tx = self.store.begin().await?;
        insert(&mut tx, &package).await?;
        record(&mut tx, actor, "package.create", &package, "").await?;
        tx.commit().await?;
        Ok(package)
    }

    /// Replaces everything that is said about a package.
    ///
    /// # Errors
    /// When texts are missing or too long, or there is no such package.
    pub async fn replace_package(
        &self,
        actor: &Actor,
        id: &str,
        text: PackageText,
    ) -> Result<Package> {
        let text = PackageText {
            id: id.to_owned(),
            ..text
        };
        let mut tx = self.store.begin().await?;
        let before = packages::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let read_only = text.read_only.unwrap_or(before.about.read_only);
        let mut package = self.new_package(actor, text)?;
        package.about.read_only = read_only;
        package.resource_id = before.resource_id;
        package.tags = before.tags;
        package.created_by = before.created_by;
        package.created_at = before.created_at;
        packages::update(&mut tx, &package).await?;
        record(&mut tx, actor, "package.update", &package, "").await?;
        tx.commit().await?;
        Ok(package)
    }

    /// Deletes a package with its artifacts. What is deployed stays deployed.
    ///
    /// # Errors
    /// When there is no such package.
    pub async fn delete_package(&self, actor: &Actor, id: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let package = packages::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let heads = artifacts::in_package(&mut tx, id).await?;
        for head in &heads {
            artifacts::delete(&mut tx, &head.id).await?;
        }
        packages::delete(&mut tx, id).await?;
        let note = format!("with {} artifacts", heads.len());
        record(&mut tx, actor, "package.delete", &package, &note).await?;
        Ok(tx.commit().await?)
    }

    /// Sets the value of a custom tag; several are separated by `|`.
    ///
    /// # Errors
    /// When there is no such package, or the tag is not configured so.
    pub async fn tag_package(&self, actor: &Actor, id: &str, tag: &str, value: &str) -> Result<()> {
        self.check_tag(tag, value).await?;
        let mut tx = self.store.begin().await?;
        let mut package = packages::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        package.tags.insert(tag.to_owned(), value.to_owned());
        actor.who.name().clone_into(&mut package.modified_by);
        package.modified_at = self.clock.now();
        packages::update(&mut tx, &package).await?;
        let note = format!("tag {tag}");
        record(&mut tx, actor, "package.update", &package, &note).await?;
        Ok(tx.commit().await?)
    }

    /// A package as somebody describes it.
    pub(crate) fn new_package(&self, actor: &Actor, text: PackageText) -> Result<Package> {
        check_package_id(&text.id)?;
        check_name(&text.name)?;
        let mut about = text.about;
        if about.short_text.trim().is_empty() {
            return Err(Error::Invalid("ShortText cannot be empty.".to_owned()));
        }
        about.description = as_html(&about.description);
        about.read_only = text.read_only.unwrap_or(false);
        for (field, default) in [
            (&mut about.version, VERSION),
            (&mut about.supported_platform, PLATFORM),
        ] {
            if field.is_empty() {
                default.clone_into(field);
            }
        }
        for (what, text) in [
            ("Description", &about.description),
            ("ShortText", &about.short_text),
            ("Version", &about.version),
            ("Vendor", &about.vendor),
            ("SupportedPlatform", &about.supported_platform),
            ("Products", &about.products),
            ("Keywords", &about.keywords),
            ("Countries", &about.countries),
            ("Industries", &about.industries),
            ("LineOfBusiness", &about.line_of_business),
        ] {
            check_text(what, text)?;
        }
        let (by, now) = (actor.who.name(), self.clock.now());
        Ok(Package {
            id: text.id,
            resource_id: self.random.uuid().simple().to_string(),
            name: text.name,
            about,
            tags: Default::default(),
            created_by: by.to_owned(),
            created_at: now,
            modified_by: by.to_owned(),
            modified_at: now,
        })
    }
}

/// Adds a package that may be there already.
pub(crate) async fn insert(tx: &mut Tx, package: &Package) -> Result<()> {
    let limit = i64::try_from(limits::PACKAGES).unwrap_or(i64::MAX);
    if packages::find(tx, &package.id).await?.is_some() {
        return Err(Error::PackageExists);
    }
    if packages::count(tx).await? >= limit {
        return Err(Error::TooMany(limits::PACKAGES, "packages"));
    }
    match packages::insert(tx, package).await {
        // Another server was faster.
        Err(StoreError::Conflict { .. }) => Err(Error::PackageExists),
        inserted => Ok(inserted?),
    }
}

/// Notes a change of a package.
pub(crate) async fn record(
    tx: &mut Tx,
    actor: &Actor,
    action: &'static str,
    package: &Package,
    note: &str,
) -> Result<()> {
    let target = Target::new("package", &package.id, &package.name);
    Ok(audit::record(tx, actor, action, &target, note).await?)
}

/// A description as HTML: plain text becomes a paragraph.
fn as_html(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.starts_with('<') {
        return text.to_owned();
    }
    format!("<p>{}</p>", lockgate_xml::serialise::escape_text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_html_once() {
        for (text, html) in [
            ("", ""),
            ("x", "<p>x</p>"),
            ("a < b & c", "<p>a &lt; b &amp; c</p>"),
            ("<p>x</p>", "<p>x</p>"),
        ] {
            assert_eq!(as_html(text), html);
            assert_eq!(as_html(html), html);
        }
    }
}
