//! Documents: checked text, and the tree built from it.

use std::borrow::Cow;
use std::fmt;

use lockgate_core::limits;
use roxmltree::ParsingOptions;

use crate::encoding;
use crate::error::XmlError;
use crate::prescan;
use crate::xpath::FullTree;

/// The text of a document that has passed the limits. Borrows the bytes it was read from when they
/// are UTF-8 already.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    text: Cow<'a, str>,
}

impl<'a> Source<'a> {
    /// Reads bytes: decodes them and checks the limits. Does not parse yet.
    ///
    /// # Errors
    /// If the bytes cannot be decoded or exceed a limit.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, XmlError> {
        if bytes.len() > limits::XML_BYTES {
            return Err(XmlError::TooLarge {
                bytes: bytes.len(),
                limit: limits::XML_BYTES,
            });
        }
        Self::from_text(encoding::decode(bytes)?)
    }

    /// Takes text and checks the limits. An encoding in the XML declaration is ignored; a byte
    /// order mark is not XML in text.
    ///
    /// # Errors
    /// If the text exceeds a limit.
    pub fn from_text(text: impl Into<Cow<'a, str>>) -> Result<Self, XmlError> {
        let text = text.into();
        if text.starts_with('\u{FEFF}') {
            return Err(XmlError::Malformed {
                problem: "a byte order mark precedes the document".into(),
            });
        }
        prescan::check(&text)?;
        Ok(Self { text })
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Parses the text. Keep the document to evaluate several expressions on it.
    ///
    /// # Errors
    /// If the text is not well-formed, or has too many nodes.
    pub fn document(&self) -> Result<Document<'_>, XmlError> {
        let options = ParsingOptions {
            nodes_limit: limits::XML_NODES,
            ..ParsingOptions::default()
        };
        let tree = roxmltree::Document::parse_with_options(&self.text, options);
        let tree = tree.map_err(|error| match error {
            roxmltree::Error::NodesLimitReached => XmlError::TooManyNodes {
                limit: limits::XML_NODES,
            },
            other => XmlError::Malformed {
                problem: other.to_string(),
            },
        })?;
        Ok(Document {
            tree,
            full: FullTree::default(),
        })
    }
}

/// A parsed document. Belongs to one thread: the full XPath engine keeps its own tree in it, built
/// when an expression first needs it.
pub struct Document<'s> {
    tree: roxmltree::Document<'s>,
    pub(crate) full: FullTree,
}

impl<'s> Document<'s> {
    /// The tree.
    #[must_use]
    pub fn tree(&self) -> &roxmltree::Document<'s> {
        &self.tree
    }

    /// The text the tree was built from.
    #[must_use]
    pub fn text(&self) -> &'s str {
        self.tree.input_text()
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("bytes", &self.text().len())
            .finish_non_exhaustive()
    }
}
