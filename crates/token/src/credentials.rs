//! Client credentials in an `Authorization: Basic` header.

use http::{HeaderMap, HeaderValue};
use lockgate_core::secret::Secret;
use lockgate_web::authorization;
use percent_encoding::percent_decode_str;

/// With this header a client says that its `Authorization` header holds form-encoded values.
const ENCODED_HEADER: &str = "x-cf-encoded-credentials";

/// A client id and a secret, as presented.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: Secret<String>,
}

impl Credentials {
    /// Reads a `Basic` header, strictly.
    pub(crate) fn from_basic(field: &HeaderValue) -> Option<Self> {
        let (id, secret) = authorization::basic(field)?;
        Some(Self { id, secret })
    }

    fn checked(id: String, secret: String) -> Option<Self> {
        let secret = Secret::new(secret);
        let clean = |text: &str| !text.contains(char::is_control);
        (!id.is_empty() && clean(&id) && clean(secret.expose())).then_some(Self { id, secret })
    }

    /// What the client may have meant: as it is, then percent-decoded once, because clients differ;
    /// or form-encoded, when `headers` say so.
    pub(crate) fn spellings(&self, headers: &HeaderMap) -> Vec<Self> {
        let declared = headers.get(ENCODED_HEADER);
        let spellings = match declared {
            Some(value) if value.as_bytes().eq_ignore_ascii_case(b"true") => {
                [self.form_decoded(), None]
            }
            _ => [Some(self.clone()), self.percent_decoded()],
        };
        spellings.into_iter().flatten().collect()
    }

    /// The same credentials decoded as form values: `%XX` and `+` for space.
    fn form_decoded(&self) -> Option<Self> {
        let decode = |text: &str| percent_decoded(&text.replace('+', " "));
        Self::checked(decode(&self.id)?, decode(self.secret.expose())?)
    }

    /// The same credentials with `%XX` decoded once and `+` left alone, when there is a `%XX`.
    ///
    /// Ids and secrets of this server contain no `%`, so this cannot make a wrong secret right.
    fn percent_decoded(&self) -> Option<Self> {
        if !has_escape(&self.id) && !has_escape(self.secret.expose()) {
            return None;
        }
        let (id, secret) = (&self.id, self.secret.expose());
        Self::checked(percent_decoded(id)?, percent_decoded(secret)?)
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

fn has_escape(text: &str) -> bool {
    text.as_bytes()
        .windows(3)
        .any(|w| w[0] == b'%' && w[1].is_ascii_hexdigit() && w[2].is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const ID: &str = "sb-11111111-2222-3333-4444-555555555555!b7|it-rt-acme!b1";

    fn secret() -> String {
        format!("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee${}=", "A".repeat(43))
    }

    fn basic(text: impl AsRef<[u8]>) -> Option<Credentials> {
        let field = format!("Basic {}", STANDARD.encode(text));
        Credentials::from_basic(&field.parse().unwrap())
    }

    #[test]
    fn raw_credentials_split_at_the_first_colon() {
        let raw = basic(format!("{ID}:{}", secret())).unwrap();
        assert_eq!((raw.id.as_str(), raw.secret.expose()), (ID, &secret()));
        assert!(raw.percent_decoded().is_none());
        let colons = basic("id:a:b:").unwrap();
        assert_eq!(
            (colons.id.as_str(), colons.secret.expose().as_str()),
            ("id", "a:b:")
        );
        assert!(basic("cf:").unwrap().secret.expose().is_empty());
    }

    #[test]
    fn every_spelling_of_encoded_credentials_decodes_to_the_same() {
        let go = format!("{ID}:{}", secret())
            .replace('|', "%7C")
            .replace('!', "%21");
        let go = go.replace('$', "%24").replace('=', "%3D");
        let js = format!("{ID}:{}", secret())
            .replace('|', "%7C")
            .replace('$', "%24");
        for text in [
            go.clone(),
            go.to_lowercase().replace('A', "a"),
            js.replace('=', "%3D"),
        ] {
            let decoded = basic(&text).unwrap().percent_decoded().unwrap();
            assert_eq!(decoded.id, ID);
            assert_eq!(
                decoded.secret.expose().to_lowercase(),
                secret().to_lowercase()
            );
        }
        let plus = basic("a%7Cb:c+d").unwrap();
        assert_eq!(plus.percent_decoded().unwrap().secret.expose(), "c+d");
        assert_eq!(plus.form_decoded().unwrap().secret.expose(), "c d");
    }

    #[test]
    fn malformed_headers_are_no_credentials() {
        for text in ["", "no colon", ":secret", "a\0:b", "a:b\n", "\u{1b}:x"] {
            assert!(basic(text).is_none(), "{text:?}");
        }
        assert!(basic([b'a', b':', 0xff]).is_none(), "Latin-1");
        assert!(basic("%0A:x").unwrap().percent_decoded().is_none());
        for field in [
            "Basic",
            "Basic ",
            "Basic YTpi YTpi",
            "Basic YTpi\t",
            "Basic YTo",
            "Bearer YTpi",
        ] {
            assert!(
                Credentials::from_basic(&field.parse().unwrap()).is_none(),
                "{field}"
            );
        }
        for field in ["basic YTpi", "BASIC YTpi"] {
            assert!(
                Credentials::from_basic(&field.parse().unwrap()).is_some(),
                "{field}"
            );
        }
    }
}
