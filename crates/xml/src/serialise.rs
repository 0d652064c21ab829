//! Nodes as XML text.
//!
//! Elements are copied from the source as written; only namespace declarations that the copy would
//! lose are added to its outermost tag.

use std::borrow::Cow;
use std::collections::HashSet;

use roxmltree::Node;

/// The XML declaration put in front of documents.
const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// A node as text that stands alone, without an XML declaration.
///
/// Elements, comments and processing instructions become markup; the document becomes its content;
/// a text node becomes its characters, unescaped.
#[must_use]
pub fn node(node: Node<'_, '_>) -> String {
    let mut out = String::new();
    append(&mut out, node);
    out
}

/// A node as a document of its own, with an XML declaration.
#[must_use]
pub fn document(node: Node<'_, '_>) -> String {
    let mut out = DECLARATION.to_owned();
    append(&mut out, node);
    out
}

/// Appends a node as [`node`] writes it.
pub fn append(out: &mut String, node: Node<'_, '_>) {
    let source = node.document().input_text();
    if node.is_root() {
        for child in node.children() {
            out.push_str(&source[child.range()]);
        }
    } else if node.is_element() {
        append_element(out, node, &source[node.range()]);
    } else if node.is_text() {
        out.push_str(node.text().unwrap_or_default());
    } else {
        out.push_str(&source[node.range()]);
    }
}

fn append_element(out: &mut String, element: Node<'_, '_>, source: &str) {
    let missing = missing_declarations(element, source);
    if missing.is_empty() {
        out.push_str(source);
        return;
    }
    let name_end = source
        .find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')
        .unwrap_or(source.len());
    out.push_str(&source[..name_end]);
    for (prefix, uri) in missing {
        out.push_str(" xmlns");
        if !prefix.is_empty() {
            out.push(':');
            out.push_str(prefix);
        }
        out.push_str("=\"");
        out.push_str(&escape_attribute(uri));
        out.push('"');
    }
    out.push_str(&source[name_end..]);
}

/// Namespaces that an element inherits and its text may refer to.
fn missing_declarations<'n>(element: Node<'n, '_>, source: &str) -> Vec<(&'n str, &'n str)> {
    if element.parent_element().is_none() || element.namespaces().len() == 0 {
        return Vec::new();
    }
    let own = declared_prefixes(source);
    let mut inherited: Vec<_> = element
        .namespaces()
        .map(|namespace| (namespace.name().unwrap_or_default(), namespace.uri()))
        .filter(|(prefix, uri)| !own.contains(prefix) && !uri.is_empty())
        .collect();
    if inherited.iter().any(|(prefix, _)| !prefix.is_empty()) {
        let mentioned = mentioned_prefixes(source);
        inherited.retain(|(prefix, _)| prefix.is_empty() || mentioned.contains(prefix));
    }
    inherited
}

/// The prefixes that a start tag declares, the default namespace as an empty one.
pub(crate) fn declared_prefixes(element: &str) -> HashSet<&str> {
    let mut prefixes = HashSet::new();
    let mut rest = element;
    while let Some(open) = rest.find(['"', '\'', '>']) {
        let (before, quoted) = rest.split_at(open);
        let quote = if quoted.starts_with('"') { '"' } else { '\'' };
        let Some(close) = quoted[1..].find(quote).filter(|_| !quoted.starts_with('>')) else {
            break;
        };
        let name = before.trim_end().trim_end_matches('=').trim_end();
        let name = name.rsplit(|c: char| c.is_ascii_whitespace()).next();
        match name.and_then(|name| name.strip_prefix("xmlns")) {
            Some("") => prefixes.insert(""),
            Some(prefix) => prefixes.insert(prefix.trim_start_matches(':')),
            None => false,
        };
        rest = &quoted[close + 2..];
    }
    prefixes
}

/// Every name in front of a colon. More than the prefixes in use, never fewer: prefixes in attribute
/// values and text, as in `xsi:type="p:T"`, are among them.
fn mentioned_prefixes(source: &str) -> HashSet<&str> {
    source
        .match_indices(':')
        .map(|(colon, _)| {
            let start = source[..colon]
                .char_indices()
                .rev()
                .take_while(|(_, c)| is_name_char(*c))
                .last()
                .map_or(colon, |(start, _)| start);
            &source[start..colon]
        })
        .collect()
}

/// Whether a character may begin an XML name; `:` may not here.
pub(crate) fn is_name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// Whether a character may continue an XML name; `:` may not here.
pub(crate) fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}'
            | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Whether XML text can contain a character at all.
pub(crate) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}'
        | '\u{10000}'..)
}

/// Escapes character data so that a parser reads the same characters back.
#[must_use]
pub fn escape_text(text: &str) -> Cow<'_, str> {
    escape(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#13;"),
        _ => None,
    })
}

/// Escapes an attribute value for either kind of quotes.
#[must_use]
pub fn escape_attribute(value: &str) -> Cow<'_, str> {
    escape(value, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&apos;"),
        '\t' => Some("&#9;"),
        '\n' => Some("&#10;"),
        '\r' => Some("&#13;"),
        _ => None,
    })
}

fn escape(text: &str, replace: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    let Some(first) = text.find(|c| replace(c).is_some()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for c in text[first..].chars() {
        match replace(c) {
            Some(escaped) => out.push_str(escaped),
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
