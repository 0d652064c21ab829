//! The parser and the printer.

mod trees;

use lockgate_groovy::ast::{Arg, Expr, ExprKind, Pos, Script, StmtKind};
use lockgate_groovy::syntax::{Limits, SyntaxError, parse, print};
use proptest::prelude::*;

fn read(source: &str) -> Result<Script, SyntaxError> {
    parse(source, Limits::default()).map_err(|errors| errors[0].clone())
}

/// A tree as text, without places and without the source text of assertions.
fn shape(script: &Script) -> String {
    let mut shape = String::new();
    let debug = format!("{script:?}");
    let mut rest = debug.as_str();
    while let Some(found) = rest.find("at: Pos {") {
        shape.push_str(&rest[..found]);
        rest = rest[found..].split_once('}').map_or("", |(_, rest)| rest);
    }
    shape.push_str(rest);
    let mut bare = String::new();
    let mut rest = shape.as_str();
    while let Some(found) = rest.find(", text: \"") {
        bare.push_str(&rest[..found]);
        rest = rest[found..]
            .split_once("\", message: ")
            .map_or("", |(_, rest)| rest);
    }
    bare + rest
}

/// Runs a property on a large stack, which the strategies of nested trees need.
fn roomy(property: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(property)
        .expect("a thread starts");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// That what is printed of `script` parses to the same tree.
fn survives(script: &Script, origin: &str) -> Result<(), TestCaseError> {
    let source = print(script);
    let again = read(&source)
        .map_err(|error| TestCaseError::fail(format!("{error}\n{origin}\n{source}")))?;
    prop_assert_eq!(shape(&again), shape(script), "{}\n{}", origin, source);
    Ok(())
}

#[test]
fn what_is_printed_parses_to_the_same_tree() {
    roomy(|| {
        proptest!(|(script in trees::script())| survives(&script, "")?);
    });
}

#[test]
fn no_damage_to_a_script_makes_it_panic() {
    roomy(|| {
        let cut = (any::<prop::sample::Index>(), ".{0,2}");
        proptest!(|(script in trees::script(), cuts in prop::collection::vec(cut, 1..4))| {
            let mut chars: Vec<char> = print(&script).chars().collect();
            for (place, text) in cuts {
                let index = place.index(chars.len());
                chars.splice(index..=index, text.chars());
                chars.push(' ');
            }
            let damaged: String = chars.into_iter().collect();
            if let Ok(script) = read(&damaged) {
                survives(&script, &damaged)?;
            }
        });
    });
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(source in "[a-cA-C0-9 \n\"'$/{}()\\[\\].,;:?*+<>=@!~&|\\\\-]{0,60}") {
        if let Ok(script) = read(&source) {
            survives(&script, &source)?;
        }
    }
}

/// Asserts what is printed of a source, without the newlines between its statements.
fn check(source: &str, wanted: &str) {
    let printed = match read(source) {
        Ok(script) => print(&script),
        Err(error) => error.to_string(),
    };
    let lines: Vec<&str> = printed.lines().map(str::trim).collect();
    assert_eq!(lines.join(" "), wanted, "{source}");
}

#[test]
fn operators_bind_as_in_groovy() {
    check("x = -2 ** 2 * 3", "x = ((-(2 ** 2)) * 3)");
    check("x = 2 ** -1 ** 2", "x = ((2 ** (-1)) ** 2)");
    check("x = a <=> b == c", "x = ((a <=> b) == c)");
    check("x = a =~ b == c", "x = (a =~ (b == c))");
    check("x = 1..2+3", "x = (1 .. (2 + 3))");
    check("x = a << b + c", "x = (a << (b + c))");
    check("x = !a instanceof B && c", "x = (((!a) instanceof B) && c)");
    check("x = a ?: b ? c : d", "x = (a ?: (b ? c : d))");
    check("x = a ? b = 1 : c", "x = (a ? (b = 1) : c)");
    check("x = y++ + ++z - -z", "x = (((y++) + (++z)) - (-z))");
    check("x = -1.abs()", "x = (-((1).abs()))");
    check("x += y = 2", "x += (y = 2)");
}

#[test]
fn casts_differ_from_parentheses() {
    check("x = (int) -1", "x = ((int) (-1))");
    check("x = (a) -1", "x = (a - 1)");
    check("x = (foo)(3)", "x = ((foo) 3)");
    check("x = (foo)()", "x = foo.call()");
    check("x = (String) a.b() + c", "x = (((String) a.b()) + c)");
    check("(x as String).trim()", "((x as String).trim())");
    check("x = (List<String>) a", "x = ((List<String>) a)");
    check("x = (a < b)", "x = (a < b)");
}

#[test]
fn declarations_differ_from_calls() {
    check("Identity a", "Identity a");
    check("Identity a.b(1)", "Identity(a.b(1))");
    check("identity a", "identity(a)");
    check(
        "List<Map<String, int[]>> a = []",
        "List<Map<String, int[]>> a = []",
    );
    check("def a, b = 2", "def a, b = 2");
    check("def (a, int b) = c", "def (a, int b) = c");
    check("(a, b) = [b, a]", "(a, b) = [b, a]");
    check("def a\n(b + c)", "def a (b + c)");
    check(
        "def <T> T \"a b\"(T x, y = 1, int... z) throws A { }",
        "def <T> T 'a b'(T x, y = 1, int... z) throws A { }",
    );
}

#[test]
fn calls_need_no_parentheses() {
    check("a b c d e", "(a(b).c(d).e)");
    check("foo a: 1, b: 2, { 3 }", "foo('a': 1, 'b': 2, { (3) })");
    check("foo bar { }", "foo(bar({ }))");
    check("foo (1) + 2", "(foo(1) + 2)");
    check("x.y = a.b c", "x.y = a.b(c)");
    check("return foo 1, 2", "return foo(1, 2)");
    check("f(a) { b } { c }", "f(a, { b }, { c })");
    check("a[0] b", "(a[0].call(b))");
    check("foo()\n{ 1 }", "foo({ (1) })");
}

#[test]
fn a_constructor_call_stands_without_parentheses() {
    check(
        "class A extends B { A(x) { super(x) } }",
        "class A extends B { A(x) { super(x) } }",
    );
}

#[test]
fn a_newline_ends_what_is_complete() {
    check("x = 1\n+ 2", "x = 1 (+(2))");
    check("x = 1 +\n2", "x = (1 + 2)");
    check("x = (1\n+ 2)", "x = (1 + 2)");
    check("x = a\n  .b()\n  ?.c()\n  *.d()", "x = a.b()?.c()*.d()");
    check("x = a\n ? b\n : c", "x = (a ? b : c)");
    check("return\na", "return a");
    check("if (a)\nb\nelse\nc", "if (a) b else c");
}

#[test]
fn texts_have_six_kinds_of_quotes() {
    check(
        r#"x = "$a.b c ${d} ${-> e}\$""#,
        r#"x = "${(a.b)} c ${d} ${  -> e }\$""#,
    );
    check("x = '''a\n'b'\\\nc'''", r"x = 'a\n\'b\'c'");
    check(r"x = /a\/\d$ ${b}/", r#"x = "a/\\d\$ ${b}""#);
    check(r"x = $/a $$ $/ \d/$", r"x = 'a \$ / \\d'");
    check(r"x = '\u0041\101\t'", r"x = 'AA\t'");
    check(r"x = '\ud83d\ude00'", "x = '😀'");
    check(
        r#"x = "${}${1; 2}""#,
        r#"x = "${(null)}${({  -> (1) (2) }.call())}""#,
    );
}

#[test]
fn numbers_take_the_smallest_type() {
    check(
        "x = [2147483647, 2147483648, 9223372036854775808]",
        "x = [2147483647, 2147483648L, 9223372036854775808G]",
    );
    check(
        "x = [-2147483648, -9223372036854775808, -1.50]",
        "x = [(-2147483648), (-9223372036854775808L), (-1.50)]",
    );
    check(
        "x = [0xFFFF_FFFF, 0b11, 017, 1e3, 1.5f, 2d, 3g]",
        "x = [4294967295L, 3, 15, 1e3, 1.5f, 2d, 3G]",
    );
}

#[test]
fn labels_make_maps_and_names_are_free_behind_a_point() {
    check(
        "x = [in: 1, (a): 2, \"$b\": 3, 4: 5, *: c]",
        "x = ['in': 1, (a): 2, (\"${b}\"): 3, (4): 5, *: c]",
    );
    check(
        "x = a.class.in.'b c'.@d.\"$e\"",
        "x = a.class.in.'b c'.@d.\"${e}\"",
    );
    check("x = [:]", "x = [:]");
    check("x = String[].class", "x = ((String[])).class");
}

#[test]
fn an_error_says_where_and_what_to_do() {
    check(
        "def a = 1\nfoo(a\n",
        "line 2, column 4: this bracket is never closed: its `)` is missing",
    );
    check(
        "x = a\n  && b",
        "line 2, column 3: an expression is expected here, but `&&` was found",
    );
    check(
        "x = '\\u00e4'; y = \"1 $ 2\"",
        "line 1, column 22: a `$` in a text needs a name or `{…}` behind it: write `\\$` for the character itself",
    );
    check(
        "{ 1 }",
        "line 1, column 1: braces that begin a statement could be a closure or a block: write `{ -> … }` for a closure, a label before a block",
    );
    check(
        "do { a } while (b)",
        "line 1, column 1: Groovy 2.4 has no `do … while`: write `while (true) { … if (!condition) break }`",
    );
    check(
        "x = [1}",
        "line 1, column 7: `]` is expected here, as the bracket in line 1, column 5 is still open, but `}` was found",
    );
}

#[test]
fn what_is_too_much_is_refused_without_overflowing_the_stack() {
    let deep = |open: &str, close: &str, count| {
        format!("x = {}1{}", open.repeat(count), close.repeat(count))
    };
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        ("{ -> ", "}"),
        ("\"${", "}\""),
        ("new A() { def x = ", "}"),
    ] {
        assert!(read(&deep(open, close, 40)).is_ok(), "{open}");
        let error = read(&deep(open, close, 100_000)).unwrap_err();
        assert!(
            error.message.starts_with("more than 200 levels"),
            "{open}: {error}"
        );
    }
    for prefix in ["!", "- ", "a ? b : ", "(int) ", "a = "] {
        let error = read(&deep(prefix, "", 100_000)).unwrap_err();
        assert!(
            error.message.starts_with("more than 200 levels"),
            "{prefix}: {error}"
        );
    }
    for link in [" + a", ".a", "[0]", "()", " as A", " b c"] {
        assert!(
            read(&format!("x = a{}", link.repeat(400))).is_ok(),
            "{link}"
        );
        let error = read(&format!("x = a{}", link.repeat(100_000))).unwrap_err();
        assert!(
            error.message.starts_with("more than 500 operators"),
            "{link}: {error}"
        );
    }
    let small = Limits {
        bytes: 10,
        tokens: 3,
        ..Limits::default()
    };
    assert_eq!(
        parse("12345678901", small).unwrap_err()[0].message,
        "the script is larger than 10 bytes: split it"
    );
    assert_eq!(
        parse("a b c d", small).unwrap_err()[0].message,
        "the script has more than 3 tokens: split it"
    );
}

#[test]
fn places_count_lines_and_characters() {
    let script = read("/* ä */ ö = \\\n  '\\u0041' + b.c(\"😀${d}\")").unwrap();
    let StmtKind::Expr(Expr {
        kind: ExprKind::Assign { target, value, .. },
        at,
    }) = &script.body[0].kind
    else {
        panic!("{script:?}");
    };
    assert_eq!(
        (target.at, *at),
        (
            Pos { line: 1, column: 9 },
            Pos {
                line: 1,
                column: 11
            }
        )
    );
    let ExprKind::Binary { right, .. } = &value.kind else {
        panic!("{value:?}")
    };
    assert_eq!(
        (value.at, right.at),
        (
            Pos {
                line: 2,
                column: 12
            },
            Pos {
                line: 2,
                column: 16
            }
        )
    );
    let ExprKind::Call { args, .. } = &right.kind else {
        panic!("{right:?}")
    };
    let [
        Arg::Plain(Expr {
            kind: ExprKind::GString { values, .. },
            ..
        }),
    ] = &args[..]
    else {
        panic!("{args:?}")
    };
    assert_eq!(
        values[0].at,
        Pos {
            line: 2,
            column: 22
        }
    );
}
