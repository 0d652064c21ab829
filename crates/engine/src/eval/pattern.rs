//! Java regular expressions as far as the `regex` crate can run them: no look-around, no
//! back-references, and therefore never more than linear time.

use regex::{Regex, RegexBuilder};

/// Most bytes of a compiled expression.
const COMPILED_MAX: usize = 1 << 20;

/// How an expression is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Exact,
    Ignored,
}

/// Compiles a Java expression that has to match a whole text.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub(crate) fn whole(java: &str, case: Case) -> Result<Regex, String> {
    let unusable = |reason: &str| {
        format!(
            "The regular expression {java:?} cannot be used: {reason}. Look-around, \
             back-references and possessive quantifiers are not supported."
        )
    };
    let translated = translate(java).map_err(unusable)?;
    RegexBuilder::new(&format!(r"\A(?:{translated})\z"))
        .case_insensitive(case == Case::Ignored)
        .crlf(true)
        .size_limit(COMPILED_MAX)
        .build()
        .map_err(|error| unusable(error.to_string().lines().last().unwrap_or_default().trim()))
}

/// Spells classes that Java reads as ASCII, and quotations, in the words of the `regex` crate.
fn translate(java: &str) -> Result<String, &'static str> {
    let mut out = String::with_capacity(java.len());
    let mut chars = java.chars();
    let mut in_class = false;
    let mut after_quantifier = false;
    while let Some(c) = chars.next() {
        if c != '\\' {
            if c == '+' && after_quantifier && !in_class {
                return Err("it has a possessive quantifier");
            }
            in_class = (in_class || c == '[') && c != ']';
            after_quantifier = matches!(c, '*' | '+' | '?' | '}');
            out.push(c);
            continue;
        }
        after_quantifier = false;
        match chars.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('w') => out.push_str("[a-zA-Z_0-9]"),
            Some('W') => out.push_str("[^a-zA-Z_0-9]"),
            Some('s') => out.push_str(r"[ \t\n\x0B\f\r]"),
            Some('S') => out.push_str(r"[^ \t\n\x0B\f\r]"),
            Some('Q') => {
                let rest = chars.as_str();
                let end = rest.find("\\E").unwrap_or(rest.len());
                out.push_str(&regex::escape(&rest[..end]));
                chars = rest.get(end + 2..).unwrap_or_default().chars();
            }
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_match_the_whole_text_as_in_java() {
        let cases = [
            ("a|b", "ab", false),
            ("a|b", "b", true),
            ("SAP_.*", "SAP_Sender", true),
            ("SAP_.*", "xSAP_Sender", false),
            (r"\d+", "12", true),
            (r"\d+", "१२", false),
            (r"[\w-]+", "a-b", true),
            (r"\w+", "ä", false),
            (r"\Qa.b\E+", "a.bb", true),
            (r"\Qa.b\E", "axb", false),
            (r"\Qa.b", "a.b", true),
            ("a.b", "a\nb", false),
            ("(?i)abc", "ABC", true),
            ("abc", "ABC", false),
            (r"[*+]+\++", "*+++", true),
        ];
        for (java, text, expected) in cases {
            assert_eq!(
                whole(java, Case::Exact).unwrap().is_match(text),
                expected,
                "{java} on {text}"
            );
        }
        assert!(whole("abc", Case::Ignored).unwrap().is_match("ABC"));
    }

    #[test]
    fn what_cannot_run_in_linear_time_is_refused_with_a_reason() {
        for java in [
            "(?=a)b",
            r"(a)\1",
            "(",
            "a++",
            "[a-z]?+",
            "((a{1000}){1000}){1000}",
        ] {
            let reason = whole(java, Case::Exact).err();
            assert!(
                reason.is_some_and(|reason| reason.contains("cannot be used")),
                "{java}"
            );
        }
    }
}
