//! Key pairs that the server makes.

use async_trait::async_trait;
use http::StatusCode;
use lockgate_core::clock::Timestamp;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Operation, Property, Reply, Result,
};
use lockgate_operations::Operations;
use lockgate_operations::keystore::{Generation, Outcome, key_type};
use lockgate_pki::authority::Subject;

use super::{HEXALIAS, needs, taken};
use crate::failure::of_operations;

static ENTITY: EntityType = EntityType::new(
    "KeyPairGenerationRequest",
    &[
        HEXALIAS,
        Property::text("Alias").required(),
        Property::text("KeyType"),
        Property::int32("KeySize"),
        Property::text("SignatureAlgorithm"),
        Property::text("KeyAlgorithmParameter"),
        Property::text("CommonName").required(),
        Property::text("OrganizationUnit"),
        Property::text("Organization"),
        Property::text("Locality"),
        Property::text("State"),
        Property::text("Country").required(),
        Property::text("Email"),
        Property::time_offset("ValidNotBefore"),
        Property::time_offset("ValidNotAfter"),
    ],
);

/// `KeyPairGenerationRequests`: what is posted is made at once.
#[derive(Debug)]
pub(in crate::sets) struct GenerationRequests(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for GenerationRequests {
    fn name(&self) -> &'static str {
        "KeyPairGenerationRequests"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        needs(operation)
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let alias = body.required("Alias")?;
        let generation = request(body)?;
        let made = self
            .0
            .generate_key_pair(call.actor(), &alias, generation)
            .await;
        taken(call, &made.map_err(of_operations)?, Outcome::New)
    }
}

fn request(body: &Body) -> Result<Generation> {
    let optional = |name: &str| Ok(body.text(name)?.filter(|text| !text.is_empty()));
    let key = key_type(
        &body.text_or_empty("KeyType")?,
        body.number("KeySize")?,
        &body.text_or_empty("KeyAlgorithmParameter")?,
        &body.text_or_empty("SignatureAlgorithm")?,
    );
    Ok(Generation {
        subject: Subject {
            common_name: body.required("CommonName")?,
            organizational_unit: optional("OrganizationUnit")?,
            organization: optional("Organization")?,
            locality: optional("Locality")?,
            state: optional("State")?,
            country: Some(body.required("Country")?),
            email: optional("Email")?,
        },
        key: key.map_err(of_operations)?,
        not_before: time(body, "ValidNotBefore")?,
        not_after: time(body, "ValidNotAfter")?,
    })
}

/// A time as `/Date(…)/`, as milliseconds, or as `2026-09-24T09:55:21` in UTC with or without `Z`.
fn time(body: &Body, name: &str) -> Result<Option<Timestamp>> {
    let Some(text) = body.text(name)?.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let inner = text
        .strip_prefix("/Date(")
        .and_then(|rest| rest.strip_suffix(")/"));
    let millis = inner.map(|inner| inner.split('+').next().unwrap_or_default());
    let found = match millis.unwrap_or(&text).parse::<i64>() {
        Ok(millis) => millis.checked_mul(1_000).map(Timestamp::from_micros),
        Err(_) => format!("{}Z", text.trim_end_matches('Z')).parse().ok(),
    };
    let wrong = || {
        let message = format!("{name} has to be a time, such as /Date(1790000000000)/.");
        Error::new(StatusCode::BAD_REQUEST, message)
    };
    found.map(Some).ok_or_else(wrong)
}
