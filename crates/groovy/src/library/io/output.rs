//! `java.io.OutputStream` and what writes to memory.

use std::cell::RefCell;

use super::{input, writer};
use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::library::object;
use crate::library::string::encoding;
use crate::meter;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// An `OutputStream`.
pub(crate) struct OutputStream {
    class: &'static Class,
    to: To,
}

enum To {
    Memory(RefCell<Vec<u8>>),
    Stream(Value),
    /// What the script prints.
    Host,
}

impl OutputStream {
    /// A stream into memory, of a class.
    pub(crate) fn memory(class: &'static Class) -> Self {
        Self {
            class,
            to: To::Memory(RefCell::default()),
        }
    }

    /// What was written, of a stream into memory.
    pub(crate) fn content(&self) -> Option<Vec<u8>> {
        match &self.to {
            To::Memory(bytes) => Some(bytes.borrow().clone()),
            _ => None,
        }
    }

    fn write(&self, vm: &mut Vm, more: &[u8]) -> Result<()> {
        match &self.to {
            To::Memory(bytes) => {
                vm.step(1 + more.len() as u64 / 64)?;
                vm.reserve(more.len())?;
                let mut bytes = bytes.borrow_mut();
                let before = bytes.capacity();
                bytes.extend_from_slice(more);
                meter::add(bytes.capacity() - before);
                Ok(())
            }
            To::Stream(inner) => write_bytes(vm, inner, more),
            To::Host => vm.print(&String::from_utf8_lossy(more)),
        }
    }
}

impl Drop for OutputStream {
    fn drop(&mut self) {
        if let To::Memory(bytes) = &self.to {
            meter::sub(bytes.borrow().capacity());
        }
    }
}

impl Object for OutputStream {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        match self.content() {
            Some(bytes) => input::decode(vm, &bytes, "UTF-8").map(Some),
            None => Ok(None),
        }
    }
}

/// `java.io.OutputStream`
pub(crate) static OUTPUT_STREAM: Class = Class::new("java.io.OutputStream")
    .extends(&[&input::CLOSEABLE])
    .methods(&[
        ("close", |_, _, _| Ok(Value::Null)),
        ("flush", |_, _, _| Ok(Value::Null)),
        ("leftShift", left_shift),
        ("newWriter", |vm, this, args| {
            writer::over_stream(vm, this, args)
        }),
        ("setBytes", |vm, this, args| write(vm, this, args)),
        ("withStream", with),
        ("withWriter", |vm, this, args| {
            let (closure, charset) = args.split_last().ok_or_else(Thrown::mismatch)?;
            let writer = writer::over_stream(vm, this, charset)?;
            vm.call(closure, &[writer])
        }),
        ("write", write),
    ]);

/// `java.io.ByteArrayOutputStream`
pub(super) static BYTE_ARRAY_OUTPUT_STREAM: Class = Class::new("java.io.ByteArrayOutputStream")
    .extends(&[&OUTPUT_STREAM])
    .constructor(|_, args| match args {
        [] | [Value::Int(_)] => Ok(Value::object(OutputStream::memory(
            &BYTE_ARRAY_OUTPUT_STREAM,
        ))),
        _ => Err(Thrown::mismatch()),
    })
    .methods(&[
        ("reset", |_, this, _| {
            if let To::Memory(bytes) = &stream(this)?.to {
                bytes.borrow_mut().clear();
            }
            Ok(Value::Null)
        }),
        ("size", |_, this, _| Ok(args::size(content(this)?.len()))),
        ("toByteArray", |vm, this, _| {
            let bytes = content(this)?;
            vm.reserve(bytes.len())?;
            Ok(Value::bytes(bytes))
        }),
        ("toString", |vm, this, args| {
            let charset = input::charset_of(vm, args)?;
            input::decode(vm, &content(this)?, &charset).map(Value::Str)
        }),
        ("writeTo", |vm, this, args| match args {
            [to] => {
                let bytes = content(this)?;
                write_bytes(vm, to, &bytes)?;
                Ok(Value::Null)
            }
            _ => Err(Thrown::mismatch()),
        }),
    ]);

/// `java.io.BufferedOutputStream`
pub(super) static BUFFERED_OUTPUT_STREAM: Class = Class::new("java.io.BufferedOutputStream")
    .extends(&[&OUTPUT_STREAM])
    .constructor(|_, args| around(&BUFFERED_OUTPUT_STREAM, args));

/// `java.io.PrintStream`
pub(super) static PRINT_STREAM: Class = Class::new("java.io.PrintStream")
    .extends(&[&OUTPUT_STREAM])
    .constructor(|_, args| around(&PRINT_STREAM, args))
    .methods(&[
        ("append", |vm, this, args| {
            print(vm, this, args)?;
            Ok(this.clone())
        }),
        ("format", print_formatted),
        ("print", print),
        ("printf", print_formatted),
        ("println", |vm, this, args| {
            print(vm, this, args)?;
            stream(this)?.write(vm, super::LINE_END.as_bytes())?;
            Ok(Value::Null)
        }),
    ]);

/// `System.out`
pub(super) fn standard() -> Value {
    Value::object(OutputStream {
        class: &PRINT_STREAM,
        to: To::Host,
    })
}

fn around(class: &'static Class, args: &[Value]) -> Result<Value> {
    match args.first() {
        Some(inner @ Value::Object(_)) => Ok(Value::object(OutputStream {
            class,
            to: To::Stream(inner.clone()),
        })),
        _ => Err(Thrown::mismatch()),
    }
}

fn stream(this: &Value) -> Result<&OutputStream> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn content(this: &Value) -> Result<Vec<u8>> {
    stream(this)?.content().ok_or_else(Thrown::mismatch)
}

/// Writes bytes to a stream, of the library or of a script.
///
/// # Errors
/// What it throws.
pub(crate) fn write_bytes(vm: &mut Vm, to: &Value, bytes: &[u8]) -> Result<()> {
    match to.downcast::<OutputStream>() {
        Some(stream) => stream.write(vm, bytes),
        None => vm
            .invoke(to, "write", &[Value::bytes(bytes.to_vec())])
            .map(drop),
    }
}

/// `write(byte)`, `write(bytes)`, `write(bytes, from, len)`
fn write(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let stream = stream(this)?;
    match args {
        [Value::Bytes(bytes)] => {
            let bytes = bytes.borrow().clone();
            stream.write(vm, &bytes)?;
        }
        [Value::Bytes(bytes), from, len] => {
            let part: Option<Vec<u8>> = {
                let (from, len) = (args::count(from)?, args::count(len)?);
                let to = from.saturating_add(len);
                bytes.borrow().get(from..to).map(<[u8]>::to_vec)
            };
            let part = part.ok_or_else(|| throw_bare("java.lang.IndexOutOfBoundsException"))?;
            stream.write(vm, &part)?;
        }
        [byte] => {
            let low = args::int(byte)?.to_le_bytes();
            stream.write(vm, low.get(..1).unwrap_or_default())?;
        }
        _ => return Err(Thrown::mismatch()),
    }
    Ok(Value::Null)
}

/// `stream << value`: bytes and streams as they are, anything else as text.
fn left_shift(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    match value {
        Value::Bytes(bytes) => {
            let bytes = bytes.borrow().clone();
            write_bytes(vm, this, &bytes)?;
            Ok(this.clone())
        }
        other => {
            if let Some(from) = other.downcast::<super::InputStream>() {
                let bytes = from.take_all();
                write_bytes(vm, this, &bytes)?;
                return Ok(this.clone());
            }
            let text = vm.text(other)?;
            write_bytes(vm, this, text.as_bytes())?;
            // Groovy gives a writer around the stream, which takes further texts just as well.
            writer::over_stream(vm, this, &[])
        }
    }
}

fn with(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [closure] => vm.call(closure, std::slice::from_ref(this)),
        _ => Err(Thrown::mismatch()),
    }
}

fn print(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if let [value] = args {
        let text = vm.text(value)?;
        let bytes = encoding::encode(&text, "UTF-8")?;
        stream(this)?.write(vm, &bytes)?;
    }
    Ok(Value::Null)
}

fn print_formatted(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = object::formatted(vm, args)?;
    write_bytes(vm, this, text.as_bytes())?;
    Ok(this.clone())
}
