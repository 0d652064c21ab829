//! Tokens that are bound to a certificate (RFC 8705), on every path that takes tokens.

use lockgate_core::certificate::Thumbprint;

use super::people::{ann, with_accounts};
use super::*;

const OWN: Thumbprint = Thumbprint([7; 32]);
const OTHER: Thumbprint = Thumbprint([8; 32]);

type Path = fn(&str, Option<Thumbprint>) -> Result<(), TokenRefused>;

fn flow(token: &str, certificate: Option<Thumbprint>) -> Result<(), TokenRefused> {
    let plan = Plan::IntegrationFlow;
    verify(token, &identities(), plan, NOW, certificate).map(|_| ())
}

/// A token that the gate remembers.
fn remembered(token: &str, certificate: Option<Thumbprint>) -> Result<(), TokenRefused> {
    let identities = identities();
    let token = SignedToken::open(token, &identities, Plan::IntegrationFlow)?;
    token.admit(&identities, NOW, certificate).map(|_| ())
}

fn platform(token: &str, certificate: Option<Thumbprint>) -> Result<(), TokenRefused> {
    let identities = with_accounts(vec![ann()]);
    verify_account(token, &identities, NOW, certificate).map(|_| ())
}

/// T27
#[test]
fn a_bound_token_is_good_with_its_certificate_only() {
    let paths: [(Path, Value); 3] = [
        (flow, claims()),
        (remembered, claims()),
        (platform, accounts::of_ann()),
    ];
    for (verify, mut claims) in paths {
        let free = sign(&header(), &claims);
        for certificate in [None, Some(OTHER)] {
            assert_eq!(verify(&free, certificate), Ok(()), "bound to none");
        }
        claims["cnf"] = json!({"x5t#S256": URL_SAFE_NO_PAD.encode(OWN.0)});
        let bound = sign(&header(), &claims);
        assert_eq!(verify(&bound, Some(OWN)), Ok(()));
        assert_eq!(verify(&bound, Some(OTHER)), Err(TokenRefused::Bound));
        assert_eq!(verify(&bound, None), Err(TokenRefused::Bound));
        for unknown in [
            json!({}),
            json!(null),
            json!("x"),
            json!({"x5t#S256": ""}),
            json!({"x5t#S256": URL_SAFE.encode([7; 32])}),
            json!({"x5t#S256": URL_SAFE_NO_PAD.encode([7; 31])}),
            json!({"jkt": URL_SAFE_NO_PAD.encode([7; 32])}),
            json!({"x5t#S256": URL_SAFE_NO_PAD.encode([7; 32]), "jkt": "x"}),
        ] {
            claims["cnf"] = unknown.clone();
            let error = verify(&sign(&header(), &claims), Some(OWN)).unwrap_err();
            let known = matches!(error, TokenRefused::Claim { claim: "cnf", .. });
            assert!(known, "{unknown}: {error:?}");
        }
    }
}
