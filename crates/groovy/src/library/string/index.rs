//! Positions in text, as Java counts and complains about them.

use crate::text::{Str, units_of};
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};

/// A length or position as Java's `int`.
pub(crate) fn position(units: usize) -> i32 {
    i32::try_from(units).unwrap_or(i32::MAX)
}

/// `String index out of range: 9`
pub(crate) fn out_of_range(index: i32) -> Thrown {
    let message = format!("String index out of range: {index}");
    throw("StringIndexOutOfBoundsException", message)
}

/// `charAt(index)`
pub(crate) fn unit(text: &Str, index: i32) -> Result<u16> {
    usize::try_from(index)
        .ok()
        .and_then(|at| text.unit(at))
        .ok_or_else(|| out_of_range(index))
}

/// `substring(from, to)`
pub(crate) fn substring(text: &Str, from: i32, to: i32) -> Result<Str> {
    if from < 0 {
        return Err(out_of_range(from));
    }
    if to > position(text.units()) {
        return Err(out_of_range(to));
    }
    let bounds = (usize::try_from(from), usize::try_from(to));
    let slice = match bounds {
        (Ok(from), Ok(to)) => text.slice(from, to),
        _ => None,
    };
    slice.ok_or_else(|| out_of_range(to.wrapping_sub(from)))
}

/// A position that counts from the end when it is negative.
pub(crate) fn from_end(index: i32, len: usize) -> Result<i32> {
    if index >= 0 {
        return Ok(index);
    }
    let at = index.saturating_add(position(len));
    if at < 0 {
        let message = format!("Negative array index [{index}] too large for array size {len}");
        return Err(throw("ArrayIndexOutOfBoundsException", message));
    }
    Ok(at)
}

/// The first place of `part` at or after unit `from`; -1 when there is none.
pub(crate) fn first_of(text: &Str, part: &str, from: i32) -> i32 {
    let from = usize::try_from(from).unwrap_or(0).min(text.units());
    let Some(start) = byte_near(text, from) else {
        return -1;
    };
    let Some(rest) = text.get(start..) else {
        return -1;
    };
    match rest.find(part) {
        Some(at) => unit_at(text, start + at),
        None => -1,
    }
}

/// The last place of `part` at or before unit `from`; -1 when there is none.
pub(crate) fn last_of(text: &Str, part: &str, from: i32) -> i32 {
    let Ok(from) = usize::try_from(from) else {
        return -1;
    };
    let end = from.saturating_add(units_of(part)).min(text.units());
    let head = byte_near(text, end).and_then(|end| text.get(..end));
    match head.and_then(|head| head.rfind(part)) {
        Some(at) => unit_at(text, at),
        None => -1,
    }
}

/// The unit at which a byte of the text begins.
pub(crate) fn unit_at(text: &Str, byte: usize) -> i32 {
    position(text.unit_of(byte))
}

/// The byte of a unit; that behind a pair when the unit is inside it.
pub(crate) fn byte_near(text: &Str, unit: usize) -> Option<usize> {
    let byte = text.byte_of(unit);
    byte.or_else(|()| text.byte_of(unit.saturating_add(1))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::failure;

    #[test]
    fn bounds_fail_with_the_numbers_of_java() {
        let text = Str::from("abc");
        let fails = |from, to| failure(substring(&text, from, to).unwrap_err());
        let range = "!StringIndexOutOfBoundsException String index out of range:";
        assert_eq!(fails(5, 3), format!("{range} -2"));
        assert_eq!(fails(0, 4), format!("{range} 4"));
        assert_eq!(fails(-1, 2), format!("{range} -1"));
        assert_eq!(failure(unit(&text, 9).unwrap_err()), format!("{range} 9"));
        assert_eq!(&*substring(&text, 3, 3).unwrap(), "");
    }

    #[test]
    fn parts_are_found_by_units() {
        let text = Str::from("ä😀bcb");
        assert_eq!(first_of(&text, "b", 0), 3);
        assert_eq!(first_of(&text, "b", 4), 5);
        assert_eq!(first_of(&text, "", 99), 6);
        assert_eq!(first_of(&text, "x", -5), -1);
        assert_eq!(last_of(&text, "b", i32::MAX), 5);
        assert_eq!(last_of(&text, "b", 4), 3);
        assert_eq!(last_of(&text, "b", -1), -1);
    }
}
