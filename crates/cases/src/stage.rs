//! A private server for one case: a database, a worker and a gateway, and no network at all.

pub(crate) mod direct;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use lockgate_adapters::mock::Mocks;
use lockgate_core::account::{ACCOUNT_HASH_LABEL, Accounts};
use lockgate_core::audit::Actor;
use lockgate_core::client::{Client, ClientSecret, Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::{ManualClock, SharedClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::{InstanceId, KeyId};
use lockgate_core::random::{SeededRandom, SharedRandom};
use lockgate_core::role::RoleName;
use lockgate_core::tenant::{Plan, Tenant};
use lockgate_engine::prepare::Registry;
use lockgate_engine::runtime::{Parts, Runtime, Settings, Timers};
use lockgate_gateway::{Gateway, NotNoted, Ratchet, Resources};
use lockgate_store::deployed_artifacts::{self, DeployedArtifact};
use lockgate_store::flows::{self, FlowState, LogLevel, NewFlow};
use lockgate_store::materials::{self, Kind, Material};
use lockgate_store::messages::{self, Message};
use lockgate_store::number_ranges::{self, NumberRange};
use lockgate_store::refusals::{self, Refusal};
use lockgate_store::variables::{self, Scope};
use lockgate_store::{Location, Store, Tx};
use lockgate_web::caller::Arrival;
use lockgate_web::identity::{Identities, Revoked, SharedIdentities, VerificationKeys};
use tempfile::TempDir;
use uuid::Uuid;

use crate::case::{Case, Credential, Start};
use crate::flows::{Flow, Flows, Shared, Target};
use crate::mock::Answers;

/// How long the end of what runs is waited for.
const GRACE: Duration = Duration::from_secs(5);
/// How often the message log is asked for the message of a timer.
const GLANCE: Duration = Duration::from_millis(5);
const WORKER: &str = "test";

/// Why there is no server for a case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StageError {
    /// The database failed.
    #[error("the private server has no database: {0}")]
    Store(#[from] lockgate_store::Error),
    /// The disk failed.
    #[error("the private server has no folder: {0}")]
    Io(#[from] std::io::Error),
    /// A flow was read but cannot run.
    #[error("{flow} cannot run: {detail}")]
    Flow {
        /// Its id.
        flow: String,
        /// Why.
        detail: String,
    },
}

/// An empty database, made once and copied for every case.
#[derive(Debug)]
pub(crate) struct Template(TempDir);

impl Template {
    pub(crate) async fn make() -> Result<Self, StageError> {
        let folder = tempfile::tempdir()?;
        let clock: SharedClock = Arc::new(ManualClock::default());
        // Dropped at once, which folds everything into the file.
        Store::open(&Location::Sqlite(file(&folder)), clock).await?;
        Ok(Self(folder))
    }

    async fn open(&self, clock: SharedClock) -> Result<(Store, TempDir), StageError> {
        let folder = tempfile::tempdir()?;
        std::fs::copy(file(&self.0), file(&folder))?;
        let store = Store::open(&Location::Sqlite(file(&folder)), clock).await?;
        Ok((store, folder))
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("lockgate.db")
}

/// A server that runs the flows of one case.
#[derive(Debug)]
pub(crate) struct Stage {
    store: Store,
    runtime: Runtime,
    gateway: Gateway,
    authorization: String,
    _folder: TempDir,
}

/// What the server noted.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Messages of the flows of the case, the first one first.
    pub(crate) messages: Vec<Message>,
    /// Calls that were not let in.
    pub(crate) refusals: Vec<Refusal>,
}

impl Stage {
    /// Starts a server. Everything in it that is dated or drawn is the same in every run.
    pub(crate) async fn set(
        case: &Case,
        flows: &Flows<'_>,
        target: &Target,
        answers: &Arc<Answers>,
        template: &Template,
    ) -> Result<Self, StageError> {
        let clock: SharedClock = Arc::new(ManualClock::at(case.time));
        let random: SharedRandom = Arc::new(SeededRandom::new(1));
        let key = MasterKey::generate(random.as_ref());
        let (store, folder) = template.open(clock.clone()).await?;
        let mut tx = store.begin().await?;
        for artifact in &flows.shared {
            share(&mut tx, artifact, case.time).await?;
        }
        for flow in &flows.ready {
            deploy(&mut tx, flow).await?;
        }
        if case.sheet.start == Start::Direct {
            flows::upsert(&mut tx, &direct::flow()).await?;
        }
        furnish(&mut tx, case, &key).await?;
        tx.commit().await?;

        let mocks: Arc<dyn Mocks> = answers.clone();
        let kinds = lockgate_adapters::mocked(&mocks).into_iter();
        let registry = kinds.fold(Registry::default(), |registry, (kind, factory)| {
            registry.with(kind, factory)
        });
        let timers = match (case.sheet.start, &target.flow) {
            (Start::Timer, Some(flow)) => Timers::OnceOf(flow.clone()),
            _ => Timers::Never,
        };
        let parts = Parts {
            store: store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            registry,
            vault: key.vault(),
        };
        let settings = Settings {
            timers,
            ..Settings::of_worker(WORKER)
        };
        let runtime = Runtime::start(parts, settings).await?;
        runtime.reload_materials(&key.vault()).await?;
        runtime.reconcile().await?;
        started(&store).await?;

        let mut roles = case
            .sheet
            .request
            .roles
            .clone()
            .unwrap_or_else(|| flows.roles());
        if case.sheet.start == Start::Direct {
            roles = vec![direct::role()];
        }
        let caller = Caller::new(roles, &key);
        let resources = Resources {
            identities: caller.identities,
            ratchet: Arc::new(NoRenewals),
            runtime: runtime.clone(),
            csrf: key.keyed_hash(lockgate_gateway::csrf::CSRF_HASH_LABEL),
            clock,
            random,
        };
        Ok(Self {
            store,
            runtime,
            gateway: Gateway::new(resources, lockgate_gateway::Settings::default()),
            authorization: caller.authorization,
            _folder: folder,
        })
    }

    /// What the caller of the flows presents.
    pub(crate) fn authorization(&self) -> &str {
        &self.authorization
    }

    /// Calls a flow.
    pub(crate) async fn call(&self, request: Request<Full<Bytes>>) -> Response<Bytes> {
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let response = self.gateway.handle(request, Arrival::plain(peer)).await;
        let (head, body) = response.into_parts();
        let Ok(body) = body.collect().await;
        Response::from_parts(head, body.to_bytes())
    }

    /// Waits until a flow has run.
    pub(crate) async fn has_run(&self, flow: &str) -> Result<(), StageError> {
        let filter = messages::Filter {
            flow: Some(flow.to_owned()),
            ..messages::Filter::default()
        };
        loop {
            let found = messages::list(&mut self.store.read().await?, &filter).await?;
            if found.iter().any(|message| message.ended_at.is_some()) {
                return Ok(());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Stops the server and reads what it noted.
    pub(crate) async fn leave(self) -> Result<Notes, StageError> {
        self.runtime.stop(GRACE).await;
        let mut tx = self.store.read().await?;
        let mut messages = messages::list(&mut tx, &messages::Filter::default()).await?;
        messages.retain(|message| message.flow_id != direct::ID);
        messages.reverse();
        let filter = refusals::Filter {
            limit: refusals::Filter::PAGE_MAX,
            ..refusals::Filter::default()
        };
        let refusals = refusals::list(&mut tx, &filter).await?;
        Ok(Notes { messages, refusals })
    }
}

async fn share(tx: &mut Tx, shared: &Shared<'_>, now: Timestamp) -> lockgate_store::Result<()> {
    let artifact = DeployedArtifact {
        id: shared.manifest.symbolic_name.clone(),
        kind: shared.kind,
        name: shared.manifest.name.clone(),
        version: shared.manifest.version.clone(),
        deployed_by: String::new(),
        deployed_at: now,
        problem: None,
    };
    deployed_artifacts::upsert(tx, &artifact, shared.zip).await
}

async fn deploy(tx: &mut Tx, flow: &Flow<'_>) -> lockgate_store::Result<()> {
    let plan = &flow.plan;
    let new = NewFlow {
        id: plan.id.clone(),
        name: plan.name.clone(),
        version: plan.version.clone(),
        bundle: flow.zip.to_vec(),
        parameters: flow.parameters.clone(),
        log_level: LogLevel::Info,
        deployed_by: String::new(),
    };
    flows::upsert(tx, &new).await?;
    Ok(())
}

/// What the case says that flows find where they run.
async fn furnish(tx: &mut Tx, case: &Case, key: &MasterKey) -> lockgate_store::Result<()> {
    for (name, credential) in &case.sheet.credentials {
        materials::upsert(tx, &material(name, credential, key, case.time)).await?;
    }
    for (name, value) in &case.sheet.variables {
        variables::set(tx, &Scope::Global, name, value.as_bytes()).await?;
    }
    for (name, range) in &case.sheet.number_ranges {
        let range = NumberRange {
            name: name.clone(),
            min: range.min,
            max: range.max,
            next: range.next.unwrap_or(range.min),
            length: range.length,
            rotate: range.rotate,
        };
        number_ranges::define(tx, &range).await?;
    }
    Ok(())
}

fn material(name: &str, credential: &Credential, key: &MasterKey, now: Timestamp) -> Material {
    let (kind, user, secret, attributes) = match credential {
        Credential::User { user, password } => (Kind::User, user, password, "{}".to_owned()),
        Credential::Client {
            token_url,
            client_id,
            client_secret,
        } => {
            let attributes = serde_json::json!({ "token_url": token_url }).to_string();
            (Kind::OAuth2, client_id, client_secret, attributes)
        }
    };
    let secret = secret.expose().as_bytes();
    Material {
        name: name.to_owned(),
        kind,
        description: String::new(),
        user: user.clone(),
        attributes,
        sealed_secret: key.vault().seal(&format!("material/{name}"), secret),
        updated_at: now,
        deployed_by: String::new(),
    }
}

/// Checks that every flow runs.
async fn started(store: &Store) -> Result<(), StageError> {
    let mut tx = store.read().await?;
    for head in flows::list(&mut tx).await? {
        let statuses = flows::statuses(&mut tx, &head.id).await?;
        let failed = statuses
            .into_iter()
            .find(|status| status.state == FlowState::Error);
        if let Some(status) = failed {
            return Err(StageError::Flow {
                flow: head.id,
                detail: status.detail.unwrap_or_default(),
            });
        }
    }
    Ok(())
}

/// Who calls the flows.
struct Caller {
    identities: SharedIdentities,
    authorization: String,
}

impl Caller {
    /// A client with these roles and a secret.
    fn new(roles: Vec<RoleName>, key: &MasterKey) -> Self {
        let id = Uuid::from_u128(1);
        let tenant = Arc::new(tenant());
        let plan = Plan::IntegrationFlow;
        let client_id = tenant.client_id(InstanceId(id), plan);
        let secret = format!("{id}$secret");
        let hash = key.keyed_hash(SECRET_HASH_LABEL);
        let client = Client {
            id: client_id.clone(),
            instance: InstanceId(id),
            plan,
            roles,
            grant_types: vec!["client_credentials".to_owned()],
            redirect_uris: Vec::new(),
            token_validity: 3600,
            tokens_not_before: Timestamp::default(),
            secrets: vec![ClientSecret {
                key: KeyId(id),
                secret_id: id,
                digest: hash.tag(secret.as_bytes()),
                expires: None,
            }],
            certificates: Vec::new(),
        };
        let accounts = key.keyed_hash(ACCOUNT_HASH_LABEL);
        let identities = Identities {
            tenant,
            clients: Directory::new([client], hash),
            accounts: Accounts::new([], [], accounts),
            keys: VerificationKeys::default(),
            revoked: Revoked::default(),
        };
        let pair = BASE64.encode(format!("{client_id}:{secret}"));
        Self {
            identities: SharedIdentities::new(identities),
            authorization: format!("Basic {pair}"),
        }
    }
}

fn tenant() -> Tenant {
    let base = "http://localhost".to_owned();
    Tenant {
        name: "test".to_owned(),
        zone_id: Uuid::from_u128(1),
        client_number: 1,
        service_number: 1,
        token_base: base.clone(),
        certificate_base: None,
        runtime_base: base.clone(),
        api_base: base,
    }
}

/// Nobody comes with a certificate, so none is renewed.
#[derive(Debug)]
struct NoRenewals;

#[async_trait]
impl Ratchet for NoRenewals {
    async fn advance(&self, _: Actor, _: KeyId, _: Timestamp) -> Result<bool, NotNoted> {
        Ok(false)
    }
}
