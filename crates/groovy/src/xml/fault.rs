//! What is wrong with a document, said as Java's parser says it.

use std::borrow::Cow;

use crate::class::Class;
use crate::library::throwable::{EXCEPTION, THROWABLE};
pub(crate) use crate::library::throwable::{MALFORMED_URL, UNSUPPORTED_ENCODING};
use crate::throwable::Throwable;
use crate::thrown::Thrown;
use crate::value::Value;

/// `org.xml.sax.SAXException`
pub(crate) static SAX: Class = Class::new("org.xml.sax.SAXException").extends(&[&EXCEPTION]);
/// `org.xml.sax.SAXParseException`
pub(crate) static SAX_PARSE: Class = Class::new("org.xml.sax.SAXParseException").extends(&[&SAX]);
/// `org.xml.sax.SAXNotRecognizedException`
pub(crate) static SAX_NOT_RECOGNIZED: Class =
    Class::new("org.xml.sax.SAXNotRecognizedException").extends(&[&SAX]);
/// `javax.xml.parsers.ParserConfigurationException`
pub(crate) static PARSER_CONFIGURATION: Class =
    Class::new("javax.xml.parsers.ParserConfigurationException").extends(&[&EXCEPTION]);

pub(crate) static CLASSES: &[&Class] =
    &[&SAX, &SAX_PARSE, &SAX_NOT_RECOGNIZED, &PARSER_CONFIGURATION];

/// A fault in a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Bytes before the place that is shown.
    pub(crate) at: usize,
    /// What is wrong.
    pub(crate) message: Cow<'static, str>,
}

impl Fault {
    pub(crate) fn new(at: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            at,
            message: message.into(),
        }
    }

    /// Line and column, both from 1; columns count UTF-16 units.
    pub(crate) fn place(&self, text: &str) -> (i32, i32) {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before
            .get(start..)
            .map_or(0, |rest| rest.encode_utf16().count())
            + 1;
        let number = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        (number(line), number(column))
    }

    /// As the exception a script can catch.
    pub(crate) fn thrown(&self, text: &str) -> Thrown {
        let (line, column) = self.place(text);
        let mut exception = Throwable::new(&SAX_PARSE, Some(self.message.as_ref().into()));
        exception.details = vec![
            ("lineNumber".into(), Value::Int(line)),
            ("columnNumber".into(), Value::Int(column)),
        ];
        Thrown::exception(Value::object(exception))
    }

    /// `toString()` of that exception.
    pub(crate) fn to_text(&self, text: &str) -> String {
        let (line, column) = self.place(text);
        format!(
            "{}; lineNumber: {line}; columnNumber: {column}; {}",
            SAX_PARSE.name, self.message
        )
    }
}

/// Throws an exception of one of these classes.
pub(crate) fn throw(class: &'static Class, message: impl Into<crate::text::Str>) -> Thrown {
    debug_assert!(class.is_a(&THROWABLE), "only exceptions are thrown");
    Thrown::exception(Value::object(Throwable::new(class, Some(message.into()))))
}
