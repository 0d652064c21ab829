//! Artifacts at design time: a set for each kind.

use async_trait::async_trait;
use lockgate_design::{Change, NewArtifact, Workspace, shown_version};
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Media, Navigation, Operation, Property,
    Query, Reply, Result, Row,
};
use lockgate_store::artifacts::{ArtifactHead, ArtifactKind};

use crate::failure::of_design;
use crate::roles::{PACKAGES_EDIT, PACKAGES_READ};

/// A navigation that is there, but not offered.
const GUIDELINES: &str = "DesignGuidelineExecutionResults";

static FLOW: EntityType = EntityType::new(
    "IntegrationDesigntimeArtifact",
    &[
        Property::text("Id").key(),
        Property::text("Version").key(),
        Property::text("PackageId"),
        Property::text("Name"),
        Property::text("Description"),
        Property::text("Sender"),
        Property::text("Receiver"),
        Property::text("CreatedBy"),
        Property::time_text("CreatedAt"),
        Property::text("ModifiedBy"),
        Property::time_text("ModifiedAt"),
        Property::text("Comment"),
        Property::binary("ArtifactContent"),
    ],
)
.navigations(&[
    Navigation::many("Configurations", "Configurations"),
    Navigation::many("Resources", "Resources"),
    Navigation::many(GUIDELINES, GUIDELINES),
])
.media();

const OTHERS: &[Property] = &[
    Property::text("Id").key(),
    Property::text("Version").key(),
    Property::text("PackageId").required(),
    Property::text("Name").required(),
    Property::text("Description"),
    Property::binary("ArtifactContent"),
];

static SCRIPT_COLLECTION: EntityType =
    EntityType::new("ScriptCollectionDesigntimeArtifact", OTHERS)
        .navigations(&[
            Navigation::many("Resources", "Resources"),
            Navigation::many(GUIDELINES, GUIDELINES),
        ])
        .media();

static MESSAGE_MAPPING: EntityType = EntityType::new("MessageMappingDesigntimeArtifact", OTHERS)
    .navigations(&[Navigation::many("Resources", "Resources")])
    .media();

static VALUE_MAPPING: EntityType = EntityType::new("ValueMappingDesigntimeArtifact", OTHERS)
    .navigations(&[Navigation::many("ValMapSchema", "ValMapSchema")])
    .media();

/// `<kind>DesigntimeArtifacts`
#[derive(Debug)]
pub(super) struct Artifacts {
    pub(super) kind: ArtifactKind,
    pub(super) workspace: Workspace,
}

/// The set of the artifacts of a kind.
pub(crate) fn set_name(kind: ArtifactKind) -> &'static str {
    match kind {
        ArtifactKind::Flow => "IntegrationDesigntimeArtifacts",
        ArtifactKind::ScriptCollection => "ScriptCollectionDesigntimeArtifacts",
        ArtifactKind::MessageMapping => "MessageMappingDesigntimeArtifacts",
        ArtifactKind::ValueMapping => "ValueMappingDesigntimeArtifacts",
    }
}

/// The artifact whose navigation leads to what is asked for: its kind, id and version.
pub(super) fn parent(call: &Call) -> Result<(ArtifactKind, &str, &str)> {
    let parent = call.parent().ok_or_else(Error::not_implemented)?;
    let kinds = ArtifactKind::ALL.iter().copied();
    let kind = kinds.into_iter().find(|kind| set_name(*kind) == parent.set);
    let kind = kind.ok_or_else(Error::not_found)?;
    let key = &parent.key;
    Ok((kind, key.text("Id"), key.text("Version")))
}

#[async_trait]
impl EntitySet for Artifacts {
    fn name(&self) -> &'static str {
        set_name(self.kind)
    }

    fn entity(&self) -> &'static EntityType {
        match self.kind {
            ArtifactKind::Flow => &FLOW,
            ArtifactKind::ScriptCollection => &SCRIPT_COLLECTION,
            ArtifactKind::MessageMapping => &MESSAGE_MAPPING,
            ArtifactKind::ValueMapping => &VALUE_MAPPING,
        }
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[PACKAGES_READ],
            false => &[PACKAGES_EDIT],
        }
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let heads = match call.parent() {
            Some(package) => {
                let id = package.key.text("Id");
                self.workspace.artifacts_of(id, self.kind).await
            }
            None => self.workspace.artifacts(self.kind).await,
        };
        let heads = heads.map_err(of_design)?;
        Ok(List::All(heads.into_iter().map(row).collect()))
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        Ok(Some(row(self.find(call, key).await?)))
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let package = match call.parent() {
            Some(package) => package.key.text("Id").to_owned(),
            None => body.required("PackageId")?,
        };
        let new = NewArtifact {
            kind: self.kind,
            package,
            id: body.text_or_empty("Id")?,
            name: body.text_or_empty("Name")?,
            description: body.text("Description")?,
            content: content(body)?,
        };
        let created = self.workspace.create_artifact(call.actor(), new).await;
        Ok(Reply::created(row(created.map_err(of_design)?)))
    }

    async fn replace(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        if self.kind == ArtifactKind::ValueMapping {
            return Err(Error::not_implemented());
        }
        let head = self.find(call, key).await?;
        let differs = |name, value: &str| {
            let given = body.text(name)?;
            Ok::<_, Error>(given.is_some_and(|given| given != value))
        };
        if self.kind == ArtifactKind::MessageMapping
            && (differs("Id", &head.id)? || differs("PackageId", &head.package)?)
        {
            return Err(of_design(lockgate_design::Error::IdChange));
        }
        let change = Change {
            name: body.text("Name")?.filter(|name| !name.is_empty()),
            description: body.text("Description")?,
            content: content(body)?,
        };
        let which = (self.kind, key.text("Id"), key.text("Version"));
        let changed = self.workspace.update_artifact(call.actor(), which, change);
        changed.await.map_err(of_design)?;
        Ok(Reply::ok())
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        let head = self.find(call, key).await?;
        let (id, version) = (head.id.as_str(), key.text("Version"));
        let deleted = self
            .workspace
            .delete_artifact(call.actor(), self.kind, id, version);
        deleted.await.map_err(of_design)?;
        Ok(Reply::ok())
    }

    async fn media(&self, call: &Call, key: &Key) -> Result<Option<Media>> {
        self.find(call, key).await?;
        let (id, version) = (key.text("Id"), key.text("Version"));
        let archive = self.workspace.archive(self.kind, id, version).await;
        let (head, zip) = archive.map_err(of_design)?;
        let name = format!("{}.zip", head.id);
        Ok(Some(Media::new(zip, "application/zip").file(name)))
    }
}

impl Artifacts {
    /// The artifact with a key; behind a package only if it is in there.
    async fn find(&self, call: &Call, key: &Key) -> Result<ArtifactHead> {
        let (id, version) = (key.text("Id"), key.text("Version"));
        let head = self.workspace.artifact(self.kind, id, version).await;
        let head = head.map_err(of_design)?;
        match call.parent() {
            Some(package) if package.key.text("Id") != head.package => Err(Error::not_found()),
            _ => Ok(head),
        }
    }
}

/// The archive that a request brings; nothing counts as none.
fn content(body: &Body) -> Result<Option<Vec<u8>>> {
    let content = body.bytes("ArtifactContent")?;
    Ok(content
        .filter(|zip| !zip.is_empty())
        .map(|zip| zip.to_vec()))
}

/// An artifact of any kind; those without senders and dates leave them out.
fn row(head: ArtifactHead) -> Row {
    let version = shown_version(&head).to_owned();
    Row::new()
        .with("Id", head.id)
        .with("Version", version)
        .with("PackageId", head.package)
        .with("Name", head.name)
        .with("Description", head.description)
        .with("Sender", head.sender)
        .with("Receiver", head.receiver)
        .with("CreatedBy", head.created_by)
        .with("CreatedAt", head.created_at)
        .with("ModifiedBy", head.modified_by)
        .with("ModifiedAt", head.modified_at)
}
