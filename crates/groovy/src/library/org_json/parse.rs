//! Reads JSON as leniently as `org.json`: words without quotes, single quotes, `;` between
//! entries, and anything behind the value.

use std::rc::Rc;

use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::{array_of, json_exception, null, number, object_of, table};

/// How deep values may be nested.
const DEPTH: u32 = 1_000;

/// The object that a text begins with.
pub(super) fn object(vm: &mut Vm, text: &str) -> Result<Value> {
    Parser::new(vm, text)?.object()
}

/// The array that a text begins with.
pub(super) fn array(vm: &mut Vm, text: &str) -> Result<Value> {
    Parser::new(vm, text)?.array()
}

struct Parser<'a> {
    vm: &'a mut Vm,
    units: Vec<u16>,
    /// Units read.
    at: usize,
    depth: u32,
}

/// The end of the text, where a character is asked for.
const END: char = '\0';

impl<'a> Parser<'a> {
    fn new(vm: &'a mut Vm, text: &str) -> Result<Self> {
        vm.step(text.len() as u64 / 16)?;
        vm.reserve(text.len().saturating_mul(3))?;
        Ok(Self {
            vm,
            units: text.encode_utf16().collect(),
            at: 0,
            depth: 0,
        })
    }

    /// The next unit; all that has no meaning in JSON is a letter here.
    fn next(&mut self) -> char {
        match self.unit() {
            Some(unit) => char::from_u32(u32::from(unit)).unwrap_or('\u{fffd}'),
            None => END,
        }
    }

    fn unit(&mut self) -> Option<u16> {
        let unit = self.units.get(self.at).copied().filter(|unit| *unit != 0)?;
        self.at += 1;
        Some(unit)
    }

    fn back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    fn next_clean(&mut self) -> char {
        loop {
            let c = self.next();
            if c == END || c > ' ' {
                return c;
            }
        }
    }

    fn value(&mut self) -> Result<Value> {
        self.vm.step(1)?;
        let nested = match self.next_clean() {
            '{' => Self::object,
            '[' => Self::array,
            other => return self.simple(other),
        };
        self.back();
        if self.depth >= DEPTH {
            let message = "JSON Array or Object depth too large to process.";
            return Err(json_exception(message));
        }
        self.depth += 1;
        let value = nested(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value> {
        let map = table(16);
        if self.next_clean() != '{' {
            return Err(self.complain("A JSONObject text must begin with '{'"));
        }
        loop {
            let key = match self.next_clean() {
                END => return Err(self.complain("A JSONObject text must end with '}'")),
                '}' => break,
                other => self.simple(other)?,
            };
            let key = self.vm.to_string(&key)?;
            if self.next_clean() != ':' {
                return Err(self.complain("Expected a ':' after a key"));
            }
            if map.get_str(&key).is_some() {
                return Err(self.complain(&format!("Duplicate key \"{key}\"")));
            }
            let value = self.value()?;
            self.vm.reserve(0)?;
            map.put(Value::Str(key), value);
            match self.next_clean() {
                '}' => break,
                ';' => {}
                ',' => match self.next_clean() {
                    '}' => break,
                    END => return Err(self.complain("A JSONObject text must end with '}'")),
                    _ => self.back(),
                },
                _ => return Err(self.complain("Expected a ',' or '}'")),
            }
        }
        Ok(object_of(Rc::clone(&map)))
    }

    fn array(&mut self) -> Result<Value> {
        const EXPECTED: &str = "Expected a ',' or ']'";
        if self.next_clean() != '[' {
            return Err(self.complain("A JSONArray text must start with '['"));
        }
        let mut items = Vec::new();
        loop {
            // A value, or the place of one that was left out.
            match self.next_clean() {
                END => return Err(self.complain(EXPECTED)),
                ']' => break,
                ',' => {
                    self.back();
                    items.push(null());
                }
                _ => {
                    self.back();
                    items.push(self.value()?);
                }
            }
            self.vm.reserve(items.len() * size_of::<Value>())?;
            match self.next_clean() {
                ',' => {}
                ']' => break,
                _ => return Err(self.complain(EXPECTED)),
            }
        }
        Ok(array_of(items))
    }

    /// A string, or a word that ends where JSON goes on.
    fn simple(&mut self, first: char) -> Result<Value> {
        if matches!(first, '"' | '\'') {
            return self.string(first);
        }
        let mut start = self.at;
        let mut c = first;
        if c != END {
            start = start.saturating_sub(1);
        }
        while c >= ' ' && !",:]}/\\\"[{;=#".contains(c) {
            c = self.next();
        }
        if c != END {
            self.back();
        }
        let word = self.text(start, self.at);
        let word = word.trim_matches(|c: char| c <= ' ');
        if word.is_empty() {
            return Err(self.complain("Missing value"));
        }
        self.vm.step(word.len() as u64 / 64)?;
        number::meaning(word)
    }

    fn text(&self, from: usize, to: usize) -> String {
        String::from_utf16_lossy(self.units.get(from..to).unwrap_or_default())
    }

    fn string(&mut self, quote: char) -> Result<Value> {
        let mut units = Vec::new();
        loop {
            match self.next() {
                c @ (END | '\n' | '\r') => {
                    return Err(self.complain(&format!(
                        "Unterminated string. Character with int code {} is not allowed within \
                         a quoted string.",
                        u32::from(c)
                    )));
                }
                '\\' => units.push(self.escape()?),
                c if c == quote => break,
                _ => units.extend(self.units.get(self.at - 1)),
            }
        }
        self.vm.step(units.len() as u64 / 64)?;
        Ok(Value::text(String::from_utf16_lossy(&units)))
    }

    /// The unit that an escape stands for.
    fn escape(&mut self) -> Result<u16> {
        Ok(match self.next() {
            'b' => 8,
            't' => 9,
            'n' => 10,
            'f' => 12,
            'r' => 13,
            'u' => return self.code(),
            c @ ('"' | '\'' | '\\' | '/') => u16::try_from(u32::from(c)).unwrap_or_default(),
            c => {
                let message = format!("Illegal escape. Escape sequence  \\{c} is not valid.");
                return Err(self.complain(&message));
            }
        })
    }

    fn code(&mut self) -> Result<u16> {
        let start = self.at;
        for _ in 0..4 {
            if self.next() == END {
                return Err(self.complain("Substring bounds error"));
            }
        }
        let digits = self.text(start, self.at);
        u16::from_str_radix(&digits, 16).map_err(|_| {
            self.complain(&format!(
                "Illegal escape. \\u must be followed by a 4 digit hexadecimal number. \
                 \\{digits} is not valid."
            ))
        })
    }

    /// An exception with the place where reading stopped.
    fn complain(&self, message: &str) -> Thrown {
        let (mut character, mut line) = (1_u64, 1_u64);
        let mut before = 0;
        for unit in self.units.get(..self.at).unwrap_or_default() {
            match unit {
                13 => (line, character) = (line + 1, 0),
                10 if before == 13 => character = 0,
                10 => (line, character) = (line + 1, 0),
                _ => character += 1,
            }
            before = *unit;
        }
        json_exception(format!(
            "{message} at {} [character {character} line {line}]",
            self.at
        ))
    }
}
