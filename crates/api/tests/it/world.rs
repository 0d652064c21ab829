//! The whole service in memory over SQLite, with an operator, people with roles, and a worker that says
//! what the test wants.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use lockgate_accounts::{AccountService, HashSettings, NewAccount};
use lockgate_api::Resources;
use lockgate_core::account::{ACCOUNT_HASH_LABEL, AccountKind};
use lockgate_core::audit::{Actor, Who};
use lockgate_core::client::{Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::{ManualClock, SharedClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::KeyId;
use lockgate_core::random::{SeededRandom, SharedRandom};
use lockgate_core::secret::Secret;
use lockgate_design::Workspace;
use lockgate_odata::{Front, Ratchet, Surroundings};
use lockgate_operations::Operations;
use lockgate_store::flows::{self, FlowState, Status};
use lockgate_store::{Location, Store, accounts, roles, workers};
use lockgate_testkit::tenant;
use lockgate_web::audit::AuditSink;
use lockgate_web::caller::Arrival;
use lockgate_web::identity::{Identities, Revoked, SharedIdentities, VerificationKeys};
use lockgate_web::operator::OperatorToken;
use lockgate_web::surface::{Api, Guard};
use serde_json::{Value, json};
use tempfile::TempDir;

/// When every test begins: 2026-09-21T14:13:20Z.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_790_000_000);
pub(crate) const OPERATOR: &str = "operator-token";
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Where the service is; see [`lockgate_testkit::tenant`].
pub(crate) const BASE: &str = "https://api.example.org:443/api/v1";

/// Everything behind the service.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) workspace: Workspace,
    api: Api,
    _folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The entity.
    pub(crate) fn entity(&self) -> Value {
        self.json()["d"].take()
    }

    /// The rows of a list.
    pub(crate) fn rows(&self) -> Vec<Value> {
        let Value::Array(rows) = self.json()["d"]["results"].take() else {
            panic!("no list: {self:?}");
        };
        rows
    }

    /// The message of an error.
    pub(crate) fn message(&self) -> String {
        let json = self.json();
        json["error"]["message"]["value"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// Nobody has a certificate here.
#[derive(Debug)]
struct NoRatchet;

#[async_trait]
impl Ratchet for NoRatchet {
    async fn advance(
        &self,
        _: Actor,
        _: KeyId,
        _: Timestamp,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_people(&[]).await
    }

    /// A world where each of these people has the roles beside the name.
    pub(crate) async fn with_people(people: &[(&str, &[&str])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let shared: SharedClock = clock.clone();
        let location = Location::Sqlite(folder.path().join("lockgate.db"));
        let store = Store::open(&location, shared.clone()).await.unwrap();
        let random: SharedRandom = Arc::new(SeededRandom::new(1));
        let master = MasterKey::generate(&*random);
        let accounts = accounts_of(&store, &shared, &random, &master, people).await;
        let tenant = Arc::new(tenant());
        let operations = Operations::new(
            store.clone(),
            tenant.clone(),
            shared.clone(),
            random.clone(),
            master.vault(),
        );
        let workspace = Workspace::new(store.clone(), shared.clone(), random.clone());
        let identities = SharedIdentities::new(Identities {
            tenant,
            clients: Directory::new([], master.keyed_hash(SECRET_HASH_LABEL)),
            accounts: snapshot(&store, &master).await,
            keys: VerificationKeys::default(),
            revoked: Revoked::default(),
        });
        let operator = OperatorToken::new(&Secret::from(OPERATOR));
        let service = lockgate_api::service(&Resources {
            operations,
            workspace: workspace.clone(),
        });
        let front = Front::new(
            service,
            Surroundings {
                identities: identities.clone(),
                accounts,
                operator,
                ratchet: Arc::new(NoRatchet),
                csrf: master.keyed_hash("csrf-token"),
                clock: shared.clone(),
                random: random.clone(),
                contained: lockgate_api::roles::contained,
            },
        );
        let guard = Guard {
            operator,
            random,
            identities,
            clock: shared,
            audit: AuditSink::none(),
        };
        Self {
            store,
            clock,
            workspace,
            api: Api::new([front.surface()], guard),
            _folder: folder,
        }
    }

    /// Sends a request with these headers to a path of the host.
    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(body.into())).unwrap();
        let arrival = Arrival::plain(([127, 0, 0, 1], 4711).into());
        let (head, body) = self.api.handle(request, arrival).await.into_parts();
        Answer {
            status: head.status,
            headers: head.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    /// Sends a request of the operator, who wants JSON, to a path of the service.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let headers = [
            ("Authorization".to_owned(), format!("Bearer {OPERATOR}")),
            ("Accept".to_owned(), "application/json".to_owned()),
        ];
        let target = format!("/api/v1/{path}");
        self.send(method, &target, &headers, body).await
    }

    /// The same, with a status to expect.
    #[track_caller]
    pub(crate) fn expect(
        &self,
        status: u16,
        method: &str,
        path: &str,
        body: Value,
    ) -> impl Future<Output = Answer> {
        let shown = format!("{method} {path}");
        async move {
            let answer = self.call(method, path, body).await;
            assert_eq!(answer.status.as_u16(), status, "{shown}: {}", answer.text());
            answer
        }
    }

    /// What the operator reads at a path.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.expect(200, "GET", path, Value::Null).await
    }

    /// Makes a package.
    pub(crate) async fn package(&self, id: &str) {
        let body = json!({"Id": id, "Name": format!("Package {id}"), "ShortText": "For tests"});
        self.expect(201, "POST", "IntegrationPackages", body).await;
    }

    /// Uploads an archive as a new artifact of the package `demo`.
    pub(crate) async fn upload(&self, set: &str, id: &str, zip: &[u8]) -> Answer {
        let body = json!({
            "Id": id, "Name": id, "PackageId": "demo", "ArtifactContent": STANDARD.encode(zip),
        });
        self.expect(201, "POST", set, body).await
    }

    /// Deploys a flow and gives the id of the task.
    pub(crate) async fn deploy(&self, id: &str) -> String {
        let path = format!("DeployIntegrationDesigntimeArtifact?Id='{id}'&Version='active'");
        let answer = self.expect(202, "POST", &path, Value::Null).await;
        answer.text()
    }

    /// What worker `worker` says about the newest generation of a flow.
    pub(crate) async fn worker_says(&self, worker: &str, flow: &str, state: FlowState) {
        let mut tx = self.store.begin().await.unwrap();
        let head = flows::find_head(&mut tx, flow).await.unwrap().unwrap();
        let status = Status {
            worker: worker.to_owned(),
            flow: flow.to_owned(),
            generation: head.generation,
            state,
            detail: (state == FlowState::Error).then(|| "The port is taken.".to_owned()),
            at: START,
        };
        flows::set_status(&mut tx, &status).await.unwrap();
        workers::seen(&mut tx, worker).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// `Authorization` of a person.
pub(crate) fn basic(name: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{PASSWORD}")))
}

async fn accounts_of(
    store: &Store,
    clock: &SharedClock,
    random: &SharedRandom,
    master: &MasterKey,
    people: &[(&str, &[&str])],
) -> AccountService {
    let accounts = AccountService::new(
        lockgate_accounts::Surroundings {
            store: store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            master: master.clone(),
        },
        HashSettings {
            memory_kib: 8,
            passes: 1,
            ..HashSettings::default()
        },
    );
    let operator = Actor {
        who: Who::Operator,
        source: None,
        correlation: None,
    };
    let known: BTreeSet<&str> = people.iter().flat_map(|one| one.1).copied().collect();
    let mut tx = store.begin().await.unwrap();
    for name in known {
        let role = roles::Role {
            name: name.parse().unwrap(),
            description: String::new(),
            created_at: START,
        };
        roles::insert(&mut tx, &role).await.unwrap();
    }
    tx.commit().await.unwrap();
    for (name, roles) in people {
        let new = NewAccount {
            name: (*name).to_owned(),
            kind: AccountKind::Person,
            admin: false,
            roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
            password: Some(Secret::from(PASSWORD)),
        };
        accounts.create_account(&operator, new).await.unwrap();
    }
    accounts
}

async fn snapshot(store: &Store, master: &MasterKey) -> lockgate_core::account::Accounts {
    let mut tx = store.read().await.unwrap();
    let hash = master.keyed_hash(ACCOUNT_HASH_LABEL);
    accounts::load(&mut tx, hash).await.unwrap()
}
