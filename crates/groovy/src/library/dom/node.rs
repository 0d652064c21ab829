//! `org.w3c.dom.Node`, `Document` and the leaves.

use std::any::Any;
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::{args, xml_util};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::fault;

use super::arena::{self, Dom, Id, Kind, not_found};
use super::{DOM_EXCEPTION, element, list};

macro_rules! kinds {
    ($($name:literal $number:literal),*) => { &[$(($name, || Value::Short($number))),*] };
}

/// `org.w3c.dom.Node`
pub(crate) static NODE: Class = Class::interface("org.w3c.dom.Node")
    .constants(kinds![
        "ELEMENT_NODE" 1, "ATTRIBUTE_NODE" 2, "TEXT_NODE" 3, "CDATA_SECTION_NODE" 4,
        "ENTITY_REFERENCE_NODE" 5, "ENTITY_NODE" 6, "PROCESSING_INSTRUCTION_NODE" 7,
        "COMMENT_NODE" 8, "DOCUMENT_NODE" 9, "DOCUMENT_TYPE_NODE" 10,
        "DOCUMENT_FRAGMENT_NODE" 11, "NOTATION_NODE" 12
    ])
    .methods(&[
        ("getNodeName", |_, this, _| Ok(of(this)?.name())),
        ("getNodeValue", node_value),
        ("setNodeValue", set_node_value),
        ("getNodeType", node_type),
        ("getParentNode", |_, this, _| {
            Ok(of(this)?.shown(|node| node.dom.parent(node.id)))
        }),
        ("getChildNodes", |_, this, _| {
            Ok(list::children(&*of(this)?))
        }),
        ("getFirstChild", |_, this, _| {
            Ok(of(this)?.shown(|node| node.dom.children(node.id).first().copied()))
        }),
        ("getLastChild", |_, this, _| {
            Ok(of(this)?.shown(|node| node.dom.children(node.id).last().copied()))
        }),
        ("getNextSibling", |_, this, _| {
            Ok(of(this)?.shown(|node| node.sibling(1)))
        }),
        ("getPreviousSibling", |_, this, _| {
            Ok(of(this)?.shown(|node| node.sibling(-1)))
        }),
        ("getOwnerDocument", |_, this, _| {
            Ok(of(this)?.shown(|node| (node.id != arena::DOCUMENT).then_some(arena::DOCUMENT)))
        }),
        ("getAttributes", |_, this, _| {
            let node = of(this)?;
            Ok(match node.dom.kind(node.id) {
                Kind::Element => list::attributes(&node),
                _ => Value::Null,
            })
        }),
        ("getTextContent", |_, this, _| {
            let node = of(this)?;
            Ok(match node.dom.kind(node.id) {
                Kind::Document => Value::Null,
                _ => Value::text(node.dom.text(node.id)),
            })
        }),
        ("setTextContent", set_text_content),
        ("getNamespaceURI", |_, this, _| {
            let node = of(this)?;
            let uri = node.dom.read(node.id, |data| data.uri.clone());
            Ok(uri.map_or(Value::Null, Value::Str))
        }),
        ("getPrefix", |_, this, _| {
            let node = of(this)?;
            Ok(node.dom.read(node.id, |data| match data.prefix() {
                prefix if data.aware && !prefix.is_empty() => Value::text(prefix),
                _ => Value::Null,
            }))
        }),
        ("getLocalName", |_, this, _| {
            let node = of(this)?;
            Ok(node.dom.read(node.id, |data| match data.aware {
                true => Value::text(data.local()),
                false => Value::Null,
            }))
        }),
        ("hasChildNodes", |_, this, _| {
            let node = of(this)?;
            Ok(Value::Bool(!node.dom.children(node.id).is_empty()))
        }),
        ("hasAttributes", |_, this, _| {
            let node = of(this)?;
            Ok(Value::Bool(
                node.dom.read(node.id, |data| !data.attributes.is_empty()),
            ))
        }),
        ("appendChild", |vm, this, args| {
            insert(vm, this, args.first(), None)
        }),
        ("insertBefore", insert_before),
        ("removeChild", remove_child),
        ("replaceChild", replace_child),
        ("cloneNode", clone_node),
        ("normalize", |_, this, _| {
            let node = of(this)?;
            node.dom.normalize(node.id);
            Ok(Value::Null)
        }),
        ("isSameNode", |_, this, args| match args {
            [other] => {
                Ok(Value::Bool(other.downcast::<Node>().is_some_and(|other| {
                    of(this).is_ok_and(|node| node.is(other))
                })))
            }
            _ => Err(Thrown::mismatch()),
        }),
    ]);

/// `org.w3c.dom.Document`
pub(crate) static DOCUMENT: Class = Class::interface("org.w3c.dom.Document")
    .extends(&[&NODE])
    .methods(&[
        ("getDocumentElement", |_, this, _| {
            Ok(of(this)?.shown(|node| node.root()))
        }),
        ("createElement", |vm, this, args| {
            create(vm, this, args, Kind::Element, false)
        }),
        ("createElementNS", |vm, this, args| {
            create(vm, this, args, Kind::Element, true)
        }),
        ("createAttribute", |vm, this, args| {
            create(vm, this, args, Kind::Attribute, false)
        }),
        ("createAttributeNS", |vm, this, args| {
            create(vm, this, args, Kind::Attribute, true)
        }),
        ("createTextNode", |vm, this, args| {
            create_text(vm, this, args, Kind::Text, "#text")
        }),
        ("createComment", |vm, this, args| {
            create_text(vm, this, args, Kind::Comment, "#comment")
        }),
        ("createCDATASection", |vm, this, args| {
            create_text(vm, this, args, Kind::CData, "#cdata-section")
        }),
        ("createProcessingInstruction", |vm, this, args| {
            let [target, text] = args else {
                return Err(Thrown::mismatch());
            };
            let (target, text) = (args::text(vm, target)?, args::text(vm, text)?);
            Ok(of(this)?.make(Kind::Instruction, target, None, text))
        }),
        ("createDocumentFragment", |_, this, _| {
            let name = "#document-fragment".into();
            Ok(of(this)?.make(Kind::Fragment, name, None, "".into()))
        }),
        ("importNode", import_node),
        ("adoptNode", |vm, this, args| match args {
            [node] => import_node(vm, this, &[node.clone(), Value::Bool(true)]),
            _ => Err(Thrown::mismatch()),
        }),
        ("getElementsByTagName", element::by_tag_name),
        ("getElementsByTagNameNS", element::by_tag_name_ns),
        ("getElementById", |_, _, _| Ok(Value::Null)),
        ("getXmlStandalone", |_, this, _| {
            Ok(Value::Bool(of(this)?.dom.standalone.get()))
        }),
        ("setXmlStandalone", |_, this, args| {
            let [Value::Bool(on)] = args else {
                return Err(Thrown::mismatch());
            };
            of(this)?.dom.standalone.set(*on);
            Ok(Value::Null)
        }),
        ("getXmlVersion", |_, _, _| Ok(Value::text("1.0"))),
        ("normalizeDocument", |_, this, _| {
            let node = of(this)?;
            node.dom.normalize(node.id);
            Ok(Value::Null)
        }),
    ]);

/// `org.w3c.dom.DocumentFragment`
pub(crate) static FRAGMENT: Class =
    Class::interface("org.w3c.dom.DocumentFragment").extends(&[&NODE]);

/// `org.w3c.dom.Attr`
pub(crate) static ATTR: Class = Class::interface("org.w3c.dom.Attr")
    .extends(&[&NODE])
    .methods(&[
        ("getName", |_, this, _| Ok(of(this)?.name())),
        ("getValue", |_, this, _| Ok(of(this)?.text())),
        ("setValue", set_node_value),
        ("getSpecified", |_, _, _| Ok(Value::Bool(true))),
        ("getOwnerElement", |_, this, _| {
            Ok(of(this)?.shown(|node| node.dom.read(node.id, |data| data.parent)))
        }),
    ]);

/// `org.w3c.dom.CharacterData`
pub(crate) static CHARACTER_DATA: Class = Class::interface("org.w3c.dom.CharacterData")
    .extends(&[&NODE])
    .methods(&[
        ("getData", |_, this, _| Ok(of(this)?.text())),
        ("setData", set_node_value),
        ("getWholeText", |_, this, _| Ok(of(this)?.text())),
        ("getLength", |_, this, _| {
            let node = of(this)?;
            Ok(args::size(
                node.dom.read(node.id, |data| data.value.units()),
            ))
        }),
        ("appendData", |vm, this, args| {
            let [more] = args else {
                return Err(Thrown::mismatch());
            };
            let (node, more) = (of(this)?, args::text(vm, more)?);
            let joined = node
                .dom
                .read(node.id, |data| format!("{}{more}", data.value));
            vm.reserve(joined.len())?;
            node.dom.change(node.id, |data| data.value = joined.into());
            Ok(Value::Null)
        }),
    ]);

/// `org.w3c.dom.Text`
pub(crate) static TEXT: Class = Class::interface("org.w3c.dom.Text").extends(&[&CHARACTER_DATA]);
/// `org.w3c.dom.CDATASection`
pub(crate) static CDATA: Class = Class::interface("org.w3c.dom.CDATASection").extends(&[&TEXT]);
/// `org.w3c.dom.Comment`
pub(crate) static COMMENT: Class =
    Class::interface("org.w3c.dom.Comment").extends(&[&CHARACTER_DATA]);
/// `org.w3c.dom.ProcessingInstruction`
pub(crate) static INSTRUCTION: Class = Class::interface("org.w3c.dom.ProcessingInstruction")
    .extends(&[&NODE])
    .methods(&[
        ("getTarget", |_, this, _| Ok(of(this)?.name())),
        ("getData", |_, this, _| Ok(of(this)?.text())),
        ("setData", set_node_value),
    ]);

/// A node, as a script holds it.
pub(crate) struct Node {
    pub(crate) dom: Rc<Dom>,
    pub(crate) id: Id,
}

impl Node {
    pub(crate) fn value(dom: &Rc<Dom>, id: Id) -> Value {
        Value::object(Self {
            dom: Rc::clone(dom),
            id,
        })
    }

    fn shown(&self, find: impl FnOnce(&Self) -> Option<Id>) -> Value {
        find(self).map_or(Value::Null, |id| Self::value(&self.dom, id))
    }

    fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.dom, &other.dom) && self.id == other.id
    }

    fn name(&self) -> Value {
        Value::Str(
            self.dom
                .read(self.id, |data| Some(data.name.clone()))
                .unwrap_or_else(|| "".into()),
        )
    }

    fn text(&self) -> Value {
        Value::Str(
            self.dom
                .read(self.id, |data| Some(data.value.clone()))
                .unwrap_or_else(|| "".into()),
        )
    }

    fn sibling(&self, by: isize) -> Option<Id> {
        let siblings = self.dom.children(self.dom.parent(self.id)?);
        let at = siblings.iter().position(|one| *one == self.id)?;
        siblings.get(at.checked_add_signed(by)?).copied()
    }

    fn root(&self) -> Option<Id> {
        let mut children = self.dom.children(arena::DOCUMENT).into_iter();
        children.find(|child| self.dom.kind(*child) == Kind::Element)
    }

    /// Whether it is a document.
    pub(crate) fn is_document(&self) -> bool {
        self.id == arena::DOCUMENT
    }

    /// The name of the root element.
    pub(crate) fn root_name(&self) -> String {
        let root = self.root().unwrap_or(arena::DOCUMENT);
        self.dom.read(root, |data| data.name.to_string())
    }

    fn make(&self, kind: Kind, name: Str, uri: Option<Str>, value: Str) -> Value {
        Self::value(&self.dom, self.dom.add(kind, name, uri, value))
    }
}

impl Object for Node {
    fn class(&self) -> ClassRef {
        ClassRef::Native(match self.dom.kind(self.id) {
            Kind::Element => &element::ELEMENT,
            Kind::Attribute => &ATTR,
            Kind::Text => &TEXT,
            Kind::CData => &CDATA,
            Kind::Comment => &COMMENT,
            Kind::Instruction => &INSTRUCTION,
            Kind::Document => &DOCUMENT,
            Kind::Fragment => &FRAGMENT,
        })
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        if self.dom.kind(self.id) == Kind::Element {
            return xml_util::element(vm, self).map(|text| Some(text.into()));
        }
        let text = self.dom.read(self.id, |data| match data.kind {
            Kind::Attribute => format!("{}=\"{}\"", data.name, data.value),
            Kind::Document | Kind::Fragment => format!("[{}: null]", data.name),
            _ => format!("[{}: {}]", data.name, data.value),
        });
        Ok(Some(text.into()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other.downcast::<Self>().is_some_and(|other| self.is(other)))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other: &dyn Any = other;
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self.is(other))
    }

    fn hash(&self) -> Option<i32> {
        i32::try_from(self.id).ok()
    }
}

/// The node that a value is.
pub(super) fn of(this: &Value) -> Result<Rc<Node>> {
    this.downcast_rc().ok_or_else(Thrown::mismatch)
}

fn node_value(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let node = of(this)?;
    Ok(match node.dom.kind(node.id) {
        Kind::Element | Kind::Document | Kind::Fragment => Value::Null,
        _ => node.text(),
    })
}

fn set_node_value(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let node = of(this)?;
    if !matches!(
        node.dom.kind(node.id),
        Kind::Element | Kind::Document | Kind::Fragment
    ) {
        let text = vm.text(value)?;
        node.dom.change(node.id, |data| data.value = text);
    }
    Ok(Value::Null)
}

fn node_type(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let node = of(this)?;
    Ok(Value::Short(match node.dom.kind(node.id) {
        Kind::Element => 1,
        Kind::Attribute => 2,
        Kind::Text => 3,
        Kind::CData => 4,
        Kind::Instruction => 7,
        Kind::Comment => 8,
        Kind::Document => 9,
        Kind::Fragment => 11,
    }))
}

fn set_text_content(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let node = of(this)?;
    if !matches!(node.dom.kind(node.id), Kind::Element | Kind::Fragment) {
        return set_node_value(vm, this, args);
    }
    for child in node.dom.children(node.id) {
        node.dom.detach(child);
    }
    let text: Str = if text.is_null() {
        "".into()
    } else {
        vm.text(text)?
    };
    if !text.is_empty() {
        let made = node.dom.add(Kind::Text, "#text".into(), None, text);
        node.dom.insert(node.id, made, None)?;
    }
    Ok(Value::Null)
}

/// A node to be put into the document of another.
fn of_same(node: &Node, value: Option<&Value>) -> Result<Rc<Node>> {
    let other = of(value.ok_or_else(Thrown::mismatch)?)?;
    if Rc::ptr_eq(&node.dom, &other.dom) {
        return Ok(other);
    }
    Err(fault::throw(
        &DOM_EXCEPTION,
        "WRONG_DOCUMENT_ERR: A node is used in a different document than the one that created it.",
    ))
}

fn insert(
    vm: &mut Vm,
    this: &Value,
    child: Option<&Value>,
    before: Option<&Value>,
) -> Result<Value> {
    vm.step(1)?;
    let node = of(this)?;
    let added = of_same(&node, child)?;
    let before = match before {
        None | Some(Value::Null) => None,
        some => Some(of_same(&node, some)?.id),
    };
    node.dom.insert(node.id, added.id, before)?;
    Ok(child.cloned().unwrap_or_default())
}

fn insert_before(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [child, before] = args else {
        return Err(Thrown::mismatch());
    };
    insert(vm, this, Some(child), Some(before))
}

fn remove_child(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [child] = args else {
        return Err(Thrown::mismatch());
    };
    let (node, removed) = (of(this)?, of(child)?);
    if !Rc::ptr_eq(&node.dom, &removed.dom) || node.dom.parent(removed.id) != Some(node.id) {
        return Err(not_found());
    }
    node.dom.detach(removed.id);
    Ok(child.clone())
}

fn replace_child(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [added, old] = args else {
        return Err(Thrown::mismatch());
    };
    insert(vm, this, Some(added), Some(old))?;
    remove_child(vm, this, std::slice::from_ref(old))
}

fn clone_node(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::Bool(deep)] = args else {
        return Err(Thrown::mismatch());
    };
    let node = of(this)?;
    vm.reserve(0)?;
    if node.id == arena::DOCUMENT {
        let copy = Dom::new();
        for child in node.dom.children(node.id) {
            if *deep {
                let made = copy.copy(&node.dom, child, true);
                copy.insert(arena::DOCUMENT, made, None)?;
            }
        }
        return Ok(Node::value(&copy, arena::DOCUMENT));
    }
    Ok(Node::value(
        &node.dom,
        node.dom.copy(&node.dom, node.id, *deep),
    ))
}

fn import_node(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [from, Value::Bool(deep)] = args else {
        return Err(Thrown::mismatch());
    };
    let (node, from) = (of(this)?, of(from)?);
    vm.reserve(0)?;
    Ok(Node::value(
        &node.dom,
        node.dom.copy(&from.dom, from.id, *deep),
    ))
}

fn create(vm: &mut Vm, this: &Value, args: &[Value], kind: Kind, aware: bool) -> Result<Value> {
    vm.step(1)?;
    let (uri, name) = match args {
        [name] if !aware => (None, name),
        [Value::Null, name] if aware => (None, name),
        [uri, name] if aware => (Some(args::text(vm, uri)?), name),
        _ => return Err(Thrown::mismatch()),
    };
    let name = args::text(vm, name)?;
    check_name(&name)?;
    let node = of(this)?;
    let made = node
        .dom
        .add(kind, name, uri.filter(|uri| !uri.is_empty()), "".into());
    node.dom.change(made, |data| data.aware = aware);
    Ok(Node::value(&node.dom, made))
}

/// Refuses what is no name.
pub(super) fn check_name(name: &str) -> Result<()> {
    let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':');
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.' | '\u{b7}');
    if starts && name.chars().all(goes_on) {
        return Ok(());
    }
    Err(fault::throw(
        &DOM_EXCEPTION,
        "INVALID_CHARACTER_ERR: An invalid or illegal XML character is specified. ",
    ))
}

fn create_text(vm: &mut Vm, this: &Value, args: &[Value], kind: Kind, name: &str) -> Result<Value> {
    vm.step(1)?;
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = vm.text(text)?;
    Ok(of(this)?.make(kind, name.into(), None, text))
}
