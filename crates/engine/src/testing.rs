//! What unit tests share: a worker on a database of its own, plans in a few words, and a receiver
//! that does as its channel says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use indexmap::IndexMap;
use lockgate_core::clock::{ManualClock, SharedClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::SeededRandom;
use lockgate_flow::expr::{Predicate, Template};
use lockgate_flow::plan::*;
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::{self, Message};
use lockgate_store::{Location, Store};
use tempfile::TempDir;
use tokio::sync::Notify;

use crate::error::{FailedResponse, StepError};
use crate::exchange::{Body, Exchange};
use crate::prepare::{Registry, prepare};
use crate::receiver::{Call, InvalidSetting, Receiver, ReceiverFactory};
use crate::runtime::{Deployed, Parts, Runtime, Settings, Target};
use crate::value::Value;

/// 2026-11-23T06:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_795_413_600);

/// A worker and what it is connected to.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) runtime: Runtime,
    pub(crate) store: Store,
    pub(crate) peer: Peer,
    _folder: TempDir,
}

impl Worker {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::of_worker("w1")).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock: SharedClock = Arc::new(ManualClock::at(NOW));
        let location = Location::Sqlite(folder.path().join("test.db"));
        let store = Store::open(&location, clock.clone()).await.unwrap();
        let peer = Peer::default();
        let parts = Parts {
            store: store.clone(),
            clock,
            random: Arc::new(SeededRandom::new(1)),
            registry: registry(&peer),
            vault: MasterKey::generate(&SeededRandom::new(2)).vault(),
        };
        Self {
            runtime: Runtime::start(parts, settings).await.unwrap(),
            store,
            peer,
            _folder: folder,
        }
    }

    /// Prepares a plan and gives its first main process.
    pub(crate) fn target(&self, plan: &Plan, level: LogLevel) -> Target {
        let pipeline = prepare(plan, &registry(&self.peer)).unwrap();
        Target {
            deployed: Arc::new(Deployed::new(pipeline, 1, level)),
            process: 0,
        }
    }

    /// The record of a message, once it is written.
    pub(crate) async fn message(&self, id: &lockgate_core::ids::MessageId) -> Message {
        for _ in 0..500 {
            let mut tx = self.store.read().await.unwrap();
            if let Some(message) = messages::find(&mut tx, id).await.unwrap() {
                return message;
            }
            drop(tx);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("message {id} was not written");
    }
}

pub(crate) fn registry(peer: &Peer) -> Registry {
    Registry::default().with(ReceiverKind::Http, Arc::new(peer.clone()))
}

/// The other side of every HTTP channel. What a call does is the channel's property `do`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer(pub(crate) Arc<Calls>);

#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// Bodies received, in order.
    pub(crate) received: Mutex<Vec<String>>,
    /// Lets calls that `wait` go on.
    pub(crate) go: Notify,
}

#[derive(Debug)]
struct PeerChannel {
    calls: Arc<Calls>,
    action: String,
}

impl ReceiverFactory for Peer {
    fn prepare(&self, channel: &Channel) -> Result<Arc<dyn Receiver>, Vec<InvalidSetting>> {
        let action = channel.properties.get("do").cloned().unwrap_or_default();
        if action == "invalid" {
            return Err(vec![InvalidSetting {
                channel: channel.name.clone(),
                setting: "do".to_owned(),
                message: "it is invalid".to_owned(),
            }]);
        }
        let calls = Arc::clone(&self.0);
        Ok(Arc::new(PeerChannel { calls, action }))
    }
}

#[async_trait]
impl Receiver for PeerChannel {
    async fn call(&self, exchange: &mut Exchange, call: &Call<'_>) -> Result<(), StepError> {
        let body = exchange.body_text()?.unwrap_or_default().into_owned();
        self.calls.received.lock().unwrap().push(body.clone());
        match self.action.split_once(':').unwrap_or((&self.action, "")) {
            ("answer", text) => {
                exchange.body = Body::Text(text.into());
                exchange
                    .headers
                    .set("CamelHttpResponseCode", Value::Int(202));
                exchange.headers.set("X-Step", call.step);
                Ok(())
            }
            ("fail", text) => {
                exchange
                    .headers
                    .set("CamelHttpResponseCode", Value::Int(500));
                let response = FailedResponse {
                    status: 500,
                    status_text: "Internal Server Error".to_owned(),
                    uri: "http://peer/".to_owned(),
                    headers: vec![],
                    body: bytes::Bytes::from_static(b"broken"),
                };
                Err(StepError::of_class("a.b.Failed", text).with_response(response))
            }
            ("panic", text) => panic!("{text}"),
            ("wait", _) => {
                self.calls.go.notified().await;
                Ok(())
            }
            ("count", _) => {
                let counter = call.session.get::<std::sync::atomic::AtomicI64>();
                let count = counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
                exchange.set_property("count", Value::Int(count));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// A plan of these processes, the first of which is the main one.
pub(crate) fn plan(processes: Vec<Process>) -> Plan {
    Plan {
        id: "Test".to_owned(),
        name: "Test flow".to_owned(),
        version: "1.0.0".to_owned(),
        settings: lockgate_flow::plan::Settings {
            return_exception_to_sender: false,
            allowed_headers: AllowedHeaders::None,
            namespaces: IndexMap::new(),
            http_session: HttpSession::None,
        },
        processes,
        scripts: Scripts::new(),
        entries: vec![Entry {
            process: 0,
            trigger: Trigger::Never,
        }],
    }
}

/// A process whose steps follow each other. `handler` is its exception subprocess.
pub(crate) fn process(steps: Vec<StepSpec>, handler: Option<Vec<StepSpec>>) -> Process {
    let mut nodes = Vec::new();
    let mut chain = |steps: Vec<StepSpec>, in_exception| {
        let start = nodes.len();
        let end = start + steps.len();
        for (at, spec) in (start..).zip(steps) {
            nodes.push(Node {
                id: format!("n{at}"),
                name: format!("Node {at}"),
                spec,
                next: Some(at + 1).filter(|next| *next < end),
                in_exception,
            });
        }
        Some(start).filter(|start| *start < end)
    };
    let start = chain(steps, false);
    let exception = handler.map(|steps| ExceptionScope {
        id: "handler".to_owned(),
        start: chain(steps, true),
    });
    Process {
        id: "process".to_owned(),
        name: "Process".to_owned(),
        nodes,
        start,
        exception,
        transactional: false,
    }
}

pub(crate) fn template(source: &str) -> Template {
    Template::parse(source).unwrap()
}

pub(crate) fn condition(source: &str) -> Condition {
    Condition::Simple(Predicate::parse(source).unwrap())
}

pub(crate) fn create(name: &str, source: ValueSource) -> Row {
    Row::Create {
        name: name.to_owned(),
        source,
        datatype: Datatype::Unspecified,
    }
}

/// Appends to property `path`.
pub(crate) fn mark(text: &str) -> StepSpec {
    let source = ValueSource::Expression(template(&format!("${{property.path}}{text}")));
    StepSpec::ContentModifier(ContentModifier {
        properties: vec![create("path", source)],
        ..ContentModifier::default()
    })
}

/// Sets the body to a template.
pub(crate) fn body(source: &str) -> StepSpec {
    StepSpec::ContentModifier(ContentModifier {
        body: Some(BodySource::Expression(template(source))),
        ..ContentModifier::default()
    })
}

/// A channel to the peer.
pub(crate) fn channel(action: &str) -> Channel {
    Channel {
        name: "HTTP".to_owned(),
        receiver: "Peer".to_owned(),
        adapter: ReceiverKind::Http,
        properties: IndexMap::from([("do".to_owned(), action.to_owned())]),
    }
}

/// Calls the peer.
pub(crate) fn call(action: &str) -> StepSpec {
    StepSpec::RequestReply(channel(action))
}

/// An end event without a channel.
pub(crate) fn end() -> StepSpec {
    StepSpec::End(End::Message(None))
}
