//! What every test needs to call a receiver.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use lockgate_adapters::{AdaptersConfig, registry};
use lockgate_core::clock::{ManualClock, SharedClock, Timestamp};
use lockgate_core::random::{SeededRandom, SharedRandom};
use lockgate_core::secret::Secret;
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::{Body, Exchange};
use lockgate_engine::material::{Material, Materials, OAuth2ClientCredential, UserCredential};
use lockgate_engine::receiver::{Call, FlowInfo, InvalidSetting, Receiver, ReceiverFactory};
use lockgate_engine::session::SessionStore;
use lockgate_flow::plan::{Channel, HttpSession, ReceiverKind};

/// A flow that calls receivers: its factories, credentials and clock.
pub(crate) struct Caller {
    registry: HashMap<ReceiverKind, Arc<dyn ReceiverFactory>>,
    flow: FlowInfo,
    materials: Materials,
    session: SessionStore,
    pub(crate) clock: Arc<ManualClock>,
    random: SharedRandom,
}

impl Caller {
    pub(crate) fn new() -> Self {
        Self::with(&AdaptersConfig::default())
    }

    pub(crate) fn with(config: &AdaptersConfig) -> Self {
        Self::of(registry(config).unwrap())
    }

    /// Calls what these factories make.
    pub(crate) fn of(registry: HashMap<ReceiverKind, Arc<dyn ReceiverFactory>>) -> Self {
        Self {
            registry,
            flow: FlowInfo {
                id: "Test_Flow".to_owned(),
                http_session: HttpSession::None,
            },
            materials: Materials::default(),
            session: SessionStore::default(),
            clock: Arc::new(ManualClock::at(Timestamp::from_secs(1_706_693_400))),
            random: Arc::new(SeededRandom::new(1)),
        }
    }

    pub(crate) fn with_session(mut self, session: HttpSession) -> Self {
        self.flow.http_session = session;
        self
    }

    pub(crate) fn with_user(self, name: &str, user: &str, password: &str) -> Self {
        self.with_material(
            name,
            Material::User(UserCredential {
                user: user.to_owned(),
                password: Secret::from(password),
            }),
        )
    }

    pub(crate) fn with_oauth2(self, name: &str, client: OAuth2ClientCredential) -> Self {
        self.with_material(name, Material::OAuth2(client))
    }

    fn with_material(mut self, name: &str, material: Material) -> Self {
        let materials = HashMap::from([(name.to_owned(), material)]);
        self.materials = Materials::new(materials);
        self
    }

    /// Prepares a channel.
    pub(crate) fn prepare(
        &self,
        kind: ReceiverKind,
        properties: &[(&str, &str)],
    ) -> Result<Arc<dyn Receiver>, Vec<InvalidSetting>> {
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let channel = Channel {
            name: "Channel".to_owned(),
            receiver: "Receiver".to_owned(),
            adapter: kind,
            properties: properties.iter().map(pair).collect(),
        };
        self.registry[&kind].prepare(&channel)
    }

    /// Calls a receiver.
    pub(crate) async fn call(
        &self,
        receiver: &Arc<dyn Receiver>,
        exchange: &mut Exchange,
    ) -> Result<(), StepError> {
        let clock: SharedClock = self.clock.clone();
        let session = match self.flow.http_session {
            HttpSession::None => SessionStore::default(),
            HttpSession::Exchange | HttpSession::Flow => self.session.clone(),
        };
        let call = Call {
            flow: &self.flow,
            step: "ServiceTask_1",
            materials: &self.materials,
            session: &session,
            clock: &clock,
            random: &self.random,
        };
        receiver.call(exchange, &call).await
    }
}

/// A message with a text body and headers.
pub(crate) fn message(body: &str, headers: &[(&str, &str)]) -> Exchange {
    let mut exchange = Exchange {
        body: Body::Text(body.into()),
        ..Exchange::default()
    };
    for (name, value) in headers {
        exchange.headers.set(*name, *value);
    }
    exchange
}

pub(crate) fn body(exchange: &Exchange) -> String {
    exchange
        .body_text()
        .unwrap()
        .unwrap_or_default()
        .into_owned()
}

pub(crate) fn header(exchange: &Exchange, name: &str) -> Option<String> {
    let value = exchange.headers.get(name)?;
    value.to_text().map(std::borrow::Cow::into_owned)
}

/// Asserts that a failure says `part`.
#[track_caller]
pub(crate) fn assert_says(error: &StepError, part: &str) {
    assert!(error.message.contains(part), "{}", error.message);
}

/// The properties of a channel with some replaced or added.
pub(crate) fn overlay<'a>(
    base: &[(&'a str, &'a str)],
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = base
        .iter()
        .filter(|(key, _)| !changes.iter().any(|(changed, _)| changed == key));
    kept.chain(changes).copied().collect()
}

/// Bytes of a text.
pub(crate) fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}
