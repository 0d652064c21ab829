//! `javax.mail.internet.MimeBodyPart`.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;

use super::encoding::Encoding;
use super::header::{Headers, slice};
use super::params::{Disposition, MediaType, quote};
use super::{BASE64_STREAM, QP_STREAM, SHARED_STREAM, UU_STREAM, multipart, parse_fault};
use crate::class::{Class, ClassRef};
use crate::cpi::attachments;
use crate::cycles::{Watched, watch};
use crate::library::io::{self, InputStream};
use crate::library::string::encoding as charset;
use crate::library::{args, params};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

const CONTENT_TYPE: &str = "Content-Type";
const DISPOSITION: &str = "Content-Disposition";
const ENCODING: &str = "Content-Transfer-Encoding";

pub(super) static PART: Class = Class::interface("javax.mail.Part");

pub(super) static BODY_PART: Class =
    Class::new("javax.mail.BodyPart")
        .extends(&[&PART])
        .methods(&[
            ("addHeader", |vm, this, args| {
                let [name, value] = texts(vm, args)?;
                of(this)?.headers.borrow_mut().add(&name, value);
                Ok(Value::Null)
            }),
            ("getContent", get_content),
            ("getContentID", |_, this, _| {
                Ok(optional(header(this, "Content-ID")))
            }),
            ("getContentType", |_, this, _| Ok(Value::Str(type_of(this)))),
            ("getDataHandler", |vm, this, _| {
                let (bytes, _) = decoded(vm, of(this)?)?;
                Ok(attachments::data_handler(type_of(this), bytes))
            }),
            ("getDescription", |_, this, _| {
                Ok(optional(header(this, "Content-Description")))
            }),
            ("getDisposition", |_, this, _| {
                let shown = disposition(this)?;
                Ok(shown.map_or(Value::Null, |shown| Value::text(shown.kind)))
            }),
            ("getEncoding", |_, this, _| {
                Ok(optional(header(this, ENCODING)))
            }),
            ("getFileName", |_, this, _| {
                Ok(file_name(this)?.map_or(Value::Null, Value::text))
            }),
            ("getHeader", get_header),
            ("getInputStream", |vm, this, _| {
                let (bytes, class) = decoded(vm, of(this)?)?;
                Ok(InputStream::value(class, bytes))
            }),
            ("getLineCount", |_, _, _| Ok(Value::Int(-1))),
            ("getSize", |_, this, _| {
                Ok(match &*of(this)?.content.borrow() {
                    Content::Encoded(bytes) => args::size(bytes.len()),
                    _ => Value::Int(-1),
                })
            }),
            ("isMimeType", |vm, this, args| {
                let [pattern] = texts(vm, args)?;
                let own = type_of(this);
                let is = MediaType::parse(&own).map_or_else(
                    |_| own.eq_ignore_ascii_case(&pattern),
                    |media_type| media_type.is(&pattern),
                );
                Ok(Value::Bool(is))
            }),
            ("removeHeader", |vm, this, args| {
                let [name] = texts(vm, args)?;
                of(this)?.headers.borrow_mut().remove(&name);
                Ok(Value::Null)
            }),
            ("setContent", set_content),
            ("setDataHandler", set_data_handler),
            ("setDescription", |vm, this, args| {
                set_header(vm, this, "Content-Description", args)
            }),
            ("setDisposition", set_disposition),
            ("setFileName", set_file_name),
            ("setHeader", |vm, this, args| match args {
                [name, value] => {
                    let name = args::text(vm, name)?;
                    set_header(vm, this, &name, std::slice::from_ref(value))
                }
                _ => Err(Thrown::mismatch()),
            }),
            ("setText", set_text),
            ("writeTo", |vm, this, args| match args {
                [to] => {
                    let bytes = written(vm, this, 0)?;
                    io::write_bytes(vm, to, &bytes)?;
                    Ok(Value::Null)
                }
                _ => Err(Thrown::mismatch()),
            }),
        ]);

pub(super) static MIME_BODY_PART: Class = Class::new("javax.mail.internet.MimeBodyPart")
    .extends(&[&BODY_PART])
    .constructor(|vm, args| match args {
        [] => Ok(made(Headers::default(), Content::None)),
        [stream] => {
            let stream = stream.downcast::<InputStream>();
            let bytes = stream.ok_or_else(Thrown::mismatch)?.take_all();
            vm.step(1 + bytes.len() as u64 / 64)?;
            let (headers, content) = Headers::read(&bytes);
            let content = content.unwrap_or(bytes.len());
            Ok(read(headers, slice(&bytes, content, bytes.len())))
        }
        _ => Err(Thrown::mismatch()),
    })
    .methods(&[
        ("setContentID", |vm, this, args| {
            set_header(vm, this, "Content-ID", args)
        }),
        ("updateHeaders", |vm, this, _| {
            update_headers(vm, this, 0)?;
            Ok(Value::Null)
        }),
    ]);

/// A part: headers and content.
pub(super) struct MimePart {
    headers: RefCell<Headers>,
    content: RefCell<Content>,
}

#[derive(Clone)]
enum Content {
    None,
    /// As it was read: encoded as the headers say.
    Encoded(Bytes),
    /// As a script gave it, with its media type.
    Given(Bytes, Str),
    /// A multipart.
    Nested(Value),
}

impl Object for MimePart {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MIME_BODY_PART)
    }

    fn release(&self) {
        drop(self.content.replace(Content::None));
    }
}

fn of(this: &Value) -> Result<&MimePart> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn made(headers: Headers, content: Content) -> Value {
    let part = Rc::new(MimePart {
        headers: RefCell::new(headers),
        content: RefCell::new(content),
    });
    let object: Rc<dyn Object> = part;
    watch(Watched::Object(Rc::downgrade(&object)));
    Value::Object(object)
}

/// A part that was read.
pub(super) fn read(headers: Headers, content: Bytes) -> Value {
    made(headers, Content::Encoded(content))
}

/// The first header of this name.
pub(super) fn header(this: &Value, name: &str) -> Option<Str> {
    let part = this.downcast::<MimePart>()?;
    part.headers.borrow().get(name)
}

fn optional(text: Option<Str>) -> Value {
    text.map_or(Value::Null, Value::Str)
}

fn texts<const N: usize>(vm: &mut Vm, args: &[Value]) -> Result<[Str; N]> {
    let args: &[Value; N] = args.try_into().map_err(|_| Thrown::mismatch())?;
    let mut all = std::array::from_fn(|_| Str::from(""));
    for (text, arg) in all.iter_mut().zip(args) {
        *text = params::text(vm, arg)?;
    }
    Ok(all)
}

fn type_of(this: &Value) -> Str {
    header(this, CONTENT_TYPE).unwrap_or_else(|| "text/plain".into())
}

fn disposition(this: &Value) -> Result<Option<Disposition>> {
    let text = header(this, DISPOSITION);
    let shown = text.map(|text| Disposition::parse(&text)).transpose();
    shown.map_err(parse_fault)
}

fn file_name(this: &Value) -> Result<Option<String>> {
    if let Some(shown) = disposition(this)?
        && let Some(name) = shown.params.get("filename")
    {
        return Ok(Some(name.to_owned()));
    }
    let media_type = MediaType::parse(&type_of(this)).ok();
    Ok(media_type.and_then(|one| one.params.get("name").map(str::to_owned)))
}

/// `getHeader(name)`: all of them; `getHeader(name, delimiter)`: in one text.
fn get_header(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (name, delimiter) = match args {
        [name] => (name, None),
        [name, delimiter] => (name, Some(delimiter)),
        _ => return Err(Thrown::mismatch()),
    };
    let name = args::text(vm, name)?;
    let found = of(this)?.headers.borrow().all(&name);
    match (delimiter, found.first()) {
        (_, None) => Ok(Value::Null),
        (None, _) => Ok(Value::strings(found)),
        (Some(Value::Null), Some(first)) => Ok(Value::Str(first.clone())),
        (Some(delimiter), _) => {
            let delimiter = vm.text(delimiter)?;
            let texts: Vec<&str> = found.iter().map(Str::as_str).collect();
            Ok(Value::text(texts.join(&delimiter)))
        }
    }
}

/// Sets a header, or removes it when its value is `null`.
fn set_header(vm: &mut Vm, this: &Value, name: &str, args: &[Value]) -> Result<Value> {
    let part = of(this)?;
    match args {
        [Value::Null] => part.headers.borrow_mut().remove(name),
        [value] => {
            let value = args::text(vm, value)?;
            part.headers.borrow_mut().set(name, value);
        }
        _ => return Err(Thrown::mismatch()),
    }
    Ok(Value::Null)
}

fn set_disposition(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let known = disposition(this)?;
    let ([Value::Str(_) | Value::GString(_)], Some(mut known)) = (args, known) else {
        return set_header(vm, this, DISPOSITION, args);
    };
    let [kind] = texts(vm, args)?;
    known.kind = kind.to_string();
    set_header(vm, this, DISPOSITION, &[Value::text(known.to_string())])
}

fn set_file_name(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if let [Value::Null] = args {
        return Err(throw_bare("java.lang.NullPointerException"));
    }
    let [name] = texts(vm, args)?;
    let mut shown = match disposition(this)? {
        Some(shown) => shown,
        None => Disposition::parse("attachment").map_err(parse_fault)?,
    };
    shown.params.set("filename", name.to_string());
    set_header(vm, this, DISPOSITION, &[Value::text(shown.to_string())])?;
    let known = header(this, CONTENT_TYPE).map(|known| MediaType::parse(&known));
    if let Some(Ok(mut known)) = known {
        known.params.set("name", name.to_string());
        set_header(vm, this, CONTENT_TYPE, &[Value::text(known.to_string())])?;
    }
    Ok(Value::Null)
}

/// Puts in other content, which the headers of the old one do not describe.
fn replace(this: &Value, content: Content) -> Result<Value> {
    let part = of(this)?;
    let mut headers = part.headers.borrow_mut();
    headers.remove(CONTENT_TYPE);
    headers.remove(ENCODING);
    drop(part.content.replace(content));
    Ok(Value::Null)
}

/// `setText(text)`, `setText(text, charset)`, `setText(text, charset, subtype)`
fn set_text(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (text, rest) = args.split_first().ok_or_else(Thrown::mismatch)?;
    let text = match text {
        Value::Null => return Err(throw_bare("java.lang.NullPointerException")),
        text => args::text(vm, text)?,
    };
    let fallback = if text.is_ascii() { "us-ascii" } else { "UTF-8" };
    let (label, sub) = match rest {
        [] => (Str::from(fallback), Str::from("plain")),
        [Value::Null] => (fallback.into(), "plain".into()),
        [label] => (args::text(vm, label)?, "plain".into()),
        [Value::Null, sub] => (fallback.into(), args::text(vm, sub)?),
        [label, sub] => (args::text(vm, label)?, args::text(vm, sub)?),
        _ => return Err(Thrown::mismatch()),
    };
    let bytes = charset::encode(&text, super::java_charset(Some(&label)))?;
    let media_type = format!("text/{sub}; charset={}", quote(&label));
    replace(this, Content::Given(bytes.into(), media_type.into()))
}

/// `setContent(multipart)`, `setContent(object, type)`
fn set_content(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [nested] | [nested, _] if multipart::content_type(nested).is_some() => {
            replace(this, Content::Nested(nested.clone()))
        }
        [Value::Bytes(bytes), media_type] => {
            let media_type = args::text(vm, media_type)?;
            let bytes = bytes.borrow().clone();
            replace(this, Content::Given(bytes.into(), media_type))
        }
        [text, media_type] => {
            let (text, media_type) = (args::text(vm, text)?, args::text(vm, media_type)?);
            let label = super::charset_of(&media_type);
            let known = MediaType::parse(&media_type);
            let is_text = known.is_ok_and(|known| known.primary.eq_ignore_ascii_case("text"));
            let label = match (&label, is_text) {
                (None, false) => "UTF-8",
                (label, _) => super::java_charset(label.as_deref()),
            };
            let bytes = charset::encode(&text, label)?;
            replace(this, Content::Given(bytes.into(), media_type))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn set_data_handler(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [handler] = args else {
        return Err(Thrown::mismatch());
    };
    let (media_type, bytes) = attachments::content_of(handler).ok_or_else(Thrown::mismatch)?;
    replace(this, Content::Given(bytes, media_type))
}

/// The content without its transfer encoding, and the class of a stream over it.
fn decoded(vm: &mut Vm, part: &MimePart) -> Result<(Bytes, &'static Class)> {
    let content = part.content.borrow().clone();
    let bytes = match content {
        Content::None => return Err(throw("java.io.IOException", "No MimeBodyPart content")),
        Content::Given(bytes, _) => return Ok((bytes, &SHARED_STREAM)),
        Content::Nested(nested) => {
            let bytes = multipart::written(vm, &nested, 0)?;
            return Ok((bytes.into(), &SHARED_STREAM));
        }
        Content::Encoded(bytes) => bytes,
    };
    let name = part.headers.borrow().get(ENCODING);
    let Some(name) = name else {
        return Ok((bytes, &SHARED_STREAM));
    };
    let unknown = || throw("java.io.IOException", format!("Unknown encoding: {name}"));
    let encoding = Encoding::named(&name).ok_or_else(unknown)?;
    decode(vm, encoding, bytes)
}

/// Decodes content; also the class of a stream over it.
pub(super) fn decode(
    vm: &mut Vm,
    encoding: Encoding,
    bytes: Bytes,
) -> Result<(Bytes, &'static Class)> {
    let class = match encoding {
        Encoding::Plain => return Ok((bytes, &SHARED_STREAM)),
        Encoding::Base64 => &BASE64_STREAM,
        Encoding::QuotedPrintable => &QP_STREAM,
        Encoding::Uuencode => &UU_STREAM,
    };
    vm.reserve(bytes.len().saturating_mul(2))?;
    vm.step(1 + bytes.len() as u64 / 64)?;
    let decoded = encoding.decode(&bytes).ok_or_else(|| {
        let message = "UUDecoder: Missing begin";
        throw("com.sun.mail.util.DecodingException", message)
    })?;
    Ok((decoded.into(), class))
}

fn get_content(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let part = of(this)?;
    let content = part.content.borrow().clone();
    match content {
        Content::Nested(nested) => Ok(nested),
        Content::Given(bytes, media_type) => super::plain_content(vm, &media_type, bytes),
        Content::None | Content::Encoded(_) => {
            let (bytes, class) = decoded(vm, part)?;
            super::content(vm, &type_of(this), bytes, class)
        }
    }
}

/// Headers and content as bytes.
pub(super) fn written(vm: &mut Vm, this: &Value, depth: u32) -> Result<Vec<u8>> {
    let part = of(this)?;
    let content = part.content.borrow().clone();
    let headers = part.headers.borrow().clone();
    let mut out = Vec::new();
    headers.write(&mut out);
    match content {
        Content::None => return Err(throw("java.io.IOException", "No MimeBodyPart content")),
        Content::Encoded(bytes) => out.extend_from_slice(&bytes),
        Content::Nested(nested) => out.extend(multipart::written(vm, &nested, depth)?),
        Content::Given(bytes, _) => {
            let encoding = headers.get(ENCODING);
            let encoding = encoding.and_then(|name| Encoding::named(&name));
            vm.reserve(bytes.len().saturating_mul(3))?;
            vm.step(1 + bytes.len() as u64 / 64)?;
            out.extend(encoding.unwrap_or(Encoding::Plain).encode(&bytes));
        }
    }
    Ok(out)
}

/// Gives the part the headers that its content needs.
pub(super) fn update_headers(vm: &mut Vm, this: &Value, depth: u32) -> Result<()> {
    let content = of(this)?.content.borrow().clone();
    let (bytes, given) = match content {
        Content::None | Content::Encoded(_) => return Ok(()),
        Content::Nested(nested) => {
            multipart::update_headers(vm, &nested, depth)?;
            let own = multipart::content_type(&nested).unwrap_or_else(|| "".into());
            if header(this, CONTENT_TYPE).is_none() {
                set_header(vm, this, CONTENT_TYPE, &[Value::Str(own)])?;
            }
            return Ok(());
        }
        Content::Given(bytes, media_type) => (bytes, media_type),
    };
    vm.step(1 + bytes.len() as u64 / 64)?;
    let mut media_type = MediaType::parse(&given).map_err(parse_fault)?;
    let is_text = media_type.primary.eq_ignore_ascii_case("text");
    if header(this, ENCODING).is_none() {
        let suiting = Encoding::suiting(&bytes, is_text);
        set_header(vm, this, ENCODING, &[Value::text(suiting)])?;
    }
    if header(this, CONTENT_TYPE).is_some() {
        return Ok(());
    }
    let named =
        disposition(this)?.and_then(|shown| shown.params.get("filename").map(str::to_owned));
    let charset = is_text && media_type.charset().is_none();
    if charset {
        let plain = header(this, ENCODING).is_some_and(|name| name.as_str() == "7bit");
        let label = if plain { "us-ascii" } else { "UTF-8" };
        media_type.params.set("charset", label.to_owned());
    }
    let changed = charset || named.is_some();
    if let Some(name) = named {
        media_type.params.set("name", name);
    }
    let shown = if changed {
        media_type.to_string().into()
    } else {
        given
    };
    set_header(vm, this, CONTENT_TYPE, &[Value::Str(shown)])?;
    Ok(())
}
