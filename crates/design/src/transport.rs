//! Packages as files: export and import.

use std::collections::{BTreeMap, HashMap};

use lockgate_core::audit::Actor;
use lockgate_core::limits;
use lockgate_flow::Diagnostic;
use lockgate_flow::manifest::BundleKind;
use lockgate_flow::package::{self, Archive, Content, Export};
use lockgate_store::artifacts::{self, Artifact, ArtifactHead, ArtifactKind};
use lockgate_store::packages::{self, About, Package};

use crate::artifacts::{exists, kind_of, of_bundle};
use crate::error::{Error, Result};
use crate::packages::{PackageText, record};
use crate::service::{Workspace, blocking, pack};

impl Workspace {
    /// A package with its artifacts as one zip file.
    ///
    /// # Errors
    /// When there is none, it may only be configured, or artifacts were changed since they were saved.
    pub async fn export(&self, id: &str) -> Result<(Package, Vec<u8>)> {
        let mut tx = self.store.read().await?;
        let package = packages::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        if package.about.read_only {
            return Err(Error::ReadOnly("download the artifact from"));
        }
        let heads = artifacts::in_package(&mut tx, id).await?;
        let drafts: Vec<String> = heads.iter().filter(|head| head.draft).map(draft).collect();
        if !drafts.is_empty() {
            return Err(Error::Drafts(drafts));
        }
        let mut contents = Vec::with_capacity(heads.len());
        for head in heads {
            contents.extend(artifacts::find(&mut tx, &head.id).await?);
        }
        drop(tx);
        let zip = blocking(move || {
            let zip = write(&package, &contents)?;
            Ok((package, zip))
        });
        zip.await
    }

    /// Makes a package of an exported one. With `overwrite`, one that is there becomes like it: artifacts
    /// that it lacks are deleted; configured values stay.
    ///
    /// # Errors
    /// When the file is no package, the package is there already, or another package has one of its
    /// artifacts. Then nothing is imported.
    pub async fn import(&self, actor: &Actor, zip: Vec<u8>, overwrite: bool) -> Result<Package> {
        let (text, mut new) = blocking(move || read(&zip)).await?;
        let mut package = self.new_package(actor, text)?;
        for artifact in &mut new {
            artifact.head.package.clone_from(&package.id);
            artifact.head.created_by.clone_from(&package.created_by);
            artifact.head.modified_by.clone_from(&package.created_by);
            artifact.head.created_at = package.created_at;
            artifact.head.modified_at = package.created_at;
        }
        let mut tx = self.store.begin().await?;
        let before = packages::find(&mut tx, &package.id).await?;
        let mut replaced = HashMap::new();
        match before {
            Some(_) if !overwrite => return Err(Error::PackageExists),
            Some(before) => {
                package.resource_id = before.resource_id;
                package.tags = before.tags;
                package.created_by = before.created_by;
                package.created_at = before.created_at;
                packages::update(&mut tx, &package).await?;
                for head in artifacts::in_package(&mut tx, &package.id).await? {
                    artifacts::delete(&mut tx, &head.id).await?;
                    replaced.insert(head.id.clone(), head);
                }
            }
            None => crate::packages::insert(&mut tx, &package).await?,
        }
        for artifact in &mut new {
            if let Some(before) = replaced.remove(&artifact.head.id) {
                keep(&mut artifact.head, before);
            }
            if let Some(taken) = artifacts::find_head(&mut tx, &artifact.head.id).await? {
                return Err(exists(&mut tx, taken).await?);
            }
            crate::artifacts::insert(&mut tx, artifact).await?;
        }
        let note = format!("with {} artifacts", new.len());
        record(&mut tx, actor, "package.import", &package, &note).await?;
        tx.commit().await?;
        Ok(package)
    }
}

/// What stays of an artifact that an import replaces.
fn keep(head: &mut ArtifactHead, before: ArtifactHead) {
    head.parameters = before.parameters;
    head.revision = before.revision + 1;
    head.created_by = before.created_by;
    head.created_at = before.created_at;
}

fn draft(head: &ArtifactHead) -> String {
    let kind = match head.kind {
        ArtifactKind::Flow => "IFlow",
        ArtifactKind::ScriptCollection => "ScriptCollection",
        ArtifactKind::MessageMapping => "MessageMapping",
        ArtifactKind::ValueMapping => "ValueMapping",
    };
    format!("{{Type={kind}, Name={}}}", head.name)
}

fn write(package: &Package, artifacts: &[Artifact]) -> Result<Vec<u8>> {
    let about = &package.about;
    let attributes = [
        ("Description", &about.description),
        ("shortText", &about.short_text),
        ("Version", &about.version),
        ("Vendor", &about.vendor),
        ("SupportedPlatform", &about.supported_platform),
        ("Product", &about.products),
        ("Keyword", &about.keywords),
        ("Country", &about.countries),
        ("Industry", &about.industries),
        ("LineOfBusiness", &about.line_of_business),
    ];
    let artifacts = artifacts.iter().map(|artifact| Content {
        kind: match artifact.head.kind {
            ArtifactKind::Flow => &BundleKind::IntegrationFlow,
            ArtifactKind::ScriptCollection => &BundleKind::ScriptCollection,
            ArtifactKind::MessageMapping => &BundleKind::MessageMapping,
            ArtifactKind::ValueMapping => &BundleKind::ValueMapping,
        },
        id: &artifact.head.id,
        name: &artifact.head.name,
        version: &artifact.head.version,
        bundle: &artifact.archive,
    });
    let export = Export {
        id: &package.id,
        resource_id: &package.resource_id,
        name: &package.name,
        version: &about.version,
        attributes: attributes
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.as_str()))
            .collect(),
        artifacts: artifacts.collect(),
    };
    let zip = export.to_zip();
    zip.map_err(|error| Error::Packing(error.to_string()))
}

/// What an exported package says about itself, and its artifacts.
fn read(zip: &[u8]) -> Result<(PackageText, Vec<Artifact>)> {
    let Archive::Package(package) = package::open(zip)? else {
        let message = "The archive is not an exported package.";
        return Err(Error::Invalid(message.to_owned()));
    };
    let too_many = package.artifacts.len() > limits::PACKAGE_ARTIFACTS;
    if too_many {
        return Err(Error::TooMany(
            limits::PACKAGE_ARTIFACTS,
            "artifacts in the package",
        ));
    }
    let mut all = Vec::with_capacity(package.artifacts.len());
    let mut problems: Vec<Diagnostic> = Vec::new();
    for artifact in package.artifacts {
        let bundle = match artifact.bundle {
            Ok(bundle) => bundle,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        let kind = kind_of(&bundle).ok_or_else(|| {
            let message = format!(
                "Artifact {} is of a kind that cannot be imported.",
                artifact.id
            );
            Error::Invalid(message)
        })?;
        let archive = pack(&bundle)?;
        let mut read = of_bundle(kind, String::new(), &bundle, archive);
        read.head.name = artifact.name;
        all.push(read);
    }
    if !problems.is_empty() {
        return Err(Error::Archive(problems));
    }
    let text = text_of(
        package.id,
        package.name,
        &package.version,
        package.attributes,
    );
    Ok((text, all))
}

fn text_of(
    id: String,
    name: String,
    version: &str,
    mut attributes: BTreeMap<String, Vec<String>>,
) -> PackageText {
    let mut text = |name: &str| {
        let values = attributes.remove(name).unwrap_or_default();
        values.join(",")
    };
    let mut about = About {
        description: text("Description"),
        short_text: text("shortText"),
        version: text("Version"),
        vendor: text("Vendor"),
        read_only: false,
        supported_platform: text("SupportedPlatform"),
        products: text("Product"),
        keywords: text("Keyword"),
        countries: text("Country"),
        industries: text("Industry"),
        line_of_business: text("LineOfBusiness"),
    };
    if about.version.is_empty() {
        version.clone_into(&mut about.version);
    }
    if about.short_text.is_empty() {
        about.short_text.clone_from(&name);
    }
    PackageText {
        id,
        name,
        about,
        read_only: None,
    }
}
