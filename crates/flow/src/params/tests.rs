use super::*;

fn parameters(values: &[(&str, &str)]) -> Parameters {
    let mut parameters = Parameters::default();
    for (name, value) in values {
        parameters.entry(name).default = Some((*value).to_owned());
    }
    parameters
}

#[test]
fn references_are_replaced_wherever_they_stand() {
    let parameters = parameters(&[
        ("Host", "h"),
        ("Port", "1"),
        ("Days", "2"),
        ("{PW", "brace"),
        ("<TIMEOUT>", "5"),
        ("S4 Address (=:#)", "s"),
        ("escaped", "a &lt; b &amp;&amp; c &apos;d&apos; &#10;&#x41;"),
        ("raw", "a < b & \"c\""),
        ("nested", "{{Host}}"),
        ("expression", "${property.x}"),
    ]);
    for (text, plain) in [
        ("no reference", "no reference"),
        ("{{Host}}", "h"),
        ("https://{{Host}}:{{Port}}/x", "https://h:1/x"),
        ("2{{Days}}", "22"),
        ("{{{PW}}", "brace"),
        ("{{<TIMEOUT>}}", "5"),
        ("{{&lt;TIMEOUT&gt;}}", "5"),
        ("{{S4 Address (=:#)}}", "s"),
        ("{{raw}}", "a < b & \"c\""),
        ("{{nested}}", "{{Host}}"),
        ("{{expression}}!", "${property.x}!"),
        ("[{{missing}}]", "[]"),
        ("{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"),
        ("{{ not\nclosed }} {{Host}}", "{{ not\nclosed }} h"),
        ("{{open", "{{open"),
        (
            "{{escaped}}",
            "a &lt; b &amp;&amp; c &apos;d&apos; &#10;&#x41;",
        ),
    ] {
        assert_eq!(parameters.resolve(text, Context::Plain), plain, "{text}");
    }
    for (text, escaped) in [
        ("{{escaped}}", "a < b && c 'd' \nA"),
        ("&lt;{{escaped}}", "&lt;a < b && c 'd' \nA"),
        ("{{raw}}", "a < b & \"c\""),
    ] {
        assert_eq!(
            parameters.resolve(text, Context::Escaped),
            escaped,
            "{text}"
        );
    }
}

#[test]
fn configured_values_win_even_when_empty() {
    let mut parameters = parameters(&[("a", "default"), ("b", "default")]);
    parameters.entry("a").configured = Some("configured".into());
    parameters.entry("b").configured = Some(String::new());
    let resolved = parameters.resolve("{{a}}|{{b}}", Context::Plain);
    assert_eq!(resolved, "configured|");
}

#[test]
fn only_entities_that_exist_are_resolved() {
    for (text, expected) in [
        ("&amp;lt;", "&lt;"),
        ("a & b; &nbsp; &", "a & b; &nbsp; &"),
        ("&#xD800; &#99999999; &#x20ac;", "&#xD800; &#99999999; €"),
        ("&quot;&gt;", "\">"),
    ] {
        assert_eq!(unescape(text), expected, "{text}");
    }
}

#[test]
fn types_are_checked() {
    for (kind, legal, illegal) in [
        (
            ParameterType::Integer,
            &["1", "-1", "+7", " 3 "][..],
            &["x", "1.5", "-"][..],
        ),
        (
            ParameterType::Boolean,
            &["true", "False", "1", "0"],
            &["yes", "2"],
        ),
        (
            ParameterType::Schedule,
            &["<row/>", "<row><cell>a</cell></row>"],
            &["<row>"],
        ),
        (ParameterType::Text, &["anything"], &[]),
    ] {
        for value in legal {
            assert!(kind.admits(value), "{kind} {value}");
        }
        for value in illegal {
            assert!(!kind.admits(value), "{kind} {value}");
        }
    }
}
