//! What our own authority issues.

use std::time::Duration;

use lockgate_core::random::SeededRandom;
use lockgate_core::secret::Secret;
use lockgate_pki::authority::{Authority, AuthorityError, KeySize, Subject};
use lockgate_pki::certificate::{PublicKey, Usage};
use lockgate_pki::trust::TrustStore;
use lockgate_pki::{certificate, pem};

use crate::made::{DAY, NOW, ca, named, self_signed};

fn subject(name: &str) -> Subject {
    Subject {
        common_name: name.to_owned(),
        organizational_unit: Some("Flows".to_owned()),
        organization: Some("Acme, Inc.".to_owned()),
        locality: Some("acme".to_owned()),
        country: Some("DE".to_owned()),
        ..Subject::default()
    }
}

fn authority(validity: Duration) -> Authority {
    let random = SeededRandom::new(1);
    Authority::generate(&subject("authority"), validity, NOW, &random).unwrap()
}

#[test]
fn a_client_certificate_is_complete_and_trusted() {
    let authority = authority(DAY * 3650);
    let issue = |seed| {
        let random = SeededRandom::new(seed);
        authority.issue_client(&subject("key"), KeySize::Bits2048, 365, NOW, &random)
    };
    let issued = issue(2).unwrap();
    let parsed = &issued.parsed;
    assert_eq!(parsed, &certificate::parse(&issued.certificate).unwrap());
    assert_eq!(parsed.public_key, PublicKey::Rsa(2048));
    assert_eq!(parsed.usage, Usage::Client);
    assert_eq!(parsed.not_after, NOW.plus(DAY * 365));
    assert!(!parsed.is_ca);
    assert_eq!(
        parsed.names.subject.text(),
        "CN=key,OU=Flows,O=Acme\\, Inc.,L=acme,C=DE"
    );
    assert_eq!(parsed.names.issuer, authority.parsed().names.subject);
    assert_eq!(parsed.serial.len(), "0x".len() + 32);
    assert_eq!(parsed.serial, issue(2).unwrap().parsed.serial);
    assert_ne!(parsed.serial, issue(3).unwrap().parsed.serial);

    let chain = issued
        .chain_pem
        .split_inclusive("-----END CERTIFICATE-----\n");
    let chain: Vec<_> = chain.map(|pem| pem::read_one(pem).unwrap()).collect();
    assert_eq!(
        chain,
        [issued.certificate.clone(), authority.certificate().to_vec()]
    );
    assert!(
        issued
            .key_pem
            .expose()
            .starts_with("-----BEGIN PRIVATE KEY-----\n")
    );
    let store = TrustStore::new([authority.certificate()]);
    let peer = store
        .verify_client::<&[u8]>(&issued.certificate, &[], NOW)
        .unwrap();
    assert_eq!(peer.issuer_key, authority.parsed().key);
}

#[test]
fn keys_have_the_size_that_was_asked_for() {
    for bits in [2048, 3072, 4096] {
        let size = KeySize::try_from(bits).unwrap();
        let random = SeededRandom::new(4);
        let issued = authority(DAY)
            .issue_client(&subject("key"), size, 1, NOW, &random)
            .unwrap();
        assert_eq!(
            issued.parsed.public_key,
            PublicKey::Rsa(usize::try_from(bits).unwrap())
        );
    }
    for bits in [0, 1024, 2047, 8192] {
        assert_eq!(KeySize::try_from(bits), Err(bits));
    }
}

#[test]
fn no_certificate_outlives_its_authority() {
    let short = authority(DAY * 10);
    let random = SeededRandom::new(5);
    let issue =
        |days, now| short.issue_client(&subject("key"), KeySize::Bits2048, days, now, &random);
    assert_eq!(
        issue(30, NOW).unwrap().parsed.not_after,
        short.parsed().not_after
    );
    for days in [0, 366] {
        assert!(matches!(issue(days, NOW), Err(AuthorityError::ValidityDays(d)) if d == days));
    }
    let late = issue(1, NOW.plus(DAY * 11));
    assert!(matches!(late, Err(AuthorityError::Expired(_))));
}

#[test]
fn names_that_a_certificate_cannot_carry_are_refused() {
    let authority = authority(DAY);
    let random = SeededRandom::new(6);
    let country = Subject {
        country: Some("Germany".to_owned()),
        ..subject("key")
    };
    let subjects = [
        subject(""),
        subject(&"x".repeat(65)),
        subject("a\0b"),
        country,
    ];
    for subject in subjects {
        let issued = authority.issue_client(&subject, KeySize::Bits2048, 1, NOW, &random);
        assert!(
            matches!(issued, Err(AuthorityError::InvalidName(_))),
            "{subject:?}"
        );
    }
    assert!(authority.issue_server(&["ä"], 1, NOW, &random).is_err());
}

#[test]
fn an_authority_survives_being_stored() {
    let authority = authority(DAY);
    let again = Authority::from_der(authority.certificate(), &authority.key()).unwrap();
    let random = SeededRandom::new(7);
    let issued = again
        .issue_client(&subject("key"), KeySize::Bits2048, 1, NOW, &random)
        .unwrap();
    assert_eq!(issued.parsed.names.issuer, authority.parsed().names.subject);

    let other = self_signed(ca("other"));
    let wrong = Authority::from_der(&other.der, &authority.key());
    assert!(matches!(wrong, Err(AuthorityError::WrongKey)));
    let garbage = Authority::from_der(authority.certificate(), &Secret::new(vec![1, 2, 3]));
    assert!(matches!(garbage, Err(AuthorityError::WrongKey)));
    let leaf = self_signed(named("leaf"));
    let leaf = Authority::from_der(&leaf.der, &authority.key());
    assert!(matches!(leaf, Err(AuthorityError::NotAnAuthority(_))));
}

#[test]
fn a_server_certificate_is_for_its_hosts_and_no_client() {
    let authority = authority(DAY);
    let random = SeededRandom::new(8);
    let hosts = ["localhost", "127.0.0.1", "::1"];
    let issued = authority.issue_server(&hosts, 30, NOW, &random).unwrap();
    assert_eq!(issued.parsed.usage, Usage::Other);
    assert_eq!(issued.parsed.names.subject.text(), "CN=localhost");
    assert_eq!(issued.parsed.not_after, authority.parsed().not_after);
    let long = format!("{}.example", "x".repeat(60));
    let issued = authority.issue_server(&[&long], 30, NOW, &random).unwrap();
    assert_eq!(issued.parsed.names.subject.text(), "CN=server");
}
