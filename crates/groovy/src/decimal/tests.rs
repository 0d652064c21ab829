use super::*;

fn dec(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn text(outcome: Outcome<Decimal>) -> String {
    match outcome {
        Ok(number) => number.to_string(),
        Err(problem) => format!("{problem:?}"),
    }
}

#[test]
fn text_keeps_the_scale() {
    for same in [
        "0",
        "1.50",
        "-0.001",
        "1E+3",
        "1.2E-7",
        "0E+1",
        "0.000001",
        "1E-7",
        "12.345E-2",
    ] {
        let shown = dec(same).to_string();
        let expected = if same == "12.345E-2" { "0.12345" } else { same };
        assert_eq!(shown, expected);
    }
    assert_eq!(dec("1e3").to_plain(), "1000");
    assert_eq!(dec("-1.5e-9").to_plain(), "-0.0000000015");
    assert_eq!(dec(".5").to_string(), "0.5");
    assert_eq!(dec("5.").to_string(), "5");
    assert_eq!(dec("1E+10").to_engineering(), "10E+9");
    assert_eq!(dec("1.23E-8").to_engineering(), "12.3E-9");
    for bad in ["", "x", "1x", "1e", "--1", "1.2.3", " 1", "1e99999999999"] {
        assert!(Decimal::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn sums_and_products_take_the_scales_of_java() {
    assert_eq!(text(dec("1.1").add(&dec("2.20"))), "3.30");
    assert_eq!(text(dec("1E+3").add(&dec("1"))), "1001");
    assert_eq!(text(dec("100").multiply(&dec("1.10"))), "110.00");
    assert_eq!(text(dec("1.5").subtract(&dec("1.50"))), "0.00");
    let wide = dec("170141183460469231731687303715884105727");
    assert_eq!(
        text(wide.add(&dec("1"))),
        "170141183460469231731687303715884105728"
    );
    assert_eq!(
        text(wide.multiply(&wide)).len(),
        "28948022309329048855892746252171976962977213799489202546401021394546514198529".len()
    );
    assert_eq!(dec("1e999999999").add(&dec("1")), Err(Problem::Large));
}

#[test]
fn division_is_exact_or_has_ten_digits() {
    for (a, b, expected) in [
        ("7", "2", "3.5"),
        ("6", "3", "2"),
        ("10", "3", "3.3333333333"),
        ("10.0", "4", "2.5"),
        ("1", "3", "0.3333333333"),
        ("2", "3", "0.6666666667"),
        ("1", "8", "0.125"),
        ("100", "4", "25"),
        ("1.00", "1", "1.00"),
        ("1", "0.25", "4"),
        ("-1", "7", "-0.1428571429"),
        (
            "123456789012345678901234567890",
            "7",
            "17636684144620811271604938270",
        ),
        ("1", "0", "ByZero(false)"),
        ("0", "0", "ByZero(true)"),
        ("0", "5", "0"),
    ] {
        assert_eq!(text(dec(a).divide(&dec(b))), expected, "{a} / {b}");
    }
    assert_eq!(dec("10").divide_exact(&dec("3")), Err(Problem::Endless));
    let seven = Context {
        precision: 7,
        rounding: Rounding::HalfEven,
    };
    assert_eq!(text(dec("10").divide_rounded(&dec("3"), seven)), "3.333333");
    assert_eq!(text(dec("10").divide_rounded(&dec("4"), seven)), "2.5");
    assert_eq!(text(dec("7.5").remainder(&dec("2"))), "1.5");
    assert_eq!(text(dec("-7").remainder(&dec("3"))), "-1");
}

#[test]
fn rounding_follows_its_mode() {
    let table = [
        ("2.5", ["3", "2", "3", "2", "3", "2", "2"]),
        ("-2.5", ["-3", "-2", "-2", "-3", "-3", "-2", "-2"]),
        ("1.1", ["2", "1", "2", "1", "1", "1", "1"]),
        ("5.5", ["6", "5", "6", "5", "6", "5", "6"]),
        ("-1.6", ["-2", "-1", "-1", "-2", "-2", "-2", "-2"]),
    ];
    for (number, expected) in table {
        for (mode, expected) in Rounding::ALL.into_iter().zip(expected) {
            assert_eq!(
                text(dec(number).set_scale(0, mode)),
                expected,
                "{number} {mode:?}"
            );
        }
    }
    let exact = dec("1.1").set_scale(0, Rounding::Unnecessary);
    assert_eq!(exact, Err(Problem::Inexact));
    let three = Context {
        precision: 3,
        rounding: Rounding::HalfUp,
    };
    assert_eq!(text(dec("999.9").round(three)), "1.00E+3");
    assert_eq!(text(dec("1e-999999999").set_scale(2, Rounding::Up)), "0.01");
}

#[test]
fn comparison_ignores_the_scale() {
    assert_eq!(dec("1.0").compare(&dec("1.00")), Ordering::Equal);
    assert_eq!(dec("1e999999999").compare(&dec("5")), Ordering::Greater);
    assert_eq!(dec("-1e9").compare(&dec("-5")), Ordering::Less);
    assert_eq!(dec("0.1").compare(&dec("0.09")), Ordering::Greater);
    assert_ne!(dec("1.0"), dec("1.00"));
}

#[test]
fn conversions_are_those_of_java() {
    assert_eq!(
        text(Decimal::exact(0.1)),
        "0.1000000000000000055511151231257827021181583404541015625"
    );
    assert_eq!(text(Decimal::exact(1e22)), "10000000000000000000000");
    assert_eq!(dec("2.5").to_integer().unwrap(), BigInt::from(2));
    assert_eq!(dec("1e-400").to_double().to_bits(), 0);
    assert_eq!(dec("9223372036854775808").to_long(), Ok(i64::MIN));
    assert_eq!(dec("1.50").java_hash(), 31 * 150 + 2);
    assert_eq!(dec("-1.5").java_hash(), -31 * 15 + 1);
    assert_eq!(text(Ok(dec("100").strip_trailing_zeros())), "1E+2");
    assert_eq!(text(Ok(dec("1.500").strip_trailing_zeros())), "1.5");
    assert_eq!(text(dec("1.1").pow(3)), "1.331");
    assert_eq!(dec("10").pow(999_999_999), Err(Problem::Large));
    assert_eq!(
        dec("123456789012345678901234567890123456789012345").precision(),
        45
    );
}
