//! Documents as scripts hand them over: bytes in some encoding, or text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::thrown::Result;
use crate::xml::fault::{Fault, UNSUPPORTED_ENCODING, throw};

/// How far the declaration is looked for.
const DECLARATION: usize = 200;

/// The text of a document in bytes: a byte order mark tells its encoding, or the declaration does.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => match bytes {
            [0, b'<', ..] => UTF_16BE,
            [b'<', 0, ..] => UTF_16LE,
            _ => declared(bytes)?.unwrap_or(UTF_8),
        },
    };
    let (text, _, malformed) = encoding.decode(bytes);
    if malformed && encoding == UTF_8 {
        return Err(Fault::new(0, invalid(bytes)).thrown(""));
    }
    Ok(text)
}

/// The encoding that the declaration names.
fn declared(bytes: &[u8]) -> Result<Option<&'static Encoding>> {
    if !bytes.starts_with(b"<?xml") {
        return Ok(None);
    }
    let head = bytes.get(..DECLARATION).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head);
    let head = head.split_once("?>").map_or(&*head, |(head, _)| head);
    let Some((_, after)) = head.split_once("encoding") else {
        return Ok(None);
    };
    let after = after
        .trim_start()
        .strip_prefix('=')
        .unwrap_or(after)
        .trim_start();
    let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return Ok(None);
    };
    let Some(name) = after.split(quote).nth(1) else {
        return Ok(None);
    };
    match Encoding::for_label(name.as_bytes()) {
        Some(encoding) if encoding == UTF_16BE || encoding == UTF_16LE => Ok(Some(UTF_8)),
        Some(encoding) => Ok(Some(encoding)),
        None => Err(throw(&UNSUPPORTED_ENCODING, name)),
    }
}

/// What is wrong with bytes that are no UTF-8.
fn invalid(bytes: &[u8]) -> String {
    let Err(error) = std::str::from_utf8(bytes) else {
        return String::new();
    };
    let at = error.valid_up_to();
    let first = bytes.get(at).copied().unwrap_or_default();
    let length = match first {
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf8 => 4,
        _ => return "Invalid byte 1 of 1-byte UTF-8 sequence.".to_owned(),
    };
    let mut following = bytes.iter().skip(at + 1).take(length - 1);
    let good = following
        .by_ref()
        .take_while(|b| (0x80..0xc0).contains(*b))
        .count();
    format!(
        "Invalid byte {} of {length}-byte UTF-8 sequence.",
        (good + 2).min(length)
    )
}
