//! The `Authorization` header, read strictly.
//!
//! Two results are kept apart because they are answered differently: a header that is ambiguous
//! (400, nobody may guess what the caller meant) and a credential that cannot be right (401, like
//! any wrong credential).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use lockgate_core::limits;
use lockgate_core::refusal::Reason;
use lockgate_core::secret::Secret;

/// What a caller presented to say who it is.
#[derive(Debug)]
pub enum Presented<'a> {
    /// Id and secret.
    Basic(Basic),
    /// An access token of at most [`limits::BEARER_TOKEN`] bytes.
    Bearer(&'a str),
    /// Nothing that could prove an identity, and why.
    Nothing(Reason),
    /// A credential that can be refused without comparing it to anything.
    Unusable(Reason),
}

/// A decoded Basic credential. The id ends at the first colon; the secret may contain more.
#[derive(Debug)]
pub struct Basic {
    text: Secret<String>,
    colon: usize,
}

impl Basic {
    /// The client id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.text.expose()[..self.colon]
    }

    /// The secret.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.text.expose()[self.colon + 1..]
    }
}

/// Reads the credential of a request.
///
/// # Errors
/// The reason why the header cannot be understood in one way only; answered with 400.
pub fn read(headers: &HeaderMap) -> Result<Presented<'_>, Reason> {
    let mut fields = headers.get_all(AUTHORIZATION).iter();
    let Some(field) = fields.next() else {
        return Ok(Presented::Nothing(Reason::NoCredential));
    };
    if fields.next().is_some() {
        return Err(Reason::DuplicateHeader);
    }
    let text = field.to_str().map_err(|_| Reason::SeveralCredentials)?;
    let (scheme, value) = text.split_once(' ').unwrap_or((text, ""));
    if scheme.eq_ignore_ascii_case("basic") {
        one_value(value, Reason::SeveralCredentials)?;
        return Ok(basic(value).map_or_else(Presented::Unusable, Presented::Basic));
    }
    if scheme.eq_ignore_ascii_case("bearer") {
        one_value(value, Reason::BearerMalformed)?;
        return bearer(value);
    }
    if scheme.contains(['\t', ',']) || scheme.is_empty() {
        return Err(Reason::SeveralCredentials);
    }
    Ok(Presented::Nothing(Reason::UnknownScheme))
}

/// Refuses white space around the value and values joined by commas.
fn one_value(value: &str, reason: Reason) -> Result<(), Reason> {
    if value.contains(',') {
        return Err(Reason::SeveralCredentials);
    }
    if value.contains('\t') || value.starts_with(' ') || value.ends_with(' ') {
        return Err(reason);
    }
    Ok(())
}

fn basic(value: &str) -> Result<Basic, Reason> {
    let bytes = STANDARD.decode(value).map_err(|_| Reason::BasicMalformed)?;
    let text = String::from_utf8(bytes).map_err(|_| Reason::BasicMalformed)?;
    let text = Secret::new(text);
    match text.expose().find(':') {
        None | Some(0) => Err(Reason::BasicMalformed),
        Some(_) if text.expose().chars().any(char::is_control) => Err(Reason::BasicMalformed),
        Some(colon) => Ok(Basic { text, colon }),
    }
}

fn bearer(token: &str) -> Result<Presented<'_>, Reason> {
    if token.is_empty() || token.contains(' ') {
        return Err(Reason::BearerMalformed);
    }
    if token.len() > limits::BEARER_TOKEN {
        return Ok(Presented::Unusable(Reason::TokenTooLong));
    }
    Ok(Presented::Bearer(token))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "sb-11111111-2222-3333-4444-555555555555!b7|it-rt-acme!b1";

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    /// What [`read`] makes of a header, as text.
    fn outcome(values: &[&[u8]]) -> String {
        match read(&headers(values)) {
            Ok(Presented::Basic(basic)) => format!("basic {} / {}", basic.id(), basic.secret()),
            Ok(Presented::Bearer(token)) => format!("bearer {token}"),
            Ok(Presented::Nothing(reason)) => format!("nothing: {}", reason.code()),
            Ok(Presented::Unusable(reason)) => format!("unusable: {}", reason.code()),
            Err(reason) => format!("ambiguous: {}", reason.code()),
        }
    }

    fn encoded(text: &[u8]) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn documented_basic_vectors_are_read_raw() {
        let secret = format!("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee${}=", "A".repeat(43));
        let raw = "Basic c2ItMTExMTExMTEtMjIyMi0zMzMzLTQ0NDQtNTU1NTU1NTU1NTU1IWI3fGl0LXJ0LWFjbWUhYjE6YWFhYWFhYWEtYmJiYi1jY2NjLWRkZGQtZWVlZWVlZWVlZWVlJEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9";
        assert_eq!(outcome(&[raw.as_bytes()]), format!("basic {ID} / {secret}"));
        // B9: percent escapes are not decoded here.
        let escaped = "Basic c2ItMTExMTExMTEtMjIyMi0zMzMzLTQ0NDQtNTU1NTU1NTU1NTU1JTIxYjclN0NpdC1ydC1hY21lJTIxYjE6YWFhYWFhYWEtYmJiYi1jY2NjLWRkZGQtZWVlZWVlZWVlZWVlJTI0QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQSUzRA==";
        assert!(outcome(&[escaped.as_bytes()]).contains("%21b7%7Cit-rt-acme"));
    }

    /// Id, header value and meaning.
    const FORMS: &[(&str, &[u8], &str)] = &[
        ("A3", b"Negotiate abc", "nothing: unknown-scheme"),
        (
            "A3",
            b"Digest username=\"x\", realm=\"y\"",
            "nothing: unknown-scheme",
        ),
        ("A3", b"ApiKey", "nothing: unknown-scheme"),
        ("B8", b"Basic", "unusable: basic-malformed"),
        ("B8", b"Basic !!!", "unusable: basic-malformed"),
        (
            "T21 no padding",
            b"Basic YTpiYg",
            "unusable: basic-malformed",
        ),
        (
            "T21 trailing bits",
            b"Basic YTpiYh==",
            "unusable: basic-malformed",
        ),
        (
            "T21 URL alphabet",
            b"Basic Pz8_Ojw-",
            "unusable: basic-malformed",
        ),
        (
            "T21 white space",
            b"Basic YTpi Yg==",
            "unusable: basic-malformed",
        ),
        ("scheme in any case", b"bAsIc YTpi", "basic a / b"),
        ("T20", b"Basic  YTpi", "ambiguous: several-credentials"),
        ("T20", b"Basic\tYTpi", "ambiguous: several-credentials"),
        ("T20", b"Basic YTpi ", "ambiguous: several-credentials"),
        ("T20", b"Basic \xff", "ambiguous: several-credentials"),
        (
            "F5",
            b"Basic YTpi, Bearer x",
            "ambiguous: several-credentials",
        ),
        (
            "F5",
            b"Bearer x,Basic YTpi",
            "ambiguous: several-credentials",
        ),
        ("F5", b"Basic, Bearer x", "ambiguous: several-credentials"),
        ("F5", b"", "ambiguous: several-credentials"),
        ("D1", b"bearer a.b.c", "bearer a.b.c"),
        ("D14", b"Bearer", "ambiguous: bearer-malformed"),
        ("D14", b"Bearer ", "ambiguous: bearer-malformed"),
        ("D14", b"Bearer a b", "ambiguous: bearer-malformed"),
    ];

    /// Id, text that is sent as Basic, and meaning.
    const BASIC: &[(&str, &[u8], &str)] = &[
        ("B8", b"nocolon", "unusable: basic-malformed"),
        ("B8", b":secret", "unusable: basic-malformed"),
        ("B8", b"a\nb:secret", "unusable: basic-malformed"),
        ("B8", b"a:\0", "unusable: basic-malformed"),
        ("T21", b"a:b:c", "basic a / b:c"),
        ("T21", b"a:", "basic a / "),
        ("T21", "ä:ö".as_bytes(), "basic ä / ö"),
        ("T21", b"\xe4:x", "unusable: basic-malformed"),
    ];

    #[test]
    fn each_form_has_one_meaning() {
        for (id, value, expected) in FORMS {
            let text = String::from_utf8_lossy(value);
            assert_eq!(outcome(&[value]), *expected, "{id} {text}");
        }
        for (id, text, expected) in BASIC {
            assert_eq!(
                outcome(&[encoded(text).as_bytes()]),
                *expected,
                "{id} {text:?}"
            );
        }
        assert_eq!(outcome(&[]), "nothing: no-credential", "A1");
        let twice: [&[u8]; 2] = [b"Basic YTpi", b"Basic YTpi"];
        assert_eq!(outcome(&twice), "ambiguous: duplicate-header", "F5");
    }

    #[test]
    fn t37_long_tokens_are_not_verified() {
        let at_limit = format!("Bearer {}", "a".repeat(limits::BEARER_TOKEN));
        assert!(outcome(&[at_limit.as_bytes()]).starts_with("bearer "));
        let over = format!("{at_limit}a");
        assert_eq!(outcome(&[over.as_bytes()]), "unusable: token-too-long");
    }

    proptest! {
        #[test]
        fn every_id_and_secret_survives(id in "[^:\\p{Cc}]{1,40}", secret in "[^\\p{Cc}]{0,90}") {
            let value = encoded(format!("{id}:{secret}").as_bytes());
            prop_assert_eq!(outcome(&[value.as_bytes()]), format!("basic {id} / {secret}"));
        }
    }
}
