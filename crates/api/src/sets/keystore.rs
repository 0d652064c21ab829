//! The keystore: its entries, and what is sent to it and fetched from it.

pub(super) mod certificates;
pub(super) mod chains;
pub(super) mod entries;
pub(super) mod generation;
pub(super) mod whole;

use http::StatusCode;
use lockgate_odata::{Call, Error, Key, Operation, Property, Reply, Result};
use lockgate_operations::keystore::{Entry, Outcome};

use crate::hex;
use crate::roles::{HEALTH_READ, MONITORING_READ, SECURITY_MATERIAL_EDIT};

/// The set of entries.
const ENTRIES: &str = "KeystoreEntries";
/// The alias in hexadecimal digits, which is the key of most sets here.
const HEXALIAS: Property = Property::text("Hexalias").key().length(2_000);

fn needs(operation: Operation) -> &'static [&'static str] {
    match operation.reads() {
        true => &[MONITORING_READ, HEALTH_READ],
        false => &[SECURITY_MATERIAL_EDIT],
    }
}

/// The alias that a request is about: that of the entry whose navigation leads here, or the key's.
fn alias(call: &Call, key: &Key) -> Result<String> {
    let hexalias = match call.parent() {
        Some(parent) => parent.key.text("Hexalias"),
        None => key.text("Hexalias"),
    };
    hex::decode(hexalias).ok_or_else(Error::not_found)
}

/// The alias that something new is to have.
fn new_alias(key: &Key) -> Result<String> {
    let alias = hex::decode(key.text("Hexalias")).filter(|alias| !alias.is_empty());
    alias.ok_or_else(|| {
        Error::bad_request("The key has to be the alias in hexadecimal digits, as UTF-8.")
    })
}

/// A parameter that says true or false.
fn switch(call: &Call, name: &str, otherwise: bool) -> Result<bool> {
    match call.parameter(name) {
        None | Some("") => Ok(otherwise),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => Err(Error::bad_request(format!(
            "{name} has to be true or false."
        ))),
    }
}

/// The answer to something that was to be taken in: the entry, unless nobody wants to see it.
fn taken(call: &Call, entry: &Entry, outcome: Outcome) -> Result<Reply> {
    let row = entries::row(entry).with("Status", word(outcome));
    if outcome == Outcome::NotImported {
        let reply = Reply::Entity(StatusCode::CONFLICT, row);
        return Ok(Reply::Of(ENTRIES, Box::new(reply)));
    }
    if !switch(call, "returnKeystoreEntries", true)? {
        return Ok(Reply::no_content());
    }
    let reply = Reply::Entities(StatusCode::OK, vec![row]);
    Ok(Reply::Of(ENTRIES, Box::new(reply)))
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::New => "new",
        Outcome::Changed => "changed",
        Outcome::Unchanged => "unchanged",
        Outcome::NotImported => "notImported",
    }
}
