use super::ognl::{self, Argument, Call};
use super::*;

/// A template in short: `"literal" header("N") …`.
fn show(template: &Template) -> String {
    let parts: Vec<String> = template.parts.iter().map(show_part).collect();
    parts.join(" ")
}

fn show_part(part: &Part) -> String {
    match part {
        Part::Literal(text) => format!("{text:?}"),
        Part::Function(Function::Header(name)) => format!("header({})", show(name)),
        Part::Function(Function::Property(name)) => format!("property({})", show(name)),
        Part::Function(Function::Body(calls)) => format!("body({calls})"),
        Part::Function(Function::BodyAsText(calls)) => format!("text({calls})"),
        Part::Function(Function::Date {
            offset_seconds,
            zone,
            pattern,
        }) => format!(
            "date({offset_seconds} {} {pattern})",
            zone.as_deref().unwrap_or("-")
        ),
        Part::Function(other) => format!("{other:?}"),
    }
}

/// A predicate in short: operands in brackets.
fn show_predicate(predicate: &Predicate) -> String {
    let comparison = |comparison: &Comparison| match &comparison.test {
        None => show_operand(&comparison.left),
        Some((operator, right)) => {
            let (left, right) = (show_operand(&comparison.left), show_operand(right));
            format!("{left} {operator:?} {right}")
        }
    };
    let mut text = comparison(&predicate.first);
    for (connective, next) in &predicate.rest {
        text = format!("{text} {connective:?} {}", comparison(next));
    }
    text
}

fn show_operand(operand: &Operand) -> String {
    match operand {
        Operand::Template(template) => format!("[{}]", show(template)),
        Operand::Number(number) => format!("#{number}"),
        Operand::Boolean(value) => value.to_string(),
        Operand::Null => "null".into(),
    }
}

#[test]
fn templates_are_literals_and_functions() {
    for (text, expected) in [
        ("", ""),
        ("plain", r#""plain""#),
        (r#"{"a":{"b":"$1"}}"#, r#""{\"a\":{\"b\":\"$1\"}}""#),
        ("a ${header.x} b", r#""a " header("x") " b""#),
        ("${in.header.X-Y}", r#"header("X-Y")"#),
        (
            "${property.http.StatusCode}",
            r#"property("http.StatusCode")"#,
        ),
        ("${header.cXML Version}", r#"header("cXML Version")"#),
        (
            "${property.retryQuery_$filter}",
            r#"property("retryQuery_$filter")"#,
        ),
        (
            "${exchangeProperty.p}${headers.h}",
            r#"property("p") header("h")"#,
        ),
        (
            "${property.A.<Name of it>.b}",
            r#"property("A.<Name of it>.b")"#,
        ),
        (
            "${property.X_${property.Y${property.n}}}",
            r#"property("X_" property("Y" property("n")))"#,
        ),
        ("$simple{body}", "body()"),
        ("$${body}}", r#""$" body() "}""#),
        ("${in.body}${body}", "body() body()"),
        ("${in.body.length}", "body(length)"),
        ("${body[0].name}", "body([0].name)"),
        ("${bodyAs(String)}", "text()"),
        (
            "${in.bodyAs(java.lang.String).substring(0,3)}",
            "text(substring(0,3))",
        ),
        ("${exception.message}", "ExceptionMessage"),
        ("${exception.getMessage()}", "ExceptionMessage"),
        ("${exception.stacktrace}", "ExceptionStacktrace"),
        ("${null}", "Null"),
        ("${camelId}", "CamelId"),
        ("${exchangeId} ${id}", r#"ExchangeId " " ExchangeId"#),
        ("${file:name}", "File(Name)"),
        ("${file:onlyname}", "File(OnlyName)"),
        (
            "${file:onlyname.noext}.${file:ext}",
            r#"File(OnlyNameNoExt) "." File(Ext)"#,
        ),
    ] {
        assert_eq!(show(&Template::parse(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn four_escapes_are_resolved_in_literals() {
    for (text, expected) in [
        (r"a\nb\tc\rd\}e", r#""a\nb\tc\rd}e""#),
        (r"\x \\ \{", r#""\\x \\\\ \\{""#),
        (r"${header.a\}b}", r#"header("a}b")"#),
        (r"trailing\", r#""trailing\\""#),
    ] {
        assert_eq!(show(&Template::parse(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn dates_have_a_pattern_an_offset_and_a_zone() {
    for (text, expected) in [
        (
            "${date:now:yyyy-MM-dd'T'HH:mm:ss}",
            "date(0 - yyyy-MM-dd'T'HH:mm:ss)",
        ),
        ("${date:now:HH'%3A'mm}", "date(0 - HH'%3A'mm)"),
        ("${date:now-2h:yyyy}", "date(-7200 - yyyy)"),
        ("${date:now+2h30m:yyyy}", "date(9000 - yyyy)"),
        ("${date:now-1d1s:yyyy}", "date(-86401 - yyyy)"),
        ("${date-with-timezone:now:UTC:yyyy}", "date(0 UTC yyyy)"),
        (
            "${date-with-timezone:now-1h:IST:HH:mm}",
            "date(-3600 Asia/Kolkata HH:mm)",
        ),
    ] {
        assert_eq!(show(&Template::parse(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn what_is_not_a_template_is_located() {
    let unknown = |name: &str| Problem::UnknownFunction(name.into());
    let date = |text: &str| Problem::InvalidDate(text.into());
    for (text, at, problem) in [
        ("ä ${body", 3, Problem::UnclosedFunction),
        ("${header.a${body}", 1, Problem::UnclosedFunction),
        ("x ${sys.name}", 5, unknown("sys.name")),
        ("${}", 3, unknown("")),
        ("${ body }", 3, unknown(" body ")),
        ("${header.}", 3, unknown("header.")),
        ("${bodyAs(Integer)}", 3, unknown("bodyAs(Integer)")),
        ("${bodyguard}", 3, unknown("bodyguard")),
        ("${xpath./a}", 3, unknown("xpath./a")),
        ("${property.a${nope}}", 15, unknown("nope")),
        ("${date:now}", 3, date("date:now")),
        ("${date:now:}", 3, date("date:now:")),
        ("${date:now+:yyyy}", 3, date("date:now+:yyyy")),
        ("${date:now+2x:yyyy}", 3, date("date:now+2x:yyyy")),
        ("${date:header.d:yyyy}", 3, date("date:header.d:yyyy")),
        (
            "${date-with-timezone:now:Mars/Base:yyyy}",
            3,
            Problem::UnknownZone("Mars/Base".into()),
        ),
        ("${body.}", 3, unknown("body.")),
        ("${body.a(}", 3, Problem::InvalidCalls("a(".into())),
    ] {
        let error = Template::parse(text).unwrap_err();
        assert_eq!(error, SyntaxError { at, problem }, "{text}");
    }
}

#[test]
fn size_and_nesting_are_bounded() {
    let deep = format!("{}a{}", "${property.".repeat(40), "}".repeat(40));
    let error = Template::parse(&deep).unwrap_err();
    assert!(
        matches!(error.problem, Problem::TooDeep { limit: 32 }),
        "{error}"
    );
    let fits = format!("{}a{}", "${property.".repeat(32), "}".repeat(32));
    assert!(Template::parse(&fits).is_ok());
    let long = "x".repeat(lockgate_core::limits::EXPRESSION + 1);
    assert!(matches!(
        Template::parse(&long).unwrap_err().problem,
        Problem::TooLong { .. }
    ));
    assert!(matches!(
        Predicate::parse(&long).unwrap_err().problem,
        Problem::TooLong { .. }
    ));
}

#[test]
fn predicates_are_read_from_left_to_right() {
    for (text, expected) in [
        ("${property.a} = 'x'", r#"[property("a")] Equal ["x"]"#),
        ("${property.a}='x'", r#"[property("a")] Equal ["x"]"#),
        (
            " ${property.a}\n == \"x\" ",
            r#"[property("a")] Equal ["x"]"#,
        ),
        ("${header.a} != null", r#"[header("a")] NotEqual null"#),
        ("${header.a} < 3", r#"[header("a")] Less #3"#),
        ("${header.a} <= -3.5", r#"[header("a")] LessOrEqual #-3.5"#),
        ("${header.a} > '202'", r#"[header("a")] Greater ["202"]"#),
        (
            "${header.a} >= ${header.b}",
            r#"[header("a")] GreaterOrEqual [header("b")]"#,
        ),
        (
            "${header.a} contains 'b'",
            r#"[header("a")] Contains ["b"]"#,
        ),
        (
            "${header.a} not contains 'b'",
            r#"[header("a")] NotContains ["b"]"#,
        ),
        ("${header.a} in '1,2'", r#"[header("a")] In ["1,2"]"#),
        ("${header.a} not in '1,2'", r#"[header("a")] NotIn ["1,2"]"#),
        (
            "${header.a} regex '(?i)(x|y)'",
            r#"[header("a")] Regex ["(?i)(x|y)"]"#,
        ),
        (
            "${header.a} not regex '.*'",
            r#"[header("a")] NotRegex [".*"]"#,
        ),
        (
            "'/r/${property.a}' = ${property.b}",
            r#"["/r/" property("a")] Equal [property("b")]"#,
        ),
        (
            "'it is \"so\"' = \"it's\"",
            r#"["it is \"so\""] Equal ["it's"]"#,
        ),
        ("'' = ''", "[] Equal []"),
        ("true = false", "true Equal false"),
        ("${property.a}", r#"[property("a")]"#),
        ("'true' = 'true'", r#"["true"] Equal ["true"]"#),
        (
            "${header.a} = '1' and ${header.b} = '2' or ${header.c} = '3'",
            r#"[header("a")] Equal ["1"] And [header("b")] Equal ["2"] Or [header("c")] Equal ["3"]"#,
        ),
        (
            "${header.a} && ${header.b} || null",
            r#"[header("a")] And [header("b")] Or null"#,
        ),
        // Typographic quotes are text like any other: the literal keeps them and never matches.
        (
            "${property.a} contains ‘true’",
            r#"[property("a")] Contains ["‘true’"]"#,
        ),
        (
            "${property.a} in ${property.m.keySet()}",
            r#"[property("a")] In [property("m.keySet()")]"#,
        ),
        (
            "${property.a and b} = 'x = y'",
            r#"[property("a and b")] Equal ["x = y"]"#,
        ),
        ("'${property.it's}' = 1", r#"[property("it's")] Equal #1"#),
    ] {
        let predicate = Predicate::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(show_predicate(&predicate), expected, "{text}");
    }
}

#[test]
fn what_is_not_a_predicate_is_located() {
    let operator = |text: &str| Problem::UnknownOperator(text.into());
    for (text, at, problem) in [
        ("", 1, Problem::MissingValue),
        ("  ", 3, Problem::MissingValue),
        ("${header.a} =", 14, Problem::MissingValue),
        ("= 'a'", 1, Problem::MissingValue),
        ("${header.a} = 'b", 15, Problem::UnclosedQuote('\'')),
        ("${header.a} ~ 'b'", 13, operator("~")),
        ("${header.a} =~ 'b'", 13, operator("=~")),
        ("${header.a} is 'b'", 13, operator("is")),
        ("${header.a} AND 'b'", 13, operator("AND")),
        (
            "${header.a} = 'b' 'c'",
            19,
            Problem::MissingConnective("'c'".into()),
        ),
        (
            "${header.a} = b c",
            17,
            Problem::MissingConnective("c".into()),
        ),
        ("${header.a} = 'b' and", 22, Problem::MissingValue),
        ("ü = '${nope}'", 8, Problem::UnknownFunction("nope".into())),
        ("'a${b' = 1", 3, Problem::UnclosedFunction),
        ("${header.a", 1, Problem::UnclosedFunction),
        (
            "(${header.a}) = 1 ) ",
            19,
            Problem::MissingConnective(") ".into()),
        ),
    ] {
        let error = Predicate::parse(text).unwrap_err();
        assert_eq!(error, SyntaxError { at, problem }, "{text}");
    }
}

#[test]
fn errors_say_what_and_where() {
    let error = Predicate::parse("${header.a} like 'b'").unwrap_err();
    assert_eq!(
        error.to_string(),
        "'like' is not an operator (=, !=, <, <=, >, >=, contains, in, regex, or these with not) \
         at character 13"
    );
    let error = Template::parse(&format!("${{{}}}", "x".repeat(100))).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("unknown function '${{{}…}}' at character 3", "x".repeat(40))
    );
}

#[test]
fn chains_are_methods_properties_and_indices() {
    let method = |name: &str, arguments: &[Argument]| Call::Method {
        name: name.into(),
        arguments: arguments.to_vec(),
    };
    let text = |text: &str| Argument::Text(text.into());
    for (chain, expected) in [
        ("", vec![]),
        ("length", vec![Call::Property("length".into())]),
        (
            "trim().length()",
            vec![method("trim", &[]), method("length", &[])],
        ),
        (
            "substring(0, 3)",
            vec![method(
                "substring",
                &[Argument::Integer(0), Argument::Integer(3)],
            )],
        ),
        (
            "replace('a,)', \"\")[0]['k']",
            vec![
                method("replace", &[text("a,)"), text("")]),
                Call::Index(Argument::Integer(0)),
                Call::Index(text("k")),
            ],
        ),
        (
            "f(true,false,null,-1,x)",
            vec![method(
                "f",
                &[
                    Argument::Boolean(true),
                    Argument::Boolean(false),
                    Argument::Null,
                    Argument::Integer(-1),
                    text("x"),
                ],
            )],
        ),
        ("[last]", vec![Call::Index(text("last"))]),
    ] {
        assert_eq!(ognl::parse(chain).as_ref(), Ok(&expected), "{chain}");
    }
    for chain in [
        ".", "a.", "a..b", "a(", "a)", "[", "[]", "a b", "f(1,)", "f('a)", "a?.b", "-",
    ] {
        assert_eq!(ognl::parse(chain), Err(ognl::InvalidChain), "{chain}");
    }
}

#[test]
fn a_name_is_split_at_the_first_dot_or_bracket() {
    for (name, expected) in [
        ("plain", None),
        ("a.b.c", Some(("a", "b.c"))),
        ("a[0].b", Some(("a", "[0].b"))),
        (
            "http.StatusCode.trim()",
            Some(("http", "StatusCode.trim()")),
        ),
    ] {
        assert_eq!(ognl::split(name), expected, "{name}");
    }
}
