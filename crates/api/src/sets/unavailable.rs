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
const ENTRY: &[Property] = &[
    Property::text("HexSource").key(),
    Property::text("HexEntry").key(),
];
const ARCHIVE: &[Property] = &[
    Property::text("Scope").key(),
    Property::text("LogFileType").key(),
    Property::text("NodeScope").key(),
];
const CHANGE: &[Property] = &[
    Property::text("Operation").key(),
    Property::text("Entity").key(),
    VERSION,
];

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
const NO_QUEUES: &str = "flows cannot use message queues yet";
const NO_FILES: &str = "the server writes its log to its standard error output";
const NO_AUDIT: &str = "the audit log is read with lockgate audit";
const NO_IDS: &str = "flows cannot map ids yet";
const NO_REPOSITORY: &str = "flows cannot check for duplicates yet";
const NO_EXPORT: &str = "the message log stays in the database of the server";

/// A set that is not offered, with its type and keys, and why.
const fn set(
    name: &'static str,
    entity: &'static str,
    keys: &'static [Property],
    why: &'static str,
) -> Unavailable {
    Unavailable {
        name,
        entity: EntityType::new(entity, keys),
        why,
    }
}

const fn key(name: &'static str) -> Property {
    Property::text(name).key()
}

/// Every set that is not offered.
static ALL: [Unavailable; 40] = [
    set(
        "OAuth2AuthorizationCodes",
        "OAuth2AuthorizationCode",
        &[NAME],
        NO_CODES,
    ),
    set("KeyPairResources", "KeyPairResource", &[ALIAS], NO_PKCS12),
    set(
        "RSAKeyGenerationRequests",
        "RSAKeyGenerationRequest",
        &[ALIAS],
        NO_PKCS12,
    ),
    set("SSHKeyResources", "SSHKeyResource", &[ALIAS], NO_SSH),
    set(
        "SSHKeyGenerationRequests",
        "SSHKeyGenerationRequest",
        &[ALIAS],
        NO_SSH,
    ),
    set("Keystores", "Keystore", &[NAME], ONE_KEYSTORE),
    set(
        "HistoryKeystoreEntries",
        "HistoryKeystoreEntry",
        &[ALIAS],
        ONE_KEYSTORE,
    ),
    set("RuntimeSyncInfos", "RuntimeSyncInfo", &[ID], ONE_KEYSTORE),
    set(
        "AccessPolicyRuntimeAssignments",
        "AccessPolicyRuntimeAssignment",
        &[Property::int64("Id").key()],
        ONE_RUNTIME,
    ),
    set("PgpKeyEntries", "PgpKeyEntry", &[ID], NO_PGP),
    set("PgpSubKeys", "PgpSubKey", &[ID], NO_PGP),
    set("PgpUserIds", "PgpUserId", &[ID], NO_PGP),
    set(
        "KeyringRuntimeAssignment",
        "KeyringRuntimeAssignment",
        &[ID],
        NO_PGP,
    ),
    set(
        "DesignGuidelineExecutionResults",
        "DesignGuidelineExecutionResult",
        &[key("ExecutionId")],
        NO_GUIDELINES,
    ),
    set(
        "IntegrationAdapterDesigntimeArtifacts",
        "IntegrationAdapterDesigntimeArtifact",
        &[ID],
        NO_ADAPTERS,
    ),
    set(
        "DataTypeDesigntimeArtifacts",
        "DataTypeDesigntimeArtifact",
        &[ID, VERSION],
        NO_TYPES,
    ),
    set(
        "MessageTypeDesigntimeArtifacts",
        "MessageTypeDesigntimeArtifact",
        &[ID, VERSION],
        NO_TYPES,
    ),
    set(
        "FaultMessageTypeDesigntimeArtifacts",
        "FaultMessageTypeDesigntimeArtifact",
        &[ID, VERSION],
        NO_TYPES,
    ),
    set(
        "ServiceInterfaceDesigntimeArtifacts",
        "ServiceInterfaceDesigntimeArtifact",
        &[ID, VERSION],
        NO_TYPES,
    ),
    set("MDIDeltaToken", "MDIDeltaToken", CHANGE, NO_CHANGES),
    set("JmsBrokers", "JmsBroker", &[key("Key")], NO_QUEUES),
    set("QueueStates", "QueueState", &[NAME], NO_QUEUES),
    set("Queues", "Queue", &[NAME], NO_QUEUES),
    set("JmsQueues", "JmsQueue", &[NAME], NO_QUEUES),
    set(
        "JmsMessages",
        "JmsMessage",
        &[key("Msgid"), NAME],
        NO_QUEUES,
    ),
    set("JmsArtifacts", "JmsArtifact", &[NAME], NO_QUEUES),
    set(
        "MessagingQueues",
        "MessagingQueue",
        &[key("queueName")],
        NO_QUEUES,
    ),
    set(
        "MessagingMessages",
        "MessagingMessage",
        &[key("jmsMessageId"), key("queueName")],
        NO_QUEUES,
    ),
    set("LogFiles", "LogFile", &[NAME, key("Application")], NO_FILES),
    set("LogFileArchives", "LogFileArchive", ARCHIVE, NO_FILES),
    set("AuditLogs", "AuditLog", &[key("ChangeId")], NO_AUDIT),
    set("IdMapFromIds", "IdMapFromId", &[key("FromId")], NO_IDS),
    set("IdMapToIds", "IdMapToId", &[key("ToId")], NO_IDS),
    set("IdMapFromId2s", "IdMapFromId2", &[key("FromId")], NO_IDS),
    set(
        "IdempotentRepositoryEntries",
        "IdempotentRepositoryEntry",
        ENTRY,
        NO_REPOSITORY,
    ),
    set(
        "GenericIdempotentRepositoryEntries",
        "GenericIdempotentRepositoryEntry",
        ENTRY,
        NO_REPOSITORY,
    ),
    set(
        "ExternalLoggingActivationStatus",
        "ExternalLoggingActivationStatus",
        &[ID],
        NO_EXPORT,
    ),
    set(
        "ExternalLoggingEvents",
        "ExternalLoggingEvent",
        &[Property::int64("Timestamp").key()],
        NO_EXPORT,
    ),
    set(
        "ArchivingConfigurations",
        "ArchivingConfiguration",
        &[ID],
        NO_EXPORT,
    ),
    set(
        "ArchivingKeyPerformanceIndicators",
        "ArchivingKeyPerformanceIndicator",
        &[key("RunStart")],
        NO_EXPORT,
    ),
];

/// A set that is not offered.
#[derive(Debug)]
pub(super) struct Unavailable {
    name: &'static str,
    entity: EntityType,
    /// Why, as the end of a sentence.
    why: &'static str,
}

/// Every set that is not offered.
pub(super) fn all() -> impl Iterator<Item = &'static Unavailable> {
    ALL.iter()
}

impl Unavailable {
    fn refuse<T>(&self) -> Result<T> {
        let message = format!("{} is not offered by this server: {}.", self.name, self.why);
        Err(Error::new(http::StatusCode::NOT_IMPLEMENTED, message))
    }
}

#[async_trait]
impl EntitySet for &'static Unavailable {
    fn name(&self) -> &'static str {
        self.name
    }

    fn entity(&self) -> &'static EntityType {
        &self.entity
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
