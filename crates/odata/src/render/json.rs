//! Answers in JSON: everything in `{"d":…}`.

use serde_json::{Map, Value as Json, json};

use super::{JSON, NAMESPACE, Rendered, View, scalar};
use crate::error::Error;
use crate::model::{Edm, Navigation, Property};
use crate::value::{Expanded, Row, Value};

pub(super) fn entity(view: &View<'_>, row: &Row) -> Rendered {
    wrapped(object(view, row))
}

pub(super) fn entities(
    view: &View<'_>,
    rows: &[Row],
    total: Option<u64>,
    next: Option<&str>,
) -> Rendered {
    let mut list = Map::new();
    if let Some(total) = total {
        list.insert("__count".to_owned(), total.to_string().into());
    }
    let results: Vec<_> = rows.iter().map(|row| object(view, row)).collect();
    list.insert("results".to_owned(), results.into());
    if let Some(next) = next {
        list.insert("__next".to_owned(), next.into());
    }
    wrapped(list.into())
}

pub(super) fn property(property: &'static Property, found: Option<&Value>) -> Rendered {
    wrapped(json!({property.name: value(property, found)}))
}

pub(super) fn error(error: &Error) -> Rendered {
    let code = error.status.canonical_reason().unwrap_or_default();
    let message = json!({"lang": "en", "value": error.message});
    rendered(&json!({"error": {"code": code, "message": message}}))
}

pub(super) fn wrapped(json: Json) -> Rendered {
    rendered(&json!({"d": json}))
}

fn rendered(json: &Json) -> Rendered {
    Rendered {
        content_type: JSON,
        text: json.to_string(),
    }
}

fn object(view: &View<'_>, row: &Row) -> Json {
    let address = view.address(row);
    let uri = format!("{}/{address}", view.base);
    let mut metadata = Map::new();
    metadata.insert("id".to_owned(), uri.clone().into());
    metadata.insert("uri".to_owned(), uri.clone().into());
    metadata.insert("type".to_owned(), view.type_name().into());
    if view.set.entity().has_media() {
        let media = format!("{uri}/$value");
        metadata.insert("content_type".to_owned(), "application/octet-stream".into());
        metadata.insert("media_src".to_owned(), media.clone().into());
        metadata.insert("edit_media".to_owned(), media.into());
    }
    let mut object = Map::new();
    object.insert("__metadata".to_owned(), metadata.into());
    for property in view.properties() {
        let shown = value(property, row.get(property.name));
        object.insert(property.name.to_owned(), shown);
    }
    for (navigation, expand) in view.navigations() {
        let behind = expand.and_then(|expand| view.behind(navigation, expand, &address));
        let json = match (behind, row.expanded(navigation.name)) {
            (Some(view), Some(expanded)) => inline(&view, expanded),
            _ => deferred(&uri, navigation),
        };
        object.insert(navigation.name.to_owned(), json);
    }
    object.into()
}

fn inline(view: &View<'_>, expanded: &Expanded) -> Json {
    match expanded {
        Expanded::Many(rows) => {
            let results: Vec<_> = rows.iter().map(|row| object(view, row)).collect();
            json!({"results": results})
        }
        Expanded::One(row) => row.as_ref().map_or(Json::Null, |row| object(view, row)),
    }
}

fn deferred(uri: &str, navigation: &Navigation) -> Json {
    json!({"__deferred": {"uri": format!("{uri}/{}", navigation.name)}})
}

fn value(property: &Property, found: Option<&Value>) -> Json {
    let shown = property.shown(found);
    let (Edm::Complex(of), Value::Complex(row)) = (property.edm, &*shown) else {
        return scalar::json(property, &shown);
    };
    let mut object = Map::new();
    let metadata = json!({"type": format!("{NAMESPACE}.{}", of.name)});
    object.insert("__metadata".to_owned(), metadata);
    for inner in of.properties {
        object.insert(inner.name.to_owned(), value(inner, row.get(inner.name)));
    }
    object.into()
}
