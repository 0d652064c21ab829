//! Every bound that Lockgate sets on its input, named in one place.
//!
//! Sizes are bytes unless the name says otherwise. Each has a test that crosses it, beside the code
//! that enforces it.

use std::time::Duration;

/// The header block of a request.
pub const HEADER_BLOCK: usize = 32 * 1024;
/// Header fields of a request.
pub const HEADER_FIELDS: usize = 100;
/// The request target.
pub const REQUEST_TARGET: usize = 8 * 1024;
/// An `Authorization` bearer token.
pub const BEARER_TOKEN: usize = 16 * 1024;
/// Nesting of a token's JSON.
pub const TOKEN_JSON_DEPTH: usize = 16;
/// The key set of an issuer that may vouch for persons.
pub const KEY_SET: usize = 64 * 1024;
/// How long an assertion of such an issuer may be good.
pub const ASSERTION_LIFE: Duration = Duration::from_secs(3600);
/// A name, an id or a group in an assertion.
pub const ASSERTION_TEXT: usize = 255;
/// Groups in an assertion.
pub const ASSERTION_GROUPS: usize = 1_000;
/// The body of a token request.
pub const TOKEN_REQUEST_BODY: usize = 64 * 1024;
/// The body of an operator API request that carries JSON.
pub const API_JSON_BODY: usize = 1024 * 1024;
/// An uploaded bundle or package.
pub const BUNDLE_UPLOAD: usize = 64 * 1024 * 1024;
/// The unpacked size of a bundle.
pub const BUNDLE_UNPACKED: u64 = 256 * 1024 * 1024;
/// Files in a bundle.
pub const BUNDLE_FILES: usize = 5_000;
/// Unpacked size divided by packed size, for files over 1 MiB.
pub const BUNDLE_RATIO: u64 = 200;
/// A flow body when the channel states no limit: 40 MB.
pub const FLOW_BODY_DEFAULT: usize = 40 * 1024 * 1024;
/// The model of a flow.
pub const MODEL_BYTES: usize = 16 * 1024 * 1024;
/// All texts of a model together, after parameters are substituted.
pub const MODEL_RESOLVED: usize = 64 * 1024 * 1024;
/// The path of an HTTPS sender.
pub const ENDPOINT_PATH: usize = 1_000;
/// Elements nested in each other in any XML document.
pub const XML_DEPTH: usize = 500;
/// Attributes of one XML element.
pub const XML_ATTRIBUTES: usize = 1_000;
/// Namespace declarations in scope of one XML element.
pub const XML_NAMESPACES: usize = 256;
/// An XML document.
pub const XML_BYTES: usize = 128 * 1024 * 1024;
/// Elements, texts, comments and instructions of an XML document that becomes a tree, which takes
/// many times the memory of its text.
pub const XML_NODES: u32 = 5_000_000;
/// A document that an XPath beyond plain location paths is evaluated on.
pub const XPATH_FULL_BYTES: usize = 20 * 1024 * 1024;
/// An XPath expression.
pub const XPATH_EXPRESSION: usize = 64 * 1024;
/// Names, values and symbols in an XPath beyond plain location paths.
pub const XPATH_TOKENS: usize = 500;
/// Brackets nested in each other in an XPath beyond plain location paths.
pub const XPATH_DEPTH: usize = 12;
/// Objects and arrays nested in each other in any JSON document.
pub const JSON_DEPTH: usize = 500;
/// A Simple template or expression.
pub const EXPRESSION: usize = 256 * 1024;
/// Functions nested in each other in a Simple template.
pub const EXPRESSION_DEPTH: usize = 32;
/// Steps that one exchange may execute before it is stopped, loops included.
pub const EXCHANGE_STEPS: u64 = 10_000_000;
/// Local processes and ProcessDirect calls nested in each other.
pub const CALL_DEPTH: usize = 64;
/// How long a message waits for a turn to compute for long.
pub const TURN_WAIT: Duration = Duration::from_secs(60);
/// A response that a receiver adapter reads into memory.
pub const RECEIVER_RESPONSE: usize = 256 * 1024 * 1024;
/// The answer of a token endpoint that a receiver asks for an access token.
pub const OAUTH_TOKEN_RESPONSE: usize = 64 * 1024;
/// The metadata of an OData service.
pub const ODATA_METADATA: usize = 32 * 1024 * 1024;
/// Pages of one OData query.
pub const ODATA_PAGES: usize = 10_000;
/// Properties, values and brackets of the `$filter` of a request to the OData API.
pub const ODATA_FILTER_TERMS: usize = 500;
/// Brackets and functions nested in each other in such a `$filter`.
pub const ODATA_FILTER_DEPTH: usize = 32;
/// Navigations followed from one another in `$expand`.
pub const ODATA_EXPAND_DEPTH: usize = 4;
/// Lists that one `$expand` asks for.
pub const ODATA_EXPANSIONS: usize = 5_000;
/// The body of a request to the OData API: a bundle in Base64 inside JSON, and some more.
pub const ODATA_BODY: usize = BUNDLE_UPLOAD / 3 * 4 + 1024 * 1024;
/// Requests in one `$batch`.
pub const ODATA_BATCH: usize = 1_000;
/// Cookies, and CSRF tokens, kept for one HTTP session.
pub const SESSION_COOKIES: usize = 500;
/// Recipients of one mail.
pub const MAIL_RECIPIENTS: usize = 1_000;
/// Message records waiting to be written.
pub const JOURNAL_BUFFER: usize = 20_000;
/// How long a call waits for a place in the full buffer before it is refused.
pub const JOURNAL_WAIT: Duration = Duration::from_secs(1);
/// Message records written in one transaction.
pub const JOURNAL_BATCH: usize = 500;
/// How long a message record waits before it is written, in milliseconds.
pub const JOURNAL_DELAY_MS: u64 = 200;
/// A value in the message log, in characters.
pub const LOG_VALUE_CHARS: usize = 1_000;
/// Exchanges that run at the same time before new ones are refused.
pub const CONCURRENT_EXCHANGES: usize = 10_000;
/// Service instances of a tenant.
pub const INSTANCES: usize = 2_500;
/// Keys of one service instance.
pub const INSTANCE_KEYS: usize = 1_000;
/// The name of a service instance, in characters.
pub const INSTANCE_NAME: usize = 255;
/// The tags of a service instance together, in characters.
pub const INSTANCE_TAGS: usize = 2_048;
/// The name of a service key, in characters; 32 are enough for most tools.
pub const KEY_NAME: usize = 255;
/// Key pairs that are generated at the same time: each keeps a processor busy.
pub const KEY_GENERATIONS: usize = 2;
/// How long a request waits for its turn to generate a key pair.
pub const KEY_GENERATION_WAIT: Duration = Duration::from_secs(30);
/// Authorities of client certificates, own ones included.
pub const AUTHORITIES: usize = 100;
/// A platform's id of an instance or a binding, and its name of a request.
pub const BROKER_ID: usize = 200;
/// A text by which a platform says where an instance belongs.
pub const BROKER_TEXT: usize = 1_000;
/// Nesting of a platform's JSON.
pub const BROKER_JSON_DEPTH: usize = 64;
/// Who asked a platform, as the audit log keeps it, in characters.
pub const ORIGINATING_IDENTITY: usize = 1_000;
/// Entries of a list parameter of an instance, such as its roles.
pub const INSTANCE_LIST: usize = 100;
/// The scopes of all roles of an instance together, so that its tokens stay below [`BEARER_TOKEN`].
pub const INSTANCE_SCOPES: usize = 3_500;
/// A redirect URI.
pub const REDIRECT_URI: usize = 2_000;
/// Custom roles.
pub const CUSTOM_ROLES: usize = 2_500;
/// A description, in characters.
pub const DESCRIPTION: usize = 1_000;
/// Connections that one listener serves at the same time; more wait in the kernel's queue.
pub const CONNECTIONS: usize = 10_000;
/// Failed authentications of one client from one source before further ones are throttled.
pub const FAILURES_BURST: u32 = 10;
/// How often one more failure of one client from one source is allowed again.
pub const FAILURES_REFILL: Duration = Duration::from_secs(1);
/// Failed authentications in total before further ones are throttled.
pub const FAILURES_TOTAL_BURST: u32 = 200;
/// How often one more failure is allowed in total.
pub const FAILURES_TOTAL_REFILL: Duration = Duration::from_millis(5);
/// Pairs of client and source whose failures are remembered.
pub const THROTTLE_BUCKETS: usize = 10_000;
/// Verified tokens that are remembered.
pub const TOKENS_REMEMBERED: usize = 10_000;
/// Verified client certificates of proxies' senders that are remembered.
pub const FORWARDED_CERTIFICATES_REMEMBERED: usize = 5_000;
/// Revoked tokens that have not expired.
pub const REVOCATIONS: usize = 100_000;
/// Logins of one account that are kept; the oldest makes room for one more.
pub const SESSIONS: usize = 200;
/// The parameter `state` of an authorization request.
pub const OAUTH_STATE: usize = 4 * 1024;
/// Request bodies held in memory by all flow calls together.
pub const BODIES_IN_MEMORY: usize = 1024 * 1024 * 1024;
/// How long a flow call's body may take whatever its size.
pub const BODY_GRACE: Duration = Duration::from_secs(15);
/// How many bytes of a flow call's body have to arrive in each second after that.
pub const BODY_MIN_RATE: u32 = 8 * 1024;
/// The name of a credential, a variable or a number range, in characters.
pub const NAME: usize = 255;
/// A variable that a flow writes.
pub const VARIABLE: usize = 1024 * 1024;
/// The name of a data store, in characters.
pub const DATA_STORE_NAME: usize = 40;
/// The id of an entry of a data store, in characters.
pub const DATA_STORE_ENTRY_ID: usize = 255;
/// An entry of a data store: body and headers.
pub const DATA_STORE_ENTRY: usize = 64 * 1024 * 1024;
/// Entries that one step selects or deletes, and that one answer lists.
pub const DATA_STORE_ENTRIES: u32 = 100_000;
/// Entries that one step selects, together.
pub const DATA_STORE_SELECTION: u64 = 128 * 1024 * 1024;
/// What a message writes in a transaction, which is in memory until it counts.
pub const TRANSACTION: usize = 128 * 1024 * 1024;
/// Days that an entry of a data store is kept.
pub const DATA_STORE_DAYS: u32 = 180;
/// A text in a credential, such as the password.
pub const CREDENTIAL_TEXT: usize = 4_096;
/// Characters of the description of a credential, an access policy or what it refers to.
pub const CREDENTIAL_DESCRIPTION: usize = 1_024;
/// Parameters that a credential adds to token requests.
pub const TOKEN_PARAMETERS: usize = 50;
/// Entries of the keystore.
pub const KEYSTORE_ENTRIES: usize = 2_000;
/// Certificates in the chain of a keystore entry.
pub const KEYSTORE_CHAIN: usize = 10;
/// Bytes of a certificate that is sent to the keystore, as DER or PEM.
pub const KEYSTORE_CERTIFICATE: usize = 10 * 1024;
/// Access policies.
pub const ACCESS_POLICIES: usize = 1_000;
/// References of all access policies.
pub const ARTIFACT_REFERENCES: usize = 10_000;
/// Items of one page of a list.
pub const PAGE: usize = 1_000;
/// Items of one page of a list in the Cloud Foundry API.
pub const CLOUD_FOUNDRY_PAGE: u32 = 5_000;
/// Refused requests waiting to be noted; more are counted and dropped.
pub const REFUSAL_BUFFER: usize = 10_000;
/// Requests refused at surfaces that wait to be written to the audit log.
pub const AUDIT_BUFFER: usize = 1_000;
/// Refusals of different kinds that the audit log tells apart within a minute.
pub const AUDIT_REFUSALS: usize = 300;
/// Of these, refusals of one source.
pub const AUDIT_REFUSALS_OF_SOURCE: usize = 10;
/// Steps that the record of a message keeps at level Error: the last ones.
pub const LOG_STEPS_ERROR: usize = 50;
/// Steps that the record of a message keeps at level Info: the last ones.
pub const LOG_STEPS_INFO: usize = 200;
/// Steps that a message record keeps at the levels Debug and Trace: the last ones.
pub const LOG_STEPS: usize = 2_000;
/// Bytes of contents that one message record keeps, with their headers and properties.
pub const LOG_CONTENT_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of contents that wait in memory for the message log; while there are more, none are kept.
pub const LOG_CONTENT_PENDING: usize = 256 * 1024 * 1024;
/// Custom headers, adapter attributes and attachments, each, of one message record.
pub const LOG_ENTRIES: usize = 100;
/// The name of a custom header or property in the message log, in characters.
pub const LOG_NAME_CHARS: usize = 100;
/// How long a log level for a time may last.
pub const LOG_LEVEL_LASTS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// An error in the message log, in characters.
pub const LOG_ERROR_CHARS: usize = 10_000;
/// A header, property or body excerpt in a trace, in characters.
pub const LOG_TRACE_CHARS: usize = 10_000;
/// Parameters configured for a flow.
pub const FLOW_PARAMETERS: usize = 1_000;
/// The name of a flow's parameter, in characters.
pub const PARAMETER_NAME: usize = 255;
/// The value of a flow's parameter; some are tables in XML.
pub const PARAMETER_VALUE: usize = 64 * 1024;
/// How long a server goes on admitting calls while it cannot ask the database for changes, in
/// seconds.
pub const STALENESS_SECS: u64 = 300;
/// Accounts of a tenant: people, tools and brokers.
pub const ACCOUNTS: usize = 5_000;
/// The name of an account, in characters.
pub const ACCOUNT_NAME: usize = 255;
/// The shortest password of a person, in characters.
pub const PASSWORD_MIN: usize = 12;
/// The longest password of a person, in characters.
pub const PASSWORD_MAX: usize = 1_024;
/// Organizations of a tenant.
pub const ORGANIZATIONS: usize = 1_000;
/// Spaces of a tenant.
pub const SPACES: usize = 2_500;
/// The name of an organization or a space, in characters.
pub const SPACE_NAME: usize = 255;
/// Roles of all accounts in organizations and spaces together.
pub const MEMBERSHIPS: usize = 20_000;
/// Passwords that are hashed at the same time, in each of two lanes: one for people who come from
/// where they logged in before, one for everybody else.
pub const HASHES_AT_ONCE: usize = 2;
/// Passwords that wait for their turn to be hashed, in each lane, before further ones are refused.
pub const HASHES_WAITING: usize = 16;
/// Failed logins under one name from one source before further ones are throttled.
pub const LOGIN_FAILURES_BURST: u32 = 10;
/// How often one more failed login under one name from one source is allowed.
pub const LOGIN_FAILURES_REFILL: Duration = Duration::from_secs(10);
/// Parts of the Internet, by network, that have a budget each for failed logins under one name from
/// sources where nobody logged in under it before. An attacker in one part leaves the others open.
pub const LOGIN_PARTS: u8 = 16;
/// Failed logins under one name from one of those parts before further ones are throttled.
pub const LOGIN_FAILURES_PART_BURST: u32 = 10;
/// How often one more failed login under one name is allowed from one of those parts.
pub const LOGIN_FAILURES_PART_REFILL: Duration = Duration::from_secs(120);
/// How long a source is remembered after a person logged in from it.
pub const LOGIN_SOURCE_REMEMBERED: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// A certificate in DER.
pub const CERTIFICATE: usize = 32 * 1024;
/// A certificate as text: PEM in any of its spellings.
pub const CERTIFICATE_TEXT: usize = 64 * 1024;
/// Certificates that a client sends besides its own. The ways to order them, which hostile ones make
/// us try, grow faster than anything.
pub const CERTIFICATE_CHAIN: usize = 5;
/// TLS handshakes of one listener at the same time; more wait for their turn.
pub const HANDSHAKES: usize = 500;
/// A TLS session that a ticket is made of; one with a longer client certificate is not resumed.
pub const TLS_TICKET: usize = 16 * 1024;
/// A file with the server's certificate or its key.
pub const TLS_FILE: u64 = 256 * 1024;
/// The fewest characters of the secret that a proxy proves itself with.
pub const PROXY_SECRET: usize = 32;
/// A distinguished name, as text or in DER.
pub const DISTINGUISHED_NAME: usize = 8 * 1024;
/// Labels of one thing.
pub const METADATA_LABELS: usize = 50;
/// Annotations of one thing.
pub const METADATA_ANNOTATIONS: usize = 200;
/// Labels and annotations of one thing together.
pub const METADATA_BYTES: usize = 32 * 1024;
/// The name of a label or an annotation, and the value of a label, in characters.
pub const METADATA_NAME: usize = 63;
/// The value of an annotation, in characters.
pub const METADATA_VALUE: usize = 5_000;
/// Packages.
pub const PACKAGES: usize = 10_000;
/// Artifacts of one package.
pub const PACKAGE_ARTIFACTS: usize = 1_000;
/// A text about a package or an artifact, in characters.
pub const DESIGN_TEXT: usize = 20_000;
/// The name of a package or an artifact, in characters.
pub const DESIGN_NAME: usize = 200;
/// Saved versions of an artifact that are kept; the oldest makes room for one more.
pub const ARTIFACT_VERSIONS: usize = 20;
/// How long a server says nothing before what it said about flows counts no more.
pub const WORKER_SILENCE: Duration = Duration::from_secs(60);
/// Entries of the partner directory: parameters, names and users of all partners.
pub const PARTNER_ENTRIES: usize = 100_000;
/// The id of a partner.
pub const PARTNER_ID: usize = 60;
/// The id of a partner's parameter.
pub const PARTNER_PARAMETER_ID: usize = 1_500;
/// A partner's parameter that is text, in characters.
pub const PARTNER_TEXT: usize = 4_000;
/// A partner's parameter that is bytes.
pub const PARTNER_BYTES: usize = 1_536 * 1024;
/// The content type of a partner's parameter.
pub const PARTNER_CONTENT_TYPE: usize = 300;
/// The agency, and the scheme, of another name of a partner, in characters.
pub const PARTNER_SCHEME: usize = 120;
/// Another name of a partner, in characters.
pub const PARTNER_NAME: usize = 255;
/// Who may send in the name of a partner, in characters.
pub const PARTNER_USER: usize = 150;
/// The user, and the password, of a partner's credential, in characters.
pub const PARTNER_CREDENTIAL: usize = 200;
/// Who wrote an entry of the partner directory, in characters.
pub const PARTNER_AUTHOR: usize = 150;
