//! Attachments: `DataHandler`, and what scripts make one of.

use std::rc::Rc;

use bytes::Bytes;

use super::{Part, convert, mime};
use crate::class::{Class, ClassRef};
use crate::library::io;
use crate::map::Map;
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static DATA_SOURCE: Class = Class::interface("javax.activation.DataSource");

pub(super) static BYTE_ARRAY_DATA_SOURCE: Class = Class::new("javax.mail.util.ByteArrayDataSource")
    .extends(&[&DATA_SOURCE])
    .constructor(new_source)
    .methods(MEMBERS);

pub(super) static DATA_HANDLER: Class = Class::new("javax.activation.DataHandler")
    .constructor(new_handler)
    .methods(MEMBERS);

pub(super) static DEFAULT_ATTACHMENT: Class = Class::new("org.apache.camel.impl.DefaultAttachment")
    .constructor(new_attachment)
    .methods(&[("getDataHandler", to_handler)]);

const MEMBERS: &[(&str, crate::class::Method)] = &[
    ("getContent", content),
    ("getContentType", content_type),
    ("getDataSource", to_source),
    ("getInputStream", input_stream),
    ("getName", name),
    ("setName", set_name),
    ("writeTo", write_to),
];

/// A named content with a media type: a data source, a data handler or an attachment.
struct Attached {
    class: &'static Class,
    name: std::cell::RefCell<Str>,
    content_type: Str,
    data: Bytes,
}

impl Attached {
    /// The same content as an object of another class.
    fn of_class(&self, class: &'static Class) -> Value {
        Value::object(Self {
            class,
            name: self.name.clone(),
            content_type: self.content_type.clone(),
            data: self.data.clone(),
        })
    }
}

impl Object for Attached {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }
}

fn of(value: &Value) -> Result<&Attached> {
    value.downcast().ok_or_else(Thrown::mismatch)
}

/// Media type and content of a data source or handler.
pub(super) fn content_of(value: &Value) -> Option<(Str, Bytes)> {
    let attached = value.downcast::<Attached>()?;
    Some((attached.content_type.clone(), attached.data.clone()))
}

/// A handler of this content.
pub(super) fn data_handler(content_type: Str, data: Bytes) -> Value {
    Value::object(Attached {
        class: &DATA_HANDLER,
        name: std::cell::RefCell::new("".into()),
        content_type,
        data,
    })
}

/// The handler of an attachment of the message.
pub(super) fn handler(part: &Part) -> Value {
    Value::object(Attached {
        class: &DATA_HANDLER,
        name: std::cell::RefCell::new(part.name.clone().into()),
        content_type: part.content_type.clone().into(),
        data: part.data.clone(),
    })
}

/// What `addAttachmentObject` takes, as a handler.
pub(super) fn as_handler(value: &Value) -> Option<Value> {
    Some(value.downcast::<Attached>()?.of_class(&DATA_HANDLER))
}

/// Attachments as the next step gets them; what is none is left out.
pub(super) fn exported(vm: &mut Vm, map: &Rc<Map>) -> Result<Vec<Part>> {
    let mut parts = Vec::with_capacity(map.len());
    for (name, value) in map.to_vec() {
        let Some(attached) = value.downcast::<Attached>() else {
            continue;
        };
        parts.push(Part {
            name: vm.text(&name)?.shared(),
            content_type: attached.content_type.shared(),
            data: attached.data.clone(),
        });
    }
    Ok(parts)
}

fn new_source(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [content, content_type] = args else {
        return Err(Thrown::mismatch());
    };
    let content_type = vm.text(content_type)?;
    let charset = mime::charset_of(&content_type);
    let data = convert::to_bytes(vm, content, charset.as_deref())?;
    Ok(Value::object(Attached {
        class: &BYTE_ARRAY_DATA_SOURCE,
        name: std::cell::RefCell::new("".into()),
        content_type,
        data,
    }))
}

fn new_handler(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [source] => Ok(of(source)?.of_class(&DATA_HANDLER)),
        [_, _] => {
            let source = new_source(vm, args)?;
            Ok(of(&source)?.of_class(&DATA_HANDLER))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn new_attachment(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [source] => Ok(of(source)?.of_class(&DEFAULT_ATTACHMENT)),
        _ => Err(Thrown::mismatch()),
    }
}

fn to_handler(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(of(this)?.of_class(&DATA_HANDLER))
}

fn to_source(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(of(this)?.of_class(&BYTE_ARRAY_DATA_SOURCE))
}

/// Text as a string, a multipart as one, everything else as a stream.
fn content(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let attached = of(this)?;
    mime::plain_content(vm, &attached.content_type, attached.data.clone())
}

fn write_to(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [stream] = args else {
        return Err(Thrown::mismatch());
    };
    io::write_bytes(vm, stream, &of(this)?.data)?;
    Ok(Value::Null)
}

fn content_type(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Str(of(this)?.content_type.clone()))
}

fn input_stream(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(mime::shared_stream(of(this)?.data.clone()))
}

fn name(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Str(of(this)?.name.borrow().clone()))
}

fn set_name(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    let name = vm.text(name)?;
    *of(this)?.name.borrow_mut() = name;
    Ok(Value::Null)
}
