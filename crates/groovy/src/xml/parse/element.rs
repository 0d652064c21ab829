//! Tags and attributes.

use std::collections::HashSet;

use super::{
    Attribute, Cow, DEPTH, EMPTY, Fault, Kind, NONE, NameId, Open, Parser, Span, Symbol, Written,
    XML, XMLNS, forbidden, position,
};

/// How many attributes an element may have, as in Java.
const ATTRIBUTES: usize = 10_000;
/// How many prefixes may be in scope.
const BINDINGS: usize = 2_000;
/// From here on attributes are compared by hash.
const MANY: usize = 32;

impl<'t> Parser<'t> {
    /// A start tag, behind its `<`.
    pub(super) fn element(&mut self) -> Result<(), Fault> {
        let name = self.cursor.name()?;
        if name.is_empty() {
            return Err(match self.cursor.peek() {
                None => self.cursor.ended(),
                Some(_) => self.not_content(),
            });
        }
        if self.open.len() >= DEPTH {
            return Err(self.fault(format!("Elements nest deeper than {DEPTH}.")));
        }
        let bindings = self.bindings.len();
        let empty = self.attributes(name)?;
        let id = self.begin(name)?;
        if empty {
            self.bindings.truncate(bindings);
        } else {
            self.open.push(Open {
                id,
                name,
                last: NONE,
                bindings,
            });
        }
        if self.tree.root == NONE {
            self.tree.root = id;
        }
        Ok(())
    }

    /// The attributes of a start tag and its end; whether the element is empty.
    fn attributes(&mut self, element: &'t str) -> Result<bool, Fault> {
        self.written.clear();
        loop {
            let spaced = self.cursor.space();
            match self.cursor.peek() {
                None => return Err(self.cursor.ended()),
                Some(b'>') => {
                    self.cursor.at += 1;
                    return Ok(false);
                }
                Some(b'/') => {
                    self.cursor.at += 1;
                    return match self.cursor.peek() {
                        Some(b'>') => {
                            self.cursor.at += 1;
                            Ok(true)
                        }
                        None => Err(self.cursor.ended()),
                        Some(_) => Err(self.not_attribute(element)),
                    };
                }
                Some(_) if !spaced => return Err(self.not_attribute(element)),
                Some(_) => self.attribute(element)?,
            }
        }
    }

    fn not_attribute(&self, element: &str) -> Fault {
        self.fault(format!(
            "Element type \"{element}\" must be followed by either attribute specifications, \
             \">\" or \"/>\"."
        ))
    }

    fn attribute(&mut self, element: &'t str) -> Result<(), Fault> {
        let name = self.cursor.name()?;
        if name.is_empty() {
            return Err(self.not_attribute(element));
        }
        if self.written.len() >= ATTRIBUTES {
            return Err(self.fault(format!(
                "Element \"{element}\" has more than {ATTRIBUTES} attributes."
            )));
        }
        self.cursor.space();
        if !self.cursor.eat("=") {
            return Err(self.missing(format!(
                "Attribute name \"{name}\" associated with an element type \"{element}\" must be \
                 followed by the ' = ' character."
            )));
        }
        self.cursor.space();
        let quote = match self.cursor.peek() {
            Some(quote @ (b'"' | b'\'')) => quote,
            _ => {
                return Err(self.missing(format!(
                    "Open quote is expected for attribute \"{name}\" associated with an  element \
                     type  \"{element}\"."
                )));
            }
        };
        self.cursor.at += 1;
        let value = self.value(name, element, quote)?;
        if self.options.namespaces {
            self.bind(name, value)?;
        }
        self.written.push(Written { name, value });
        Ok(())
    }

    /// `message`, unless the document just ends here.
    fn missing(&self, message: String) -> Fault {
        match self.cursor.peek() {
            None => self.cursor.ended(),
            Some(_) => self.fault(message),
        }
    }

    /// The value of an attribute, up to its closing quote.
    fn value(&mut self, name: &str, element: &str, quote: u8) -> Result<Span, Fault> {
        let start = position(self.tree.texts.len());
        loop {
            let rest = self.cursor.rest();
            let Some(length) = memchr::memchr3(quote, b'<', b'&', rest.as_bytes()) else {
                return Err(self.cursor.ended());
            };
            let text = rest.get(..length).unwrap_or_default();
            if let Some((at, code)) = forbidden(text) {
                self.cursor.at += at;
                return Err(self.fault(format!(
                    "An invalid XML character (Unicode: 0x{code:x}) was found in the value of \
                     attribute \"{name}\" and element is \"{element}\"."
                )));
            }
            if text.contains(['\t', '\n']) {
                self.tree.texts.push_str(&text.replace(['\t', '\n'], " "));
            } else {
                self.tree.texts.push_str(text);
            }
            self.cursor.at += length;
            match self.cursor.peek() {
                Some(b'<') => {
                    return Err(self.fault(format!(
                        "The value of attribute \"{name}\" associated with an element type \
                         \"{element}\" must not contain the '<' character."
                    )));
                }
                Some(b'&') => {
                    self.cursor.at += 1;
                    self.reference()?;
                }
                _ => {
                    self.cursor.at += 1;
                    self.loose = self.tree.texts.len();
                    return Ok(Span {
                        start,
                        end: position(self.loose),
                    });
                }
            }
        }
    }

    /// Notes the prefix that an attribute binds, if it does.
    fn bind(&mut self, name: &'t str, value: Span) -> Result<(), Fault> {
        let prefix = match name.split_once(':') {
            Some(("xmlns", prefix)) => prefix,
            None if name == "xmlns" => "",
            _ => return Ok(()),
        };
        let uri = self.tree.text(value);
        if !prefix.is_empty() && uri.is_empty() {
            return Err(self.fault(format!(
                "The value of the attribute \"prefix=\"xmlns\",localpart=\"{prefix}\",\
                 rawname=\"{name}\"\" is invalid. Prefixed namespace bindings may not be empty."
            )));
        }
        if (prefix == "xml") != (uri == XML) {
            return Err(self.fault(
                "The prefix \"xml\" cannot be bound to any namespace other than its usual \
                 namespace; neither can the namespace for \"xml\" be bound to any prefix other \
                 than \"xml\".",
            ));
        }
        if prefix == "xmlns" || uri == XMLNS {
            return Err(self.fault(
                "The prefix \"xmlns\" cannot be bound to any namespace explicitly; neither can \
                 the namespace for \"xmlns\" be bound to any prefix explicitly.",
            ));
        }
        if self.bindings.len() >= BINDINGS {
            return Err(self.fault(format!("More than {BINDINGS} prefixes are in scope.")));
        }
        let uri = uri.to_owned();
        let uri = self.tree.names.symbol(&uri);
        let key = self.tree.names.symbol(prefix);
        self.tree.prefixes.insert(key, uri);
        self.bindings.push((prefix, uri));
        Ok(())
    }

    fn bound(&self, prefix: &str) -> Option<Symbol> {
        let found = self
            .bindings
            .iter()
            .rev()
            .find(|(known, _)| *known == prefix);
        found.map(|(_, uri)| *uri)
    }

    /// Adds the element and its attributes to the tree.
    fn begin(&mut self, name: &'t str) -> Result<super::Id, Fault> {
        let element = self.element_name(name)?;
        let start = position(self.tree.attributes.len());
        for at in 0..self.written.len() {
            let Some(written) = self.written.get(at) else {
                break;
            };
            let (attribute, value) = (written.name, written.value);
            let attribute = self.attribute_name(name, attribute)?;
            self.tree.attributes.push(Attribute {
                name: attribute,
                value,
            });
        }
        self.check_twice(name, start as usize)?;
        let span = Span {
            start,
            end: position(self.tree.attributes.len()),
        };
        Ok(self.add(Kind::Element, element, span))
    }

    fn element_name(&mut self, name: &str) -> Result<NameId, Fault> {
        if !self.options.namespaces {
            return Ok(self.tree.names.name(name, false, EMPTY));
        }
        let prefix = prefix_of(name);
        let Some(uri) = self.bound(prefix) else {
            return Err(self.fault(format!(
                "The prefix \"{prefix}\" for element \"{name}\" is not bound."
            )));
        };
        Ok(self.tree.names.name(name, true, uri))
    }

    fn attribute_name(&mut self, element: &str, name: &str) -> Result<NameId, Fault> {
        if !self.options.namespaces {
            return Ok(self.tree.names.name(name, false, EMPTY));
        }
        let uri = match prefix_of(name) {
            "" if name == "xmlns" => self.tree.names.symbol(XMLNS),
            "" => EMPTY,
            "xmlns" => self.tree.names.symbol(XMLNS),
            prefix => match self.bound(prefix) {
                Some(uri) => uri,
                None => {
                    return Err(self.fault(format!(
                        "The prefix \"{prefix}\" for attribute \"{name}\" associated with an \
                         element type \"{element}\" is not bound."
                    )));
                }
            },
        };
        Ok(self.tree.names.name(name, true, uri))
    }

    /// No two attributes have one name.
    fn check_twice(&self, element: &str, start: usize) -> Result<(), Fault> {
        let attributes = self.tree.attributes.get(start..).unwrap_or_default();
        if attributes.len() < 2 {
            return Ok(());
        }
        let key = |attribute: &Attribute| {
            let name = self.tree.names.get(attribute.name);
            name.map_or((EMPTY, EMPTY), |name| match name.uri {
                EMPTY => (name.written, EMPTY),
                uri => (name.local, uri),
            })
        };
        let twice = if attributes.len() < MANY {
            let same = |(at, one): &(usize, &Attribute)| {
                attributes
                    .iter()
                    .take(*at)
                    .any(|other| key(other) == key(one))
            };
            attributes.iter().enumerate().find(same).map(|(_, one)| one)
        } else {
            let mut seen = HashSet::with_capacity(attributes.len());
            attributes.iter().find(|one| !seen.insert(key(one)))
        };
        let Some(name) = twice.and_then(|twice| self.tree.names.get(twice.name)) else {
            return Ok(());
        };
        let names = &self.tree.names;
        let (local, uri) = (names.str(name.local), names.str(name.uri));
        let message: Cow<'static, str> = if uri.is_empty() {
            format!("Attribute \"{local}\" was already specified for element \"{element}\".").into()
        } else {
            format!(
                "Attribute \"{local}\" bound to namespace \"{uri}\" was already specified for \
                 element \"{element}\"."
            )
            .into()
        };
        Err(self.fault(message))
    }

    /// An end tag, behind its `</`.
    pub(super) fn end_tag(&mut self) -> Result<(), Fault> {
        self.flush();
        let Some(open) = self.open.last() else {
            return Ok(());
        };
        let name = open.name;
        if !self.cursor.rest().starts_with(name) {
            if self.cursor.peek().is_none() {
                return Err(self.cursor.ended());
            }
            return Err(self.unmatched(name));
        }
        let start = self.cursor.at;
        self.cursor.at += name.len();
        self.cursor.space();
        if !self.cursor.eat(">") {
            if self.cursor.peek().is_none() {
                return Err(self.cursor.ended());
            }
            let longer = self.cursor.at == start + name.len();
            self.cursor.at = if longer { start } else { self.cursor.at };
            return Err(if longer {
                self.unmatched(name)
            } else {
                self.fault(format!(
                    "The end-tag for element type \"{name}\" must end with a '>' delimiter."
                ))
            });
        }
        let bindings = open.bindings;
        self.bindings.truncate(bindings);
        self.open.pop();
        Ok(())
    }

    fn unmatched(&self, name: &str) -> Fault {
        self.fault(format!(
            "The element type \"{name}\" must be terminated by the matching end-tag \"</{name}>\"."
        ))
    }
}

fn prefix_of(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}
