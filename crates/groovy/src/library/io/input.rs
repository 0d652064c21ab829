//! `java.io.InputStream` and what reads from memory.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::Bytes;

use super::{lines, reader, write_bytes};
use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::library::string::encoding;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// Bytes that are read one after the other; a stream around a stream reads the same ones.
pub(crate) struct Source {
    bytes: RefCell<Bytes>,
    at: Cell<usize>,
    mark: Cell<usize>,
}

impl Source {
    fn new(bytes: Bytes) -> Rc<Self> {
        Rc::new(Self {
            bytes: RefCell::new(bytes),
            at: Cell::new(0),
            mark: Cell::new(0),
        })
    }

    /// The next bytes, at most `max`.
    fn take(&self, max: usize) -> Bytes {
        let bytes = self.bytes.borrow();
        let from = self.at.get().min(bytes.len());
        let to = from.saturating_add(max).min(bytes.len());
        self.at.set(to);
        bytes.slice(from..to)
    }

    /// All bytes that are left.
    pub(crate) fn take_all(&self) -> Bytes {
        self.take(usize::MAX)
    }

    fn available(&self) -> usize {
        self.bytes.borrow().len().saturating_sub(self.at.get())
    }
}

/// An `InputStream`.
pub(crate) struct InputStream {
    class: &'static Class,
    source: Rc<Source>,
    /// Entries of an archive that follow, with their contents.
    pub(crate) entries: RefCell<Vec<(Value, Bytes)>>,
}

impl InputStream {
    /// A stream of these bytes.
    pub(crate) fn value(class: &'static Class, bytes: Bytes) -> Value {
        Value::object(Self::around(class, Source::new(bytes)))
    }

    fn around(class: &'static Class, source: Rc<Source>) -> Self {
        Self {
            class,
            source,
            entries: RefCell::default(),
        }
    }

    /// All bytes that are left.
    pub(crate) fn take_all(&self) -> Bytes {
        self.source.take_all()
    }

    /// Reads from other bytes from now on.
    pub(crate) fn restart(&self, bytes: Bytes) {
        self.source.bytes.replace(bytes);
        self.source.at.set(0);
    }

    /// What it reads.
    pub(crate) fn source(&self) -> Rc<Source> {
        Rc::clone(&self.source)
    }
}

impl Object for InputStream {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }

    fn items(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Vec<Value>>> {
        let bytes = self.take_all();
        Ok(Some(
            bytes.iter().map(|b| Value::Byte(b.cast_signed())).collect(),
        ))
    }
}

/// `java.io.Closeable`
pub(super) static CLOSEABLE: Class = Class::interface("java.io.Closeable");

/// `java.io.InputStream`
pub(crate) static INPUT_STREAM: Class = Class::new("java.io.InputStream")
    .extends(&[&CLOSEABLE])
    .methods(&[
        ("available", |_, this, _| {
            Ok(args::size(stream(this)?.source.available()))
        }),
        ("close", |_, _, _| Ok(Value::Null)),
        ("eachByte", each_byte),
        ("eachLine", |vm, this, args| {
            let text = text(vm, this, &[])?;
            lines::each(vm, &text, args)
        }),
        ("getBytes", |vm, this, _| all_bytes(vm, this)),
        ("getText", |vm, this, args| {
            text(vm, this, args).map(Value::Str)
        }),
        ("mark", |_, this, _| {
            let source = &stream(this)?.source;
            source.mark.set(source.at.get());
            Ok(Value::Null)
        }),
        ("markSupported", |_, _, _| Ok(Value::Bool(true))),
        ("newReader", |vm, this, args| {
            reader::over_stream(vm, this, args)
        }),
        ("read", read),
        ("readAllBytes", |vm, this, _| all_bytes(vm, this)),
        ("readLines", |vm, this, args| {
            let text = text(vm, this, args)?;
            lines::all(vm, &text)
        }),
        ("reset", |_, this, _| {
            let source = &stream(this)?.source;
            source.at.set(source.mark.get());
            Ok(Value::Null)
        }),
        ("skip", |_, this, args| match args {
            [count] => {
                let count = usize::try_from(args::long(count)?).unwrap_or(0);
                let skipped = stream(this)?.source.take(count).len();
                Ok(Value::Long(i64::try_from(skipped).unwrap_or(i64::MAX)))
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("transferTo", |vm, this, args| match args {
            [to] => {
                let bytes = stream(this)?.take_all();
                write_bytes(vm, to, &bytes)?;
                Ok(Value::Long(i64::try_from(bytes.len()).unwrap_or(i64::MAX)))
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("withReader", |vm, this, args| {
            let (closure, charset) = args.split_last().ok_or_else(Thrown::mismatch)?;
            let reader = reader::over_stream(vm, this, charset)?;
            vm.call(closure, &[reader])
        }),
        ("withStream", |vm, this, args| match args {
            [closure] => vm.call(closure, std::slice::from_ref(this)),
            _ => Err(Thrown::mismatch()),
        }),
    ]);

/// `java.io.ByteArrayInputStream`
pub(crate) static BYTE_ARRAY_INPUT_STREAM: Class = Class::new("java.io.ByteArrayInputStream")
    .extends(&[&INPUT_STREAM])
    .constructor(of_array);

/// `java.io.BufferedInputStream`
pub(super) static BUFFERED_INPUT_STREAM: Class = Class::new("java.io.BufferedInputStream")
    .extends(&[&INPUT_STREAM])
    .constructor(|_, args| around(&BUFFERED_INPUT_STREAM, args));

/// `java.io.DataInputStream`
pub(super) static DATA_INPUT_STREAM: Class = Class::new("java.io.DataInputStream")
    .extends(&[&INPUT_STREAM])
    .constructor(|_, args| around(&DATA_INPUT_STREAM, args))
    .methods(&[("readFully", |vm, this, args| {
        read(vm, this, args)?;
        Ok(Value::Null)
    })]);

/// A stream of bytes of the host.
pub(super) fn of_bytes(bytes: Bytes) -> Value {
    InputStream::value(&BYTE_ARRAY_INPUT_STREAM, bytes)
}

fn of_array(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (bytes, from, len) = match args {
        [Value::Bytes(bytes)] => (bytes, 0, usize::MAX),
        [Value::Bytes(bytes), from, len] => (bytes, args::count(from)?, args::count(len)?),
        [Value::Null] => return Err(throw_bare("java.lang.NullPointerException")),
        _ => return Err(Thrown::mismatch()),
    };
    let bytes = bytes.borrow();
    vm.reserve(bytes.len())?;
    vm.step(bytes.len() as u64 / 64)?;
    let part: Vec<u8> = bytes.iter().skip(from).take(len).copied().collect();
    Ok(InputStream::value(&BYTE_ARRAY_INPUT_STREAM, part.into()))
}

fn around(class: &'static Class, args: &[Value]) -> Result<Value> {
    let Some(inner) = args.first() else {
        return Err(Thrown::mismatch());
    };
    Ok(Value::object(InputStream::around(
        class,
        stream(inner)?.source(),
    )))
}

/// The stream that a value is.
pub(super) fn stream(this: &Value) -> Result<&InputStream> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// `read()`, `read(bytes)`, `read(bytes, from, len)`
fn read(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let source = &stream(this)?.source;
    vm.step(1)?;
    let (into, from, len) = match args {
        [] => {
            let byte = source.take(1);
            return Ok(Value::Int(byte.first().map_or(-1, |byte| i32::from(*byte))));
        }
        [Value::Bytes(into)] => (into, 0, into.borrow().len()),
        [Value::Bytes(into), from, len] => {
            let (from, len) = (args::int(from)?, args::int(len)?);
            let bounds = usize::try_from(from).ok().zip(usize::try_from(len).ok());
            let bounds = bounds.filter(|(from, len)| from + len <= into.borrow().len());
            let (from, len) =
                bounds.ok_or_else(|| throw_bare("java.lang.IndexOutOfBoundsException"))?;
            (into, from, len)
        }
        _ => return Err(Thrown::mismatch()),
    };
    if len == 0 {
        return Ok(Value::Int(0));
    }
    let bytes = source.take(len);
    vm.step(bytes.len() as u64 / 64)?;
    if bytes.is_empty() {
        return Ok(Value::Int(-1));
    }
    let mut into = into.borrow_mut();
    for (place, byte) in into.iter_mut().skip(from).zip(&bytes) {
        *place = *byte;
    }
    Ok(args::size(bytes.len()))
}

fn all_bytes(vm: &mut Vm, this: &Value) -> Result<Value> {
    let bytes = stream(this)?.take_all();
    vm.reserve(bytes.len())?;
    vm.step(bytes.len() as u64 / 64)?;
    Ok(Value::bytes(bytes.to_vec()))
}

/// The text of what is left, in a charset given or UTF-8.
fn text(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Str> {
    let charset = charset_of(vm, args)?;
    decode(vm, &stream(this)?.take_all(), &charset)
}

/// The charset that an optional argument names.
pub(super) fn charset_of(vm: &mut Vm, args: &[Value]) -> Result<Str> {
    match args {
        [] => Ok("UTF-8".into()),
        [charset] => {
            let name = encoding::name(vm, charset)?;
            if encoding::encode("", &name).is_err() {
                return Err(throw("java.io.UnsupportedEncodingException", name));
            }
            Ok(name)
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// Decodes bytes, counting what it takes.
pub(super) fn decode(vm: &mut Vm, bytes: &[u8], charset: &str) -> Result<Str> {
    vm.reserve(bytes.len().saturating_mul(2))?;
    vm.step(bytes.len() as u64 / 64)?;
    encoding::decode(bytes, charset).map(Str::from)
}

fn each_byte(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [closure] = args else {
        return Err(Thrown::mismatch());
    };
    for byte in stream(this)?.take_all() {
        vm.call(closure, &[Value::Byte(byte.cast_signed())])?;
    }
    Ok(Value::Null)
}
