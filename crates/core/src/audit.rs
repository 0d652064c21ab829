//! The audit log's nouns: who did what to which thing, and how it ended. Never a secret.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::certificate::Thumbprint;
use crate::clock::Timestamp;
use crate::ids::{AccountId, CorrelationId, KeyId};

/// Who caused an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Who {
    /// The holder of the operator token.
    Operator,
    /// A person or a tool.
    Account {
        /// Its id.
        id: AccountId,
        /// Its name.
        name: String,
    },
    /// A platform over the broker API.
    Broker {
        /// The broker account.
        name: String,
        /// Who asked the platform, as the platform says: at most 1,000 characters.
        #[serde(skip_serializing_if = "Option::is_none")]
        originating: Option<String>,
    },
    /// An OAuth client.
    Client {
        /// Its client id.
        id: String,
    },
    /// The server itself, on schedule or at start.
    Server,
    /// Nobody who proved it; what was claimed, if anything.
    Unknown {
        /// The claimed name or client id, at most 200 characters.
        #[serde(skip_serializing_if = "Option::is_none")]
        claimed: Option<String>,
    },
}

impl Who {
    /// The name to list, search and show.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Operator => "operator",
            Self::Account { name, .. } | Self::Broker { name, .. } => name,
            Self::Client { id } => id,
            Self::Server => "server",
            Self::Unknown { claimed } => claimed.as_deref().unwrap_or("anonymous"),
        }
    }
}

/// Who acts, from where, in which request. Services take it with every change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub who: Who,
    /// The address the request came from; absent for the server itself.
    pub source: Option<IpAddr>,
    /// The request.
    pub correlation: Option<CorrelationId>,
}

impl Actor {
    /// The server itself.
    pub const SERVER: Self = Self {
        who: Who::Server,
        source: None,
        correlation: None,
    };
}

/// How an event ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused {
        /// The HTTP status of the answer.
        status: u16,
        /// Why, as a short code such as `LG-UNAUTHORIZED`.
        reason: String,
    },
}

/// What was done, such as `key.create`: a noun and a verb.
pub type Action = &'static str;

/// The thing an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// What kind of thing, such as `instance`; empty when the event is about none.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name, at the time.
    pub name: String,
    /// The service key involved.
    pub key: Option<KeyId>,
    /// The certificate involved.
    pub thumbprint: Option<Thumbprint>,
}

impl Target {
    /// A thing of `kind` with an id and a name.
    pub fn new(kind: &'static str, id: impl ToString, name: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.to_string(),
            name: name.into(),
            key: None,
            thumbprint: None,
        }
    }

    /// The same with the service key involved.
    #[must_use]
    pub fn key(mut self, key: KeyId) -> Self {
        self.key = Some(key);
        self
    }

    /// The same with the certificate involved.
    #[must_use]
    pub fn thumbprint(mut self, thumbprint: Thumbprint) -> Self {
        self.thumbprint = Some(thumbprint);
        self
    }
}

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who, from where, in which request.
    pub actor: Actor,
    /// What.
    pub action: String,
    /// The kind of thing it is about.
    pub target_kind: String,
    /// Its id.
    pub target_id: String,
    /// Its name.
    pub target_name: String,
    /// The service key involved.
    pub key: Option<KeyId>,
    /// The certificate involved.
    pub thumbprint: Option<Thumbprint>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whatever else helps to understand it, one line of at most 1,000 characters.
    pub detail: String,
}
