//! Reads JSON into lists and maps, as lenient and as strict as `JsonSlurper`, in one pass.
//!
//! Where Groovy accepts what JSON forbids (a missing closing quote, text behind the value, line
//! breaks in strings, leading zeros), so does this; where it complains, this does with its words.

use crate::map::{Map, MapKind};
use crate::text::{Str, units_of};
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::number;
use super::string;

/// How deep values may be nested.
pub(super) const DEPTH: u32 = 1_000;

const NO_VALUE: &str = "Unable to determine the current character, \
                        it is not a string, number, array, or object";

/// The value that `text` begins with; objects become maps of this kind.
pub(super) fn parse(vm: &mut Vm, text: &str, objects: MapKind) -> Result<Value> {
    vm.reserve(text.len())?;
    let mut parser = Parser {
        vm,
        text,
        at: 0,
        current: 0,
        depth: 0,
        objects,
        keys: vec![None; KEYS],
        spare: Vec::new(),
    };
    parser.value().map_err(|fault| match fault {
        Fault::Thrown(thrown) => thrown,
        Fault::Number(Some(message)) => throw("NumberFormatException", message),
        Fault::Number(None) => throw_bare("NumberFormatException"),
    })
}

/// Slots for keys already seen.
const KEYS: usize = 64;

/// What ends parsing.
pub(super) enum Fault {
    Thrown(Thrown),
    /// A `NumberFormatException`, which an array around it hides.
    Number(Option<String>),
}

impl From<Thrown> for Fault {
    fn from(thrown: Thrown) -> Self {
        Self::Thrown(thrown)
    }
}

type Parsed<T> = std::result::Result<T, Fault>;

struct Parser<'a> {
    vm: &'a mut Vm,
    text: &'a str,
    /// Byte to be read next.
    at: usize,
    /// Byte that decided last; complaints name it, even when more was read since.
    current: usize,
    depth: u32,
    objects: MapKind,
    /// Keys seen, by a hash: objects of one kind repeat theirs.
    keys: Vec<Option<Str>>,
    /// Values of the containers being read, so that each gets its memory in one piece.
    spare: Vec<(Value, Value)>,
}

impl<'a> Parser<'a> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn current(&self) -> u8 {
        self.byte(self.current).unwrap_or(0)
    }

    /// Moves to the next byte that is not white; at the end, to the last one.
    fn skip_white(&mut self) {
        let bytes = self.text.as_bytes();
        if self.at < bytes.len() {
            self.current = self.at;
        }
        if self.current() <= b' ' {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let white = rest.iter().take_while(|byte| **byte <= b' ').count();
            let last = bytes.len().saturating_sub(1);
            self.at = (self.at + white).min(last);
            self.current = self.at;
        }
    }

    fn value(&mut self) -> Parsed<Value> {
        self.vm.step(1)?;
        self.skip_white();
        match self.current() {
            b'"' => Ok(Value::Str(self.string()?)),
            b't' => self.word("true", "true not parsed properly", Value::Bool(true)),
            b'f' => self.word("false", "false not parsed properly", Value::Bool(false)),
            b'n' => self.word("null", "null not parse properly", Value::Null),
            b'[' => self.nested(Self::array),
            b'{' => self.nested(Self::object),
            b'0'..=b'9' | b'-' => {
                let (value, end) = number::parse(self.text, self.at)?;
                self.at = end;
                Ok(value)
            }
            _ => Err(self.complain(NO_VALUE)),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Parsed<Value>) -> Parsed<Value> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(throw_bare("StackOverflowError").into());
        }
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn word(&mut self, word: &str, complaint: &str, value: Value) -> Parsed<Value> {
        if self.at + word.len() <= self.text.len() {
            for byte in word.bytes() {
                if self.byte(self.at) != Some(byte) {
                    return Err(self.complain(complaint));
                }
                self.at += 1;
            }
            return Ok(value);
        }
        Err(self.complain(complaint))
    }

    fn string(&mut self) -> Parsed<Str> {
        let (text, end) = string::read(self.text, self.at + 1)?;
        self.vm.step(text.len() as u64 / 64)?;
        self.at = end;
        Ok(Str::new(text))
    }

    /// A key; equal keys become one string.
    fn key(&mut self) -> Parsed<Str> {
        let (text, end) = string::read(self.text, self.at + 1)?;
        self.at = end;
        let bytes = text.as_bytes();
        let ends = [bytes.first(), bytes.last(), bytes.get(bytes.len() / 2)];
        let hash = ends.iter().fold(bytes.len(), |hash, byte| {
            hash.wrapping_mul(31) + byte.map_or(0, |byte| usize::from(*byte))
        });
        let Some(slot) = self.keys.get_mut(hash % KEYS) else {
            return Ok(Str::new(text));
        };
        match slot {
            Some(seen) if seen.as_str() == text => Ok(seen.clone()),
            _ => {
                let key = Str::new(text);
                *slot = Some(key.clone());
                Ok(key)
            }
        }
    }

    fn object(&mut self) -> Parsed<Value> {
        let first = self.spare.len();
        self.at += 1;
        while self.at < self.text.len() {
            self.skip_white();
            if self.current() == b'"' {
                let key = self.key()?;
                self.skip_white();
                if self.current() != b':' {
                    let found = described(self.current_char());
                    return Err(
                        self.complain(&format!("expecting current character to be {found}\n"))
                    );
                }
                self.at += 1;
                let value = self.value()?;
                self.skip_white();
                self.spare.push((Value::Str(key), value));
            }
            match self.current() {
                b'}' => {
                    self.at += 1;
                    break;
                }
                b',' => self.at += 1,
                _ => {
                    let found = described(self.current_char());
                    let complaint = format!("expecting '}}' or ',' but got current char {found}");
                    return Err(self.complain(&complaint));
                }
            }
        }
        let entries = self.spare.split_off(first);
        Ok(Value::Map(Map::of(self.objects, entries)))
    }

    fn array(&mut self) -> Parsed<Value> {
        match self.items() {
            Err(Fault::Number(_)) => Err(self.complain("issue parsing JSON array")),
            other => other,
        }
    }

    fn items(&mut self) -> Parsed<Value> {
        self.at += 1;
        self.skip_white();
        if self.current() == b']' {
            self.at += 1;
            return Ok(Value::list(Vec::new()));
        }
        let first = self.spare.len();
        while self.at + 1 < self.text.len() {
            let item = self.value()?;
            self.spare.push((item, Value::Null));
            if !matches!(self.byte(self.at), Some(b',' | b']')) {
                if self.at >= self.text.len() {
                    return Err(Fault::Number(None));
                }
                self.skip_white();
            }
            match self.byte(self.at) {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    let items = self.spare.drain(first..);
                    return Ok(Value::list(items.map(|(item, _)| item).collect()));
                }
                _ => return Err(self.bad_item(self.spare.len() - first)),
            }
        }
        Err(self.complain("Did not find end of Json Array"))
    }

    fn bad_item(&self, read: usize) -> Fault {
        let found = described(self.char_at(self.at));
        self.complain(&format!(
            "expecting a ',' or a ']',  but got \nthe current character of  {found}  \
             on array index of {read} \n"
        ))
    }

    fn char_at(&self, at: usize) -> char {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.chars().next().unwrap_or('\0')
    }

    fn current_char(&self) -> char {
        self.char_at(self.current)
    }

    fn complain(&self, message: &str) -> Fault {
        let details = details(message, self.text, self.at, self.current_char());
        throw("groovy.json.JsonException", details).into()
    }
}

/// `'x' with an int value of 120`
fn described(c: char) -> String {
    let mut units = [0; 2];
    let unit = c.encode_utf16(&mut units).first().copied().unwrap_or(0);
    let shown = match c {
        ' ' => "[SPACE]".to_owned(),
        '\t' => "[TAB]".to_owned(),
        '\n' => "[NEWLINE]".to_owned(),
        c => format!("'{c}'"),
    };
    format!("{shown} with an int value of {unit}")
}

/// The message with the place: the line, and a mark below the character.
fn details(message: &str, text: &str, at: usize, current: char) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let rest = text.get(line_start..).unwrap_or_default();
    let shown = rest.split('\n').next().unwrap_or_default();
    let index = units_of(before);
    let dots = ".".repeat(index - units_of(text.get(..line_start).unwrap_or_default()));
    let current = described(current);
    format!(
        "{message}\n\nThe current character read is {current}\n{message}\nline number {line}\n\
         index number {index}\n{shown}\n{dots}^"
    )
}

#[cfg(test)]
mod tests;
