use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::value::RawValue;

use super::*;

fn read(text: &str) -> Result<Vec<Token<'_>>, Problem> {
    let mut reader = Reader::new(text);
    let mut tokens = Vec::new();
    while let Some(token) = reader.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

#[test]
fn tokens_in_order() {
    let text = "\u{FEFF} {\"a\\u00e4\\ud83d\\ude00\\n\": [1.50e+3, true, null, \"\"], \"b\":{}} ";
    assert_eq!(
        read(text),
        Ok(vec![
            Token::ObjectStart,
            Token::Name("aä😀\n".into()),
            Token::ArrayStart,
            Token::Literal("1.50e+3"),
            Token::Literal("true"),
            Token::Null,
            Token::Text("".into()),
            Token::ArrayEnd,
            Token::Name("b".into()),
            Token::ObjectStart,
            Token::ObjectEnd,
            Token::ObjectEnd,
        ])
    );
}

#[test]
fn problems_have_positions() {
    let cases = [
        ("", "expected a value, found the end of the text", 0),
        (
            "{\"a\":\n1,}",
            "expected a member name in quotes, found '}'",
            8,
        ),
        ("[1,]", "expected a value, found ']'", 3),
        ("[1 2]", "expected ',' or ']', found '2'", 3),
        ("{\"a\" 1}", "expected ':', found '1'", 5),
        ("{\"a\":1 \"b\":2}", "expected ',' or '}', found '\\\"'", 7),
        ("[1}", "expected ',' or ']', found '}'", 2),
        ("01", "the text goes on after its value", 1),
        ("-", "expected a digit, found the end of the text", 1),
        ("1.x", "expected a digit, found 'x'", 2),
        ("tru", "expected a value, found 't'", 0),
        ("\"a\nb\"", "a control character in a string", 2),
        ("\"abc", "a string is not closed", 0),
        ("\"a\\x\"", "an escape that JSON does not know", 2),
        ("\"\\u12\"", "an escape lacks its four digits", 1),
        ("\"\\ud800x\"", "an escape is half of a surrogate pair", 1),
        (
            "\"\\ud800\\u0041\"",
            "an escape is half of a surrogate pair",
            1,
        ),
        ("{} {}", "the text goes on after its value", 3),
    ];
    for (text, what, byte) in cases {
        let problem = read(text).expect_err(text);
        assert_eq!(
            (problem.what.as_str(), problem.position.byte),
            (what, byte),
            "{text}"
        );
    }
}

#[test]
fn depth_is_limited_and_does_not_recurse() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(limits::JSON_DEPTH)).is_ok());
    for depth in [limits::JSON_DEPTH + 1, 1_000_000] {
        let text = nested(depth);
        let problem = read(&text).expect_err("too deep");
        assert_eq!(
            problem.what,
            "objects and arrays are nested more than 500 levels deep"
        );
        assert_eq!(problem.position.byte, limits::JSON_DEPTH);
    }
}

/// Pieces of JSON, and of what is almost JSON.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"a\":",
    "\"b\"",
    "1",
    "-0.5e1",
    "01",
    "1.",
    "true",
    "nul",
    "null",
    " ",
    "\n",
    "\"\\u00e4\"",
    "\"\\q\"",
    "\"",
    "\\",
    "\u{1}",
    "ä",
    "{}",
    "[]",
    "{\"a\":1}",
    "[1,2]",
];

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::with_cases(2_000)
    })]

    #[test]
    fn accepts_exactly_what_serde_json_accepts(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12)
    ) {
        let text = pieces.concat();
        let expected = serde_json::from_str::<&RawValue>(&text).is_ok();
        prop_assert_eq!(read(&text).is_ok(), expected, "{}", text);
    }
}
