//! `javax.mail.internet.MimeUtility`: transfer encodings and words of headers.

use super::encoding::{Encoding, hex, hex_pair};
use super::{messaging_fault, parse_fault, part};
use crate::class::Class;
use crate::library::args;
use crate::library::codec::base64;
use crate::library::io::InputStream;
use crate::library::string::encoding as charset;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;

/// How long an encoded word may be, but for its charset.
const LONGEST: usize = 68;
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

pub(super) static MIME_UTILITY: Class = Class::new("javax.mail.internet.MimeUtility").statics(&[
    ("decode", decode),
    ("decodeText", decode_text),
    ("decodeWord", |vm, args| match args {
        [text] => {
            let text = args::text(vm, text)?;
            decoded_word(&text).map(Value::text)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("encodeText", |vm, args| encode(vm, args, "=_?")),
    ("encodeWord", |vm, args| {
        encode(vm, args, "=_?\"#$%&'(),.:;<>@[\\]^`{|}~")
    }),
    ("unfold", |vm, args| match args {
        [text] => {
            let text = args::text(vm, text)?;
            Ok(Value::text(unfolded(&text)))
        }
        _ => Err(Thrown::mismatch()),
    }),
]);

/// `decode(stream, encoding)`
fn decode(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [stream, name] = args else {
        return Err(Thrown::mismatch());
    };
    let name = args::text(vm, name)?;
    let unknown = || messaging_fault(format!("Unknown encoding: {name}"));
    let encoding = Encoding::named(&name).ok_or_else(unknown)?;
    let input = stream.downcast::<InputStream>();
    let input = input.ok_or_else(Thrown::mismatch)?;
    if encoding == Encoding::Plain {
        return Ok(stream.clone());
    }
    let (bytes, class) = part::decode(vm, encoding, input.take_all())?;
    Ok(InputStream::value(class, bytes))
}

/// A line that was folded, in one.
fn unfolded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        let (before, after) = rest.split_at(at);
        let end = if after.starts_with("\r\n") { 2 } else { 1 };
        let (ending, next) = after.split_at(end);
        out.push_str(before);
        let blank = next.trim_start_matches([' ', '\t']);
        if blank.len() < next.len() {
            out.push(' ');
            rest = blank;
        } else {
            out.push_str(ending);
            rest = next;
        }
    }
    out.push_str(rest);
    out
}

/// `decodeText(text)`: what is no encoded word stays.
fn decode_text(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = args::text(vm, text)?;
    vm.step(1 + text.len() as u64 / 16)?;
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let mut after_encoded = false;
    while !rest.is_empty() {
        let word_at = rest.len() - rest.trim_start_matches(BLANKS).len();
        let (blanks, word) = rest.split_at(word_at);
        let (word, next) = word.split_at(word.find(BLANKS).unwrap_or(word.len()));
        rest = next;
        let decoded = if word.starts_with("=?") && word.ends_with("?=") && word.len() > 4 {
            match decoded_word(word) {
                Ok(decoded) => Some(decoded),
                Err(thrown) if is_parse_fault(&thrown) => None,
                Err(thrown) => return Err(thrown),
            }
        } else {
            None
        };
        // Blanks between two encoded words only keep them apart.
        if !(after_encoded && decoded.is_some()) {
            out.push_str(blanks);
        }
        after_encoded = decoded.is_some();
        out.push_str(decoded.as_deref().unwrap_or(word));
    }
    Ok(Value::text(out))
}

fn is_parse_fault(thrown: &Thrown) -> bool {
    let name = "javax.mail.internet.ParseException";
    matches!(&*thrown.0, Why::Exception(value) if value.class().name() == name)
}

/// `=?charset?B?…?=`
fn decoded_word(word: &str) -> Result<String> {
    let Some(inner) = word.strip_prefix("=?") else {
        let message = format!("encoded word does not start with \"=?\": {word}");
        return Err(parse_fault(message));
    };
    let fault = |what: &str| parse_fault(format!("encoded word does not include {what}: {word}"));
    let (label, rest) = inner.split_once('?').ok_or_else(|| fault("charset"))?;
    let (kind, rest) = rest.split_once('?').ok_or_else(|| fault("encoding"))?;
    let (text, _) = rest
        .split_once("?=")
        .ok_or_else(|| parse_fault(format!("encoded word does not end with \"?=\": {word}")))?;
    let bytes = match kind {
        "B" | "b" => base64::decode_lenient(text.as_bytes()),
        "Q" | "q" => from_q(text),
        _ => {
            let message = format!("unknown encoding: {kind}");
            return Err(throw("java.io.UnsupportedEncodingException", message));
        }
    };
    let label = label.split('*').next().unwrap_or(label);
    charset::decode(&bytes, super::java_charset(Some(label)))
}

fn from_q(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => return out,
            [b'_', rest @ ..] => {
                out.push(b' ');
                rest
            }
            [b'=', high, low, after @ ..] if hex(*high, *low).is_some() => {
                out.extend(hex(*high, *low));
                after
            }
            [byte, rest @ ..] => {
                out.push(*byte);
                rest
            }
        };
    }
}

/// `encodeText(text)`, `encodeText(text, charset, encoding)`
fn encode(vm: &mut Vm, args: &[Value], special: &str) -> Result<Value> {
    let (text, label, kind) = match args {
        [text] => (text, Str::from("UTF-8"), None),
        [text, Value::Null, kind] => (text, "UTF-8".into(), Some(kind)),
        [text, label, kind] => (text, args::text(vm, label)?, Some(kind)),
        _ => return Err(Thrown::mismatch()),
    };
    let text = args::text(vm, text)?;
    if text.is_ascii() {
        return Ok(Value::Str(text));
    }
    let base64 = match kind {
        None | Some(Value::Null) => {
            let ascii = text.chars().filter(char::is_ascii).count();
            ascii <= text.chars().count() - ascii
        }
        Some(kind) => match args::text(vm, kind)?.as_str() {
            "B" | "b" => true,
            "Q" | "q" => false,
            other => {
                let message = format!("Unknown transfer encoding: {other}");
                return Err(throw("java.io.UnsupportedEncodingException", message));
            }
        },
    };
    vm.reserve(text.len().saturating_mul(4))?;
    vm.step(1 + text.len() as u64 / 8)?;
    let words = Words {
        label: &label,
        base64,
        special,
    };
    let mut out = Vec::new();
    words.add(&text, &mut out)?;
    Ok(Value::text(out.join(" ")))
}

/// How words are encoded.
struct Words<'a> {
    label: &'a str,
    base64: bool,
    special: &'a str,
}

impl Words<'_> {
    /// Halves the text until each half fits into a word.
    fn add(&self, text: &str, out: &mut Vec<String>) -> Result<()> {
        let bytes = charset::encode(text, super::java_charset(Some(self.label)))?;
        let encoded = if self.base64 {
            base64::encode(&bytes)
        } else {
            self.q(&bytes)
        };
        let count = text.chars().count();
        let longest = LONGEST.saturating_sub(self.label.len());
        if encoded.len() > longest && count > 1 {
            let middle = text.char_indices().nth(count / 2).map_or(0, |(at, _)| at);
            let (first, second) = text.split_at(middle);
            self.add(first, out)?;
            return self.add(second, out);
        }
        let kind = if self.base64 { 'B' } else { 'Q' };
        out.push(format!("=?{}?{kind}?{encoded}?=", self.label));
        Ok(())
    }

    fn q(&self, bytes: &[u8]) -> String {
        let mut out = String::new();
        for byte in bytes {
            let c = char::from(*byte);
            if c == ' ' {
                out.push('_');
            } else if c.is_ascii_graphic() && !self.special.contains(c) {
                out.push(c);
            } else {
                out.push('=');
                out.push_str(&hex_pair(*byte));
            }
        }
        out
    }
}
