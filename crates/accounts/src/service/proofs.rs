//! Passwords of people, and secrets of tools and brokers.

use lockgate_core::account::AccountKind;
use lockgate_core::audit::Actor;
use lockgate_core::ids::AccountId;
use lockgate_core::input::FieldErrors;
use lockgate_core::secret::Secret;
use lockgate_store::accounts::{self, Account};

use crate::error::{Error, Result};
use crate::hashing::Busy;
use crate::service::AccountService;
use crate::service::people::{Issued, finish, held};
use crate::{rules, secrets};

/// What an account proves itself with.
#[derive(Default)]
pub(super) struct Proof {
    /// The hash of a password.
    pub(super) password: Option<String>,
    /// The digest of a secret.
    pub(super) secret: Option<[u8; 32]>,
    /// What was generated.
    pub(super) generated: Option<Secret<String>>,
}

impl AccountService {
    /// Gives a person a password: `password`, or a generated one. The person is logged out.
    ///
    /// # Errors
    /// When there is no such person, or the password is not acceptable.
    pub async fn set_password(
        &self,
        actor: &Actor,
        name_or_guid: &str,
        password: Option<Secret<String>>,
    ) -> Result<Issued> {
        let account = self.account(name_or_guid).await?;
        if account.kind != AccountKind::Person {
            return Err(wrong_kind(account, "password"));
        }
        if let Some(password) = &password {
            let mut errors = FieldErrors::default();
            rules::password(password.expose(), &account.name, &mut errors);
            errors.check()?;
        }
        let proof = self.password(password).await?;
        self.prove(actor, "account.password", account.id, proof)
            .await
    }

    /// Gives a tool or a broker another secret. The former one, and the tokens it got, end at once.
    ///
    /// # Errors
    /// When there is no such tool or broker.
    pub async fn rotate_secret(&self, actor: &Actor, name_or_guid: &str) -> Result<Issued> {
        let account = self.account(name_or_guid).await?;
        if account.kind == AccountKind::Person {
            return Err(wrong_kind(account, "secret"));
        }
        let proof = self.secret();
        self.prove(actor, "account.secret", account.id, proof).await
    }

    async fn prove(
        &self,
        actor: &Actor,
        action: &'static str,
        id: AccountId,
        proof: Proof,
    ) -> Result<Issued> {
        let mut tx = self.store.begin().await?;
        let account = held(&mut tx, &id.to_string()).await?;
        let account = Account {
            password: proof.password,
            secret: proof.secret,
            updated_at: self.clock.now(),
            ..account
        };
        let account = self.logged_out(&mut tx, account).await?;
        accounts::update(&mut tx, &account).await?;
        let detail = match proof.generated {
            Some(_) => "generated",
            None => "",
        };
        finish(tx, actor, action, &account, detail).await?;
        tracing::info!(account = %account.id, action, "credential of an account changed");
        Ok(Issued {
            account,
            secret: proof.generated,
        })
    }

    /// The hash of a password, generated if it is not given.
    pub(super) async fn password(&self, given: Option<Secret<String>>) -> Result<Proof> {
        let (password, generated) = match given {
            Some(password) => (password, None),
            None => {
                let password = secrets::password(&*self.random);
                (password.clone(), Some(password))
            }
        };
        let hash = self.hashing.hash(password, &*self.random).await;
        Ok(Proof {
            password: Some(hash.map_err(|Busy| Error::Busy)?),
            secret: None,
            generated,
        })
    }

    pub(super) fn secret(&self) -> Proof {
        let secret = secrets::secret(&*self.random);
        Proof {
            password: None,
            secret: Some(self.hash.tag(secret.expose().as_bytes())),
            generated: Some(secret),
        }
    }
}

fn wrong_kind(account: Account, lacks: &'static str) -> Error {
    Error::WrongKind {
        account: account.name,
        kind: account.kind,
        lacks,
    }
}
