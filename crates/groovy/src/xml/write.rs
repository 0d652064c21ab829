//! Writes documents as Java's identity transformer does, indented or not.

use crate::xml::escape::{Charset, escape};
use crate::xml::tree::{Id, Kind, Node, Tree};

/// A document being written.
pub(crate) struct Writer {
    out: String,
    charset: Charset,
    /// Spaces for each level; `None` to add no white space at all.
    indent: Option<usize>,
    depth: usize,
    /// The start tag that was written last is not closed.
    open: bool,
    /// Text of more than white space came last in this element.
    preserve: bool,
    /// Text came last.
    after_text: bool,
}

impl Writer {
    pub(crate) fn new(charset: Charset, indent: Option<usize>) -> Self {
        Self {
            out: String::new(),
            charset,
            indent,
            depth: 0,
            open: false,
            preserve: false,
            after_text: false,
        }
    }

    /// `<?xml … ?>`
    pub(crate) fn declaration(&mut self, encoding: &str, standalone: Option<&str>) {
        self.out.push_str("<?xml version=\"1.0\" encoding=\"");
        self.out.push_str(encoding);
        self.out.push('"');
        if let Some(standalone) = standalone {
            self.out.push_str(" standalone=\"");
            self.out.push_str(standalone);
            self.out.push('"');
        }
        self.out.push_str("?>");
    }

    /// `<!DOCTYPE … >`
    pub(crate) fn doctype(&mut self, root: &str, public: Option<&str>, system: &str) {
        self.out.push_str("<!DOCTYPE ");
        self.out.push_str(root);
        match public {
            Some(public) => {
                self.out.push_str(" PUBLIC \"");
                self.out.push_str(public);
                self.out.push('"');
            }
            None => self.out.push_str(" SYSTEM"),
        }
        self.out.push_str(" \"");
        self.out.push_str(system);
        self.out.push_str("\">");
        if self.indent.is_some() {
            self.out.push('\n');
        }
    }

    /// `<name`
    pub(crate) fn start(&mut self, name: &str) {
        self.close_start();
        self.preserve = false;
        self.line(self.depth);
        self.out.push('<');
        self.out.push_str(name);
        self.depth += 1;
        self.open = true;
        self.after_text = false;
    }

    /// ` name="value"`
    pub(crate) fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        let replace = |byte| match byte {
            b'"' => Some("&quot;"),
            b'\n' => Some("&#10;"),
            b'\t' => Some("&#9;"),
            other => in_text(other),
        };
        escape(&mut self.out, value, replace, refer(self.charset), false);
        self.out.push('"');
    }

    /// `</name>`, or `/>`
    pub(crate) fn end(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        if self.open {
            self.out.push_str("/>");
            self.open = false;
        } else {
            if self.should_indent(self.depth + 1) {
                self.new_line(self.depth);
            }
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
        self.preserve = false;
        self.after_text = false;
    }

    /// Text
    pub(crate) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.before_text(text);
        escape(&mut self.out, text, in_text, refer(self.charset), false);
    }

    /// `<![CDATA[ … ]]>`
    pub(crate) fn cdata(&mut self, text: &str) {
        self.before_text("x");
        self.out.push_str("<![CDATA[");
        self.out.push_str(&text.replace("]]>", "]]]]><![CDATA[>"));
        self.out.push_str("]]>");
    }

    /// `<!-- … -->`
    pub(crate) fn comment(&mut self, text: &str) {
        self.close_start();
        self.line(self.depth);
        self.out.push_str("<!--");
        self.out.push_str(text);
        self.out.push_str("-->");
    }

    /// `<?target … ?>`
    pub(crate) fn instruction(&mut self, target: &str, text: &str) {
        self.close_start();
        self.line(self.depth);
        self.out.push_str("<?");
        self.out.push_str(target);
        if !text.is_empty() {
            self.out.push(' ');
            self.out.push_str(text);
        }
        self.out.push_str("?>");
    }

    /// Bytes so far.
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// The document.
    pub(crate) fn finish(mut self) -> String {
        if self.indent.is_some() && !self.after_text {
            self.out.push('\n');
        }
        self.out
    }

    fn before_text(&mut self, text: &str) {
        self.close_start();
        self.after_text = true;
        if !text
            .bytes()
            .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
        {
            self.preserve = true;
        }
    }

    fn close_start(&mut self) {
        if std::mem::take(&mut self.open) {
            self.out.push('>');
        }
    }

    fn should_indent(&self, depth: usize) -> bool {
        self.indent.is_some() && !self.preserve && !self.after_text && depth > 0
    }

    fn line(&mut self, depth: usize) {
        if self.should_indent(depth) {
            self.new_line(depth);
        }
    }

    fn new_line(&mut self, depth: usize) {
        self.out.push('\n');
        let spaces = self.indent.unwrap_or_default().saturating_mul(depth);
        self.out.extend(std::iter::repeat_n(' ', spaces));
    }

    /// Writes all nodes of a tree.
    pub(crate) fn tree(&mut self, tree: &Tree) {
        let mut open: Vec<(&str, Id)> = Vec::new();
        let mut at = tree.first;
        loop {
            let Some(node) = tree.node(at) else {
                match open.pop() {
                    None => return,
                    Some((name, next)) => {
                        self.end(name);
                        at = next;
                    }
                }
                continue;
            };
            at = node.next;
            if let Some(name) = self.node(tree, node) {
                open.push((name, node.next));
                at = node.first;
            }
        }
    }

    /// Writes a node without those below it; the name of an element.
    fn node<'t>(&mut self, tree: &'t Tree, node: &Node) -> Option<&'t str> {
        let names = &tree.names;
        let written = |id| names.get(id).map_or("", |name| names.str(name.written));
        let text = || tree.text(node.span);
        match node.kind {
            Kind::Text => self.text(text()),
            Kind::CData => self.cdata(text()),
            Kind::Comment => self.comment(text()),
            Kind::Instruction => self.instruction(written(node.name), text()),
            Kind::Element => {
                let name = written(node.name);
                self.start(name);
                let attributes = tree.attributes(node);
                let declares = |name: &str| name == "xmlns" || name.starts_with("xmlns:");
                for wanted in [true, false] {
                    for attribute in attributes {
                        let name = written(attribute.name);
                        if declares(name) == wanted {
                            self.attribute(name, tree.text(attribute.value));
                        }
                    }
                }
                return Some(name);
            }
        }
        None
    }
}

fn in_text(byte: u8) -> Option<&'static str> {
    match byte {
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'&' => Some("&amp;"),
        b'\r' => Some("&#13;"),
        0x7f => Some("&#127;"),
        _ => None,
    }
}

fn refer(charset: Charset) -> impl Fn(char) -> bool {
    move |c| matches!(c, '\u{80}'..='\u{9f}' | '\u{2028}') || !charset.has(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse::{Options, parse};

    #[test]
    fn white_space_is_added_where_java_8_adds_it() {
        let options = Options {
            namespaces: true,
            doctype: false,
            everything: true,
            blanks: true,
        };
        for (document, expected) in [
            ("<r><a>x</a><b/></r>", "<r>\n  <a>x</a>\n  <b/>\n</r>\n"),
            ("<r>\n <a/><b/></r>", "<r>\n <a/>\n  <b/>\n</r>\n"),
            ("<r>a<b/></r>", "<r>a<b/>\n</r>\n"),
            (
                "<r>a<b/>c<d/><e>x</e></r>",
                "<r>a<b/>c<d/>\n  <e>x</e>\n</r>\n",
            ),
            ("<r>a<b><c/></b></r>", "<r>a<b>\n    <c/>\n  </b>\n</r>\n"),
            ("<r><a/>t<b/></r>", "<r>\n  <a/>t<b/>\n</r>\n"),
            ("<r><!-- c --><a/></r>", "<r>\n  <!-- c -->\n  <a/>\n</r>\n"),
            ("<!-- p --><r/><!-- q -->", "<!-- p --><r/><!-- q -->\n"),
            (
                "<?p q?><r><?p q?><a/></r>",
                "<?p q?><r>\n  <?p q?>\n  <a/>\n</r>\n",
            ),
            (
                "<r><a><![CDATA[<x>]]></a></r>",
                "<r>\n  <a><![CDATA[<x>]]></a>\n</r>\n",
            ),
            ("<r> </r>", "<r> </r>\n"),
            ("<r><a>x</a>\n<b/></r>", "<r>\n  <a>x</a>\n<b/>\n</r>\n"),
            (
                "<r><a>x<!-- c --></a></r>",
                "<r>\n  <a>x<!-- c --></a>\n</r>\n",
            ),
            (
                "<r a='1&quot;&#10;&#9;&lt;&gt;&amp;'>&#13;\"&lt;\u{85}</r>",
                "<r a=\"1&quot;&#10;&#9;&lt;&gt;&amp;\">&#13;\"&lt;&#133;</r>\n",
            ),
        ] {
            let tree = parse(document, options)
                .map_err(|(fault, _)| fault)
                .unwrap();
            let mut writer = Writer::new(Charset::Unicode, Some(2));
            writer.tree(&tree);
            assert_eq!(writer.finish(), expected, "{document}");
        }
    }
}
