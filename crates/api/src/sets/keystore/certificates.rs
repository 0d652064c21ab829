//! Certificates of the keystore as bytes, and requests to authorities to make some.

use async_trait::async_trait;
use http::StatusCode;
use lockgate_core::limits;
use lockgate_odata::{Call, EntitySet, EntityType, Error, Key, Media, Operation, Reply, Result};
use lockgate_operations::Operations;
use lockgate_operations::keystore::Intake;
use lockgate_pki::pem;

use super::{HEXALIAS, alias, needs, new_alias, switch, taken};
use crate::failure::of_operations;

static ENTITY: EntityType = EntityType::new("CertificateResource", &[HEXALIAS]).media();
static REQUEST: EntityType = EntityType::new("CertificateSigningRequest", &[HEXALIAS]).media();

/// Content types in which a certificate can come; some clients send none.
const TYPES: [&str; 7] = [
    "",
    "application/pkix-cert",
    "application/x-x509-ca-cert",
    "application/x-pem-file",
    "application/pem-certificate-chain",
    "application/octet-stream",
    "text/plain",
];

/// `CertificateResources`
#[derive(Debug)]
pub(in crate::sets) struct CertificateResources(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for CertificateResources {
    fn name(&self) -> &'static str {
        "CertificateResources"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn media(&self, call: &Call, key: &Key) -> Result<Option<Media>> {
        let alias = alias(call, key)?;
        let entry = self.0.keystore_entry(&alias).await.map_err(of_operations)?;
        let media = Media::new(pem::encode(entry.certificate()), "application/pkix-cert");
        Ok(Some(media.file(format!("{alias}.cer"))))
    }

    async fn put_media(&self, call: &Call, key: &Key, media: Media) -> Result<Reply> {
        let alias = new_alias(key)?;
        let kind = media.content_type.split(';').next().unwrap_or_default();
        if !TYPES.contains(&kind.trim().to_ascii_lowercase().as_str()) {
            let message = "Send the certificate as application/pkix-cert.";
            return Err(Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let limit = limits::KEYSTORE_CERTIFICATE;
        if media.bytes.len() > limit {
            let message = format!("A certificate has at most {limit} bytes.");
            return Err(Error::new(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        let intake = Intake {
            update: switch(call, "update", false)?,
            verified: switch(call, "fingerprintVerified", false)?,
        };
        let imported = self
            .0
            .import_certificate(call.actor(), &alias, &media.bytes, intake)
            .await;
        let (entry, outcome) = imported.map_err(of_operations)?;
        taken(call, &entry, outcome)
    }
}

/// `CertificateSigningRequests`, behind entries only.
#[derive(Debug)]
pub(in crate::sets) struct SigningRequests(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for SigningRequests {
    fn name(&self) -> &'static str {
        "CertificateSigningRequests"
    }

    fn entity(&self) -> &'static EntityType {
        &REQUEST
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn media(&self, call: &Call, key: &Key) -> Result<Option<Media>> {
        if call.parent().is_none() {
            return Err(Error::not_found());
        }
        let alias = alias(call, key)?;
        let request = self
            .0
            .signing_request(&alias)
            .await
            .map_err(of_operations)?;
        let media = Media::new(request, "application/pkcs10");
        Ok(Some(media.file(format!("{alias}.csr"))))
    }
}
