use super::fields::{Setting, field};
use super::format::DateFormat;
use super::*;

/// When two-digit years are read in these tests: 2026-11-23.
const NOW: i64 = 1_795_392_000_000;

fn format(pattern: &str, zone: &str) -> DateFormat {
    DateFormat::new(pattern, Locale::us(), Zone::lenient(zone), NOW).unwrap()
}

/// What a text means, in UTC; or where it cannot be read.
fn read(pattern: &str, text: &str) -> String {
    match format(pattern, "UTC").scan(text, 0) {
        Ok((millis, _)) => format("yyyy-MM-dd'T'HH:mm:ss.SSS", "UTC").print(millis),
        Err(at) => format!("at {at}"),
    }
}

#[test]
fn every_letter_is_written_as_java_does() {
    let pattern = "G GGGG y yy yyy yyyy yyyyy Y YY YYYY M MM MMM MMMM MMMMM L w W D d F E EEEE u a \
                   H k K h m s S SS SSS SSSS z zzzz Z X XX XXX";
    let written = "AD AD 2024 24 2024 2024 02024 2024 24 2024 1 01 Jan January January 1 1 1 2 2 1 \
                   Tue Tuesday 2 AM 3 3 3 3 4 5 123 123 123 0123 UTC Coordinated Universal Time \
                   +0000 Z Z Z";
    assert_eq!(format(pattern, "UTC").print(1_704_164_645_123), written);
    assert_eq!(
        format("''yyyy''MM 'o''clock'", "UTC").print(0),
        "'1970'01 o'clock"
    );
    assert_eq!(
        format("YYYY-'W'ww-u hh K k", "UTC").print(0),
        "1970-W01-4 12 0 24"
    );
}

#[test]
fn zones_are_named_as_java_does() {
    for (zone, written) in [
        ("UTC", "UTC|Coordinated Universal Time|+0000|Z"),
        ("Europe/Berlin", "CET|Central European Time|+0100|+01:00"),
        ("GMT+2", "GMT+02:00|GMT+02:00|+0200|+02:00"),
        ("America/New_York", "EST|Eastern Standard Time|-0500|-05:00"),
        ("Asia/Kolkata", "IST|India Standard Time|+0530|+05:30"),
        ("Asia/Singapore", "SGT|Singapore Time|+0730|+07:30"),
        ("Nowhere/Land", "GMT|Greenwich Mean Time|+0000|Z"),
        ("europe/berlin", "GMT|Greenwich Mean Time|+0000|Z"),
    ] {
        assert_eq!(format("z|zzzz|Z|XXX", zone).print(0), written, "{zone}");
    }
    assert_eq!(
        format("z", "Europe/Berlin").print(1_720_000_000_000),
        "CEST"
    );
    assert_eq!(format("z", "Europe/Dublin").print(1_720_000_000_000), "IST");
    assert_eq!(format("z", "Europe/Dublin").print(1_704_164_645_000), "GMT");
}

#[test]
fn reading_is_as_lenient_as_in_java() {
    for (pattern, text, meaning) in [
        ("yyyy-MM-dd", "2024-02-30", "2024-03-01T00:00:00.000"),
        ("yyyyMMdd", "2024-01-02", "2023-12-01T00:00:00.000"),
        ("yyyyMMdd", "20240131", "2024-01-31T00:00:00.000"),
        ("yyyyMMdd", "240102", "at 6"),
        ("MM/yyyy", "13/2024", "2025-01-01T00:00:00.000"),
        (
            "yyyy-MM-dd'T'HH:mm:ss.SSS",
            "2024-01-01T10:00:00.5",
            "2024-01-01T10:00:00.005",
        ),
        ("yyyy-MM-dd", "2024-01-02T00:00", "2024-01-02T00:00:00.000"),
        ("yyyy-MM-dd", "2024-1", "at 6"),
        ("yyyy-MM-dd", "", "at 0"),
        ("yyyyMMddHHmmss", "20240102", "at 8"),
        ("yyyy", "24", "0024-01-01T00:00:00.000"),
        ("y", "24", "2024-01-01T00:00:00.000"),
        ("yy", "2024", "2024-01-01T00:00:00.000"),
        ("yy", "5", "0005-01-01T00:00:00.000"),
        ("yy", "46", "2046-01-01T00:00:00.000"),
        ("yy", "47", "1947-01-01T00:00:00.000"),
        (" yyyy", "  2024", "2024-01-01T00:00:00.000"),
        ("yyyy MM", "2024   03", "2024-03-01T00:00:00.000"),
        ("dd-MMM-yy", "05-jan-99", "1999-01-05T00:00:00.000"),
        ("MMM d, yyyy", "January 5, 2024", "2024-01-05T00:00:00.000"),
        (
            "yyyy-MM-dd hh:mm a",
            "2024-01-05 12:30 PM",
            "2024-01-05T12:30:00.000",
        ),
        (
            "yyyy-MM-dd hh:mm a",
            "2024-01-05 12:30 am",
            "2024-01-05T00:30:00.000",
        ),
        (
            "yyyy-MM-dd KK:mm a",
            "2024-01-05 00:30 PM",
            "2024-01-05T12:30:00.000",
        ),
        ("kk", "24", "1970-01-01T00:00:00.000"),
        ("yyyy-DDD", "2024-060", "2024-02-29T00:00:00.000"),
        ("YYYY-'W'ww-u", "2024-W01-1", "2024-01-01T00:00:00.000"),
        ("yyyy ww", "2024 10", "2024-03-03T00:00:00.000"),
        ("yyyy MM W E", "2024 03 2 Tue", "2024-03-05T00:00:00.000"),
        ("yyyy MM F E", "2024 03 2 Tue", "2024-03-12T00:00:00.000"),
        ("EEE", "Mon", "1970-01-05T00:00:00.000"),
        ("u", "3", "1970-01-07T00:00:00.000"),
        ("HH:mm", "10:20", "1970-01-01T10:20:00.000"),
    ] {
        assert_eq!(read(pattern, text), meaning, "{pattern} {text}");
    }
}

#[test]
fn zones_are_read_as_in_java() {
    for (pattern, text, meaning) in [
        (
            "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
            "2024-01-02T03:04:05.678+05:30",
            1_704_144_845_678,
        ),
        (
            "yyyy-MM-dd'T'HH:mm:ssZ",
            "2024-01-02T03:04:05-0130",
            1_704_170_045_000,
        ),
        (
            "yyyy-MM-dd'T'HH:mm:ssX",
            "2024-01-02T03:04:05Z",
            1_704_164_645_000,
        ),
        (
            "yyyy-MM-dd'T'HH:mm:ssX",
            "2024-01-02T03:04:05+02",
            1_704_157_445_000,
        ),
        (
            "yyyy-MM-dd HH:mm:ss z",
            "2024-01-02 03:04:05 CET",
            1_704_161_045_000,
        ),
        (
            "yyyy-MM-dd HH:mm:ss z",
            "2024-07-02 03:04:05 CEST",
            1_719_882_245_000,
        ),
        (
            "yyyy-MM-dd HH:mm:ss z",
            "2024-07-02 03:04:05 GMT+02:00",
            1_719_882_245_000,
        ),
        (
            "yyyy-MM-dd HH:mm:ss z",
            "2024-07-02 03:04:05 PST",
            1_719_918_245_000,
        ),
        (
            "EEE MMM dd HH:mm:ss zzz yyyy",
            "Tue Jul 02 03:04:05 UTC 2024",
            1_719_889_445_000,
        ),
        (
            "EEE, d MMM yyyy HH:mm:ss Z",
            "Tue, 2 Jul 2024 03:04:05 +0000",
            1_719_889_445_000,
        ),
    ] {
        let read = format(pattern, "UTC")
            .scan(text, 0)
            .map(|(millis, _)| millis);
        assert_eq!(read, Ok(meaning), "{text}");
    }
    let berlin = |text| {
        format("yyyy-MM-dd HH:mm", "Europe/Berlin")
            .scan(text, 0)
            .unwrap()
            .0
    };
    assert_eq!(berlin("2024-03-31 02:30"), 1_711_848_600_000);
    assert_eq!(berlin("2024-10-27 02:30"), 1_729_992_600_000);
}

#[test]
fn a_strict_format_refuses_what_is_no_date() {
    let mut strict = format("yyyy-MM-dd", "UTC");
    strict.lenient = false;
    assert_eq!(strict.scan("2024-02-30", 0), Err(10));
    assert_eq!(strict.scan("2024-02-29", 0), Ok((1_709_164_800_000, 10)));
}

#[test]
fn bad_patterns_are_refused() {
    for pattern in ["yyyy-MM-ddTHH", "yyyy 'x", "XXXX", "bb"] {
        assert!(
            DateFormat::new(pattern, Locale::us(), Zone::utc(), 0).is_err(),
            "{pattern}"
        );
    }
}

#[test]
fn names_follow_the_language() {
    let format = |language, pattern: &str| {
        let locale = Locale::of(language, "");
        DateFormat::new(pattern, locale, Zone::utc(), 0)
            .unwrap()
            .print(0)
    };
    assert_eq!(
        format("de", "EEEE d. MMMM yyyy MMM EEE a"),
        "Donnerstag 1. Januar 1970 Jan Do AM"
    );
    assert_eq!(
        format("fr", "EEEE d MMMM yyyy MMM EEE"),
        "jeudi 1 janvier 1970 janv. jeu."
    );
}

#[test]
fn the_field_set_last_decides() {
    let week = Locale::us().week();
    let meant = |fields: &[(usize, i64)]| {
        let mut set = Setting::new();
        for (number, value) in [
            (field::YEAR, 2024),
            (field::MONTH, 0),
            (field::DAY_OF_MONTH, 31),
        ]
        .iter()
        .chain(fields)
        {
            set.set(*number, *value);
        }
        format("yyyy-MM-dd HH", "UTC").print(set.millis(&Zone::utc(), week))
    };
    assert_eq!(meant(&[(field::MONTH, 1)]), "2024-03-02 00");
    assert_eq!(
        meant(&[(field::MONTH, 1), (field::DAY_OF_MONTH, 5)]),
        "2024-02-05 00"
    );
    assert_eq!(meant(&[(field::DAY_OF_YEAR, 100)]), "2024-04-09 00");
    assert_eq!(
        meant(&[(field::HOUR, 3), (field::AM_PM, 1)]),
        "2024-01-31 15"
    );
    assert_eq!(
        meant(&[(field::DAY_OF_WEEK, 2), (field::WEEK_OF_YEAR, 10)]),
        "2024-03-04 00"
    );
}
