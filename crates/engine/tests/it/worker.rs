//! A worker on a store of its own, and a peer that its HTTP receivers call.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use lockgate_core::client::Client;
use lockgate_core::clock::{ManualClock, SharedClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::{InstanceId, MessageId};
use lockgate_core::random::SeededRandom;
use lockgate_core::tenant;
use lockgate_engine::access::{Grant, Identity, Principal, authorize};
use lockgate_engine::entry::{Inbound, Outcome, Refused};
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_engine::prepare::Registry;
use lockgate_engine::receiver::{Call, InvalidSetting, Receiver, ReceiverFactory};
use lockgate_engine::runtime::{Parts, Runtime, Settings};
use lockgate_flow::plan::{Channel, ReceiverKind};
use lockgate_store::flows::{self, FlowState, LogLevel, NewFlow, Status};
use lockgate_store::messages::{self, Filter, Message};
use lockgate_store::payloads::{self, Payload};
use lockgate_store::{Location, Store};
use tempfile::TempDir;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::models::Model;

/// 2026-11-23T06:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_795_413_600);

pub(crate) struct Worker {
    pub(crate) runtime: Runtime,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) peer: Peer,
    name: String,
    folder: Arc<TempDir>,
}

impl Worker {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::of_worker("w1")).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(ManualClock::at(NOW));
        let store = open(folder.path(), &clock).await;
        Self::on(store, folder, clock, settings).await
    }

    /// Another worker on the same store.
    pub(crate) async fn beside(&self, name: &str) -> Self {
        let (store, folder, clock) = (
            self.store.clone(),
            Arc::clone(&self.folder),
            Arc::clone(&self.clock),
        );
        Self::on(store, folder, clock, Settings::of_worker(name)).await
    }

    async fn on(
        store: Store,
        folder: Arc<TempDir>,
        clock: Arc<ManualClock>,
        settings: Settings,
    ) -> Self {
        let peer = Peer::default();
        let name = settings.worker.clone();
        let parts = Parts {
            store: store.clone(),
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(name.bytes().map(u64::from).sum())),
            registry: Registry::default().with(ReceiverKind::Http, Arc::new(peer.clone())),
            vault: MasterKey::generate(&SeededRandom::new(7)).vault(),
        };
        Self {
            runtime: Runtime::start(parts, settings).await.unwrap(),
            store,
            clock,
            peer,
            name,
            folder,
        }
    }

    /// Deploys flows in order and has the worker take them over.
    pub(crate) async fn deploy(&self, models: &[Model]) {
        for (id, bundle) in models.iter().map(|model| (model.id(), model.zip())) {
            self.put(id, bundle, LogLevel::Info).await;
        }
        self.runtime.reconcile().await.unwrap();
    }

    pub(crate) async fn put(&self, id: &str, bundle: Vec<u8>, log_level: LogLevel) -> i64 {
        let flow = NewFlow {
            id: id.to_owned(),
            name: id.to_owned(),
            version: "1.0.0".to_owned(),
            bundle,
            parameters: BTreeMap::new(),
            log_level,
            deployed_by: String::new(),
        };
        let mut tx = self.store.begin().await.unwrap();
        let generation = flows::upsert(&mut tx, &flow).await.unwrap();
        tx.commit().await.unwrap();
        generation
    }

    pub(crate) async fn undeploy(&self, id: &str) {
        let mut tx = self.store.begin().await.unwrap();
        flows::delete(&mut tx, id).await.unwrap();
        tx.commit().await.unwrap();
        self.runtime.reconcile().await.unwrap();
    }

    /// What this worker says about a flow.
    pub(crate) async fn status(&self, flow: &str) -> Option<(FlowState, String)> {
        let mut tx = self.store.read().await.unwrap();
        let statuses = flows::statuses(&mut tx, flow).await.unwrap();
        let own = statuses
            .into_iter()
            .find(|status: &Status| status.worker == self.name);
        own.map(|status| (status.state, status.detail.unwrap_or_default()))
    }

    /// Calls `/http<path>` with a body and nothing else.
    pub(crate) async fn post(&self, path: &str, body: &str) -> Result<Outcome, Refused> {
        self.call(path, None, &[], body).await
    }

    /// Calls `/http<path>` as an authorized client.
    pub(crate) async fn call(
        &self,
        path: &str,
        query: Option<&str>,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Outcome, Refused> {
        let endpoints = self.runtime.endpoints();
        let folded = path.to_ascii_lowercase();
        let found = endpoints.find(&folded).expect("the address is served");
        let permit = authorize(found.endpoint, &identity()).expect("the client is authorized");
        let url = format!("https://host.example/http{path}");
        let owned = |text: &&str| Cow::Owned((*text).to_owned());
        let inbound = Inbound {
            method: "POST",
            url: &url,
            query,
            path_rest: &path[found.rest_at..],
            headers: headers
                .iter()
                .map(|(name, value)| (owned(name), owned(value)))
                .collect(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        self.runtime.accept(permit, inbound).await
    }

    /// The record of a message, once it is written.
    pub(crate) async fn message(&self, id: &MessageId) -> Message {
        eventually(|| async {
            let mut tx = self.store.read().await.unwrap();
            messages::find(&mut tx, id).await.unwrap()
        })
        .await
    }

    /// What is kept of a message's content.
    pub(crate) async fn payloads(&self, id: &MessageId) -> Vec<Payload> {
        let mut tx = self.store.read().await.unwrap();
        let mut found = Vec::new();
        for head in payloads::list(&mut tx, id).await.unwrap() {
            found.extend(payloads::find(&mut tx, head.id).await.unwrap());
        }
        found
    }

    /// The records of a flow's messages, newest first, once there are that many.
    pub(crate) async fn messages(&self, flow: &str, count: usize) -> Vec<Message> {
        let filter = Filter {
            flow: Some(flow.to_owned()),
            ..Filter::default()
        };
        eventually(|| async {
            let mut tx = self.store.read().await.unwrap();
            Some(messages::list(&mut tx, &filter).await.unwrap())
                .filter(|found| found.len() >= count)
        })
        .await
    }
}

async fn open(folder: &Path, clock: &Arc<ManualClock>) -> Store {
    let clock: SharedClock = clock.clone();
    Store::open(&Location::Sqlite(folder.join("test.db")), clock)
        .await
        .unwrap()
}

/// A client that may send messages.
pub(crate) fn identity() -> Identity {
    let client = Client {
        id: "sb-1!b1|it-rt-t!b1".to_owned(),
        instance: InstanceId(Uuid::from_u128(1)),
        plan: tenant::Plan::IntegrationFlow,
        roles: vec!["ESBMessaging.send".parse().unwrap()],
        grant_types: vec![],
        redirect_uris: vec![],
        token_validity: 3600,
        tokens_not_before: Timestamp::default(),
        secrets: vec![],
        certificates: vec![],
    };
    let principal = Principal::Client {
        client: Arc::new(client),
        grant: Grant::Everything,
        user_name: Some("sb-1!b1|it-rt-t!b1".into()),
    };
    Identity::Known {
        principal,
        certificate: None,
    }
}

/// What `probe` finds, as soon as it finds something; fails after ten seconds.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(probe: impl Fn() -> F) -> T {
    for _ in 0..1_000 {
        if let Some(found) = probe().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within ten seconds");
}

/// The other side of every HTTP channel: what it does is the last segment of the address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer(pub(crate) Arc<Calls>);

#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) received: Mutex<Vec<String>>,
    pub(crate) go: Notify,
}

#[derive(Debug)]
struct PeerChannel {
    calls: Arc<Calls>,
    action: String,
}

impl ReceiverFactory for Peer {
    fn prepare(&self, channel: &Channel) -> Result<Arc<dyn Receiver>, Vec<InvalidSetting>> {
        let address = &channel.properties["httpAddressWithoutQuery"];
        let action = address.rsplit('/').next().unwrap_or_default().to_owned();
        if action == "invalid" {
            return Err(vec![InvalidSetting {
                channel: channel.name.clone(),
                setting: "httpAddressWithoutQuery".to_owned(),
                message: "it is invalid".to_owned(),
            }]);
        }
        let calls = Arc::clone(&self.0);
        Ok(Arc::new(PeerChannel { calls, action }))
    }
}

#[async_trait]
impl Receiver for PeerChannel {
    async fn call(&self, exchange: &mut Exchange, _call: &Call<'_>) -> Result<(), StepError> {
        let body = exchange.body_text()?.unwrap_or_default().into_owned();
        self.calls.received.lock().unwrap().push(body);
        match self.action.as_str() {
            "wait" => self.calls.go.notified().await,
            "tell" => {
                exchange.log.attribute("HTTP", "Address", "http://peer");
                exchange.log.property("Address", "http://peer");
                exchange.log.custom_header("Order", "4711");
                exchange
                    .log
                    .attachment("order.txt", "text/plain", "attached");
            }
            "fail" => return Err(StepError::of_class("a.b.Failed", "the peer is down")),
            _ => {}
        }
        Ok(())
    }
}
