use super::*;

static ONE: EntityType = EntityType::new("One", &[Property::text("Id").key()]);
static TWO: EntityType = EntityType::new(
    "Two",
    &[
        Property::text("Id").key(),
        Property::text("Version").key(),
        Property::text("Name"),
    ],
);
static NUMBERED: EntityType = EntityType::new("Numbered", &[Property::int64("TraceId").key()]);

fn last_key(path: &str, entity: &'static EntityType) -> Result<Key> {
    let segment = parse(path)?.pop().unwrap();
    key(segment.key.expect(path), entity)
}

#[test]
fn keys_are_read_in_every_spelling() {
    for path in [
        "/S('x.y z')",
        "S('x.y%20z')",
        "S(%27x.y%20z%27)",
        "S%28%27x.y%20z%27%29",
        "S(Id='x.y z')",
        "S( Id = 'x.y z' )/",
        "//S('x.y z')//",
    ] {
        assert_eq!(last_key(path, &ONE).unwrap().text("Id"), "x.y z", "{path}");
    }
    for (path, id) in [
        ("S('O''Neil')", "O'Neil"),
        ("S(%27O%27%27Neil%27)", "O'Neil"),
        ("S('O'Neil')", "O'Neil"),
        ("S('')", ""),
        ("S('a+b')", "a+b"),
        ("S('a%2Bb')", "a+b"),
        ("S('a/b')", "a/b"),
        ("S('a%2Fb')", "a/b"),
        ("S('a(b),c=')", "a(b),c="),
        ("S('f$endpointAddress=/x')", "f$endpointAddress=/x"),
        (
            "S('sap-it-res:msg:ae15c0dda:1')",
            "sap-it-res:msg:ae15c0dda:1",
        ),
        ("S('50%')", "50%"),
        ("S('a|<b>{c}')", "a|<b>{c}"),
        ("S('%C3%BC')", "ü"),
        ("S(7)", "7"),
    ] {
        assert_eq!(last_key(path, &ONE).unwrap().text("Id"), id, "{path}");
    }
    for path in [
        "S(Id='a',Version='1.0.5')",
        "S(Version='1.0.5',Id='a')",
        "S( Version = '1.0.5' , Id = 'a' )",
        "S(Id=%27a%27,Version=%271.0.5%27)",
        "S(Id%3D'a'%2CVersion%3D'1.0.5')",
    ] {
        let key = last_key(path, &TWO).unwrap();
        assert_eq!(
            (key.text("Id"), key.text("Version")),
            ("a", "1.0.5"),
            "{path}"
        );
    }
    for path in ["S(1901L)", "S(1901)", "S(TraceId=1901l)", "S('1901')"] {
        assert_eq!(last_key(path, &NUMBERED).unwrap().number("TraceId"), 1901);
    }
}

#[test]
fn malformed_keys_are_bad_requests() {
    for path in ["S('x", "S('x'", "S(", "S(x)", "S('x',)", "S(,)", "S(%FF)"] {
        assert_eq!(parse(path).unwrap_err().status, 400, "{path}");
    }
    for (path, entity) in [
        ("S('a','b')", &ONE),
        ("S(Other='a')", &ONE),
        ("S(null)", &ONE),
        ("S('a')", &TWO),
        ("S('a','b')", &TWO),
        ("S(Id='a',Id='b')", &TWO),
        ("S(Id='a',Version='1',Name='n')", &TWO),
        ("S('x')", &NUMBERED),
        ("S(9223372036854775808)", &NUMBERED),
    ] {
        assert_eq!(last_key(path, entity).unwrap_err().status, 400, "{path}");
    }
    let long = "a/".repeat(21);
    assert_eq!(parse(&long).unwrap_err().status, 400);
}

#[test]
fn segments_follow_each_other_and_empty_brackets_are_no_key() {
    let segments = parse("A('x')/B(Id='y',Version='z')/C()/$count/").unwrap();
    let names: Vec<_> = segments.iter().map(|segment| &*segment.name).collect();
    assert_eq!(names, ["A", "B", "C", "$count"]);
    assert!(segments[2].key.is_none());
    assert!(parse("").unwrap().is_empty());
    assert!(parse("/").unwrap().is_empty());
}

#[test]
fn what_is_spelled_is_read_back() {
    let spelled = |path: &str, entity| spell(&last_key(path, entity).unwrap(), entity);
    assert_eq!(
        spelled("S('O''Neil & /b?ü')", &ONE),
        "('O''Neil%20%26%20%2Fb%3F%C3%BC')"
    );
    assert_eq!(
        spelled("S(Version='1',Id='a')", &TWO),
        "(Id='a',Version='1')"
    );
    assert_eq!(spelled("S(7)", &NUMBERED), "(7L)");
    let again = format!("S{}", spelled("S('O''Neil & /b?ü')", &ONE));
    assert_eq!(last_key(&again, &ONE).unwrap().text("Id"), "O'Neil & /b?ü");
}
