//! XML to JSON.

use std::collections::HashMap;

use roxmltree::{Attribute, Node};

use super::{JsonXmlError, Prefixes, StreamingArrays, XmlToJson};
use crate::document::Document;
use crate::error::Position;
use crate::serialise::is_name_char;

/// Converts an XML document to JSON.
///
/// All values become strings. Attributes become `@name`, text beside attributes or elements becomes
/// `$`, blanks between elements are dropped, comments and processing instructions have no JSON form.
///
/// # Errors
/// If, without streaming, the document uses a default namespace that is not mapped to a prefix.
pub fn xml_to_json(document: &Document<'_>, settings: &XmlToJson) -> Result<String, JsonXmlError> {
    let mut writer = Writer {
        out: String::with_capacity(document.text().len()),
        source: document.text(),
        settings,
        paths: Vec::new(),
    };
    if let Some(StreamingArrays::Paths(paths)) = &settings.streaming {
        writer.paths = paths
            .iter()
            .map(|path| path.trim().trim_matches('/').split('/').collect())
            .collect();
    }
    let root = document.tree().root_element();
    let listed = writer.listed_below(None, root);
    if settings.suppress_root {
        writer.value(root, &listed)?;
    } else {
        writer.out.push('{');
        writer.member_name("", &writer.name(root)?);
        let array = writer.is_array(&listed);
        writer.brackets(array, |writer| writer.value(root, &listed))?;
        writer.out.push('}');
    }
    Ok(writer.out)
}

/// The listed paths that lead through an element: index of the path, steps matched so far.
type Listed = Vec<(usize, usize)>;

struct Writer<'d> {
    out: String,
    source: &'d str,
    settings: &'d XmlToJson,
    /// Steps of the listed paths.
    paths: Vec<Vec<&'d str>>,
}

impl<'d> Writer<'d> {
    /// Writes the value of an element: its text, or an object. Recurses once per nested element,
    /// which the depth of a checked document bounds.
    fn value(&mut self, element: Node<'d, '_>, listed: &Listed) -> Result<(), JsonXmlError> {
        let is_leaf = !element.children().any(|child| child.is_element());
        if is_leaf && element.attributes().len() == 0 {
            push_string(&mut self.out, &own_text(element, true));
            return Ok(());
        }
        self.out.push('{');
        for attribute in element.attributes() {
            let name = self.attribute_name(&attribute);
            self.separate();
            self.member_name("@", &name);
            push_string(&mut self.out, attribute.value());
        }
        if is_leaf {
            self.text_member(&own_text(element, true));
        } else if self.settings.streaming.is_some() {
            self.children_in_order(element, listed)?;
        } else {
            self.children_by_name(element, listed)?;
        }
        self.out.push('}');
        Ok(())
    }

    /// Members in document order; neighbours of the same array share it.
    fn children_in_order(
        &mut self,
        element: Node<'d, '_>,
        listed: &Listed,
    ) -> Result<(), JsonXmlError> {
        let mut open: Option<String> = None;
        for child in element.children() {
            if child.is_text() {
                let text = child.text().unwrap_or_default();
                if !is_blank(text) {
                    if open.take().is_some() {
                        self.out.push(']');
                    }
                    self.text_member(text);
                }
                continue;
            }
            if !child.is_element() {
                continue;
            }
            let name = self.name(child)?;
            let below = self.listed_below(Some(listed), child);
            if open.as_ref() == Some(&name) {
                self.out.push(',');
                self.value(child, &below)?;
                continue;
            }
            if open.take().is_some() {
                self.out.push(']');
            }
            self.separate();
            self.member_name("", &name);
            if self.is_array(&below) {
                self.out.push('[');
                open = Some(name);
            }
            self.value(child, &below)?;
        }
        if open.is_some() {
            self.out.push(']');
        }
        Ok(())
    }

    /// Members in the order in which their names first occur; repeated names become arrays.
    fn children_by_name(
        &mut self,
        element: Node<'d, '_>,
        listed: &Listed,
    ) -> Result<(), JsonXmlError> {
        let mut groups: Vec<(String, Vec<Node<'d, '_>>)> = Vec::new();
        let mut index: HashMap<String, usize> = HashMap::new();
        for child in element.children().filter(Node::is_element) {
            let name = self.name(child)?;
            let group = *index.entry(name).or_insert_with_key(|name| {
                groups.push((name.clone(), Vec::new()));
                groups.len() - 1
            });
            groups[group].1.push(child);
        }
        for (name, nodes) in groups {
            self.separate();
            self.member_name("", &name);
            self.brackets(nodes.len() > 1, |writer| {
                for (at, node) in nodes.into_iter().enumerate() {
                    if at > 0 {
                        writer.out.push(',');
                    }
                    writer.value(node, listed)?;
                }
                Ok(())
            })?;
        }
        self.text_member(&own_text(element, false));
        Ok(())
    }

    fn brackets(
        &mut self,
        array: bool,
        write: impl FnOnce(&mut Self) -> Result<(), JsonXmlError>,
    ) -> Result<(), JsonXmlError> {
        if array {
            self.out.push('[');
        }
        write(self)?;
        if array {
            self.out.push(']');
        }
        Ok(())
    }

    /// Separates a member from the one before, if there is one.
    fn separate(&mut self) {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
    }

    fn member_name(&mut self, mark: &str, name: &str) {
        self.out.push('"');
        self.out.push_str(mark);
        push_escaped(&mut self.out, name);
        self.out.push_str("\":");
    }

    fn text_member(&mut self, text: &str) {
        if !text.is_empty() {
            self.separate();
            self.member_name("", "$");
            push_string(&mut self.out, text);
        }
    }

    /// The member name of an element.
    fn name(&self, element: Node<'d, '_>) -> Result<String, JsonXmlError> {
        let local = element.tag_name().name();
        let Prefixes {
            enabled, separator, ..
        } = &self.settings.prefixes;
        let Some(uri) = element.tag_name().namespace().filter(|_| *enabled) else {
            return Ok(local.to_owned());
        };
        match self
            .mapped_prefix(uri)
            .or_else(|| self.written_prefix(element))
        {
            Some(prefix) => Ok(format!("{prefix}{separator}{local}")),
            None if self.settings.streaming.is_some() => Ok(local.to_owned()),
            None => Err(JsonXmlError::Xml {
                problem: format!(
                    "the element {local:?} is in the default namespace {uri:?}, which is not \
                     mapped to a prefix: map it, or turn namespaces off"
                ),
                position: Position::of(self.source, element.range().start),
            }),
        }
    }

    fn attribute_name(&self, attribute: &Attribute<'_, '_>) -> String {
        let local = attribute.name();
        let Prefixes {
            enabled, separator, ..
        } = &self.settings.prefixes;
        let Some(uri) = attribute.namespace().filter(|_| *enabled) else {
            return local.to_owned();
        };
        let written = self.source[attribute.range_qname()].split_once(':');
        match self
            .mapped_prefix(uri)
            .or(written.map(|(prefix, _)| prefix))
        {
            Some(prefix) => format!("{prefix}{separator}{local}"),
            None => local.to_owned(),
        }
    }

    fn mapped_prefix(&self, uri: &str) -> Option<&'d str> {
        let mapping = &self.settings.prefixes.mapping;
        mapping
            .iter()
            .find(|(_, known)| known == uri)
            .map(|(prefix, _)| prefix.as_str())
    }

    /// The prefix with which an element is written in the source.
    fn written_prefix(&self, element: Node<'_, '_>) -> Option<&'d str> {
        let qname = &self.source[element.range().start + 1..];
        let (prefix, _) = qname.split_once(|c| !is_name_char(c))?;
        qname[prefix.len()..].starts_with(':').then_some(prefix)
    }

    /// The listed paths that lead through an element, from those that lead through its parent.
    fn listed_below(&self, parent: Option<&Listed>, element: Node<'_, '_>) -> Listed {
        let candidates = match parent {
            Some(listed) => listed.clone(),
            None => (0..self.paths.len()).map(|path| (path, 0)).collect(),
        };
        candidates
            .into_iter()
            .filter(|(path, matched)| {
                self.paths[*path]
                    .get(*matched)
                    .is_some_and(|step| self.matches(step, element))
            })
            .map(|(path, matched)| (path, matched + 1))
            .collect()
    }

    /// Whether an element is the one that a step of a listed path names.
    fn matches(&self, step: &str, element: Node<'_, '_>) -> bool {
        let (prefix, local) = match step.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, step),
        };
        if local != element.tag_name().name() {
            return false;
        }
        let mapping = &self.settings.prefixes.mapping;
        match prefix {
            None => !self.settings.prefixes.enabled || self.written_prefix(element).is_none(),
            Some(prefix) => match mapping.iter().find(|(known, _)| known == prefix) {
                Some((_, uri)) => element.tag_name().namespace() == Some(uri),
                None => self.written_prefix(element) == Some(prefix),
            },
        }
    }

    fn is_array(&self, listed: &Listed) -> bool {
        match &self.settings.streaming {
            None => false,
            Some(StreamingArrays::All) => true,
            Some(StreamingArrays::Paths(_)) => listed
                .iter()
                .any(|(path, matched)| *matched == self.paths[*path].len()),
        }
    }
}

/// The text directly in an element; between child elements, pieces of blanks do not count.
fn own_text(element: Node<'_, '_>, keep_blank: bool) -> String {
    element
        .children()
        .filter(Node::is_text)
        .filter_map(|child| child.text())
        .filter(|text| keep_blank || !is_blank(text))
        .collect()
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_whitespace())
}

fn push_string(out: &mut String, text: &str) {
    out.push('"');
    push_escaped(out, text);
    out.push('"');
}

fn push_escaped(out: &mut String, text: &str) {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(escape);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
}

#[cfg(test)]
mod tests;
