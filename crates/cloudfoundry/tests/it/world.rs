//! The API with a store, people with roles, and tokens for them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use lockgate_accounts::{AccountService, HashSettings, NewAccount};
use lockgate_catalog::Catalog;
use lockgate_cloudfoundry::{CloudFoundry, surface};
use lockgate_core::account::{ACCOUNT_HASH_LABEL, AccountKind, OrgRole, Scope, SpaceRole};
use lockgate_core::audit::{Actor, Who};
use lockgate_core::client::{Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::{Clock as _, ManualClock, SharedClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::{AccountId, OrgId, SpaceId};
use lockgate_core::random::{SeededRandom, SharedRandom};
use lockgate_core::secret::Secret;
use lockgate_core::tenant::Tenant;
use lockgate_store::metadata::Metadata;
use lockgate_store::{Location, Store, accounts};
use lockgate_testkit::transcript::{Reply, Sent};
use lockgate_web::audit::AuditSink;
use lockgate_web::caller::Arrival;
use lockgate_web::identity::{Identities, Revoked, SharedIdentities, VerificationKeys};
use lockgate_web::operator::OperatorToken;
use lockgate_web::surface::{Api, Guard, Surface};
use serde_json::{Value, json};
use tempfile::TempDir;

const START: Timestamp = Timestamp::from_secs(1_790_000_000);
const KID: &str = "test-key";
/// Where the API is; see [`lockgate_testkit::tenant`].
pub(crate) const API: &str = "https://api.example.org";

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum As {
    /// Nobody in particular.
    Nobody,
    /// An administrator.
    Admin,
    /// The manager of the organization.
    Manager,
    /// A developer in the space.
    Developer,
    /// A manager of the space.
    SpaceManager,
    /// An auditor of the space.
    Auditor,
    /// A supporter in the space.
    Supporter,
    /// A member of the organization without any other role.
    Member,
    /// Somebody without any role.
    Stranger,
}

impl As {
    /// Everybody who has an account.
    pub(crate) const ALL: [Self; 8] = [
        Self::Admin,
        Self::Manager,
        Self::Developer,
        Self::SpaceManager,
        Self::Auditor,
        Self::Supporter,
        Self::Member,
        Self::Stranger,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Developer => "developer",
            Self::SpaceManager => "space-manager",
            Self::Auditor => "auditor",
            Self::Supporter => "supporter",
            Self::Member => "member",
            Self::Stranger => "stranger",
        }
    }

    fn roles(self, org: OrgId, space: SpaceId) -> Vec<Scope> {
        let user = Scope::Org(org, OrgRole::User);
        let in_space = |role| vec![user, Scope::Space(space, role)];
        match self {
            Self::Nobody | Self::Admin | Self::Stranger => vec![],
            Self::Manager => vec![user, Scope::Org(org, OrgRole::Manager)],
            Self::Developer => in_space(SpaceRole::Developer),
            Self::SpaceManager => in_space(SpaceRole::Manager),
            Self::Auditor => in_space(SpaceRole::Auditor),
            Self::Supporter => in_space(SpaceRole::Supporter),
            Self::Member => vec![user],
        }
    }
}

/// A server in memory with organization `acme`, its space `dev`, and everybody of [`As`].
pub(crate) struct World {
    api: Api,
    surface: Surface,
    store: Store,
    master: MasterKey,
    identities: SharedIdentities,
    ids: Vec<(As, AccountId)>,
    pub(crate) accounts: AccountService,
    pub(crate) catalog: Catalog,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) org: OrgId,
    pub(crate) space: SpaceId,
    _directory: TempDir,
}

/// The maker of what a test finds.
pub(crate) fn somebody() -> Actor {
    Actor {
        who: Who::Operator,
        source: None,
        correlation: None,
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(true).await
    }

    /// A server that shows credentials again, or does not.
    pub(crate) async fn with(reveal_keys: bool) -> Self {
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let shared: SharedClock = Arc::<ManualClock>::clone(&clock);
        let location = Location::Sqlite(directory.path().join("store.db"));
        let store = Store::open(&location, Arc::clone(&shared)).await.unwrap();
        let random: SharedRandom = Arc::new(SeededRandom::new(7));
        let master = MasterKey::generate(&*random);
        let identities = SharedIdentities::new(identities(&master, Default::default()));
        let tenant = Arc::new(lockgate_testkit::tenant());
        let catalog = catalog(&store, &tenant, &shared, &random, &master, reveal_keys);
        let accounts = AccountService::new(
            lockgate_accounts::Surroundings {
                store: store.clone(),
                clock: Arc::clone(&shared),
                random: Arc::clone(&random),
                master: master.clone(),
            },
            HashSettings {
                memory_kib: 8,
                passes: 1,
                ..HashSettings::default()
            },
        );
        let surface = surface(CloudFoundry {
            catalog: catalog.clone(),
            accounts: accounts.clone(),
            identities: identities.clone(),
        });
        let guard = Guard {
            operator: OperatorToken::new(&Secret::from("operator-token")),
            random,
            identities: identities.clone(),
            clock: shared,
            audit: AuditSink::none(),
        };
        let actor = somebody();
        let metadata = Metadata::default();
        let org = accounts.create_organization(&actor, "acme", metadata.clone());
        let org = org.await.unwrap().id;
        let space = accounts.create_space(&actor, org, "dev", metadata).await;
        let mut world = Self {
            api: Api::new([surface.clone()], guard),
            surface,
            store,
            master,
            identities,
            ids: Vec::new(),
            accounts,
            catalog,
            clock,
            org,
            space: space.unwrap().id,
            _directory: directory,
        };
        for who in As::ALL {
            world.add(who).await;
        }
        world.reload().await;
        world
    }

    async fn add(&mut self, who: As) {
        let new = NewAccount {
            name: who.name().to_owned(),
            kind: AccountKind::Person,
            admin: who == As::Admin,
            roles: vec![],
            password: Some(Secret::from("correct horse battery")),
        };
        let account = self.accounts.create_account(&somebody(), new).await;
        let id = account.unwrap().account.id;
        for scope in who.roles(self.org, self.space) {
            self.accounts.grant(&somebody(), id, scope).await.unwrap();
        }
        self.ids.push((who, id));
    }

    /// A tool called `name` without roles.
    pub(crate) async fn add_tool(&self, name: &str) {
        let new = NewAccount {
            name: name.to_owned(),
            kind: AccountKind::Tool,
            admin: false,
            roles: vec![],
            password: None,
        };
        self.accounts
            .create_account(&somebody(), new)
            .await
            .unwrap();
        self.reload().await;
    }

    /// Makes the snapshot what the store has, as the feed of a server does.
    pub(crate) async fn reload(&self) {
        let mut tx = self.store.read().await.unwrap();
        let hash = self.master.keyed_hash(ACCOUNT_HASH_LABEL);
        let accounts = accounts::load(&mut tx, hash).await.unwrap();
        self.identities.replace(identities(&self.master, accounts));
    }

    pub(crate) fn id(&self, who: As) -> AccountId {
        let found = self.ids.iter().find(|(other, _)| *other == who);
        found.unwrap().1
    }

    pub(crate) fn surface(&self) -> &Surface {
        &self.surface
    }

    /// An access token of a person.
    pub(crate) fn token(&self, who: As) -> String {
        let id = self.id(who).to_string();
        let mut scope = vec!["openid", "cloud_controller.read", "cloud_controller.write"];
        if who == As::Admin {
            scope.push("cloud_controller.admin");
        }
        self.sign(json!({
            "grant_type": "password", "user_id": id, "sub": id, "user_name": who.name(),
            "origin": "uaa", "email": who.name(), "scope": scope,
            "cid": "cf", "azp": "cf", "client_id": "cf", "aud": ["cf", "cloud_controller", "openid"],
        }))
    }

    /// A token with these claims and those that every token has.
    pub(crate) fn sign(&self, mut claims: Value) -> String {
        let tenant = lockgate_testkit::tenant();
        let now = self.clock.now().secs();
        for (name, value) in [
            ("jti", json!("0a1b2c3d4e5f60718293a4b5c6d7e8f9")),
            ("iss", json!(tenant.issuer())),
            ("zid", json!(tenant.zone_id)),
            ("iat", json!(now)),
            ("exp", json!(now + 3_600)),
        ] {
            claims[name] = value;
        }
        let encode = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let header = json!({"alg": "RS256", "kid": KID, "typ": "JWT"});
        let message = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; key().public_modulus_len()];
        let signed = key().sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message.as_bytes(),
            &mut signature,
        );
        signed.unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Sends a request, byte for byte.
    pub(crate) async fn send(&self, sent: Sent) -> Reply {
        let mut request = Request::builder()
            .method(sent.method.as_str())
            .uri(&sent.target);
        for (name, value) in &sent.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(sent.body))).unwrap();
        let arrival = Arrival::plain(([127, 0, 0, 1], 4711).into());
        let response = self.api.handle(request, arrival).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        self.reload().await;
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        Reply {
            status: head.status.as_u16(),
            headers: head.headers.iter().map(header).collect(),
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// Sends a request; status and JSON, null when there is no body.
    pub(crate) async fn call(
        &self,
        who: As,
        method: Method,
        target: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut headers = Vec::new();
        if who != As::Nobody {
            let value = format!("bearer {}", self.token(who));
            headers.push(("Authorization".to_owned(), value));
        }
        let sent = Sent {
            method: method.to_string(),
            target: target.to_owned(),
            headers,
            body: body.map(|body| body.to_string()).unwrap_or_default(),
        };
        let reply = self.send(sent).await;
        let json = match reply.body.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap(),
        };
        (reply.status, json)
    }

    /// What is at `target`, as JSON.
    pub(crate) async fn get(&self, who: As, target: &str) -> (u16, Value) {
        self.call(who, Method::GET, target, None).await
    }

    /// The resources listed at `target`, by their names.
    pub(crate) async fn names(&self, who: As, target: &str) -> Vec<String> {
        let (status, list) = self.get(who, target).await;
        assert_eq!(status, 200, "{target}: {list}");
        let resources = list["resources"].as_array().unwrap().iter();
        let names = resources.map(|one| one["name"].as_str().unwrap().to_owned());
        names.collect()
    }

    /// What a POST to `target` makes.
    pub(crate) async fn create(&self, who: As, target: &str, body: Value) -> Value {
        let (status, made) = self.call(who, Method::POST, target, Some(body)).await;
        assert_eq!(status, 201, "{target}: {made}");
        made
    }

    /// The guid of a new instance called `name`.
    pub(crate) async fn instance(&self, name: &str) -> String {
        let body = self.new_instance(name, "integration-flow", json!({}));
        let made = self.create(As::Admin, "/v3/service_instances", body).await;
        made["guid"].as_str().unwrap().to_owned()
    }

    /// A request for an instance in the space.
    pub(crate) fn new_instance(&self, name: &str, plan: &str, parameters: Value) -> Value {
        let plan = lockgate_core::tenant::Plan::from_name(plan).unwrap();
        let plan = lockgate_catalog::catalogue::plan_id(plan);
        json!({
            "type": "managed", "name": name, "parameters": parameters,
            "relationships": {
                "space": {"data": {"guid": self.space}},
                "service_plan": {"data": {"guid": plan}},
            },
        })
    }

    /// The guid of a new key of `instance`.
    pub(crate) async fn key(&self, instance: &str, name: &str) -> String {
        let body = new_key(instance, name);
        let path = "/v3/service_credential_bindings";
        let made = self.create(As::Admin, path, body).await;
        made["guid"].as_str().unwrap().to_owned()
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// A request for a key.
pub(crate) fn new_key(instance: &str, name: &str) -> Value {
    json!({
        "type": "key", "name": name,
        "relationships": {"service_instance": {"data": {"guid": instance}}},
    })
}

/// Asserts that an answer is the one error with this status, code and detail.
#[track_caller]
pub(crate) fn assert_failure(answer: &(u16, Value), status: u16, code: u32, detail: &str) {
    assert_eq!(answer.0, status, "{}", answer.1);
    let errors = answer.1["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{}", answer.1);
    assert_eq!(errors[0]["code"], code, "{}", answer.1);
    assert_eq!(errors[0]["detail"], detail);
    assert!(errors[0]["title"].is_string());
}

fn catalog(
    store: &Store,
    tenant: &Arc<Tenant>,
    clock: &SharedClock,
    random: &SharedRandom,
    master: &MasterKey,
    reveal_keys: bool,
) -> Catalog {
    let surroundings = lockgate_catalog::service::Surroundings {
        store: store.clone(),
        tenant: Arc::clone(tenant),
        clock: Arc::clone(clock),
        random: Arc::clone(random),
        master: master.clone(),
    };
    Catalog::new(surroundings, reveal_keys)
}

fn identities(master: &MasterKey, accounts: lockgate_core::account::Accounts) -> Identities {
    let public: PublicKeyX509Der<'_> = key().public_key().as_der().unwrap();
    Identities {
        tenant: Arc::new(lockgate_testkit::tenant()),
        clients: Directory::new([], master.keyed_hash(SECRET_HASH_LABEL)),
        accounts,
        keys: VerificationKeys::new([(KID, public.as_ref())]).unwrap(),
        revoked: Revoked::default(),
    }
}

fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).unwrap())
}
