//! The keystore. Views have no member for a private key.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_pki::certificate::{Digest, fingerprint};
use lockgate_pki::pem;
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::keystore::{Entry, Intake};
use crate::service::{Operations, check_length};

const ALL: &str = "/operator/v1/keystore";
const ONE: &str = "/operator/v1/keystore/{alias}";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::PUT, ONE, Access::Operator, add)
        .route(Method::DELETE, ONE, Access::Operator, delete)
}

#[derive(Debug, Serialize)]
pub(super) struct EntryView {
    alias: String,
    kind: &'static str,
    subject: String,
    issuer: String,
    serial: String,
    key: String,
    valid_from: String,
    valid_until: String,
    fingerprint_sha256: String,
    modified_by: String,
    modified_at: String,
    /// The chain as PEM.
    certificates: String,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let parsed = entry.parsed();
        let chain = entry.chain.iter().map(|(der, _)| pem::encode(der));
        Self {
            kind: match entry.is_key_pair {
                true => "key-pair",
                false => "certificate",
            },
            subject: parsed.names.subject.text().to_owned(),
            issuer: parsed.names.issuer.text().to_owned(),
            serial: parsed.serial.clone(),
            key: parsed.public_key.to_string(),
            valid_from: parsed.not_before.to_string(),
            valid_until: parsed.not_after.to_string(),
            fingerprint_sha256: fingerprint(entry.certificate(), Digest::Sha256),
            certificates: chain.collect(),
            modified_by: entry.modified_by,
            modified_at: entry.modified_at.to_string(),
            alias: entry.alias,
        }
    }
}

pub(super) async fn list(
    State(operations): State<Operations>,
) -> Result<axum::Json<Items<EntryView>>, Problem> {
    let entries = operations.keystore().await?.into_iter();
    Ok(axum::Json(entries.map(EntryView::from).collect()))
}

pub(super) async fn show(
    State(operations): State<Operations>,
    Path(alias): Path<String>,
) -> Result<axum::Json<EntryView>, Problem> {
    Ok(axum::Json(operations.keystore_entry(&alias).await?.into()))
}

/// Takes `{"certificates","key"?,"update"?}`: a certificate that the operator vouches for, or a key
/// pair with its chain, all as PEM.
pub(super) async fn add(
    State(operations): State<Operations>,
    caller: Caller,
    Path(alias): Path<String>,
    Body(request): Body<Value>,
) -> Result<axum::Json<EntryView>, Problem> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let certificates = fields.required_text("certificates");
    let limit = limits::CERTIFICATE_TEXT;
    check_length(&mut fields, "certificates", certificates.as_deref(), limit);
    let key = match fields.has("key") {
        true => fields.required_secret("key"),
        false => None,
    };
    let update = fields.boolean("update").unwrap_or_default();
    fields.finish();
    errors.check().map_err(Error::from)?;
    let certificates = certificates.expect("invariant: what is missing is an error");
    let (actor, sent) = (caller.actor(), certificates.as_bytes());
    let entry = match key {
        Some(key) => {
            let imported = operations.import_key_pair(&actor, &alias, &key, sent, update);
            imported.await?
        }
        None => {
            let intake = Intake {
                update,
                verified: true,
            };
            let imported = operations.import_certificate(&actor, &alias, sent, intake);
            imported.await?.0
        }
    };
    Ok(axum::Json(entry.into()))
}

pub(super) async fn delete(
    State(operations): State<Operations>,
    caller: Caller,
    Path(alias): Path<String>,
) -> Result<StatusCode, Problem> {
    let deleted = operations
        .delete_entries(&caller.actor(), std::slice::from_ref(&alias))
        .await?;
    match deleted {
        0 => Err(Error::NoEntry(alias).into()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}
