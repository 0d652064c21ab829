use std::time::Duration;

use lockgate_core::account::AccountKind;
use lockgate_core::certificate::{CertificateNames, Name, Thumbprint};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{AccountId, InstanceId};
use lockgate_core::tenant::Plan;
use lockgate_flow::plan::{Authorization, DnPair};
use lockgate_pki::dn;
use uuid::Uuid;

use super::*;

const CLIENT: &str = "sb-1!b1|it-rt-t!b1";
const SEND: &str = "ESBMessaging.send";

fn roles(names: &[&str]) -> Vec<RoleName> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn client(held: &[&str]) -> Arc<Client> {
    Arc::new(Client {
        id: CLIENT.to_owned(),
        instance: InstanceId(Uuid::from_u128(1)),
        plan: Plan::IntegrationFlow,
        roles: roles(held),
        grant_types: vec![],
        redirect_uris: vec![],
        token_validity: 3600,
        tokens_not_before: Timestamp::default(),
        secrets: vec![],
        certificates: vec![],
    })
}

fn known(principal: Principal) -> Identity {
    Identity::Known {
        principal,
        certificate: None,
    }
}

fn identity(held: &[&str], token: Option<&[&str]>) -> Identity {
    let grant = token.map_or(Grant::Everything, |names| Grant::Only(roles(names).into()));
    known(Principal::Client {
        client: client(held),
        grant,
        user_name: Some(CLIENT.into()),
    })
}

/// `account` are the roles of the person's account, if it has one.
fn person(held: &[&str], token: &[&str], account: Option<&[&str]>) -> Identity {
    let account = account.map(|held| Account {
        id: AccountId(Uuid::from_u128(2)),
        name: "jane".to_owned(),
        kind: AccountKind::Person,
        admin: true,
        roles: roles(held),
        tokens_not_before: Timestamp::default(),
        secret: None,
        scopes: vec![],
    });
    known(Principal::Person {
        client: client(held),
        scopes: roles(token).into(),
        account: account.map(Arc::new),
        name: "jane".into(),
    })
}

fn certificate(subject: &str, issuer: &str) -> Arc<PeerCertificate> {
    let name = |text: &str| match text {
        "" => Name::new(String::new(), vec![]),
        text => dn::parse_text(text).unwrap(),
    };
    Arc::new(PeerCertificate {
        thumbprint: Thumbprint([7; 32]),
        names: CertificateNames {
            subject: name(subject),
            issuer: name(issuer),
        },
        issuer_key: [8; 32],
        not_before: Timestamp::default(),
        not_after: Timestamp::default().plus(Duration::from_secs(1)),
    })
}

fn holder(certificate: Arc<PeerCertificate>) -> Identity {
    Identity::Holder {
        certificate,
        because: Reason::CertificateUnknown,
    }
}

fn endpoint(authorization: Authorization) -> Arc<Endpoint> {
    Arc::new(Endpoint::for_test("/a", false, authorization))
}

fn role_endpoint() -> Arc<Endpoint> {
    endpoint(Authorization::Role(SEND.parse().unwrap()))
}

/// Roles held, roles in the token (none for Basic), role asked for, and the decision.
#[test]
fn a_permit_needs_the_exact_role_in_the_client_and_in_its_token() {
    let send: RoleName = SEND.parse().unwrap();
    let missing = || Err(Denied::RoleMissing(send.clone()));
    let narrowed = || Err(Denied::ScopeMissing(send.clone()));
    let of_person = || Err(Denied::PersonRoleMissing(send.clone()));
    let cases = [
        ("B1", identity(&[SEND], None), Ok(())),
        ("B1, one of several", identity(&["A", SEND], None), Ok(())),
        ("B2", identity(&["Other"], None), missing()),
        ("B2, no role", identity(&[], None), missing()),
        (
            "B2, other case",
            identity(&["ESBmessaging.send"], None),
            missing(),
        ),
        ("B2, API role", identity(&["API.invoke"], None), missing()),
        ("D1", identity(&[SEND], Some(&[SEND])), Ok(())),
        ("D2", identity(&[SEND], Some(&["Other"])), narrowed()),
        ("D2, no scope", identity(&[SEND], Some(&[])), narrowed()),
        ("D6", identity(&["Other"], Some(&[SEND])), missing()),
        ("D11", person(&[SEND], &[SEND], Some(&[SEND])), Ok(())),
        ("D11, other issuer", person(&[SEND], &[SEND], None), Ok(())),
        (
            "D11, no scope",
            person(&[SEND], &[], Some(&[SEND])),
            narrowed(),
        ),
        (
            "D11, client without role",
            person(&[], &[SEND], Some(&[SEND])),
            missing(),
        ),
        (
            "D11, role taken from the person",
            person(&[SEND], &[SEND], Some(&[])),
            of_person(),
        ),
    ];
    for (name, identity, expected) in cases {
        let decision = authorize(&role_endpoint(), &identity).map(|_| ());
        assert_eq!(decision, expected, "{name}");
    }
}

#[test]
fn a_certificate_that_leads_to_no_client_opens_no_role() {
    let denied = authorize(&role_endpoint(), &holder(certificate("CN=a", "CN=b"))).unwrap_err();
    assert_eq!(denied, Denied::NoClient(Reason::CertificateUnknown));
    assert_eq!(denied.reason(), Reason::CertificateUnknown);
}

#[test]
fn a_channel_that_lists_certificates_asks_for_subject_and_issuer_and_nothing_else() {
    let pair = |subject: &str, issuer: &str| DnPair {
        subject: subject.to_owned(),
        issuer: issuer.to_owned(),
    };
    let listed = endpoint(Authorization::Certificates(vec![
        pair("CN=x", "CN=y"),
        pair("CN=a", "CN=b"),
    ]));
    let cases = [
        ("E10", "CN=a", "CN=b", Ok(())),
        ("E3", "CN=a", "CN=y", Err(Denied::CertificateNotListed)),
        ("E3", "CN=x", "CN=b", Err(Denied::CertificateNotListed)),
        ("E3", "CN=b", "CN=a", Err(Denied::CertificateNotListed)),
        ("T55", "", "CN=b", Err(Denied::CertificateNotListed)),
    ];
    for (id, subject, issuer, expected) in cases {
        let decision = authorize(&listed, &holder(certificate(subject, issuer)));
        assert_eq!(decision.map(|_| ()), expected, "{id} {subject} {issuer}");
    }
    let roles = identity(&[SEND], None);
    let none = endpoint(Authorization::Certificates(vec![]));
    for endpoint in [&listed, &none] {
        let denied = authorize(endpoint, &roles).unwrap_err();
        assert_eq!(denied, Denied::CertificateRequired, "B1");
    }
    let denied = authorize(&none, &holder(certificate("CN=a", "CN=b"))).unwrap_err();
    assert_eq!(denied, Denied::CertificateNotListed);
}

#[test]
fn only_users_with_a_role_have_a_name() {
    let pair = DnPair {
        subject: "CN=a".to_owned(),
        issuer: "CN=b".to_owned(),
    };
    let listed = endpoint(Authorization::Certificates(vec![pair]));
    let name = |endpoint: &Arc<Endpoint>, identity: &Identity| {
        let permit = authorize(endpoint, identity).unwrap();
        assert!(Arc::ptr_eq(permit.endpoint(), endpoint));
        permit.user_name().map(|name| name.as_ref().to_owned())
    };
    let client = identity(&[SEND], None);
    assert_eq!(name(&role_endpoint(), &client).as_deref(), Some(CLIENT));
    let jane = person(&[SEND], &[SEND], None);
    assert_eq!(name(&role_endpoint(), &jane).as_deref(), Some("jane"));
    let Identity::Known { principal, .. } = client else {
        panic!("a client is known");
    };
    let both = Identity::Known {
        principal,
        certificate: Some(certificate("CN=a", "CN=b")),
    };
    assert_eq!(name(&role_endpoint(), &both).as_deref(), Some(CLIENT));
    assert_eq!(name(&listed, &both), None);
}

#[test]
fn the_message_log_names_everybody() {
    assert_eq!(identity(&[], None).to_string(), CLIENT);
    let jane = person(&[], &[], None).to_string();
    assert_eq!(jane, format!("jane through {CLIENT}"));
    let long = format!("CN=a\nb{}", "x".repeat(1_000));
    let text = holder(certificate(&long, "CN=b")).to_string();
    assert!(text.starts_with("CN=a"), "{text}");
    assert!(text.contains("bxx") && !text.contains('\n'), "{text}");
    assert!(text.ends_with(&format!(" (certificate {})", "07".repeat(32))));
    assert!(text.chars().count() < 300);
}
