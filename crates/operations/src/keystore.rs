//! The keystore: certificates that are trusted, and key pairs. Private keys never come out.
//!
//! Receivers trust its certificates beside those of the operating system.

mod make;

use lockgate_core::audit::{Actor, Target};
use lockgate_core::clock::Timestamp;
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_pki::certificate::Parsed;
use lockgate_pki::key_pair;
use lockgate_pki::{certificate, chain};
use lockgate_store::changes::{self, Topic};
use lockgate_store::keystore::{self, Entry as Row};
use lockgate_store::{Error as StoreError, Tx, audit};

use crate::error::{Error, Result};
use crate::service::{Operations, check_name};

pub use make::{Generation, KeyType, key_type};

/// An entry of the keystore, without its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, unique.
    pub alias: String,
    /// Its certificate, and behind it those that lead to an authority: each in DER, with what it
    /// says. Never empty.
    pub chain: Vec<(Vec<u8>, Parsed)>,
    /// Whether it has a private key.
    pub is_key_pair: bool,
    /// Who added it.
    pub created_by: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// Who changed it last.
    pub modified_by: String,
    /// When it was changed last.
    pub modified_at: Timestamp,
}

/// How certificates are taken into the keystore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// Whether the entry of the same alias is replaced.
    pub update: bool,
    /// Whether somebody compared the fingerprint, so that no authority in the keystore has to vouch
    /// for it.
    pub verified: bool,
}

/// What became of an entry that was to be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    New,
    /// It replaced another one.
    Changed,
    /// It was there already.
    Unchanged,
    /// It was refused: nobody vouches for it.
    NotImported,
}

impl Entry {
    /// Its certificate in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.first().0
    }

    /// What its certificate says.
    #[must_use]
    pub fn parsed(&self) -> &Parsed {
        &self.first().1
    }

    /// Its chain in DER, one certificate behind the other.
    #[must_use]
    pub fn joined(&self) -> Vec<u8> {
        join(&self.chain)
    }

    fn first(&self) -> &(Vec<u8>, Parsed) {
        self.chain
            .first()
            .expect("invariant: an entry has a certificate")
    }
}

impl TryFrom<Row> for Entry {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let read = |der: &[u8]| Some((der.to_vec(), certificate::parse(der).ok()?));
        let chain: Option<Vec<_>> = chain::split(&row.chain).map(read).collect();
        let chain = chain.filter(|chain| !chain.is_empty()).ok_or_else(|| {
            Error::Store(StoreError::Inconsistent {
                table: "keystore_entries",
                id: row.alias.clone(),
                what: "column chain: a certificate cannot be read".to_owned(),
            })
        })?;
        Ok(Self {
            alias: row.alias,
            chain,
            is_key_pair: row.sealed_key.is_some(),
            created_by: row.created_by,
            created_at: row.created_at,
            modified_by: row.modified_by,
            modified_at: row.modified_at,
        })
    }
}

impl Operations {
    /// Every entry of the keystore, by alias.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keystore(&self) -> Result<Vec<Entry>> {
        let rows = keystore::list(&mut self.store.read().await?).await?;
        rows.into_iter().map(Entry::try_from).collect()
    }

    /// The entry with this alias.
    ///
    /// # Errors
    /// When there is none.
    pub async fn keystore_entry(&self, alias: &str) -> Result<Entry> {
        let found = keystore::find(&mut self.store.read().await?, alias).await?;
        found
            .ok_or_else(|| Error::NoEntry(alias.to_owned()))?
            .try_into()
    }

    /// Takes a certificate, as DER or PEM.
    ///
    /// # Errors
    /// When it is none, the alias is taken and not to be updated, or it is that of a key pair.
    pub async fn import_certificate(
        &self,
        actor: &Actor,
        alias: &str,
        bytes: &[u8],
        intake: Intake,
    ) -> Result<(Entry, Outcome)> {
        check_alias(alias)?;
        let chain = chain::read(bytes).map_err(unusable)?;
        if chain.len() > 1 {
            return Err(unusable("give exactly one certificate, without its chain"));
        }
        let mut tx = self.store.begin().await?;
        let found = keystore::find(&mut tx, alias).await?;
        if let Some(found) = &found {
            if !intake.update {
                return Err(Error::EntryTaken(alias.to_owned()));
            }
            if found.sealed_key.is_some() {
                return Err(unusable("the entry is a key pair: give it a chain instead"));
            }
        }
        let outcome = outcome(found.as_ref(), &chain);
        let trusted = intake.verified || vouched_for(&mut tx, &chain).await?;
        let row = self.keystore_row(actor, alias, &chain, found, None);
        if !trusted {
            return Ok((row.try_into()?, Outcome::NotImported));
        }
        if outcome != Outcome::Unchanged {
            self.put_entry(tx, actor, &row, "keystore.import").await?;
        }
        Ok((row.try_into()?, outcome))
    }

    /// Takes the chain that an authority issued for a key pair, as PEM or PKCS #7, in any order.
    ///
    /// # Errors
    /// When there is no such key pair, or the chain has no certificate for its key.
    pub async fn import_chain(
        &self,
        actor: &Actor,
        alias: &str,
        bytes: &[u8],
        verified: bool,
    ) -> Result<(Entry, Outcome)> {
        let sent = chain::read(bytes).map_err(unusable)?;
        let mut tx = self.store.begin().await?;
        let found = keystore::find(&mut tx, alias).await?;
        let found = found.filter(|found| found.sealed_key.is_some());
        let found = found.ok_or_else(|| Error::NoEntry(alias.to_owned()))?;
        let key = Entry::try_from(found.clone())?.parsed().key;
        let chain = chain::ordered(sent, |one| one.key == key).ok_or_else(|| {
            unusable(
                "The public key of the CA Reply is different from the public key of the keystore entry",
            )
        })?;
        check_length(&chain)?;
        let outcome = outcome(Some(&found), &chain);
        let trusted = verified || vouched_for(&mut tx, &chain).await?;
        let sealed = found.sealed_key.clone();
        let row = self.keystore_row(actor, alias, &chain, Some(found), sealed);
        if !trusted {
            return Ok((row.try_into()?, Outcome::NotImported));
        }
        if outcome != Outcome::Unchanged {
            self.put_entry(tx, actor, &row, "keystore.import").await?;
        }
        Ok((row.try_into()?, outcome))
    }

    /// Takes a key pair: its private key and its certificates as PEM.
    ///
    /// # Errors
    /// When they do not belong together, or the alias is taken and not to be updated.
    pub async fn import_key_pair(
        &self,
        actor: &Actor,
        alias: &str,
        key: &Secret<String>,
        certificates: &[u8],
        update: bool,
    ) -> Result<Entry> {
        check_alias(alias)?;
        let key = key_pair::read_key(key).map_err(unusable)?;
        let sent = chain::read(certificates).map_err(unusable)?;
        let belongs = |one: &(Vec<u8>, Parsed)| key_pair::check(&one.0, &key).is_ok();
        let own = sent.iter().find(|one| belongs(one)).map(|one| one.1.key);
        let own =
            own.ok_or_else(|| unusable("the private key belongs to no certificate of these"))?;
        let chain = chain::ordered(sent, |one| one.key == own)
            .expect("invariant: the certificate of the key is one of them");
        check_length(&chain)?;
        let mut tx = self.store.begin().await?;
        let found = keystore::find(&mut tx, alias).await?;
        if found.is_some() && !update {
            return Err(Error::EntryTaken(alias.to_owned()));
        }
        let sealed = self.vault.seal(&context(alias), key.expose());
        let row = self.keystore_row(actor, alias, &chain, found, Some(sealed));
        self.put_entry(tx, actor, &row, "keystore.import").await?;
        row.try_into()
    }

    /// Gives an entry another alias.
    ///
    /// # Errors
    /// When there is no such entry, or the other alias is taken.
    pub async fn rename_entry(&self, actor: &Actor, from: &str, to: &str) -> Result<()> {
        check_alias(to)?;
        let mut tx = self.store.begin().await?;
        let found = keystore::find(&mut tx, from).await?;
        let mut row = found.ok_or_else(|| Error::NoEntry(from.to_owned()))?;
        if from == to {
            return Ok(());
        }
        if keystore::find(&mut tx, to).await?.is_some() {
            return Err(Error::EntryTaken(to.to_owned()));
        }
        if let Some(sealed) = &row.sealed_key {
            let key = self.vault.open(&context(from), sealed).map_err(unusable)?;
            row.sealed_key = Some(self.vault.seal(&context(to), key.expose()));
        }
        keystore::delete(&mut tx, from).await?;
        to.clone_into(&mut row.alias);
        self.put_entry(tx, actor, &row, "keystore.rename").await
    }

    /// Deletes entries; those that are not there are none of its business. Returns how many it were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_entries(&self, actor: &Actor, aliases: &[String]) -> Result<usize> {
        let mut tx = self.store.begin().await?;
        let mut deleted = 0;
        for alias in aliases {
            if keystore::delete(&mut tx, alias).await? {
                deleted += 1;
                audit::record(&mut tx, actor, "keystore.delete", &target(alias), "").await?;
            }
        }
        if deleted > 0 {
            changes::bump(&mut tx, Topic::Materials).await?;
        }
        tx.commit().await?;
        Ok(deleted)
    }

    /// Asks an authority to certify the key of a key pair: PKCS #10 in PEM.
    ///
    /// # Errors
    /// When there is no such key pair.
    pub async fn signing_request(&self, alias: &str) -> Result<String> {
        let found = keystore::find(&mut self.store.read().await?, alias).await?;
        let row = found.ok_or_else(|| Error::NoEntry(alias.to_owned()))?;
        let sealed = row.sealed_key.as_ref();
        let sealed = sealed.ok_or_else(|| unusable("the entry is no key pair"))?;
        let key = self.vault.open(&context(alias), sealed).map_err(unusable)?;
        let certificate = chain::split(&row.chain).next().unwrap_or_default();
        key_pair::signing_request(certificate, &key).map_err(unusable)
    }

    /// What is to be stored for an entry; `found` is what it replaces.
    fn keystore_row(
        &self,
        actor: &Actor,
        alias: &str,
        chain: &[(Vec<u8>, Parsed)],
        found: Option<Row>,
        sealed_key: Option<Vec<u8>>,
    ) -> Row {
        let (now, by) = (self.clock.now(), actor.who.name().to_owned());
        let (created_by, created_at) = match found {
            Some(found) => (found.created_by, found.created_at),
            None => (by.clone(), now),
        };
        Row {
            alias: alias.to_owned(),
            chain: join(chain),
            sealed_key,
            created_by,
            created_at,
            modified_by: by,
            modified_at: now,
        }
    }

    /// Stores an entry in place of the one of the same alias, and commits.
    async fn put_entry(
        &self,
        mut tx: Tx,
        actor: &Actor,
        row: &Row,
        action: &'static str,
    ) -> Result<()> {
        keystore::delete(&mut tx, &row.alias).await?;
        let limit = limits::KEYSTORE_ENTRIES;
        if keystore::list(&mut tx).await?.len() >= limit {
            let what = "entries in the keystore";
            return Err(Error::TooMany { what, limit });
        }
        keystore::insert(&mut tx, row).await?;
        audit::record(&mut tx, actor, action, &target(&row.alias), "").await?;
        changes::bump(&mut tx, Topic::Materials).await?;
        tx.commit().await?;
        tracing::info!(alias = row.alias, action, "the keystore changed");
        Ok(())
    }
}

/// Whether a certificate in the keystore is the last one of a chain, or that of its issuer.
async fn vouched_for(tx: &mut Tx, chain: &[(Vec<u8>, Parsed)]) -> Result<bool> {
    let Some((last, _)) = chain.last() else {
        return Ok(false);
    };
    let trusted = keystore::list(tx).await?;
    let mut trusted = trusted.iter().filter(|row| row.sealed_key.is_none());
    Ok(trusted.any(|row| row.chain == *last || chain::is_issued_by(last, &row.chain)))
}

fn outcome(found: Option<&Row>, chain: &[(Vec<u8>, Parsed)]) -> Outcome {
    match found {
        None => Outcome::New,
        Some(found) if found.chain == join(chain) => Outcome::Unchanged,
        Some(_) => Outcome::Changed,
    }
}

fn join(chain: &[(Vec<u8>, Parsed)]) -> Vec<u8> {
    chain.iter().flat_map(|(der, _)| der).copied().collect()
}

/// What the private key of an entry is sealed for.
fn context(alias: &str) -> String {
    format!("keystore/{alias}")
}

/// The entry in the audit log.
fn target(alias: &str) -> Target {
    Target::new("keystore-entry", alias, alias)
}

fn check_alias(alias: &str) -> Result<()> {
    let mut errors = FieldErrors::default();
    check_name(alias, &mut errors);
    Ok(errors.check()?)
}

fn check_length(chain: &[(Vec<u8>, Parsed)]) -> Result<()> {
    match chain.len() <= limits::KEYSTORE_CHAIN {
        true => Ok(()),
        false => Err(unusable("the chain is too long")),
    }
}

fn unusable(problem: impl ToString) -> Error {
    Error::Unusable(problem.to_string())
}
