//! Resources of an artifact: the scripts, mappings, schemas and libraries in its archive.

use lockgate_core::audit::Actor;
use lockgate_flow::Bundle;
use lockgate_store::artifacts::{Artifact, ArtifactHead, ArtifactKind};

use crate::error::{Error, Result};
use crate::service::{Workspace, Written, blocking, open, pack};

/// The folder in which resources lie.
const ROOT: &str = "src/main/resources/";

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceType {
    /// Metadata of an OData service.
    Edmx,
    /// A Groovy script.
    Groovy,
    /// A Java library.
    Jar,
    /// A JavaScript script.
    Js,
    /// A graphical message mapping.
    Mmap,
    /// An operation mapping.
    Opmap,
    /// A description of a web service.
    Wsdl,
    /// A schema.
    Xsd,
    /// A stylesheet.
    Xslt,
}

impl ResourceType {
    /// Every type: its name, its folder, and the extensions of its files.
    const ALL: [(Self, &'static str, &'static str, &'static [&'static str]); 9] = [
        (Self::Edmx, "edmx", "edmx", &["edmx"]),
        (Self::Groovy, "groovy", "script", &["groovy", "gsh"]),
        (Self::Jar, "jar", "lib", &["jar"]),
        (Self::Js, "js", "script", &["js"]),
        (Self::Mmap, "mmap", "mapping", &["mmap"]),
        (Self::Opmap, "opmap", "mapping", &["opmap"]),
        (Self::Wsdl, "wsdl", "wsdl", &["wsdl"]),
        (Self::Xsd, "xsd", "xsd", &["xsd"]),
        (Self::Xslt, "xslt", "mapping", &["xsl", "xslt"]),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The type called `name`, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter();
        let found = found.copied().find(|one| one.1.eq_ignore_ascii_case(name));
        found.map(|one| one.0)
    }

    fn folder(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    fn of_file(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        let is_one = |known: &&str| known.eq_ignore_ascii_case(extension);
        let found = Self::ALL.iter().find(|one| one.3.iter().any(is_one));
        found.map(|one| one.0)
    }
}

/// What identifies a resource of an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceKey {
    /// File name.
    pub name: String,
    /// What it is.
    pub kind: ResourceType,
    /// What it belongs to: `wsdl` for a schema of a service description.
    pub referenced: Option<ResourceType>,
}

/// A resource without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What identifies it.
    pub key: ResourceKey,
    /// Its size in bytes.
    pub size: usize,
    path: String,
}

impl Workspace {
    /// The resources of an artifact, by type and name.
    ///
    /// # Errors
    /// When there is no such artifact.
    pub async fn resources(
        &self,
        kind: ArtifactKind,
        id: &str,
        version: &str,
    ) -> Result<Vec<Resource>> {
        let artifact = self.find_artifact(kind, id, version).await?;
        blocking(move || Ok(list(&open(&artifact.archive)?))).await
    }

    /// The content of a resource.
    ///
    /// # Errors
    /// When there is no such artifact or resource.
    pub async fn resource(
        &self,
        kind: ArtifactKind,
        id: &str,
        version: &str,
        key: &ResourceKey,
    ) -> Result<Vec<u8>> {
        let artifact = self.find_artifact(kind, id, version).await?;
        let key = key.clone();
        blocking(move || {
            let bundle = open(&artifact.archive)?;
            let path = find(&bundle, &key)?;
            Ok(bundle.file(&path).unwrap_or_default().to_vec())
        })
        .await
    }

    /// Adds a resource.
    ///
    /// # Errors
    /// When there is no such artifact, a resource of this name is there, or its name does not fit its
    /// type.
    pub async fn add_resource(
        &self,
        actor: &Actor,
        which: (ArtifactKind, &str, &str),
        key: ResourceKey,
        content: Vec<u8>,
    ) -> Result<ArtifactHead> {
        if ResourceType::of_file(&key.name) != Some(key.kind) || key.name.contains('/') {
            let kind = key.kind.name();
            let message = format!("The name of the resource does not fit its type {kind}.");
            return Err(Error::Invalid(message));
        }
        let edit = move |artifact: Artifact| {
            let bundle = open(&artifact.archive)?;
            if find(&bundle, &key).is_ok() {
                return Err(Error::Exists(format!("Resource {}", key.name)));
            }
            let folder = key.referenced.unwrap_or(key.kind).folder();
            let path = format!("{ROOT}{folder}/{}", key.name);
            let note = format!("resource {} added", key.name);
            edited(artifact, bundle, note, &path, Some(&content))
        };
        self.change(actor, which, false, edit).await
    }

    /// Replaces the content of a resource.
    ///
    /// # Errors
    /// When there is no such artifact or resource.
    pub async fn replace_resource(
        &self,
        actor: &Actor,
        which: (ArtifactKind, &str, &str),
        key: ResourceKey,
        content: Vec<u8>,
    ) -> Result<ArtifactHead> {
        let edit = move |artifact: Artifact| {
            let bundle = open(&artifact.archive)?;
            let path = find(&bundle, &key)?;
            let note = format!("resource {} replaced", key.name);
            edited(artifact, bundle, note, &path, Some(&content))
        };
        self.change(actor, which, false, edit).await
    }

    /// Deletes a resource.
    ///
    /// # Errors
    /// When there is no such artifact or resource.
    pub async fn delete_resource(
        &self,
        actor: &Actor,
        which: (ArtifactKind, &str, &str),
        key: ResourceKey,
    ) -> Result<ArtifactHead> {
        let edit = move |artifact: Artifact| {
            let bundle = open(&artifact.archive)?;
            let path = find(&bundle, &key)?;
            let note = format!("resource {} deleted", key.name);
            edited(artifact, bundle, note, &path, None)
        };
        self.change(actor, which, false, edit).await
    }
}

/// The artifact with one file added, replaced or removed.
pub(crate) fn edited(
    mut artifact: Artifact,
    bundle: Bundle,
    note: String,
    path: &str,
    content: Option<&[u8]>,
) -> Result<Written> {
    let bundle = bundle.edited(|files| {
        match content {
            Some(content) => files.insert(path.to_owned(), content.to_vec()),
            None => files.remove(path),
        };
    })?;
    artifact.archive = pack(&bundle)?;
    Ok(Written {
        artifact,
        saved: false,
        note,
    })
}

fn list(bundle: &Bundle) -> Vec<Resource> {
    let resource = |path: &str| {
        let (folder, name) = path.strip_prefix(ROOT)?.rsplit_once('/')?;
        let kind = ResourceType::of_file(name)?;
        let in_wsdl = folder.split('/').next() == Some(ResourceType::Wsdl.folder());
        let referenced = (kind == ResourceType::Xsd && in_wsdl).then_some(ResourceType::Wsdl);
        Some(Resource {
            key: ResourceKey {
                name: name.to_owned(),
                kind,
                referenced,
            },
            size: bundle.file(path).map_or(0, <[u8]>::len),
            path: path.to_owned(),
        })
    };
    let mut resources: Vec<_> = bundle.paths().filter_map(resource).collect();
    resources.sort_by(|a, b| {
        let order = |one: &Resource| (one.key.kind as usize, one.key.referenced.is_some());
        (order(a), &a.path).cmp(&(order(b), &b.path))
    });
    resources
}

/// The path of a resource. Without a type that it belongs to, one that belongs to none goes first.
fn find(bundle: &Bundle, key: &ResourceKey) -> Result<String> {
    let fits = |resource: &Resource| {
        let ResourceKey {
            name,
            kind,
            referenced,
        } = &resource.key;
        *name == key.name
            && *kind == key.kind
            && (key.referenced.is_none() || *referenced == key.referenced)
    };
    let found = list(bundle).into_iter().find(fits);
    found.map(|resource| resource.path).ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_and_found_by_extension() {
        for (index, (kind, name, _, extensions)) in ResourceType::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, index);
            assert_eq!(ResourceType::from_name(&name.to_uppercase()), Some(kind));
            for extension in extensions {
                let file = format!("a.b.{}", extension.to_uppercase());
                assert_eq!(ResourceType::of_file(&file), Some(kind));
            }
        }
        assert_eq!(ResourceType::of_file("parameters.prop"), None);
        assert_eq!(ResourceType::from_name("zip"), None);
    }
}
