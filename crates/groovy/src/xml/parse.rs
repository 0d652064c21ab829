//! The parser: text to [`Tree`], refusing what Java's parser refuses, in its words.

use std::borrow::Cow;

use crate::xml::fault::Fault;
use crate::xml::names::{EMPTY, NameId, Symbol, XML, XMLNS};
use crate::xml::scan::{Cursor, forbidden, is_blank};
use crate::xml::tree::{Attribute, Id, Kind, NONE, Node, Span, Tree};

mod declaration;
mod element;
mod entity;

/// How deep elements may nest.
const DEPTH: usize = 500;

/// How to read a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Names have namespaces.
    pub(crate) namespaces: bool,
    /// A `DOCTYPE` is allowed.
    pub(crate) doctype: bool,
    /// Comments, instructions and the borders of `CDATA` sections are kept.
    pub(crate) everything: bool,
    /// Text of white space only is kept.
    pub(crate) blanks: bool,
}

/// An element that has begun.
struct Open<'t> {
    id: Id,
    name: &'t str,
    last: Id,
    bindings: usize,
}

/// An attribute as written.
struct Written<'t> {
    name: &'t str,
    value: Span,
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    options: Options,
    tree: Tree,
    open: Vec<Open<'t>>,
    /// The last node beside the root.
    last: Id,
    /// Prefixes in scope; the innermost is last.
    bindings: Vec<(&'t str, Symbol)>,
    written: Vec<Written<'t>>,
    entities: Vec<(&'t str, String)>,
    expanded: usize,
    /// Where text begins that no node has yet.
    loose: usize,
}

/// Parses a document.
pub(crate) fn parse(text: &str, options: Options) -> Result<Tree, (Fault, Cow<'_, str>)> {
    let text = one_kind_of_line(text);
    match parse_lines(&text, options) {
        Ok(tree) => Ok(tree),
        Err(fault) => Err((fault, text)),
    }
}

/// `\r\n` and `\r` are `\n`.
fn one_kind_of_line(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        return Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Cow::Borrowed(text)
}

fn parse_lines(text: &str, options: Options) -> Result<Tree, Fault> {
    if u32::try_from(text.len()).is_err() {
        return Err(Fault::new(0, "The document is larger than 4 GiB."));
    }
    let mut tree = Tree::default();
    (tree.first, tree.root) = (NONE, NONE);
    tree.aware = options.namespaces;
    tree.texts.reserve(text.len() / 2);
    tree.nodes.reserve(text.len() / 24);
    let xml = tree.names.symbol(XML);
    let mut parser = Parser {
        cursor: Cursor {
            text,
            at: 0,
            namespaces: options.namespaces,
        },
        options,
        tree,
        open: Vec::new(),
        last: NONE,
        bindings: vec![("", EMPTY), ("xml", xml)],
        written: Vec::new(),
        entities: Vec::new(),
        expanded: 0,
        loose: 0,
    };
    parser.prolog()?;
    parser.content()?;
    parser.trailing()?;
    let mut tree = parser.tree;
    tree.nodes.shrink_to_fit();
    tree.texts.shrink_to_fit();
    tree.count();
    Ok(tree)
}

impl<'t> Parser<'t> {
    fn fault(&self, message: impl Into<Cow<'static, str>>) -> Fault {
        Fault::new(self.cursor.at, message)
    }

    /// All before the root, and its start tag.
    fn prolog(&mut self) -> Result<(), Fault> {
        self.declaration()?;
        loop {
            self.cursor.space();
            if self.cursor.eat("<!--") {
                self.comment()?;
            } else if self.cursor.eat("<?") {
                self.instruction()?;
            } else if self.cursor.eat("<!DOCTYPE") {
                self.doctype()?;
            } else if self.cursor.eat("<!") {
                return Err(self.before_root());
            } else if self.cursor.eat("<") {
                let start = self.cursor.at;
                if self.cursor.name()?.is_empty() {
                    return Err(self.before_root());
                }
                self.cursor.at = start;
                return self.element();
            } else if self.cursor.eat("&") {
                return Err(self.fault("Reference is not allowed in prolog."));
            } else if self.cursor.peek().is_none() {
                return Err(self.fault("Premature end of file."));
            } else {
                return Err(self.fault("Content is not allowed in prolog."));
            }
        }
    }

    fn before_root(&self) -> Fault {
        self.fault("The markup in the document preceding the root element must be well-formed.")
    }

    /// All up to the end of the root.
    fn content(&mut self) -> Result<(), Fault> {
        while !self.open.is_empty() {
            self.characters()?;
            if self.cursor.eat("</") {
                self.end_tag()?;
            } else if self.cursor.eat("<!--") {
                self.border();
                self.comment()?;
            } else if self.cursor.eat("<![CDATA[") {
                self.cdata()?;
            } else if self.cursor.eat("<?") {
                self.border();
                self.instruction()?;
            } else if self.cursor.eat("<!") {
                return Err(self.not_content());
            } else if self.cursor.eat("<") {
                self.flush();
                self.element()?;
            } else if self.cursor.eat("&") {
                self.reference()?;
            } else {
                return Err(self.cursor.ended());
            }
        }
        Ok(())
    }

    fn not_content(&self) -> Fault {
        self.fault("The content of elements must consist of well-formed character data or markup.")
    }

    /// All after the root.
    fn trailing(&mut self) -> Result<(), Fault> {
        loop {
            self.cursor.space();
            if self.cursor.eat("<!--") {
                self.comment()?;
            } else if self.cursor.eat("<?") {
                self.instruction()?;
            } else if self.cursor.eat("<!") {
                return Err(self.fault("Comment must start with \"<!--\"."));
            } else if self.cursor.eat("<") {
                return Err(self.fault(
                    "The markup in the document following the root element must be well-formed.",
                ));
            } else if self.cursor.peek().is_none() {
                return Ok(());
            } else {
                return Err(self.fault("Content is not allowed in trailing section."));
            }
        }
    }

    /// Text up to the next markup.
    fn characters(&mut self) -> Result<(), Fault> {
        let rest = self.cursor.rest();
        let length = memchr::memchr2(b'<', b'&', rest.as_bytes()).unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default();
        if let Some((at, code)) = forbidden(text) {
            self.cursor.at += at;
            return Err(self.fault(format!(
                "An invalid XML character (Unicode: 0x{code:x}) was found in the element content \
                 of the document."
            )));
        }
        if let Some(at) = memchr::memmem::find(text.as_bytes(), b"]]>") {
            self.cursor.at += at + 3;
            return Err(self.fault(
                "The character sequence \"]]>\" must not appear in content unless used to mark \
                 the end of a CDATA section.",
            ));
        }
        self.tree.texts.push_str(text);
        self.cursor.at += length;
        Ok(())
    }

    fn cdata(&mut self) -> Result<(), Fault> {
        let text = self.cursor.until("]]>")?;
        if let Some((_, code)) = forbidden(text) {
            return Err(self.fault(format!(
                "An invalid XML character (Unicode: 0x{code:x}) was found in the CDATA section."
            )));
        }
        self.border();
        self.tree.texts.push_str(text);
        if self.options.everything {
            self.add_loose(Kind::CData);
        }
        Ok(())
    }

    fn comment(&mut self) -> Result<(), Fault> {
        let text = self.cursor.until("--")?;
        if !self.cursor.eat(">") {
            return Err(self.fault("The string \"--\" is not permitted within comments."));
        }
        if let Some((_, code)) = forbidden(text) {
            return Err(self.fault(format!(
                "An invalid XML character (Unicode: 0x{code:x}) was found in the comment."
            )));
        }
        if self.options.everything {
            let span = self.push(text);
            self.add(Kind::Comment, 0, span);
        }
        Ok(())
    }

    fn instruction(&mut self) -> Result<(), Fault> {
        let target = self.cursor.name()?;
        if target.eq_ignore_ascii_case("xml") {
            return Err(self.fault(
                "The processing instruction target matching \"[xX][mM][lL]\" is not allowed.",
            ));
        }
        if target.is_empty() {
            return Err(
                self.fault("The processing instruction must begin with the name of the target.")
            );
        }
        let spaced = self.cursor.space();
        let text = self.cursor.until("?>")?;
        if !spaced && !text.is_empty() {
            return Err(self.fault(
                "White space is required between the processing instruction target and data.",
            ));
        }
        if self.options.everything {
            let name = self.tree.names.name(target, false, EMPTY);
            let span = self.push(text);
            self.add(Kind::Instruction, name, span);
        }
        Ok(())
    }

    /// Keeps a text.
    fn push(&mut self, text: &str) -> Span {
        let start = position(self.tree.texts.len());
        self.tree.texts.push_str(text);
        self.loose = self.tree.texts.len();
        Span {
            start,
            end: position(self.loose),
        }
    }

    /// Something is here that divides texts when all is kept.
    fn border(&mut self) {
        if self.options.everything {
            self.flush();
        }
    }

    /// Makes a node of the text that has none.
    fn flush(&mut self) {
        if self.tree.texts.len() > self.loose {
            self.add_loose(Kind::Text);
        }
    }

    fn add_loose(&mut self, kind: Kind) {
        let text = self.tree.texts.get(self.loose..).unwrap_or_default();
        if !self.options.blanks && is_blank(text) {
            self.tree.texts.truncate(self.loose);
            return;
        }
        let span = Span {
            start: position(self.loose),
            end: position(self.tree.texts.len()),
        };
        self.loose = self.tree.texts.len();
        self.add(kind, 0, span);
    }

    /// Adds a node after the last one of the element that is open.
    fn add(&mut self, kind: Kind, name: NameId, span: Span) -> Id {
        let id = position(self.tree.nodes.len());
        let parent = self.open.last().map_or(NONE, |open| open.id);
        let last = match self.open.last_mut() {
            Some(open) => std::mem::replace(&mut open.last, id),
            None => std::mem::replace(&mut self.last, id),
        };
        if let Some(before) = self.tree.nodes.get_mut(last as usize) {
            before.next = id;
        } else if let Some(above) = self.tree.nodes.get_mut(parent as usize) {
            above.first = id;
        } else {
            self.tree.first = id;
        }
        self.tree.nodes.push(Node {
            kind,
            name,
            parent,
            first: NONE,
            next: NONE,
            span,
        });
        id
    }
}

/// A position as trees keep it: the text is smaller than 4 GiB.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
