//! `Message`: what the entry function of a script gets and returns.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use smol_str::SmolStr;

use super::exchange::Exchange;
use super::{Changes, Content, Part, attachments, convert};
use crate::class::{Class, ClassRef};
use crate::data::Data;
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static MESSAGE: Class = Class::new("com.sap.gateway.ip.core.customdev.util.Message")
    .methods(&[
        ("getBody", get_body),
        ("setBody", set_body),
        ("getBodySize", body_size),
        ("getHeaders", get_headers),
        ("setHeaders", set_headers),
        ("getHeader", get_header),
        ("setHeader", set_header),
        ("getProperties", get_properties),
        ("setProperties", set_properties),
        ("getProperty", get_property),
        ("setProperty", set_property),
        ("getAttachments", get_attachments),
        ("setAttachments", set_attachments),
        ("addAttachmentObject", add_attachment),
        ("getExchange", get_exchange),
    ]);

/// A message inside a run. What the script does not look at is not converted.
pub struct Message {
    content: Content,
    body: RefCell<Option<Value>>,
    /// Whether the script set the body.
    replaced: Cell<bool>,
    headers: OnceCell<Rc<Map>>,
    properties: OnceCell<Rc<Map>>,
    attachments: OnceCell<Rc<Map>>,
}

impl Message {
    /// A message with this content.
    #[must_use]
    pub fn new(content: Content) -> Rc<Self> {
        Rc::new(Self {
            content,
            body: RefCell::new(None),
            replaced: Cell::new(false),
            headers: OnceCell::new(),
            properties: OnceCell::new(),
            attachments: OnceCell::new(),
        })
    }

    /// What became of it. Lists and maps in the body become text, as the next step would see them.
    ///
    /// # Errors
    /// What `toString` of a script's class throws, and bounds.
    pub(super) fn changes(&self, vm: &mut Vm) -> Result<Changes> {
        let body = self.body.borrow().clone().filter(|_| self.replaced.get());
        let body = body.map(|body| convert::body_data(vm, &body)).transpose()?;
        let headers = self.headers.get();
        let headers = headers.map(|map| exported(vm, map, true)).transpose()?;
        let properties = self.properties.get();
        let properties = properties.map(|map| exported(vm, map, false)).transpose()?;
        let attachments = self.attachments.get();
        let attachments = attachments
            .map(|map| attachments::exported(vm, map))
            .transpose()?;
        Ok(Changes {
            body,
            headers,
            properties,
            attachments,
        })
    }

    fn headers(&self, vm: &mut Vm) -> Result<Rc<Map>> {
        imported(vm, &self.headers, MapKind::Caseless, &self.content.headers)
    }

    fn properties(&self, vm: &mut Vm) -> Result<Rc<Map>> {
        imported(
            vm,
            &self.properties,
            MapKind::Hash,
            &self.content.properties,
        )
    }

    fn attachments(&self) -> Rc<Map> {
        let all = || {
            let parts = self.content.attachments.iter();
            let handlers = parts
                .map(|part: &Part| (Value::text(part.name.clone()), attachments::handler(part)));
            Map::linked(handlers)
        };
        Rc::clone(self.attachments.get_or_init(all))
    }
}

impl Object for Message {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MESSAGE)
    }
}

fn imported(
    vm: &mut Vm,
    cell: &OnceCell<Rc<Map>>,
    kind: MapKind,
    entries: &[(SmolStr, Data)],
) -> Result<Rc<Map>> {
    if let Some(map) = cell.get() {
        return Ok(Rc::clone(map));
    }
    let map = Map::new(kind);
    for (name, data) in entries {
        let value = vm.import(data)?;
        map.put(Value::text(name.clone()), value);
    }
    Ok(Rc::clone(cell.get_or_init(|| map)))
}

fn exported(vm: &mut Vm, map: &Rc<Map>, nulls: bool) -> Result<Vec<(SmolStr, Data)>> {
    let mut entries = Vec::with_capacity(map.len());
    for (name, value) in map.to_vec() {
        if name.is_null() || value.is_null() && !nulls {
            continue;
        }
        let name = vm.text(&name)?.shared();
        entries.push((name, vm.export(&value)?));
    }
    Ok(entries)
}

fn of(this: &Value) -> Result<&Message> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// The body as it is: bytes are a stream, as adapters deliver them.
fn body(vm: &mut Vm, message: &Message) -> Result<Value> {
    let known = message.body.borrow().clone();
    let body = match known {
        Some(body) => body,
        None => convert::body_value(vm, &message.content)?,
    };
    convert::rewind(&body, &message.content);
    *message.body.borrow_mut() = Some(body.clone());
    Ok(body)
}

fn get_body(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let message = of(this)?;
    match args {
        [] => body(vm, message),
        [Value::Class(class)] => {
            let body = body(vm, message)?;
            convert::to_class(vm, &body, class, message.content.charset.as_deref())
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn set_body(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let message = of(this)?;
    *message.body.borrow_mut() = Some(value.clone());
    message.replaced.set(true);
    Ok(Value::Null)
}

fn body_size(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if !args.is_empty() {
        return Err(Thrown::mismatch());
    }
    let message = of(this)?;
    let body = body(vm, message)?;
    let data = convert::body_data(vm, &body)?;
    let size = match &data {
        Data::Bytes(bytes) => bytes.len(),
        Data::Text(text) => text.len(),
        _ => 0,
    };
    Ok(Value::Long(i64::try_from(size).unwrap_or(i64::MAX)))
}

fn get_headers(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Map(of(this)?.headers(vm)?))
}

fn set_headers(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let headers = of(this)?.headers(vm)?;
    replace(&headers, args)
}

fn replace(map: &Rc<Map>, args: &[Value]) -> Result<Value> {
    let [Value::Map(new)] = args else {
        return Err(Thrown::mismatch());
    };
    let new = new.to_vec();
    map.take();
    for (name, value) in new {
        map.put(name, value);
    }
    Ok(Value::Null)
}

/// A name that a script gives, which may be `null`.
fn name_of(vm: &mut Vm, name: &Value) -> Result<Value> {
    match name {
        Value::Null | Value::Str(_) => Ok(name.clone()),
        Value::GString(_) => vm.text(name).map(Value::Str),
        _ => Err(Thrown::mismatch()),
    }
}

fn get_header(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, Value::Class(class)] = args else {
        return Err(Thrown::mismatch());
    };
    let message = of(this)?;
    let value = message.headers(vm)?.get(&name_of(vm, name)?);
    let value = value.unwrap_or_default();
    convert::to_class(vm, &value, class, message.content.charset.as_deref())
}

fn set_header(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, value] = args else {
        return Err(Thrown::mismatch());
    };
    let name = name_of(vm, name)?;
    if name.is_null() {
        return Err(throw_bare("java.lang.NullPointerException"));
    }
    of(this)?.headers(vm)?.put(name, value.clone());
    Ok(Value::Null)
}

fn get_properties(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Map(of(this)?.properties(vm)?))
}

fn set_properties(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let properties = of(this)?.properties(vm)?;
    replace(&properties, args)
}

fn get_property(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    let name = name_of(vm, name)?;
    Ok(of(this)?.properties(vm)?.get(&name).unwrap_or_default())
}

fn set_property(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, value] = args else {
        return Err(Thrown::mismatch());
    };
    let name = name_of(vm, name)?;
    let properties = of(this)?.properties(vm)?;
    if value.is_null() {
        properties.remove(&name);
    } else {
        properties.put(name, value.clone());
    }
    Ok(Value::Null)
}

fn get_attachments(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Map(of(this)?.attachments()))
}

fn set_attachments(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    replace(&of(this)?.attachments(), args)
}

fn add_attachment(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, attachment] = args else {
        return Err(Thrown::mismatch());
    };
    let name = name_of(vm, name)?;
    let handler = attachments::as_handler(attachment).ok_or_else(Thrown::mismatch)?;
    of(this)?.attachments().put(name, handler);
    Ok(Value::Null)
}

fn get_exchange(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let content = &of(this)?.content;
    Ok(Value::object(Exchange {
        id: content.exchange_id.clone().into(),
        context: content.context_name.clone().into(),
        message: this.clone(),
    }))
}
