//! Chains of certificates, as a whole and one by one.

use async_trait::async_trait;
use http::StatusCode;
use lockgate_core::limits;
use lockgate_odata::{
    Call, EntitySet, EntityType, Error, Key, List, Media, Operation, Property, Query, Reply,
    Result, Row,
};
use lockgate_operations::Operations;
use lockgate_pki::chain;

use super::entries::{PART, part};
use super::{HEXALIAS, alias, needs, new_alias, switch, taken};
use crate::failure::of_operations;

static ENTITY: EntityType = EntityType::new("CertificateChainResource", &[HEXALIAS]).media();
static LINK: EntityType =
    EntityType::new("ChainCertificate", &[Property::int32("Index").key()]).extends(&PART);

/// `CertificateChainResources`
#[derive(Debug)]
pub(in crate::sets) struct ChainResources(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for ChainResources {
    fn name(&self) -> &'static str {
        "CertificateChainResources"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn media(&self, call: &Call, key: &Key) -> Result<Option<Media>> {
        if call.parent().is_none() {
            let message = "Ask for KeystoreEntries('…')/ChainResource/$value.";
            return Err(Error::bad_request(message));
        }
        let alias = alias(call, key)?;
        let entry = self.0.keystore_entry(&alias).await.map_err(of_operations)?;
        let media = Media::new(chain::pkcs7(&entry.joined()), "application/pkcs7-mime");
        Ok(Some(media.file(format!("{alias}.p7b"))))
    }

    async fn put_media(&self, call: &Call, key: &Key, media: Media) -> Result<Reply> {
        let alias = new_alias(key)?;
        let limit = limits::CERTIFICATE_TEXT;
        if media.bytes.len() > limit {
            let message = format!("A chain has at most {limit} bytes.");
            return Err(Error::new(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        let verified = switch(call, "fingerprintVerified", false)?;
        let imported = self
            .0
            .import_chain(call.actor(), &alias, &media.bytes, verified)
            .await;
        let (entry, outcome) = imported.map_err(of_operations)?;
        taken(call, &entry, outcome)
    }
}

/// `ChainCertificates`
#[derive(Debug)]
pub(in crate::sets) struct ChainCertificates(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for ChainCertificates {
    fn name(&self) -> &'static str {
        "ChainCertificates"
    }

    fn entity(&self) -> &'static EntityType {
        &LINK
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        if call.parent().is_none() {
            return Err(Error::not_implemented());
        }
        let alias = alias(call, &Key::default())?;
        let entry = self.0.keystore_entry(&alias).await.map_err(of_operations)?;
        let rows = (0..entry.chain.len()).map(|index| part(&entry, index).with("Index", index));
        Ok(List::All(rows.collect()))
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let alias = alias(call, key)?;
        let entry = self.0.keystore_entry(&alias).await.map_err(of_operations)?;
        let index = usize::try_from(key.number("Index")).unwrap_or(usize::MAX);
        let exists = index < entry.chain.len();
        Ok(exists.then(|| part(&entry, index).with("Index", index)))
    }
}
