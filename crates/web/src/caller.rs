//! Who sends a request, as far as the web layer knows.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use lockgate_core::account::Account;
use lockgate_core::audit::{Actor, Who};
use lockgate_core::certificate::{PeerCertificate, Thumbprint};
use lockgate_core::ids::CorrelationId;
use lockgate_core::refusal::Reason;
use lockgate_pki::trust::Untrusted;

use crate::problem::Problem;

/// How a request reached the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The TCP peer, or the sender that an authenticated proxy names.
    pub peer: SocketAddr,
    /// Which listener took it.
    pub entrance: Entrance,
    /// The client certificate: possession proved, chain trusted. Proved to this server, or to an
    /// authenticated proxy.
    pub certificate: Option<Arc<PeerCertificate>>,
    /// A client certificate that was presented but counts as absent. For the operator's eyes only.
    pub rejected: Option<Arc<RejectedCertificate>>,
}

/// A client certificate that does not count, and why. Possession of its key was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedCertificate {
    /// SHA-256 of its DER.
    pub thumbprint: Thumbprint,
    /// Why it counts as absent.
    pub reason: Untrusted,
}

impl RejectedCertificate {
    /// Why a call is refused that came with nothing else.
    #[must_use]
    pub fn refusal(&self) -> Reason {
        match self.reason {
            Untrusted::Expired(_) | Untrusted::NotYetValid(_) => Reason::CertificateExpired,
            _ => Reason::CertificateUntrusted,
        }
    }
}

impl fmt::Display for RejectedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { thumbprint, reason } = self;
        write!(f, "a certificate was presented ({thumbprint}) but {reason}")
    }
}

/// The kinds of listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// Plain HTTP, on loopback or behind a proxy that ends TLS.
    Plain,
    /// TLS without asking for a client certificate: operators, browsers, tokens by secret.
    Tls,
    /// TLS that asks for a client certificate: flows, and tokens by certificate.
    Certificate,
}

impl Arrival {
    /// An arrival at the plain listener.
    #[must_use]
    pub const fn plain(peer: SocketAddr) -> Self {
        Self::at(Entrance::Plain, peer)
    }

    /// An arrival without a certificate.
    #[must_use]
    pub const fn at(entrance: Entrance, peer: SocketAddr) -> Self {
        Self {
            peer,
            entrance,
            certificate: None,
            rejected: None,
        }
    }

    /// The thumbprint of the certificate that was presented, whether it counts or not.
    #[must_use]
    pub fn presented(&self) -> Option<Thumbprint> {
        let trusted = self.certificate.as_ref().map(|held| held.thumbprint);
        trusted.or_else(|| self.rejected.as_ref().map(|held| held.thumbprint))
    }
}

/// What a route's access rule established before its handler ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Nobody in particular: the route is public, or its handler authenticates a client itself.
    Anonymous,
    /// The holder of the operator token.
    Operator,
    /// An account, by an access token of its own.
    Account(Arc<Account>),
    /// A broker account, by its secret; and who asked the platform, as the platform says.
    Broker(Arc<Account>, Option<Arc<str>>),
}

/// The sender of a request; every handler can take it as a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What the access rule established.
    pub principal: Principal,
    /// The address it came from, for throttling and logs.
    pub source: IpAddr,
    /// Names this request in answers and logs.
    pub correlation: CorrelationId,
    /// The client certificate it came with.
    pub certificate: Option<Arc<PeerCertificate>>,
    /// A client certificate that it came with but that counts as absent.
    pub rejected: Option<Arc<RejectedCertificate>>,
    /// Which listener took it.
    pub entrance: Entrance,
}

impl Caller {
    /// The caller as the audit log names it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let who = match &self.principal {
            Principal::Anonymous => Who::Unknown { claimed: None },
            Principal::Operator => Who::Operator,
            Principal::Account(account) => Who::Account {
                id: account.id,
                name: account.name.clone(),
            },
            Principal::Broker(account, originating) => Who::Broker {
                name: account.name.clone(),
                originating: originating.as_deref().map(str::to_owned),
            },
        };
        Actor {
            who,
            source: Some(self.source),
            correlation: Some(self.correlation),
        }
    }

    /// The account behind the caller, if it is one.
    #[must_use]
    pub fn account(&self) -> Option<&Arc<Account>> {
        match &self.principal {
            Principal::Account(account) | Principal::Broker(account, _) => Some(account),
            Principal::Anonymous | Principal::Operator => None,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::internal("the request did not come through a surface router"))
    }
}
