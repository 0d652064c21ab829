//! Requests as changes of the directory.

use lockgate_core::secret::Secret;
use lockgate_odata::{Body, Call, Error, Key, Result};
use lockgate_operations::partners::{Change, Edit, Entry, EntryKey};
use lockgate_store::partners::EntryKind;

use super::entries::kind_of;
use crate::hex;

/// What POST asks for. Credentials are written whether they are there or not.
pub(super) fn creation(call: &Call, kind: EntryKind, body: &Body) -> Result<Edit> {
    let pid = body.required("Pid")?;
    let entry = match kind {
        EntryKind::Text => text(pid, body.required("Id")?, body)?,
        EntryKind::Binary => Entry::Binary {
            pid,
            id: body.required("Id")?,
            content_type: Some(body.required("ContentType")?),
            value: bytes(body)?,
        },
        EntryKind::Credential => Entry::Credential {
            pid,
            id: body.required("Id")?,
            user: body.required("User")?,
            password: Secret::new(body.required("Password")?),
        },
        EntryKind::Name => Entry::Name {
            agency: body.required("Agency")?,
            scheme: body.required("Scheme")?,
            id: body.required("Id")?,
            pid,
        },
        EntryKind::User => Entry::User {
            name: body.required("User")?,
            pid,
        },
    };
    let change = match kind {
        EntryKind::Credential => Change::Set(entry),
        _ => Change::Create(entry),
    };
    Ok(edit(call, change))
}

/// What PUT asks for. There is none for credentials.
pub(super) fn replacement(call: &Call, kind: EntryKind, key: &Key, body: &Body) -> Result<Edit> {
    let entry = match entry_key(kind, key)? {
        EntryKey::Parameter { kind, pid, id } => match kind {
            EntryKind::Text => text(pid, id, body)?,
            EntryKind::Binary => Entry::Binary {
                pid,
                id,
                content_type: body.text("ContentType")?,
                value: bytes(body)?,
            },
            _ => return Err(Error::not_implemented()),
        },
        EntryKey::Name { agency, scheme, id } => Entry::Name {
            agency,
            scheme,
            id,
            pid: body.required("Pid")?,
        },
        EntryKey::User(name) => Entry::User {
            name,
            pid: body.required("Pid")?,
        },
    };
    Ok(edit(call, Change::Replace(entry)))
}

/// What DELETE asks for.
pub(super) fn deletion(call: &Call, kind: EntryKind, key: &Key) -> Result<Edit> {
    Ok(edit(call, Change::Delete(entry_key(kind, key)?)))
}

/// What DELETE of a partner asks for: everything but the sets in `exclude`.
pub(super) fn partner_deletion(call: &Call, key: &Key) -> Result<Edit> {
    let mut except = Vec::new();
    let named = call.parameters().filter(|(name, _)| *name == "exclude");
    let sets = named.flat_map(|(_, sets)| sets.split(','));
    for set in sets {
        let set = set.trim_matches(['\'', ' ']);
        if set.is_empty() {
            continue;
        }
        let kind = kind_of(set);
        let message = || format!("exclude names {set}, which is no set of the partner directory.");
        except.push(kind.ok_or_else(|| Error::bad_request(message()))?);
    }
    let pid = key.text("Pid").to_owned();
    Ok(edit(call, Change::DeletePartner { pid, except }))
}

/// The entry that a key names.
pub(super) fn entry_key(kind: EntryKind, key: &Key) -> Result<EntryKey> {
    let own = |name| key.text(name).to_owned();
    let plain = |name| hex::decode(key.text(name)).ok_or_else(Error::not_found);
    Ok(match kind {
        EntryKind::Text | EntryKind::Binary | EntryKind::Credential => EntryKey::Parameter {
            kind,
            pid: own("Pid"),
            id: own("Id"),
        },
        EntryKind::Name => EntryKey::Name {
            agency: plain("Hexagency")?,
            scheme: plain("Hexscheme")?,
            id: plain("Hexid")?,
        },
        EntryKind::User => EntryKey::User(own("User").to_lowercase()),
    })
}

fn edit(call: &Call, change: Change) -> Edit {
    let author = call.parameter("user").filter(|user| !user.is_empty());
    Edit {
        author: author.map(str::to_owned),
        change,
    }
}

fn text(pid: String, id: String, body: &Body) -> Result<Entry> {
    let value = body.text("Value")?.ok_or_else(no_value)?;
    Ok(Entry::Text { pid, id, value })
}

fn bytes(body: &Body) -> Result<Vec<u8>> {
    Ok(body.bytes("Value")?.ok_or_else(no_value)?.into())
}

fn no_value() -> Error {
    Error::bad_request("Value cannot be null.")
}
