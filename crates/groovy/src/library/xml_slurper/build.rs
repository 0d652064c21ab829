//! How documents are written, with what scripts changed in them.

use std::rc::Rc;

use crate::library::streaming_markup_builder::streamer::{Body, Prefixes, Streamer};
use crate::text::Str;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::names::{EMPTY, XML, XMLNS};
use crate::xml::order;
use crate::xml::tree::{Id, Kind};

use super::document::{Builder, Child, Document};
use super::path::{Item, Path, Select};

impl Path {
    /// Writes what is selected: elements as markup, attributes as text.
    pub(crate) fn build(
        self: &Rc<Self>,
        vm: &mut Vm,
        to: &Streamer,
        to_value: &Value,
    ) -> Result<()> {
        if matches!(
            self.select,
            Select::Attribute(_) | Select::Attributes | Select::FilteredAttributes(_)
        ) {
            to.escaped(&self.text(vm)?);
            return Ok(());
        }
        let build = Build {
            document: &self.document,
            path: self,
            to,
            to_value,
        };
        self.each_node(vm, &mut |vm, item| {
            if let Item::Node(id) = item {
                build.element(vm, id)?;
            }
            Ok(true)
        })?;
        Ok(())
    }
}

struct Build<'b> {
    document: &'b Rc<Document>,
    path: &'b Rc<Path>,
    to: &'b Streamer,
    to_value: &'b Value,
}

impl Build<'_> {
    fn element(&self, vm: &mut Vm, id: Id) -> Result<()> {
        if self.document.replacement(id).is_some()
            && let Some(builder) = self.document.take_replacement(id)
        {
            let written = self.run(vm, &builder);
            self.document.replace(id, builder);
            return written;
        }
        let tree = &self.document.tree;
        let Some(node) = tree.node(id) else {
            return Ok(());
        };
        let Some(name) = tree.names.get(node.name) else {
            return Ok(());
        };
        let mut made = Vec::new();
        let attributes = self.attributes(vm, id, &mut made)?;
        let has_tags = name.uri != EMPTY || attributes.iter().any(|(key, _)| key.contains('$'));
        let prefix = if has_tags {
            self.prefix_of(&tree.names.text(name.uri), &mut made)
        } else {
            "".into()
        };
        let mut inner = |vm: &mut Vm| self.children(vm, id);
        let local = tree.names.str(name.local);
        let body = Body::Inner(&mut inner);
        self.to
            .element(vm, self.to_value, (&prefix, local), &attributes, body)?;
        self.to
            .pending
            .borrow_mut()
            .retain(|(known, _)| !made.contains(known));
        Ok(())
    }

    fn children(&self, vm: &mut Vm, id: Id) -> Result<()> {
        let tree = &self.document.tree;
        let Some(children) = self.document.changed_children(id) else {
            for (child, node) in tree.children(id) {
                match node.kind {
                    Kind::Element => self.element(vm, child)?,
                    _ => self.to.escaped(tree.text(node.span)),
                }
            }
            return Ok(());
        };
        for child in children {
            match child {
                Child::Node(child) => match tree.node(child) {
                    Some(node) if node.kind != Kind::Element => {
                        self.to.escaped(tree.text(node.span));
                    }
                    _ => self.element(vm, child)?,
                },
                Child::Value(value) => self.to.content(vm, self.to_value, &value)?,
                Child::Builder(builder) => self.run(vm, &builder)?,
            }
        }
        Ok(())
    }

    fn run(&self, vm: &mut Vm, builder: &Builder) -> Result<()> {
        self.to
            .run(vm, self.to_value, &builder.closure, &builder.path)
    }

    /// Keys and values in the order of Java's table; keys with a namespace as `prefix$name`.
    fn attributes(&self, vm: &mut Vm, id: Id, made: &mut Vec<Str>) -> Result<Prefixes> {
        let tree = &self.document.tree;
        let names = &tree.names;
        let mut attributes = Vec::new();
        let mut spaced = false;
        if let Some(map) = self.document.changed_attributes(id) {
            for (key, value) in map.to_vec() {
                attributes.push((vm.text(&key)?, vm.text(&value)?));
            }
            spaced = attributes.iter().any(|(key, _)| key.starts_with('{'));
        } else if let Some(node) = tree.node(id) {
            for attribute in tree.attributes(node).iter().rev() {
                let Some(name) = names.get(attribute.name) else {
                    continue;
                };
                let key = match names.str(name.uri) {
                    XMLNS => continue,
                    "" => names.text(name.local),
                    uri => {
                        spaced = true;
                        format!("{{{uri}}}{}", names.str(name.local)).into()
                    }
                };
                attributes.push((key, tree.text(attribute.value).into()));
            }
            order::like_a_hash_table(&mut attributes, |(key, _)| key, 16);
        }
        if !spaced {
            return Ok(attributes);
        }
        for (key, _) in &mut attributes {
            let uri = key.strip_prefix('{').and_then(|key| key.split_once('}'));
            if let Some((uri, _)) = uri {
                let prefix = self.prefix_of(&uri.into(), made);
                *key = format!("{prefix}${key}").into();
            }
        }
        // Keys that got a prefix were put back last.
        attributes.sort_by_key(|(key, _)| key.contains('$'));
        let buckets = copied_buckets(attributes.len());
        order::like_a_hash_table(&mut attributes, |(key, _)| key, buckets);
        Ok(attributes)
    }

    /// The prefix of a namespace: one that is declared, or that the document used, or a new one.
    fn prefix_of(&self, uri: &Str, made: &mut Vec<Str>) -> Str {
        let find = |prefixes: &Prefixes| {
            let found = prefixes.iter().find(|(_, known)| known == uri);
            found.map(|(prefix, _)| prefix.clone())
        };
        let known = find(&self.to.pending.borrow()).or_else(|| find(&self.to.current.borrow()));
        if let Some(known) = known {
            return known;
        }
        let declared = Rc::clone(&self.path.declared.borrow());
        let hints = self.hints();
        let named = |prefix: &Str| !prefix.is_empty();
        let hinted = find(&hints);
        let is_default = hinted.as_ref().is_some_and(|prefix| prefix.is_empty());
        let prefix = find(&declared)
            .filter(named)
            .or_else(|| (uri.as_str() == XML).then(|| "xml".into()))
            .or_else(|| hinted.filter(named))
            .unwrap_or_else(|| self.new_prefix(&declared, is_default));
        let declared = if prefix.is_empty() {
            ":".into()
        } else {
            prefix.clone()
        };
        self.to.declare_prefix(declared, uri.clone());
        made.push(prefix.clone());
        prefix
    }

    /// A new prefix. For a namespace that was the default one it is `tag0` or, when that is
    /// taken, none: as in Groovy, which then leaves the declaration to what follows, too.
    fn new_prefix(&self, declared: &Prefixes, is_default: bool) -> Str {
        let (pending, current) = (self.to.pending.borrow(), self.to.current.borrow());
        let taken = |prefix: &str| {
            [&*pending, &*current, declared]
                .iter()
                .any(|prefixes| prefixes.iter().any(|(known, _)| &**known == prefix))
        };
        let mut number = 0u32;
        loop {
            let prefix = format!("tag{number}");
            if !taken(&prefix) {
                return prefix.into();
            }
            if is_default {
                return "".into();
            }
            number = number.wrapping_add(1);
        }
    }

    /// Every prefix that the document binds.
    fn hints(&self) -> Prefixes {
        let tree = &self.document.tree;
        let text = |symbol: &u32| tree.names.text(*symbol);
        let mut hints: Prefixes = tree
            .prefixes
            .iter()
            .map(|(prefix, uri)| (text(prefix), text(uri)))
            .collect();
        if tree.aware {
            hints.push(("xml".into(), XML.into()));
        }
        order::like_an_old_table(&mut hints, |(prefix, _)| prefix);
        hints
    }
}

/// Buckets of a table that Java makes to copy another with so many entries.
fn copied_buckets(entries: usize) -> u32 {
    let wanted = entries.saturating_mul(4) / 3 + 1;
    u32::try_from(wanted.next_power_of_two()).unwrap_or(u32::MAX >> 1)
}
