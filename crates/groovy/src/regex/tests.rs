use super::*;

/// All matches, as `text@start`, groups behind them as `(a,b)`.
fn all(pattern: &str, text: &str) -> String {
    let regex = Regex::new(pattern, 0).unwrap_or_else(|fault| panic!("{pattern}: {}", fault.what));
    let linear = matches(&regex, text);
    if regex.linear.is_some() {
        let other = Regex {
            linear: None,
            pattern: String::new(),
            flags: 0,
            groups: regex.groups,
            names: Vec::new(),
            parsed: syntax::parse(pattern, 0).unwrap(),
            program: OnceLock::new(),
        };
        assert_eq!(matches(&other, text), linear, "both matchers on {pattern}");
    }
    linear
}

fn matches(regex: &Regex, text: &str) -> String {
    let mut found = Vec::new();
    let mut at = 0;
    let mut steps = 100_000;
    while at <= text.len() {
        let Some(groups) = regex.find(text, at, at, Mode::Find, &mut steps).unwrap() else {
            break;
        };
        let (start, end) = groups[0].unwrap();
        let mut shown = format!("{}@{start}", &text[start..end]);
        if groups.len() > 1 {
            let held = groups[1..]
                .iter()
                .map(|group| group.map_or("-", |(a, b)| &text[a..b]));
            shown += &format!("({})", held.collect::<Vec<_>>().join(","));
        }
        found.push(shown);
        at = if end > start { end } else { end + 1 };
    }
    found.join(" ")
}

#[test]
fn patterns_match_as_in_java() {
    for (pattern, text, expected) in [
        (r"\d+", "a1b22", "1@1 22@3"),
        (r"\d", "٣", ""),
        (r"(\w)=(\w)", "k=v", "k=v@0(k,v)"),
        (r"a|ab", "ab", "a@0"),
        (r"x*", "axb", "@0 x@1 @2 @3"),
        (r"a.c", "a\nc abc", "abc@4"),
        (r"(?s)a.c", "a\nc", "a\nc@0"),
        (r"c$", "abc\n", "c@2"),
        (r"c$", "c\nabc", "c@4"),
        (r"^b", "a\nb", ""),
        (r"(?m)^b$", "a\nb\n", "b@2"),
        (r"(?i)äB", "äb ÄB", "äb@0"),
        (r"(?iu)äB", "äb ÄB", "äb@0 ÄB@4"),
        (r"(?i)[a-c]+", "ABCd", "ABC@0"),
        (r"\Qa.b\E+", "a.bbb a.b", "a.bbb@0 a.b@6"),
        (r"[a-z&&[^b]]+", "abc", "a@0 c@2"),
        (r"[\[\]-]+", "a[-]b", "[-]@1"),
        (r"[]a]+", "a]b", "a]@0"),
        (r"\bé", "é", "é@0"),
        (r"(?<=a)b", "ab cb", "b@1"),
        (r"(?<!a|cc)b", "ab ccb cb", "b@8"),
        (r"a(?=b)", "ab ac", "a@0"),
        (r"a(?!b)", "ab ac", "a@3"),
        (r"(?!(a))b|(.)", "b", "b@0(-,-)"),
        (r"(a|b)\1", "aab bb", "aa@0(a) bb@4(b)"),
        (r"(?<x>a)\k<x>", "aa", "aa@0(a)"),
        (r"a++b", "aaab", "aaab@0"),
        (r"a++a", "aaa", ""),
        (r"(?>a|ab)c", "abc", ""),
        (r"(a?)*?b", "aab", "aab@0(a)"),
        (r"(?:a{2,3}){2}", "aaaaa", "aaaaa@0"),
        (r"\p{Alpha}\p{Lu}\p{IsLatin}\P{L}", "aBc1", "aBc1@0"),
        (r"\h\R", " \r\n", " \r\n@0"),
        (r"\x41\u0042\t", "AB\t", "AB\t@0"),
        (r"(?x) a b # c", "ab", "ab@0"),
        (r"(?i:a)b", "Ab AB", "Ab@0"),
        (r"(a(b)?)+", "abaa", "abaa@0(a,b)"),
    ] {
        assert_eq!(all(pattern, text), expected, "{pattern}");
    }
}

#[test]
fn faults_are_named_as_in_java() {
    for (pattern, what) in [
        ("*a", "Dangling meta character '*'"),
        ("a**", "Dangling meta character '*'"),
        ("(a", "Unclosed group"),
        ("a)", "Unmatched closing ')'"),
        ("[a", "Unclosed character class"),
        ("a{", "Illegal repetition"),
        ("{a", "Illegal repetition"),
        ("a{2,1}", "Illegal repetition range"),
        ("[b-a]", "Illegal character range"),
        (r"\p{Nope}", "Unknown character property name {Nope}"),
        (r"\y", "Illegal/unsupported escape sequence"),
        (
            r"(?<=a*)b",
            "Look-behind group does not have an obvious maximum length",
        ),
        (
            "(?<a>x)(?<a>y)",
            "Named capturing group <a> is already defined",
        ),
    ] {
        let fault = Regex::new(pattern, 0)
            .err()
            .unwrap_or_else(|| panic!("{pattern}"));
        assert_eq!(fault.what, what, "{pattern}");
    }
    assert!(Regex::new(&"(".repeat(10_000), 0).is_err());
}

#[test]
fn trying_ends() {
    let regex = Regex::new(r"(?=x)?(a+)+$", 0).unwrap();
    let text = format!("{}b", "a".repeat(40));
    let mut steps = 100_000;
    assert_eq!(
        regex.find(&text, 0, 0, Mode::Find, &mut steps),
        Err(Exhausted)
    );
}

#[test]
fn whole_matches_try_other_ways() {
    let mut steps = 10_000;
    for pattern in ["a|ab", "(?=a)(?:a|ab)"] {
        let regex = Regex::new(pattern, 0).unwrap();
        let whole = regex.find("ab", 0, 0, Mode::Whole, &mut steps).unwrap();
        assert_eq!(whole.unwrap()[0], Some((0, 2)));
        let prefix = regex.find("ab", 0, 0, Mode::Prefix, &mut steps).unwrap();
        assert_eq!(prefix.unwrap()[0], Some((0, 1)));
    }
}
