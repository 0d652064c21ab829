//! What is kept of the content of messages: attachments, traces, and what flows stored.

use async_trait::async_trait;
use lockgate_odata::{
    Call, EntitySet, EntityType, Error, Key, List, Media, Navigation, Operation, Parent, Property,
    Query, Result, Row,
};
use lockgate_operations::Operations;
use lockgate_store::payloads::{Payload, PayloadHead, PayloadKind};

use super::{message_of, runs};
use crate::failure::of_operations;
use crate::roles::{MONITORING_READ, PAYLOADS_READ};

static ATTACHMENT: EntityType = EntityType::new(
    "MessageProcessingLogAttachment",
    &[
        Property::text("Id").key(),
        Property::text("MessageGuid"),
        Property::time("TimeStamp"),
        Property::text("Name"),
        Property::text("ContentType"),
        Property::int64("PayloadSize"),
    ],
)
.media();

static TRACE: EntityType = EntityType::new(
    "TraceMessage",
    &[
        Property::int64("TraceId").key(),
        Property::text("MplId").required(),
        Property::text("ModelStepId"),
        Property::int64("PayloadSize"),
        Property::text("MimeType"),
        Property::text("RunId"),
    ],
)
.navigations(&[
    Navigation::many("Properties", "TraceMessageProperties"),
    Navigation::many("ExchangeProperties", "TraceMessageExchangeProperties"),
])
.media();

static ENTRY: EntityType = EntityType::new(
    "MessageStoreEntry",
    &[
        Property::text("Id").key(),
        Property::text("MessageGuid"),
        Property::text("MessageStoreId"),
        Property::time("TimeStamp"),
        Property::boolean("HasAttachments"),
    ],
)
.navigations(&[
    Navigation::many("Attachments", "MessageStoreEntryAttachments"),
    Navigation::many("Properties", "MessageStoreEntryProperties"),
])
.media();

static ENTRY_ATTACHMENT: EntityType = EntityType::new(
    "MessageStoreEntryAttachment",
    &[
        Property::text("Id").key(),
        Property::text("Name"),
        Property::text("ContentType"),
    ],
)
.navigations(&[Navigation::many(
    "Properties",
    "MessageStoreEntryAttachmentProperties",
)])
.media();

/// A set of kept contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sets) enum Kept {
    /// `MessageProcessingLogAttachments`
    Attachments,
    /// `TraceMessages`
    Traces,
    /// `MessageStoreEntries`
    Entries,
    /// `MessageStoreEntryAttachments`
    EntryAttachments,
}

impl Kept {
    pub(in crate::sets) const ALL: [Self; 4] = [
        Self::Attachments,
        Self::Traces,
        Self::Entries,
        Self::EntryAttachments,
    ];

    fn has(self, head: &PayloadHead) -> bool {
        match self {
            Self::Attachments => head.kind == PayloadKind::Attachment,
            Self::Traces => head.kind.is_traced(),
            Self::Entries => head.kind == PayloadKind::Stored,
            Self::EntryAttachments => head.kind == PayloadKind::StoredAttachment,
        }
    }

    /// The number in a key.
    fn number(self, key: &Key) -> Option<i64> {
        match self {
            Self::Traces => Some(key.number("TraceId")),
            _ => number(key.text("Id")),
        }
    }

    fn row(self, head: &PayloadHead, all: &[PayloadHead]) -> Row {
        let size = i64::try_from(head.size).unwrap_or(i64::MAX);
        let message = head.message.to_string();
        let has_attachments = || all.iter().any(|one| one.parent == Some(head.id));
        match self {
            Self::Attachments => Row::new()
                .with("Id", id(head.id))
                .with("MessageGuid", message)
                .with("TimeStamp", head.kept_at)
                .with("Name", head.name.as_deref())
                .with("ContentType", head.media_type.as_deref())
                .with("PayloadSize", size),
            Self::Traces => Row::new()
                .with("TraceId", head.id)
                .with("MplId", message.as_str())
                .with("ModelStepId", head.step_id.as_deref())
                .with("PayloadSize", size)
                .with("MimeType", head.media_type.as_deref())
                .with("RunId", message.as_str()),
            Self::Entries => Row::new()
                .with("Id", id(head.id))
                .with("MessageGuid", message)
                .with("MessageStoreId", head.step_id.as_deref())
                .with("TimeStamp", head.kept_at)
                .with("HasAttachments", has_attachments()),
            Self::EntryAttachments => Row::new()
                .with("Id", id(head.id))
                .with("Name", head.name.as_deref())
                .with("ContentType", head.media_type.as_deref()),
        }
    }
}

/// What every id of a kept content begins with.
const ID: &str = "sap-it-res:msg:lockgate:";

fn id(number: i64) -> String {
    format!("{ID}{number}")
}

fn number(id: &str) -> Option<i64> {
    id.strip_prefix(ID)?.parse().ok()
}

/// A set of kept contents. What they are is seen by those who monitor, what is in them by those who may
/// read payloads.
#[derive(Debug)]
pub(in crate::sets) struct Contents {
    pub(in crate::sets) kept: Kept,
    pub(in crate::sets) operations: Operations,
}

#[async_trait]
impl EntitySet for Contents {
    fn name(&self) -> &'static str {
        match self.kept {
            Kept::Attachments => "MessageProcessingLogAttachments",
            Kept::Traces => "TraceMessages",
            Kept::Entries => "MessageStoreEntries",
            Kept::EntryAttachments => "MessageStoreEntryAttachments",
        }
    }

    fn entity(&self) -> &'static EntityType {
        match self.kept {
            Kept::Attachments => &ATTACHMENT,
            Kept::Traces => &TRACE,
            Kept::Entries => &ENTRY,
            Kept::EntryAttachments => &ENTRY_ATTACHMENT,
        }
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation {
            Operation::Media => &[PAYLOADS_READ],
            _ => &[MONITORING_READ],
        }
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let (all, wanted) = match self.kept {
            Kept::Attachments | Kept::Entries => {
                let message = self.operations.message(message_of(call.parent())?).await;
                let message = message.map_err(of_operations)?;
                (self.all(&message.id).await?, None)
            }
            Kept::Traces => {
                let (message, step) = runs::step_in(&self.operations, call.parent()).await?;
                let mut all = self.all(&message.id).await?;
                all.retain(|one| one.step_seq.map(i64::from) == Some(step));
                (all, None)
            }
            Kept::EntryAttachments => {
                let entry = content_in(&self.operations, call.parent()).await?.head;
                (self.all(&entry.message).await?, Some(entry.id))
            }
        };
        let rows = all
            .iter()
            .filter(|one| self.kept.has(one))
            .filter(|one| wanted.is_none() || one.parent == wanted)
            .map(|one| self.kept.row(one, &all));
        Ok(List::All(rows.collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let head = self.find(key).await?.head;
        let all = self.all(&head.message).await?;
        Ok(Some(self.kept.row(&head, &all)))
    }

    async fn media(&self, _: &Call, key: &Key) -> Result<Option<Media>> {
        let payload = self.find(key).await?;
        let media_type = payload.head.media_type;
        let media_type = media_type.filter(|media_type| !media_type.is_empty());
        let media_type = media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
        let media = Media::new(payload.body, media_type);
        Ok(Some(media.file(payload.head.name.unwrap_or_else(|| {
            format!("payload-{}", payload.head.id)
        }))))
    }
}

impl Contents {
    async fn all(&self, message: &lockgate_core::ids::MessageId) -> Result<Vec<PayloadHead>> {
        let all = self.operations.payloads(message).await;
        all.map_err(of_operations)
    }

    async fn find(&self, key: &Key) -> Result<Payload> {
        let number = self.kept.number(key).ok_or_else(Error::not_found)?;
        let payload = self.operations.payload(number).await;
        let payload = payload.map_err(of_operations)?;
        match self.kept.has(&payload.head) {
            true => Ok(payload),
            false => Err(Error::not_found()),
        }
    }
}

/// The kept content that a navigation began at.
async fn content_in(operations: &Operations, parent: Option<&Parent>) -> Result<Payload> {
    let parent = parent.ok_or_else(Error::not_implemented)?;
    let number = match parent.set {
        "TraceMessages" => Some(parent.key.number("TraceId")),
        _ => number(parent.key.text("Id")),
    };
    let number = number.ok_or_else(Error::not_found)?;
    operations.payload(number).await.map_err(of_operations)
}

/// A set of names and values that belong to kept contents.
#[derive(Debug)]
pub(in crate::sets) struct Pairs {
    set: &'static PairSet,
    operations: Operations,
}

#[derive(Debug)]
struct PairSet {
    name: &'static str,
    entity: EntityType,
    /// The part of the key that says what they belong to.
    of: &'static str,
    /// Whether they are exchange properties instead of headers.
    exchange: bool,
}

macro_rules! pair_set {
    ($name:literal, $type:literal, $key:expr, $of:literal, $exchange:literal) => {
        PairSet {
            name: $name,
            entity: EntityType::new(
                $type,
                &[
                    $key.key(),
                    Property::text("Name").key(),
                    Property::text("Value"),
                ],
            ),
            of: $of,
            exchange: $exchange,
        }
    };
}

static PAIRS: [PairSet; 4] = [
    pair_set!(
        "TraceMessageProperties",
        "TraceMessageProperty",
        Property::int64("TraceId"),
        "TraceId",
        false
    ),
    pair_set!(
        "TraceMessageExchangeProperties",
        "TraceMessageExchangeProperty",
        Property::int64("TraceId"),
        "TraceId",
        true
    ),
    pair_set!(
        "MessageStoreEntryProperties",
        "MessageStoreEntryProperty",
        Property::text("MessageId"),
        "MessageId",
        false
    ),
    pair_set!(
        "MessageStoreEntryAttachmentProperties",
        "MessageStoreEntryAttachmentProperty",
        Property::text("AttachmentId"),
        "AttachmentId",
        false
    ),
];

impl Pairs {
    /// Every such set.
    pub(in crate::sets) fn all(operations: &Operations) -> impl Iterator<Item = Self> {
        PAIRS.iter().map(|set| Self {
            set,
            operations: operations.clone(),
        })
    }

    fn rows(&self, payload: Payload) -> Vec<Row> {
        let number = payload.head.id;
        let (kept, size) = (payload.body.len() as u64, payload.head.size);
        let mut pairs = match self.set.exchange {
            true => payload.properties,
            false => payload.headers,
        };
        if kept < size && !self.set.exchange {
            let cut = format!("{kept} of {size} bytes are kept");
            pairs.push(("Lockgate-Truncated".to_owned(), cut));
        }
        let mut rows: Vec<Row> = Vec::new();
        for (name, value) in pairs {
            let row = Row::new().with("Name", name).with("Value", value);
            let row = match self.set.of {
                "TraceId" => row.with("TraceId", number),
                of => row.with(of, id(number)),
            };
            rows.push(row);
        }
        rows
    }
}

#[async_trait]
impl EntitySet for Pairs {
    fn name(&self) -> &'static str {
        self.set.name
    }

    fn entity(&self) -> &'static EntityType {
        &self.set.entity
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[PAYLOADS_READ]
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let payload = content_in(&self.operations, call.parent()).await?;
        Ok(List::All(self.rows(payload)))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let number = match self.set.of {
            "TraceId" => Some(key.number("TraceId")),
            of => number(key.text(of)),
        };
        let number = number.ok_or_else(Error::not_found)?;
        let payload = self.operations.payload(number).await;
        let rows = self.rows(payload.map_err(of_operations)?);
        let mut rows = rows.into_iter();
        Ok(rows.find(|row| row.text("Name") == key.text("Name")))
    }
}
