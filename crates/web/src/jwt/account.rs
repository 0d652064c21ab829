//! Access tokens of accounts: what opens the operator API and the Cloud Foundry API.

use std::sync::Arc;

use lockgate_core::account::{Account, AccountKind};
use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::SessionId;

use super::claims::{Reader, Times, TokenUser};
use super::{EXPIRY_LEEWAY, START_LEEWAY, TokenRefused, segments};
use crate::identity::Identities;
use crate::surface::ADMIN_SCOPE;

/// The audience of tokens for accounts. Tokens for flows and for the OData API never have it.
pub const PLATFORM_AUDIENCE: &str = "cloud_controller";

/// A token of an account that is accepted now.
#[derive(Clone, Debug)]
pub struct AccountToken {
    /// The account, as it is now.
    pub account: Arc<Account>,
    /// The session it belongs to; tokens of tools belong to none.
    pub session: Option<SessionId>,
    /// The client that asked for the token, such as `cf`; a tool is its own client.
    pub client_id: String,
    /// Its scopes, such as `cloud_controller.read`.
    pub scopes: Vec<String>,
    /// Its id.
    pub jti: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl AccountToken {
    /// Whether it opens everything: its account is an administrator, and its scopes say so.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.account.admin && self.has_scope(ADMIN_SCOPE)
    }

    /// The account with what the token opens of it: without its scopes, an administrator is one
    /// account among others.
    #[must_use]
    pub fn entitled(self) -> Arc<Account> {
        match self.account.admin && !self.is_admin() {
            true => Arc::new(Account {
                admin: false,
                ..(*self.account).clone()
            }),
            false => self.account,
        }
    }

    /// Whether the token carries `scope`.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope)
    }
}

/// Verifies the token of an account completely.
///
/// # Errors
/// The first reason to refuse it.
pub fn verify_account(
    token: &str,
    identities: &Identities,
    now: Timestamp,
    certificate: Option<Thumbprint>,
) -> Result<AccountToken, TokenRefused> {
    let segments = segments::split(token)?;
    let signed = segments.message.as_bytes();
    match identities
        .keys
        .verify(&segments.kid, signed, &segments.signature)
    {
        None => return Err(TokenRefused::UnknownKey(segments.kid)),
        Some(false) => return Err(TokenRefused::Signature),
        Some(true) => {}
    }
    let claims = Reader(segments::object("claims", &segments.claims)?);
    claims.require_access_token(&identities.tenant)?;
    if !claims.texts("aud")?.contains(&PLATFORM_AUDIENCE) {
        return Err(TokenRefused::Audience);
    }
    let bound_to = claims.bound_to()?;
    if bound_to.is_some() && bound_to != certificate {
        return Err(TokenRefused::Bound);
    }
    let times = claims.times()?;
    check_times(&times, now)?;
    let jti = claims.jti()?;
    if identities.revoked.contains(jti) {
        return Err(TokenRefused::Revoked);
    }
    let user = claims.user()?;
    let account = account(&claims, user.as_ref(), identities, &times)?;
    let scopes = claims.texts("scope")?;
    Ok(AccountToken {
        account,
        session: user.and_then(|user| user.session),
        client_id: claims.text("cid")?.to_owned(),
        scopes: scopes.into_iter().map(str::to_owned).collect(),
        jti: jti.to_owned(),
        expires_at: times.expires_at,
    })
}

fn check_times(times: &Times, now: Timestamp) -> Result<(), TokenRefused> {
    if times.expires_at.plus(EXPIRY_LEEWAY) <= now {
        return Err(TokenRefused::Expired(times.expires_at));
    }
    if times.issued_at.max(times.not_before) > now.plus(START_LEEWAY) {
        return Err(TokenRefused::NotYetValid);
    }
    Ok(())
}

/// The live account that the token was issued to: a person, or a tool for itself.
fn account(
    claims: &Reader,
    user: Option<&TokenUser>,
    identities: &Identities,
    times: &Times,
) -> Result<Arc<Account>, TokenRefused> {
    let client_id = claims.client_id(user.is_none())?;
    let account = match user {
        Some(user) => user.admit(identities, times.issued_at)?,
        None => {
            let account = identities.accounts.named(client_id);
            account.filter(|account| account.kind == AccountKind::Tool && account.name == client_id)
        }
    };
    let account = account.ok_or(TokenRefused::UnknownAccount)?;
    if times.issued_at < account.tokens_not_before {
        return Err(TokenRefused::Superseded);
    }
    Ok(Arc::clone(account))
}
