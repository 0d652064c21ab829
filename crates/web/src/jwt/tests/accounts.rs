//! Tokens of accounts, which open the platform.

use lockgate_core::account::{Account, AccountKind};
use lockgate_core::ids::AccountId;

use super::people::{ANN, SESSION, ann, with_accounts};
use super::*;
use crate::surface::{ADMIN_SCOPE, READ_SCOPE};

fn tool() -> Account {
    Account {
        id: AccountId(Uuid::from_u128(0x7001)),
        name: "ci".to_owned(),
        kind: AccountKind::Tool,
        ..ann()
    }
}

fn identities() -> Identities {
    with_accounts(vec![ann(), tool()])
}

pub(super) fn of_ann() -> Value {
    json!({"jti": JTI, "sub": ANN, "scope": ["openid", READ_SCOPE], "client_id": "cf",
        "cid": "cf", "azp": "cf", "grant_type": "password", "user_id": ANN, "origin": "uaa",
        "user_name": "ann", "email": "ann", "sid": SESSION, "revocable": true,
        "iat": NOW.secs(), "exp": NOW.secs() + 1200,
        "iss": "https://acme.authentication.example.org/oauth/token",
        "zid": Uuid::from_u128(7).to_string(), "aud": ["uaa", "cloud_controller", "cf"]})
}

fn of_tool() -> Value {
    json!({"jti": JTI, "sub": "ci", "scope": [READ_SCOPE], "client_id": "ci", "cid": "ci",
        "azp": "ci", "grant_type": "client_credentials", "revocable": true,
        "iat": NOW.secs(), "exp": NOW.secs() + 43_200,
        "iss": "https://acme.authentication.example.org/oauth/token",
        "zid": Uuid::from_u128(7).to_string(), "aud": ["cloud_controller", "ci"]})
}

fn check(claims: &Value) -> Result<AccountToken, TokenRefused> {
    verify_account(&sign(&header(), claims), &identities(), NOW, None)
}

#[test]
fn people_and_tools_are_recognised() {
    let token = check(&of_ann()).unwrap();
    assert_eq!((token.account.id, token.session), (ANN, Some(SESSION)));
    assert_eq!((token.client_id.as_str(), token.jti.as_str()), ("cf", JTI));
    assert!(token.has_scope(READ_SCOPE) && !token.has_scope("cloud_controller"));
    let token = check(&of_tool()).unwrap();
    assert_eq!((token.account.name.as_str(), token.session), ("ci", None));
}

#[test]
fn administrators_need_the_scope_and_the_account() {
    for (admin, scope, expected) in [
        (true, ADMIN_SCOPE, true),
        (false, ADMIN_SCOPE, false),
        (true, READ_SCOPE, false),
    ] {
        let mut claims = of_ann();
        claims["scope"] = json!([scope]);
        let identities = with_accounts(vec![Account { admin, ..ann() }]);
        let token = verify_account(&sign(&header(), &claims), &identities, NOW, None);
        assert_eq!(token.unwrap().is_admin(), expected);
    }
}

/// Neither opens what the other is for, and no other JWT of ours opens anything.
#[test]
fn each_kind_of_token_has_its_place() {
    for claims in [of_ann(), of_tool()] {
        let token = sign(&header(), &claims);
        for plan in Plan::ALL {
            let refused = verify(&token, &identities(), plan, NOW, None);
            assert_eq!(refused.unwrap_err(), TokenRefused::Audience);
        }
    }
    assert_eq!(check(&claims()).unwrap_err(), TokenRefused::Audience);
    for (claim, value) in [
        ("nonce", json!("x")),
        ("at_hash", json!("x")),
        ("c_hash", json!("x")),
        ("jti", json!(format!("{JTI}-r"))),
        ("grant_type", json!("implicit")),
    ] {
        let mut claims = of_ann();
        claims[claim] = value;
        assert_eq!(check(&claims).unwrap_err(), TokenRefused::Kind, "{claim}");
    }
    // A tool that is called like a client of flows does not become it.
    let client = client(Plan::IntegrationFlow).id;
    let named = Account {
        name: client.clone(),
        ..tool()
    };
    let mut claims = of_tool();
    for claim in ["sub", "cid", "azp", "client_id"] {
        claims[claim] = json!(client);
    }
    claims["aud"] = json!(["cloud_controller", client]);
    let token = sign(&header(), &claims);
    let identities = with_accounts(vec![named]);
    let refused = verify(&token, &identities, Plan::IntegrationFlow, NOW, None).unwrap_err();
    assert!(matches!(
        refused,
        TokenRefused::Claim {
            claim: "rev_sig",
            ..
        }
    ));
}

#[test]
fn everything_that_is_wrong_is_noticed() {
    let iss = "https://evil.example/oauth/token";
    let cases = [
        ("iss", json!(iss), TokenRefused::Issuer),
        ("zid", json!("other"), TokenRefused::Zone),
        (
            "aud",
            json!(["cloud_controller.read"]),
            TokenRefused::Audience,
        ),
        ("exp", json!(NOW.secs() + 86_401), TokenRefused::Validity),
        ("iat", json!(NOW.secs() + 61), TokenRefused::NotYetValid),
        ("nbf", json!(NOW.secs() + 61), TokenRefused::NotYetValid),
        ("sub", json!("cf"), TokenRefused::ClientMismatch),
        ("cid", json!("lockgate"), TokenRefused::ClientMismatch),
        ("user_id", json!(SESSION), TokenRefused::ClientMismatch),
        ("origin", json!("corporate"), TokenRefused::UnknownAccount),
        (
            "grant_type",
            json!("client_credentials"),
            TokenRefused::Kind,
        ),
    ];
    for (claim, value, expected) in cases {
        let mut claims = of_ann();
        claims[claim] = value;
        assert_eq!(check(&claims).unwrap_err(), expected, "{claim}");
    }
    for claim in [
        "aud",
        "scope",
        "iat",
        "exp",
        "cid",
        "origin",
        "user_name",
        "jti",
    ] {
        let mut claims = of_ann();
        claims.as_object_mut().unwrap().remove(claim);
        let error = check(&claims).unwrap_err();
        assert!(matches!(error, TokenRefused::Claim { claim: named, .. } if named == claim));
    }
    for (claim, value, expected) in [
        ("sub", json!(ANN), TokenRefused::ClientMismatch),
        ("user_name", json!("ann"), TokenRefused::Kind),
        ("user_id", json!(ANN), TokenRefused::Kind),
    ] {
        let mut claims = of_tool();
        claims[claim] = value;
        assert_eq!(check(&claims).unwrap_err(), expected, "{claim}");
    }
}

/// T40
#[test]
fn live_state_decides() {
    let at = |identities: &Identities, claims: &Value, secs: i64| {
        let now = Timestamp::from_secs(NOW.secs() + secs);
        verify_account(&sign(&header(), claims), identities, now, None).map(|_| ())
    };
    let good = identities();
    assert_eq!(at(&good, &of_ann(), 1229), Ok(()));
    let expiry = Timestamp::from_secs(NOW.secs() + 1200);
    assert_eq!(
        at(&good, &of_ann(), 1230),
        Err(TokenRefused::Expired(expiry))
    );
    assert_eq!(at(&good, &of_ann(), -61), Err(TokenRefused::NotYetValid));

    let nobody = with_accounts(vec![]);
    let later = NOW.plus(Duration::from_micros(1));
    let superseded = |account: Account| Account {
        tokens_not_before: later,
        ..account
    };
    let superseded = with_accounts(vec![superseded(ann()), superseded(tool())]);
    let swapped = with_accounts(vec![
        Account {
            kind: AccountKind::Tool,
            ..ann()
        },
        Account {
            kind: AccountKind::Broker,
            ..tool()
        },
    ]);
    for claims in [of_ann(), of_tool()] {
        assert_eq!(at(&nobody, &claims, 0), Err(TokenRefused::UnknownAccount));
        assert_eq!(at(&swapped, &claims, 0), Err(TokenRefused::UnknownAccount));
        assert_eq!(at(&superseded, &claims, 0), Err(TokenRefused::Superseded));
        let mut revoked = identities();
        revoked.revoked = [(JTI.to_owned(), NOW)].into_iter().collect();
        assert_eq!(at(&revoked, &claims, 0), Err(TokenRefused::Revoked));
        let mut rotated = identities();
        rotated.keys = VerificationKeys::default();
        let error = TokenRefused::UnknownKey(KID.to_owned());
        assert_eq!(at(&rotated, &claims, 0), Err(error));
    }
    let mut ended = identities();
    ended.revoked = [(format!("session/{SESSION}"), NOW)].into_iter().collect();
    assert_eq!(at(&ended, &of_ann(), 0), Err(TokenRefused::SessionEnded));
    assert_eq!(at(&ended, &of_tool(), 0), Ok(()));
    let renamed = Account {
        name: "CI".to_owned(),
        ..tool()
    };
    let renamed = with_accounts(vec![renamed]);
    assert_eq!(
        at(&renamed, &of_tool(), 0),
        Err(TokenRefused::UnknownAccount)
    );
}
