//! The partner directory: parameters, names and users of partners.
//!
//! Every change goes through [`Operations::change_partners`], which applies all changes it is given or
//! none.

mod apply;
mod entry;
mod error;

use lockgate_core::audit::Actor;
use lockgate_core::crypto::sha256;
use lockgate_core::limits;
use lockgate_store::changes::{self, Topic};
use lockgate_store::partners::names::{self, Name};
use lockgate_store::partners::parameters::{self, Parameter, Selection, credential_name};
use lockgate_store::partners::users::{self, User};
use lockgate_store::partners::{self, EntryKind};

use crate::error::{Error, Result};
use crate::service::Operations;

pub use entry::{Entry, EntryKey};
pub use error::PartnerError;

/// A change of the partner directory.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Whom the entry names as its author, when it is not who asks.
    pub author: Option<String>,
    /// What is changed.
    pub change: Change,
}

/// What is changed.
#[derive(Clone, Debug)]
pub enum Change {
    /// An entry that is not there yet is added.
    Create(Entry),
    /// An entry that is there gets another content.
    Replace(Entry),
    /// An entry is added, or gets another content.
    Set(Entry),
    /// An entry is deleted.
    Delete(EntryKey),
    /// All entries of a partner are deleted.
    DeletePartner {
        /// The partner.
        pid: String,
        /// Kinds of entries that stay.
        except: Vec<EntryKind>,
    },
}

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// A parameter.
    Parameter(Parameter),
    /// Another name of a partner.
    Name(Name),
    /// A user.
    User(User),
}

impl Operations {
    /// Applies all changes, or none. For each the entry that it wrote, if it wrote one.
    ///
    /// # Errors
    /// When an entry is not what it may be, is there already or is not there, or when there are too
    /// many.
    pub async fn change_partners(
        &self,
        actor: &Actor,
        edits: &[Edit],
    ) -> Result<Vec<Option<Stored>>> {
        for edit in edits {
            if let Some(entry) = edit.change.entry() {
                entry.check()?;
            }
        }
        let mut tx = self.store.begin().await?;
        let added = edits.iter().filter(|edit| edit.change.adds()).count();
        let entries = partners::count(&mut tx).await?.saturating_add(added as u64);
        if added > 0 && entries > limits::PARTNER_ENTRIES as u64 {
            return Err(PartnerError::Full.into());
        }
        let mut written = Vec::with_capacity(edits.len());
        for edit in edits {
            written.push(self.apply_partner_edit(&mut tx, actor, edit).await?);
        }
        if edits.iter().any(|edit| edit.change.touches_credentials()) {
            changes::bump(&mut tx, Topic::Materials).await?;
        }
        tx.commit().await?;
        tracing::info!(changes = edits.len(), "partner directory changed");
        Ok(written)
    }

    /// The ids of all partners.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn partners(&self) -> Result<Vec<String>> {
        Ok(partners::list(&mut self.store.read().await?).await?)
    }

    /// Parameters, by partner and id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn partner_parameters(&self, selection: &Selection<'_>) -> Result<Vec<Parameter>> {
        Ok(parameters::list(&mut self.store.read().await?, selection).await?)
    }

    /// A part of the parameters, and how many there are.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn partner_parameters_page(
        &self,
        selection: &Selection<'_>,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Parameter>, u64)> {
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let mut tx = self.store.read().await?;
        let total = parameters::count(&mut tx, selection).await?;
        let (offset, limit) = (narrow(offset), narrow(limit));
        let page = parameters::page(&mut tx, selection, offset, limit).await?;
        Ok((page, total))
    }

    /// A parameter with its value.
    ///
    /// # Errors
    /// When there is none.
    pub async fn partner_parameter(
        &self,
        kind: EntryKind,
        pid: &str,
        id: &str,
    ) -> Result<Parameter> {
        let mut tx = self.store.read().await?;
        let found = parameters::find(&mut tx, kind, pid, id).await?;
        found.ok_or_else(|| {
            let (pid, id) = (pid.to_owned(), id.to_owned());
            missing(&EntryKey::Parameter { kind, pid, id })
        })
    }

    /// The SHA-256 of the password of a credential, by which somebody who has it can compare.
    ///
    /// # Errors
    /// When there is no such credential, or it was sealed with another master key.
    pub async fn partner_password_hash(&self, pid: &str, id: &str) -> Result<[u8; 32]> {
        let found = self
            .partner_parameter(EntryKind::Credential, pid, id)
            .await?;
        let context = sealed_for(pid, id);
        let password = self.vault.open(&context, &found.value);
        let password = password.map_err(|_| PartnerError::Unsealable(credential_name(pid, id)))?;
        Ok(sha256(password.expose()))
    }

    /// Every other name of partners.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn partner_names(&self) -> Result<Vec<Name>> {
        Ok(names::list(&mut self.store.read().await?).await?)
    }

    /// Another name of a partner.
    ///
    /// # Errors
    /// When there is none.
    pub async fn partner_name(&self, agency: &str, scheme: &str, id: &str) -> Result<Name> {
        let mut tx = self.store.read().await?;
        let found = names::find(&mut tx, agency, scheme, id).await?;
        found.ok_or_else(|| {
            missing(&EntryKey::Name {
                agency: agency.to_owned(),
                scheme: scheme.to_owned(),
                id: id.to_owned(),
            })
        })
    }

    /// Every user who may send in the name of a partner.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn partner_users(&self) -> Result<Vec<User>> {
        Ok(users::list(&mut self.store.read().await?).await?)
    }

    /// A user, whose case does not matter.
    ///
    /// # Errors
    /// When there is none.
    pub async fn partner_user(&self, name: &str) -> Result<User> {
        let mut tx = self.store.read().await?;
        let found = users::find(&mut tx, &name.to_lowercase()).await?;
        found.ok_or_else(|| missing(&EntryKey::User(name.to_owned())))
    }
}

impl Change {
    fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Create(entry) | Self::Replace(entry) | Self::Set(entry) => Some(entry),
            Self::Delete(_) | Self::DeletePartner { .. } => None,
        }
    }

    /// Whether it adds an entry, or may do so.
    #[must_use]
    pub fn adds(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Set(_))
    }

    fn touches_credentials(&self) -> bool {
        match self {
            Self::Create(entry) | Self::Replace(entry) | Self::Set(entry) => {
                entry.key().kind() == EntryKind::Credential
            }
            Self::Delete(key) => key.kind() == EntryKind::Credential,
            Self::DeletePartner { except, .. } => !except.contains(&EntryKind::Credential),
        }
    }
}

fn missing(key: &EntryKey) -> Error {
    let (kind, name) = (key.kind(), key.name());
    PartnerError::NoEntry { kind, name }.into()
}

/// What the password of a credential is sealed for.
fn sealed_for(pid: &str, id: &str) -> String {
    format!("material/{}", credential_name(pid, id))
}
