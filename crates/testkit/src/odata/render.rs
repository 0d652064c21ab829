//! Writes answers, Atom or JSON.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::State;
use super::address::Address;
use super::model::{self, NAMESPACE, Navigation, Row, SETS, Set};
use crate::http::{Request, Response, reply};

const RELATED: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/related";
const SCHEME: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/scheme";
const NAMESPACES: &str = "xmlns=\"http://www.w3.org/2005/Atom\" \
    xmlns:d=\"http://schemas.microsoft.com/ado/2007/08/dataservices\" \
    xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\"";
const UPDATED: &str = "<updated>2024-06-01T00:00:00Z</updated>";

/// The two wire formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Atom,
    Json,
}

impl Format {
    /// What `$format` or, without it, `Accept` asks for.
    pub(super) fn of(request: &Request) -> Self {
        let accept = request.header("accept").unwrap_or_default();
        let query = request.query().unwrap_or_default();
        let asked_json = query.contains("$format=json");
        if asked_json || accept.trim_start().starts_with("application/json") {
            Self::Json
        } else {
            Self::Atom
        }
    }
}

pub(super) fn service_document(format: Format) -> Response {
    let names = SETS.iter().map(|set| set.name);
    match format {
        Format::Json => {
            let sets: Vec<&str> = names.collect();
            as_json(StatusCode::OK, &json!({ "EntitySets": sets }))
        }
        Format::Atom => {
            let collections: String = names
                .map(|name| {
                    format!("<collection href=\"{name}\"><a:title>{name}</a:title></collection>")
                })
                .collect();
            let body = format!(
                "<service xmlns=\"http://www.w3.org/2007/app\" xmlns:a=\"http://www.w3.org/2005/Atom\">\
                <workspace><a:title>Default</a:title>{collections}</workspace></service>"
            );
            reply(StatusCode::OK, "application/atomsvc+xml", body)
        }
    }
}

pub(super) fn error(format: Format, status: StatusCode, code: &str, text: &str) -> Response {
    match format {
        Format::Json => {
            let message = json!({ "lang": "en", "value": text });
            let error = json!({ "error": { "code": code, "message": message } });
            reply(status, "application/json", error.to_string())
        }
        Format::Atom => {
            let body = format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
                <error xmlns=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\">\
                <code>{code}</code><message xml:lang=\"en\">{}</message></error>",
                escape(text)
            );
            reply(status, "application/xml", body)
        }
    }
}

pub(super) fn number(format: Format, name: &str, value: &str) -> Response {
    match format {
        Format::Json => as_json(StatusCode::OK, &json!({ name: typed("Edm.Int32", value) })),
        Format::Atom => {
            let body = format!("<d:{name} {NAMESPACES} m:type=\"Edm.Int32\">{value}</d:{name}>");
            reply(StatusCode::OK, "application/xml", body)
        }
    }
}

pub(super) fn entity(
    format: Format,
    status: StatusCode,
    set: &Set,
    row: &Row,
    address: &Address,
    state: &State,
) -> Response {
    match format {
        Format::Json => as_json(status, &json_entity(set, row, address, state)),
        Format::Atom => {
            let entry = atom_entry(set, row, address, state, NAMESPACES);
            reply(status, "application/atom+xml;type=entry", entry)
        }
    }
}

pub(super) fn feed(
    format: Format,
    set: &Set,
    rows: &[&Row],
    next: Option<&str>,
    address: &Address,
    state: &State,
) -> Response {
    match format {
        Format::Json => {
            let mut feed = json_feed(set, rows, address, state);
            if let Some(next) = next {
                feed["__next"] = json!(next);
            }
            as_json(StatusCode::OK, &feed)
        }
        Format::Atom => {
            let feed = atom_feed(set, rows, next, address, state, NAMESPACES);
            reply(StatusCode::OK, "application/atom+xml;type=feed", feed)
        }
    }
}

pub(super) fn navigation(
    format: Format,
    nav: &Navigation,
    row: &Row,
    address: &Address,
    state: &State,
) -> Option<Response> {
    let target = model::set(nav.target)?;
    let rows = related(nav, row, state);
    if nav.many {
        return Some(feed(format, target, &rows, None, address, state));
    }
    let row = rows.first()?;
    Some(entity(format, StatusCode::OK, target, row, address, state))
}

fn related<'a>(nav: &Navigation, row: &Row, state: &'a State) -> Vec<&'a Row> {
    let value = row.get(nav.over);
    let rows = state.rows[nav.target].iter();
    rows.filter(|row| value.is_some() && row.get(nav.over) == value)
        .collect()
}

fn as_json(status: StatusCode, value: &Value) -> Response {
    let body = json!({ "d": value }).to_string();
    reply(status, "application/json", body)
}

fn json_feed(set: &Set, rows: &[&Row], address: &Address, state: &State) -> Value {
    let results: Vec<Value> = (rows.iter())
        .map(|row| json_entity(set, row, address, state))
        .collect();
    json!({ "results": results })
}

fn json_entity(set: &Set, row: &Row, address: &Address, state: &State) -> Value {
    let uri = format!("{}{}", address.base, path(set, row));
    let mut entity = Map::new();
    let kind = format!("{NAMESPACE}.{}", set.entity);
    entity.insert("__metadata".to_owned(), json!({ "uri": uri, "type": kind }));
    for (name, edm) in selected(set, address) {
        let value = row.get(name).map_or(Value::Null, |value| typed(edm, value));
        entity.insert(name.to_owned(), value);
    }
    for nav in set.navigation {
        let expanded = address.expand.iter().any(|name| name == nav.name);
        let value = match model::set(nav.target).filter(|_| expanded) {
            None => json!({ "__deferred": { "uri": format!("{uri}/{}", nav.name) } }),
            Some(target) => {
                let rows = related(nav, row, state);
                // What is expanded is not expanded further.
                let inner = address.plain();
                match rows.first() {
                    _ if nav.many => json_feed(target, &rows, &inner, state),
                    Some(row) => json_entity(target, row, &inner, state),
                    None => Value::Null,
                }
            }
        };
        entity.insert(nav.name.to_owned(), value);
    }
    Value::Object(entity)
}

/// A value in OData V2's JSON: small numbers and booleans bare, dates as ticks, the rest as text.
fn typed(edm: &str, value: &str) -> Value {
    match edm {
        "Edm.Int32" | "Edm.Boolean" => serde_json::from_str(value).unwrap_or(Value::Null),
        "Edm.DateTime" => json!(format!("/Date({})/", millis(value).unwrap_or_default())),
        _ => json!(value),
    }
}

/// Milliseconds since 1970 of `2024-01-31T09:30:00`.
fn millis(literal: &str) -> Option<i64> {
    let (date, time) = literal.split_once('T')?;
    let mut date = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let mut time = time.splitn(3, ':').map(str::parse::<i64>);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    // Days since 1970 in the proleptic Gregorian calendar, counted from 1 March.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000)
}

fn atom_feed(
    set: &Set,
    rows: &[&Row],
    next: Option<&str>,
    address: &Address,
    state: &State,
    namespaces: &str,
) -> String {
    let entries: String = (rows.iter())
        .map(|row| atom_entry(set, row, address, state, ""))
        .collect();
    let next = next.map_or_else(String::new, |next| {
        format!("<link rel=\"next\" href=\"{}\"/>", escape(next))
    });
    let (base, name) = (&address.base, set.name);
    format!(
        "<feed xml:base=\"{base}\" {namespaces}><id>{base}{name}</id><title type=\"text\">{name}</title>\
        {UPDATED}<author><name/></author><link href=\"{name}\" rel=\"self\" title=\"{name}\"/>{entries}{next}</feed>"
    )
}

fn atom_entry(set: &Set, row: &Row, address: &Address, state: &State, namespaces: &str) -> String {
    let path = escape(&path(set, row));
    let links: String = (set.navigation.iter())
        .map(|nav| atom_link(nav, &path, row, address, state))
        .collect();
    let properties: String = selected(set, address)
        .map(|(name, edm)| match row.get(name) {
            None => format!("<d:{name} m:null=\"true\"/>"),
            Some(value) if edm == "Edm.String" => format!("<d:{name}>{}</d:{name}>", escape(value)),
            Some(value) => format!("<d:{name} m:type=\"{edm}\">{}</d:{name}>", escape(value)),
        })
        .collect();
    let (base, entity) = (&address.base, set.entity);
    format!(
        "<entry xml:base=\"{base}\" {namespaces}><id>{base}{path}</id><title type=\"text\">{entity}</title>{UPDATED}\
        <category term=\"{NAMESPACE}.{entity}\" scheme=\"{SCHEME}\"/><link href=\"{path}\" rel=\"self\" title=\"{entity}\"/>\
        {links}<content type=\"application/xml\"><m:properties>{properties}</m:properties></content></entry>"
    )
}

fn atom_link(nav: &Navigation, path: &str, row: &Row, address: &Address, state: &State) -> String {
    let name = nav.name;
    let kind = if nav.many { "feed" } else { "entry" };
    let expanded = address.expand.iter().any(|wanted| wanted == name);
    let inline = match model::set(nav.target).filter(|_| expanded) {
        None => String::new(),
        Some(target) => {
            let rows = related(nav, row, state);
            let inner = address.plain();
            let content = match rows.first() {
                _ if nav.many => atom_feed(target, &rows, None, &inner, state, ""),
                Some(row) => atom_entry(target, row, &inner, state, ""),
                None => String::new(),
            };
            format!("<m:inline>{content}</m:inline>")
        }
    };
    format!(
        "<link href=\"{path}/{name}\" rel=\"{RELATED}/{name}\" type=\"application/atom+xml;type={kind}\" title=\"{name}\">{inline}</link>"
    )
}

fn selected<'a>(
    set: &'a Set,
    address: &'a Address,
) -> impl Iterator<Item = (&'static str, &'static str)> + 'a {
    let wanted = |name: &str| {
        address.select.is_empty() || address.select.iter().any(|wanted| wanted == name)
    };
    set.properties
        .iter()
        .copied()
        .filter(move |(name, _)| wanted(name))
}

fn path(set: &Set, row: &Row) -> String {
    let key = row.get(set.key()).map_or("", String::as_str);
    format!("{}('{}')", set.name, key.replace('\'', "''"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_ticks() {
        assert_eq!(millis("1970-01-01T00:00:00"), Some(0));
        assert_eq!(millis("2024-01-31T09:30:00"), Some(1_706_693_400_000));
        assert_eq!(millis("2000-03-01T00:00:01"), Some(951_868_801_000));
    }
}
