//! Issuers whose word about persons is taken (RFC 7523).
//!
//! A person logs in elsewhere; the issuer there signs an assertion for this token server, and a
//! client exchanges it for a token that speaks for the person. Nothing in an assertion makes the
//! server fetch anything: the issuer's keys are configured.

mod assertion;
mod keys;

use std::collections::BTreeMap;

use lockgate_core::role::RoleName;

pub(crate) use assertion::{AssertionRefused, Vouched, verify};
pub use keys::{InvalidKeySet, IssuerKeys};

/// The origin of persons whose account is on this server: no issuer may claim it.
const LOCAL_ORIGIN: &str = "uaa";

/// Who may vouch for persons, and what its word means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// Its claim `iss`, exactly.
    pub issuer: String,
    /// Its public keys.
    pub keys: IssuerKeys,
    /// What tokens say about where the person comes from.
    pub origin: String,
    /// The claim that holds the user name.
    pub user_claim: String,
    /// The claim that holds the person's groups there.
    pub roles_claim: String,
    /// The roles that a group stands for.
    pub roles: BTreeMap<String, Vec<RoleName>>,
}

impl TrustedIssuer {
    /// What is wrong with the settings, in sentences for the operator.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let named = [
            ("issuer", &self.issuer),
            ("user_claim", &self.user_claim),
            ("roles_claim", &self.roles_claim),
        ];
        for (name, _) in named.iter().filter(|(_, value)| value.is_empty()) {
            problems.push(format!("a trusted issuer needs {name}"));
        }
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if self.origin.is_empty() || self.origin.len() > 100 || !self.origin.chars().all(legal) {
            problems.push(format!(
                "the origin {:?} of the trusted issuer {} must have 1 to 100 letters, digits, '-', \
                 '_' or '.'",
                self.origin, self.issuer
            ));
        }
        if self.origin.eq_ignore_ascii_case(LOCAL_ORIGIN) {
            problems.push(format!(
                "the trusted issuer {} cannot have the origin {LOCAL_ORIGIN:?}: accounts of this \
                 server have it",
                self.issuer
            ));
        }
        problems
    }
}
