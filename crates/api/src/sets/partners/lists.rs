//! Lists of entries, and entries as rows.

use bytes::Bytes;
use http::StatusCode;
use lockgate_odata::filter::Comparison;
use lockgate_odata::{Error, Filter, List, Query, Result, Row, Value};
use lockgate_operations::Operations;
use lockgate_operations::partners::Stored;
use lockgate_store::partners::names::Name;
use lockgate_store::partners::parameters::{Parameter, Selection};
use lockgate_store::partners::users::User;
use lockgate_store::partners::{EntryKind, Stamp};

use super::entries::entity_of;
use crate::failure::of_operations;
use crate::hex;

/// The rows of one answer with bytes, which may be long.
const BINARY_PAGE: u64 = 30;

/// Texts. What the database can choose, it chooses.
pub(super) async fn texts(operations: &Operations, query: &Query) -> Result<List> {
    let selection = selection(EntryKind::Text, query, true);
    let is_plain =
        query.order.is_empty() && query.filter.as_ref().is_none_or(|f| pid_in(f).is_some());
    if is_plain {
        let (offset, limit) = (query.offset(), query.limit());
        let page = operations.partner_parameters_page(&selection, offset, limit);
        let (rows, total) = page.await.map_err(of_operations)?;
        return Ok(List::Page {
            rows: rows.into_iter().map(parameter).collect(),
            total: Some(total),
            more: total > offset.saturating_add(limit),
        });
    }
    let found = operations.partner_parameters(&selection).await;
    let found = found.map_err(of_operations)?;
    Ok(List::All(found.into_iter().map(parameter).collect()))
}

/// Bytes, of which only those of the answer are read.
pub(super) async fn binaries(operations: &Operations, query: &Query) -> Result<List> {
    let mut orders = query.order.iter();
    let by_value = orders.any(|order| order.path.first().is_some_and(|name| name == "Value"))
        || query
            .filter
            .as_ref()
            .is_some_and(|filter| mentions(filter, "Value"));
    if by_value {
        return Err(Error::new(
            StatusCode::NOT_IMPLEMENTED,
            "Binary values are neither searched nor sorted.",
        ));
    }
    let selection = selection(EntryKind::Binary, query, false);
    let found = operations.partner_parameters(&selection).await;
    let found = found.map_err(of_operations)?.into_iter().map(parameter);
    let mut list = query.cut(found.collect(), entity_of(EntryKind::Binary), BINARY_PAGE);
    let wanted = query.select.is_empty() || query.select.iter().any(|name| name == "Value");
    if let List::Page { rows, .. } = &mut list
        && wanted
    {
        for row in rows {
            let (pid, id) = (row.text("Pid"), row.text("Id"));
            let value = operations.partner_parameter(EntryKind::Binary, pid, id);
            let value = value.await.map_err(of_operations)?.value;
            row.set("Value", Bytes::from(value));
        }
    }
    Ok(list)
}

/// Credentials of one partner. Without one the original answers 500.
pub(super) async fn credentials(operations: &Operations, query: &Query) -> Result<List> {
    let selection = selection(EntryKind::Credential, query, false);
    if selection.pid.is_none() {
        return Err(Error::internal(
            "Say whose credentials are meant: $filter=Pid eq '<partner>'.",
        ));
    }
    let found = operations.partner_parameters(&selection).await;
    let found = found.map_err(of_operations)?;
    Ok(List::All(found.into_iter().map(parameter).collect()))
}

/// Other names. They cannot be found by the digits of their keys.
pub(super) async fn names(operations: &Operations, query: &Query) -> Result<List> {
    let by_digits = |filter: &Filter| {
        let digits = ["Hexagency", "Hexscheme", "Hexid"];
        digits.iter().any(|name| mentions(filter, name))
    };
    if query.filter.as_ref().is_some_and(by_digits) {
        return Ok(List::All(Vec::new()));
    }
    let found = operations.partner_names().await.map_err(of_operations)?;
    Ok(List::All(found.into_iter().map(name).collect()))
}

/// Users.
pub(super) async fn users(operations: &Operations) -> Result<List> {
    let found = operations.partner_users().await.map_err(of_operations)?;
    Ok(List::All(found.into_iter().map(user).collect()))
}

/// An entry as a row.
pub(super) fn row(stored: Stored) -> Row {
    match stored {
        Stored::Parameter(mut found) if found.kind == EntryKind::Binary => {
            let value = Bytes::from(std::mem::take(&mut found.value));
            parameter(found).with("Value", value)
        }
        Stored::Parameter(found) => parameter(found),
        Stored::Name(found) => name(found),
        Stored::User(found) => user(found),
    }
}

/// A parameter without the value of bytes, and without a password.
fn parameter(found: Parameter) -> Row {
    let row = Row::new().with("Pid", found.pid).with("Id", found.id);
    let row = stamped(row, found.stamp);
    match found.kind {
        EntryKind::Binary => row.with("ContentType", found.about),
        EntryKind::Credential => row.with("User", found.about),
        EntryKind::Text | EntryKind::Name | EntryKind::User => {
            row.with("Value", String::from_utf8_lossy(&found.value).into_owned())
        }
    }
}

fn name(found: Name) -> Row {
    let row = Row::new()
        .with("Hexagency", hex::encode(&found.agency))
        .with("Hexscheme", hex::encode(&found.scheme))
        .with("Hexid", hex::encode(&found.id))
        .with("Agency", found.agency)
        .with("Scheme", found.scheme)
        .with("Id", found.id)
        .with("Pid", found.pid);
    stamped(row, found.stamp)
}

fn user(found: User) -> Row {
    let row = Row::new().with("User", found.name).with("Pid", found.pid);
    stamped(row, found.stamp)
}

fn stamped(row: Row, stamp: Stamp) -> Row {
    row.with("LastModifiedBy", stamp.modified_by)
        .with("LastModifiedTime", stamp.modified_at)
        .with("CreatedBy", stamp.created_by)
        .with("CreatedTime", stamp.created_at)
}

/// The parameters of a kind that a query can be about.
fn selection(kind: EntryKind, query: &Query, values: bool) -> Selection<'_> {
    let conditions = query.filter.iter().flat_map(Filter::conjuncts);
    Selection {
        kind,
        pid: conditions.filter_map(pid_in).next(),
        values,
    }
}

/// The partner in `Pid eq '<partner>'`.
fn pid_in(filter: &Filter) -> Option<&str> {
    match filter.comparison()? {
        ([name], Comparison::Equal, Value::Text(pid)) if name == "Pid" => Some(pid),
        _ => None,
    }
}

/// Whether a condition is about a property.
fn mentions(filter: &Filter, property: &str) -> bool {
    match filter {
        Filter::And(left, right) | Filter::Or(left, right) | Filter::Compare(left, _, right) => {
            mentions(left, property) || mentions(right, property)
        }
        Filter::Not(inner) => mentions(inner, property),
        Filter::Path(path) => path.first().is_some_and(|name| name == property),
        Filter::Literal(_) => false,
        Filter::Call(_, arguments) => arguments.iter().any(|one| mentions(one, property)),
    }
}
