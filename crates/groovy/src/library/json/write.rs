//! Writes values as JSON, as `JsonOutput` does.

use std::fmt::Write;

use crate::class::ClassRef;
use crate::library::date;
use crate::library::string::CHAR_SEQUENCE;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

use super::delegate;
use super::parse::DEPTH;
use super::unescaped::Unescaped;

/// The JSON of a value.
pub(super) fn to_json(vm: &mut Vm, value: &Value) -> Result<String> {
    let mut writer = Writer {
        out: String::new(),
        depth: 0,
    };
    writer.value(vm, value)?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    depth: u32,
}

impl Writer {
    fn value(&mut self, vm: &mut Vm, value: &Value) -> Result<()> {
        vm.step(1)?;
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(yes) => self.out.push_str(if *yes { "true" } else { "false" }),
            Value::Str(text) => self.string(vm, text)?,
            Value::Byte(_) | Value::Short(_) | Value::Int(_) | Value::Long(_) => {
                self.integer(value);
            }
            Value::Float(number) => self.float(vm, value, f64::from(*number))?,
            Value::Double(number) => self.float(vm, value, *number)?,
            Value::BigInteger(_) | Value::Decimal(_) => {
                let text = vm.text(value)?;
                self.out.push_str(&text);
            }
            Value::Char(_) | Value::GString(_) => {
                let text = vm.text(value)?;
                self.string(vm, &text)?;
            }
            Value::List(list) => {
                self.open('[')?;
                let mut at = 0;
                while let Some(item) = list.get(at) {
                    self.item(vm, at, &item)?;
                    at += 1;
                }
                self.close(']');
            }
            Value::Map(map) => self.object(vm, &map.to_vec())?,
            Value::Closure(closure) => {
                let content = delegate::content(vm, closure, &[])?;
                self.object(vm, &content.to_vec())?;
            }
            Value::Set(_) | Value::Range(_) | Value::Bytes(_) => {
                let items = vm.items(value)?;
                self.array(vm, &items)?;
            }
            Value::Class(_) => self.properties(vm, value)?,
            Value::Object(_) => self.any(vm, value)?,
        }
        Ok(())
    }

    fn integer(&mut self, value: &Value) {
        let number = match value {
            Value::Byte(n) => i64::from(*n),
            Value::Short(n) => i64::from(*n),
            Value::Int(n) => i64::from(*n),
            Value::Long(n) => *n,
            _ => return,
        };
        write!(self.out, "{number}").expect("invariant: a string takes all text");
    }

    fn float(&mut self, vm: &mut Vm, value: &Value, number: f64) -> Result<()> {
        let text = vm.text(value)?;
        let what = if number.is_nan() {
            "NaN"
        } else if number.is_infinite() {
            "infinite"
        } else {
            self.out.push_str(&text);
            return Ok(());
        };
        let message =
            format!("Number {text} can't be serialized as JSON: {what} are not allowed in JSON.");
        Err(throw("groovy.json.JsonException", message))
    }

    fn string(&mut self, vm: &mut Vm, text: &Str) -> Result<()> {
        vm.step(text.len() as u64 / 64)?;
        vm.reserve(self.out.len())?;
        quote(&mut self.out, text);
        Ok(())
    }

    fn open(&mut self, bracket: char) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(throw_bare("StackOverflowError"));
        }
        self.out.push(bracket);
        Ok(())
    }

    fn close(&mut self, bracket: char) {
        self.depth -= 1;
        self.out.push(bracket);
    }

    fn item(&mut self, vm: &mut Vm, at: usize, item: &Value) -> Result<()> {
        if at > 0 {
            self.out.push(',');
        }
        self.value(vm, item)
    }

    fn array(&mut self, vm: &mut Vm, items: &[Value]) -> Result<()> {
        self.open('[')?;
        for (at, item) in items.iter().enumerate() {
            self.item(vm, at, item)?;
        }
        self.close(']');
        Ok(())
    }

    fn object(&mut self, vm: &mut Vm, entries: &[(Value, Value)]) -> Result<()> {
        self.open('{')?;
        for (at, (key, value)) in entries.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            match key {
                Value::Str(key) => self.string(vm, key)?,
                Value::Null => {
                    let message = "Maps with null keys can't be converted to JSON";
                    return Err(throw("IllegalArgumentException", message));
                }
                key => {
                    let key = vm.to_string(key)?;
                    self.string(vm, &key)?;
                }
            }
            self.out.push(':');
            self.value(vm, value)?;
        }
        self.close('}');
        Ok(())
    }

    /// An object of the library, the host or a class of the script.
    fn any(&mut self, vm: &mut Vm, value: &Value) -> Result<()> {
        if let Some(unescaped) = value.downcast::<Unescaped>() {
            self.out.push_str(&unescaped.text);
            return Ok(());
        }
        if let Some(millis) = date::millis(value) {
            let text = date::print(millis, "yyyy-MM-dd'T'HH:mm:ssZ", &date::Zone::utc())?;
            quote(&mut self.out, &text);
            return Ok(());
        }
        let class = value.class();
        if class.is_a(&ClassRef::Native(&CHAR_SEQUENCE)) || is_text(&class.name()) {
            let text = vm.text(value)?;
            return self.string(vm, &text);
        }
        let table = vm.table(value);
        if table.method("ordinal").is_some() || is_a(&class, "java.lang.Enum") {
            let name = vm.invoke(value, "name", &[])?;
            return self.value(vm, &name);
        }
        let Value::Object(object) = value else {
            return Ok(());
        };
        if table.method("hasNext").is_some() {
            return self.iterator(vm, value);
        }
        match object.items(vm, value)? {
            Some(items) => self.array(vm, &items),
            None => self.properties(vm, value),
        }
    }

    /// What an iterator has left.
    fn iterator(&mut self, vm: &mut Vm, value: &Value) -> Result<()> {
        self.open('[')?;
        let mut at = 0;
        loop {
            let more = vm.invoke(value, "hasNext", &[])?;
            if !vm.truth(&more)? {
                break;
            }
            let item = vm.invoke(value, "next", &[])?;
            self.item(vm, at, &item)?;
            at += 1;
        }
        self.close(']');
        Ok(())
    }

    /// Everything that can be read from an object.
    fn properties(&mut self, vm: &mut Vm, value: &Value) -> Result<()> {
        let readable = vm.table(value).method("getProperties").is_some();
        let readable = readable || matches!(value.class(), ClassRef::Script(_));
        let properties = if readable {
            vm.get(value, "properties")?
        } else {
            Value::Null
        };
        let Value::Map(properties) = properties else {
            self.out.push_str("{}");
            return Ok(());
        };
        let mut entries = properties.to_vec();
        let named = |key: &Value, name| matches!(key, Value::Str(key) if key.as_str() == name);
        entries.retain(|(key, _)| !named(key, "class") && !named(key, "declaringClass"));
        self.object(vm, &entries)
    }
}

/// Whether objects of a class are written as their text.
fn is_text(class: &str) -> bool {
    matches!(class, "java.util.UUID" | "java.net.URL")
}

/// Whether a class is one of this name or below it.
fn is_a(class: &ClassRef, name: &str) -> bool {
    match class {
        ClassRef::Native(class) => {
            let above = |class: &&'static crate::class::Class| is_a(&ClassRef::Native(class), name);
            class.name == name || class.supers.iter().any(above)
        }
        ClassRef::Script(class) => class.supers().iter().any(|above| is_a(above, name)),
        ClassRef::Primitive(_) | ClassRef::Array(_) => false,
    }
}

/// Appends a string in quotes, ASCII only.
pub(super) fn quote(out: &mut String, text: &str) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut plain = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if is_plain(*byte) {
            at += 1;
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or_default());
        let special = text.get(at..).and_then(|rest| rest.chars().next());
        let special = special.unwrap_or(char::REPLACEMENT_CHARACTER);
        escape(out, special);
        at += special.len_utf8();
        plain = at;
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

fn escape(out: &mut String, c: char) {
    let short = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        other => {
            for unit in other.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("invariant: a string takes all text");
            }
            return;
        }
    };
    out.push_str(short);
}
