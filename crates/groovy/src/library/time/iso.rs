//! The formats of `DateTimeFormatter` that have names, such as `ISO_LOCAL_DATE`.

use super::pattern::{Piece, Style};

fn text(text: &str) -> Piece {
    Piece::Text(text.to_owned())
}

fn digits(field: &'static str, width: usize) -> Piece {
    Piece::Number {
        field,
        least: width,
        most: width,
        signed: false,
    }
}

fn year(field: &'static str) -> Piece {
    Piece::Number {
        field,
        least: 4,
        most: 10,
        signed: true,
    }
}

fn offset() -> Piece {
    Piece::Offset {
        shape: "+HH:MM:ss",
        none: "Z",
    }
}

fn zone() -> Piece {
    Piece::Optional(vec![text("["), Piece::ZoneId, text("]")])
}

/// A format, and more behind it.
fn then(name: &str, more: Vec<Piece>) -> Vec<Piece> {
    let mut pieces = pieces(name);
    pieces.extend(more);
    pieces
}

/// The pieces of a format.
pub(super) fn pieces(name: &str) -> Vec<Piece> {
    match name {
        "ISO_LOCAL_DATE" => vec![
            year("YEAR"),
            text("-"),
            digits("MONTH_OF_YEAR", 2),
            text("-"),
            digits("DAY_OF_MONTH", 2),
        ],
        "ISO_LOCAL_TIME" => {
            let fraction = Piece::Fraction {
                least: 0,
                most: 9,
                point: true,
            };
            let seconds = vec![text(":"), digits("SECOND_OF_MINUTE", 2), fraction];
            let minutes = digits("MINUTE_OF_HOUR", 2);
            vec![
                digits("HOUR_OF_DAY", 2),
                text(":"),
                minutes,
                Piece::Optional(seconds),
            ]
        }
        "ISO_LOCAL_DATE_TIME" => {
            let mut time = pieces("ISO_LOCAL_TIME");
            time.insert(0, text("T"));
            then("ISO_LOCAL_DATE", time)
        }
        "ISO_OFFSET_DATE" => then("ISO_LOCAL_DATE", vec![offset()]),
        "ISO_OFFSET_TIME" => then("ISO_LOCAL_TIME", vec![offset()]),
        "ISO_OFFSET_DATE_TIME" => then("ISO_LOCAL_DATE_TIME", vec![offset()]),
        "ISO_ZONED_DATE_TIME" => then("ISO_OFFSET_DATE_TIME", vec![zone()]),
        "ISO_DATE_TIME" => then(
            "ISO_LOCAL_DATE_TIME",
            vec![Piece::Optional(vec![offset(), zone()])],
        ),
        "ISO_DATE" => then("ISO_LOCAL_DATE", vec![Piece::Optional(vec![offset()])]),
        "ISO_TIME" => then("ISO_LOCAL_TIME", vec![Piece::Optional(vec![offset()])]),
        "ISO_ORDINAL_DATE" => {
            let day = digits("DAY_OF_YEAR", 3);
            vec![
                year("YEAR"),
                text("-"),
                day,
                Piece::Optional(vec![offset()]),
            ]
        }
        "ISO_WEEK_DATE" => {
            let (week, day) = (digits("ISO_WEEK", 2), digits("DAY_OF_WEEK", 1));
            let offset = Piece::Optional(vec![offset()]);
            vec![
                year("ISO_WEEK_YEAR"),
                text("-W"),
                week,
                text("-"),
                day,
                offset,
            ]
        }
        "BASIC_ISO_DATE" => {
            let (month, day) = (digits("MONTH_OF_YEAR", 2), digits("DAY_OF_MONTH", 2));
            let offset = Piece::Offset {
                shape: "+HHMMss",
                none: "Z",
            };
            vec![digits("YEAR", 4), month, day, Piece::Optional(vec![offset])]
        }
        "RFC_1123_DATE_TIME" => rfc_1123(),
        _ => vec![Piece::Instant],
    }
}

/// `Tue, 2 Jul 2024 15:04:05 +0200`
fn rfc_1123() -> Vec<Piece> {
    let weekday = vec![Piece::Name("DAY_OF_WEEK", Style::Short), text(", ")];
    let seconds = vec![text(":"), digits("SECOND_OF_MINUTE", 2)];
    vec![
        Piece::Optional(weekday),
        Piece::Number {
            field: "DAY_OF_MONTH",
            least: 1,
            most: 2,
            signed: false,
        },
        text(" "),
        Piece::Name("MONTH_OF_YEAR", Style::Short),
        text(" "),
        digits("YEAR", 4),
        text(" "),
        digits("HOUR_OF_DAY", 2),
        text(":"),
        digits("MINUTE_OF_HOUR", 2),
        Piece::Optional(seconds),
        text(" "),
        Piece::Offset {
            shape: "+HHMM",
            none: "GMT",
        },
    ]
}
