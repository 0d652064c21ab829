use proptest::prelude::*;

use super::*;

const CN: &[u8] = &[85, 4, 3];
const O: &[u8] = &[85, 4, 10];
const OU: &[u8] = &[85, 4, 11];
const C: &[u8] = &[85, 4, 6];

fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let mut bytes = vec![tag];
    match length {
        0..=0x7f => bytes.push(length as u8),
        0x80..=0xff => bytes.extend([0x81, length as u8]),
        _ => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    bytes.extend(contents);
    bytes
}

fn attribute(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
    tlv(
        der::SEQUENCE,
        &[tlv(der::OID, oid), tlv(tag, value)].concat(),
    )
}

/// A name from relative names, each of attributes, as a certificate holds them.
fn name_der(relatives: &[&[Vec<u8>]]) -> Vec<u8> {
    let relatives = relatives
        .iter()
        .map(|relative| tlv(der::SET, &relative.concat()));
    tlv(der::SEQUENCE, &relatives.collect::<Vec<_>>().concat())
}

fn name(relatives: &[&[Vec<u8>]]) -> Name {
    from_der(&name_der(relatives)).unwrap()
}

fn utf8(oid: &[u8], value: &str) -> Vec<u8> {
    attribute(oid, der::UTF8_STRING, value.as_bytes())
}

fn cn(tag: u8, value: &[u8]) -> Name {
    name(&[&[attribute(CN, tag, value)]])
}

#[test]
fn names_are_shown_most_specific_first_and_escaped() {
    let full = name(&[
        &[attribute(C, der::PRINTABLE_STRING, b"DE")],
        &[utf8(O, "Acme, Inc.")],
        &[utf8(OU, "a"), utf8(O, "b")],
        &[utf8(CN, " #x\0 ")],
    ]);
    assert_eq!(full.text(), "CN=\\ #x\\00\\ ,OU=a+O=b,O=Acme\\, Inc.,C=DE");
    let kinds = [
        (cn(der::IA5_STRING, b"a@b"), "CN=a@b"),
        (cn(der::BMP_STRING, &[0, b'a', 0x20, 0xac]), "CN=a€"),
        (cn(der::TELETEX_STRING, &[0xfc]), "CN=ü"),
        (cn(0x02, &[1, 2]), "CN=#02020102"),
        (cn(der::BMP_STRING, &[0]), "CN=#1e0100"),
        (name(&[&[utf8(&[42, 3, 0x88, 0x37], "x")]]), "1.2.3.1079=x"),
        (name(&[&[utf8(UID, "u")]]), "UID=u"),
        (name(&[]), ""),
    ];
    for (name, expected) in kinds {
        assert_eq!(name.text(), expected);
    }
    assert!(name(&[]).is_empty());
}

/// T55: what counts as one name, and what only looks like it.
#[test]
fn only_the_two_common_string_types_are_compared_as_text() {
    let plain = cn(der::UTF8_STRING, b"Sender One");
    for same in [
        cn(der::PRINTABLE_STRING, b"Sender One"),
        cn(der::PRINTABLE_STRING, b"SENDER one"),
        cn(der::UTF8_STRING, b"  sender   one "),
    ] {
        assert_eq!(plain, same, "{same}");
    }
    for other in [
        cn(der::IA5_STRING, b"Sender One"),
        cn(der::TELETEX_STRING, b"Sender One"),
        cn(der::BMP_STRING, b"\0S\0e\0n\0d\0e\0r\0 \0O\0n\0e"),
        cn(der::UTF8_STRING, b"SenderOne"),
        cn(der::UTF8_STRING, b"Sender\tOne"),
        cn(der::UTF8_STRING, b"Sender One\0"),
        cn(der::UTF8_STRING, "Sender\u{a0}One".as_bytes()),
        cn(der::UTF8_STRING, "Ѕender One".as_bytes()),
        name(&[&[utf8(O, "Sender One")]]),
        name(&[&[utf8(CN, "Sender One")], &[utf8(CN, "Sender One")]]),
    ] {
        assert_ne!(plain, other, "{other}");
    }
    // The Kelvin sign is a 'k' in lower case.
    assert_ne!(
        cn(der::UTF8_STRING, b"k"),
        cn(der::UTF8_STRING, "\u{212a}".as_bytes())
    );
}

/// T55: structure is compared, not the text that could spell it.
#[test]
fn values_that_spell_other_attributes_do_not_collide() {
    let (a, b) = ([utf8(CN, "a")], [utf8(O, "b")]);
    let names = [
        name(&[&b, &a]),
        name(&[&a, &b]),
        name(&[&[a.clone(), b.clone()].concat()]),
        name(&[&[utf8(CN, "a,O=b")]]),
        name(&[&[utf8(CN, "a\\,O=b")]]),
        name(&[&[utf8(CN, "a+O=b")]]),
        name(&[&[utf8(CN, "a\0,O=b")]]),
        name(&[&a]),
    ];
    for (index, one) in names.iter().enumerate() {
        for other in &names[index + 1..] {
            assert_ne!(one, other);
            assert_ne!(one.text(), other.text());
        }
    }
    // A set has no order.
    let (one, other) = ([a.clone(), b.clone()].concat(), [b, a].concat());
    assert_eq!(name(&[&one]), name(&[&other]));
}

#[test]
fn malformed_names_are_refused() {
    let long = name_der(&[&[utf8(CN, &"x".repeat(limits::DISTINGUISHED_NAME))]]);
    assert_eq!(from_der(&long), Err(InvalidName::TooLong));
    let oid = tlv(der::OID, CN);
    let value = tlv(der::UTF8_STRING, b"x");
    let of = |attribute: Vec<u8>| name_der(&[&[attribute]]);
    let cases = [
        vec![],
        vec![der::SEQUENCE],
        [name_der(&[&[utf8(CN, "x")]]), vec![0]].concat(),
        name_der(&[&[]]),
        of(attribute(CN, der::UTF8_STRING, &[0xff])),
        of(attribute(CN, der::PRINTABLE_STRING, &[0xe4])),
        of(attribute(CN, der::PRINTABLE_STRING, b"a\0b")),
        of(tlv(der::SEQUENCE, &oid)),
        of(tlv(
            der::SEQUENCE,
            &[oid.clone(), value.clone(), value.clone()].concat(),
        )),
        of(tlv(der::SEQUENCE, &[value.clone(), value].concat())),
        of(oid),
        tlv(der::SEQUENCE, &utf8(CN, "x")),
        tlv(der::SET, &[]),
    ];
    for case in cases {
        assert_eq!(from_der(&case), Err(InvalidName::Malformed), "{case:02x?}");
    }
}

fn acme() -> Name {
    name(&[
        &[attribute(C, der::PRINTABLE_STRING, b"DE")],
        &[utf8(O, "Acme, Inc.")],
        &[utf8(CN, "sender")],
    ])
}

#[test]
fn a_written_name_matches_in_both_orders_and_no_other() {
    for written in [
        r"CN=sender,O=Acme\, Inc.,C=DE",
        r"CN=sender, O=Acme\, Inc., C=DE",
        r"C=DE , O = Acme\2c Inc. , CN = sender ",
        r#"cn=SENDER;o="Acme, Inc.";c=de"#,
        r"2.5.4.3=sender,OID.2.5.4.10=Acme\, Inc.,C=#13024445",
    ] {
        assert!(
            DnPattern::parse(written).unwrap().matches(&acme()),
            "{written}"
        );
    }
    for written in [
        r"CN=sender,C=DE,O=Acme\, Inc.",
        r"CN=sender,O=Acme\, Inc.",
        r"CN=sender,O=Acme\, Inc.,C=DE,C=DE",
        r"CN=sender+O=Acme\, Inc.,C=DE",
        r"CN=sender\,O=Acme\\\, Inc.,C=DE",
        r"CN=#1e0073,O=Acme\, Inc.,C=DE",
    ] {
        let pattern = DnPattern::parse(written);
        assert!(
            !pattern.is_ok_and(|pattern| pattern.matches(&acme())),
            "{written}"
        );
    }
    let pattern = DnPattern::parse("CN=x").unwrap();
    assert!(!pattern.matches(&name(&[])));
    assert_eq!(pattern.name().text(), "CN=x");
}

#[test]
fn addresses_and_domains_are_written_as_certificates_hold_them() {
    let held = name(&[
        &[attribute(DOMAIN_COMPONENT, der::IA5_STRING, b"example")],
        &[attribute(EMAIL, der::IA5_STRING, b"a@b.example")],
    ]);
    let pattern = DnPattern::parse("E=a@b.example,DC=example").unwrap();
    assert!(pattern.matches(&held));
}

#[test]
fn what_is_not_a_name_is_refused_with_its_reason() {
    let value = |kind: &str| InvalidText::Value(kind.to_owned());
    let cases = [
        ("", InvalidText::Empty),
        ("  ", InvalidText::Empty),
        ("sender", InvalidText::NoType("sender".to_owned())),
        ("CN=a, Inc.", InvalidText::NoType("Inc.".to_owned())),
        ("CN=a,", InvalidText::NoType(String::new())),
        ("XY=a", InvalidText::UnknownType("XY".to_owned())),
        ("2=a", InvalidText::UnknownType("2".to_owned())),
        ("1.40=a", InvalidText::UnknownType("1.40".to_owned())),
        ("2.05=a", InvalidText::UnknownType("2.05".to_owned())),
        (
            "2.5.99999999999=a",
            InvalidText::UnknownType("2.5.99999999999".to_owned()),
        ),
        ("CN=a\\", value("CN")),
        ("CN=a\\x", value("CN")),
        ("CN=\\ff", value("CN")),
        ("CN=\"a", value("CN")),
        ("CN=\"a\"b", value("CN")),
        ("CN=a\"b", value("CN")),
        ("CN=#", value("CN")),
        ("CN=#1", value("CN")),
        ("CN=#0c02", value("CN")),
        ("CN=#0c0161x", value("CN")),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_text(text), Err(expected), "{text}");
    }
    let long = format!("CN={}", "x".repeat(limits::DISTINGUISHED_NAME));
    assert_eq!(parse_text(&long), Err(InvalidText::TooLong));
}

proptest! {
    /// What we show can be written back, and then is the same name.
    #[test]
    fn shown_names_can_be_written(values in prop::collection::vec("\\PC{0,12}|[ #,+\\\\\"=\0\u{7f}]{1,6}", 1..5)) {
        let attributes: Vec<_> = values.iter().map(|value| [utf8(CN, value)]).collect();
        let relatives: Vec<&[Vec<u8>]> = attributes.iter().map(<[_; 1]>::as_slice).collect();
        let name = name(&relatives);
        prop_assert_eq!(parse_text(name.text()).unwrap(), name.clone());
        prop_assert!(DnPattern::parse(name.text()).unwrap().matches(&name));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*|[A-Z=,+;#\"\\\\0-9a-f. ]*") {
        let _ = DnPattern::parse(&text);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = from_der(&bytes);
    }
}
