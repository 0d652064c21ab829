//! `java.nio.charset.Charset` and `StandardCharsets`.

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::library::object::COMPARABLE;
use crate::library::string::encoding;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A charset, by the name Java gives it.
struct Charset(Str);

impl Object for Charset {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&CHARSET)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.0.clone()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other
            .downcast::<Self>()
            .is_some_and(|other| other.0 == self.0))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        other.is_some_and(|other| other.0 == self.0)
    }

    fn hash(&self) -> Option<i32> {
        Some(self.0.java_hash())
    }
}

/// `java.nio.charset.Charset`
pub(super) static CHARSET: Class = Class::new("java.nio.charset.Charset")
    .extends(&[&COMPARABLE])
    .statics(&[
        ("defaultCharset", |_, _| Ok(charset("UTF-8"))),
        ("forName", for_name),
        ("isSupported", |vm, args| match args {
            [name] => {
                let name = args::text(vm, name)?;
                Ok(Value::Bool(encoding::encode("", &name).is_ok()))
            }
            _ => Err(Thrown::mismatch()),
        }),
    ])
    .methods(&[
        ("canEncode", |_, _, _| Ok(Value::Bool(true))),
        ("displayName", name),
        ("name", name),
        ("toString", name),
    ]);

/// `java.nio.charset.StandardCharsets`
pub(super) static STANDARD_CHARSETS: Class = Class::new("java.nio.charset.StandardCharsets")
    .constants(&[
        ("ISO_8859_1", || charset("ISO-8859-1")),
        ("US_ASCII", || charset("US-ASCII")),
        ("UTF_16", || charset("UTF-16")),
        ("UTF_16BE", || charset("UTF-16BE")),
        ("UTF_16LE", || charset("UTF-16LE")),
        ("UTF_8", || charset("UTF-8")),
    ]);

fn charset(name: &str) -> Value {
    Value::object(Charset(name.into()))
}

fn name(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let charset: &Charset = this.downcast().ok_or_else(Thrown::mismatch)?;
    Ok(Value::Str(charset.0.clone()))
}

fn for_name(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [name] = args else {
        return Err(Thrown::mismatch());
    };
    let name = args::text(vm, name)?;
    if encoding::encode("", &name).is_err() {
        return Err(throw("java.nio.charset.UnsupportedCharsetException", name));
    }
    let upper = name.to_ascii_uppercase();
    Ok(charset(match upper.as_str() {
        "UTF8" | "UTF-8" => "UTF-8",
        "LATIN1" | "ISO8859_1" | "ISO8859-1" | "ISO_8859-1" | "8859_1" => "ISO-8859-1",
        "ASCII" | "ISO646-US" => "US-ASCII",
        "UTF16" => "UTF-16",
        "CP1252" => "windows-1252",
        windows if windows.starts_with("WINDOWS-") => {
            return Ok(charset(&windows.to_ascii_lowercase()));
        }
        other => other,
    }))
}
