//! The operator token: what opens the operator API.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use lockgate_core::crypto::sha256;
use lockgate_core::secret::Secret;

use crate::authorization::bearer;

/// The operator token, kept as its digest so that it cannot leak from memory or logs.
#[derive(Clone, Copy)]
pub struct OperatorToken([u8; 32]);

impl OperatorToken {
    /// Remembers the digest of `token`.
    #[must_use]
    pub fn new(token: &Secret<String>) -> Self {
        Self(sha256(token.expose().as_bytes()))
    }

    /// Whether `candidate` is the token. Takes the same time whatever the candidate is.
    #[must_use]
    pub fn is(&self, candidate: &str) -> bool {
        verify_slices_are_equal(&sha256(candidate.as_bytes()), &self.0).is_ok()
    }

    /// Whether the request carries the token: exactly one `Authorization: Bearer` field.
    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let (Some(field), None) = (fields.next(), fields.next()) else {
            return false;
        };
        bearer(field).is_some_and(|token| self.is(token))
    }
}

impl fmt::Debug for OperatorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperatorToken(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_exact_bearer_field_is_admitted() {
        let token = OperatorToken::new(&Secret::from("s3cret"));
        let admits = |fields: &[&str]| {
            let mut headers = HeaderMap::new();
            for field in fields {
                headers.append(AUTHORIZATION, field.parse().unwrap());
            }
            token.admits(&headers)
        };
        assert!(admits(&["Bearer s3cret"]));
        assert!(admits(&["bEaReR s3cret"]));
        for refused in [
            &[] as &[&str],
            &["s3cret"],
            &["Basic s3cret"],
            &["Bearer"],
            &["Bearer "],
            &["Bearer S3cret"],
            &["Bearer  s3cret"],
            &["Bearer s3cret, Basic x"],
            &["Bearer s3cret", "Bearer s3cret"],
        ] {
            assert!(!admits(refused), "{refused:?}");
        }
        assert_eq!(format!("{token:?}"), "OperatorToken(***)");
    }
}
