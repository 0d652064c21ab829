//! `java.net.URLEncoder` and `URLDecoder`.

use std::fmt::Write;

use crate::class::Class;
use crate::library::args;
use crate::library::string::encoding;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.net.URLEncoder`
pub(super) static URL_ENCODER: Class =
    Class::new("java.net.URLEncoder").statics(&[("encode", encode)]);

/// `java.net.URLDecoder`
pub(super) static URL_DECODER: Class =
    Class::new("java.net.URLDecoder").statics(&[("decode", decode)]);

fn text_and_charset(vm: &mut Vm, args: &[Value]) -> Result<(Str, Str)> {
    let (text, charset) = match args {
        [Value::Null, ..] => return Err(throw_bare("java.lang.NullPointerException")),
        [text] => (text, "UTF-8".into()),
        [text, charset] => (text, encoding::name(vm, charset)?),
        _ => return Err(Thrown::mismatch()),
    };
    let text = args::text(vm, text)?;
    vm.step(1 + text.len() as u64 / 16)?;
    vm.reserve(text.len().saturating_mul(4))?;
    Ok((text, charset))
}

fn encode(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (text, charset) = text_and_charset(vm, args)?;
    let mut out = String::with_capacity(text.len());
    let mut buffer = [0; 4];
    // An unknown charset is refused also when no character needs it.
    encoding::encode("", &charset)?;
    for c in text.chars() {
        match c {
            ' ' => out.push('+'),
            c if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '*' | '_') => out.push(c),
            c => {
                for byte in encoding::encode(c.encode_utf8(&mut buffer), &charset)? {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "%{byte:02X}");
                }
            }
        }
    }
    Ok(Value::text(out))
}

fn decode(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (text, charset) = text_and_charset(vm, args)?;
    let bad = |message: String| throw("java.lang.IllegalArgumentException", message);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        match c {
            '+' => out.push(' '),
            '%' => {
                let mut bytes = Vec::new();
                while rest.starts_with('%') {
                    let pair = rest.get(1..3).ok_or_else(|| {
                        bad("URLDecoder: Incomplete trailing escape (%) pattern".to_owned())
                    })?;
                    let byte = u8::from_str_radix(pair, 16).map_err(|_| {
                        bad(format!(
                            "URLDecoder: Illegal hex characters in escape (%) pattern - \
                             For input string: \"{pair}\""
                        ))
                    })?;
                    bytes.push(byte);
                    rest = rest.get(3..).unwrap_or_default();
                }
                out.push_str(&encoding::decode(&bytes, &charset)?);
                continue;
            }
            c => out.push(c),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    Ok(Value::text(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shown, vm};

    #[test]
    fn text_is_escaped_as_in_forms() {
        let mut vm = vm();
        for (text, charset, expected) in [
            ("a b&c/ä*~'", "UTF-8", "a+b%26c%2F%C3%A4*%7E%27"),
            ("-_.!()€😀", "UTF-8", "-_.%21%28%29%E2%82%AC%F0%9F%98%80"),
            ("ä", "ISO-8859-1", "%E4"),
        ] {
            let both = [Value::text(text), Value::text(charset)];
            let result = encode(&mut vm, &both);
            assert_eq!(shown(&mut vm, result), format!("String {expected}"));
            let back = decode(&mut vm, &[Value::text(expected), Value::text(charset)]);
            assert_eq!(shown(&mut vm, back), format!("String {text}"));
        }
        let result = decode(&mut vm, &[Value::text("a%2"), Value::text("UTF-8")]);
        assert_eq!(
            shown(&mut vm, result),
            "!IllegalArgumentException URLDecoder: Incomplete trailing escape (%) pattern"
        );
    }
}
