//! A token server with a store, clients and a manual clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::request::Builder;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use lockgate_accounts::{AccountService, HashSettings, NewAccount, Surroundings};
use lockgate_core::account::{ACCOUNT_HASH_LABEL, AccountKind, Accounts, default_target};
use lockgate_core::audit::Actor;
use lockgate_core::certificate::{CertificateNames, Name};
use lockgate_core::client::{Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::{Clock as _, ManualClock, SharedClock, Timestamp};
use lockgate_core::crypto::{KeyedHash, MasterKey};
use lockgate_core::ids::{AccountId, InstanceId, KeyId};
use lockgate_core::random::{SeededRandom, SharedRandom};
use lockgate_core::secret::Secret;
use lockgate_core::tenant::{Plan, Tenant};
use lockgate_store::instances::{self, Instance, Parameters};
use lockgate_store::keys::{self, Credential, Key};
use lockgate_store::metadata::Metadata;
use lockgate_store::{Location, Store, accounts, audit, changes, clients, revocations};
use lockgate_token::config::Config;
use lockgate_token::metrics::Metrics;
use lockgate_token::{KeyRing, Ratchet, Service, surface};
use lockgate_web::audit::{AuditSink, RefusedRequest};
use lockgate_web::caller::Arrival;
use lockgate_web::identity::{Identities, SharedIdentities, VerificationKeys};
use lockgate_web::operator::OperatorToken;
use lockgate_web::surface::{Api, Guard, Surface};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const START: Timestamp = Timestamp::from_secs(1_790_000_000);
pub(crate) const ZONE: Uuid = Uuid::from_u128(0x7a6c);

/// Hashes that take no time.
const CHEAP: HashSettings = HashSettings {
    memory_kib: 8,
    passes: 1,
    at_once: 1,
    waiting: 8,
};

/// The password of every person here.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// How the `cf` command line names itself: without a secret.
pub(crate) const CF: &str = "Basic Y2Y6";

/// A client with its one secret.
#[derive(Clone)]
pub(crate) struct TestClient {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) instance: InstanceId,
}

impl TestClient {
    /// The header of clients that do not encode.
    pub(crate) fn basic(&self) -> String {
        format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{}", self.id, self.secret))
        )
    }

    /// The header of clients that encode as RFC 6749 asks.
    pub(crate) fn encoded_basic(&self) -> String {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let (id, secret): (String, String) = (encode(&self.id), encode(&self.secret));
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }

    /// Id and secret as a form.
    pub(crate) fn form(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.id)
            .append_pair("client_secret", &self.secret)
            .finish()
    }
}

pub(crate) struct World {
    pub(crate) api: Api,
    service: Service,
    pub(crate) accounts: AccountService,
    /// What the web layer reported to the audit log.
    pub(crate) refused: Arc<Mutex<Vec<RefusedRequest>>>,
    pub(crate) store: Store,
    pub(crate) keys: KeyRing,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) identities: SharedIdentities,
    pub(crate) client: TestClient,
    master: MasterKey,
    random: SharedRandom,
    _directory: TempDir,
}

/// What the tenant of a test may choose.
pub(crate) struct Setup {
    pub(crate) config: Config,
    pub(crate) token_base: String,
    pub(crate) certificate_base: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            config: Config::default(),
            token_base: "https://acme.authentication.example.org".to_owned(),
            certificate_base: None,
        }
    }
}

impl Setup {
    fn tenant(&self) -> Tenant {
        Tenant {
            name: "acme".to_owned(),
            zone_id: ZONE,
            client_number: 2207,
            service_number: 101,
            token_base: self.token_base.clone(),
            certificate_base: self.certificate_base.clone(),
            runtime_base: "https://acme.example.org".to_owned(),
            api_base: "https://api.example.org".to_owned(),
        }
    }
}

impl World {
    /// A server with one signing key and one client that holds two roles.
    pub(crate) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let world = Box::pin(Self::without_keys(setup)).await;
        world.keys.tend().await.unwrap();
        world
    }

    pub(crate) async fn without_keys(setup: Setup) -> Self {
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let shared: SharedClock = Arc::<ManualClock>::clone(&clock);
        let location = Location::Sqlite(directory.path().join("store.db"));
        let store = Store::open(&location, Arc::clone(&shared)).await.unwrap();
        let random: SharedRandom = Arc::new(SeededRandom::new(7));
        let master = MasterKey::generate(&*random);
        let phases = setup.config.phases;
        let keys = KeyRing::new(
            store.clone(),
            master.vault(),
            shared,
            Arc::clone(&random),
            phases,
        );
        let identities = SharedIdentities::new(Identities {
            tenant: Arc::new(setup.tenant()),
            clients: Directory::new([], master.keyed_hash(SECRET_HASH_LABEL)),
            accounts: Accounts::default(),
            keys: VerificationKeys::default(),
            revoked: [].into_iter().collect(),
        });
        let surroundings = Surroundings {
            store: store.clone(),
            clock: clock.clone(),
            random: Arc::clone(&random),
            master: master.clone(),
        };
        let accounts = AccountService::new(surroundings, CHEAP);
        let service = Service::new(
            identities.clone(),
            keys.clone(),
            setup.config,
            ratchet(store.clone()),
            accounts.clone(),
            Metrics::default(),
        );
        let refused = Arc::<Mutex<Vec<RefusedRequest>>>::default();
        let guard = Guard {
            operator: OperatorToken::new(&Secret::from("op")),
            random: Arc::clone(&random),
            identities: identities.clone(),
            clock: clock.clone(),
            audit: remember(&refused),
        };
        let mut world = Self {
            api: Api::new([surface(service.clone())], guard),
            service,
            client: TestClient {
                id: String::new(),
                secret: String::new(),
                instance: InstanceId(Uuid::nil()),
            },
            accounts,
            refused,
            store,
            keys,
            clock,
            identities,
            master,
            random,
            _directory: directory,
        };
        world.follow().await;
        world.client = world
            .add_client(Plan::IntegrationFlow, &["ESBMessaging.send", "myRole"])
            .await;
        world
    }

    /// Applies every change in the store, as the server does: commits wait for it.
    async fn follow(&self) {
        let mut follower = self.store.follow();
        let feed = Feed {
            store: self.store.clone(),
            keys: self.keys.clone(),
            identities: self.identities.clone(),
            clock: Arc::clone(&self.clock),
            hash: self.master.keyed_hash(SECRET_HASH_LABEL),
            account_hash: self.master.keyed_hash(ACCOUNT_HASH_LABEL),
        };
        let revisions = follower.changed().await;
        follower.applied(&revisions);
        tokio::spawn(async move {
            loop {
                let revisions = follower.changed().await;
                feed.apply().await;
                follower.applied(&revisions);
            }
        });
    }

    /// Stores an instance with one key.
    pub(crate) async fn add_client(&self, plan: Plan, roles: &[&str]) -> TestClient {
        let id = InstanceId::generate(&*self.random);
        let instance = Instance {
            id,
            space: Some(default_target::SPACE),
            name: id.to_string(),
            plan,
            parameters: Parameters {
                roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
                grant_types: vec!["client_credentials".to_owned()],
                redirect_uris: vec![],
                token_validity: 3600,
            },
            tags: vec![],
            metadata: Metadata::default(),
            tokens_not_before: START,
            created_at: START,
            updated_at: START,
        };
        let mut tx = self.store.begin().await.unwrap();
        instances::insert(&mut tx, &instance).await.unwrap();
        tx.commit().await.unwrap();
        TestClient {
            id: self.identities.load().tenant.client_id(id, plan),
            secret: self.add_secret(id).await,
            instance: id,
        }
    }

    /// Stores a key with a secret; gives the secret.
    async fn add_secret(&self, instance: InstanceId) -> String {
        let secret_id = self.random.uuid();
        let random = URL_SAFE_NO_PAD.encode(self.random.bytes::<32>());
        let secret = format!("{secret_id}${random}=");
        let hash = self.master.keyed_hash(SECRET_HASH_LABEL);
        let digest = hash.tag(secret.as_bytes());
        let credential = Credential::Secret { secret_id, digest };
        self.add_key(instance, credential).await;
        secret
    }

    /// Stores a key.
    pub(crate) async fn add_key(&self, instance: InstanceId, credential: Credential) -> KeyId {
        let id = KeyId::generate(&*self.random);
        let key = Key {
            id,
            instance,
            name: id.to_string(),
            credential,
            sealed: None,
            parameters: Value::Null,
            metadata: Metadata::default(),
            created_at: START,
            expires_at: None,
        };
        let mut tx = self.store.begin().await.unwrap();
        keys::insert(&mut tx, &key).await.unwrap();
        changes::bump(&mut tx, changes::Topic::Clients)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Deletes a key.
    pub(crate) async fn delete_key(&self, id: KeyId) {
        let mut tx = self.store.begin().await.unwrap();
        assert!(keys::delete(&mut tx, id).await.unwrap());
        changes::bump(&mut tx, changes::Topic::Clients)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Changes the stored instance of the client.
    pub(crate) async fn change_client(&self, change: impl FnOnce(&mut Instance)) {
        let mut tx = self.store.begin().await.unwrap();
        let found = instances::find(&mut tx, self.client.instance)
            .await
            .unwrap();
        let mut instance = found.unwrap();
        change(&mut instance);
        instances::update(&mut tx, &instance).await.unwrap();
        changes::bump(&mut tx, changes::Topic::Clients)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Stores a person whose password is [`PASSWORD`].
    pub(crate) async fn add_person(&self, name: &str, admin: bool, roles: &[&str]) -> AccountId {
        self.add_account(name, AccountKind::Person, admin, roles)
            .await
            .account
            .id
    }

    /// Stores a tool; gives its secret.
    pub(crate) async fn add_tool(&self, name: &str, admin: bool) -> String {
        let issued = self.add_account(name, AccountKind::Tool, admin, &[]).await;
        issued.secret.unwrap().expose().clone()
    }

    async fn add_account(
        &self,
        name: &str,
        kind: AccountKind,
        admin: bool,
        roles: &[&str],
    ) -> lockgate_accounts::Issued {
        let password = (kind == AccountKind::Person).then(|| Secret::from(PASSWORD));
        let new = NewAccount {
            name: name.to_owned(),
            kind,
            admin,
            roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
            password,
        };
        let made = self.accounts.create_account(&Actor::SERVER, new).await;
        made.unwrap()
    }

    /// What a login with the `cf` command line is answered. `more` are further parameters.
    pub(crate) async fn log_in(&self, name: &str, password: &str, more: &str) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "password")
            .append_pair("username", name)
            .append_pair("password", password)
            .finish();
        let request = post("/oauth/token").header("Authorization", CF);
        self.send(request, format!("{form}&{more}")).await
    }

    /// What the `cf` command line is answered when it presents a refresh token.
    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        let request = post("/oauth/token").header("Authorization", CF);
        let form = format!("grant_type=refresh_token&refresh_token={token}");
        self.send(request, form).await
    }

    /// What the audit log has, oldest first: action, who, detail.
    pub(crate) async fn audited(&self, action: &str) -> Vec<(String, String)> {
        let mut tx = self.store.read().await.unwrap();
        let filter = audit::Filter {
            action: Some(action.to_owned()),
            ..audit::Filter::default()
        };
        let events = audit::list(&mut tx, &filter).await.unwrap();
        let events = events.into_iter().rev();
        events
            .map(|event| (event.actor.who.name().to_owned(), event.detail))
            .collect()
    }

    pub(crate) async fn send(&self, request: Builder, body: impl Into<Bytes>) -> Answer {
        self.send_from("127.0.0.1", request, body).await
    }

    pub(crate) async fn send_from(
        &self,
        source: &str,
        request: Builder,
        body: impl Into<Bytes>,
    ) -> Answer {
        let request = request.body(Full::new(body.into())).unwrap();
        let peer = (source.parse::<std::net::IpAddr>().unwrap(), 4711).into();
        self.arrive(Arrival::plain(peer), request).await
    }

    pub(crate) async fn arrive(&self, arrival: Arrival, request: Request<Full<Bytes>>) -> Answer {
        let (head, body) = self.api.handle(request, arrival).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// A token of the client, with everything it may have.
    pub(crate) async fn token(&self) -> String {
        self.token_of(&self.client).await
    }

    pub(crate) async fn token_of(&self, client: &TestClient) -> String {
        let request = post("/oauth/token").header("Authorization", client.basic());
        let answer = self.send(request, "grant_type=client_credentials").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// The routes.
    pub(crate) fn surface(&self) -> Surface {
        surface(self.service.clone())
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

/// Puts refused requests where the test finds them.
fn remember(refused: &Arc<Mutex<Vec<RefusedRequest>>>) -> AuditSink {
    let refused = Arc::clone(refused);
    AuditSink::new(move |request| refused.lock().unwrap().push(request))
}

/// Notes renewed certificates as the catalogue does.
fn ratchet(store: Store) -> Ratchet {
    Ratchet::new(move |_, key, newest| {
        let store = store.clone();
        async move {
            let mut tx = store.begin().await?;
            keys::advance(&mut tx, key, newest).await?;
            changes::bump(&mut tx, changes::Topic::Clients).await?;
            Ok(tx.commit().await?)
        }
    })
}

/// Brings what the store says into use.
struct Feed {
    store: Store,
    keys: KeyRing,
    identities: SharedIdentities,
    clock: Arc<ManualClock>,
    hash: KeyedHash,
    account_hash: KeyedHash,
}

impl Feed {
    async fn apply(&self) {
        let mut tx = self.store.read().await.unwrap();
        let tenant = Arc::clone(&self.identities.load().tenant);
        let next = self.keys.read(&mut tx).await.unwrap();
        let clients = clients::load(&mut tx, &tenant, |der| Some(names(der)))
            .await
            .unwrap();
        let accounts = accounts::load(&mut tx, self.account_hash.clone()).await;
        let revoked = revocations::list_live(&mut tx, self.clock.now()).await;
        self.identities.replace(Identities {
            tenant,
            clients: Directory::new(clients, self.hash.clone()),
            accounts: accounts.unwrap(),
            keys: next.verification(),
            revoked: revoked.unwrap().into_iter().collect(),
        });
        self.keys.install(next);
    }
}

/// The names of a test's certificate, whose DER is no DER: `<subject>/<issuer>/<anything>`.
pub(crate) fn names(der: &[u8]) -> CertificateNames {
    let text = std::str::from_utf8(der).unwrap();
    let mut parts = text.split('/');
    let mut name = || {
        let name = parts.next().unwrap().to_owned();
        Name::new(name.clone(), name.into_bytes())
    };
    CertificateNames {
        subject: name(),
        issuer: name(),
    }
}

/// A form request.
pub(crate) fn post(uri: impl AsRef<str>) -> Builder {
    Request::post(uri.as_ref()).header("Content-Type", "application/x-www-form-urlencoded")
}

/// What the server said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// A text member of the JSON.
    pub(crate) fn text(&self, name: &str) -> String {
        let json = self.json();
        let text = json[name].as_str();
        text.unwrap_or_else(|| panic!("{name} in {}", self.body))
            .to_owned()
    }

    /// Status and OAuth error name.
    pub(crate) fn error(&self) -> (u16, String) {
        let name = self.json()["error"].as_str().unwrap().to_owned();
        (self.status.as_u16(), name)
    }
}

/// The claims of a token.
pub(crate) fn claims(token: &str) -> Value {
    segment(token, 1)
}

/// A segment of a token as JSON.
pub(crate) fn segment(token: &str, index: usize) -> Value {
    let text = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}
