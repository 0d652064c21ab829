//! What steps and adapters tell the message log.

use bytes::Bytes;
use lockgate_core::limits;
use lockgate_store::messages::Attribute;

use crate::exchange::Attachment;

/// Entries for the message log, on their way there. The log takes them after each step.
///
/// There are few, so an exchange without any carries one empty pointer.
#[derive(Clone, Debug, Default)]
pub struct LogEntries(Option<Box<Entries>>);

/// What was told since the last step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    pub(crate) custom_headers: Vec<(String, String)>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) attachments: Vec<Attachment>,
}

impl LogEntries {
    /// Adds a custom header: shown with the message, and found by. A name may repeat.
    pub fn custom_header(&mut self, name: &str, value: &str) {
        let header = (
            cut(name, limits::LOG_NAME_CHARS),
            cut(value, limits::LOG_VALUE_CHARS),
        );
        push(&mut self.entries().custom_headers, header);
    }

    /// Adds what an adapter knows of the message, such as where it went.
    pub fn attribute(&mut self, adapter: &str, name: &str, value: &str) {
        let attribute = Attribute {
            adapter: cut(adapter, limits::LOG_NAME_CHARS),
            name: cut(name, limits::LOG_NAME_CHARS),
            value: cut(value, limits::LOG_VALUE_CHARS),
        };
        push(&mut self.entries().attributes, attribute);
    }

    /// Adds a property of the current step, which the levels Debug and Trace keep.
    pub fn property(&mut self, name: &str, value: &str) {
        let property = (
            cut(name, limits::LOG_NAME_CHARS),
            cut(value, limits::LOG_VALUE_CHARS),
        );
        push(&mut self.entries().properties, property);
    }

    /// Adds an attachment to the record, which all levels but None and Error keep.
    pub fn attachment(&mut self, name: &str, content_type: &str, data: impl Into<Bytes>) {
        let attachment = Attachment {
            name: cut(name, limits::LOG_VALUE_CHARS),
            content_type: cut(content_type, limits::LOG_VALUE_CHARS),
            data: data.into(),
        };
        push(&mut self.entries().attachments, attachment);
    }

    /// Takes what was told.
    pub(crate) fn take(&mut self) -> Option<Box<Entries>> {
        self.0.take()
    }

    fn entries(&mut self) -> &mut Entries {
        self.0.get_or_insert_default()
    }
}

fn push<T>(list: &mut Vec<T>, entry: T) {
    if list.len() < limits::LOG_ENTRIES {
        list.push(entry);
    }
}

/// The beginning of a text, without the characters that databases cannot keep.
pub(crate) fn cut(text: &str, chars: usize) -> String {
    text.chars()
        .take(chars)
        .map(|c| if c == '\0' { '\u{fffd}' } else { c })
        .collect()
}
