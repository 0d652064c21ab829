use proptest::prelude::*;

use super::*;

/// Attack id, raw path, and what is expected.
const REFUSED: &[(&str, &str, Reason)] = &[
    ("T1", "/http/open/../protected", Reason::PathDotSegment),
    ("T1", "/http/open/./protected", Reason::PathDotSegment),
    ("T1", "/http/..", Reason::PathDotSegment),
    ("T2", "/http/%2e%2e/protected", Reason::PathDotSegment),
    ("T2", "/http/.%2E/x", Reason::PathDotSegment),
    ("T2", "/http/a/%2e/b", Reason::PathDotSegment),
    ("T3", "/http/%252e%252e/x", Reason::PathDoubleEscape),
    ("T3", "/http/%25%32%65/x", Reason::PathDoubleEscape),
    ("T3", "/http/a%252fb", Reason::PathDoubleEscape),
    ("T3", "/http/a%2541", Reason::PathDoubleEscape),
    ("T4", "//http//protected", Reason::PathEmptySegment),
    ("T4", "/http//protected", Reason::PathEmptySegment),
    ("T4", "/http/protected//", Reason::PathEmptySegment),
    ("T7", "/http/a%2fb", Reason::PathSeparator),
    ("T7", "/http/a%2Fb", Reason::PathSeparator),
    ("T7", "/http/a%5cb", Reason::PathSeparator),
    ("T7", "/http/a\\b", Reason::PathSeparator),
    ("T8", "/http/protected;x=1", Reason::PathParameter),
    ("T8", "/http;/protected", Reason::PathParameter),
    ("T8", "/http/protected%3bx", Reason::PathParameter),
    ("T9", "/http/a%00", Reason::PathControl),
    ("T9", "/http/a%0d%0ab", Reason::PathControl),
    ("T9", "/http/a%7f", Reason::PathControl),
    ("T9", "/http/%c2%85", Reason::PathControl),
    ("T9", "/http/%c0%ae%c0%ae/x", Reason::PathEncoding),
    ("T9", "/http/%e0%80%af", Reason::PathEncoding),
    ("T9", "/http/%ff", Reason::PathEncoding),
    ("T9", "/http/%zz", Reason::PathEscape),
    ("T9", "/http/%u002e", Reason::PathEscape),
    ("T9", "/http/a%", Reason::PathEscape),
    ("T9", "/http/a%2", Reason::PathEscape),
    ("T12", "*", Reason::TargetForm),
    ("T12", "", Reason::TargetForm),
    ("T14", "/http/../oauth/token", Reason::PathDotSegment),
];

/// Attack id, raw path, address to look up.
const ACCEPTED: &[(&str, &str, Option<&str>)] = &[
    ("plain", "/http/orders", Some("/orders")),
    ("T5", "/HTTP/Orders", Some("/orders")),
    ("T5", "/http/oRDERS", Some("/orders")),
    ("T5", "/http/%4Frders", Some("/orders")),
    ("T6", "/http/\u{17f}ecure", Some("/\u{17f}ecure")),
    ("T6", "/http/%C5%BFecure", Some("/\u{17f}ecure")),
    ("T6", "/http/\u{212a}", Some("/\u{212a}")),
    ("T6", "/http/\u{131}", Some("/\u{131}")),
    ("T6", "/http/\u{130}", Some("/\u{130}")),
    ("T10", "/http/protected.", Some("/protected.")),
    ("T10", "/http/protected%20", Some("/protected ")),
    ("T10", "/http/protected/", Some("/protected/")),
    ("percent sign", "/http/100%25", Some("/100%")),
    ("dots", "/http/...", Some("/...")),
    ("root", "/http", Some("")),
    ("root", "/http/", Some("/")),
    ("other surface", "/cxf/orders", None),
    ("other surface", "/httpx/orders", None),
];

#[test]
fn ambiguous_paths_are_refused() {
    for (id, raw, reason) in REFUSED {
        assert_eq!(FlowPath::parse(raw), Err(*reason), "{id} {raw}");
    }
}

#[test]
fn accepted_paths_lead_to_one_address() {
    for (id, raw, address) in ACCEPTED {
        let path = FlowPath::parse(raw).unwrap();
        assert_eq!(path.address(), *address, "{id} {raw}");
    }
}

#[test]
fn whatever_looks_like_a_flow_path_is_the_gateways() {
    let ours = [
        "/http",
        "/http/",
        "/http/a",
        "/HTTP/a",
        "//http//a",
        "/%68ttp/a",
        "/http;/a",
        "/http%2fa",
        "/http\\a",
        "/cxf",
        "/cxf/a",
        "/odata",
        "/odata/v2",
        "///OData",
    ];
    for raw in ours {
        assert!(is_flow_path(raw), "{raw}");
    }
    for raw in [
        "/",
        "",
        "/httpx",
        "/htt",
        "/oauth/token",
        "/x/../http/a",
        "/http%20",
        "/httphttphttp",
    ] {
        assert!(!is_flow_path(raw), "{raw}");
    }
}

#[test]
fn tails_keep_the_callers_spelling() {
    let path = FlowPath::parse("/http/Orders/%C3%84b/C%20d").unwrap();
    assert_eq!(path.address(), Some("/orders/Äb/c d"));
    assert_eq!(path.after("/orders/".len()), "Äb/C d");
    assert_eq!(path.after("/orders/Äb/c d".len()), "");
    assert_eq!(path.after(1_000), "");
    assert_eq!(path.encoded(), "/http/Orders/%C3%84b/C%20d");
}

proptest! {
    #[test]
    fn what_is_accepted_is_unambiguous(raw in "/http(/[a-zA-Z.%;\\\\0-9 é/]{0,12}){0,3}") {
        if let Ok(path) = FlowPath::parse(&raw) {
            let text = path.as_str();
            prop_assert!(!text.contains("//") && !text.contains(['\\', ';']));
            prop_assert!(text.split('/').all(|s| s != "." && s != ".."));
            prop_assert!(!text.chars().any(char::is_control));
            // Encoding and reading it again leads to the same path.
            prop_assert_eq!(FlowPath::parse(&path.encoded()), Ok(path));
        }
    }

    #[test]
    fn no_input_panics(raw in "\\PC*") {
        let _ = (FlowPath::parse(&raw), is_flow_path(&raw));
    }
}
