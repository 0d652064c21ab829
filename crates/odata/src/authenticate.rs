//! Who sends a request.

mod remembered;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderMap, HeaderValue, header};
use lockgate_accounts::AccountService;
use lockgate_accounts::login::{BUSY_RETRY, LoginRefused};
use lockgate_core::account::Account;
use lockgate_core::audit::{Actor, Who};
use lockgate_core::certificate::PeerCertificate;
use lockgate_core::client::{Authenticated, CertificateMatch, Client};
use lockgate_core::clock::{SharedClock, Timestamp};
use lockgate_core::ids::KeyId;
use lockgate_core::role::RoleName;
use lockgate_core::secret::Secret;
use lockgate_core::tenant::Plan;
use lockgate_web::authorization::{basic, bearer};
use lockgate_web::caller::Caller;
use lockgate_web::identity::SharedIdentities;
use lockgate_web::jwt;
use lockgate_web::operator::OperatorToken;

use crate::call::{Guest, Rights};

pub(crate) use remembered::Remembered;

/// Notes that a client renewed its certificate, so that older ones are refused from then on.
#[async_trait]
pub trait Ratchet: fmt::Debug + Send + Sync {
    /// Notes that `actor` came with a certificate issued at `newest`, which was accepted for `key`.
    /// When this is done, the picture of the keys is up to date.
    async fn advance(
        &self,
        actor: Actor,
        key: KeyId,
        newest: Timestamp,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// Finds out who sends a request.
#[derive(Debug)]
pub(crate) struct Authenticator {
    pub(crate) identities: SharedIdentities,
    pub(crate) accounts: AccountService,
    pub(crate) operator: OperatorToken,
    pub(crate) clock: SharedClock,
    pub(crate) ratchet: std::sync::Arc<dyn Ratchet>,
    /// The roles that a role contains.
    pub(crate) contained: fn(&str) -> &'static [&'static str],
    pub(crate) remembered: Remembered,
}

/// Why a sender was not let in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is no credential.
    NoCredential,
    /// It is not good; who was claimed, if anybody.
    BadCredential(Option<String>),
    /// Too many passwords were tried.
    Throttled(Duration),
    /// Too many passwords are being checked.
    Busy(Duration),
    /// The store failed.
    Unavailable,
}

impl Authenticator {
    /// Who sends a request with these headers.
    pub(crate) async fn guest(
        &self,
        headers: &HeaderMap,
        caller: &Caller,
    ) -> Result<Guest, Refused> {
        let mut fields = headers.get_all(header::AUTHORIZATION).iter();
        match (fields.next(), fields.next(), &caller.certificate) {
            (Some(field), None, _) => match bearer(field) {
                Some(token) => self.by_token(token, caller),
                None => self.by_password(field, caller).await,
            },
            (None, _, Some(certificate)) => self.by_certificate(certificate, caller).await,
            (None, _, None) => Err(Refused::NoCredential),
            (Some(_), Some(_), _) => Err(Refused::BadCredential(None)),
        }
    }

    fn by_token(&self, token: &str, caller: &Caller) -> Result<Guest, Refused> {
        if self.operator.is(token) {
            return Ok(guest(Who::Operator, Rights::All, caller));
        }
        let identities = self.identities.load();
        let now = self.clock.now();
        let certificate = caller.certificate.as_ref().map(|shown| shown.thumbprint);
        if let Ok(token) = jwt::verify_account(token, &identities, now, certificate) {
            let rights = match token.is_admin() {
                true => Rights::All,
                // It is for operating the platform, not the flows.
                false => Rights::Roles(BTreeSet::new()),
            };
            return Ok(guest(account(&token.account), rights, caller));
        }
        let verified = jwt::verify(token, &identities, Plan::Api, now, certificate);
        let token = verified.map_err(|refused| {
            tracing::debug!(%refused, "token refused");
            Refused::BadCredential(None)
        })?;
        let who = match &token.account {
            Some(person) => account(person),
            None => client(&token.client),
        };
        let rights = self.rights(token.roles());
        Ok(guest(who, rights, caller))
    }

    async fn by_password(&self, field: &HeaderValue, caller: &Caller) -> Result<Guest, Refused> {
        let (name, password) = basic(field).ok_or(Refused::BadCredential(None))?;
        let account = match self.remembered(&name, &password) {
            Some(account) => account,
            None => self.login(&name, &password, caller).await?,
        };
        let rights = match account.admin {
            true => Rights::All,
            false => self.rights(account.roles.iter()),
        };
        let who = Who::Account {
            id: account.id,
            name: account.name.clone(),
        };
        let mut guest = guest(who, rights, caller);
        guest.forgeable = true;
        Ok(guest)
    }

    /// The account that showed this password a moment ago and has not changed since.
    fn remembered(&self, name: &str, password: &Secret<String>) -> Option<Account> {
        let (id, since) = self.remembered.find(name, password, self.clock.now())?;
        let identities = self.identities.load();
        let account = identities.accounts.get(id)?;
        (account.tokens_not_before == since).then(|| (**account).clone())
    }

    async fn login(
        &self,
        name: &str,
        password: &Secret<String>,
        caller: &Caller,
    ) -> Result<Account, Refused> {
        let logged_in = self.accounts.login(name, password, caller.source).await;
        let stored = logged_in.map_err(|refused| match refused {
            LoginRefused::BadCredentials => Refused::BadCredential(Some(name.to_owned())),
            LoginRefused::Throttled { retry_after } => Refused::Throttled(retry_after),
            LoginRefused::Busy => Refused::Busy(BUSY_RETRY),
            LoginRefused::Store(error) => {
                tracing::error!(%error, "a login failed");
                Refused::Unavailable
            }
        })?;
        let identities = self.identities.load();
        // An account that was made a moment ago is in the store, and soon in memory.
        let account = identities.accounts.get(stored.id);
        let account = account.ok_or(Refused::Busy(BUSY_RETRY))?;
        let since = account.tokens_not_before;
        let now = self.clock.now();
        self.remembered
            .remember(name, password, account.id, since, now);
        Ok((**account).clone())
    }

    async fn by_certificate(
        &self,
        certificate: &PeerCertificate,
        caller: &Caller,
    ) -> Result<Guest, Refused> {
        let found = self.owner(certificate)?;
        if let Some(newest) = found.advance {
            let Authenticated {
                client: owner, key, ..
            } = found.authenticated;
            let actor = Actor {
                who: client(&owner),
                ..caller.actor()
            };
            let noted = self.ratchet.advance(actor, key, newest).await;
            noted.map_err(|error| {
                tracing::error!(error, "a renewed certificate could not be noted");
                Refused::Unavailable
            })?;
        }
        // Decided by what is known after it was noted.
        let owner = self.owner(certificate)?.authenticated.client;
        Ok(guest(
            client(&owner),
            self.rights(owner.roles.iter()),
            caller,
        ))
    }

    fn owner(&self, certificate: &PeerCertificate) -> Result<CertificateMatch, Refused> {
        let identities = self.identities.load();
        let now = self.clock.now();
        let found = identities
            .clients
            .authenticate_certificate(certificate, now);
        let found = found.map_err(|failure| {
            tracing::debug!(%failure, "certificate refused");
            Refused::BadCredential(None)
        })?;
        let client = &found.authenticated.client;
        match client.plan {
            Plan::Api => Ok(found),
            Plan::IntegrationFlow => Err(Refused::BadCredential(Some(client.id.clone()))),
        }
    }

    /// What `roles` allow, with the roles that they contain.
    fn rights<'a>(&self, roles: impl Iterator<Item = &'a RoleName>) -> Rights {
        let mut open: Vec<String> = roles.map(ToString::to_string).collect();
        let mut all = BTreeSet::new();
        while let Some(role) = open.pop() {
            let inside = (self.contained)(&role);
            if all.insert(role) {
                open.extend(inside.iter().map(|&one| one.to_owned()));
            }
        }
        Rights::Roles(all)
    }
}

fn guest(who: Who, rights: Rights, caller: &Caller) -> Guest {
    Guest {
        actor: Actor {
            who,
            ..caller.actor()
        },
        rights,
        forgeable: false,
    }
}

fn account(account: &Account) -> Who {
    Who::Account {
        id: account.id,
        name: account.name.clone(),
    }
}

fn client(client: &Client) -> Who {
    Who::Client {
        id: client.id.clone(),
    }
}
