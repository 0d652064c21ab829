//! The parameters of an OAuth request, from the query and the form body.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use percent_encoding::percent_decode;

use crate::error::OAuthError;

/// Parameters by name. Has no `Debug`: secrets are among them.
#[derive(Default)]
pub(crate) struct Parameters {
    merged: BTreeMap<String, String>,
    secret_in_query: bool,
}

impl Parameters {
    /// Merges the query and the form body.
    ///
    /// A name that occurs twice in one of them is refused. `grant_type` of the query wins over the
    /// body's, because existing clients rely on it; any other conflict is refused.
    pub(crate) fn read(query: Option<&str>, form: Option<&[u8]>) -> Result<Self, OAuthError> {
        let query = parse(query.unwrap_or_default().as_bytes())?;
        let secret_in_query = query.contains_key("client_secret");
        let mut merged = query;
        for (name, value) in parse(form.unwrap_or_default())? {
            match merged.entry(name) {
                Entry::Vacant(entry) => drop(entry.insert(value)),
                Entry::Occupied(entry) if entry.key() == "grant_type" => {}
                Entry::Occupied(entry) if *entry.get() == value => {}
                Entry::Occupied(_) => {
                    return Err(OAuthError::InvalidRequest(
                        "A parameter has different values in query and body",
                    ));
                }
            }
        }
        Ok(Self {
            merged,
            secret_in_query,
        })
    }

    /// The value of a parameter that is present and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.merged.get(name)?;
        (!value.is_empty()).then_some(value)
    }

    /// Whether the query carries a secret, where logs of proxies would show it.
    pub(crate) fn secret_in_query(&self) -> bool {
        self.secret_in_query
    }
}

/// Splits at `&`, then at the first `=`: secrets contain `=`. `;` separates nothing.
fn parse(text: &[u8]) -> Result<BTreeMap<String, String>, OAuthError> {
    let mut parameters = BTreeMap::new();
    for pair in text.split(|&b| b == b'&').filter(|pair| !pair.is_empty()) {
        let (name, value) = match pair.iter().position(|&b| b == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &[] as &[u8]),
        };
        if parameters.insert(decode(name)?, decode(value)?).is_some() {
            return Err(OAuthError::InvalidRequest("A parameter occurs twice"));
        }
    }
    Ok(parameters)
}

fn decode(text: &[u8]) -> Result<String, OAuthError> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|&b| if b == b'+' { b' ' } else { b })
        .collect();
    let decoded = percent_decode(&spaced).decode_utf8();
    let decoded = decoded.map_err(|_| OAuthError::InvalidRequest("A parameter is not UTF-8"))?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str, form: &str) -> Result<Parameters, OAuthError> {
        Parameters::read(Some(query), Some(form.as_bytes()))
    }

    #[test]
    fn values_are_decoded_once_and_split_at_the_first_equals_sign() {
        let parameters = read("a=%2525&b=x%20y+z", "client_secret=abc$xyz=&flag&c=%C3%A4").unwrap();
        assert_eq!(parameters.get("a"), Some("%25"));
        assert_eq!(parameters.get("b"), Some("x y z"));
        assert_eq!(parameters.get("client_secret"), Some("abc$xyz="));
        assert_eq!(parameters.get("c"), Some("ä"));
        assert_eq!(parameters.get("flag"), None);
        assert!(!parameters.secret_in_query());
        assert!(read("client_secret=x", "").unwrap().secret_in_query());
    }

    #[test]
    fn names_are_exact() {
        let parameters = read("grant_type[]=x&GRANT_TYPE=y;grant_type=z", "").unwrap();
        assert_eq!(parameters.get("grant_type"), None);
    }

    #[test]
    fn the_query_decides_the_grant_and_nothing_else_may_conflict() {
        let parameters = read("grant_type=client_credentials", "grant_type=password&x=1").unwrap();
        assert_eq!(parameters.get("grant_type"), Some("client_credentials"));
        assert!(read("client_id=a", "client_id=a").is_ok());
        for name in ["client_id", "client_secret", "scope", "token_format", "x"] {
            assert!(
                read(&format!("{name}=a"), &format!("{name}=b")).is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn repeated_or_unreadable_parameters_are_refused() {
        for text in [
            "a=1&a=2",
            "a=1&a=1",
            "client_id=x&y=1&client%5Fid=z",
            "a=%FF",
            "%C0%AE=1",
        ] {
            assert!(read(text, "").is_err(), "{text}");
            assert!(read("", text).is_err(), "{text}");
        }
    }
}
