//! Credentials: what flows use towards receivers. Their secrets go in and never come out.

pub(super) mod oauth2;
pub(super) mod secure;
pub(super) mod user;

use lockgate_odata::{Body, ComplexType, Error, Key, Operation, Property, Result, Row};
use lockgate_operations::Error as OperationsError;
use lockgate_store::materials::Material;
use serde::de::DeserializeOwned;

use crate::failure::of_operations;
use crate::roles::{CREDENTIALS_EDIT, MONITORING_READ};

/// Who deployed a credential, and when.
static DESCRIPTOR: ComplexType = ComplexType {
    name: "SecurityArtifactDescriptor",
    properties: &[
        Property::text("Type"),
        Property::text("DeployedBy"),
        Property::time("DeployedOn"),
        Property::text("Status"),
    ],
};

fn descriptor(material: &Material) -> Row {
    Row::new()
        .with("Type", "CREDENTIALS")
        .with("DeployedBy", material.deployed_by.as_str())
        .with("DeployedOn", material.updated_at)
        .with("Status", "DEPLOYED")
}

/// The roles for all kinds of credentials.
fn needs(operation: Operation) -> &'static [&'static str] {
    match operation.reads() {
        true => &[MONITORING_READ],
        false => &[CREDENTIALS_EDIT],
    }
}

/// An error of a PUT: the original answers 409 when there is nothing to change.
fn of_change(error: OperationsError) -> Error {
    match error {
        OperationsError::NoCredential(_) => Error::conflict(error.to_string()),
        error => of_operations(error),
    }
}

/// Refuses to rename what the key says.
fn keep_name(key: &Key, body: &Body) -> Result<()> {
    match body.text("Name")? {
        Some(name) if name != key.text("Name") => {
            Err(Error::bad_request("A credential cannot be renamed."))
        }
        _ => Ok(()),
    }
}

fn attributes<T: DeserializeOwned>(material: &Material) -> Result<T> {
    serde_json::from_str(&material.attributes).map_err(|error| Error::failed(&error))
}
