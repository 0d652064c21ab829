//! `javax.mail.internet.ContentType`, and the names of `javax.ws.rs.core.MediaType`.

use std::cell::RefCell;

use super::params::MediaType;
use super::parse_fault;
use crate::class::{Class, ClassRef, Constant};
use crate::library::args;
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

macro_rules! names {
    ($($name:literal $value:literal)*) => {
        const NAMES: &[(&str, Constant)] = &[$(($name, || Value::text($value))),*];
    };
}

names! {
    "APPLICATION_ATOM_XML" "application/atom+xml"
    "APPLICATION_FORM_URLENCODED" "application/x-www-form-urlencoded"
    "APPLICATION_JSON" "application/json"
    "APPLICATION_OCTET_STREAM" "application/octet-stream"
    "APPLICATION_SVG_XML" "application/svg+xml"
    "APPLICATION_XHTML_XML" "application/xhtml+xml"
    "APPLICATION_XML" "application/xml"
    "MEDIA_TYPE_WILDCARD" "*"
    "MULTIPART_FORM_DATA" "multipart/form-data"
    "TEXT_HTML" "text/html"
    "TEXT_PLAIN" "text/plain"
    "TEXT_XML" "text/xml"
    "WILDCARD" "*/*"
}

pub(super) static MEDIA_TYPE: Class = Class::new("javax.ws.rs.core.MediaType").constants(NAMES);

pub(super) static CONTENT_TYPE: Class = Class::new("javax.mail.internet.ContentType")
    .constructor(construct)
    .methods(&[
        ("getBaseType", |_, this, _| {
            Ok(Value::text(of(this)?.borrow().base()))
        }),
        ("getParameter", |vm, this, args| {
            let [name] = args else {
                return Err(Thrown::mismatch());
            };
            let name = args::text(vm, name)?;
            let media_type = of(this)?.borrow();
            let found = media_type.params.get(&name);
            Ok(found.map_or(Value::Null, Value::text))
        }),
        ("getPrimaryType", |_, this, _| {
            Ok(Value::text(of(this)?.borrow().primary.as_str()))
        }),
        ("getSubType", |_, this, _| {
            Ok(Value::text(of(this)?.borrow().sub.as_str()))
        }),
        ("match", |vm, this, args| {
            let [pattern] = args else {
                return Err(Thrown::mismatch());
            };
            let pattern = match pattern.downcast::<ContentType>() {
                Some(other) => Str::from(other.0.borrow().base()),
                None => args::text(vm, pattern)?,
            };
            Ok(Value::Bool(of(this)?.borrow().is(&pattern)))
        }),
        ("setParameter", |vm, this, args| {
            let [name, value] = args else {
                return Err(Thrown::mismatch());
            };
            let (name, value) = (args::text(vm, name)?, args::text(vm, value)?);
            let name = name.to_ascii_lowercase();
            of(this)?.borrow_mut().params.set(&name, value.to_string());
            Ok(Value::Null)
        }),
    ]);

struct ContentType(RefCell<MediaType>);

impl Object for ContentType {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&CONTENT_TYPE)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.0.borrow().to_string().into()))
    }
}

fn of(this: &Value) -> Result<&RefCell<MediaType>> {
    let content_type = this.downcast::<ContentType>();
    Ok(&content_type.ok_or_else(Thrown::mismatch)?.0)
}

fn construct(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let text = match args {
        [Value::Null] => {
            let message = "In Content-Type string <null>, expected MIME type, got null";
            return Err(parse_fault(message));
        }
        [text] => args::text(vm, text)?,
        _ => return Err(Thrown::mismatch()),
    };
    let media_type = MediaType::parse(&text).map_err(parse_fault)?;
    Ok(Value::object(ContentType(RefCell::new(media_type))))
}
