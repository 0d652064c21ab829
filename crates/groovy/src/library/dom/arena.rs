//! The nodes of a DOM document: in one vector, so that nodes that know each other make no ring.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use crate::text::Str;
use crate::thrown::Thrown;
use crate::xml::fault;
use crate::xml::names::{EMPTY, NameId, XMLNS};
use crate::xml::tree::{Kind as TreeKind, Tree};
use crate::xml::write::Writer;

use super::DOM_EXCEPTION;

/// A node of a document.
pub(crate) type Id = usize;

/// The document itself.
pub(crate) const DOCUMENT: Id = 0;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Element,
    Attribute,
    Text,
    CData,
    Instruction,
    Comment,
    Document,
    Fragment,
}

/// The data of a node.
#[derive(Clone)]
pub(crate) struct Data {
    pub(crate) kind: Kind,
    /// As written; the target of an instruction.
    pub(crate) name: Str,
    pub(crate) uri: Option<Str>,
    /// Made by a method that knows namespaces, so that it has a local name.
    pub(crate) aware: bool,
    pub(crate) value: Str,
    pub(crate) parent: Option<Id>,
    pub(crate) children: Vec<Id>,
    pub(crate) attributes: Vec<Id>,
}

/// A document.
pub(crate) struct Dom {
    nodes: RefCell<Vec<Data>>,
    /// Counts changes, for lists that are alive.
    version: Cell<u64>,
    pub(crate) standalone: Cell<bool>,
}

impl Dom {
    pub(crate) fn new() -> Rc<Self> {
        let dom = Self {
            nodes: RefCell::default(),
            version: Cell::new(0),
            standalone: Cell::new(false),
        };
        dom.add(Kind::Document, "#document".into(), None, "".into());
        Rc::new(dom)
    }

    /// The document that a tree is.
    pub(crate) fn of(tree: &Tree) -> Rc<Self> {
        let dom = Self::new();
        dom.standalone.set(tree.standalone);
        let mut above = vec![(DOCUMENT, tree.first)];
        while let Some((parent, at)) = above.pop() {
            let Some(node) = tree.node(at) else { continue };
            above.push((parent, node.next));
            let text = || Str::from(tree.text(node.span));
            let id = match node.kind {
                TreeKind::Element => {
                    let id = dom.add_named(Kind::Element, tree, node.name, "".into());
                    for attribute in tree.attributes(node) {
                        let value = tree.text(attribute.value).into();
                        let made = dom.add_named(Kind::Attribute, tree, attribute.name, value);
                        dom.change(made, |data| data.parent = Some(id));
                        dom.change(id, |data| data.attributes.push(made));
                    }
                    above.push((id, node.first));
                    id
                }
                TreeKind::Text => dom.add(Kind::Text, "#text".into(), None, text()),
                TreeKind::CData => dom.add(Kind::CData, "#cdata-section".into(), None, text()),
                TreeKind::Comment => dom.add(Kind::Comment, "#comment".into(), None, text()),
                TreeKind::Instruction => dom.add_named(Kind::Instruction, tree, node.name, text()),
            };
            dom.change(id, |data| data.parent = Some(parent));
            dom.change(parent, |data| data.children.push(id));
        }
        dom
    }

    fn add_named(&self, kind: Kind, tree: &Tree, name: NameId, value: Str) -> Id {
        let names = &tree.names;
        let Some(name) = names.get(name) else {
            return DOCUMENT;
        };
        let uri = (name.uri != EMPTY).then(|| names.text(name.uri));
        let id = self.add(kind, names.text(name.written), uri, value);
        self.change(id, |data| data.aware = tree.aware);
        id
    }

    /// Adds a node that stands nowhere.
    pub(crate) fn add(&self, kind: Kind, name: Str, uri: Option<Str>, value: Str) -> Id {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Data {
            kind,
            name,
            uri,
            aware: false,
            value,
            parent: None,
            children: Vec::new(),
            attributes: Vec::new(),
        });
        nodes.len() - 1
    }

    /// Looks at a node.
    pub(crate) fn node(&self, id: Id) -> Option<Ref<'_, Data>> {
        Ref::filter_map(self.nodes.borrow(), |nodes| nodes.get(id)).ok()
    }

    /// Reads something of a node.
    pub(crate) fn read<T: Default>(&self, id: Id, read: impl FnOnce(&Data) -> T) -> T {
        self.node(id).map(|data| read(&data)).unwrap_or_default()
    }

    /// Changes a node.
    pub(crate) fn change(&self, id: Id, change: impl FnOnce(&mut Data)) {
        if let Some(data) = self.nodes.borrow_mut().get_mut(id) {
            change(data);
            self.version.set(self.version.get().wrapping_add(1));
        }
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.get()
    }

    pub(crate) fn kind(&self, id: Id) -> Kind {
        self.node(id).map_or(Kind::Document, |data| data.kind)
    }

    pub(crate) fn children(&self, id: Id) -> Vec<Id> {
        self.read(id, |data| data.children.clone())
    }

    pub(crate) fn parent(&self, id: Id) -> Option<Id> {
        self.read(id, |data| {
            data.parent.filter(|_| data.kind != Kind::Attribute)
        })
    }

    /// The attribute of an element with this written name.
    pub(crate) fn attribute(&self, id: Id, name: &str) -> Option<Id> {
        let attributes = self.read(id, |data| data.attributes.clone());
        attributes
            .into_iter()
            .find(|one| self.read(*one, |data| data.name.as_str() == name))
    }

    /// The attribute of an element with this local name and namespace.
    pub(crate) fn attribute_in(&self, id: Id, uri: &str, local: &str) -> Option<Id> {
        let attributes = self.read(id, |data| data.attributes.clone());
        attributes.into_iter().find(|one| {
            self.read(*one, |data| {
                data.uri.as_deref().unwrap_or_default() == uri && data.local() == local
            })
        })
    }

    /// The elements below a node for which `wanted` holds, in document order.
    pub(crate) fn elements(&self, top: Id, wanted: impl Fn(&Data) -> bool) -> Vec<Id> {
        let mut found = Vec::new();
        let mut waiting = self.children(top);
        waiting.reverse();
        while let Some(id) = waiting.pop() {
            if let Some(data) = self.node(id)
                && data.kind == Kind::Element
            {
                if wanted(&data) {
                    found.push(id);
                }
                waiting.extend(data.children.iter().rev());
            }
        }
        found
    }

    /// The text of a node and all below.
    pub(crate) fn text(&self, id: Id) -> String {
        let mut text = String::new();
        let mut waiting = vec![id];
        while let Some(at) = waiting.pop() {
            let Some(data) = self.node(at) else { continue };
            match data.kind {
                Kind::Element | Kind::Document | Kind::Fragment => {
                    waiting.extend(data.children.iter().rev());
                }
                Kind::Comment | Kind::Instruction if at != id => {}
                _ => text.push_str(&data.value),
            }
        }
        text
    }

    /// Takes a node from where it stands.
    pub(crate) fn detach(&self, id: Id) {
        let parent = self.read(id, |data| data.parent);
        if let Some(parent) = parent {
            self.change(parent, |data| {
                data.children.retain(|child| *child != id);
                data.attributes.retain(|attribute| *attribute != id);
            });
            self.change(id, |data| data.parent = None);
        }
    }

    /// Puts a node before another child of `parent`, or last.
    ///
    /// # Errors
    /// `DOMException` when it cannot be there.
    pub(crate) fn insert(&self, parent: Id, id: Id, before: Option<Id>) -> Result<(), Thrown> {
        if self.kind(id) == Kind::Fragment {
            for child in self.children(id) {
                self.insert(parent, child, before)?;
            }
            return Ok(());
        }
        let mut above = Some(parent);
        while let Some(at) = above {
            if at == id {
                return Err(hierarchy());
            }
            above = self.parent(at);
        }
        let allowed = match (self.kind(parent), self.kind(id)) {
            (_, Kind::Document | Kind::Attribute | Kind::Fragment) => false,
            (Kind::Document, Kind::Text | Kind::CData) => false,
            (Kind::Document, Kind::Element) => {
                let children = self.children(parent);
                !children
                    .iter()
                    .any(|child| *child != id && self.kind(*child) == Kind::Element)
            }
            (Kind::Element | Kind::Document | Kind::Fragment, _) => true,
            _ => false,
        };
        if !allowed {
            return Err(hierarchy());
        }
        let here = |before: Id| self.children(parent).contains(&before);
        if before.is_some_and(|before| !here(before)) {
            return Err(not_found());
        }
        self.detach(id);
        self.change(parent, |data| {
            let at = before.and_then(|before| data.children.iter().position(|one| *one == before));
            data.children.insert(at.unwrap_or(data.children.len()), id);
        });
        self.change(id, |data| data.parent = Some(parent));
        Ok(())
    }

    /// A copy of a node of a document, perhaps this one; it stands nowhere.
    pub(crate) fn copy(&self, from: &Self, id: Id, deep: bool) -> Id {
        let Some(data) = from.node(id).map(|data| data.clone()) else {
            return DOCUMENT;
        };
        let top = self.add_copy(&data);
        let mut waiting = vec![(top, data, deep)];
        while let Some((copy, data, deep)) = waiting.pop() {
            let children: &[Id] = if deep { &data.children } else { &[] };
            for (one, is_attribute) in data
                .attributes
                .iter()
                .map(|one| (one, true))
                .chain(children.iter().map(|one| (one, false)))
            {
                let Some(inner) = from.node(*one).map(|inner| inner.clone()) else {
                    continue;
                };
                let made = self.add_copy(&inner);
                self.change(made, |data| data.parent = Some(copy));
                self.change(copy, |data| match is_attribute {
                    true => data.attributes.push(made),
                    false => data.children.push(made),
                });
                waiting.push((made, inner, true));
            }
        }
        top
    }

    fn add_copy(&self, data: &Data) -> Id {
        let id = self.add(
            data.kind,
            data.name.clone(),
            data.uri.clone(),
            data.value.clone(),
        );
        self.change(id, |copy| copy.aware = data.aware);
        id
    }

    /// Joins texts that stand side by side, and drops empty ones.
    pub(crate) fn normalize(&self, top: Id) {
        let mut waiting = vec![top];
        while let Some(id) = waiting.pop() {
            let mut last: Option<Id> = None;
            for child in self.children(id) {
                if self.kind(child) != Kind::Text {
                    waiting.push(child);
                    last = None;
                    continue;
                }
                let text = self.read(child, |data| data.value.to_string());
                match last {
                    _ if text.is_empty() => self.detach(child),
                    None => last = Some(child),
                    Some(before) => {
                        let joined = self.read(before, |data| format!("{}{text}", data.value));
                        self.change(before, |data| data.value = joined.into());
                        self.detach(child);
                    }
                }
            }
        }
    }

    /// Writes a node and all below.
    pub(crate) fn write(&self, id: Id, to: &mut Writer) {
        enum Step {
            Open(Id),
            Close(Str),
        }
        let mut waiting = vec![Step::Open(id)];
        while let Some(step) = waiting.pop() {
            let at = match step {
                Step::Open(at) => at,
                Step::Close(name) => {
                    to.end(&name);
                    continue;
                }
            };
            let Some(data) = self.node(at) else { continue };
            match data.kind {
                Kind::Text => to.text(&data.value),
                Kind::CData => to.cdata(&data.value),
                Kind::Comment => to.comment(&data.value),
                Kind::Instruction => to.instruction(&data.name, &data.value),
                Kind::Attribute => to.text(&data.value),
                Kind::Document | Kind::Fragment => {
                    waiting.extend(data.children.iter().rev().map(|child| Step::Open(*child)));
                }
                Kind::Element => {
                    to.start(&data.name);
                    self.write_attributes(&data, to);
                    waiting.push(Step::Close(data.name.clone()));
                    waiting.extend(data.children.iter().rev().map(|child| Step::Open(*child)));
                }
            }
        }
    }

    /// Writes attributes, and declarations of prefixes that nothing declares.
    fn write_attributes(&self, element: &Data, to: &mut Writer) {
        let mut declared: Vec<Str> = Vec::new();
        let own = |declaration: &str| {
            element
                .attributes
                .iter()
                .any(|one| self.read(*one, |data| data.name.as_str() == declaration))
        };
        let mut declare = |data: &Data, to: &mut Writer| {
            let Some(uri) = &data.uri else { return };
            let (prefix, is_attribute) = (data.prefix(), data.kind == Kind::Attribute);
            if uri.as_str() == XMLNS || prefix == "xml" || (is_attribute && prefix.is_empty()) {
                return;
            }
            let name = match prefix {
                "" => "xmlns".to_owned(),
                prefix => format!("xmlns:{prefix}"),
            };
            let known = own(&name)
                || declared.iter().any(|known| known.as_str() == name)
                || self.declares(element.parent, prefix, uri);
            if !known {
                to.attribute(&name, uri);
                declared.push(name.into());
            }
        };
        declare(element, to);
        for one in &element.attributes {
            if let Some(attribute) = self.node(*one) {
                declare(&attribute, to);
                to.attribute(&attribute.name, &attribute.value);
            }
        }
    }

    /// Whether an element or one above it gives this meaning to a prefix.
    fn declares(&self, from: Option<Id>, prefix: &str, uri: &str) -> bool {
        let name = if prefix.is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{prefix}")
        };
        let mut at = from;
        while let Some(id) = at {
            let own = self.read(id, |data| {
                data.kind == Kind::Element
                    && data.prefix() == prefix
                    && data.uri.as_deref() == Some(uri)
            });
            if own {
                return true;
            }
            if let Some(declaration) = self.attribute(id, &name) {
                return self.read(declaration, |data| data.value.as_str() == uri);
            }
            at = self.parent(id);
        }
        false
    }
}

impl Data {
    pub(crate) fn prefix(&self) -> &str {
        self.name.split_once(':').map_or("", |(prefix, _)| prefix)
    }

    pub(crate) fn local(&self) -> &str {
        self.name
            .split_once(':')
            .map_or(&self.name, |(_, local)| local)
    }
}

pub(super) fn hierarchy() -> Thrown {
    fault::throw(
        &DOM_EXCEPTION,
        "HIERARCHY_REQUEST_ERR: An attempt was made to insert a node where it is not permitted. ",
    )
}

pub(super) fn not_found() -> Thrown {
    fault::throw(
        &DOM_EXCEPTION,
        "NOT_FOUND_ERR: An attempt is made to reference a node in a context where it does not \
         exist.",
    )
}
