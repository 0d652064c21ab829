//! Answers in Atom and plain XML.

use lockgate_xml::serialise::{escape_attribute, escape_text};

use super::{NAMESPACE, Rendered, View, XML, scalar};
use crate::error::Error;
use crate::model::{Edm, Navigation, Property};
use crate::value::{Expanded, Row, Value};

const DECLARATION: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;
const DATA: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices";
const METADATA: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";
const FEED: &str = "application/atom+xml;type=feed;charset=utf-8";
const ENTRY: &str = "application/atom+xml;type=entry;charset=utf-8";

pub(super) fn entry(view: &View<'_>, row: &Row) -> Rendered {
    let mut out = DECLARATION.to_owned();
    append_entry(&mut out, view, row, &namespaces(view));
    Rendered {
        content_type: ENTRY,
        text: out,
    }
}

pub(super) fn feed(
    view: &View<'_>,
    rows: &[Row],
    total: Option<u64>,
    next: Option<&str>,
) -> Rendered {
    let mut out = DECLARATION.to_owned();
    append_feed(&mut out, view, rows, total, next, &namespaces(view));
    Rendered {
        content_type: FEED,
        text: out,
    }
}

pub(super) fn property(property: &'static Property, found: Option<&Value>) -> Rendered {
    let mut out = DECLARATION.to_owned();
    let namespaces = format!(r#" xmlns:d="{DATA}" xmlns:m="{METADATA}""#);
    append_property(&mut out, property, found, &namespaces);
    xml(out)
}

pub(super) fn error(error: &Error) -> Rendered {
    let code = error.status.canonical_reason().unwrap_or_default();
    let message = legal(&error.message);
    let message = escape_text(&message);
    xml(format!(
        r#"{DECLARATION}<error xmlns="{METADATA}"><code>{code}</code><message xml:lang="en">{message}</message></error>"#
    ))
}

pub(super) fn xml(text: String) -> Rendered {
    Rendered {
        content_type: XML,
        text,
    }
}

/// What the outermost element declares.
fn namespaces(view: &View<'_>) -> String {
    format!(
        r#" xmlns="http://www.w3.org/2005/Atom" xmlns:m="{METADATA}" xmlns:d="{DATA}" xml:base="{}/""#,
        escape_attribute(view.base)
    )
}

fn append_feed(
    out: &mut String,
    view: &View<'_>,
    rows: &[Row],
    total: Option<u64>,
    next: Option<&str>,
    namespaces: &str,
) {
    let name = view.set.name();
    let path = view.inside.as_deref().unwrap_or(name);
    let (id, path) = (format!("{}/{path}", view.base), escape_attribute(path));
    out.push_str(&format!(
        r#"<feed{namespaces}><id>{}</id><title type="text">{name}</title><updated>{}</updated><author><name/></author><link href="{path}" rel="self" title="{name}"/>"#,
        escape_text(&id),
        view.now,
    ));
    if let Some(total) = total {
        out.push_str(&format!("<m:count>{total}</m:count>"));
    }
    for row in rows {
        append_entry(out, view, row, "");
    }
    if let Some(next) = next {
        let next = escape_attribute(next);
        out.push_str(&format!(r#"<link href="{next}" rel="next"/>"#));
    }
    out.push_str("</feed>");
}

fn append_entry(out: &mut String, view: &View<'_>, row: &Row, namespaces: &str) {
    let address = view.address(row);
    let entity = view.set.entity();
    let id = format!("{}/{address}", view.base);
    let href = escape_attribute(&address);
    out.push_str(&format!(
        r#"<entry{namespaces}><id>{}</id><title type="text">{}</title><updated>{}</updated><author><name/></author><category term="{}" scheme="{DATA}/scheme"/><link href="{href}" rel="edit" title="{}"/>"#,
        escape_text(&id),
        view.set.name(),
        view.now,
        view.type_name(),
        entity.name,
    ));
    let media = entity.has_media();
    if media {
        out.push_str(&format!(
            r#"<link href="{href}/$value" rel="edit-media" type="application/octet-stream"/>"#
        ));
    }
    for (navigation, expand) in view.navigations() {
        let behind = expand.and_then(|expand| view.behind(navigation, expand, &address));
        let inline = behind.zip(row.expanded(navigation.name));
        append_link(out, navigation, &href, inline);
    }
    if media {
        out.push_str(&format!(
            r#"<content type="application/octet-stream" src="{href}/$value"/>"#
        ));
    } else {
        out.push_str(r#"<content type="application/xml">"#);
    }
    out.push_str("<m:properties>");
    for property in view.properties() {
        append_property(out, property, row.get(property.name), "");
    }
    out.push_str("</m:properties>");
    out.push_str(if media {
        "</entry>"
    } else {
        "</content></entry>"
    });
}

fn append_link(
    out: &mut String,
    navigation: &Navigation,
    href: &str,
    inline: Option<(View<'_>, &Expanded)>,
) {
    let name = navigation.name;
    let kind = if navigation.many { "feed" } else { "entry" };
    out.push_str(&format!(
        r#"<link href="{href}/{name}" rel="{DATA}/related/{name}" type="application/atom+xml;type={kind}" title="{name}""#
    ));
    let Some((view, expanded)) = inline else {
        out.push_str("/>");
        return;
    };
    out.push_str("><m:inline>");
    match expanded {
        Expanded::Many(rows) => append_feed(out, &view, rows, None, None, ""),
        Expanded::One(Some(row)) => append_entry(out, &view, row, ""),
        Expanded::One(None) => {}
    }
    out.push_str("</m:inline></link>");
}

fn append_property(out: &mut String, property: &Property, found: Option<&Value>, declared: &str) {
    let (name, shown) = (property.name, property.shown(found));
    let kind = match property.edm {
        Edm::String => String::new(),
        Edm::Complex(of) => format!(r#" m:type="{NAMESPACE}.{}""#, of.name),
        other => format!(r#" m:type="{}""#, other.name()),
    };
    out.push_str(&format!("<d:{name}{declared}{kind}"));
    match (property.edm, &*shown) {
        (Edm::Complex(of), Value::Complex(row)) => {
            out.push('>');
            for inner in of.properties {
                append_property(out, inner, row.get(inner.name), "");
            }
        }
        (_, shown) => match scalar::text(property, shown) {
            None => {
                out.push_str(r#" m:null="true"/>"#);
                return;
            }
            Some(text) => {
                out.push('>');
                out.push_str(&escape_text(&legal(&text)));
            }
        },
    }
    out.push_str(&format!("</d:{name}>"));
}

/// Text without characters that XML cannot have.
fn legal(text: &str) -> std::borrow::Cow<'_, str> {
    let illegal = |c: char| matches!(c, '\u{0}'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
    match text.contains(illegal) {
        true => text.replace(illegal, "\u{FFFD}").into(),
        false => text.into(),
    }
}
