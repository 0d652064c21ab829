//! One change of the partner directory, within a transaction.

use lockgate_core::audit::{Action, Actor, Target};
use lockgate_core::limits;
use lockgate_store::partners::names::{self, Name};
use lockgate_store::partners::parameters::{self, Parameter};
use lockgate_store::partners::users::{self, User};
use lockgate_store::partners::{self, EntryKind, Stamp};
use lockgate_store::{Error as StoreError, Tx, audit};

use super::{Change, Edit, Entry, EntryKey, PartnerError, Stored, missing, sealed_for};
use crate::error::{Error, Result};
use crate::service::Operations;

impl Operations {
    pub(super) async fn apply_partner_edit(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        edit: &Edit,
    ) -> Result<Option<Stored>> {
        let author = edit.author.as_deref().unwrap_or_else(|| actor.who.name());
        let author: String = author.chars().take(limits::PARTNER_AUTHOR).collect();
        match &edit.change {
            Change::Create(entry) => {
                let stored = self.partner_row(entry, &author);
                insert(tx, &stored, entry).await?;
                record(tx, actor, "partner.create", entry.pid(), &entry.key()).await?;
                Ok(Some(stored))
            }
            Change::Replace(entry) => {
                let stored = self.partner_row(entry, &author);
                if !update(tx, &stored, entry).await? {
                    return Err(missing(&entry.key()));
                }
                record(tx, actor, "partner.change", entry.pid(), &entry.key()).await?;
                find(tx, &entry.key()).await
            }
            Change::Set(entry) => {
                let stored = self.partner_row(entry, &author);
                if !update(tx, &stored, entry).await? {
                    insert(tx, &stored, entry).await?;
                }
                record(tx, actor, "partner.set", entry.pid(), &entry.key()).await?;
                find(tx, &entry.key()).await
            }
            Change::Delete(key) => {
                let found = find(tx, key).await?;
                let found = found.ok_or_else(|| missing(key))?;
                delete(tx, key).await?;
                record(tx, actor, "partner.delete", found.pid(), key).await?;
                Ok(None)
            }
            Change::DeletePartner { pid, except } => {
                delete_partner(tx, actor, pid, except).await?;
                Ok(None)
            }
        }
    }

    /// What is stored for an entry that is new.
    fn partner_row(&self, entry: &Entry, author: &str) -> Stored {
        let stamp = Stamp::new(author, self.clock.now());
        let parameter = |kind, pid: &str, id: &str, about: &str, value: Vec<u8>| {
            Stored::Parameter(Parameter {
                kind,
                pid: pid.to_owned(),
                id: id.to_owned(),
                about: about.to_owned(),
                value,
                stamp: stamp.clone(),
            })
        };
        match entry {
            Entry::Text { pid, id, value } => {
                parameter(EntryKind::Text, pid, id, "", value.clone().into_bytes())
            }
            Entry::Binary {
                pid,
                id,
                content_type,
                value,
            } => {
                let content_type = content_type.as_deref().unwrap_or_default();
                parameter(EntryKind::Binary, pid, id, content_type, value.clone())
            }
            Entry::Credential {
                pid,
                id,
                user,
                password,
            } => {
                let password = password.expose().as_bytes();
                let sealed = self.vault.seal(&sealed_for(pid, id), password);
                parameter(EntryKind::Credential, pid, id, user, sealed)
            }
            Entry::Name {
                agency,
                scheme,
                id,
                pid,
            } => Stored::Name(Name {
                agency: agency.clone(),
                scheme: scheme.clone(),
                id: id.clone(),
                pid: pid.clone(),
                stamp,
            }),
            Entry::User { name, pid } => Stored::User(User {
                name: name.to_lowercase(),
                pid: pid.clone(),
                stamp,
            }),
        }
    }
}

async fn insert(tx: &mut Tx, stored: &Stored, entry: &Entry) -> Result<()> {
    let inserted = match stored {
        Stored::Parameter(parameter) => parameters::insert(tx, parameter).await,
        Stored::Name(name) => names::insert(tx, name).await,
        Stored::User(user) => users::insert(tx, user).await,
    };
    inserted.map_err(|error| taken(error, entry))
}

/// Writes an entry that is there; returns whether it is.
async fn update(tx: &mut Tx, stored: &Stored, entry: &Entry) -> Result<bool> {
    let updated = match stored {
        Stored::Parameter(parameter) => {
            let mut parameter = parameter.clone();
            if let Entry::Binary {
                pid,
                id,
                content_type: None,
                ..
            } = entry
            {
                let Some(old) = parameters::find(tx, EntryKind::Binary, pid, id).await? else {
                    return Ok(false);
                };
                parameter.about = old.about;
            }
            parameters::update(tx, &parameter).await
        }
        Stored::Name(name) => names::update(tx, name).await,
        Stored::User(user) => users::update(tx, user).await,
    };
    updated.map_err(|error| taken(error, entry))
}

async fn find(tx: &mut Tx, key: &EntryKey) -> Result<Option<Stored>> {
    Ok(match key {
        EntryKey::Parameter { kind, pid, id } => {
            let found = parameters::find(tx, *kind, pid, id).await?;
            found.map(Stored::Parameter)
        }
        EntryKey::Name { agency, scheme, id } => {
            let found = names::find(tx, agency, scheme, id).await?;
            found.map(Stored::Name)
        }
        EntryKey::User(name) => users::find(tx, name).await?.map(Stored::User),
    })
}

async fn delete(tx: &mut Tx, key: &EntryKey) -> Result<()> {
    match key {
        EntryKey::Parameter { kind, pid, id } => parameters::delete(tx, *kind, pid, id).await?,
        EntryKey::Name { agency, scheme, id } => names::delete(tx, agency, scheme, id).await?,
        EntryKey::User(name) => users::delete(tx, name).await?,
    };
    Ok(())
}

async fn delete_partner(tx: &mut Tx, actor: &Actor, pid: &str, except: &[EntryKind]) -> Result<()> {
    let mut kinds = EntryKind::ALL.to_vec();
    kinds.retain(|kind| !except.contains(kind));
    let deleted = partners::delete(tx, pid, &kinds).await?;
    if deleted == 0 {
        return Err(PartnerError::NoPartner(pid.to_owned()).into());
    }
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    let detail = format!("{deleted} entries of {}", kinds.join(", "));
    audit::record(tx, actor, "partner.delete", &target(pid), &detail).await?;
    Ok(())
}

async fn record(
    tx: &mut Tx,
    actor: &Actor,
    action: Action,
    pid: &str,
    key: &EntryKey,
) -> Result<()> {
    let detail = format!("{} {}", key.kind(), key.name());
    audit::record(tx, actor, action, &target(pid), &detail).await?;
    Ok(())
}

/// The partner in the audit log.
fn target(pid: &str) -> Target {
    Target::new("partner", pid, pid)
}

fn taken(error: StoreError, entry: &Entry) -> Error {
    match error {
        StoreError::Conflict { .. } => {
            let key = entry.key();
            let (kind, name) = (key.kind(), key.name());
            PartnerError::Exists { kind, name }.into()
        }
        error => error.into(),
    }
}

impl Stored {
    fn pid(&self) -> &str {
        match self {
            Self::Parameter(parameter) => &parameter.pid,
            Self::Name(name) => &name.pid,
            Self::User(user) => &user.pid,
        }
    }
}
