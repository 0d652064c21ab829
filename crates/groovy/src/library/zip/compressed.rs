//! `GZIPInputStream`, `GZIPOutputStream` and their relatives.

use std::cell::{Cell, RefCell};
use std::io::Write;

use flate2::Compression;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

use super::{bad, unpack};
use crate::class::{Class, ClassRef, Method};
use crate::library::digest;
use crate::library::io::{INPUT_STREAM, InputStream, OUTPUT_STREAM, write_bytes};
use crate::object::Object;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.util.zip.GZIPInputStream`
pub(super) static GZIP_INPUT_STREAM: Class = Class::new("java.util.zip.GZIPInputStream")
    .extends(&[&INPUT_STREAM])
    .constructor(|vm, args| {
        let packed = content(args)?;
        if !packed.starts_with(&[0x1f, 0x8b]) {
            return Err(bad("Not in GZIP format"));
        }
        let bytes = unpack(vm, &mut MultiGzDecoder::new(&packed[..]))?;
        Ok(InputStream::value(&GZIP_INPUT_STREAM, bytes.into()))
    });

/// `java.util.zip.InflaterInputStream`
pub(super) static INFLATER_INPUT_STREAM: Class = Class::new("java.util.zip.InflaterInputStream")
    .extends(&[&INPUT_STREAM])
    .constructor(|vm, args| {
        let packed = content(args)?;
        let bytes = unpack(vm, &mut ZlibDecoder::new(&packed[..]))?;
        Ok(InputStream::value(&INFLATER_INPUT_STREAM, bytes.into()))
    });

/// `java.util.zip.GZIPOutputStream`
pub(super) static GZIP_OUTPUT_STREAM: Class = Class::new("java.util.zip.GZIPOutputStream")
    .extends(&[&OUTPUT_STREAM])
    .constructor(|_, args| packer(&GZIP_OUTPUT_STREAM, args))
    .methods(PACKING);

/// `java.util.zip.DeflaterOutputStream`
pub(super) static DEFLATER_OUTPUT_STREAM: Class = Class::new("java.util.zip.DeflaterOutputStream")
    .extends(&[&OUTPUT_STREAM])
    .constructor(|_, args| packer(&DEFLATER_OUTPUT_STREAM, args))
    .methods(PACKING);

fn content(args: &[Value]) -> Result<bytes::Bytes> {
    let stream = args.first().and_then(Value::downcast::<InputStream>);
    Ok(stream.ok_or_else(Thrown::mismatch)?.take_all())
}

/// A stream that packs what it was given when it is finished.
struct Packer {
    class: &'static Class,
    to: Value,
    plain: RefCell<Vec<u8>>,
    finished: Cell<bool>,
}

impl Object for Packer {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }
}

const PACKING: &[(&str, Method)] = &[
    ("close", finish),
    ("finish", finish),
    ("write", |vm, this, args| {
        digest::feed(vm, &packer_of(this)?.plain, args)?;
        Ok(Value::Null)
    }),
];

fn packer(class: &'static Class, args: &[Value]) -> Result<Value> {
    let Some(to @ Value::Object(_)) = args.first() else {
        return Err(Thrown::mismatch());
    };
    Ok(Value::object(Packer {
        class,
        to: to.clone(),
        plain: RefCell::default(),
        finished: Cell::new(false),
    }))
}

fn packer_of(this: &Value) -> Result<&Packer> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn finish(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let packer = packer_of(this)?;
    if packer.finished.replace(true) {
        return Ok(Value::Null);
    }
    let plain = packer.plain.take();
    vm.step(1 + plain.len() as u64 / 16)?;
    vm.reserve(plain.len())?;
    let packed = if std::ptr::eq(packer.class, &GZIP_OUTPUT_STREAM) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&plain).and_then(|()| encoder.finish())
    } else {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&plain).and_then(|()| encoder.finish())
    };
    let packed = packed.map_err(|error| bad(&error.to_string()))?;
    write_bytes(vm, &packer.to, &packed)?;
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::io::OutputStream;
    use crate::testing::{shown, vm};

    #[test]
    fn what_is_packed_is_unpacked() {
        let mut vm = vm();
        for (packing, unpacking) in [
            (&GZIP_OUTPUT_STREAM, &GZIP_INPUT_STREAM),
            (&DEFLATER_OUTPUT_STREAM, &INFLATER_INPUT_STREAM),
        ] {
            let memory = Value::object(OutputStream::memory(&OUTPUT_STREAM));
            let to = packing.construct.unwrap()(&mut vm, std::slice::from_ref(&memory)).unwrap();
            vm.invoke(&to, "write", &[Value::bytes(b"hello".repeat(99))])
                .unwrap();
            vm.invoke(&to, "close", &[]).unwrap();
            let packed = memory
                .downcast::<OutputStream>()
                .unwrap()
                .content()
                .unwrap();
            assert!(packed.len() < 100);
            let from = crate::library::io::input_stream(packed.into());
            let from = unpacking.construct.unwrap()(&mut vm, &[from]).unwrap();
            let text = vm.invoke(&from, "getText", &[]);
            assert_eq!(
                shown(&mut vm, text),
                format!("String {}", "hello".repeat(99))
            );
        }
    }
}
