//! `java.io.Reader` and what reads from memory.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::Bytes;

use super::input::{self, Source};
use super::{lines, write_text};
use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::list::{List, ListKind};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A text that is read piece by piece; a reader around a reader reads the same one.
struct Feed {
    /// Bytes that become the text when it is first asked for.
    pending: RefCell<Option<(Rc<Source>, Str)>>,
    text: RefCell<Str>,
    /// The byte of the text where reading goes on.
    at: Cell<usize>,
    /// The second half of a character of which the first was read.
    half: Cell<Option<u16>>,
    mark: Cell<usize>,
    closed: Cell<bool>,
}

impl Feed {
    fn new(text: Str, pending: Option<(Rc<Source>, Str)>) -> Rc<Self> {
        Rc::new(Self {
            pending: RefCell::new(pending),
            text: RefCell::new(text),
            at: Cell::new(0),
            half: Cell::new(None),
            mark: Cell::new(0),
            closed: Cell::new(false),
        })
    }

    /// All of the text.
    fn text(&self, vm: &mut Vm) -> Result<Str> {
        if self.closed.get() {
            return Err(throw("java.io.IOException", "Stream closed"));
        }
        let pending = self.pending.take();
        if let Some((source, charset)) = pending {
            let text = input::decode(vm, &source.take_all(), &charset)?;
            self.text.replace(text);
        }
        Ok(self.text.borrow().clone())
    }

    /// What is left of the text; it counts as read.
    fn take_all(&self, vm: &mut Vm) -> Result<Str> {
        let text = self.text(vm)?;
        let at = self.at.replace(text.len());
        if at == 0 {
            return Ok(text);
        }
        Ok(text.get(at..).unwrap_or_default().into())
    }

    /// The next line.
    fn line(&self, vm: &mut Vm) -> Result<Option<Value>> {
        let text = self.text(vm)?;
        let rest = text.get(self.at.get()..).unwrap_or_default();
        let Some((line, taken)) = lines::first(rest) else {
            return Ok(None);
        };
        vm.step(1 + line.len() as u64 / 64)?;
        self.at.set(self.at.get() + taken);
        Ok(Some(Value::text(line)))
    }

    /// The next UTF-16 unit.
    fn unit(&self, vm: &mut Vm) -> Result<Option<u16>> {
        vm.step(1)?;
        if let Some(half) = self.half.take() {
            return Ok(Some(half));
        }
        let text = self.text(vm)?;
        let Some(c) = text
            .get(self.at.get()..)
            .and_then(|rest| rest.chars().next())
        else {
            return Ok(None);
        };
        self.at.set(self.at.get() + c.len_utf8());
        let mut units = [0; 2];
        let encoded = c.encode_utf16(&mut units);
        self.half.set(encoded.get(1).copied());
        Ok(encoded.first().copied())
    }
}

/// A `Reader`.
struct Reader {
    class: &'static Class,
    feed: Rc<Feed>,
}

impl Reader {
    fn value(class: &'static Class, feed: Rc<Feed>) -> Value {
        Value::object(Self { class, feed })
    }
}

impl Object for Reader {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }

    fn items(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Vec<Value>>> {
        let text = self.feed.take_all(vm)?;
        Ok(Some(lines::split(&text).map(Value::text).collect()))
    }
}

/// `java.io.Reader`
pub(crate) static READER: Class = Class::new("java.io.Reader")
    .extends(&[&input::CLOSEABLE])
    .methods(&[
        ("close", |_, this, _| {
            reader(this)?.feed.closed.set(true);
            Ok(Value::Null)
        }),
        ("eachLine", |vm, this, args| {
            let text = reader(this)?.feed.take_all(vm)?;
            lines::each(vm, &text, args)
        }),
        ("filterLine", filter_line),
        ("getText", |vm, this, _| {
            reader(this)?.feed.take_all(vm).map(Value::Str)
        }),
        ("lines", read_lines),
        ("mark", |_, this, _| {
            let feed = &reader(this)?.feed;
            feed.mark.set(feed.at.get());
            Ok(Value::Null)
        }),
        ("markSupported", |_, _, _| Ok(Value::Bool(true))),
        ("read", read),
        ("readLine", |vm, this, _| {
            Ok(reader(this)?.feed.line(vm)?.unwrap_or(Value::Null))
        }),
        ("readLines", read_lines),
        ("ready", |vm, this, _| {
            let feed = &reader(this)?.feed;
            let len = feed.text(vm)?.len();
            Ok(Value::Bool(feed.at.get() < len))
        }),
        ("reset", |_, this, _| {
            let feed = &reader(this)?.feed;
            feed.at.set(feed.mark.get());
            Ok(Value::Null)
        }),
        ("skip", skip),
        ("splitEachLine", split_each_line),
        ("transferTo", |vm, this, args| match args {
            [to] => {
                let text = reader(this)?.feed.take_all(vm)?;
                write_text(vm, to, &text)?;
                Ok(Value::Long(i64::try_from(text.units()).unwrap_or(i64::MAX)))
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("withReader", |vm, this, args| match args {
            [closure] => vm.call(closure, std::slice::from_ref(this)),
            _ => Err(Thrown::mismatch()),
        }),
    ]);

/// `java.io.StringReader`
pub(super) static STRING_READER: Class = Class::new("java.io.StringReader")
    .extends(&[&READER])
    .constructor(|vm, args| match args {
        [Value::Null] => Err(throw_bare("java.lang.NullPointerException")),
        [text] => {
            let text = args::text(vm, text)?;
            Ok(Reader::value(&STRING_READER, Feed::new(text, None)))
        }
        _ => Err(Thrown::mismatch()),
    });

/// `java.io.CharArrayReader`
pub(super) static CHAR_ARRAY_READER: Class = Class::new("java.io.CharArrayReader")
    .extends(&[&READER])
    .constructor(|vm, args| match args {
        [Value::List(chars)] => {
            let text = vm.text(&Value::List(Rc::clone(chars)))?;
            Ok(Reader::value(&CHAR_ARRAY_READER, Feed::new(text, None)))
        }
        _ => Err(Thrown::mismatch()),
    });

/// `java.io.InputStreamReader`
pub(super) static INPUT_STREAM_READER: Class = Class::new("java.io.InputStreamReader")
    .extends(&[&READER])
    .constructor(|vm, args| match args {
        [stream, charset @ ..] => over_stream(vm, stream, charset),
        [] => Err(Thrown::mismatch()),
    })
    .methods(&[("getEncoding", |_, _, _| Ok(Value::text("UTF8")))]);

/// `java.io.BufferedReader`
pub(super) static BUFFERED_READER: Class = Class::new("java.io.BufferedReader")
    .extends(&[&READER])
    .constructor(|_, args| match args {
        [inner] | [inner, _] => Ok(Reader::value(
            &BUFFERED_READER,
            Rc::clone(&reader(inner)?.feed),
        )),
        _ => Err(Thrown::mismatch()),
    });

/// A reader of a text of the host.
pub(super) fn of_text(text: Str) -> Value {
    Reader::value(&BUFFERED_READER, Feed::new(text, None))
}

/// A reader of bytes of the host.
pub(super) fn of_bytes(bytes: Bytes, charset: &str) -> Value {
    let known = crate::library::string::encoding::encode("", charset).is_ok();
    let charset = if known { charset } else { "UTF-8" };
    let stream = input::of_bytes(bytes);
    let source = stream
        .downcast::<input::InputStream>()
        .map(input::InputStream::source);
    let feed = Feed::new("".into(), source.map(|source| (source, charset.into())));
    Reader::value(&BUFFERED_READER, feed)
}

/// A reader of a stream, with an optional charset.
pub(super) fn over_stream(vm: &mut Vm, stream: &Value, charset: &[Value]) -> Result<Value> {
    let source = input::stream(stream)?.source();
    let charset = input::charset_of(vm, charset)?;
    let feed = Feed::new("".into(), Some((source, charset)));
    Ok(Reader::value(&INPUT_STREAM_READER, feed))
}

fn reader(this: &Value) -> Result<&Reader> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn read_lines(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let text = reader(this)?.feed.take_all(vm)?;
    lines::all(vm, &text)
}

/// `read()`, `read(chars)`, `read(chars, from, len)`
fn read(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let feed = &reader(this)?.feed;
    let (into, from, len) = match args {
        [] => {
            let unit = feed.unit(vm)?;
            return Ok(Value::Int(unit.map_or(-1, i32::from)));
        }
        [Value::List(into)] => (into, 0, into.len()),
        [Value::List(into), from, len] => (into, args::count(from)?, args::count(len)?),
        _ => return Err(Thrown::mismatch()),
    };
    fill(vm, feed, into, from, len)
}

fn fill(vm: &mut Vm, feed: &Feed, into: &Rc<List>, from: usize, len: usize) -> Result<Value> {
    if !matches!(into.kind(), ListKind::Primitives(_)) {
        return Err(Thrown::mismatch());
    }
    let mut read = 0;
    while read < len {
        let Some(unit) = feed.unit(vm)? else { break };
        if into
            .set(from.saturating_add(read), Value::Char(unit))
            .is_none()
        {
            return Err(throw_bare("java.lang.IndexOutOfBoundsException"));
        }
        read += 1;
    }
    if read == 0 && len > 0 {
        return Ok(Value::Int(-1));
    }
    Ok(args::size(read))
}

fn skip(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [count] = args else {
        return Err(Thrown::mismatch());
    };
    let wanted = args::long(count)?;
    let mut skipped = 0;
    while skipped < wanted && reader(this)?.feed.unit(vm)?.is_some() {
        skipped += 1;
    }
    Ok(Value::Long(skipped))
}

/// `filterLine { line -> }`, `filterLine(writer) { line -> }`
fn filter_line(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (writer, closure) = match args {
        [closure] => (None, closure),
        [writer, closure] => (Some(writer), closure),
        _ => return Err(Thrown::mismatch()),
    };
    let text = reader(this)?.feed.take_all(vm)?;
    let mut kept = String::new();
    for line in lines::split(&text) {
        vm.step(1 + line.len() as u64 / 64)?;
        let yes = vm.call(closure, &[Value::text(line)])?;
        if vm.truth(&yes)? {
            vm.reserve(kept.len())?;
            kept.push_str(line);
            kept.push_str(super::LINE_END);
        }
    }
    match writer {
        Some(writer) => write_text(vm, writer, &kept).map(|()| Value::Null),
        None => Ok(super::Writable::value(kept)),
    }
}

/// `splitEachLine(separator) { parts -> }`
fn split_each_line(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [separator, closure] = args else {
        return Err(Thrown::mismatch());
    };
    let text = reader(this)?.feed.take_all(vm)?;
    let mut last = Value::Null;
    for line in lines::split(&text) {
        vm.step(1)?;
        let parts = vm.invoke(&Value::text(line), "split", std::slice::from_ref(separator))?;
        let parts = Value::list(vm.items(&parts)?);
        last = vm.call(closure, &[parts])?;
    }
    Ok(last)
}
