//! People prove who they are by a password.
//!
//! A password can be guessed, so attempts are counted before anything is computed, under the name
//! that was given, whether somebody has it or not. Attempts from a source where the person logged in
//! before count for themselves: nobody elsewhere can use them up, nor the turns in which they are
//! computed. So an attacker who knows a name cannot lock its owner out.

mod guesses;

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use lockgate_core::ids::AccountId;
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_store::accounts::{self, Account};
use thiserror::Error;
use tokio::time::Instant;
use uuid::Uuid;

use crate::hashing::Busy;
use crate::service::AccountService;

pub(crate) use guesses::Guesses;

/// How soon to try again when too many passwords are waiting.
pub const BUSY_RETRY: Duration = Duration::from_secs(1);

/// Why somebody was not let in. Answers say the same about names that exist and names that do not.
#[derive(Debug, Error)]
pub enum LoginRefused {
    /// There is no such person, or the password is another one.
    #[error("Bad credentials")]
    BadCredentials,
    /// Too many attempts failed. The password was not looked at.
    #[error("too many failed logins; try again in {} seconds", .retry_after.as_secs().max(1))]
    Throttled {
        /// When the next attempt is possible.
        retry_after: Duration,
    },
    /// Too many passwords wait to be checked: try again after [`BUSY_RETRY`].
    #[error("too many logins at the moment; try again")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] lockgate_store::Error),
}

impl AccountService {
    /// The person with this name and password, who comes from `source`.
    ///
    /// # Errors
    /// When there is none, or too many have tried.
    pub async fn login(
        &self,
        name: &str,
        password: &Secret<String>,
        source: IpAddr,
    ) -> Result<Account, LoginRefused> {
        if password.expose().chars().count() > limits::PASSWORD_MAX {
            // Nobody's password, so nothing was guessed.
            return Err(LoginRefused::BadCredentials);
        }
        let prefix = prefix(source);
        let mut tx = self.store.read().await?;
        let found = accounts::find_by_name(&mut tx, name).await?;
        let id = found.as_ref().map_or(AccountId(Uuid::nil()), |one| one.id);
        let familiar = accounts::knows_source(&mut tx, id, &prefix).await?;
        drop(tx);
        let attempt = self.guesses.attempt(name, source, familiar, Instant::now());
        let attempt = attempt.map_err(|retry_after| LoginRefused::Throttled { retry_after })?;
        let stored = found.as_ref().and_then(|account| account.password.clone());
        let lane = self.hashing.lane(familiar);
        let verdict = self
            .hashing
            .verify(lane, password.clone(), stored, &*self.random);
        let verdict = match verdict.await {
            Ok(verdict) => verdict,
            Err(Busy) => {
                attempt.refund();
                return Err(LoginRefused::Busy);
            }
        };
        let known = found.filter(|_| verdict.matches);
        let account = known.ok_or(LoginRefused::BadCredentials)?;
        attempt.refund();
        self.admit(account, verdict.renewed, &prefix).await
    }

    /// Notes that a person logged in, unless the account changed while the password was checked.
    async fn admit(
        &self,
        checked: Account,
        renewed: Option<String>,
        source: &str,
    ) -> Result<Account, LoginRefused> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let current = accounts::hold(&mut tx, checked.id).await?;
        let current = current.filter(|account| account.password == checked.password);
        let mut account = current.ok_or(LoginRefused::BadCredentials)?;
        if renewed.is_some() {
            account.password = renewed;
            accounts::update(&mut tx, &account).await?;
        }
        accounts::remember_source(&mut tx, account.id, source, now).await?;
        let forgotten = now.minus(limits::LOGIN_SOURCE_REMEMBERED);
        accounts::purge_sources(&mut tx, forgotten).await?;
        tx.commit().await?;
        Ok(account)
    }
}

/// Where somebody comes from, as coarse as one customer usually is: an IPv4 address or an IPv6 /64.
fn prefix(source: IpAddr) -> String {
    match source.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests;
