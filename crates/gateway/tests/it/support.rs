//! A server with the gateway, real flows and a real store.

use std::net::SocketAddr;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response as HttpResponse, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use async_trait::async_trait;
use lockgate_core::audit::Actor;
use lockgate_core::certificate::PeerCertificate;
use lockgate_core::client::Client;
use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::ids::KeyId;
use lockgate_core::random::SeededRandom;
use lockgate_engine::prepare::Registry;
use lockgate_engine::runtime::{self, Runtime};
use lockgate_gateway::body::Pace;
use lockgate_gateway::csrf::CSRF_HASH_LABEL;
use lockgate_gateway::path::is_flow_path;
use lockgate_gateway::{Gateway, NotNoted, Ratchet, Resources, Settings};
use lockgate_store::refusals::{self, Refusal};
use lockgate_store::{Location, Store, flows, messages};
use lockgate_web::identity::{Identities, SharedIdentities};
use lockgate_web::server::{Patience, serve};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::client::Response;
use crate::credentials::{NOW, clients, identities, master_key};
use crate::flows::bundles;

/// Longer than anything here takes; a test that waits this long fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server. It stops when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    pub(crate) runtime: Runtime,
    identities: SharedIdentities,
    _running: DropGuard,
    _folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
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
        };
        let settings = runtime::Settings::of_worker("test");
        let runtime = Runtime::start(parts, settings).await.unwrap();
        runtime.reconcile().await.unwrap();
        assert_eq!(runtime.endpoints().iter().count(), bundles().len());
        let identities = SharedIdentities::new(identities(clients()));
        let resources = Resources {
            identities: identities.clone(),
            runtime: runtime.clone(),
            csrf: master_key().keyed_hash(CSRF_HASH_LABEL),
            clock: clock.clone(),
            random,
        };
        let pace = Pace {
            grace: Duration::from_millis(300),
            ..Pace::default()
        };
        let gateway = Gateway::new(
            resources,
            Settings {
                pace,
                ..Settings::default()
            },
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let handler = move |request: Request<Incoming>, arrival: lockgate_web::caller::Arrival| {
            let gateway = gateway.clone();
            async move {
                match is_flow_path(request.uri().path()) {
                    true => gateway.handle(request, arrival.peer).await,
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
            identities,
            _running: stop.drop_guard(),
            _folder: folder,
        }
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
        let mut clients: Vec<Client> = clients()
            .into_iter()
            .filter_map(|client| {
                self.identities
                    .load()
                    .clients
                    .get(&client.id)
                    .map(|c| (**c).clone())
            })
            .collect();
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

fn not_found() -> HttpResponse<Full<Bytes>> {
    let mut response = HttpResponse::new(Full::default());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
