//! Sets of the original that are not offered: every request is answered with 501, and why.

use async_trait::async_trait;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Media, Operation, Property, Query, Reply,
    Result, Row,
};

const ID: Property = Property::text("Id").key();
const NAME: Property = Property::text("Name").key();
const ALIAS: Property = Property::text("Hexalias").key();
const VERSION: Property = Property::text("Version").key();

const NO_GUIDELINES: &str = "flows are checked when they are deployed";
const NO_ADAPTERS: &str = "adapters are part of the server";
const NO_TYPES: &str = "types are files of the artifacts that use them";
const NO_CHANGES: &str = "changes of design time are not tracked";
const NO_CODES: &str = "flows cannot use OAuth2 authorization codes yet";
const NO_PKCS12: &str = "send key and certificates as PEM to the operator API";
const NO_SSH: &str = "flows cannot use SSH keys yet";
const NO_PGP: &str = "flows cannot use PGP keys yet";
const ONE_KEYSTORE: &str = "there is one keystore, whose entries are KeystoreEntries";
const ONE_RUNTIME: &str = "access policies belong to no run time in particular";

/// What sets are called, what their entities look like, and why they are not offered.
static ALL: [(&str, EntityType, &str); 20] = [
    (
        "OAuth2AuthorizationCodes",
        EntityType::new("OAuth2AuthorizationCode", &[NAME]),
        NO_CODES,
    ),
    (
        "KeyPairResources",
        EntityType::new("KeyPairResource", &[ALIAS]),
        NO_PKCS12,
    ),
    (
        "RSAKeyGenerationRequests",
        EntityType::new("RSAKeyGenerationRequest", &[ALIAS]),
        NO_PKCS12,
    ),
    (
        "SSHKeyResources",
        EntityType::new("SSHKeyResource", &[ALIAS]),
        NO_SSH,
    ),
    (
        "SSHKeyGenerationRequests",
        EntityType::new("SSHKeyGenerationRequest", &[ALIAS]),
        NO_SSH,
    ),
    (
        "Keystores",
        EntityType::new("Keystore", &[NAME]),
        ONE_KEYSTORE,
    ),
    (
        "HistoryKeystoreEntries",
        EntityType::new("HistoryKeystoreEntry", &[ALIAS]),
        ONE_KEYSTORE,
    ),
    (
        "RuntimeSyncInfos",
        EntityType::new("RuntimeSyncInfo", &[ID]),
        ONE_KEYSTORE,
    ),
    (
        "AccessPolicyRuntimeAssignments",
        EntityType::new(
            "AccessPolicyRuntimeAssignment",
            &[Property::int64("Id").key()],
        ),
        ONE_RUNTIME,
    ),
    (
        "PgpKeyEntries",
        EntityType::new("PgpKeyEntry", &[ID]),
        NO_PGP,
    ),
    ("PgpSubKeys", EntityType::new("PgpSubKey", &[ID]), NO_PGP),
    ("PgpUserIds", EntityType::new("PgpUserId", &[ID]), NO_PGP),
    (
        "KeyringRuntimeAssignment",
        EntityType::new("KeyringRuntimeAssignment", &[ID]),
        NO_PGP,
    ),
    (
        "DesignGuidelineExecutionResults",
        EntityType::new(
            "DesignGuidelineExecutionResult",
            &[Property::text("ExecutionId").key()],
        ),
        NO_GUIDELINES,
    ),
    (
        "IntegrationAdapterDesigntimeArtifacts",
        EntityType::new("IntegrationAdapterDesigntimeArtifact", &[ID]),
        NO_ADAPTERS,
    ),
    (
        "DataTypeDesigntimeArtifacts",
        EntityType::new("DataTypeDesigntimeArtifact", &[ID, VERSION]),
        NO_TYPES,
    ),
    (
        "MessageTypeDesigntimeArtifacts",
        EntityType::new("MessageTypeDesigntimeArtifact", &[ID, VERSION]),
        NO_TYPES,
    ),
    (
        "FaultMessageTypeDesigntimeArtifacts",
        EntityType::new("FaultMessageTypeDesigntimeArtifact", &[ID, VERSION]),
        NO_TYPES,
    ),
    (
        "ServiceInterfaceDesigntimeArtifacts",
        EntityType::new("ServiceInterfaceDesigntimeArtifact", &[ID, VERSION]),
        NO_TYPES,
    ),
    (
        "MDIDeltaToken",
        EntityType::new(
            "MDIDeltaToken",
            &[
                Property::text("Operation").key(),
                Property::text("Entity").key(),
                VERSION,
            ],
        ),
        NO_CHANGES,
    ),
];

/// A set that is not offered.
#[derive(Debug)]
pub(super) struct Unavailable {
    name: &'static str,
    entity: &'static EntityType,
    /// Why, as the end of a sentence.
    why: &'static str,
}

/// Every set that is not offered.
pub(super) fn all() -> impl Iterator<Item = Unavailable> {
    ALL.iter()
        .map(|(name, entity, why)| Unavailable { name, entity, why })
}

impl Unavailable {
    fn refuse<T>(&self) -> Result<T> {
        let message = format!("{} is not offered by this server: {}.", self.name, self.why);
        Err(Error::new(http::StatusCode::NOT_IMPLEMENTED, message))
    }
}

#[async_trait]
impl EntitySet for Unavailable {
    fn name(&self) -> &'static str {
        self.name
    }

    fn entity(&self) -> &'static EntityType {
        self.entity
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[]
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        self.refuse()
    }

    async fn get(&self, _: &Call, _: &Key) -> Result<Option<Row>> {
        self.refuse()
    }

    async fn create(&self, _: &Call, _: &Body) -> Result<Reply> {
        self.refuse()
    }

    async fn replace(&self, _: &Call, _: &Key, _: &Body) -> Result<Reply> {
        self.refuse()
    }

    async fn delete(&self, _: &Call, _: &Key) -> Result<Reply> {
        self.refuse()
    }

    async fn media(&self, _: &Call, _: &Key) -> Result<Option<Media>> {
        self.refuse()
    }

    async fn put_media(&self, _: &Call, _: &Key, _: Media) -> Result<Reply> {
        self.refuse()
    }
}
