//! Authorities of client certificates: own ones, which issue, and those of others, which are trusted.

use std::collections::HashMap;
use std::time::Duration;

use lockgate_core::audit::{Actor, Target};
use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::InstanceId;
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_pki::authority::{Authority as Issuer, Subject};
use lockgate_pki::certificate::Parsed;
use lockgate_pki::pem;
use lockgate_pki::trust::{TrustStore, check_authority};
use lockgate_store::authorities::{self, Authority as Row, State};
use lockgate_store::changes::{self, Topic};
use lockgate_store::keys::{Certificate, Credential};
use lockgate_store::{Tx, audit, instances, keys};

use crate::error::{Error, Result};
use crate::service::{Catalog, check_name};

/// How long an authority of ours lives: ten years.
const LIFE: Duration = Duration::from_secs(3_653 * 24 * 60 * 60);
/// What the names of our authorities begin with.
const OWN: &str = "issuing-";

/// An authority whose certificates are accepted.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Its name for operators.
    pub name: String,
    /// Its certificate in DER.
    pub der: Vec<u8>,
    /// What its certificate says.
    pub parsed: Parsed,
    /// Whether this server made it.
    pub own: bool,
    /// Whether new certificates come from it.
    pub issuing: bool,
    /// When it was added.
    pub created_at: Timestamp,
}

/// An authority to trust.
#[derive(Clone, Debug)]
pub struct NewAuthority {
    /// Its name for operators.
    pub name: String,
    /// Its certificate in PEM, without any other.
    pub certificate: String,
}

impl Catalog {
    /// Every authority, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authorities(&self) -> Result<Vec<Authority>> {
        let rows = authorities::list(&mut self.store.read().await?).await?;
        rows.into_iter().map(Authority::read).collect()
    }

    /// The authority with this name or thumbprint, and the keys whose certificates it signed, as
    /// `instance/key`.
    ///
    /// # Errors
    /// When there is none.
    pub async fn authority(&self, name: &str) -> Result<(Authority, Vec<String>)> {
        let mut tx = self.store.read().await?;
        let authority = Authority::read(find(&mut tx, name).await?)?;
        let signed = signed_by(&mut tx, &authority).await?;
        Ok((authority, signed))
    }

    /// Accepts the client certificates of another authority.
    ///
    /// # Errors
    /// When its certificate is not an authority's, it or its name is known already, or there are too
    /// many.
    pub async fn add_authority(&self, actor: &Actor, new: NewAuthority) -> Result<Authority> {
        let mut errors = FieldErrors::default();
        check_name(&new.name, "an authority", limits::NAME, false, &mut errors);
        let authority = self.to_trust(&new, &mut errors);
        errors.check()?;
        let authority = authority.expect("invariant: what is missing is an error");
        let mut tx = self.store.begin().await?;
        let row = authority.row(None);
        self.insert(&mut tx, &row).await?;
        let detail = authority.parsed.names.subject.text();
        audit::record(&mut tx, actor, "authority.add", &target(&row), detail).await?;
        tx.commit().await?;
        Ok(authority)
    }

    /// The authority that a request describes.
    fn to_trust(&self, new: &NewAuthority, errors: &mut FieldErrors) -> Option<Authority> {
        let now = self.clock.now();
        let read = pem::read_one(&new.certificate).map_err(|error| error.to_string());
        let read = read.and_then(|der| {
            let parsed = check_authority(&der).map_err(|error| error.to_string())?;
            match now > parsed.not_after {
                true => Err(format!("the authority expired at {}", parsed.not_after)),
                false => Ok((der, parsed)),
            }
        });
        match read {
            Err(message) => {
                errors.add("certificate", message);
                None
            }
            Ok((der, parsed)) => Some(Authority {
                name: new.name.clone(),
                der,
                parsed,
                own: false,
                issuing: false,
                created_at: now,
            }),
        }
    }

    async fn insert(&self, tx: &mut Tx, row: &Row) -> Result<()> {
        let known = authorities::list(tx).await?;
        if let Some(same) = known
            .iter()
            .find(|known| known.thumbprint == row.thumbprint)
        {
            return Err(Error::AuthorityKnown(same.name.clone()));
        }
        if known.iter().any(|known| known.name == row.name) {
            return Err(Error::AuthorityNameTaken(row.name.clone()));
        }
        if known.len() >= limits::AUTHORITIES {
            return Err(Error::TooManyAuthorities);
        }
        authorities::insert(tx, row)
            .await
            .map_err(|error| match error {
                // Another server took the name in the meantime.
                lockgate_store::Error::Conflict { .. } => {
                    Error::AuthorityNameTaken(row.name.clone())
                }
                other => Error::Store(other),
            })?;
        changes::bump(tx, Topic::Trust).await?;
        Ok(())
    }

    /// Accepts certificates of an authority no longer. Returns it, and the keys that thereby stop
    /// working, as `instance/key`.
    ///
    /// # Errors
    /// When there is none, or it is the one that issues.
    pub async fn remove_authority(
        &self,
        actor: &Actor,
        name: &str,
    ) -> Result<(Authority, Vec<String>)> {
        let mut tx = self.store.begin().await?;
        let row = find(&mut tx, name).await?;
        if row.state == State::Issuing {
            return Err(Error::AuthorityIssues(row.name));
        }
        let (target, authority) = (target(&row), Authority::read(row)?);
        let signed = signed_by(&mut tx, &authority).await?;
        authorities::delete(&mut tx, authority.parsed.thumbprint).await?;
        changes::bump(&mut tx, Topic::Trust).await?;
        let detail = format!("{} keys had certificates of it", signed.len());
        audit::record(&mut tx, actor, "authority.delete", &target, &detail).await?;
        tx.commit().await?;
        Ok((authority, signed))
    }

    /// Makes another authority of our own, which issues from now on. Certificates of the one before
    /// stay good until they end.
    ///
    /// # Errors
    /// When there are too many, or another server does the same at this moment.
    pub async fn rotate_authority(&self, actor: &Actor) -> Result<Authority> {
        let rows = authorities::list(&mut self.store.read().await?).await?;
        let (row, _) = self.new_issuer(&rows)?;
        let mut tx = self.store.begin().await?;
        self.replace_issuing(&mut tx, actor, &row).await?;
        tx.commit().await?;
        Authority::read(row)
    }

    async fn replace_issuing(&self, tx: &mut Tx, actor: &Actor, row: &Row) -> Result<()> {
        let (from, to) = (State::Issuing, State::Trusted);
        for old in authorities::list(tx).await? {
            if authorities::set_state(tx, old.thumbprint, from, to).await? {
                audit::record(tx, actor, "authority.retire", &target(&old), "").await?;
            }
        }
        self.insert(tx, row).await?;
        audit::record(tx, actor, "authority.issue", &target(row), "").await?;
        Ok(())
    }

    /// The authority that issues now. The first time there is none, so it is made.
    pub(super) async fn issuer(&self, actor: &Actor) -> Result<Issuer> {
        let rows = authorities::list(&mut self.store.read().await?).await?;
        if let Some(issuer) = self.issuing(&rows)? {
            return Ok(issuer);
        }
        let (row, issuer) = self.new_issuer(&rows)?;
        let mut tx = self.store.begin().await?;
        // Somebody else may have made one in the meantime, on this server or another.
        if let Some(other) = self.issuing(&authorities::list(&mut tx).await?)? {
            return Ok(other);
        }
        match self.replace_issuing(&mut tx, actor, &row).await {
            Ok(()) => {
                tx.commit().await?;
                Ok(issuer)
            }
            Err(Error::AuthorityNameTaken(name)) => {
                drop(tx);
                let rows = authorities::list(&mut self.store.read().await?).await?;
                let other = self.issuing(&rows)?;
                other.ok_or(Error::AuthorityNameTaken(name))
            }
            Err(other) => Err(other),
        }
    }

    /// The one of `rows` that issues and is within its life.
    fn issuing(&self, rows: &[Row]) -> Result<Option<Issuer>> {
        let now = self.clock.now();
        for row in rows.iter().filter(|row| row.state == State::Issuing) {
            let Some(sealed) = &row.sealed_key else {
                continue;
            };
            let key = self.vault.open(&context(row.thumbprint), sealed);
            let key = key.map_err(|source| Error::UnreadableAuthority {
                name: row.name.clone(),
                source,
            })?;
            let issuer = Issuer::from_der(&row.certificate, &key)?;
            if issuer.parsed().is_valid_at(now) {
                return Ok(Some(issuer));
            }
        }
        Ok(None)
    }

    /// An authority that issues, under the number that follows those of `rows`.
    fn new_issuer(&self, rows: &[Row]) -> Result<(Row, Issuer)> {
        let numbers = rows.iter().filter_map(|row| row.name.strip_prefix(OWN));
        let highest = numbers
            .filter_map(|number| number.parse::<u32>().ok())
            .max();
        let name = format!("{OWN}{}", highest.unwrap_or(0).saturating_add(1));
        let now = self.clock.now();
        let subject = Subject {
            common_name: name.clone(),
            // Whose authority it is, whatever other servers call themselves.
            organizational_unit: Some(self.tenant.zone_id.to_string()),
            organization: Some(self.tenant.name.clone()),
            ..Subject::default()
        };
        let issuer = Issuer::generate(&subject, LIFE, now, &*self.random)?;
        let thumbprint = issuer.parsed().thumbprint;
        let row = Row {
            thumbprint,
            name,
            certificate: issuer.certificate().to_vec(),
            sealed_key: Some(self.vault.seal(&context(thumbprint), issuer.key().expose())),
            state: State::Issuing,
            created_at: now,
        };
        Ok((row, issuer))
    }
}

impl Authority {
    fn read(row: Row) -> Result<Self> {
        let parsed = check_authority(&row.certificate);
        Ok(Self {
            parsed: parsed.map_err(|error| Error::Issue(error.into()))?,
            name: row.name,
            der: row.certificate,
            own: row.sealed_key.is_some(),
            issuing: row.state == State::Issuing,
            created_at: row.created_at,
        })
    }

    fn row(&self, sealed_key: Option<Vec<u8>>) -> Row {
        Row {
            thumbprint: self.parsed.thumbprint,
            name: self.name.clone(),
            certificate: self.der.clone(),
            sealed_key,
            state: State::Trusted,
            created_at: self.created_at,
        }
    }
}

/// What the key of an authority is sealed for.
fn context(thumbprint: Thumbprint) -> String {
    format!("authority/{thumbprint}")
}

async fn find(tx: &mut Tx, name: &str) -> Result<Row> {
    let rows = authorities::list(tx).await?;
    let thumbprint: Option<Thumbprint> = name.parse().ok();
    let meant = |row: &Row| row.name == name || Some(row.thumbprint) == thumbprint;
    let found = rows.into_iter().find(meant);
    found.ok_or_else(|| Error::NoAuthority(name.to_owned()))
}

/// The keys whose certificates `authority` signed itself, as `instance/key`.
async fn signed_by(tx: &mut Tx, authority: &Authority) -> Result<Vec<String>> {
    let instances = instances::list(tx).await?;
    let ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id).collect();
    let names: HashMap<_, _> = instances.into_iter().map(|i| (i.id, i.name)).collect();
    let store = TrustStore::new([&authority.der]);
    let is_signed = |certificate: &Certificate| match certificate.issuer_key {
        Some(issuer_key) => issuer_key == authority.parsed.key,
        // Its authority was not known when the key was made.
        None => store.issuer_of(&certificate.der).is_some(),
    };
    let mut signed = Vec::new();
    for key in keys::list_of(tx, &ids).await? {
        if let Credential::Certificate(certificate) = &key.credential
            && is_signed(certificate)
        {
            signed.push(format!("{}/{}", names[&key.instance], key.name));
        }
    }
    signed.sort_unstable();
    Ok(signed)
}

/// The authority in the audit log.
fn target(row: &Row) -> Target {
    Target::new("authority", row.thumbprint, &row.name).thumbprint(row.thumbprint)
}
