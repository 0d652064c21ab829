//! A server with the gateway, real flows and a real store.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response as HttpResponse, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use lockgate_core::client::Client;
use lockgate_core::clock::ManualClock;
use lockgate_core::random::SeededRandom;
use lockgate_engine::prepare::Registry;
use lockgate_engine::runtime::{self, Runtime};
use lockgate_gateway::body::Pace;
use lockgate_gateway::csrf::CSRF_HASH_LABEL;
use lockgate_gateway::path::is_flow_path;
use lockgate_gateway::{Gateway, Resources, Settings};
use lockgate_store::refusals::{self, Refusal};
use lockgate_store::{Location, Store, flows, messages};
use lockgate_web::caller::Arrival;
use lockgate_web::identity::{Identities, SharedIdentities};
use lockgate_web::server::{Patience, serve};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::client::{Connection, Response, request};
use crate::clients::{NOW, clients, identities, master_key};
use crate::credentials::Credential;
use crate::flows::bundles;
use crate::ratchet::TestRatchet;

/// Longer than anything here takes; a test that waits this long fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// What has a client certificate, by the address that presents it, as if TLS had proved it.
type Presented = Arc<Mutex<HashMap<SocketAddr, Credential>>>;

/// A running server. It stops when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    pub(crate) runtime: Runtime,
    pub(crate) ratchet: Arc<TestRatchet>,
    identities: SharedIdentities,
    /// Which certificate was presented on a connection from an address.
    presented: Presented,
    _running: DropGuard,
    _folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let random = Arc::new(SeededRandom::new(2));
        let location = Location::Sqlite(folder.path().join("test.db"));
        let store = Store::open(&location, clock.clone()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        for flow in bundles() {
            flows::upsert(&mut tx, &flow).await.unwrap();
        }
        tx.commit().await.unwrap();
        let parts = runtime::Parts {
            store: store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            registry: Registry::default(),
            vault: master_key().vault(),
        };
        let worker = runtime::Settings::of_worker("test");
        let runtime = Runtime::start(parts, worker).await.unwrap();
        runtime.reconcile().await.unwrap();
        assert_eq!(runtime.endpoints().iter().count(), bundles().len());
        let identities = SharedIdentities::new(identities(clients()));
        let ratchet = Arc::new(TestRatchet::new(identities.clone()));
        let resources = Resources {
            identities: identities.clone(),
            ratchet: ratchet.clone(),
            runtime: runtime.clone(),
            csrf: master_key().keyed_hash(CSRF_HASH_LABEL),
            clock: clock.clone(),
            random,
        };
        let pace = Pace {
            grace: Duration::from_millis(300),
            ..Pace::default()
        };
        let gateway = Gateway::new(resources, Settings { pace, ..settings });
        let presented = Presented::default();
        let certificates = Arc::clone(&presented);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let handler = move |request: Request<Incoming>, arrival: Arrival| {
            let gateway = gateway.clone();
            let presented = certificates.lock().unwrap().get(&arrival.peer).cloned();
            let arrival = with(arrival, presented.unwrap_or_default());
            async move {
                match is_flow_path(request.uri().path()) {
                    true => gateway.handle(request, arrival).await,
                    false => not_found(),
                }
            }
        };
        tokio::spawn(serve(listener, handler, Patience::default(), stop.clone()));
        Self {
            address,
            clock,
            store,
            runtime,
            ratchet,
            identities,
            presented,
            _running: stop.drop_guard(),
            _folder: folder,
        }
    }

    /// Connects with the certificate of a credential, from an address of the loopback network.
    pub(crate) async fn connect(&self, source: Ipv4Addr, credential: &Credential) -> Connection {
        let connection = Connection::open_from(source, self.address).await;
        let mut presented = self.presented.lock().unwrap();
        presented.insert(connection.local_address(), credential.clone());
        drop(presented);
        connection
    }

    /// Sends one request with a credential.
    pub(crate) async fn call(&self, credential: &Credential, line: &str, body: &str) -> Response {
        let mut connection = self.connect(Ipv4Addr::LOCALHOST, credential).await;
        connection
            .send(request(line, &credential.lines, body))
            .await;
        connection.receive().await.unwrap()
    }

    /// What is on record about a refused call.
    pub(crate) async fn refusal(&self, response: &Response) -> Refusal {
        let id = response
            .header("x-correlation-id")
            .unwrap()
            .parse()
            .unwrap();
        let find = async {
            loop {
                let mut tx = self.store.read().await.unwrap();
                if let Some(refusal) = refusals::find(&mut tx, id).await.unwrap() {
                    return refusal;
                }
                drop(tx);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, find).await.unwrap()
    }

    /// How many messages were processed. Stops the flows, so that all of them are on record.
    pub(crate) async fn messages(self) -> usize {
        self.runtime.stop(PATIENCE).await;
        let mut tx = self.store.read().await.unwrap();
        messages::list(&mut tx, &messages::Filter::default())
            .await
            .unwrap()
            .len()
    }

    /// Replaces what is known of the clients, as the store's feed does after a change.
    pub(crate) fn change_clients(&self, change: impl FnOnce(&mut Vec<Client>)) {
        let mut clients = current_clients(&self.identities);
        change(&mut clients);
        self.identities.replace(identities(clients));
    }

    /// Replaces what is known.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Identities)) {
        let mut identities = (*self.identities.snapshot()).clone();
        change(&mut identities);
        self.identities.replace(identities);
    }
}

/// An arrival with the certificate of a credential.
fn with(arrival: Arrival, credential: Credential) -> Arrival {
    Arrival {
        certificate: credential.certificate,
        rejected: credential.rejected,
        ..arrival
    }
}

/// The clients that are known at this moment.
pub(crate) fn current_clients(identities: &SharedIdentities) -> Vec<Client> {
    let known = identities.snapshot();
    let clients = clients().into_iter();
    let current = clients.filter_map(|client| known.clients.get(&client.id).cloned());
    current.map(Arc::unwrap_or_clone).collect()
}

fn not_found() -> HttpResponse<Full<Bytes>> {
    let mut response = HttpResponse::new(Full::default());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
