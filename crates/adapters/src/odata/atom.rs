//! Atom: reads answers, writes entries.

use lockgate_xml::serialise::{escape_attribute, escape_text};
use lockgate_xml::{Source, XmlError};
use roxmltree::Node;

use super::edm::Edm;
use super::entity::{Content, Entity, Linked, Property};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const DATA: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices";
const METADATA: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";
const RELATED: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/related/";
const SCHEME: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/scheme";

/// Reads a feed, an entry, or what a function import returned.
pub(super) fn read(body: &[u8]) -> Result<Content, XmlError> {
    let source = Source::from_bytes(body)?;
    let document = source.document()?;
    let root = document.tree().root_element();
    Ok(if root.has_tag_name((ATOM, "feed")) {
        let next = root.children().find(|node| {
            node.has_tag_name((ATOM, "link")) && node.attribute("rel") == Some("next")
        });
        Content::Feed {
            entities: entries(root),
            next: next
                .and_then(|link| link.attribute("href"))
                .map(str::to_owned),
        }
    } else if root.has_tag_name((ATOM, "entry")) {
        Content::Entity(entry(root))
    } else if root.children().any(|node| is_item(&node)) {
        Content::Values(root.children().filter(is_item).map(property).collect())
    } else {
        Content::Value(property(root))
    })
}

fn is_item(node: &Node<'_, '_>) -> bool {
    node.has_tag_name((DATA, "element"))
}

fn entries(feed: Node<'_, '_>) -> Vec<Entity> {
    feed.children()
        .filter(|node| node.has_tag_name((ATOM, "entry")))
        .map(entry)
        .collect()
}

fn entry(node: Node<'_, '_>) -> Entity {
    let mut entity = Entity::default();
    for child in node.children().filter(Node::is_element) {
        if child.has_tag_name((ATOM, "link")) {
            entity.navigation.extend(link(child));
        } else if child.has_tag_name((METADATA, "properties")) {
            entity.properties.extend(properties(child));
        } else if child.has_tag_name((ATOM, "content")) {
            let inner = (child.children()).find(|n| n.has_tag_name((METADATA, "properties")));
            entity
                .properties
                .extend(inner.into_iter().flat_map(properties));
        }
    }
    entity
}

/// An expanded navigation property; links that are only addresses are not part of the entity.
fn link(node: Node<'_, '_>) -> Option<(String, Linked)> {
    let name = node.attribute("rel")?.strip_prefix(RELATED)?;
    let inline = node
        .children()
        .find(|child| child.has_tag_name((METADATA, "inline")))?;
    let linked = match inline.children().find(Node::is_element) {
        Some(feed) if feed.has_tag_name((ATOM, "feed")) => Linked::Many(entries(feed)),
        Some(single) => Linked::One(Some(Box::new(entry(single)))),
        None if node
            .attribute("type")
            .is_some_and(|kind| kind.contains("feed")) =>
        {
            Linked::Many(Vec::new())
        }
        None => Linked::One(None),
    };
    Some((name.to_owned(), linked))
}

fn properties(node: Node<'_, '_>) -> Vec<(String, Property)> {
    node.children()
        .filter(Node::is_element)
        .map(|child| (child.tag_name().name().to_owned(), property(child)))
        .collect()
}

fn property(node: Node<'_, '_>) -> Property {
    if node.attribute((METADATA, "null")) == Some("true") {
        Property::Null
    } else if node.children().any(|child| child.is_element()) {
        Property::Complex(properties(node))
    } else {
        Property::Literal(node.children().filter_map(|child| child.text()).collect())
    }
}

/// Writes an entity as an entry. `updated` is required by Atom and means nothing to services.
pub(super) fn write(edm: &Edm, kind: &str, entity: &Entity, updated: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    let namespaces = format!(" xmlns=\"{ATOM}\" xmlns:d=\"{DATA}\" xmlns:m=\"{METADATA}\"");
    write_entry(&mut out, edm, kind, entity, updated, &namespaces);
    out
}

fn write_entry(
    out: &mut String,
    edm: &Edm,
    kind: &str,
    entity: &Entity,
    updated: &str,
    namespaces: &str,
) {
    let term = escape_attribute(kind);
    out.push_str(&format!(
        "<entry{namespaces}><category term=\"{term}\" scheme=\"{SCHEME}\"/><id/><title/>\
        <updated>{updated}</updated><author><name/></author>"
    ));
    for (name, linked) in &entity.navigation {
        let target = edm
            .navigation(kind, name)
            .map_or("", |target| target.entity);
        let (shape, entities) = match linked {
            Linked::Many(entities) => ("feed", entities.iter().collect()),
            Linked::One(Some(entity)) => ("entry", vec![&**entity]),
            Linked::One(None) => continue,
        };
        let name = escape_attribute(name);
        out.push_str(&format!(
            "<link rel=\"{RELATED}{name}\" type=\"application/atom+xml;type={shape}\" title=\"{name}\" href=\"{name}\"><m:inline>"
        ));
        if shape == "feed" {
            out.push_str("<feed>");
        }
        for entity in entities {
            write_entry(out, edm, target, entity, updated, "");
        }
        out.push_str(if shape == "feed" {
            "</feed></m:inline></link>"
        } else {
            "</m:inline></link>"
        });
    }
    out.push_str("<content type=\"application/xml\"><m:properties>");
    write_properties(out, edm, kind, &entity.properties);
    out.push_str("</m:properties></content></entry>");
}

fn write_properties(out: &mut String, edm: &Edm, kind: &str, properties: &[(String, Property)]) {
    for (name, property) in properties {
        let edm_type = edm.property(kind, name);
        let typed = edm_type.filter(|edm_type| *edm_type != "Edm.String");
        let attribute = typed.map_or_else(String::new, |edm_type| {
            format!(" m:type=\"{}\"", escape_attribute(edm_type))
        });
        match property {
            Property::Null => out.push_str(&format!("<d:{name}{attribute} m:null=\"true\"/>")),
            Property::Literal(text) => {
                let text = escape_text(text);
                out.push_str(&format!("<d:{name}{attribute}>{text}</d:{name}>"));
            }
            Property::Complex(inner) => {
                out.push_str(&format!("<d:{name}{attribute}>"));
                write_properties(out, edm, edm_type.unwrap_or_default(), inner);
                out.push_str(&format!("</d:{name}>"));
            }
        }
    }
}
