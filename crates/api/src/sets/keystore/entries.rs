//! Entries of the keystore.

use async_trait::async_trait;
use http::StatusCode;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Navigation, Operation, Property, Query,
    Reply, Result, Row,
};
use lockgate_operations::Operations;
use lockgate_operations::keystore::Entry;
use lockgate_pki::certificate::{Curve, Digest, PublicKey, fingerprint};

use super::{ENTRIES, HEXALIAS, alias, needs, switch};
use crate::failure::of_operations;
use crate::hex;

/// The only keystore.
const SYSTEM: &str = "system";

static ALIAS: EntityType = EntityType::new(
    "KeystoreEntryAlias",
    &[HEXALIAS, Property::text("Alias").required().length(250)],
);

/// What a certificate of the keystore says.
pub(super) static PART: EntityType = EntityType::new(
    "KeystoreEntryCertificatePart",
    &[
        Property::text("KeyType"),
        Property::int32("KeySize"),
        Property::text("EllipticCurve"),
        Property::time_offset("ValidNotBefore"),
        Property::time_offset("ValidNotAfter"),
        Property::text("SerialNumber"),
        Property::text("SignatureAlgorithm"),
        Property::text("SubjectDN"),
        Property::text("IssuerDN"),
        Property::int32("Version"),
        Property::text("FingerprintSha1"),
        Property::text("FingerprintSha256"),
        Property::text("FingerprintSha512"),
    ],
)
.extends(&ALIAS);

static ENTITY: EntityType = EntityType::new(
    "KeystoreEntry",
    &[
        Property::text("Type"),
        Property::text("Owner"),
        Property::text("LastModifiedBy"),
        Property::time_offset("LastModifiedTime"),
        Property::text("CreatedBy"),
        Property::time_offset("CreatedTime"),
        Property::text("Status"),
    ],
)
.extends(&PART)
.navigations(&[
    Navigation::many("ChainCertificates", "ChainCertificates"),
    Navigation::one("Certificate", "CertificateResources"),
    Navigation::one("ChainResource", "CertificateChainResources"),
    Navigation::one("SigningRequest", "CertificateSigningRequests"),
    Navigation::one("Sshkey", "SSHKeyResources"),
    Navigation::one("Keystore", "Keystores"),
]);

/// `KeystoreEntries`
#[derive(Debug)]
pub(in crate::sets) struct KeystoreEntries(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for KeystoreEntries {
    fn name(&self) -> &'static str {
        ENTRIES
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        // Nothing was backed up, and nothing is about to be renewed.
        if call.parameter("keystoreName").unwrap_or(SYSTEM) != SYSTEM {
            return Ok(List::All(Vec::new()));
        }
        let entries = self.0.keystore().await.map_err(of_operations)?;
        Ok(List::All(entries.iter().map(row).collect()))
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let found = self.0.keystore_entry(&alias(call, key)?).await;
        Ok(Some(row(&found.map_err(of_operations)?)))
    }

    /// Gives an entry another alias.
    async fn replace(&self, call: &Call, key: &Key, _: &Body) -> Result<Reply> {
        let to = call.parameter("renameAlias").filter(|to| !to.is_empty());
        let to =
            to.ok_or_else(|| Error::bad_request("Only an alias can be changed, by renameAlias."))?;
        self.0
            .rename_entry(call.actor(), &alias(call, key)?, to)
            .await
            .map_err(of_operations)?;
        match switch(call, "returnHexAlias", false)? {
            true => Ok(Reply::Text(
                StatusCode::OK,
                format!("[{}]", hex::encode(to)),
            )),
            false => Ok(Reply::no_content()),
        }
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        let alias = alias(call, key)?;
        let entry = self.0.keystore_entry(&alias).await.map_err(of_operations)?;
        self.0
            .delete_entries(call.actor(), &[alias])
            .await
            .map_err(of_operations)?;
        match switch(call, "returnKeystoreEntries", false)? {
            true => Ok(Reply::Entities(StatusCode::OK, vec![row(&entry)])),
            false => Ok(Reply::no_content()),
        }
    }
}

/// An entry as clients see it.
pub(super) fn row(entry: &Entry) -> Row {
    let kind = match entry.is_key_pair {
        true => "Key Pair",
        false => "Certificate",
    };
    part(entry, 0)
        .with("Type", kind)
        .with("Owner", "Tenant Administrator")
        .with("LastModifiedBy", entry.modified_by.as_str())
        .with("LastModifiedTime", entry.modified_at)
        .with("CreatedBy", entry.created_by.as_str())
        .with("CreatedTime", entry.created_at)
}

/// What the certificate at `index` in the chain of an entry says; nothing when there is none.
pub(super) fn part(entry: &Entry, index: usize) -> Row {
    let row = Row::new()
        .with("Hexalias", hex::encode(&entry.alias))
        .with("Alias", entry.alias.as_str());
    let Some((der, parsed)) = entry.chain.get(index) else {
        return row;
    };
    let (key_type, size, curve) = match &parsed.public_key {
        PublicKey::Rsa(bits) => ("RSA", Some(*bits), ""),
        PublicKey::Curve(Curve::P256) => ("EC", Some(256), "secp256r1"),
        PublicKey::Curve(Curve::P384) => ("EC", Some(384), "secp384r1"),
        PublicKey::Curve(Curve::P521) => ("EC", Some(521), "secp521r1"),
        PublicKey::Curve(Curve::Ed25519) => ("EC", Some(255), "Ed25519"),
        PublicKey::Other(_) => ("", None, ""),
    };
    row.with("KeyType", key_type)
        .with("KeySize", size)
        .with("EllipticCurve", curve)
        .with("ValidNotBefore", parsed.not_before)
        .with("ValidNotAfter", parsed.not_after)
        .with("SerialNumber", parsed.serial.trim_start_matches("0x"))
        .with("SignatureAlgorithm", parsed.signature.as_str())
        .with("SubjectDN", parsed.names.subject.text())
        .with("IssuerDN", parsed.names.issuer.text())
        .with("Version", parsed.version)
        .with("FingerprintSha1", fingerprint(der, Digest::Sha1))
        .with("FingerprintSha256", fingerprint(der, Digest::Sha256))
        .with("FingerprintSha512", fingerprint(der, Digest::Sha512))
}
