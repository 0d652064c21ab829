//! JSON to XML, written while the JSON is read.

use std::borrow::Cow;

use lockgate_core::limits;

use super::reader::{Problem, Reader, Token};
use super::{JsonToXml, JsonXmlError, Prefixes};
use crate::serialise::{escape_attribute, escape_text, is_name_char, is_name_start, is_xml_char};

/// The declaration in front of every result.
const DECLARATION: &str = "<?xml version='1.0' encoding='UTF-8'?>";

/// Converts a JSON object to XML.
///
/// Members become elements in their order, arrays become repeated elements and empty ones vanish,
/// arrays in arrays are flattened. `@name` becomes an attribute and must come before any other
/// content; `$` becomes text. Numbers keep their spelling. A value that is not an object is refused,
/// and so is a result with no or several root elements.
///
/// # Errors
/// If the text is not JSON or has no XML form.
pub fn json_to_xml(json: &str, settings: &JsonToXml) -> Result<String, JsonXmlError> {
    let root = Root::new(settings)?;
    let mut reader = Reader::new(json);
    let mut writer = Writer {
        out: String::with_capacity(json.len() + json.len() / 2 + 64),
        prefixes: &settings.prefixes,
        root,
        roots: 0,
        frames: Vec::new(),
        tag_open: false,
        attributes: Vec::new(),
    };
    writer.out.push_str(DECLARATION);
    writer
        .run(&mut reader)
        .map_err(|problem| JsonXmlError::Json {
            problem: problem.what,
            position: problem.position,
        })?;
    Ok(writer.out)
}

/// What the settings say about the outermost element.
struct Root<'s> {
    /// Name of the added element.
    added: Option<String>,
    /// Prefixes declared on the outermost element, with their URIs.
    declarations: Vec<(&'s str, &'s str)>,
}

impl<'s> Root<'s> {
    fn new(settings: &'s JsonToXml) -> Result<Self, JsonXmlError> {
        let mut declarations = Vec::new();
        if settings.prefixes.enabled {
            for (prefix, uri) in &settings.prefixes.mapping {
                if !is_ncname(prefix) || uri.is_empty() || !uri.chars().all(is_xml_char) {
                    return Err(JsonXmlError::Setting(format!(
                        "the namespace mapping {prefix:?} to {uri:?} is not usable: \
                         map a prefix that is an XML name to a namespace URI"
                    )));
                }
                declarations.push((prefix.as_str(), uri.as_str()));
            }
        }
        let Some(root) = &settings.added_root else {
            return Ok(Self {
                added: None,
                declarations,
            });
        };
        let (prefix, local) = match root.name.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, root.name.as_str()),
        };
        if !is_ncname(local) || prefix.is_some_and(|prefix| !is_ncname(prefix)) {
            return Err(JsonXmlError::Setting(format!(
                "the added root element {:?} has no legal XML name",
                root.name
            )));
        }
        let namespace = root.namespace.as_deref().filter(|uri| !uri.is_empty());
        let prefix = match (prefix.filter(|_| settings.prefixes.enabled), namespace) {
            (prefix, Some(uri)) => Some(declare(&mut declarations, prefix, uri)),
            (Some(prefix), None) if declarations.iter().any(|(p, _)| *p == prefix) => Some(prefix),
            (Some(prefix), None) => {
                return Err(JsonXmlError::Setting(format!(
                    "the prefix of the added root element {:?} is not mapped: \
                     map {prefix:?} or give the element a namespace",
                    root.name
                )));
            }
            (None, None) => None,
        };
        let added = prefix.map_or_else(|| local.to_owned(), |prefix| format!("{prefix}:{local}"));
        Ok(Self {
            added: Some(added),
            declarations,
        })
    }
}

/// A prefix that is declared for a URI: the wished one, else one already mapped, else a new one. A
/// default namespace would take the members in as well.
fn declare<'s>(
    declarations: &mut Vec<(&'s str, &'s str)>,
    wished: Option<&'s str>,
    uri: &'s str,
) -> &'s str {
    if wished.is_none()
        && let Some((prefix, _)) = declarations.iter().find(|(_, known)| *known == uri)
    {
        return prefix;
    }
    let prefix = wished.unwrap_or("ns0");
    declarations.retain(|(known, _)| *known != prefix);
    declarations.push((prefix, uri));
    prefix
}

/// What a value becomes.
enum Target<'j> {
    /// Elements of this name.
    Element(Cow<'j, str>),
    /// An attribute of the element whose start tag is open.
    Attribute(Cow<'j, str>),
    /// Text of the innermost element.
    Text,
    /// The outermost value.
    Document,
}

/// An object or array being read.
enum Frame<'j> {
    /// An object and its element; no element for the outermost object without an added root.
    Object(Option<Cow<'j, str>>),
    /// An array and the name of its elements.
    Array(Cow<'j, str>),
}

struct Writer<'j, 's> {
    out: String,
    prefixes: &'s Prefixes,
    root: Root<'s>,
    /// Root elements written so far.
    roots: usize,
    frames: Vec<Frame<'j>>,
    /// Whether the last start tag still lacks its `>`.
    tag_open: bool,
    /// Attributes of the open start tag.
    attributes: Vec<Cow<'j, str>>,
}

impl<'j> Writer<'j, '_> {
    fn run(&mut self, reader: &mut Reader<'j>) -> Result<(), Problem> {
        let mut target = Target::Document;
        while let Some(token) = reader.next()? {
            match token {
                Token::Name(name) => {
                    target = self.target(name).map_err(|what| reader.problem(what))?;
                    continue;
                }
                Token::ObjectEnd | Token::ArrayEnd => self.end(),
                Token::ObjectStart => self.object(target).map_err(|what| reader.problem(what))?,
                Token::ArrayStart => self.array(target).map_err(|what| reader.problem(what))?,
                Token::Text(text) => {
                    self.scalar(target, Some(&text))
                        .map_err(|what| reader.problem(what))?;
                }
                Token::Literal(text) => {
                    self.scalar(target, Some(text))
                        .map_err(|what| reader.problem(what))?;
                }
                Token::Null => self
                    .scalar(target, None)
                    .map_err(|what| reader.problem(what))?,
            }
            // The elements of an array repeat its name, so a small text can make a huge document.
            if self.out.len() > limits::XML_BYTES {
                let limit = limits::XML_BYTES;
                return Err(reader.problem(format!("the XML has more than {limit} bytes by now")));
            }
            target = match self.frames.last() {
                Some(Frame::Array(name)) => Target::Element(name.clone()),
                _ => Target::Document,
            };
        }
        if self.roots == 0 {
            return Err(reader.problem(
                "the object has no member that could become the root element: add a root element",
            ));
        }
        Ok(())
    }

    /// What the value of a member becomes.
    fn target(&self, name: Cow<'j, str>) -> Result<Target<'j>, String> {
        let top = self.frames.len() == 1;
        if name == "$" {
            return if top {
                Err("a member \"$\" cannot be text of the root element".to_owned())
            } else {
                Ok(Target::Text)
            };
        }
        if !name.starts_with('@') {
            return Ok(Target::Element(self.xml_name(name)?));
        }
        if top {
            return Err(format!(
                "the member {name:?} cannot be an attribute of the root element"
            ));
        }
        if !self.tag_open {
            return Err(format!(
                "the attribute {name:?} must come before all other members of its object"
            ));
        }
        let name = match name {
            Cow::Borrowed(name) => Cow::Borrowed(&name[1..]),
            Cow::Owned(name) => Cow::Owned(name[1..].to_owned()),
        };
        Ok(Target::Attribute(self.xml_name(name)?))
    }

    /// The XML name for a member name.
    fn xml_name(&self, name: Cow<'j, str>) -> Result<Cow<'j, str>, String> {
        let separator = self.prefixes.separator.as_str();
        let split = if separator.is_empty() {
            None
        } else {
            name.split_once(separator)
        };
        let converted = match split {
            None => None,
            Some((prefix, local)) if !self.prefixes.enabled => {
                (!prefix.is_empty()).then(|| local.to_owned())
            }
            Some((prefix, local)) => {
                let mapped = self
                    .prefixes
                    .mapping
                    .iter()
                    .any(|(known, _)| known == prefix);
                mapped.then(|| format!("{prefix}:{local}"))
            }
        };
        let name = converted.map_or(name, Cow::Owned);
        let legal = match name.split_once(':') {
            Some((prefix, local)) => self.prefixes.enabled && is_ncname(prefix) && is_ncname(local),
            None => is_ncname(&name),
        };
        if legal {
            Ok(name)
        } else {
            Err(format!("the member name {name:?} is not a legal XML name"))
        }
    }

    fn object(&mut self, target: Target<'j>) -> Result<(), String> {
        let element = match target {
            Target::Element(name) => Some(name),
            Target::Document => self.root.added.take().map(Cow::Owned),
            Target::Attribute(_) | Target::Text => {
                return Err("an attribute or text cannot be an object".to_owned());
            }
        };
        if let Some(name) = &element {
            self.start_tag(name)?;
        }
        self.frames.push(Frame::Object(element));
        Ok(())
    }

    fn array(&mut self, target: Target<'j>) -> Result<(), String> {
        match target {
            Target::Element(name) => {
                self.frames.push(Frame::Array(name));
                Ok(())
            }
            Target::Document => Err("the outermost value is an array: put it into an object, \
                                     as in {\"Records\":[…]}"
                .to_owned()),
            Target::Attribute(_) | Target::Text => {
                Err("an attribute or text cannot be an array".to_owned())
            }
        }
    }

    /// Writes text, a number, a boolean, or nothing for `null`.
    fn scalar(&mut self, target: Target<'j>, value: Option<&str>) -> Result<(), String> {
        let text = value.unwrap_or_default();
        if let Some(c) = text.chars().find(|c| !is_xml_char(*c)) {
            return Err(format!(
                "the character U+{:04X} cannot occur in XML",
                u32::from(c)
            ));
        }
        match target {
            Target::Document => Err("the outermost value is not an object".to_owned()),
            Target::Attribute(name) => match value {
                Some(value) => self.attribute(name, value),
                None => Err(format!("the attribute \"@{name}\" is null")),
            },
            Target::Text => {
                self.text(text);
                Ok(())
            }
            Target::Element(name) => {
                self.start_tag(&name)?;
                self.text(text);
                self.end_tag(&name);
                Ok(())
            }
        }
    }

    fn attribute(&mut self, name: Cow<'j, str>, value: &str) -> Result<(), String> {
        if self.attributes.contains(&name) {
            return Err(format!("the attribute \"@{name}\" is given twice"));
        }
        if self.attributes.len() >= limits::XML_ATTRIBUTES {
            let limit = limits::XML_ATTRIBUTES;
            return Err(format!("an element has more than {limit} attributes"));
        }
        for part in [" ", &name, "=\"", &escape_attribute(value), "\""] {
            self.out.push_str(part);
        }
        self.attributes.push(name);
        Ok(())
    }

    fn start_tag(&mut self, name: &str) -> Result<(), String> {
        self.close_start_tag();
        let outermost = self
            .frames
            .iter()
            .all(|frame| !matches!(frame, Frame::Object(Some(_))));
        if outermost {
            self.roots += 1;
            if self.roots > 1 {
                return Err(format!(
                    "{name:?} would be a second root element: add a root element"
                ));
            }
        }
        self.out.push('<');
        self.out.push_str(name);
        if outermost {
            for (prefix, uri) in &self.root.declarations {
                for part in [" xmlns:", prefix, "=\"", &escape_attribute(uri), "\""] {
                    self.out.push_str(part);
                }
            }
        }
        self.tag_open = true;
        self.attributes.clear();
        Ok(())
    }

    fn close_start_tag(&mut self) {
        if self.tag_open {
            self.out.push('>');
            self.tag_open = false;
        }
    }

    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.close_start_tag();
            self.out.push_str(&escape_text(text));
        }
    }

    fn end_tag(&mut self, name: &str) {
        if self.tag_open {
            self.out.push_str("/>");
            self.tag_open = false;
        } else {
            for part in ["</", name, ">"] {
                self.out.push_str(part);
            }
        }
    }

    fn end(&mut self) {
        if let Some(Frame::Object(Some(name))) = self.frames.pop() {
            self.end_tag(&name);
        }
    }
}

/// Whether a name is a legal XML name without colon and not reserved.
fn is_ncname(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(is_name_start)
        && chars.all(is_name_char)
        && !name
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case("xml"))
}

#[cfg(test)]
mod tests;
