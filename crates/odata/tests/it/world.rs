//! A server in memory with a client of plan `api`, people, and tokens for them.

use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use lockgate_accounts::{AccountService, HashSettings, NewAccount};
use lockgate_core::account::{ACCOUNT_HASH_LABEL, AccountKind};
use lockgate_core::audit::{Actor, Who};
use lockgate_core::certificate::{CertificateNames, Name, PeerCertificate, Thumbprint};
use lockgate_core::client::{
    Client, ClientCertificate, ClientSecret, Directory, SECRET_HASH_LABEL,
};
use lockgate_core::clock::{Clock as _, ManualClock, SharedClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::{InstanceId, KeyId};
use lockgate_core::random::{SeededRandom, SharedRandom};
use lockgate_core::secret::Secret;
use lockgate_core::tenant::{Plan, Tenant};
use lockgate_odata::{Front, Ratchet, Surroundings};
use lockgate_store::{Location, Store, accounts, roles};
use lockgate_web::audit::AuditSink;
use lockgate_web::caller::Arrival;
use lockgate_web::identity::{Identities, Revoked, SharedIdentities, VerificationKeys};
use lockgate_web::operator::OperatorToken;
use lockgate_web::surface::{Api, Guard};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::sets::{self, Written};

const START: Timestamp = Timestamp::from_secs(1_790_000_000);
const KID: &str = "test-key";
pub(crate) const OPERATOR: &str = "operator-token";
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const SOMEBODY: Actor = Actor {
    who: Who::Operator,
    source: None,
    correlation: None,
};
/// Where the service is; see [`lockgate_testkit::tenant`].
pub(crate) const BASE: &str = "https://api.example.org:443/api/v1";

pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) front: Front,
    pub(crate) written: Written,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) renewals: Arc<Renewals>,
    pub(crate) accounts: AccountService,
    store: Store,
    master: MasterKey,
    identities: SharedIdentities,
    tenant: Tenant,
    _directory: TempDir,
}

/// Counts how often a renewal was noted.
#[derive(Debug, Default)]
pub(crate) struct Renewals(pub(crate) Mutex<Vec<Timestamp>>);

#[async_trait]
impl Ratchet for Renewals {
    async fn advance(
        &self,
        _: Actor,
        _: KeyId,
        newest: Timestamp,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0.lock().unwrap().push(newest);
        Ok(())
    }
}

/// An answer, with its body as text.
pub(crate) type Reply = Response<String>;

impl World {
    pub(crate) async fn new() -> Self {
        Self::at(lockgate_testkit::tenant()).await
    }

    /// A world whose tenant is `tenant`.
    pub(crate) async fn at(tenant: Tenant) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let shared: SharedClock = Arc::clone(&clock) as SharedClock;
        let location = Location::Sqlite(directory.path().join("lockgate.db"));
        let store = Store::open(&location, Arc::clone(&shared)).await.unwrap();
        let random: SharedRandom = Arc::new(SeededRandom::new(1));
        let master = MasterKey::generate(&*random);
        let people = AccountService::new(
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
        invite(&store, &people).await;
        let identities = SharedIdentities::new(identities(&store, &master, &tenant).await);
        let (written, renewals) = (Written::default(), Arc::<Renewals>::default());
        let front = Front::new(
            sets::service(&written),
            Surroundings {
                identities: identities.clone(),
                accounts: people.clone(),
                operator: OperatorToken::new(&Secret::from(OPERATOR)),
                ratchet: Arc::clone(&renewals) as Arc<dyn Ratchet>,
                csrf: master.keyed_hash("csrf-token"),
                clock: Arc::clone(&shared),
                random: Arc::clone(&random),
                contained: |role| match role {
                    "Bundle" => &["Read", "Half"],
                    "Half" => &["Write", "Bundle"],
                    _ => &[],
                },
            },
        );
        let guard = Guard {
            operator: OperatorToken::new(&Secret::from(OPERATOR)),
            random,
            identities: identities.clone(),
            clock: shared,
            audit: AuditSink::none(),
        };
        Self {
            api: Api::new([front.surface()], guard),
            front,
            written,
            clock,
            renewals,
            accounts: people,
            store,
            master,
            identities,
            tenant,
            _directory: directory,
        }
    }

    /// Makes the snapshot what the store has, as the feed of a server does.
    pub(crate) async fn reload(&self) {
        let identities = identities(&self.store, &self.master, &self.tenant).await;
        self.identities.replace(identities);
    }

    /// What writes were asked for since the last question.
    pub(crate) fn written(&self) -> Vec<String> {
        std::mem::take(&mut *self.written.lock().unwrap())
    }

    /// Sends a request with these headers.
    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Reply {
        let arrival = Arrival::plain(([127, 0, 0, 1], 4711).into());
        self.send_from(arrival, method, target, headers, body).await
    }

    pub(crate) async fn send_from(
        &self,
        arrival: Arrival,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).unwrap();
        let (head, body) = self.api.handle(request, arrival).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        Response::from_parts(head, text)
    }

    /// Sends a request as the operator, below `/api/v1/`.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &str) -> Reply {
        let bearer = format!("Bearer {OPERATOR}");
        let headers = [("authorization", &*bearer), ("accept", "application/json")];
        let target = format!("/api/v1/{path}");
        self.send(method, &target, &headers, body.to_owned()).await
    }

    /// The JSON at `path`, for the operator.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let reply = self.call("GET", path, "").await;
        assert_eq!(reply.status(), 200, "{path}: {}", reply.body());
        assert_eq!(reply.headers()["content-type"], "application/json");
        serde_json::from_str(reply.body()).unwrap()
    }

    /// The status of a GET, and the message of its error.
    pub(crate) async fn failure(&self, path: &str) -> (u16, String) {
        let reply = self.call("GET", path, "").await;
        let json: Value = serde_json::from_str(reply.body()).unwrap();
        let message = json["error"]["message"]["value"].as_str().unwrap();
        (reply.status().as_u16(), message.to_owned())
    }

    /// The text at `path` as somebody gets it who accepts anything.
    pub(crate) async fn xml(&self, path: &str) -> String {
        let bearer = format!("Bearer {OPERATOR}");
        let headers = [("authorization", &*bearer)];
        let target = format!("/api/v1/{path}");
        let reply = self.send("GET", &target, &headers, "").await;
        assert!(
            reply.headers()["content-type"]
                .to_str()
                .unwrap()
                .contains("xml")
        );
        reply.into_body()
    }

    /// `Authorization` of the client, with a token that has these roles.
    pub(crate) fn bearer(&self, plan: Plan, roles: &[&str]) -> String {
        let id = self.tenant.client_id(instance(plan), plan);
        let app = self.tenant.app_name(plan);
        let mut scope = vec!["uaa.resource".to_owned()];
        scope.extend(roles.iter().map(|role| format!("{app}.{role}")));
        let now = self.clock.now().secs();
        let claims = json!({
            "jti": "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "iss": self.tenant.issuer(),
            "zid": self.tenant.zone_id, "iat": now, "exp": now + 3_600,
            "grant_type": "client_credentials", "scope": scope, "aud": [id, app],
            "cid": id, "azp": id, "client_id": id, "sub": id,
            "rev_sig": format!("{:08x}", key_id(plan).mark()),
        });
        format!("Bearer {}", sign(&claims))
    }
}

/// Makes `ann`, who has a role that contains others, and `root`, who is an administrator.
async fn invite(store: &Store, people: &AccountService) {
    let role = roles::Role {
        name: "Bundle".parse().unwrap(),
        description: String::new(),
        created_at: START,
    };
    let mut tx = store.begin().await.unwrap();
    roles::insert(&mut tx, &role).await.unwrap();
    tx.commit().await.unwrap();
    for (name, admin, roles) in [("ann", false, &["Bundle"][..]), ("root", true, &[])] {
        let new = NewAccount {
            name: name.to_owned(),
            kind: AccountKind::Person,
            admin,
            roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
            password: Some(Secret::from(PASSWORD)),
        };
        people.create_account(&SOMEBODY, new).await.unwrap();
    }
}

/// `Authorization` of a person.
pub(crate) fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

fn sign(claims: &Value) -> String {
    let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let header = json!({"alg": "RS256", "kid": KID, "typ": "JWT"});
    let message = format!("{}.{}", encode(&header), encode(claims));
    let mut signature = vec![0; signing_key().public_modulus_len()];
    let random = SystemRandom::new();
    let signed = signing_key().sign(
        &RSA_PKCS1_SHA256,
        &random,
        message.as_bytes(),
        &mut signature,
    );
    signed.unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn instance(plan: Plan) -> InstanceId {
    InstanceId(Uuid::from_u128(if plan == Plan::Api { 1 } else { 2 }))
}

fn key_id(plan: Plan) -> KeyId {
    KeyId(Uuid::from_u128(if plan == Plan::Api { 3 } else { 4 }))
}

/// The certificate of the client of a plan, issued so many seconds after the newest accepted.
pub(crate) fn certificate(plan: Plan, newer: i64) -> PeerCertificate {
    PeerCertificate {
        thumbprint: Thumbprint([9; 32]),
        names: names(plan),
        issuer_key: [7; 32],
        not_before: Timestamp::from_secs(START.secs() - 10_000 + newer),
        not_after: Timestamp::from_secs(START.secs() + 10_000),
    }
}

fn names(plan: Plan) -> CertificateNames {
    let name = |text: &str| Name::new(text.to_owned(), text.as_bytes().to_vec());
    CertificateNames {
        subject: name(&format!("CN={}", plan.name())),
        issuer: name("CN=authority"),
    }
}

async fn identities(store: &Store, master: &MasterKey, tenant: &Tenant) -> Identities {
    let mut tx = store.read().await.unwrap();
    let hash = master.keyed_hash(ACCOUNT_HASH_LABEL);
    let accounts = accounts::load(&mut tx, hash).await.unwrap();
    let public: PublicKeyX509Der<'_> = signing_key().public_key().as_der().unwrap();
    let client = |plan| Client {
        id: tenant.client_id(instance(plan), plan),
        instance: instance(plan),
        plan,
        roles: ["Read", "Payload", "Bundle", "ESBMessaging.send"]
            .map(|role| role.parse().unwrap())
            .to_vec(),
        grant_types: vec![],
        redirect_uris: vec![],
        token_validity: 3_600,
        tokens_not_before: Timestamp::default(),
        secrets: vec![ClientSecret {
            key: key_id(plan),
            secret_id: Uuid::from_u128(5),
            digest: [0; 32],
            expires: None,
        }],
        certificates: vec![ClientCertificate {
            key: key_id(plan),
            thumbprint: Thumbprint([1; 32]),
            names: names(plan),
            issuer_key: Some([7; 32]),
            pinned: false,
            newest: Timestamp::from_secs(START.secs() - 10_000),
            expires: None,
        }],
    };
    Identities {
        tenant: Arc::new(tenant.clone()),
        clients: Directory::new(Plan::ALL.map(client), master.keyed_hash(SECRET_HASH_LABEL)),
        accounts,
        keys: VerificationKeys::new([(KID, public.as_ref())]).unwrap(),
        revoked: Revoked::default(),
    }
}

fn signing_key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).unwrap())
}
