//! Hex digits.

use std::fmt::Write;

use crate::class::Class;
use crate::library::args;
use crate::list::ListKind;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// Bytes as hex digits.
pub(crate) fn lower(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Pairs of hex digits as bytes; the first pair that is none otherwise.
fn bytes(text: &str) -> std::result::Result<Vec<u8>, String> {
    let digits: Vec<char> = text.chars().collect();
    let pair = |pair: &[char]| {
        let pair: String = pair.iter().collect();
        u8::from_str_radix(&pair, 16).map_err(|_| pair)
    };
    digits.chunks(2).map(pair).collect()
}

/// `text.decodeHex()` of Groovy
pub(crate) fn decode_groovy(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if !args.is_empty() {
        return Err(Thrown::mismatch());
    }
    let text = args::text(vm, this)?;
    vm.step(1 + text.len() as u64 / 16)?;
    vm.reserve(text.len().saturating_mul(4))?;
    let bad = |message: String| throw("java.lang.NumberFormatException", message);
    if text.units() % 2 != 0 {
        return Err(bad("odd number of characters in hex string".to_owned()));
    }
    let bytes = bytes(&text).map_err(|pair| bad(format!("For input string: \"{pair}\"")))?;
    Ok(Value::bytes(bytes))
}

/// `org.apache.commons.codec.binary.Hex`
pub(super) static COMMONS_HEX: Class =
    Class::new("org.apache.commons.codec.binary.Hex").statics(&[
        ("decodeHex", |vm, args| {
            let [text] = args else {
                return Err(Thrown::mismatch());
            };
            let text = vm.text(text)?;
            vm.reserve(text.len().saturating_mul(4))?;
            let bad = |message: &str| throw("org.apache.commons.codec.DecoderException", message);
            if text.units() % 2 != 0 {
                return Err(bad("Odd number of characters."));
            }
            bytes(&text)
                .map(Value::bytes)
                .map_err(|_| bad("Illegal hexadecimal character"))
        }),
        ("encodeHex", |vm, args| {
            let text = encoded(vm, args)?;
            let chars = text.encode_utf16().map(Value::Char).collect();
            let kind = ListKind::Primitives(&crate::library::number::CHARACTER);
            Ok(Value::List(crate::list::List::new(kind, chars)))
        }),
        ("encodeHexString", |vm, args| {
            encoded(vm, args).map(Value::text)
        }),
    ]);

fn encoded(vm: &mut Vm, args: &[Value]) -> Result<String> {
    let [Value::Bytes(bytes), ..] = args else {
        return Err(Thrown::mismatch());
    };
    let bytes = bytes.borrow();
    vm.reserve(bytes.len().saturating_mul(40))?;
    vm.step(1 + bytes.len() as u64 / 16)?;
    Ok(lower(&bytes))
}
