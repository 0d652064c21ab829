//! Writes JSON as `org.json` does.

use crate::library::enumeration::Constant;
use crate::ops::number::is_number;
use crate::text::Str;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

use super::{JsonArray, JsonObject, is_null, number, unless_thrown, wrap};

/// `toString()`; `null` where writing fails.
pub(super) fn shown(vm: &mut Vm, value: &Value) -> Result<Str> {
    let text = text(vm, value, 0);
    Ok(unless_thrown(text)?.unwrap_or_else(|| "null".into()))
}

/// A value as JSON, with so many spaces for every level.
pub(super) fn text(vm: &mut Vm, value: &Value, step: usize) -> Result<Str> {
    let mut writer = Writer {
        out: String::new(),
        step,
    };
    writer.value(vm, value, 0)?;
    Ok(writer.out.into())
}

/// `JSONObject.quote`
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(&mut out, text);
    out
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut before = '\0';
    for c in text.chars() {
        match c {
            '\\' | '"' => out.extend(['\\', c]),
            '/' if before == '<' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..' ' | '\u{80}'..'\u{a0}' | '\u{2000}'..'\u{2100}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => out.push(c),
        }
        before = c;
    }
    out.push('"');
}

struct Writer {
    out: String,
    step: usize,
}

impl Writer {
    fn value(&mut self, vm: &mut Vm, value: &Value, indent: usize) -> Result<()> {
        vm.reserve(self.out.len())?;
        if is_null(value) {
            self.out.push_str("null");
        } else if let Some(JsonObject(map)) = value.downcast() {
            let entries = map.to_vec();
            vm.deeper(|vm| self.object(vm, &entries, indent))?;
        } else if let Some(JsonArray(list)) = value.downcast() {
            let items = list.to_vec();
            vm.deeper(|vm| self.array(vm, &items, indent))?;
        } else {
            self.plain(vm, value, indent)?;
        }
        Ok(())
    }

    fn plain(&mut self, vm: &mut Vm, value: &Value, indent: usize) -> Result<()> {
        match value {
            Value::List(_) | Value::Set(_) | Value::Range(_) | Value::Bytes(_) | Value::Map(_) => {
                let wrapped = wrap(vm, value, 0)?;
                return vm.deeper(|vm| self.value(vm, &wrapped, indent));
            }
            _ => {}
        }
        let text = match value.downcast::<Constant>() {
            Some(constant) => constant.name.into(),
            None => vm.to_string(value)?,
        };
        vm.step(text.len() as u64 / 64 + 1)?;
        vm.reserve(text.len().saturating_mul(2))?;
        if let Value::Bool(_) = value {
            self.out.push_str(&text);
            return Ok(());
        }
        if is_number(value) {
            super::finite(value)?;
            let short = number::shortened(&text);
            if number::is_json(short) {
                self.out.push_str(short);
                return Ok(());
            }
        }
        quote(&mut self.out, &text);
        Ok(())
    }

    fn object(&mut self, vm: &mut Vm, entries: &[(Value, Value)], indent: usize) -> Result<()> {
        self.out.push('{');
        let inner = self.inner(entries.len(), indent);
        for (index, (key, value)) in entries.iter().enumerate() {
            self.begin(vm, entries.len(), index, inner)?;
            let key = vm.to_string(key)?;
            quote(&mut self.out, &key);
            self.out.push(':');
            if self.step > 0 {
                self.out.push(' ');
            }
            self.value(vm, value, inner)?;
        }
        self.end(vm, entries.len(), indent)?;
        self.out.push('}');
        Ok(())
    }

    fn array(&mut self, vm: &mut Vm, items: &[Value], indent: usize) -> Result<()> {
        self.out.push('[');
        let inner = self.inner(items.len(), indent);
        for (index, item) in items.iter().enumerate() {
            self.begin(vm, items.len(), index, inner)?;
            self.value(vm, item, inner)?;
        }
        self.end(vm, items.len(), indent)?;
        self.out.push(']');
        Ok(())
    }

    /// A single item stands beside its bracket.
    fn inner(&self, len: usize, indent: usize) -> usize {
        match len {
            1 => indent,
            _ => indent.saturating_add(self.step),
        }
    }

    fn begin(&mut self, vm: &mut Vm, len: usize, index: usize, indent: usize) -> Result<()> {
        if index > 0 {
            self.out.push(',');
        }
        match len {
            1 => Ok(()),
            _ => self.line(vm, indent),
        }
    }

    fn end(&mut self, vm: &mut Vm, len: usize, indent: usize) -> Result<()> {
        match len {
            0 | 1 => Ok(()),
            _ => self.line(vm, indent),
        }
    }

    fn line(&mut self, vm: &mut Vm, indent: usize) -> Result<()> {
        if self.step == 0 {
            return Ok(());
        }
        vm.step(indent as u64 / 64)?;
        vm.reserve(self.out.len().saturating_add(indent))?;
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        Ok(())
    }
}
