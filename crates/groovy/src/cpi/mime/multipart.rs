//! `javax.mail.internet.MimeMultipart`.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use memchr::memmem;

use super::header::{Headers, line, slice};
use super::params::MediaType;
use super::part::{self, MimePart};
use super::{messaging_fault, parse_fault};
use crate::class::{Class, ClassRef};
use crate::cpi::attachments;
use crate::cycles::{Watched, watch};
use crate::library::{args, io};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// How deep multiparts may lie in each other.
const DEPTH: u32 = 32;
/// What a part takes besides its content.
const PART: usize = 256;

pub(super) static MULTIPART: Class = Class::new("javax.mail.Multipart").methods(&[
    ("addBodyPart", add),
    ("getBodyPart", get),
    ("getContentType", |_, this, _| {
        Ok(Value::Str(of(this)?.content_type.borrow().clone()))
    }),
    ("getCount", |_, this, _| {
        Ok(args::size(of(this)?.parts.borrow().len()))
    }),
    ("removeBodyPart", remove),
    ("writeTo", |vm, this, args| match args {
        [to] => {
            let bytes = written(vm, this, 0)?;
            io::write_bytes(vm, to, &bytes)?;
            Ok(Value::Null)
        }
        _ => Err(Thrown::mismatch()),
    }),
]);

pub(super) static MIME_MULTIPART: Class = Class::new("javax.mail.internet.MimeMultipart")
    .extends(&[&MULTIPART])
    .constructor(construct)
    .methods(&[
        ("getPreamble", |_, this, _| {
            let preamble = of(this)?.preamble.borrow().clone();
            Ok(preamble.map_or(Value::Null, Value::Str))
        }),
        ("isComplete", |_, _, _| Ok(Value::Bool(true))),
        ("setPreamble", |vm, this, args| {
            let [text] = args else {
                return Err(Thrown::mismatch());
            };
            let text = vm.text(text)?;
            *of(this)?.preamble.borrow_mut() = Some(text);
            Ok(Value::Null)
        }),
        ("setSubType", |vm, this, args| {
            let [sub] = args else {
                return Err(Thrown::mismatch());
            };
            let sub = args::text(vm, sub)?;
            let content_type = of(this)?.content_type.borrow().clone();
            let mut media_type = MediaType::parse(&content_type).map_err(parse_fault)?;
            media_type.sub = sub.to_string();
            *of(this)?.content_type.borrow_mut() = media_type.to_string().into();
            Ok(Value::Null)
        }),
        ("updateHeaders", |vm, this, _| {
            update_headers(vm, this, 0)?;
            Ok(Value::Null)
        }),
    ]);

/// Parts, one after the other.
struct Multipart {
    content_type: RefCell<Str>,
    preamble: RefCell<Option<Str>>,
    parts: RefCell<Vec<Value>>,
}

impl Object for Multipart {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MIME_MULTIPART)
    }

    fn release(&self) {
        drop(self.parts.take());
    }
}

fn of(this: &Value) -> Result<&Multipart> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// The content type of a multipart; `None` for other values.
pub(super) fn content_type(value: &Value) -> Option<Str> {
    let multipart = value.downcast::<Multipart>()?;
    Some(multipart.content_type.borrow().clone())
}

fn made(content_type: Str, preamble: Option<Str>, parts: Vec<Value>) -> Value {
    let multipart = Rc::new(Multipart {
        content_type: RefCell::new(content_type),
        preamble: RefCell::new(preamble),
        parts: RefCell::new(parts),
    });
    let object: Rc<dyn Object> = multipart;
    watch(Watched::Object(Rc::downgrade(&object)));
    Value::Object(object)
}

fn construct(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    if let [source] = args
        && let Some((media_type, data)) = attachments::content_of(source)
    {
        return read(vm, &media_type, &data);
    }
    let (sub, parts) = match args {
        [sub @ Value::Str(_), parts @ ..] => (vm.text(sub)?, parts),
        parts => (Str::from("mixed"), parts),
    };
    if parts.iter().any(|one| one.downcast::<MimePart>().is_none()) {
        return Err(Thrown::mismatch());
    }
    let boundary = boundary(vm);
    let content_type = format!("multipart/{sub}; \r\n\tboundary=\"{boundary}\"");
    Ok(made(content_type.into(), None, parts.to_vec()))
}

/// A boundary that no other multipart has.
fn boundary(vm: &Vm) -> String {
    let host = vm.host();
    let mut random = [0; 8];
    host.random(&mut random);
    let [part @ .., a, b, c, d] = random;
    let part = u32::from_be_bytes(part) % 1000;
    let hash = u32::from_be_bytes([a, b, c, d]) >> 1;
    format!("----=_Part_{part}_{hash}.{}", host.now())
}

/// Takes a multipart apart.
pub(super) fn read(vm: &mut Vm, content_type: &str, bytes: &Bytes) -> Result<Value> {
    let media_type = MediaType::parse(content_type).map_err(parse_fault)?;
    let boundary = media_type.params.get("boundary");
    let boundary = boundary.map(|boundary| format!("--{boundary}").into_bytes());
    vm.step(1 + bytes.len() as u64 / 64)?;
    vm.reserve(bytes.len())?;
    let Some(start) = start(bytes, boundary.as_deref()) else {
        return Err(parse_fault("Missing start boundary"));
    };
    let mut parts = Vec::new();
    let mut at = Some(start.next);
    while let Some(from) = at {
        vm.step(4)?;
        vm.reserve(PART)?;
        let rest = slice(bytes, from, bytes.len());
        let (headers, Some(content)) = Headers::read(&rest) else {
            break;
        };
        let from = from + content;
        let end = end(bytes, from, start.boundary);
        parts.push(part::read(headers, slice(bytes, from, end.content)));
        at = end.next;
    }
    let preamble = (!start.preamble.is_empty()).then(|| start.preamble.into());
    Ok(made(content_type.into(), preamble, parts))
}

struct Start<'a> {
    preamble: String,
    boundary: &'a [u8],
    next: usize,
}

/// The first line that is a boundary: the one that is known, or any when none is.
fn start<'a>(bytes: &'a [u8], boundary: Option<&'a [u8]>) -> Option<Start<'a>> {
    let mut preamble = String::new();
    let mut at = 0;
    while let Some((text, next)) = line(bytes, at) {
        at = next;
        let text = text.trim_ascii_end();
        let found = match boundary {
            Some(boundary) => text == boundary,
            None => {
                let dashes = text.iter().all(|byte| *byte == b'-');
                text.starts_with(b"--") && text.len() > 2 && !(dashes && text.len() > 4)
            }
        };
        if found {
            return Some(Start {
                preamble,
                boundary: boundary.unwrap_or(text),
                next,
            });
        }
        preamble.extend(text.iter().copied().map(char::from));
        preamble.push('\n');
    }
    None
}

/// Where the content of a part ends, and where the next part begins, if there is one.
struct End {
    content: usize,
    next: Option<usize>,
}

fn end(bytes: &[u8], from: usize, boundary: &[u8]) -> End {
    let rest = bytes.get(from..).unwrap_or_default();
    for found in memmem::find_iter(rest, boundary) {
        let (before, after) = rest.split_at(found);
        let ending = match before {
            [] => 0,
            [.., b'\r', b'\n'] => 2,
            [.., b'\r' | b'\n'] => 1,
            _ => continue,
        };
        let after = after.get(boundary.len()..).unwrap_or_default();
        let content = from + found - ending;
        if after.starts_with(b"--") {
            return End {
                content,
                next: None,
            };
        }
        let blanks = after
            .iter()
            .take_while(|byte| b" \t".contains(byte))
            .count();
        let ending = match after.get(blanks..).unwrap_or_default() {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => continue,
        };
        let next = from + found + boundary.len() + blanks + ending;
        return End {
            content,
            next: Some(next),
        };
    }
    End {
        content: bytes.len(),
        next: None,
    }
}

/// The multipart as bytes.
pub(super) fn written(vm: &mut Vm, this: &Value, depth: u32) -> Result<Vec<u8>> {
    let multipart = of(this)?;
    let content_type = multipart.content_type.borrow().clone();
    let parts = multipart.parts.borrow().clone();
    if depth > DEPTH {
        return Err(messaging_fault("multiparts lie too deep in each other"));
    }
    if parts.is_empty() {
        return Err(messaging_fault(format!("Empty multipart: {content_type}")));
    }
    let media_type = MediaType::parse(&content_type).map_err(parse_fault)?;
    let boundary = media_type.params.get("boundary").unwrap_or_default();
    let mut out = Vec::new();
    if let Some(preamble) = &*multipart.preamble.borrow() {
        out.extend_from_slice(preamble.as_bytes());
        if !preamble.ends_with('\n') {
            out.extend_from_slice(b"\r\n");
        }
    }
    for part in &parts {
        out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        let part = part::written(vm, part, depth + 1)?;
        vm.reserve(out.len().saturating_add(part.len()))?;
        vm.step(1 + part.len() as u64 / 64)?;
        out.extend_from_slice(&part);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(out)
}

/// Gives every part the headers that its content needs.
pub(super) fn update_headers(vm: &mut Vm, this: &Value, depth: u32) -> Result<()> {
    if depth > DEPTH {
        return Err(messaging_fault("multiparts lie too deep in each other"));
    }
    let parts = of(this)?.parts.borrow().clone();
    for part in &parts {
        vm.step(1)?;
        part::update_headers(vm, part, depth + 1)?;
    }
    Ok(())
}

fn add(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (part, at) = match args {
        [part] => (part, usize::MAX),
        [part, at] => (part, args::count(at)?),
        _ => return Err(Thrown::mismatch()),
    };
    if part.downcast::<MimePart>().is_none() {
        return Err(Thrown::mismatch());
    }
    vm.reserve(PART)?;
    let mut parts = of(this)?.parts.borrow_mut();
    let at = at.min(parts.len());
    parts.insert(at, part.clone());
    Ok(Value::Null)
}

/// `getBodyPart(index)`, `getBodyPart(contentId)`
fn get(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let parts = of(this)?.parts.borrow().clone();
    match args {
        [Value::Int(index)] => {
            let found = usize::try_from(*index).ok().and_then(|at| parts.get(at));
            found.cloned().ok_or_else(|| missing(*index, parts.len()))
        }
        [id] => {
            let id = args::text(vm, id)?;
            let mut parts = parts.into_iter();
            let found = parts.find(|part| part::header(part, "Content-ID").as_ref() == Some(&id));
            Ok(found.unwrap_or_default())
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn missing(index: i32, count: usize) -> Thrown {
    let message = if index < 0 {
        index.to_string()
    } else {
        format!("{index} >= {count}")
    };
    throw("java.lang.ArrayIndexOutOfBoundsException", message)
}

/// `removeBodyPart(index)`, `removeBodyPart(part)`
fn remove(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let mut parts = of(this)?.parts.borrow_mut();
    match args {
        [Value::Int(index)] => {
            let at = usize::try_from(*index).ok().filter(|at| *at < parts.len());
            let at = at.ok_or_else(|| missing(*index, parts.len()))?;
            parts.remove(at);
            Ok(Value::Null)
        }
        [part] => {
            let at = parts.iter().position(|one| one.is_same(part));
            if let Some(at) = at {
                parts.remove(at);
            }
            Ok(Value::Bool(at.is_some()))
        }
        _ => Err(Thrown::mismatch()),
    }
}
