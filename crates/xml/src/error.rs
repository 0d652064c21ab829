//! What is wrong with a document.

use std::fmt;

/// A place in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Offset in bytes from the start of the UTF-8 text.
    pub byte: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The position of a byte offset in a text.
    #[must_use]
    pub fn of(text: &str, byte: usize) -> Self {
        let mut byte = byte.min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &text[..byte];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            byte,
            line: before.bytes().filter(|b| *b == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { byte, line, column } = self;
        write!(f, "line {line}, column {column} (byte {byte})")
    }
}

/// Why a document was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not XML.
    #[error("the document is not well-formed XML: {problem}")]
    Malformed {
        /// What the parser says, with its position.
        problem: String,
    },
    /// A document type declaration; refused because it can define entities and name files.
    #[error("a DOCTYPE is not allowed: {position}; remove the document type declaration")]
    Doctype {
        /// Where it begins.
        position: Position,
    },
    /// More nested elements than any tree builder should be given.
    #[error("elements are nested more than {limit} levels deep: {position}")]
    TooDeep {
        /// Levels allowed.
        limit: usize,
        /// The first element that is too deep.
        position: Position,
    },
    /// More elements, texts, comments and instructions than a tree should hold.
    #[error("the document has more than {limit} elements, texts and comments")]
    TooManyNodes {
        /// Nodes allowed.
        limit: u32,
    },
    /// More attributes on one element than allowed.
    #[error("an element has more than {limit} attributes: {position}")]
    TooManyAttributes {
        /// Attributes allowed.
        limit: usize,
        /// The element.
        position: Position,
    },
    /// More namespace declarations in scope than allowed.
    #[error("more than {limit} namespace declarations are in scope: {position}")]
    TooManyNamespaces {
        /// Declarations allowed.
        limit: usize,
        /// The element.
        position: Position,
    },
    /// Attributes and namespaces within their limits, but so many of them in so little text that
    /// resolving them would take disproportionately long.
    #[error(
        "the document has too many attributes and namespace declarations for its size: {position}"
    )]
    TooDense {
        /// The element at which the limit was crossed.
        position: Position,
    },
    /// More bytes than allowed.
    #[error("the document has {bytes} bytes; at most {limit} are allowed")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The XML declaration names a character encoding that does not exist.
    #[error("the XML declaration names the unknown encoding \"{label}\"")]
    UnknownEncoding {
        /// The name as written.
        label: String,
    },
    /// Bytes that are not text in the document's encoding.
    #[error(
        "the document is not valid {encoding}{}; declare its encoding in the XML declaration",
        .byte.map_or_else(String::new, |byte| format!(" at byte {byte}"))
    )]
    Undecodable {
        /// The encoding it was read as.
        encoding: &'static str,
        /// The first bad byte, if known.
        byte: Option<usize>,
    },
}
