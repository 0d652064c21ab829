//! `java.lang.String`: immutable text whose positions count UTF-16 units.

mod marks;

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use smol_str::SmolStr;

use crate::meter;
use marks::{Mark, Marks};

/// Bytes a string takes beside its text.
const OVERHEAD: usize = 72;

/// A Java string. Text is kept as UTF-8; half of a surrogate pair becomes U+FFFD.
#[derive(Clone)]
pub struct Str(Rc<Inner>);

struct Inner {
    text: SmolStr,
    hash: Cell<Option<i32>>,
    units: Cell<Option<usize>>,
    marks: OnceCell<Marks>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        let marks = self.marks.get().map_or(0, Marks::size);
        meter::sub(self.text.len() + OVERHEAD + marks);
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
            marks: OnceCell::new(),
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
        let mark = self.before_unit(index);
        self.behind(mark).encode_utf16().nth(index - mark.unit)
    }

    /// The byte at which a unit begins; an error inside a surrogate pair or past the end.
    pub(crate) fn byte_of(&self, unit: usize) -> Result<usize, ()> {
        if self.is_ascii() {
            return if unit <= self.len() {
                Ok(unit)
            } else {
                Err(())
            };
        }
        let mark = self.before_unit(unit);
        byte_of(self.behind(mark), unit - mark.unit).map(|byte| mark.byte + byte)
    }

    /// The unit at which a byte of the text begins.
    pub(crate) fn unit_of(&self, byte: usize) -> usize {
        if self.is_ascii() {
            return byte;
        }
        let mark = self
            .marks()
            .map_or(Marks::START, |marks| marks.before_byte(byte));
        mark.unit + self.get(mark.byte..byte).map_or(0, units_of)
    }

    /// Marks that shorten the way to a position; `None` when the way is short.
    fn marks(&self) -> Option<&Marks> {
        if self.len() < Marks::FROM {
            return None;
        }
        Some(self.0.marks.get_or_init(|| {
            let marks = Marks::of(self);
            meter::add(marks.size());
            marks
        }))
    }

    fn before_unit(&self, unit: usize) -> Mark {
        self.marks()
            .map_or(Marks::START, |marks| marks.before_unit(unit))
    }

    fn behind(&self, mark: Mark) -> &str {
        self.get(mark.byte..).unwrap_or_default()
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
        if let (Ok(start), Ok(end)) = (self.byte_of(from), self.byte_of(to)) {
            return self.as_str().get(start..end).map(Self::from);
        }
        let mark = self.before_unit(from);
        let units = self.behind(mark).encode_utf16().skip(from - mark.unit);
        let units: Vec<u16> = units.take(to - from).collect();
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

/// The byte at which a unit begins; an error inside a surrogate pair or past the end.
fn byte_of(text: &str, unit: usize) -> Result<usize, ()> {
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
    fn marks_of_long_text_change_no_position() {
        let plain = "aä€😀".repeat(400);
        // Pairs on either side of a mark, and across it.
        for head in ["", "x", "xy"] {
            let plain = format!("{head}{plain}");
            let text = Str::from(plain.as_str());
            let units: Vec<u16> = plain.encode_utf16().collect();
            for (at, unit) in units.iter().enumerate() {
                assert_eq!(text.unit(at), Some(*unit));
                assert_eq!(text.byte_of(at), byte_of(&plain, at));
                let rest = text.slice(at, (at + 3).min(units.len())).unwrap();
                let expected = units.iter().skip(at).take(3).copied();
                let expected = String::from_utf16_lossy(&expected.collect::<Vec<_>>());
                assert_eq!(rest.as_str(), expected);
            }
            for (byte, _) in plain.char_indices() {
                assert_eq!(text.unit_of(byte), units_of(&plain[..byte]));
            }
            assert_eq!(text.unit(units.len()), None);
            assert_eq!(text.byte_of(units.len()), Ok(plain.len()));
            assert_eq!(text.byte_of(units.len() + 1), Err(()));
            assert_eq!(text.byte_of(usize::MAX), Err(()));
            assert_eq!(text.unit_of(plain.len()), units.len());
        }
    }

    #[test]
    fn a_walk_by_position_looks_at_one_stretch_each() {
        let text = Str::from("ä".repeat(100_000));
        let walked: usize = (0..100_000)
            .map(|at| at - text.before_unit(at).unit)
            .max()
            .unwrap();
        assert_eq!(walked, 255);
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
        let marked = Str::from("ä".repeat(1000));
        assert_eq!(marked.unit(999), Some(0xe4));
        drop(marked);
        assert_eq!(meter::live(), before);
    }
}
