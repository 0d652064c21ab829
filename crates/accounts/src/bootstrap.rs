//! The first account.

use lockgate_core::account::AccountKind;
use lockgate_core::audit::Actor;
use lockgate_core::secret::Secret;
use lockgate_store::accounts;

use crate::error::{Error, Result};
use crate::service::{AccountService, NewAccount};

/// The name of the person that exists after the first start.
pub const FIRST_ADMIN: &str = "admin";

impl AccountService {
    /// Makes an administrator called [`FIRST_ADMIN`] when there is no account at all, and returns the
    /// generated password, to be printed once. Of several servers that start together one makes it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn bootstrap(&self) -> Result<Option<Secret<String>>> {
        if !accounts::list(&mut self.store.read().await?)
            .await?
            .is_empty()
        {
            return Ok(None);
        }
        let first = NewAccount {
            name: FIRST_ADMIN.to_owned(),
            kind: AccountKind::Person,
            admin: true,
            roles: vec![],
            password: None,
        };
        match self.create_account(&Actor::SERVER, first).await {
            Ok(issued) => Ok(issued.secret),
            Err(Error::AccountTaken(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
