//! The XML of a flow: `<Set><Type>…</Type></Set>` without namespaces.

use lockgate_xml::Source;
use lockgate_xml::serialise::escape_text;
use roxmltree::Node;

use super::edm::{Edm, Resource, collection_of, simple_name};
use super::entity::{Content, Entity, Linked, Property};
use super::literal;

const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Writes entities below the name of their set.
pub(super) fn write_entities(edm: &Edm, resource: Resource<'_>, entities: &[Entity]) -> String {
    let mut writer = Writer::new(edm);
    writer.element(resource.set, |writer| {
        for entity in entities {
            writer.entity(resource.entity, entity);
        }
    });
    writer.out
}

/// Writes what a function import returned when it is no entity: structures below the function's
/// name in elements named after their type, plain values as its text or in `element`s.
pub(super) fn write_value(edm: &Edm, function: &str, returns: &str, content: &Content) -> String {
    let kind = collection_of(returns).unwrap_or(returns);
    let mut writer = Writer::new(edm);
    let one = std::slice::from_ref;
    let (values, many) = match content {
        Content::Value(value) => (one(value), false),
        Content::Values(values) => (&**values, true),
        Content::Feed { .. } | Content::Entity(_) => (&[] as &[Property], true),
    };
    match values {
        [Property::Literal(text)] if !many => writer.literal(function, Some(kind), text),
        [Property::Null] if !many => writer.null(function),
        values => writer.element(function, |writer| {
            for value in values {
                let name = match value {
                    Property::Complex(_) => simple_name(kind),
                    Property::Null | Property::Literal(_) => "element",
                };
                writer.property(name, Some(kind), value);
            }
        }),
    }
    writer.out
}

struct Writer<'a> {
    edm: &'a Edm,
    out: String,
}

impl<'a> Writer<'a> {
    fn new(edm: &'a Edm) -> Self {
        let out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        Self { edm, out }
    }

    fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.out.extend(["<", name, ">"]);
        let start = self.out.len();
        content(self);
        if self.out.len() == start {
            self.out.truncate(start - 1);
            self.out.push_str("/>");
        } else {
            self.out.extend(["</", name, ">"]);
        }
    }

    fn entity(&mut self, kind: &str, entity: &Entity) {
        self.element(simple_name(kind), |writer| {
            writer.properties(kind, &entity.properties);
            for (name, linked) in &entity.navigation {
                let target = writer.edm.navigation(kind, name);
                let target = target.map_or(name.as_str(), |target| target.entity);
                writer.element(name, |writer| match linked {
                    Linked::One(one) => {
                        if let Some(entity) = one {
                            writer.entity(target, entity);
                        }
                    }
                    Linked::Many(entities) => {
                        for entity in entities {
                            writer.entity(target, entity);
                        }
                    }
                });
            }
        });
    }

    fn properties(&mut self, kind: &str, properties: &[(String, Property)]) {
        for (name, value) in properties {
            // JSON names that XML cannot have are left out: nothing could refer to them.
            if is_xml_name(name) {
                self.property(name, self.edm.property(kind, name), value);
            }
        }
    }

    fn property(&mut self, name: &str, edm_type: Option<&str>, value: &Property) {
        match value {
            Property::Null => self.null(name),
            Property::Literal(text) => self.literal(name, edm_type, text),
            Property::Complex(inner) => self.element(name, |writer| {
                writer.properties(edm_type.unwrap_or_default(), inner);
            }),
        }
    }

    fn literal(&mut self, name: &str, edm_type: Option<&str>, text: &str) {
        let text = literal::to_flow(edm_type, text);
        // JSON can hold characters that XML cannot.
        let text = text.replace(|c| !is_xml_char(c), "\u{fffd}");
        self.element(name, |writer| writer.out.push_str(&escape_text(&text)));
    }

    fn null(&mut self, name: &str) {
        self.out.push_str(&format!(
            "<{name} xmlns:xsi=\"{INSTANCE}\" xsi:nil=\"true\"/>"
        ));
    }
}

fn is_xml_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn is_xml_char(c: char) -> bool {
    c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\t' | '\n' | '\r')
}

/// Reads the one entity of a request.
///
/// # Errors
/// Says what the body should look like.
pub(super) fn read_entity(
    edm: &Edm,
    resource: Resource<'_>,
    body: &[u8],
) -> Result<Entity, String> {
    let source = Source::from_bytes(body).map_err(|error| error.to_string())?;
    let document = source.document().map_err(|error| error.to_string())?;
    let root = document.tree().root_element();
    let kind = simple_name(resource.entity);
    let named = |node: &Node<'_, '_>| node.tag_name().name() == kind;
    let mut entities = root.children().filter(named);
    match (entities.next(), entities.next()) {
        (Some(node), None) => Ok(entity(edm, resource.entity, node)),
        (None, _) if named(&root) => Ok(entity(edm, resource.entity, root)),
        (None, _) => Err(format!(
            "the body must be <{set}><{kind}>…</{kind}></{set}>, but <{}> holds no <{kind}>",
            root.tag_name().name(),
            set = resource.set,
        )),
        (Some(_), Some(_)) => Err(format!(
            "the body holds several <{kind}>, but one request sends one; split the message first"
        )),
    }
}

fn entity(edm: &Edm, kind: &str, node: Node<'_, '_>) -> Entity {
    let mut read = Entity::default();
    for child in node.children().filter(Node::is_element) {
        let name = child.tag_name().name();
        let Some(target) = edm.navigation(kind, name) else {
            read.properties.push((name.to_owned(), property(child)));
            continue;
        };
        let mut entities: Vec<Entity> = child
            .children()
            .filter(Node::is_element)
            .map(|node| entity(edm, target.entity, node))
            .collect();
        let linked = if target.many {
            Linked::Many(entities)
        } else {
            Linked::One(entities.pop().map(Box::new))
        };
        read.navigation.push((name.to_owned(), linked));
    }
    read
}

fn property(node: Node<'_, '_>) -> Property {
    if matches!(node.attribute((INSTANCE, "nil")), Some("true" | "1")) {
        Property::Null
    } else if node.children().any(|child| child.is_element()) {
        let children = node.children().filter(Node::is_element);
        let named = |child: Node<'_, '_>| (child.tag_name().name().to_owned(), property(child));
        Property::Complex(children.map(named).collect())
    } else {
        Property::Literal(node.children().filter_map(|child| child.text()).collect())
    }
}
