//! The little DER that names need: strict, so that one value has one encoding.

/// A tag, its contents, and what follows.
pub(crate) struct Value<'a> {
    pub(crate) tag: u8,
    pub(crate) contents: &'a [u8],
    pub(crate) rest: &'a [u8],
}

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const TELETEX_STRING: u8 = 0x14;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const BMP_STRING: u8 = 0x1e;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// A value inside that has the tag `[0]`.
pub(crate) const INSIDE_0: u8 = 0xa0;

/// Reads one value. `None` for tags of several bytes, and lengths that are indefinite or longer than
/// necessary.
pub(crate) fn read(input: &[u8]) -> Option<Value<'_>> {
    let (&tag, input) = input.split_first()?;
    let (&first, input) = input.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (length, input) = match first {
        0..=0x7f => (usize::from(first), input),
        0x81..=0x83 => {
            let (digits, input) = input.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits
                .iter()
                .fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            let minimal = digits[0] != 0 && length >= 0x80;
            minimal.then_some((length, input))?
        }
        _ => return None,
    };
    let (contents, rest) = input.split_at_checked(length)?;
    Some(Value {
        tag,
        contents,
        rest,
    })
}

/// Reads values until the input ends. Ends with `None` where it cannot be read.
pub(crate) fn values(mut input: &[u8]) -> impl Iterator<Item = Option<Value<'_>>> {
    std::iter::from_fn(move || {
        if input.is_empty() {
            return None;
        }
        let value = read(input);
        input = value.as_ref().map_or(&[], |value| value.rest);
        Some(value)
    })
}

/// The contents of exactly one value with this tag.
pub(crate) fn only(input: &[u8], tag: u8) -> Option<&[u8]> {
    read(input)
        .filter(|value| value.tag == tag && value.rest.is_empty())
        .map(|value| value.contents)
}

/// Writes one value with these contents.
pub(crate) fn write(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|part| part.len()).sum();
    let mut value = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => value.push(short),
        _ => {
            let octets = length.to_be_bytes();
            let zeros = octets.iter().take_while(|octet| **octet == 0).count();
            let octets = &octets[zeros..];
            value.push(0x80 | u8::try_from(octets.len()).expect("invariant: at most eight octets"));
            value.extend(octets);
        }
    }
    for part in contents {
        value.extend(*part);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x1_0000] {
            let contents = vec![7; length];
            let written = write(SET, &[&contents[..length / 2], &contents[length / 2..]]);
            assert_eq!(only(&written, SET), Some(contents.as_slice()), "{length}");
        }
    }

    #[test]
    fn only_the_shortest_definite_length_is_read() {
        let long = [&[SET, 0x81, 0x80][..], &[0; 0x80]].concat();
        assert_eq!(only(&long, SET).unwrap().len(), 0x80);
        let cases: [&[u8]; 9] = [
            &[],
            &[SET],
            &[SET, 1],
            &[SET, 0x80, 0, 0],
            &[SET, 0x81, 1, 7],
            &[SET, 0x82, 0, 0x80],
            &[SET, 0x84, 0, 0, 0, 1, 7],
            &[0x3f, 0x81, 0x01, 1, 7],
            &[SET, 1, 7, 0],
        ];
        for input in cases {
            assert!(only(input, SET).is_none(), "{input:?}");
        }
    }
}
