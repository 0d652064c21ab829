//! Base64, of `java.util`, commons-codec and Groovy.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::library::string::encoding;
use crate::object::Object;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Base64 in one line.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Base64 in lines of 76 characters, each but the last with this end.
pub(crate) fn in_lines(text: &str, end: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / 38 + 2);
    for (at, c) in text.chars().enumerate() {
        if at > 0 && at % 76 == 0 {
            lines.push_str(end);
        }
        lines.push(c);
    }
    lines
}

/// Decodes what is left when all but letters of the alphabet is taken out, up to the padding.
pub(crate) fn decode_lenient(text: &[u8]) -> Vec<u8> {
    let mut letters: Vec<u8> = text
        .iter()
        .map(|letter| match letter {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/'))
        .collect();
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    // Nothing but letters of the alphabet is left, in a number that can be decoded.
    STANDARD.decode(letters).unwrap_or_default()
}

/// `text.decodeBase64()` of Groovy
pub(crate) fn decode_groovy(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if !args.is_empty() {
        return Err(Thrown::mismatch());
    }
    let text = args::text(vm, this)?;
    count(vm, text.len())?;
    let fits = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') || byte <= b' '
    };
    if !text.bytes().all(fits) {
        return Err(throw(
            "java.lang.RuntimeException",
            "bad character in base64 value",
        ));
    }
    let end = text.find('=').unwrap_or(text.len());
    let letters = text.as_bytes().get(..end).unwrap_or_default();
    Ok(Value::bytes(decode_lenient(letters)))
}

fn count(vm: &mut Vm, len: usize) -> Result<()> {
    vm.step(1 + len as u64 / 64)?;
    vm.reserve(len.saturating_mul(2))
}

/// An encoder or decoder of `java.util.Base64`.
struct Coder {
    class: &'static Class,
    url: bool,
    mime: bool,
    padding: bool,
}

impl Object for Coder {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }
}

fn coder(class: &'static Class, url: bool, mime: bool) -> Value {
    Value::object(Coder {
        class,
        url,
        mime,
        padding: true,
    })
}

/// `java.util.Base64`
pub(super) static BASE64: Class = Class::new("java.util.Base64").statics(&[
    ("getDecoder", |_, _| Ok(coder(&DECODER, false, false))),
    ("getEncoder", |_, _| Ok(coder(&ENCODER, false, false))),
    ("getMimeDecoder", |_, _| Ok(coder(&DECODER, false, true))),
    ("getMimeEncoder", |_, _| Ok(coder(&ENCODER, false, true))),
    ("getUrlDecoder", |_, _| Ok(coder(&DECODER, true, false))),
    ("getUrlEncoder", |_, _| Ok(coder(&ENCODER, true, false))),
]);

/// `java.util.Base64$Encoder`
pub(super) static ENCODER: Class = Class::new("java.util.Base64$Encoder").methods(&[
    ("encode", |vm, this, args| {
        Ok(Value::bytes(encoded(vm, this, args)?.into_bytes()))
    }),
    ("encodeToString", |vm, this, args| {
        encoded(vm, this, args).map(Value::text)
    }),
    ("withoutPadding", |_, this, _| {
        let it = of(this)?;
        Ok(Value::object(Coder {
            padding: false,
            ..*it
        }))
    }),
]);

/// `java.util.Base64$Decoder`
pub(super) static DECODER: Class =
    Class::new("java.util.Base64$Decoder").methods(&[("decode", decode)]);

fn of(this: &Value) -> Result<&Coder> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn encoded(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<String> {
    let (coder, [Value::Bytes(bytes)]) = (of(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let bytes = bytes.borrow();
    count(vm, bytes.len())?;
    let mut text = if coder.url {
        URL_SAFE.encode(&*bytes)
    } else {
        encode(&bytes)
    };
    if !coder.padding {
        text.truncate(text.trim_end_matches('=').len());
    }
    Ok(if coder.mime {
        in_lines(&text, "\r\n")
    } else {
        text
    })
}

fn decode(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (coder, [from]) = (of(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let bytes = match from {
        Value::Bytes(bytes) => bytes.borrow().clone(),
        text => encoding::encode(&args::text(vm, text)?, "ISO-8859-1")?,
    };
    count(vm, bytes.len())?;
    if coder.mime {
        let end = bytes
            .iter()
            .position(|byte| *byte == b'=')
            .unwrap_or(bytes.len());
        return Ok(Value::bytes(decode_lenient(
            bytes.get(..end).unwrap_or_default(),
        )));
    }
    check(&bytes, coder.url)
        .map_err(|message| throw("java.lang.IllegalArgumentException", message))?;
    Ok(Value::bytes(decode_lenient(&bytes)))
}

/// What Java says about Base64 that is none.
fn check(bytes: &[u8], url: bool) -> std::result::Result<(), String> {
    let letter = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!((byte, url), (b'+' | b'/', false) | (b'-' | b'_', true))
    };
    let mut letters = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'=' {
            let short = match letters % 4 {
                2 => bytes.get(at + 1) != Some(&b'='),
                rest => rest != 3,
            };
            if short {
                return Err("Input byte array has wrong 4-byte ending unit".to_owned());
            }
            let end = at + 4 - letters % 4;
            if end < bytes.len() {
                return Err(format!(
                    "Input byte array has incorrect ending byte at {end}"
                ));
            }
            return Ok(());
        }
        if !letter(*byte) {
            return Err(format!("Illegal base64 character {byte:x}"));
        }
        letters += 1;
    }
    match (letters % 4, letters) {
        (1, 1) => Err("Input byte[] should at least have 2 bytes for base64 bytes".to_owned()),
        (1, _) => Err("Last unit does not have enough valid bits".to_owned()),
        _ => Ok(()),
    }
}

/// `org.apache.commons.codec.binary.Base64`
pub(super) static COMMONS_BASE64: Class = Class::new("org.apache.commons.codec.binary.Base64")
    .statics(&[
        ("decodeBase64", commons_decode),
        ("encodeBase64", |vm, args| {
            Ok(Value::bytes(commons_encode(vm, args, false)?.into_bytes()))
        }),
        ("encodeBase64String", |vm, args| {
            commons_encode(vm, args, false).map(Value::text)
        }),
        ("encodeBase64URLSafeString", |vm, args| {
            commons_encode(vm, args, true).map(Value::text)
        }),
        ("isBase64", |vm, args| match args {
            [text] => {
                let text = args::text(vm, text)?;
                let fits = |b: u8| {
                    b.is_ascii_alphanumeric() || b"+/-_=".contains(&b) || b.is_ascii_whitespace()
                };
                Ok(Value::Bool(text.bytes().all(fits)))
            }
            _ => Err(Thrown::mismatch()),
        }),
    ])
    .constructor(|_, _| Ok(coder(&COMMONS_BASE64, false, false)))
    .methods(&[
        ("decode", |vm, _, args| commons_decode(vm, args)),
        ("encode", |vm, _, args| {
            Ok(Value::bytes(commons_encode(vm, args, false)?.into_bytes()))
        }),
        ("encodeToString", |vm, _, args| {
            commons_encode(vm, args, false).map(Value::text)
        }),
    ]);

fn commons_decode(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let bytes = match args {
        [Value::Bytes(bytes)] => bytes.borrow().clone(),
        [text] => args::text(vm, text)?.as_bytes().to_vec(),
        _ => return Err(Thrown::mismatch()),
    };
    count(vm, bytes.len())?;
    let end = bytes
        .iter()
        .position(|byte| *byte == b'=')
        .unwrap_or(bytes.len());
    Ok(Value::bytes(decode_lenient(
        bytes.get(..end).unwrap_or_default(),
    )))
}

fn commons_encode(vm: &mut Vm, args: &[Value], url: bool) -> Result<String> {
    let [Value::Bytes(bytes), ..] = args else {
        return Err(Thrown::mismatch());
    };
    let bytes = bytes.borrow();
    count(vm, bytes.len())?;
    Ok(match (url, args.get(1)) {
        (true, _) => URL_SAFE.encode(&*bytes).trim_end_matches('=').to_owned(),
        (_, Some(Value::Bool(true))) => {
            let mut lines = in_lines(&encode(&bytes), "\r\n");
            lines.push_str("\r\n");
            lines
        }
        _ => encode(&bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shown, vm};

    #[test]
    fn java_says_what_is_wrong() {
        for (text, expected) in [
            ("YQ==", None),
            ("YQ", None),
            ("", None),
            ("Y Q==", Some("Illegal base64 character 20")),
            (
                "Y",
                Some("Input byte[] should at least have 2 bytes for base64 bytes"),
            ),
            ("YQ=", Some("Input byte array has wrong 4-byte ending unit")),
            (
                "YQ==YQ==",
                Some("Input byte array has incorrect ending byte at 4"),
            ),
        ] {
            let checked = check(text.as_bytes(), false);
            assert_eq!(checked.err().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn groovy_skips_white_space_and_refuses_the_rest() {
        let mut vm = vm();
        for (text, expected) in [("Y Q==", "a"), ("YQ", "a"), ("YWJj\n", "abc")] {
            let Value::Bytes(bytes) = decode_groovy(&mut vm, &Value::text(text), &[]).unwrap()
            else {
                panic!("no bytes")
            };
            assert_eq!(*bytes.borrow(), expected.as_bytes());
        }
        let result = decode_groovy(&mut vm, &Value::text("Y!Q=="), &[]);
        assert_eq!(
            shown(&mut vm, result),
            "!RuntimeException bad character in base64 value"
        );
    }

    #[test]
    fn long_text_comes_in_lines_of_76() {
        let lines = in_lines(&encode(&[b'x'; 60]), "\r\n");
        assert_eq!(lines.lines().map(str::len).collect::<Vec<_>>(), [76, 4]);
    }
}
