//! Logins of people: how they begin, go on and end.

use std::sync::Arc;
use std::time::Duration;

use lockgate_core::account::{Account, AccountKind};
use lockgate_core::audit::{Actor, Target, Who};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::SessionId;
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_store::changes::{self, Topic};
use lockgate_store::sessions::{self, Session};
use lockgate_store::{Tx, accounts, audit, codes, revocations};
use lockgate_web::caller::Caller;
use lockgate_web::identity::Identities;
use lockgate_web::jwt::{EXPIRY_LEEWAY, MAX_VALIDITY};

use crate::error::OAuthError;
use crate::login_clients::{LoginClient, REFRESH_TOKEN};
use crate::refresh_token::RefreshToken;
use crate::service::Service;

/// How long a used authorization code is kept, so that its second use is noticed: as long as a
/// login by one may last.
const USED_CODE: Duration = Duration::from_secs(12 * 3600);

/// What a login begins with.
pub(crate) struct Opening<'a> {
    pub(crate) account: &'a Account,
    pub(crate) client: &'a LoginClient,
    pub(crate) grant_type: &'a str,
    pub(crate) scopes: &'a [&'a str],
}

/// A login and the refresh token that continues it next, if the client may have one.
pub(crate) type Continued = (Session, Option<Secret<String>>);

impl Service {
    /// A login that begins now. It is not kept yet.
    pub(crate) fn new_session(&self, opening: &Opening<'_>) -> Continued {
        let client = opening.client;
        let now = self.keys.now();
        let id = SessionId(self.keys.random_uuid());
        let refresh = client
            .may(REFRESH_TOKEN)
            .then(|| self.keys.refresh_token(id));
        let expires_at = match &refresh {
            Some(_) => client.terms().end(now, now),
            None => now.plus(client.token_life()),
        };
        let session = Session {
            id,
            account: opening.account.id,
            client_id: client.id().to_owned(),
            grant_type: opening.grant_type.to_owned(),
            scopes: opening.scopes.iter().copied().map(str::to_owned).collect(),
            refresh: refresh.as_ref().map(|(token, _)| token.digest),
            created_at: now,
            refreshed_at: now,
            expires_at,
        };
        (session, refresh.map(|(_, text)| text))
    }

    /// Keeps a new login of `account` in `tx`. Returns whether it may be kept: not when the account
    /// was changed meanwhile so that its logins end.
    pub(crate) async fn keep_session(
        &self,
        tx: &mut Tx,
        session: &Session,
        account: &Account,
        caller: &Caller,
    ) -> Result<bool, lockgate_store::Error> {
        if !is_unchanged(tx, account).await? {
            return Ok(false);
        }
        let before = sessions::list_of(tx, account.id).await?;
        let surplus = (before.len() + 1).saturating_sub(limits::SESSIONS);
        for oldest in before.iter().take(surplus) {
            sessions::delete(tx, oldest.id).await?;
        }
        sessions::insert(tx, session).await?;
        let (grant, client) = (&session.grant_type, &session.client_id);
        let detail = format!("grant {grant} of client {client}");
        let target = Target::new("session", session.id, &account.name);
        let actor = actor(account, caller);
        audit::record(tx, &actor, "session.start", &target, &detail).await?;
        Ok(true)
    }

    /// The login that `text` is the good refresh token of, for `client`.
    pub(crate) async fn session_of_refresh_token(
        &self,
        text: &str,
        client: &LoginClient,
        caller: &Caller,
    ) -> Result<(Session, Arc<Account>), OAuthError> {
        let presented = self.keys.open_refresh_token(text);
        let presented = presented.ok_or(OAuthError::BadRefreshToken)?;
        let now = self.keys.now();
        let found = self.find_session(presented.session).await?;
        let session = found
            .filter(|session| session.client_id == client.id() && now < session.expires_at)
            .ok_or(OAuthError::BadRefreshToken)?;
        let account = self.person(&session).ok_or(OAuthError::BadRefreshToken)?;
        if session.refresh != Some(presented.digest) {
            return Err(self
                .refresh_token_used_twice(&session, &account, caller)
                .await);
        }
        Ok((session, account))
    }

    /// The login with this id.
    pub(crate) async fn find_session(&self, id: SessionId) -> Result<Option<Session>, OAuthError> {
        let found = async {
            let mut tx = self.keys.store().read().await?;
            sessions::find(&mut tx, id).await
        };
        found.await.map_err(OAuthError::internal)
    }

    /// Lets a login go on that `text` is the refresh token of, and returns the refresh token that
    /// continues it next.
    pub(crate) async fn refresh_session(
        &self,
        session: &Session,
        text: &str,
        client: &LoginClient,
        account: &Account,
        caller: &Caller,
    ) -> Result<Secret<String>, OAuthError> {
        let used = session.refresh.ok_or(OAuthError::BadRefreshToken)?;
        let (terms, now) = (client.terms(), self.keys.now());
        let (next, answer) = match terms.rotates {
            true => {
                let (token, text) = self.keys.refresh_token(session.id);
                (token.digest, text)
            }
            false => (used, Secret::from(text)),
        };
        let end = terms.end(session.created_at, now);
        let replaced = async {
            let mut tx = self.keys.store().begin().await?;
            let replaced = sessions::rotate(&mut tx, session.id, used, next, now, end).await?;
            tx.commit().await?;
            Ok::<_, lockgate_store::Error>(replaced)
        };
        match replaced.await.map_err(OAuthError::internal)? {
            true => Ok(answer),
            false => Err(self
                .refresh_token_used_twice(session, account, caller)
                .await),
        }
    }

    /// Ends a login whose refresh token came a second time: somebody else has it, too.
    async fn refresh_token_used_twice(
        &self,
        session: &Session,
        account: &Account,
        caller: &Caller,
    ) -> OAuthError {
        let actor = actor(account, caller);
        let reason = "a refresh token was used twice";
        let ended = self.end_session(&actor, session.id, reason).await;
        ended.err().unwrap_or(OAuthError::BadRefreshToken)
    }

    /// Ends a login: neither its refresh token nor its access tokens are good any more, on every
    /// server. Returns whether there was one. While the list of revoked tokens is full, its refresh
    /// token ends all the same, and an error says that its access tokens go on until they expire.
    pub(crate) async fn end_session(
        &self,
        actor: &Actor,
        id: SessionId,
        reason: &str,
    ) -> Result<bool, OAuthError> {
        let snapshot = self.identities.snapshot();
        let full = snapshot.revoked.len() >= limits::REVOCATIONS;
        let ended = async {
            let mut tx = self.keys.store().begin().await?;
            let Some(session) = sessions::find(&mut tx, id).await? else {
                return Ok(false);
            };
            sessions::delete(&mut tx, id).await?;
            if !full {
                let until = self.last_token(&session, &snapshot).plus(EXPIRY_LEEWAY);
                revocations::insert(&mut tx, &format!("session/{id}"), until).await?;
            }
            let account = snapshot.accounts.get(session.account);
            let name = account.map_or_else(String::new, |account| account.name.clone());
            let target = Target::new("session", id, name);
            audit::record(&mut tx, actor, "session.end", &target, reason).await?;
            changes::bump(&mut tx, Topic::Revocations).await?;
            tx.commit().await?;
            Ok::<_, lockgate_store::Error>(true)
        };
        match ended.await.map_err(OAuthError::internal)? {
            true if full => {
                let retry_after = Duration::from_secs(60);
                Err(OAuthError::TooMany { retry_after })
            }
            ended => Ok(ended),
        }
    }

    /// When the last access token of a login expires, if it was issued just now.
    fn last_token(&self, session: &Session, identities: &Identities) -> Timestamp {
        let life = match LoginClient::find(&session.client_id, identities) {
            Some(client @ LoginClient::Application(_)) => client.token_life(),
            // The life of an instance's tokens may have been longer before.
            Some(LoginClient::Instance(_)) | None => MAX_VALIDITY,
        };
        // Tokens may be dated to the next second.
        self.keys.now().plus(life + Duration::from_secs(1))
    }

    /// The person that a login belongs to, unless it ended with a change of the account, such as a
    /// new password.
    fn person(&self, session: &Session) -> Option<Arc<Account>> {
        let identities = self.identities.load();
        let account = identities.accounts.get(session.account);
        let account = account.filter(|account| {
            account.kind == AccountKind::Person && session.created_at >= account.tokens_not_before
        });
        account.map(Arc::clone)
    }
}

/// Whether `account` is still there, and nothing happened since it was read that ends its logins. Nor
/// does it before the transaction ends, on no server.
pub(crate) async fn is_unchanged(
    tx: &mut Tx,
    account: &Account,
) -> Result<bool, lockgate_store::Error> {
    let current = accounts::hold(tx, account.id).await?;
    Ok(current.is_some_and(|current| current.tokens_not_before == account.tokens_not_before))
}

/// Forgets logins and authorization codes that have long ended. Returns how many.
pub(crate) async fn purge(tx: &mut Tx, now: Timestamp) -> Result<u64, lockgate_store::Error> {
    let ended = sessions::purge(tx, now).await?;
    let used = codes::purge(tx, now.minus(USED_CODE)).await?;
    Ok(ended + used)
}

/// A person who acts by logging in or out.
pub(crate) fn actor(account: &Account, caller: &Caller) -> Actor {
    let (id, name) = (account.id, account.name.clone());
    Actor {
        who: Who::Account { id, name },
        ..caller.actor()
    }
}

impl crate::keys::KeyRing {
    /// A new refresh token for `session`, and its text.
    fn refresh_token(&self, session: SessionId) -> (RefreshToken, Secret<String>) {
        RefreshToken::generate(session, self.vault(), &**self.random())
    }

    /// Reads a refresh token; `None` when this server did not make it.
    pub(crate) fn open_refresh_token(&self, text: &str) -> Option<RefreshToken> {
        RefreshToken::open(text, self.vault())
    }
}
