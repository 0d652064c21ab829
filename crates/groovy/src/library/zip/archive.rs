//! `ZipInputStream`, `ZipOutputStream` and `ZipEntry`.

use std::cell::{Cell, RefCell};
use std::io::{Cursor, Write};

use bytes::Bytes;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{bad, unpack};
use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::library::digest;
use crate::library::io::{INPUT_STREAM, InputStream, OUTPUT_STREAM, write_bytes};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A `ZipEntry`.
struct Entry {
    name: Str,
    size: Cell<i64>,
    time: Cell<i64>,
}

impl Entry {
    fn value(name: Str, size: i64) -> Value {
        Value::object(Self {
            name,
            size: Cell::new(size),
            time: Cell::new(-1),
        })
    }
}

impl Object for Entry {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&ZIP_ENTRY)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.name.clone()))
    }
}

/// `java.util.zip.ZipEntry`
pub(super) static ZIP_ENTRY: Class = Class::new("java.util.zip.ZipEntry")
    .constructor(|vm, args| match args {
        [name] => Ok(Entry::value(args::text(vm, name)?, -1)),
        _ => Err(Thrown::mismatch()),
    })
    .methods(&[
        ("getName", |_, this, _| {
            Ok(Value::Str(entry(this)?.name.clone()))
        }),
        ("getSize", |_, this, _| {
            Ok(Value::Long(entry(this)?.size.get()))
        }),
        ("getTime", |_, this, _| {
            Ok(Value::Long(entry(this)?.time.get()))
        }),
        ("isDirectory", |_, this, _| {
            Ok(Value::Bool(entry(this)?.name.ends_with('/')))
        }),
        ("setSize", |_, this, args| match args {
            [size] => {
                entry(this)?.size.set(args::long(size)?);
                Ok(Value::Null)
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("setTime", |_, this, args| match args {
            [time] => {
                entry(this)?.time.set(args::long(time)?);
                Ok(Value::Null)
            }
            _ => Err(Thrown::mismatch()),
        }),
    ]);

fn entry(this: &Value) -> Result<&Entry> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// `java.util.zip.ZipInputStream`
pub(super) static ZIP_INPUT_STREAM: Class = Class::new("java.util.zip.ZipInputStream")
    .extends(&[&INPUT_STREAM])
    .constructor(open)
    .methods(&[
        ("closeEntry", |_, this, _| {
            stream(this)?.restart(Bytes::new());
            Ok(Value::Null)
        }),
        ("getNextEntry", |_, this, _| {
            let stream = stream(this)?;
            let next = stream.entries.borrow_mut().pop();
            let (entry, bytes) = next.unwrap_or((Value::Null, Bytes::new()));
            stream.restart(bytes);
            Ok(entry)
        }),
    ]);

fn stream(this: &Value) -> Result<&InputStream> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// Unpacks all entries; what is no archive has none, as for Java.
fn open(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let Some(from) = args.first() else {
        return Err(Thrown::mismatch());
    };
    let packed = stream(from)?.take_all();
    let mut entries = Vec::new();
    if let Ok(mut archive) = ZipArchive::new(Cursor::new(packed)) {
        for index in 0..archive.len() {
            let mut file = archive
                .by_index(index)
                .map_err(|error| bad(&error.to_string()))?;
            let name = file.name().map_err(|error| bad(&error.to_string()))?;
            let name = Str::from(name.into_owned());
            let bytes = unpack(vm, &mut file)?;
            let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            entries.push((Entry::value(name, size), Bytes::from(bytes)));
        }
    }
    entries.reverse();
    let value = InputStream::value(&ZIP_INPUT_STREAM, Bytes::new());
    stream(&value)?.entries.replace(entries);
    Ok(value)
}

/// A stream that writes an archive when it is finished.
struct ZipOutput {
    to: Value,
    entries: RefCell<Vec<(Str, Vec<u8>)>>,
    current: RefCell<Option<Str>>,
    content: RefCell<Vec<u8>>,
    finished: Cell<bool>,
}

impl Object for ZipOutput {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&ZIP_OUTPUT_STREAM)
    }
}

/// `java.util.zip.ZipOutputStream`
pub(super) static ZIP_OUTPUT_STREAM: Class = Class::new("java.util.zip.ZipOutputStream")
    .extends(&[&OUTPUT_STREAM])
    .constructor(|_, args| match args {
        [to @ Value::Object(_), ..] => Ok(Value::object(ZipOutput {
            to: to.clone(),
            entries: RefCell::default(),
            current: RefCell::default(),
            content: RefCell::default(),
            finished: Cell::new(false),
        })),
        _ => Err(Thrown::mismatch()),
    })
    .methods(&[
        ("close", finish),
        ("closeEntry", |_, this, _| {
            close_entry(output(this)?);
            Ok(Value::Null)
        }),
        ("finish", finish),
        ("putNextEntry", |_, this, args| match args {
            [next] => {
                let output = output(this)?;
                close_entry(output);
                let name = entry(next)?.name.clone();
                if output
                    .entries
                    .borrow()
                    .iter()
                    .any(|(known, _)| *known == name)
                {
                    return Err(bad(&format!("duplicate entry: {name}")));
                }
                output.current.replace(Some(name));
                Ok(Value::Null)
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("setLevel", |_, _, _| Ok(Value::Null)),
        ("setMethod", |_, _, _| Ok(Value::Null)),
        ("write", |vm, this, args| {
            let output = output(this)?;
            if output.current.borrow().is_none() {
                return Err(bad("no current ZIP entry"));
            }
            digest::feed(vm, &output.content, args)?;
            Ok(Value::Null)
        }),
    ]);

fn output(this: &Value) -> Result<&ZipOutput> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn close_entry(output: &ZipOutput) {
    let content = output.content.take();
    if let Some(name) = output.current.take() {
        output.entries.borrow_mut().push((name, content));
    }
}

fn finish(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let output = output(this)?;
    if output.finished.replace(true) {
        return Ok(Value::Null);
    }
    close_entry(output);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in output.entries.take() {
        vm.step(1 + content.len() as u64 / 16)?;
        vm.reserve(content.len())?;
        writer
            .start_file(name.as_str(), SimpleFileOptions::default())
            .map_err(|error| bad(&error.to_string()))?;
        writer
            .write_all(&content)
            .map_err(|error| throw("java.io.IOException", error.to_string()))?;
    }
    let packed = writer
        .finish()
        .map_err(|error| bad(&error.to_string()))?
        .into_inner();
    write_bytes(vm, &output.to, &packed)?;
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::io::{OutputStream, input_stream};
    use crate::testing::{shown, vm};

    #[test]
    fn entries_come_out_in_the_order_they_went_in() {
        let mut vm = vm();
        let memory = Value::object(OutputStream::memory(&OUTPUT_STREAM));
        let construct = ZIP_OUTPUT_STREAM.construct.unwrap();
        let zip = construct(&mut vm, std::slice::from_ref(&memory)).unwrap();
        for (name, text) in [("b.txt", "first"), ("a.txt", "second")] {
            vm.invoke(&zip, "putNextEntry", &[Entry::value(name.into(), -1)])
                .unwrap();
            vm.invoke(&zip, "write", &[Value::bytes(text.as_bytes().to_vec())])
                .unwrap();
            vm.invoke(&zip, "closeEntry", &[]).unwrap();
        }
        vm.invoke(&zip, "close", &[]).unwrap();
        let packed = memory
            .downcast::<OutputStream>()
            .unwrap()
            .content()
            .unwrap();
        let from = open(&mut vm, &[input_stream(packed.into())]).unwrap();
        for expected in ["b.txt first", "a.txt second"] {
            let entry = vm.invoke(&from, "getNextEntry", &[]).unwrap();
            let name = vm.text(&entry).unwrap();
            let text = vm.invoke(&from, "getText", &[]);
            let text = shown(&mut vm, text);
            assert_eq!(
                format!("{name} {}", text.trim_start_matches("String ")),
                expected
            );
        }
        let none = vm.invoke(&from, "getNextEntry", &[]).unwrap();
        assert!(none.is_null());
    }
}
