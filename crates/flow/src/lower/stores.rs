//! Write Variables, and the steps on data stores.

use lockgate_core::limits;

use super::content_modifier::{Cells, source};
use super::fields::Fields;
use crate::plan::{
    DataStore, DataStoreStep, DataStoreWrite, EntryId, StoreScope, ValueSource, VariableRow,
};
use crate::rows::Row;

const VARIABLES: &str = "variable";

pub(super) fn variables(fields: &mut Fields<'_, '_>) -> Vec<VariableRow> {
    let rows = fields.rows(VARIABLES);
    rows.iter()
        .filter_map(|row| variable(fields, row))
        .collect()
}

/// Reads a row: name, data type, type of the source, its value, and who sees the variable.
fn variable(fields: &mut Fields<'_, '_>, row: &Row) -> Option<VariableRow> {
    let name = row.at(0).trim();
    if name.is_empty() {
        fields.setting(VARIABLES, "has a row without a name");
        return None;
    }
    let cells = Cells {
        name,
        kind: row.at(2),
        value: row.at(3),
        default: None,
        datatype: row.at(1),
    };
    let (source, datatype) = source(fields, VARIABLES, &cells)?;
    if matches!(
        source,
        ValueSource::LocalVariable { .. }
            | ValueSource::GlobalVariable { .. }
            | ValueSource::NumberRange { .. }
    ) {
        let problem = format!("has a row '{name}' of a type that cannot be written");
        fields.setting(VARIABLES, &problem);
        return None;
    }
    let scope = match row.at(4).trim() {
        "local" | "" => StoreScope::Flow,
        "global" => StoreScope::Tenant,
        _ => {
            let problem = format!("has a row '{name}' that is neither local nor global");
            fields.setting(VARIABLES, &problem);
            return None;
        }
    };
    Some(VariableRow {
        name: fields.template(VARIABLES, name)?,
        source,
        datatype,
        scope,
    })
}

pub(super) fn write(fields: &mut Fields<'_, '_>) -> Option<DataStoreStep> {
    let store = store(fields);
    let id = entry_id(fields, "messageId");
    let due_days = days(fields, "alert", 2);
    let expiry_days = days(fields, "expire", 30);
    let write = DataStoreWrite {
        replace: fields.switch("override", false),
        with_headers: fields.switch("includeMessageHeaders", false),
        encrypt: fields.switch("encrypt", false),
        store: store?,
        id: id?,
        due_days: due_days?,
        expiry_days: expiry_days?,
    };
    Some(DataStoreStep::Write(write))
}

pub(super) fn get(fields: &mut Fields<'_, '_>) -> Option<DataStoreStep> {
    let store = store(fields);
    let id = entry_id(fields, "dataStoreId");
    Some(DataStoreStep::Get {
        delete: fields.switch("delete", false),
        fail_if_missing: fields.switch("stopOnMissingEntry", true),
        store: store?,
        id: id?,
    })
}

pub(super) fn select(fields: &mut Fields<'_, '_>) -> Option<DataStoreStep> {
    let store = store(fields);
    let limit = number(fields, "maxresults", 1, limits::DATA_STORE_ENTRIES);
    Some(DataStoreStep::Select {
        delete: fields.switch("delete", false),
        store: store?,
        limit: limit?,
    })
}

pub(super) fn delete(fields: &mut Fields<'_, '_>) -> Option<DataStoreStep> {
    let store = store(fields);
    let id = entry_id(fields, "messageId");
    Some(DataStoreStep::Delete {
        store: store?,
        id: id?,
    })
}

fn store(fields: &mut Fields<'_, '_>) -> Option<DataStore> {
    let scope = match fields.word("visibility", "local").as_str() {
        "local" => Some(StoreScope::Flow),
        "global" => Some(StoreScope::Tenant),
        _ => {
            fields.setting("visibility", "must be local or global");
            None
        }
    };
    let name = fields.word("storageName", "");
    if name.is_empty() {
        fields.setting("storageName", "is missing");
        return None;
    }
    let name = fields.template("storageName", &name)?;
    Some(DataStore {
        name,
        scope: scope?,
    })
}

/// The id of an entry; `${xpath.…}` is known here and nowhere else.
fn entry_id(fields: &mut Fields<'_, '_>, key: &str) -> Option<EntryId> {
    let text = fields.word(key, "");
    let inner = text.strip_prefix("${xpath.");
    match inner.and_then(|inner| inner.strip_suffix('}')) {
        Some(xpath) => fields.xpath(key, xpath.trim()).map(EntryId::XPath),
        None => fields.template(key, &text).map(EntryId::Template),
    }
}

fn days(fields: &mut Fields<'_, '_>, key: &str, default: u32) -> Option<u32> {
    number(fields, key, default, limits::DATA_STORE_DAYS)
}

/// A whole number above 0; what is too large counts as `maximum`.
fn number(fields: &mut Fields<'_, '_>, key: &str, default: u32, maximum: u32) -> Option<u32> {
    let word = fields.word(key, "");
    if word.is_empty() {
        return Some(default);
    }
    match word.parse::<u64>() {
        Ok(number) if number > 0 => Some(u32::try_from(number).unwrap_or(maximum).min(maximum)),
        _ => {
            fields.setting(key, "must be a whole number above 0");
            None
        }
    }
}
