//! One linear pass over a document, before anything builds a tree from it.
//!
//! Tree builders spend quadratic time on attributes and namespaces and grow with depth. The scan
//! bounds all of these by the document's size, so that whatever passes is safe to parse. It is not
//! a check for well-formedness: where the text is malformed, the parser stops there as well.

use lockgate_core::limits;

use crate::error::{Position, XmlError};

/// Comparisons that a parser may spend on attributes and namespaces, whatever the size.
const WORK_BASE: usize = 10_000_000;
/// Comparisons it may spend in addition for each byte of the document.
const WORK_PER_BYTE: usize = 20;

/// Checks a document against the limits of [`lockgate_core::limits`].
pub(crate) fn check(text: &str) -> Result<(), XmlError> {
    if text.len() > limits::XML_BYTES {
        return Err(XmlError::TooLarge {
            bytes: text.len(),
            limit: limits::XML_BYTES,
        });
    }
    Scan::new(text).run()
}

/// A start tag's end and contents.
struct StartTag {
    end: usize,
    attributes: usize,
    declarations: usize,
    empty: bool,
}

struct Scan<'t> {
    text: &'t str,
    /// Namespace declarations in scope after each open element.
    open: Vec<usize>,
    work: usize,
    budget: usize,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            open: Vec::new(),
            work: 0,
            budget: WORK_BASE + WORK_PER_BYTE * text.len(),
        }
    }

    fn run(mut self) -> Result<(), XmlError> {
        let mut at = 0;
        while let Some(start) = self.find(at, '<') {
            let rest = &self.text.as_bytes()[start + 1..];
            let end = match rest.first() {
                Some(b'!') if rest.starts_with(b"!--") => self.find_end(start + 4, "-->"),
                Some(b'!') if rest.starts_with(b"![CDATA[") => self.find_end(start + 9, "]]>"),
                Some(b'!') if rest.starts_with(b"!DOCTYPE") => {
                    return Err(XmlError::Doctype {
                        position: Position::of(self.text, start),
                    });
                }
                Some(b'?') => self.find_end(start + 2, "?>"),
                Some(b'/') => {
                    self.open.pop();
                    self.find(start + 2, '>').map(|end| end + 1)
                }
                _ => self.start_tag(start)?,
            };
            match end {
                Some(end) => at = end,
                None => break,
            }
        }
        Ok(())
    }

    fn find(&self, from: usize, needle: char) -> Option<usize> {
        Some(from + self.text.get(from..)?.find(needle)?)
    }

    /// The offset behind the first `needle`.
    fn find_end(&self, from: usize, needle: &str) -> Option<usize> {
        Some(from + self.text.get(from..)?.find(needle)? + needle.len())
    }

    /// Accounts for a start tag; its end, or nothing if the text ends before.
    fn start_tag(&mut self, start: usize) -> Result<Option<usize>, XmlError> {
        let Some(tag) = self.read_start_tag(start)? else {
            return Ok(None);
        };
        let in_scope = self.open.last().copied().unwrap_or(0) + tag.declarations;
        if in_scope > limits::XML_NAMESPACES {
            return Err(XmlError::TooManyNamespaces {
                limit: limits::XML_NAMESPACES,
                position: Position::of(self.text, start),
            });
        }
        self.work += tag.attributes * tag.attributes / 2 + in_scope * (1 + tag.attributes);
        if tag.declarations > 0 {
            self.work += in_scope * in_scope;
        }
        if self.work > self.budget {
            return Err(XmlError::TooDense {
                position: Position::of(self.text, start),
            });
        }
        if self.open.len() >= limits::XML_DEPTH {
            return Err(XmlError::TooDeep {
                limit: limits::XML_DEPTH,
                position: Position::of(self.text, start),
            });
        }
        if !tag.empty {
            self.open.push(in_scope);
        }
        Ok(Some(tag.end))
    }

    fn read_start_tag(&self, start: usize) -> Result<Option<StartTag>, XmlError> {
        let bytes = self.text.as_bytes();
        let (mut attributes, mut declarations) = (0, 0);
        let mut name_start = start + 1;
        let mut at = start + 1;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'>' => {
                    return Ok(Some(StartTag {
                        end: at + 1,
                        attributes,
                        declarations,
                        empty: bytes[at - 1] == b'/',
                    }));
                }
                b'"' | b'\'' => {
                    attributes += 1;
                    if bytes[name_start..].starts_with(b"xmlns") {
                        declarations += 1;
                    }
                    if attributes > limits::XML_ATTRIBUTES {
                        return Err(XmlError::TooManyAttributes {
                            limit: limits::XML_ATTRIBUTES,
                            position: Position::of(self.text, start),
                        });
                    }
                    let Some(close) = self.find(at + 1, char::from(*byte)) else {
                        return Ok(None);
                    };
                    name_start = close + 1;
                    at = close;
                }
                byte if byte.is_ascii_whitespace() => name_start = at + 1,
                _ => {}
            }
            at += 1;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
