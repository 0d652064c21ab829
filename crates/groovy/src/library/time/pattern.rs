//! Patterns of `DateTimeFormatter`.

use crate::throwable::throw;
use crate::thrown::Result;

/// How long a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Full,
    Short,
    Narrow,
}

/// A piece of a format.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    /// A number of at least and at most so many digits.
    Number {
        field: &'static str,
        least: usize,
        most: usize,
        signed: bool,
    },
    /// The last two digits of a year since 2000.
    ShortYear(&'static str),
    /// Digits behind the point of the second.
    Fraction {
        least: usize,
        most: usize,
        point: bool,
    },
    /// A name.
    Name(&'static str, Style),
    /// `+02:00`; the shape as in the pattern letters, and what stands for no offset.
    Offset {
        shape: &'static str,
        none: &'static str,
    },
    /// `GMT+2`, or `GMT+02:00`.
    Gmt {
        full: bool,
    },
    /// `Europe/Berlin`
    ZoneId,
    /// `CET`, or `Central European Time`.
    ZoneName {
        full: bool,
    },
    /// The moment in UTC, as ISO 8601 has it.
    Instant,
    /// May be missing.
    Optional(Vec<Piece>),
}

/// The pieces of a pattern.
pub(super) fn compile(pattern: &str) -> Result<Vec<Piece>> {
    let bad = |message: String| throw("IllegalArgumentException", message);
    // Pieces outside, and of each bracket that is open.
    let mut open: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let depth = open.len();
        let pieces = open.last_mut().ok_or_else(|| bad(pattern.to_owned()))?;
        match c {
            '\'' => match quoted(&mut chars) {
                Some(text) => pieces.push(Piece::Text(text)),
                None => {
                    let message =
                        format!("Pattern ends with an incomplete string literal: {pattern}");
                    return Err(bad(message));
                }
            },
            '[' if depth > 32 => return Err(bad("Pattern has too many brackets".to_owned())),
            '[' => open.push(Vec::new()),
            ']' => {
                let inner = open.pop().unwrap_or_default();
                let Some(outer) = open.last_mut() else {
                    return Err(bad(
                        "Pattern invalid as it contains ] without previous [".to_owned()
                    ));
                };
                outer.push(Piece::Optional(inner));
            }
            '{' | '}' | '#' => {
                return Err(bad(format!("Pattern includes reserved character: '{c}'")));
            }
            c if c.is_ascii_alphabetic() => {
                let mut count = 1;
                while chars.next_if_eq(&c).is_some() {
                    count += 1;
                }
                pieces.push(letter(c, count)?);
            }
            c => pieces.push(Piece::Text(c.to_string())),
        }
    }
    // Brackets that are still open end with the pattern.
    while open.len() > 1 {
        let inner = open.pop().unwrap_or_default();
        if let Some(outer) = open.last_mut() {
            outer.push(Piece::Optional(inner));
        }
    }
    Ok(open.pop().unwrap_or_default())
}

fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    if chars.next_if_eq(&'\'').is_some() {
        return Some("'".to_owned());
    }
    let mut text = String::new();
    loop {
        match chars.next()? {
            '\'' if chars.next_if_eq(&'\'').is_some() => text.push('\''),
            '\'' => return Some(text),
            c => text.push(c),
        }
    }
}

/// A number of digits as pattern letters say it.
fn number(field: &'static str, count: usize) -> Piece {
    match count {
        1 => Piece::Number {
            field,
            least: 1,
            most: 19,
            signed: true,
        },
        count => Piece::Number {
            field,
            least: count,
            most: count,
            signed: false,
        },
    }
}

fn too_many(letter: char) -> crate::thrown::Thrown {
    throw(
        "IllegalArgumentException",
        format!("Too many pattern letters: {letter}"),
    )
}

fn at_most(letter: char, count: usize, most: usize) -> Result<()> {
    if count <= most {
        Ok(())
    } else {
        Err(too_many(letter))
    }
}

/// Letters for what may have a name: months, days of the week and the like.
fn named(letter: char, count: usize) -> Result<Piece> {
    let (field, number_of) = match letter {
        'M' | 'L' => ("MONTH_OF_YEAR", Some("MONTH_OF_YEAR")),
        'Q' | 'q' => ("QUARTER", Some("QUARTER")),
        'e' | 'c' => ("DAY_OF_WEEK", Some("LOCAL_DAY_OF_WEEK")),
        'E' => ("DAY_OF_WEEK", None),
        _ => ("ERA", None),
    };
    if let (Some(field), 1..=2) = (number_of, count) {
        return Ok(number(field, count));
    }
    let style = match count {
        4 => Style::Full,
        5 => Style::Narrow,
        1..=3 => Style::Short,
        _ => return Err(too_many(letter)),
    };
    Ok(Piece::Name(field, style))
}

fn letter(letter: char, count: usize) -> Result<Piece> {
    let bad = |message: String| throw("IllegalArgumentException", message);
    Ok(match letter {
        'u' | 'y' | 'Y' => {
            let field = match letter {
                'u' => "YEAR",
                'y' => "YEAR_OF_ERA",
                _ => "WEEK_YEAR",
            };
            at_most(letter, count, 19)?;
            match count {
                2 => Piece::ShortYear(field),
                least => Piece::Number {
                    field,
                    least,
                    most: 19,
                    signed: true,
                },
            }
        }
        'M' | 'L' | 'Q' | 'q' | 'E' | 'e' | 'c' | 'G' => named(letter, count)?,
        'a' => {
            at_most(letter, count, 1)?;
            Piece::Name("AMPM_OF_DAY", Style::Short)
        }
        'S' => {
            at_most(letter, count, 9)?;
            Piece::Fraction {
                least: count,
                most: count,
                point: false,
            }
        }
        'd' | 'H' | 'k' | 'h' | 'K' | 'm' | 's' | 'w' | 'W' | 'F' | 'D' => {
            at_most(letter, count, if letter == 'D' { 3 } else { 2 })?;
            number(short_field(letter), count)
        }
        'n' | 'A' | 'N' => {
            let field = short_field(letter);
            Piece::Number {
                field,
                least: count,
                most: 19,
                signed: false,
            }
        }
        'V' if count == 2 => Piece::ZoneId,
        'V' => return Err(bad("Pattern letter count must be 2: V".to_owned())),
        'v' | 'z' => {
            at_most(letter, count, 4)?;
            Piece::ZoneName { full: count == 4 }
        }
        'O' => Piece::Gmt { full: count == 4 },
        'Z' if count == 4 => Piece::Gmt { full: true },
        'X' | 'x' | 'Z' => offset(letter, count).ok_or_else(|| too_many(letter))?,
        _ => return Err(bad(format!("Unknown pattern letter: {letter}"))),
    })
}

fn short_field(letter: char) -> &'static str {
    match letter {
        'd' => "DAY_OF_MONTH",
        'D' => "DAY_OF_YEAR",
        'H' => "HOUR_OF_DAY",
        'k' => "CLOCK_HOUR_OF_DAY",
        'h' => "CLOCK_HOUR_OF_AMPM",
        'K' => "HOUR_OF_AMPM",
        'm' => "MINUTE_OF_HOUR",
        's' => "SECOND_OF_MINUTE",
        'w' => "WEEK_OF_YEAR",
        'W' => "WEEK_OF_MONTH",
        'F' => "ALIGNED_DAY_OF_WEEK_IN_MONTH",
        'n' => "NANO_OF_SECOND",
        'A' => "MILLI_OF_DAY",
        _ => "NANO_OF_DAY",
    }
}

fn offset(letter: char, count: usize) -> Option<Piece> {
    let shape = match (letter, count) {
        ('Z', 1..=3) | (_, 2) => "+HHMM",
        ('Z', 5) => "+HH:MM:ss",
        (_, 1) => "+HHmm",
        (_, 3) => "+HH:MM",
        (_, 4) => "+HHMMss",
        (_, 5) => "+HH:MM:ss",
        _ => return None,
    };
    let none = match (letter, shape) {
        ('X', _) | ('Z', "+HH:MM:ss") => "Z",
        (_, "+HHmm") => "+00",
        (_, "+HH:MM" | "+HH:MM:ss") => "+00:00",
        _ => "+0000",
    };
    Some(Piece::Offset { shape, none })
}
