use http::HeaderValue;
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::SeededRandom;
use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);

fn csrf(seed: u64) -> Csrf {
    let key = MasterKey::generate(&SeededRandom::new(seed)).keyed_hash(CSRF_HASH_LABEL);
    Csrf::new(key, true)
}

fn fetch(principal: &str, seed: u64) -> Issued {
    csrf(1).issue(&HeaderMap::new(), principal, NOW, &SeededRandom::new(seed))
}

/// The `name=value` part of a `Set-Cookie` value.
fn pair(cookie: &str) -> &str {
    cookie.split(';').next().unwrap()
}

fn headers(tokens: &[&str], cookies: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for token in tokens {
        headers.append(CSRF_TOKEN, HeaderValue::from_str(token).unwrap());
    }
    for cookie in cookies {
        headers.append(COOKIE, HeaderValue::from_str(cookie).unwrap());
    }
    headers
}

fn judge(method: Method, headers: &HeaderMap, principal: &str) -> Verdict {
    csrf(1).judge(&method, headers, principal, NOW)
}

#[test]
fn x1_x2_reading_methods_fetch_or_pass() {
    for method in [Method::GET, Method::HEAD] {
        for value in ["fetch", "Fetch", "FETCH"] {
            assert_eq!(
                judge(method.clone(), &headers(&[value], &[]), "a"),
                Verdict::Fetch
            );
        }
        assert_eq!(
            judge(method.clone(), &headers(&[], &[]), "a"),
            Verdict::Pass
        );
        assert_eq!(judge(method, &headers(&["other"], &[]), "a"), Verdict::Pass);
    }
}

#[test]
fn x1_the_cookie_is_safe_to_carry() {
    let issued = fetch("a", 1);
    let (name, value) = pair(&issued.cookie).split_once('=').unwrap();
    assert_eq!((name, value.len()), ("JSESSIONID", 22));
    assert!(
        value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    );
    let attributes = &issued.cookie[pair(&issued.cookie).len()..];
    assert_eq!(attributes, "; Path=/; Secure; HttpOnly; SameSite=Strict");
    let plain = Csrf::new(csrf(1).key, false);
    let plain = plain.issue(&HeaderMap::new(), "a", NOW, &SeededRandom::new(1));
    assert!(!plain.cookie.contains("Secure"));
}

#[test]
fn x3_token_and_cookie_open_every_modifying_method() {
    let issued = fetch("a", 1);
    let cookies = format!("other=1; {}", pair(&issued.cookie));
    for method in ["POST", "PUT", "PATCH", "DELETE", "MERGE", "OPTIONS"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        assert_eq!(
            judge(method, &headers(&[&issued.token], &[&cookies]), "a"),
            Verdict::Pass
        );
    }
}

/// Why a POST with these tokens and cookies is refused.
fn refused(tokens: &[&str], cookies: &[&str], principal: &str) -> Option<Reason> {
    match judge(Method::POST, &headers(tokens, cookies), principal) {
        Verdict::Refuse(reason) => Some(reason),
        Verdict::Pass | Verdict::Fetch => None,
    }
}

#[test]
fn x4_x6_x10_a_token_must_be_the_one_of_this_session_and_client() {
    let (ours, other) = (fetch("a", 1), fetch("a", 2));
    let (token, cookie) = (ours.token.as_str(), pair(&ours.cookie));
    let last = if token.ends_with('A') { "E" } else { "A" };
    let altered = format!("{}{last}", &token[..token.len() - 1]);
    assert_eq!(refused(&[token], &[cookie], "a"), None);
    for tokens in [&[][..], &["Fetch"]] {
        assert_eq!(refused(tokens, &[cookie], "a"), Some(Reason::CsrfMissing));
    }
    for wrong in [
        "",
        &altered,
        &token[..10],
        &"A".repeat(10_000),
        &other.token,
    ] {
        assert_eq!(
            refused(&[wrong], &[cookie], "a"),
            Some(Reason::CsrfInvalid),
            "{wrong}"
        );
    }
    assert_eq!(
        refused(&[token], &[cookie], "b"),
        Some(Reason::CsrfInvalid),
        "X6"
    );
    assert_eq!(
        refused(&[token, token], &[cookie], "a"),
        Some(Reason::CsrfInvalid),
        "X10"
    );
    let foreign = csrf(2).judge(&Method::POST, &headers(&[token], &[cookie]), "a", NOW);
    assert_eq!(
        foreign,
        Verdict::Refuse(Reason::CsrfInvalid),
        "another server's key"
    );
}

#[test]
fn x5_a_token_needs_exactly_one_session() {
    let (ours, other) = (fetch("a", 1), fetch("a", 2));
    let cookie = pair(&ours.cookie);
    let both = format!("{cookie}; {}", pair(&other.cookie));
    let other_name = cookie.replace("JSESSIONID", "SESSIONID");
    for cookies in [
        &[][..],
        &["JSESSIONID=x"],
        &[&other_name],
        &[&both],
        &[cookie, cookie],
    ] {
        let reason = refused(&[&ours.token], cookies, "a");
        assert_eq!(reason, Some(Reason::CsrfCookie), "{cookies:?}");
    }
}

#[test]
fn x4_tokens_expire_and_fetching_again_keeps_the_session() {
    let issued = fetch("a", 1);
    let request = headers(&[&issued.token], &[pair(&issued.cookie)]);
    let last = NOW.plus(LIFETIME).minus(Duration::from_micros(1));
    assert_eq!(
        csrf(1).judge(&Method::POST, &request, "a", last),
        Verdict::Pass
    );
    let over = NOW.plus(LIFETIME);
    let expired = csrf(1).judge(&Method::POST, &request, "a", over);
    assert_eq!(expired, Verdict::Refuse(Reason::CsrfInvalid));

    let again = csrf(1).issue(&request, "a", last, &SeededRandom::new(9));
    assert_eq!(again.cookie, issued.cookie);
    let request = headers(&[&again.token], &[pair(&issued.cookie)]);
    assert_eq!(
        csrf(1).judge(&Method::POST, &request, "a", over),
        Verdict::Pass
    );
}

proptest! {
    #[test]
    fn no_made_up_token_passes(token in "[!-~]{0,80}") {
        let cookie = fetch("a", 1).cookie;
        let verdict = judge(Method::POST, &headers(&[&token], &[pair(&cookie)]), "a");
        prop_assert!(matches!(verdict, Verdict::Refuse(_)));
    }
}
