//! The version of the specification that a platform speaks.

use http::HeaderMap;

use crate::error::Error;

/// With this header a platform says which version it speaks.
const HEADER: &str = "x-broker-api-version";
/// The newest version that this broker knows.
const KNOWN: &str = "2.17";

/// A version `2.x` of the specification, by its `x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u32);

impl Version {
    /// The oldest version that is served.
    const OLDEST: Self = Self(13);
    /// Brought the life of bindings.
    pub(crate) const BINDING_METADATA: Self = Self(16);
    /// Brought the rotation of bindings.
    pub(crate) const ROTATION: Self = Self(17);

    /// The version that the headers name. Newer ones of the same line are served as the newest
    /// known: they may only add.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Error> {
        let mut fields = headers.get_all(HEADER).iter();
        let text = match (fields.next(), fields.next()) {
            (Some(field), None) => field.to_str().unwrap_or_default(),
            _ => "",
        };
        let minor = text.strip_prefix("2.").filter(|minor| {
            let digits = minor.bytes().all(|byte| byte.is_ascii_digit());
            digits && (1..=4).contains(&minor.len())
        });
        let version = minor.and_then(|minor| minor.parse().ok()).map(Self);
        version
            .filter(|version| *version >= Self::OLDEST)
            .ok_or(Error::Version { known: KNOWN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_from_2_13_on_are_served() {
        let read = |texts: &[&str]| {
            let headers = texts.iter().map(|text| (HEADER, *text));
            let headers =
                headers.map(|(name, text)| (name.parse().unwrap(), text.parse().unwrap()));
            Version::read(&headers.collect())
        };
        for (text, minor) in [("2.13", 13), ("2.15", 15), ("2.17", 17), ("2.99", 99)] {
            assert_eq!(read(&[text]).unwrap(), Version(minor), "{text}");
        }
        let wrong = [
            "", "2", "2.", "2.12", "1.13", "3.0", "2.13.1", "2.x", "2.+13", " 2.13x", "2.99999",
        ];
        for text in wrong {
            assert!(read(&[text]).is_err(), "{text:?}");
        }
        assert!(read(&[]).is_err());
        assert!(read(&["2.17", "2.17"]).is_err());
    }
}
