//! `java.util.Scanner` over a text, a reader or a stream.

use std::cell::Cell;

use super::lines;
use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

struct Scanner {
    text: Str,
    at: Cell<usize>,
    /// `useDelimiter("\\A")`, a way to read everything.
    whole: Cell<bool>,
}

impl Object for Scanner {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&SCANNER)
    }
}

impl Scanner {
    fn rest(&self) -> &str {
        self.text.get(self.at.get()..).unwrap_or_default()
    }

    /// The next word, and where it ends.
    fn word(&self) -> Option<(&str, usize)> {
        let rest = self.rest();
        if self.whole.get() {
            return (!rest.is_empty()).then_some((rest, self.text.len()));
        }
        let trimmed = rest.trim_start();
        let start = self.at.get() + (rest.len() - trimmed.len());
        let end = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
        let word = trimmed.get(..end).filter(|word| !word.is_empty())?;
        Some((word, start + end))
    }

    fn next(&self) -> Result<&str> {
        let (word, end) = self
            .word()
            .ok_or_else(|| throw_bare("java.util.NoSuchElementException"))?;
        self.at.set(end);
        Ok(word)
    }

    fn number<T: std::str::FromStr>(&self) -> Result<T> {
        let (word, end) = self
            .word()
            .ok_or_else(|| throw_bare("java.util.NoSuchElementException"))?;
        let number = word.parse().map_err(|_| {
            throw(
                "java.util.InputMismatchException",
                format!("For input string: \"{word}\""),
            )
        })?;
        self.at.set(end);
        Ok(number)
    }
}

/// `java.util.Scanner`
pub(super) static SCANNER: Class = Class::new("java.util.Scanner")
    .constructor(|vm, args| {
        let text = match args {
            [text @ (Value::Str(_) | Value::GString(_))] => vm.text(text)?,
            [source @ Value::Object(_), charset @ ..] => {
                let text = vm.invoke(source, "getText", charset)?;
                vm.text(&text)?
            }
            _ => return Err(Thrown::mismatch()),
        };
        Ok(Value::object(Scanner {
            text,
            at: Cell::new(0),
            whole: Cell::new(false),
        }))
    })
    .methods(&[
        ("close", |_, _, _| Ok(Value::Null)),
        ("hasNext", |_, this, _| {
            Ok(Value::Bool(scanner(this)?.word().is_some()))
        }),
        ("hasNextInt", |_, this, _| {
            let word = scanner(this)?.word();
            Ok(Value::Bool(
                word.is_some_and(|(word, _)| word.parse::<i32>().is_ok()),
            ))
        }),
        ("hasNextLine", |_, this, _| {
            Ok(Value::Bool(!scanner(this)?.rest().is_empty()))
        }),
        ("next", |_, this, _| scanner(this)?.next().map(Value::text)),
        ("nextDouble", |_, this, _| {
            scanner(this)?.number().map(Value::Double)
        }),
        ("nextInt", |_, this, _| {
            scanner(this)?.number().map(Value::Int)
        }),
        ("nextLine", next_line),
        ("nextLong", |_, this, _| {
            scanner(this)?.number().map(Value::Long)
        }),
        ("useDelimiter", use_delimiter),
    ]);

fn scanner(this: &Value) -> Result<&Scanner> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn next_line(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let scanner = scanner(this)?;
    let Some((line, taken)) = lines::first(scanner.rest()) else {
        return Err(throw("java.util.NoSuchElementException", "No line found"));
    };
    vm.step(1 + line.len() as u64 / 64)?;
    let line = Value::text(line);
    scanner.at.set(scanner.at.get() + taken);
    Ok(line)
}

/// Only the beginning of the text is known as a delimiter, with which everything is one word.
fn use_delimiter(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [delimiter] = args else {
        return Err(Thrown::mismatch());
    };
    let delimiter = vm.text(delimiter)?;
    if !matches!(delimiter.as_str(), "\\A" | "\\Z") {
        return Err(throw(
            "java.lang.UnsupportedOperationException",
            "Scanner splits at white space only; split the text with a pattern instead",
        ));
    }
    scanner(this)?.whole.set(true);
    Ok(this.clone())
}
