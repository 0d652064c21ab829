//! The sets of entries: parameters, names and users.

use async_trait::async_trait;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Operation, Property, Query, Reply, Result,
    Row,
};
use lockgate_operations::Operations;
use lockgate_operations::partners::{EntryKey, Stored};
use lockgate_store::partners::EntryKind;

use super::{edits, lists, write_one};
use crate::failure::of_operations;
use crate::roles::PARTNER_DIRECTORY;

static PARAMETER: EntityType = EntityType::new(
    "Parameter",
    &[
        Property::text("Pid").key().length(60),
        Property::text("Id").key().length(1_500),
        MODIFIED_BY,
        MODIFIED_TIME,
        CREATED_BY,
        CREATED_TIME,
    ],
);
static TEXT: EntityType = EntityType::new(
    "StringParameter",
    &[Property::text("Value").required().length(4_000)],
)
.extends(&PARAMETER);
static BINARY: EntityType = EntityType::new(
    "BinaryParameter",
    &[
        Property::text("ContentType").required().length(300),
        Property::binary("Value").required().length(1_572_864),
    ],
)
.extends(&PARAMETER);
static CREDENTIAL: EntityType = EntityType::new(
    "UserCredentialParameter",
    &[
        Property::text("User").required().length(200),
        Property::text("Password").or_null().length(200),
    ],
)
.extends(&PARAMETER);
static NAME: EntityType = EntityType::new(
    "AlternativePartner",
    &[
        Property::text("Hexagency").key().length(480),
        Property::text("Hexscheme").key().length(480),
        Property::text("Hexid").key().length(1_020),
        Property::text("Agency").required().length(120),
        Property::text("Scheme").required().length(120),
        Property::text("Id").required().length(255),
        Property::text("Pid").required().length(60),
        MODIFIED_BY,
        MODIFIED_TIME,
        CREATED_BY,
        CREATED_TIME,
    ],
);
static USER: EntityType = EntityType::new(
    "AuthorizedUser",
    &[
        Property::text("User").key().length(150),
        Property::text("Pid").required().length(60),
        MODIFIED_BY,
        MODIFIED_TIME,
        CREATED_BY,
        CREATED_TIME,
    ],
);

const MODIFIED_BY: Property = Property::text("LastModifiedBy").length(150);
const MODIFIED_TIME: Property = Property::time("LastModifiedTime");
const CREATED_BY: Property = Property::text("CreatedBy").length(150);
const CREATED_TIME: Property = Property::time("CreatedTime");

/// A set of entries of one kind.
#[derive(Debug)]
pub(crate) struct Entries {
    pub(crate) kind: EntryKind,
    pub(crate) operations: Operations,
}

/// The set with entries of a kind.
const fn set_of(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Text => "StringParameters",
        EntryKind::Binary => "BinaryParameters",
        EntryKind::Credential => "UserCredentialParameters",
        EntryKind::Name => "AlternativePartners",
        EntryKind::User => "AuthorizedUsers",
    }
}

/// The kind of the entries of a set.
pub(super) fn kind_of(set: &str) -> Option<EntryKind> {
    let mut kinds = EntryKind::ALL.iter().copied();
    kinds.find(|kind| set_of(*kind) == set)
}

/// The type of entries of a kind.
pub(super) fn entity_of(kind: EntryKind) -> &'static EntityType {
    match kind {
        EntryKind::Text => &TEXT,
        EntryKind::Binary => &BINARY,
        EntryKind::Credential => &CREDENTIAL,
        EntryKind::Name => &NAME,
        EntryKind::User => &USER,
    }
}

#[async_trait]
impl EntitySet for Entries {
    fn name(&self) -> &'static str {
        set_of(self.kind)
    }

    fn entity(&self) -> &'static EntityType {
        entity_of(self.kind)
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[PARTNER_DIRECTORY]
    }

    async fn list(&self, _: &Call, query: &Query) -> Result<List> {
        match self.kind {
            EntryKind::Text => lists::texts(&self.operations, query).await,
            EntryKind::Binary => lists::binaries(&self.operations, query).await,
            EntryKind::Credential => lists::credentials(&self.operations, query).await,
            EntryKind::Name => lists::names(&self.operations, query).await,
            EntryKind::User => lists::users(&self.operations).await,
        }
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let operations = &self.operations;
        let found = match edits::entry_key(self.kind, key)? {
            EntryKey::Parameter { kind, pid, id } => {
                let found = operations.partner_parameter(kind, &pid, &id).await;
                Stored::Parameter(found.map_err(of_operations)?)
            }
            EntryKey::Name { agency, scheme, id } => {
                let found = operations.partner_name(&agency, &scheme, &id).await;
                Stored::Name(found.map_err(of_operations)?)
            }
            EntryKey::User(name) => {
                let found = operations.partner_user(&name).await;
                Stored::User(found.map_err(of_operations)?)
            }
        };
        let mut row = lists::row(found);
        if self.kind == EntryKind::Credential && wants_hash(call)? {
            let (pid, id) = (key.text("Pid"), key.text("Id"));
            let hash = operations.partner_password_hash(pid, id).await;
            let digits = hash
                .map_err(of_operations)?
                .map(|byte| format!("{byte:02x}"));
            row.set("Password", format!("SHA256.{}", digits.concat()));
        }
        Ok(Some(row))
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let edit = edits::creation(call, self.kind, body)?;
        write_one(&self.operations, call, edit).await
    }

    async fn replace(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let edit = edits::replacement(call, self.kind, key, body)?;
        write_one(&self.operations, call, edit).await
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        let edit = edits::deletion(call, self.kind, key)?;
        write_one(&self.operations, call, edit).await
    }
}

/// Whether the password is asked for, as a hash.
fn wants_hash(call: &Call) -> Result<bool> {
    match call.parameter("returnHashedPassword") {
        None | Some("") => Ok(false),
        Some("SHA256") => Ok(true),
        Some(_) => Err(Error::bad_request("returnHashedPassword has to be SHA256.")),
    }
}
