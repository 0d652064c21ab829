use super::*;
use crate::testing::failure;

fn made_of(pattern: &str) -> Format {
    Format {
        pattern: pattern::parse(pattern).unwrap(),
        symbols: Symbols::of(&Locale::us()),
        rounding: Rounding::HalfEven,
        grouping: true,
        decimals: false,
        whole_only: false,
    }
}

#[test]
fn numbers_are_written_as_in_java() {
    for (pattern, number, expected) in [
        ("#,##0.00", 1234.5, "1,234.50"),
        ("0.##", 2.5, "2.5"),
        ("0.##", 3.0, "3"),
        ("#.##", 0.25, "0.25"),
        ("#.00", 0.25, ".25"),
        ("#", 0.0, "0"),
        ("000", 7.0, "007"),
        ("0.00", 1.005, "1.00"),
        ("0.0", 0.25, "0.2"),
        ("0.00", -0.001, "-0.00"),
        ("0.0;(0.0)", -1.5, "(1.5)"),
        ("#%", 0.256, "26%"),
        ("'#'0", 5.0, "#5"),
        ("0.00 EUR", 1.0, "1.00 EUR"),
        ("0.##E0", 12345.0, "1.23E4"),
        ("#,###", 1e7, "10,000,000"),
    ] {
        let shown = made_of(pattern).print(&Value::Double(number)).unwrap();
        assert_eq!(shown, expected, "{pattern} of {number}");
    }
    let fault = pattern::parse("0#").map(|_| ()).unwrap_err();
    assert_eq!(
        failure(fault),
        "!IllegalArgumentException Malformed pattern \"0#\""
    );
}

#[test]
fn numbers_are_read_as_in_java() {
    let read = |text: &str| match made_of("#,##0.###").read(text) {
        Ok(Value::Long(n)) => format!("{n}L"),
        Ok(Value::Double(n)) => format!("{n}d"),
        Ok(_) => "other".to_owned(),
        Err(thrown) => failure(thrown),
    };
    assert_eq!(read("1,234.5 EUR"), "1234.5d");
    assert_eq!(read("-12"), "-12L");
    assert_eq!(read("x"), "!ParseException Unparseable number: \"x\"");
}
