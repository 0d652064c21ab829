//! A parsed document: nodes in one vector, in document order; names and texts shared.

use indexmap::IndexMap;

use crate::meter;
use crate::text::Str;
use crate::xml::names::{NameId, Names, Symbol};

/// A node of a [`Tree`].
pub(crate) type Id = u32;

/// No node.
pub(crate) const NONE: Id = u32::MAX;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Element,
    Text,
    CData,
    Comment,
    Instruction,
}

/// A part of the texts of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A node. `span` is its text; that of an element are its attributes.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) name: NameId,
    pub(crate) parent: Id,
    pub(crate) first: Id,
    pub(crate) next: Id,
    pub(crate) span: Span,
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: NameId,
    pub(crate) value: Span,
}

/// A document.
#[derive(Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) texts: String,
    pub(crate) names: Names,
    /// Every prefix that the document binds, with what it was bound to last.
    pub(crate) prefixes: IndexMap<Symbol, Symbol>,
    /// First node beside or above the root: a comment, an instruction, or the root.
    pub(crate) first: Id,
    /// The root element.
    pub(crate) root: Id,
    /// Names have namespaces.
    pub(crate) aware: bool,
    /// `standalone="yes"` was declared.
    pub(crate) standalone: bool,
    metered: Metered,
}

impl Tree {
    pub(crate) fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// The nodes from `first` on, through their siblings.
    pub(crate) fn siblings(&self, first: Id) -> Siblings<'_> {
        Siblings {
            tree: self,
            at: first,
        }
    }

    /// The children of a node.
    pub(crate) fn children(&self, id: Id) -> Siblings<'_> {
        self.siblings(self.node(id).map_or(NONE, |node| node.first))
    }

    /// The attributes of an element.
    pub(crate) fn attributes(&self, node: &Node) -> &[Attribute] {
        if node.kind != Kind::Element {
            return &[];
        }
        let range = node.span.start as usize..node.span.end as usize;
        self.attributes.get(range).unwrap_or_default()
    }

    pub(crate) fn text(&self, span: Span) -> &str {
        let range = span.start as usize..span.end as usize;
        self.texts.get(range).unwrap_or_default()
    }

    /// Appends the text of a node and of all below it.
    pub(crate) fn push_text(&self, id: Id, out: &mut String) {
        let Some(top) = self.node(id) else { return };
        if top.kind != Kind::Element {
            out.push_str(self.text(top.span));
            return;
        }
        let mut at = top.first;
        let mut above = vec![];
        loop {
            let Some(node) = self.node(at) else {
                match above.pop() {
                    Some(next) => at = next,
                    None => return,
                }
                continue;
            };
            at = node.next;
            match node.kind {
                Kind::Element => {
                    above.push(node.next);
                    at = node.first;
                }
                Kind::Text | Kind::CData => out.push_str(self.text(node.span)),
                Kind::Comment | Kind::Instruction => {}
            }
        }
    }

    /// The text of an element, without a copy when it is one piece.
    pub(crate) fn text_of(&self, id: Id) -> Str {
        let only = self.node(id).map_or(NONE, |node| node.first);
        match self.node(only) {
            None => "".into(),
            Some(node) if node.next == NONE && node.kind == Kind::Text => {
                self.text(node.span).into()
            }
            Some(_) => {
                let mut text = String::new();
                self.push_text(id, &mut text);
                text.into()
            }
        }
    }

    /// Counts its memory, once it is complete.
    pub(crate) fn count(&mut self) {
        let bytes = self.nodes.capacity() * size_of::<Node>()
            + self.attributes.capacity() * size_of::<Attribute>()
            + self.texts.capacity();
        meter::add(bytes);
        self.metered = Metered(bytes);
    }
}

/// Bytes that are counted for as long as it lives.
#[derive(Default)]
struct Metered(usize);

impl Drop for Metered {
    fn drop(&mut self) {
        meter::sub(self.0);
    }
}

/// A walk through siblings.
pub(crate) struct Siblings<'t> {
    tree: &'t Tree,
    at: Id,
}

impl<'t> Iterator for Siblings<'t> {
    type Item = (Id, &'t Node);

    fn next(&mut self) -> Option<Self::Item> {
        let id = self.at;
        let node = self.tree.node(id)?;
        self.at = node.next;
        Some((id, node))
    }
}
