//! Parameters of partners: texts, bytes and passwords.

use super::{EntryKind, Stamp};
use crate::error::Result;
use crate::materials::{self, Material};
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const TABLE: &str = "partner_parameters";
/// All columns but the value, the one that names the row first.
const COLUMNS: &str = "id, kind, pid, about, created_by, created_at, modified_by, modified_at";

/// A parameter of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// What it is: text, bytes or a credential.
    pub kind: EntryKind,
    /// The partner.
    pub pid: String,
    /// Its name, unique for the partner and the kind.
    pub id: String,
    /// The content type of bytes, the user of a credential, empty for text.
    pub about: String,
    /// Text in UTF-8, bytes, or the password, sealed for the context `material/<credential name>`.
    pub value: Vec<u8>,
    /// Who wrote it.
    pub stamp: Stamp,
}

/// The name by which flows refer to the credential `id` of a partner.
#[must_use]
pub fn credential_name(pid: &str, id: &str) -> String {
    format!("pd:{pid}:{id}:UserCredential")
}

/// Which parameters [`list`] returns.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    /// Of this kind.
    pub kind: EntryKind,
    /// Of this partner; of all when it is absent.
    pub pid: Option<&'a str>,
    /// With their values, which may be long; otherwise values are empty.
    pub values: bool,
}

/// Adds a parameter.
///
/// # Errors
/// [`crate::Error::Conflict`] when the partner has one of this kind and id.
pub async fn insert(tx: &mut Tx, parameter: &Parameter) -> Result<()> {
    let Parameter { stamp, .. } = parameter;
    let sql = "INSERT INTO partner_parameters
            (kind, pid, id, about, value, created_by, created_at, modified_by, modified_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = params![
        parameter.kind,
        &parameter.pid,
        &parameter.id,
        &parameter.about,
        &parameter.value,
        &stamp.created_by,
        stamp.created_at,
        &stamp.modified_by,
        stamp.modified_at,
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

/// Gives a parameter another value. Returns whether it existed; who created it stays.
///
/// # Errors
/// Those of the database.
pub async fn update(tx: &mut Tx, parameter: &Parameter) -> Result<bool> {
    let sql = "UPDATE partner_parameters
        SET about = $4, value = $5, modified_by = $6, modified_at = $7
        WHERE kind = $1 AND pid = $2 AND id = $3";
    let values = params![
        parameter.kind,
        &parameter.pid,
        &parameter.id,
        &parameter.about,
        &parameter.value,
        &parameter.stamp.modified_by,
        parameter.stamp.modified_at,
    ];
    Ok(tx.execute(sql, values).await? == 1)
}

/// Deletes a parameter. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, kind: EntryKind, pid: &str, id: &str) -> Result<bool> {
    let sql = "DELETE FROM partner_parameters WHERE kind = $1 AND pid = $2 AND id = $3";
    Ok(tx.execute(sql, params![kind, pid, id]).await? == 1)
}

/// A parameter with its value.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut Tx, kind: EntryKind, pid: &str, id: &str) -> Result<Option<Parameter>> {
    let sql = format!(
        "SELECT {COLUMNS}, value FROM partner_parameters WHERE kind = $1 AND pid = $2 AND id = $3"
    );
    tx.find(TABLE, &sql, params![kind, pid, id], decode).await
}

/// Parameters, by partner and id.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx, selection: &Selection<'_>) -> Result<Vec<Parameter>> {
    let (of, values) = selection.conditions();
    let value = if selection.values {
        "value"
    } else {
        "NULL AS value"
    };
    let sql = format!("SELECT {COLUMNS}, {value} FROM partner_parameters {of} ORDER BY pid, id");
    tx.list(TABLE, &sql, values, decode).await
}

/// The parameters of a part of a list: `limit` of them behind the first `offset`.
///
/// # Errors
/// Those of the database.
pub async fn page(
    tx: &mut Tx,
    selection: &Selection<'_>,
    offset: u32,
    limit: u32,
) -> Result<Vec<Parameter>> {
    let (of, mut values) = selection.conditions();
    let places = (values.len() + 1, values.len() + 2);
    values.extend(params![limit, offset]);
    let sql = format!(
        "SELECT {COLUMNS}, value FROM partner_parameters {of} ORDER BY pid, id LIMIT ${} OFFSET ${}",
        places.0, places.1
    );
    tx.list(TABLE, &sql, values, decode).await
}

/// How many parameters a list has.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut Tx, selection: &Selection<'_>) -> Result<u64> {
    let (of, values) = selection.conditions();
    let sql = format!("SELECT COUNT(*) AS parameters FROM partner_parameters {of}");
    let found: i64 = tx
        .one(TABLE, &sql, values, |row| row.take("parameters"))
        .await?;
    Ok(found.unsigned_abs())
}

/// The credentials of all partners, under the names by which flows refer to them.
///
/// # Errors
/// Those of the database.
pub async fn materials(tx: &mut Tx) -> Result<Vec<Material>> {
    let selection = Selection {
        kind: EntryKind::Credential,
        pid: None,
        values: true,
    };
    let credentials = list(tx, &selection).await?;
    let materials = credentials.into_iter().map(|credential| Material {
        name: credential_name(&credential.pid, &credential.id),
        kind: materials::Kind::User,
        description: String::new(),
        user: credential.about,
        attributes: "{}".to_owned(),
        sealed_secret: credential.value,
        updated_at: credential.stamp.modified_at,
        deployed_by: credential.stamp.modified_by,
    });
    Ok(materials.collect())
}

impl Selection<'_> {
    fn conditions(&self) -> (&'static str, Vec<crate::value::Value>) {
        match self.pid {
            None => ("WHERE kind = $1", params![self.kind]),
            Some(pid) => ("WHERE kind = $1 AND pid = $2", params![self.kind, pid]),
        }
    }
}

fn decode(row: &mut Row) -> Result<Parameter, Unreadable> {
    Ok(Parameter {
        kind: row.take("kind")?,
        pid: row.take("pid")?,
        id: row.take("id")?,
        about: row.take("about")?,
        value: row.take::<Option<_>>("value")?.unwrap_or_default(),
        stamp: Stamp::take(row)?,
    })
}
