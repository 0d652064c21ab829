//! `java.io.Writer` and what writes to memory.

use std::cell::RefCell;

use super::{LINE_END, input, write_bytes};
use crate::class::{Class, ClassRef, Method};
use crate::library::args;
use crate::library::object;
use crate::library::string::builder::STRING_BUFFER;
use crate::library::string::encoding;
use crate::meter;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A `StringWriter`.
#[derive(Default)]
pub(crate) struct StringWriter {
    text: RefCell<String>,
}

impl StringWriter {
    /// What was written.
    pub(crate) fn text(&self) -> Str {
        self.text.borrow().as_str().into()
    }

    /// Writes.
    pub(crate) fn push(&self, vm: &mut Vm, more: &str) -> Result<()> {
        vm.step(1 + more.len() as u64 / 64)?;
        vm.reserve(more.len())?;
        let mut text = self.text.borrow_mut();
        let before = text.capacity();
        text.push_str(more);
        meter::add(text.capacity() - before);
        Ok(())
    }
}

impl Drop for StringWriter {
    fn drop(&mut self) {
        meter::sub(self.text.get_mut().capacity());
    }
}

impl Object for StringWriter {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&STRING_WRITER)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.text()))
    }
}

/// A writer to another writer, or with a charset to a stream.
struct Around {
    class: &'static Class,
    to: Value,
    charset: Option<Str>,
}

impl Object for Around {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }
}

/// Writes text to a writer, of the library or of a script.
///
/// # Errors
/// What it throws.
pub(crate) fn write_text(vm: &mut Vm, to: &Value, text: &str) -> Result<()> {
    let mut to = to.clone();
    // Writers around writers cannot go round: each was there before the next.
    while let Some(around) = to.downcast::<Around>() {
        if let Some(charset) = &around.charset {
            let bytes = encoding::encode(text, charset)?;
            return write_bytes(vm, &around.to, &bytes);
        }
        to = around.to.clone();
    }
    match to.downcast::<StringWriter>() {
        Some(writer) => writer.push(vm, text),
        None => vm.invoke(&to, "write", &[Value::text(text)]).map(drop),
    }
}

/// `new StringWriter()`
pub(super) fn in_memory() -> Value {
    Value::object(StringWriter::default())
}

/// `java.io.Writer`
pub(crate) static WRITER: Class = Class::new("java.io.Writer")
    .extends(&[&input::CLOSEABLE])
    .methods(&[
        ("append", append),
        ("close", |_, _, _| Ok(Value::Null)),
        ("flush", |_, _, _| Ok(Value::Null)),
        ("leftShift", left_shift),
        ("withWriter", with),
        ("withPrintWriter", |vm, this, args| {
            let [closure] = args else {
                return Err(Thrown::mismatch());
            };
            let writer = around(&PRINT_WRITER, this, None);
            vm.call(closure, &[writer])
        }),
        ("newPrintWriter", |_, this, _| {
            Ok(around(&PRINT_WRITER, this, None))
        }),
        ("write", write),
    ]);

/// `java.io.StringWriter`
pub(super) static STRING_WRITER: Class = Class::new("java.io.StringWriter")
    .extends(&[&WRITER])
    .constructor(|_, args| match args {
        [] | [Value::Int(_)] => Ok(Value::object(StringWriter::default())),
        _ => Err(Thrown::mismatch()),
    })
    .methods(&[("getBuffer", |vm, this, _| {
        let text = vm.text(this)?;
        let buffer = STRING_BUFFER.construct.ok_or_else(Thrown::mismatch)?;
        buffer(vm, &[Value::Str(text)])
    })]);

/// `java.io.PrintWriter`
pub(super) static PRINT_WRITER: Class = Class::new("java.io.PrintWriter")
    .extends(&[&WRITER])
    .constructor(|vm, args| construct(vm, &PRINT_WRITER, args))
    .methods(PRINTING);

/// `java.io.BufferedWriter`
pub(super) static BUFFERED_WRITER: Class = Class::new("java.io.BufferedWriter")
    .extends(&[&WRITER])
    .constructor(|vm, args| construct(vm, &BUFFERED_WRITER, args))
    .methods(&[("newLine", |vm, this, _| {
        write_text(vm, this, LINE_END)?;
        Ok(Value::Null)
    })]);

/// `java.io.OutputStreamWriter`
pub(super) static OUTPUT_STREAM_WRITER: Class = Class::new("java.io.OutputStreamWriter")
    .extends(&[&WRITER])
    .constructor(|vm, args| match args {
        [stream, charset @ ..] => over_stream(vm, stream, charset),
        [] => Err(Thrown::mismatch()),
    });

const PRINTING: &[(&str, Method)] = &[
    ("checkError", |_, _, _| Ok(Value::Bool(false))),
    ("format", print_formatted),
    ("print", print),
    ("printf", print_formatted),
    ("println", |vm, this, args| {
        print(vm, this, args)?;
        write_text(vm, this, LINE_END)?;
        Ok(Value::Null)
    }),
];

fn around(class: &'static Class, to: &Value, charset: Option<Str>) -> Value {
    Value::object(Around {
        class,
        to: to.clone(),
        charset,
    })
}

fn is_stream(value: &Value) -> bool {
    value.class().is_a(&ClassRef::Native(&super::OUTPUT_STREAM))
}

fn construct(_vm: &mut Vm, class: &'static Class, args: &[Value]) -> Result<Value> {
    match args {
        [to @ Value::Object(_), ..] => {
            let charset = is_stream(to).then(|| "UTF-8".into());
            Ok(around(class, to, charset))
        }
        [Value::Null, ..] => Err(throw_bare("java.lang.NullPointerException")),
        // Anything else names a file.
        [Value::Str(_) | Value::GString(_), ..] => {
            Err(super::refused("The file system", "write to a StringWriter"))
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// A writer to a stream, with an optional charset.
pub(super) fn over_stream(vm: &mut Vm, stream: &Value, charset: &[Value]) -> Result<Value> {
    if !is_stream(stream) {
        return Err(Thrown::mismatch());
    }
    let charset = input::charset_of(vm, charset)?;
    Ok(around(&OUTPUT_STREAM_WRITER, stream, Some(charset)))
}

/// `write(text)`, `write(character)`, `write(chars)`, and a part of a text or of characters
fn write(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = match args {
        [Value::Null] => return Err(throw_bare("java.lang.NullPointerException")),
        [unit @ Value::Int(_)] => unit_text(args::int(unit)?),
        [value] => vm.text(value)?,
        [value, from, len] => {
            let text = vm.text(value)?;
            let (from, len) = (args::count(from)?, args::count(len)?);
            let part = text.slice(from, from.saturating_add(len));
            part.ok_or_else(|| throw_bare("java.lang.StringIndexOutOfBoundsException"))?
        }
        _ => return Err(Thrown::mismatch()),
    };
    write_text(vm, this, &text)?;
    Ok(Value::Null)
}

/// The character of a UTF-16 unit.
fn unit_text(unit: i32) -> Str {
    let low = unit.cast_unsigned() & 0xffff;
    char::from_u32(low)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
        .to_string()
        .into()
}

fn append(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = match args {
        [value] => vm.text(value)?,
        [value, from, to] => {
            let part = vm.text(value)?.slice(args::count(from)?, args::count(to)?);
            part.ok_or_else(|| throw_bare("java.lang.StringIndexOutOfBoundsException"))?
        }
        _ => return Err(Thrown::mismatch()),
    };
    write_text(vm, this, &text)?;
    Ok(this.clone())
}

/// `writer << value`
fn left_shift(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    if vm.table(value).method("writeTo").is_some() && value.downcast::<super::Writable>().is_none()
    {
        vm.invoke(value, "writeTo", std::slice::from_ref(this))?;
    } else {
        let text = vm.text(value)?;
        write_text(vm, this, &text)?;
    }
    Ok(this.clone())
}

fn with(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [closure] => vm.call(closure, std::slice::from_ref(this)),
        _ => Err(Thrown::mismatch()),
    }
}

fn print(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [] => {}
        [value] => {
            let text = vm.text(value)?;
            write_text(vm, this, &text)?;
        }
        _ => return Err(Thrown::mismatch()),
    }
    Ok(Value::Null)
}

fn print_formatted(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = object::formatted(vm, args)?;
    write_text(vm, this, &text)?;
    Ok(this.clone())
}
