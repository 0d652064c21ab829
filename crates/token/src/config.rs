//! What an operator may choose about the token server.

use std::time::Duration;

use crate::trusted::TrustedIssuer;

/// Settings of the token server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Whether a client may send its secret in the query string, as some existing clients do.
    /// Each use is logged as a warning. When off, such requests are answered with 400.
    pub query_credentials: bool,
    /// Which error names are used where the original and the standard differ.
    pub errors: ErrorProfile,
    /// Whether a token that was got with a certificate is good with that certificate only.
    pub bind_to_certificate: bool,
    /// Who may vouch for persons, for clients with the grant `jwt-bearer`.
    pub trusted_issuers: Vec<TrustedIssuer>,
    /// How long signing keys stay in each phase.
    pub phases: Phases,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            query_credentials: true,
            errors: ErrorProfile::Compatible,
            bind_to_certificate: false,
            trusted_issuers: Vec::new(),
            phases: Phases::default(),
        }
    }
}

/// Which error names are used where UAA and RFC 6749 differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorProfile {
    /// As UAA answers: 401 `unauthorized` for bad credentials, 401 `invalid_client` for a grant
    /// the client may not use.
    Compatible,
    /// As RFC 6749 says: 401 `invalid_client` and 400 `unauthorized_client`.
    Standard,
}

/// How long a signing key stays in each phase of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phases {
    /// Published before it signs, so that every verifier has fetched it by then.
    pub pending: Duration,
    /// Signs; then its successor is published. Zero leaves rotation to the operator.
    pub active: Duration,
    /// Published after it signed last, until every token it signed has expired.
    pub retiring: Duration,
}

const HOUR: Duration = Duration::from_secs(3600);
/// Verification libraries keep keys for up to 30 minutes.
const SHORTEST_PENDING: Duration = HOUR;
/// The longest life of a token, and the longest time libraries keep keys.
const SHORTEST_RETIRING: Duration = Duration::from_secs(24 * 3600 + 1800);

impl Default for Phases {
    fn default() -> Self {
        Self {
            pending: 24 * HOUR,
            active: 90 * 24 * HOUR,
            retiring: SHORTEST_RETIRING + HOUR,
        }
    }
}

impl Phases {
    /// What is wrong with these lengths, in sentences for the operator.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.pending < SHORTEST_PENDING {
            problems.push(
                "a signing key must be published for at least 1 hour before it signs: \
                 verifiers keep the key list for up to 30 minutes"
                    .to_owned(),
            );
        }
        if self.retiring < SHORTEST_RETIRING {
            problems.push(
                "a signing key must stay published for at least 24.5 hours after it signed \
                 last: tokens live for up to 24 hours"
                    .to_owned(),
            );
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_that_break_verifiers_are_named() {
        assert!(Phases::default().problems().is_empty());
        let hasty = Phases {
            pending: HOUR - Duration::from_secs(1),
            active: Duration::ZERO,
            retiring: SHORTEST_RETIRING - Duration::from_secs(1),
        };
        assert_eq!(hasty.problems().len(), 2);
    }
}
