//! `byte[]`.

use std::rc::Rc;

use super::{ITERABLE, index, list, visit};
use crate::class::Class;
use crate::library::args;
use crate::library::codec;
use crate::library::io::Writable;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::{Bytes, Value};
use crate::vm::Vm;

/// `byte[]`
pub static BYTE_ARRAY: Class = Class::new("[B").extends(&[&ITERABLE]).methods(&[
    ("clone", list::clone),
    ("encodeBase64", encode_base64),
    ("encodeHex", |_, this, _| {
        Ok(Writable::value(codec::hex::lower(&bytes(this)?.borrow())))
    }),
    ("getAt", get_at),
    ("getLength", list::size),
    ("putAt", put_at),
    ("reverseEach", visit::reverse_each),
]);

fn bytes(this: &Value) -> Result<&Rc<Bytes>> {
    match this {
        Value::Bytes(bytes) => Ok(bytes),
        _ => Err(Thrown::mismatch()),
    }
}

/// The place that an index stands for, which may count from the end.
fn place(at: &Value, len: usize) -> Result<usize> {
    let at = args::int(at)?;
    let place = if at < 0 {
        let back = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
        len.checked_sub(back)
    } else {
        usize::try_from(at).ok().filter(|at| *at < len)
    };
    place.ok_or_else(|| throw("java.lang.ArrayIndexOutOfBoundsException", at.to_string()))
}

fn get_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let bytes = bytes(this)?;
    match args {
        [at @ (Value::Int(_) | Value::Long(_) | Value::Short(_) | Value::Byte(_))] => {
            let bytes = bytes.borrow();
            let at = place(at, bytes.len())?;
            Ok(bytes
                .get(at)
                .map_or(Value::Null, |byte| Value::Byte(byte.cast_signed())))
        }
        _ => index::get_at(vm, this, args),
    }
}

fn put_at(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at, value] = args else {
        return Err(Thrown::mismatch());
    };
    let value = args::long(value)?.to_le_bytes();
    let mut bytes = bytes(this)?.borrow_mut();
    let at = place(at, bytes.len())?;
    if let (Some(byte), Some(low)) = (bytes.get_mut(at), value.first()) {
        *byte = *low;
    }
    Ok(Value::Null)
}

/// `encodeBase64()`, `encodeBase64(chunked)`
fn encode_base64(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let bytes = bytes(this)?.borrow();
    vm.reserve(bytes.len().saturating_mul(2))?;
    vm.step(bytes.len() as u64 / 64)?;
    let text = codec::base64::encode(&bytes);
    Ok(Writable::value(match args {
        [Value::Bool(true)] => codec::base64::in_lines(&text, "\n"),
        [] | [Value::Bool(false)] => text,
        _ => return Err(Thrown::mismatch()),
    }))
}
