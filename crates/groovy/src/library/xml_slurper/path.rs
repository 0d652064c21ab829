//! `GPathResult`: a place, or places, in a document. Paths are lazy: what they select is looked
//! up each time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::names::Symbol;
use crate::xml::tree::{Id, Node};

use super::document::Document;
use super::{edit, members};

/// A path.
pub(crate) struct Path {
    pub(crate) document: Rc<Document>,
    pub(crate) parent: Option<Rc<Self>>,
    pub(crate) select: Select,
    pub(crate) name: Str,
    /// The name in the document, when it has it.
    symbol: Option<Symbol>,
    /// The prefix that elements must have; any when there is none.
    prefix: Option<Str>,
    /// Prefixes that the script declared.
    pub(crate) declared: RefCell<Rc<Vec<(Str, Str)>>>,
    size: Cell<Option<usize>>,
}

/// What a path selects.
pub(crate) enum Select {
    /// One element.
    Node(Id),
    /// The children with its name, or all.
    Children,
    /// The elements above.
    Parents,
    /// Those for which a closure holds.
    Filtered(Value),
    /// The attributes with its name.
    Attributes,
    /// Those of them for which a closure holds.
    FilteredAttributes(Value),
    /// One attribute.
    Attribute(Str),
    /// Nothing.
    Nothing,
}

/// What a step of a path goes over.
pub(crate) enum Item {
    /// An element.
    Node(Id),
    /// An attribute.
    Attribute(Value),
}

/// What sees the items of a path; `false` ends the walk.
type See<'s> = &'s mut dyn FnMut(&mut Vm, Item) -> Result<bool>;

impl Path {
    /// The root element of a document.
    pub(crate) fn root(document: Rc<Document>) -> Value {
        let id = document.tree.root;
        let name = document.name(id);
        Value::object(Self {
            document,
            parent: None,
            select: Select::Node(id),
            name,
            symbol: None,
            prefix: None,
            declared: RefCell::default(),
            size: Cell::new(None),
        })
    }

    /// A path below this one.
    pub(crate) fn below(self: &Rc<Self>, name: Str, select: Select) -> Self {
        Self {
            document: Rc::clone(&self.document),
            parent: Some(Rc::clone(self)),
            select,
            name,
            symbol: None,
            prefix: None,
            declared: RefCell::new(Rc::clone(&self.declared.borrow())),
            size: Cell::new(None),
        }
    }

    /// An element, found from this path.
    pub(crate) fn node(self: &Rc<Self>, id: Id) -> Value {
        let name = self.document.name(id);
        Value::object(self.below(name, Select::Node(id)))
    }

    pub(crate) fn nothing(self: &Rc<Self>, name: Str) -> Value {
        Value::object(self.below(name, Select::Nothing))
    }

    /// All children.
    pub(crate) fn children(self: &Rc<Self>) -> Rc<Self> {
        Rc::new(self.below("*".into(), Select::Children))
    }

    /// The property `name`: a step down.
    fn step(self: &Rc<Self>, name: &str) -> Value {
        let attribute = name.starts_with('@');
        let (prefix, local) = match name.trim_start_matches('@').split_once(':') {
            Some((prefix, local)) if self.aware() => (Some(prefix), local),
            _ => (
                None,
                if attribute {
                    name.get(1..).unwrap_or_default()
                } else {
                    name
                },
            ),
        };
        let names = &self.document.tree.names;
        let symbol = names.find(local);
        let text = symbol.map_or_else(|| local.into(), |symbol| names.text(symbol));
        let select = if attribute {
            Select::Attributes
        } else {
            Select::Children
        };
        let mut path = self.below(text, select);
        path.symbol = symbol;
        path.prefix = prefix.map(Str::from);
        Value::object(path)
    }

    fn aware(&self) -> bool {
        self.document.tree.aware
    }

    /// What a prefix stands for: as declared by the script, or by the document.
    pub(crate) fn namespace(&self, prefix: &str) -> Option<Str> {
        self.declared_namespace(prefix).or_else(|| {
            let tree = &self.document.tree;
            if !self.aware() {
                return Some(prefix.into());
            }
            let symbol = tree.names.find(prefix)?;
            tree.prefixes.get(&symbol).map(|uri| tree.names.text(*uri))
        })
    }

    fn declared_namespace(&self, prefix: &str) -> Option<Str> {
        if prefix == "xml" {
            return Some(crate::xml::names::XML.into());
        }
        let declared = self.declared.borrow();
        let found = declared.iter().find(|(known, _)| known.as_str() == prefix);
        found.map(|(_, uri)| uri.clone())
    }

    /// Whether a child is one of those that this path names.
    fn names(&self, node: &Node) -> bool {
        let tree = &self.document.tree;
        let Some(name) = tree.names.get(node.name) else {
            return false;
        };
        if Some(name.local) != self.symbol {
            return false;
        }
        match self.prefix.as_deref() {
            None => true,
            Some(prefix) => {
                let uri = tree.names.str(name.uri);
                (prefix.is_empty() && uri.is_empty())
                    || self
                        .declared_namespace(prefix)
                        .is_some_and(|known| &*known == uri)
            }
        }
    }

    /// The elements (or attributes, when those are filtered) that it selects.
    pub(crate) fn each_node(self: &Rc<Self>, vm: &mut Vm, see: See<'_>) -> Result<bool> {
        match self.select {
            Select::Attribute(_) => see(vm, Item::Attribute(Value::Object(self.clone()))),
            _ => self.walk(vm, see),
        }
    }

    /// The same for all but a single attribute, which is no place to walk from.
    fn walk(&self, vm: &mut Vm, see: See<'_>) -> Result<bool> {
        match (&self.select, &self.parent) {
            (Select::Node(id), _) => see(vm, Item::Node(*id)),
            (Select::Nothing | Select::Attribute(_), _) | (_, None) => Ok(true),
            (Select::Children, Some(parent)) => self.each_child(vm, parent, see),
            (Select::Attributes, Some(parent)) => parent.each_node(vm, see),
            (Select::Filtered(closure), Some(parent)) => parent.each_node(vm, &mut |vm, item| {
                let shown = match &item {
                    Item::Node(id) => parent.node(*id),
                    Item::Attribute(attribute) => attribute.clone(),
                };
                let kept = vm.call(closure, &[shown])?;
                if vm.truth(&kept)? {
                    see(vm, item)
                } else {
                    Ok(true)
                }
            }),
            (Select::FilteredAttributes(closure), Some(parent)) => {
                parent.each(vm, &mut |vm, attribute| {
                    let kept = vm.call(closure, std::slice::from_ref(&attribute))?;
                    if vm.truth(&kept)? {
                        see(vm, Item::Attribute(attribute))
                    } else {
                        Ok(true)
                    }
                })
            }
            (Select::Parents, Some(parent)) => {
                let mut before = None;
                parent.each_node(vm, &mut |vm, item| {
                    let Item::Node(id) = item else {
                        return Ok(true);
                    };
                    match self.document.parent(id) {
                        Some(above) if before != Some(above) => {
                            before = Some(above);
                            see(vm, Item::Node(above))
                        }
                        _ => Ok(true),
                    }
                })
            }
        }
    }

    fn each_child(&self, vm: &mut Vm, parent: &Rc<Self>, see: See<'_>) -> Result<bool> {
        if matches!(
            parent.select,
            Select::Attribute(_) | Select::Attributes | Select::FilteredAttributes(_)
        ) {
            return Err(throw("GroovyRuntimeException", parent.no_children()));
        }
        let all = self.name.as_str() == "*";
        if !all && self.symbol.is_none() {
            return Ok(true);
        }
        parent.each_node(vm, &mut |vm, item| {
            let Item::Node(above) = item else {
                return Ok(true);
            };
            self.document.each_element(above, &mut |id, node| {
                vm.step(1)?;
                if all || self.names(node) {
                    see(vm, Item::Node(id))
                } else {
                    Ok(true)
                }
            })
        })
    }

    /// Why attributes have no children.
    fn no_children(&self) -> String {
        if matches!(self.select, Select::Attribute(_)) {
            return format!("can't call childNodes() in the attribute @{}", self.name);
        }
        let above = self
            .parent
            .as_ref()
            .map_or("", |parent| parent.name.as_str());
        format!(
            "Can't get the child nodes on a GPath expression selecting attributes: \
             ....{above}.{}.childNodes()",
            self.name
        )
    }

    /// What a loop over it sees.
    pub(crate) fn each(
        self: &Rc<Self>,
        vm: &mut Vm,
        see: &mut dyn FnMut(&mut Vm, Value) -> Result<bool>,
    ) -> Result<bool> {
        let from = match (&self.select, &self.parent) {
            (Select::Node(_) | Select::Attribute(_), _) => {
                return see(vm, Value::Object(self.clone()));
            }
            (Select::Nothing, _) | (_, None) => return Ok(true),
            (Select::Filtered(_), Some(parent)) => parent.parent.as_ref().unwrap_or(parent),
            (_, Some(parent)) => parent,
        };
        let attributes = matches!(
            self.select,
            Select::Attributes | Select::FilteredAttributes(_)
        );
        let key = if attributes {
            self.attribute_key()
        } else {
            "".into()
        };
        self.each_node(vm, &mut |vm, item| match item {
            Item::Attribute(attribute) => see(vm, attribute),
            Item::Node(id) if !attributes => see(vm, from.node(id)),
            Item::Node(id) => match self.document.attribute(vm, id, &key)? {
                None => Ok(true),
                Some(value) => {
                    let mut path = self.below(self.name.clone(), Select::Attribute(value));
                    path.prefix.clone_from(&self.prefix);
                    see(vm, Value::object(path))
                }
            },
        })
    }

    /// The key of the attributes it selects.
    fn attribute_key(&self) -> Str {
        match self.prefix.as_deref() {
            None | Some("") => self.name.clone(),
            Some(prefix) => match self.namespace(prefix) {
                Some(uri) if !uri.is_empty() => format!("{{{uri}}}{}", self.name).into(),
                _ => self.name.clone(),
            },
        }
    }

    /// The key of an attribute that a script names `prefix:name`.
    pub(crate) fn key_of(&self, name: &str) -> Str {
        match name.split_once(':') {
            Some((prefix, local)) if self.aware() => match self.namespace(prefix) {
                Some(uri) => format!("{{{uri}}}{local}").into(),
                None => name.into(),
            },
            _ => name.into(),
        }
    }

    /// The namespace of an attribute.
    pub(crate) fn attribute_namespace(&self) -> Str {
        let prefix = self.prefix.as_deref().filter(|prefix| !prefix.is_empty());
        prefix
            .and_then(|prefix| self.namespace(prefix))
            .unwrap_or_else(|| "".into())
    }

    /// What a loop over it sees, at once.
    pub(crate) fn to_vec(self: &Rc<Self>, vm: &mut Vm) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        self.each(vm, &mut |_, item| {
            items.push(item);
            Ok(true)
        })?;
        Ok(items)
    }

    /// `size()`, which is not counted twice.
    pub(crate) fn size(self: &Rc<Self>, vm: &mut Vm) -> Result<usize> {
        if let Some(size) = self.size.get() {
            return Ok(size);
        }
        let mut size = 0;
        if matches!(
            self.select,
            Select::Attributes | Select::FilteredAttributes(_)
        ) {
            size = self.to_vec(vm)?.len();
        } else {
            self.each_node(vm, &mut |_, _| {
                size += 1;
                Ok(true)
            })?;
        }
        self.size.set(Some(size));
        Ok(size)
    }

    /// `text()`
    pub(crate) fn text(&self, vm: &mut Vm) -> Result<Str> {
        match &self.select {
            Select::Node(id) => return self.document.text(vm, *id),
            Select::Attribute(value) => return Ok(value.clone()),
            Select::Nothing => return Ok("".into()),
            _ => {}
        }
        let attributes = matches!(self.select, Select::Attributes);
        let key = if attributes {
            self.attribute_key()
        } else {
            "".into()
        };
        let mut joined = Joined::default();
        self.walk(vm, &mut |vm, item| {
            match item {
                Item::Attribute(attribute) => joined.add(vm.text(&attribute)?),
                Item::Node(id) if !attributes => joined.add(self.document.text(vm, id)?),
                Item::Node(id) => {
                    if let Some(value) = self.document.attribute(vm, id, &key)? {
                        joined.add(value);
                    }
                }
            }
            Ok(true)
        })?;
        Ok(joined.into_text())
    }

    /// The path itself, of a value that is one.
    pub(crate) fn of(value: &Value) -> Option<Rc<Self>> {
        value.downcast_rc()
    }
}

/// Texts in a row; a single one is not copied.
#[derive(Default)]
struct Joined {
    only: Option<Str>,
    rest: String,
}

impl Joined {
    fn add(&mut self, text: Str) {
        match &self.only {
            None => self.only = Some(text),
            Some(first) => {
                if self.rest.is_empty() {
                    self.rest.push_str(first);
                }
                self.rest.push_str(&text);
            }
        }
    }

    fn into_text(self) -> Str {
        if self.rest.is_empty() {
            return self.only.unwrap_or_else(|| "".into());
        }
        self.rest.into()
    }
}

impl Object for Path {
    fn class(&self) -> ClassRef {
        let class: &'static Class = match self.select {
            Select::Node(_) => &members::NODE_CHILD,
            Select::Children => &members::NODE_CHILDREN,
            Select::Parents => &members::NODE_PARENTS,
            Select::Filtered(_) => &members::FILTERED_NODE_CHILDREN,
            Select::Attributes => &members::ATTRIBUTES,
            Select::FilteredAttributes(_) => &members::FILTERED_ATTRIBUTES,
            Select::Attribute(_) => &members::ATTRIBUTE,
            Select::Nothing => &members::NO_CHILDREN,
        };
        ClassRef::Native(class)
    }

    fn call_missing(
        &self,
        vm: &mut Vm,
        this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        members::as_list(vm, this, name, args)
    }

    fn get(&self, vm: &mut Vm, this: &Value, name: &str) -> Result<Option<Value>> {
        let Some(path) = Self::of(this) else {
            return Ok(None);
        };
        Ok(Some(match name {
            ".." => members::parent(vm, this, &[])?,
            "*" => Value::Object(path.children()),
            "**" => members::depth_first(vm, this, &[])?,
            _ => path.step(name),
        }))
    }

    fn set(&self, vm: &mut Vm, this: &Value, name: &str, value: &Value) -> Result<bool> {
        edit::set_property(vm, this, name, value)?;
        Ok(true)
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        self.text(vm).map(Some)
    }

    fn equals(&self, vm: &mut Vm, other: &Value) -> Result<bool> {
        if other.is_null() {
            return Ok(false);
        }
        Ok(self.text(vm)? == vm.to_string(other)?)
    }

    fn truth(&self) -> bool {
        !matches!(self.select, Select::Nothing)
    }

    fn items(&self, vm: &mut Vm, this: &Value) -> Result<Option<Vec<Value>>> {
        Self::of(this).map(|path| path.to_vec(vm)).transpose()
    }
}
