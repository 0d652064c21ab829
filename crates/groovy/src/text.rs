//! `java.lang.String`: immutable text whose positions count UTF-16 units.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use smol_str::SmolStr;

use crate::meter;

/// Bytes a string takes beside its text.
const OVERHEAD: usize = 56;

/// A Java string. Text is kept as UTF-8; half of a surrogate pair becomes U+FFFD.
#[derive(Clone)]
pub struct Str(Rc<Inner>);

struct Inner {
    text: SmolStr,
    hash: Cell<Option<i32>>,
    units: Cell<Option<usize>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        meter::sub(self.text.len() + OVERHEAD);
    }
}

impl Str {
    /// Makes a string; an `Arc<str>` is shared, not copied.
    pub fn new(text: impl Into<SmolStr>) -> Self {
        let text = text.into();
        meter::add(text.len() + OVERHEAD);
        Self(Rc::new(Inner {
            text,
            hash: Cell::new(None),
            units: Cell::new(None),
        }))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The text, to be kept beyond the run.
    #[must_use]
    pub fn shared(&self) -> SmolStr {
        self.0.text.clone()
    }

    /// `length()`: UTF-16 units.
    #[must_use]
    pub fn units(&self) -> usize {
        if let Some(units) = self.0.units.get() {
            return units;
        }
        let units = units_of(&self.0.text);
        self.0.units.set(Some(units));
        units
    }

    /// Whether every character is ASCII, so that units are bytes.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.units() == self.0.text.len()
    }

    /// `charAt(index)`
    #[must_use]
    pub fn unit(&self, index: usize) -> Option<u16> {
        if self.is_ascii() {
            return self.as_bytes().get(index).copied().map(u16::from);
        }
        self.encode_utf16().nth(index)
    }

    /// `substring(from, to)`; `None` when out of bounds.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> Option<Self> {
        if from > to || to > self.units() {
            return None;
        }
        if from == 0 && to == self.units() {
            return Some(self.clone());
        }
        if self.is_ascii() {
            return self.as_str().get(from..to).map(Self::from);
        }
        let (start, end) = (byte_of(self, from), byte_of(self, to));
        if let (Ok(start), Ok(end)) = (start, end) {
            return self.as_str().get(start..end).map(Self::from);
        }
        let units: Vec<u16> = self.encode_utf16().skip(from).take(to - from).collect();
        Some(Self::from(String::from_utf16_lossy(&units)))
    }

    /// `hashCode()`
    #[must_use]
    pub fn java_hash(&self) -> i32 {
        if let Some(hash) = self.0.hash.get() {
            return hash;
        }
        let add = |hash: i32, unit: u16| hash.wrapping_mul(31).wrapping_add(i32::from(unit));
        let hash = self.encode_utf16().fold(0, add);
        self.0.hash.set(Some(hash));
        hash
    }

    /// Whether both are one object.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// UTF-16 units of a text.
#[must_use]
pub fn units_of(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(char::len_utf16).sum()
}

/// The byte at which UTF-16 unit `unit` begins; an error inside a surrogate pair or past the end.
pub(crate) fn byte_of(text: &str, unit: usize) -> Result<usize, ()> {
    let mut at = 0;
    for (byte, c) in text.char_indices() {
        if at >= unit {
            return if at == unit { Ok(byte) } else { Err(()) };
        }
        at += c.len_utf16();
    }
    if at == unit { Ok(text.len()) } else { Err(()) }
}

impl Deref for Str {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        self.is(other) || self.as_str() == other.as_str()
    }
}

impl Eq for Str {}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<SmolStr> for Str {
    fn from(text: SmolStr) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16_units() {
        let text = Str::from("a😀b");
        assert_eq!(text.units(), 4);
        assert_eq!(text.unit(1), Some(0xd83d));
        assert_eq!(text.slice(1, 3).unwrap().as_str(), "😀");
        assert_eq!(text.slice(2, 4).unwrap().as_str(), "\u{fffd}b");
        assert_eq!(text.slice(3, 5), None);
        assert_eq!(text.slice(2, 1), None);
        assert_eq!(Str::from("äb").slice(1, 2).unwrap().as_str(), "b");
    }

    #[test]
    fn the_hash_is_that_of_java() {
        assert_eq!(Str::from("").java_hash(), 0);
        assert_eq!(Str::from("hello").java_hash(), 99_162_322);
        assert_eq!(Str::from("polygenelubricants").java_hash(), i32::MIN);
    }

    #[test]
    fn what_goes_is_given_back() {
        let before = meter::live();
        let text = Str::from("x".repeat(1000));
        assert!(meter::live() >= before + 1000);
        drop(text);
        assert_eq!(meter::live(), before);
    }
}
