//! `messageLogFactory`: what a script writes into the message log.

use std::cell::RefCell;
use std::rc::Rc;

use smol_str::SmolStr;

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static MESSAGE_LOG_FACTORY: Class =
    Class::new("com.sap.it.api.msglog.MessageLogFactory")
        .methods(&[("getMessageLog", get_message_log)]);

pub(super) static MESSAGE_LOG: Class = Class::new("com.sap.it.api.msglog.MessageLog").methods(&[
    ("addAttachmentAsString", add_attachment),
    ("addCustomHeaderProperty", add_custom_header),
    ("setStringProperty", set_string),
    ("setBooleanProperty", set_property),
    ("setIntegerProperty", set_property),
    ("setLongProperty", set_property),
    ("setFloatProperty", set_property),
    ("setDoubleProperty", set_property),
    ("setDateProperty", set_property),
]);

/// Something a script wrote into the message log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEntry {
    /// An attachment.
    Attachment {
        /// Name.
        name: SmolStr,
        /// Content.
        text: SmolStr,
        /// Media type.
        media_type: SmolStr,
    },
    /// A property, for level debug and above.
    Property {
        /// Name.
        name: SmolStr,
        /// Value.
        value: SmolStr,
    },
    /// A custom header property, which messages are searched by.
    CustomHeader {
        /// Name.
        name: SmolStr,
        /// Value.
        value: SmolStr,
    },
}

/// The binding variable `messageLogFactory`.
#[derive(Clone, Default)]
pub struct MessageLogFactory {
    entries: Rc<RefCell<Vec<LogEntry>>>,
    silent: bool,
}

impl MessageLogFactory {
    /// One whose messages have a log, or none (`getMessageLog` gives `null`).
    #[must_use]
    pub fn new(silent: bool) -> Self {
        Self {
            entries: Rc::default(),
            silent,
        }
    }

    /// What was written, in order.
    #[must_use]
    pub fn take(&self) -> Vec<LogEntry> {
        self.entries.take()
    }
}

impl Object for MessageLogFactory {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MESSAGE_LOG_FACTORY)
    }
}

struct MessageLog(Rc<RefCell<Vec<LogEntry>>>);

impl Object for MessageLog {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MESSAGE_LOG)
    }
}

fn get_message_log(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match (this.downcast::<MessageLogFactory>(), args) {
        (Some(factory), [_message]) if factory.silent => Ok(Value::Null),
        (Some(factory), [_message]) => Ok(Value::object(MessageLog(Rc::clone(&factory.entries)))),
        _ => Err(Thrown::mismatch()),
    }
}

fn add(vm: &mut Vm, this: &Value, entry: LogEntry, size: usize) -> Result<Value> {
    let log = this.downcast::<MessageLog>().ok_or_else(Thrown::mismatch)?;
    vm.reserve(size)?;
    log.0.borrow_mut().push(entry);
    Ok(Value::Null)
}

/// A parameter of type `String`.
fn string(vm: &mut Vm, value: &Value) -> Result<Str> {
    match value {
        Value::Str(_) | Value::GString(_) | Value::Null => vm.text(value),
        _ => Err(Thrown::mismatch()),
    }
}

fn add_attachment(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, text, media_type] = args else {
        return Err(Thrown::mismatch());
    };
    let (name, text) = (string(vm, name)?, string(vm, text)?);
    let media_type = string(vm, media_type)?;
    let size = text.len();
    let entry = LogEntry::Attachment {
        name: name.shared(),
        text: text.shared(),
        media_type: media_type.shared(),
    };
    add(vm, this, entry, size)
}

fn add_custom_header(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, value] = args else {
        return Err(Thrown::mismatch());
    };
    let (name, value) = (string(vm, name)?, string(vm, value)?);
    let size = value.len();
    let entry = LogEntry::CustomHeader {
        name: name.shared(),
        value: value.shared(),
    };
    add(vm, this, entry, size)
}

fn set_string(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [_, value] = args else {
        return Err(Thrown::mismatch());
    };
    string(vm, value)?;
    set_property(vm, this, args)
}

fn set_property(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, value] = args else {
        return Err(Thrown::mismatch());
    };
    let (name, value) = (string(vm, name)?, vm.text(value)?);
    let size = value.len();
    let entry = LogEntry::Property {
        name: name.shared(),
        value: value.shared(),
    };
    add(vm, this, entry, size)
}
