//! Tokens for flows that speak for persons.

use lockgate_core::account::{Account, AccountKind};
use lockgate_core::ids::{AccountId, SessionId};

use super::*;

pub(super) const ANN: AccountId = AccountId(Uuid::from_u128(0xa22));
pub(super) const SESSION: SessionId = SessionId(Uuid::from_u128(0x5e5));

/// Somebody with one of the client's two roles, and one that the client lacks.
pub(super) fn ann() -> Account {
    Account {
        id: ANN,
        name: "ann".to_owned(),
        kind: AccountKind::Person,
        admin: false,
        roles: ["ESBMessaging.send", "foreign"]
            .map(|role| role.parse().unwrap())
            .to_vec(),
        tokens_not_before: NOW,
        secret: None,
        scopes: vec![],
    }
}

pub(super) fn with_accounts(accounts: Vec<Account>) -> Identities {
    let hash = MasterKey::generate(&SeededRandom::new(1)).keyed_hash(SECRET_HASH_LABEL);
    Identities {
        accounts: Accounts::new(accounts, [], hash),
        ..identities()
    }
}

/// What a service instance gets that ann logged in with.
fn claims() -> Value {
    let mut claims = super::claims();
    let person = json!({"grant_type": "authorization_code", "sub": ANN, "user_id": ANN,
        "user_name": "ann", "origin": "uaa", "email": "ann", "auth_time": NOW.secs(),
        "sid": SESSION, "scope": ["openid", "it-rt-acme!b1.ESBMessaging.send",
            "it-rt-acme!b1.other", "it-rt-acme!b1.foreign"]});
    let object = claims.as_object_mut().unwrap();
    object.remove("authorities");
    object.extend(person.as_object().unwrap().clone());
    claims
}

fn with(change: impl FnOnce(&mut Value)) -> String {
    let mut claims = claims();
    change(&mut claims);
    sign(&header(), &claims)
}

fn verify(token: &str, identities: &Identities) -> Result<VerifiedToken, TokenRefused> {
    super::verify(token, identities, Plan::IntegrationFlow, NOW, None)
}

fn roles(token: &VerifiedToken) -> Vec<&str> {
    token.roles().map(RoleName::as_str).collect()
}

#[test]
fn a_token_has_the_roles_that_scope_client_and_person_all_have() {
    let token = verify(&with(|_| ()), &with_accounts(vec![ann()])).unwrap();
    assert_eq!(roles(&token), [MESSAGING_SEND]);
    assert_eq!(token.account.as_ref().unwrap().id, ANN);
    let user = token.user().unwrap();
    assert_eq!((user.account, user.session), (Some(ANN), Some(SESSION)));
    assert_eq!((user.name.as_str(), user.origin.as_str()), ("ann", "uaa"));
    // Being an administrator gives no role at flows.
    let admin = Account {
        admin: true,
        roles: vec![],
        ..ann()
    };
    let token = verify(&with(|_| ()), &with_accounts(vec![admin])).unwrap();
    assert_eq!(roles(&token), [""; 0]);
}

/// T40, for what depends on the person.
#[test]
fn the_account_and_the_session_decide_at_each_use() {
    let before = with_accounts(vec![ann()]);
    let token = SignedToken::open(&with(|_| ()), &before, Plan::IntegrationFlow).unwrap();
    let admit = |identities: &Identities| {
        let admitted = token.admit(identities, NOW, None);
        admitted.map(|token| token.roles().count())
    };
    assert_eq!(admit(&before), Ok(1));
    assert_eq!(
        admit(&with_accounts(vec![])),
        Err(TokenRefused::UnknownAccount)
    );
    for kind in [AccountKind::Tool, AccountKind::Broker] {
        let other = with_accounts(vec![Account { kind, ..ann() }]);
        assert_eq!(admit(&other), Err(TokenRefused::UnknownAccount), "{kind:?}");
    }
    let later = Account {
        tokens_not_before: NOW.plus(Duration::from_micros(1)),
        ..ann()
    };
    assert_eq!(
        admit(&with_accounts(vec![later])),
        Err(TokenRefused::Superseded)
    );
    let poor = Account {
        roles: vec![],
        ..ann()
    };
    assert_eq!(admit(&with_accounts(vec![poor])), Ok(0));
    for (revoked, expected) in [
        (
            format!("session/{SESSION}"),
            Err(TokenRefused::SessionEnded),
        ),
        (JTI.to_owned(), Err(TokenRefused::Revoked)),
        (format!("session/{ANN}"), Ok(1)),
        (SESSION.to_string(), Ok(1)),
    ] {
        let mut ended = with_accounts(vec![ann()]);
        ended.revoked = [(revoked, NOW)].into_iter().collect();
        assert_eq!(admit(&ended), expected);
    }
}

#[test]
fn what_the_token_says_of_the_person_is_complete_and_agrees() {
    let identities = with_accounts(vec![ann()]);
    let error = |token: &str| verify(token, &identities).unwrap_err();
    for claim in ["user_id", "user_name", "origin", "sub"] {
        let missing = error(&with(|claims| {
            drop(claims.as_object_mut().unwrap().remove(claim))
        }));
        assert!(
            matches!(missing, TokenRefused::Claim { claim: named, .. } if named == claim),
            "{claim}: {missing:?}"
        );
    }
    let client = client(Plan::IntegrationFlow).id;
    for (claim, value, expected) in [
        ("sub", json!(client), TokenRefused::ClientMismatch),
        ("azp", json!("sb-other"), TokenRefused::ClientMismatch),
        ("client_id", json!(ANN), TokenRefused::ClientMismatch),
        (
            "grant_type",
            json!("client_credentials"),
            TokenRefused::Kind,
        ),
        ("grant_type", json!("implicit"), TokenRefused::Kind),
        ("nonce", json!("x"), TokenRefused::Kind),
        ("at_hash", json!("x"), TokenRefused::Kind),
    ] {
        let token = with(|claims| claims[claim] = value);
        assert_eq!(error(&token), expected, "{claim}");
    }
    let nobody = with(|claims| {
        claims["user_id"] = json!("ann");
        claims["sub"] = json!("ann");
    });
    assert_eq!(error(&nobody), TokenRefused::UnknownAccount);
    let session = with(|claims| claims["sid"] = json!("x"));
    assert!(matches!(
        error(&session),
        TokenRefused::Claim { claim: "sid", .. }
    ));
}

/// A trusted issuer vouches for the person: there is no account, and the scopes are the limit.
#[test]
fn persons_of_elsewhere_have_no_account_here() {
    let stranger = with(|claims| {
        claims["grant_type"] = json!("urn:ietf:params:oauth:grant-type:jwt-bearer");
        claims["origin"] = json!("corporate");
        // The id of an account here means nothing with another origin.
        claims["scope"] = json!(["it-rt-acme!b1.other"]);
    });
    let token = verify(&stranger, &with_accounts(vec![ann()])).unwrap();
    assert_eq!(token.account, None);
    assert_eq!(token.user().unwrap().account, None);
    assert_eq!(roles(&token), ["other"]);
}
