use super::*;
use crate::decimal::Decimal;
use crate::testing::{shown, vm};

#[test]
fn formats_give_what_java_gives() {
    let decimal = |text: &str| Value::decimal(Decimal::parse(text).unwrap());
    check(vec![
        (
            "%s|%5s|%-5s|%.1s|%S",
            vec![Value::text("ab"); 5],
            "ab|   ab|ab   |a|AB",
        ),
        (
            "%05d|%,d|%+d|%(d|% d",
            (0..5).map(|n| Value::Int(1234 - n * 1000)).collect(),
            "01234|234|-766|(1766)|-2766",
        ),
        (
            "%x|%X|%o|%#x",
            vec![
                Value::Int(-1),
                Value::Long(255),
                Value::Int(8),
                Value::Int(10),
            ],
            "ffffffff|FF|10|0xa",
        ),
        (
            "%.2f|%f|%,.1f|%08.3f",
            vec![
                decimal("1.005"),
                Value::Double(0.1),
                Value::Double(12345.67),
                Value::Double(-1.5),
            ],
            "1.01|0.100000|12,345.7|-001.500",
        ),
        (
            "%.0f|%.0f",
            vec![Value::Double(0.5), Value::Double(1.5)],
            "1|2",
        ),
        (
            "%e|%.2E|%g|%g",
            vec![
                Value::Double(12345.678),
                Value::Double(0.00012),
                Value::Double(0.0001),
                Value::Double(1e10),
            ],
            "1.234568e+04|1.20E-04|0.000100000|1.00000e+10",
        ),
        (
            "%b|%c|%%|%n|%h",
            vec![Value::Null, Value::Int(65), Value::text("a")],
            "false|A|%|\n|61",
        ),
        ("%2$s %1$s %<s", vec![Value::Int(1), Value::Int(2)], "2 1 1"),
        (
            "%tF %<tT %<tL",
            vec![Value::Long(86_400_001)],
            "1970-01-02 00:00:00 001",
        ),
        (
            "%f|%5f",
            vec![Value::Double(f64::NAN), Value::Double(f64::NEG_INFINITY)],
            "NaN|-Infinity",
        ),
    ]);
}

fn check(table: Vec<(&str, Vec<Value>, &str)>) {
    let mut vm = vm();
    for (text, values, expected) in table {
        let made = formatted(&mut vm, &Locale::us(), text, &values);
        let made = shown(&mut vm, made.map(Value::text));
        assert_eq!(made, format!("String {expected}"), "{text}");
    }
}

#[test]
fn locales_have_their_own_separators() {
    let mut vm = vm();
    let german = formatted(
        &mut vm,
        &Locale::of("de", "DE"),
        "%,.2f",
        &[Value::Double(1234.5)],
    );
    let german = shown(&mut vm, german.map(Value::text));
    assert_eq!(german, "String 1.234,50");
}

#[test]
fn wrong_formats_fail_as_in_java() {
    let mut vm = vm();
    for (text, values, expected) in [
        (
            "%d",
            vec![Value::text("x")],
            "!IllegalFormatConversionException d != java.lang.String",
        ),
        (
            "%f",
            vec![Value::Int(1)],
            "!IllegalFormatConversionException f != java.lang.Integer",
        ),
        (
            "%s %s",
            vec![Value::Int(1)],
            "!MissingFormatArgumentException Format specifier '%s'",
        ),
        (
            "%y",
            vec![],
            "!UnknownFormatConversionException Conversion = 'y'",
        ),
        (
            "50%",
            vec![],
            "!UnknownFormatConversionException Conversion = '%'",
        ),
        (
            "%-d",
            vec![Value::Int(1)],
            "!MissingFormatWidthException %-d",
        ),
        (
            "%.2d",
            vec![Value::Int(1)],
            "!IllegalFormatPrecisionException 2",
        ),
        ("%999999999d", vec![Value::Int(1)], "!Memory"),
    ] {
        let made = formatted(&mut vm, &Locale::us(), text, &values);
        let made = shown(&mut vm, made.map(Value::text));
        assert_eq!(made, expected, "{text}");
    }
}
