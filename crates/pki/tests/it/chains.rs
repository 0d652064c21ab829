//! Which chains are trusted, and why others are not.

use lockgate_core::certificate::PeerCertificate;
use lockgate_core::limits;
use lockgate_pki::certificate::{self, Usage, Weakness};
use lockgate_pki::pem;
use lockgate_pki::trust::{NotAnAuthority, TrustStore, Untrusted, check_authority};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, NameConstraints, SanType,
};

use crate::made::{DAY, Made, NOW, ca, client, named, self_signed, valid};

fn verify(root: &Made, leaf: &Made, chain: &[&Made]) -> Result<PeerCertificate, Untrusted> {
    let chain: Vec<_> = chain.iter().map(|made| &made.der).collect();
    TrustStore::new([&root.der]).verify_client(&leaf.der, &chain, NOW)
}

fn key_of(made: &Made) -> [u8; 32] {
    certificate::parse(&made.der).unwrap().key
}

#[test]
fn a_certificate_counts_with_the_key_that_signed_it() {
    let root = self_signed(ca("root"));
    let leaf = root.sign(client("sender"));
    let peer = verify(&root, &leaf, &[]).unwrap();
    assert_eq!(peer.issuer_key, key_of(&root));
    assert_eq!(peer.names.subject.text(), "CN=sender");
    assert_eq!(peer.names.issuer.text(), "CN=root");
    assert!(peer.is_valid_at(NOW));

    let middle = root.sign(ca("middle"));
    let below = middle.sign(client("sender"));
    let peer = verify(&root, &below, &[&root, &middle]).unwrap();
    assert_eq!(peer.issuer_key, key_of(&middle));
    // The certificate in the middle may itself be what is trusted.
    let peer = verify(&middle, &below, &[]).unwrap();
    assert_eq!(peer.issuer_key, key_of(&middle));
    let store = TrustStore::new([&root.der]);
    assert_eq!(store.issuer_of(&leaf.der), Some(key_of(&root)));
    assert_eq!(store.issuer_of(&below.der), None);
    assert_eq!(store.issuer_of(b"?"), None);
}

/// T54: authorities are told apart by their keys, not by their names.
#[test]
fn authorities_of_the_same_name_are_told_apart() {
    let (one, other) = (self_signed(ca("root")), self_signed(ca("root")));
    let store = TrustStore::new([&one.der, &other.der]);
    let leaf = other.sign(client("sender"));
    let peer = store.verify_client::<&[u8]>(&leaf.der, &[], NOW).unwrap();
    assert_eq!(peer.issuer_key, key_of(&other));
    assert_eq!(store.issuer_of(&leaf.der), Some(key_of(&other)));
    assert!(matches!(verify(&one, &leaf, &[]), Err(Untrusted::Chain(_))));
}

fn with_usage(usages: &[ExtendedKeyUsagePurpose]) -> CertificateParams {
    let mut parameters = named("sender");
    parameters.extended_key_usages = usages.to_vec();
    parameters
}

/// T57, E7, E8: what a leaf may not be, whoever signed it.
#[test]
fn leaves_that_identify_no_client() {
    let root = self_signed(ca("root"));
    let dated = |from, until| {
        let mut parameters = client("sender");
        valid(&mut parameters, from, until);
        parameters
    };
    let critical = {
        let mut parameters = client("sender");
        let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
        extension.set_criticality(true);
        parameters.custom_extensions = vec![extension];
        parameters
    };
    let unknown_critical = "it has a critical extension that is not understood".to_owned();
    let mut authority = ca("sender");
    authority.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let cases = [
        (with_usage(&[]), Untrusted::NotForClients),
        (
            with_usage(&[ExtendedKeyUsagePurpose::ServerAuth]),
            Untrusted::NotForClients,
        ),
        (
            with_usage(&[ExtendedKeyUsagePurpose::Any]),
            Untrusted::NotForClients,
        ),
        (authority, Untrusted::Authority),
        (
            dated(NOW.plus(DAY), NOW.plus(DAY * 2)),
            Untrusted::NotYetValid(NOW.plus(DAY)),
        ),
        (
            dated(NOW.minus(DAY * 2), NOW.minus(DAY)),
            Untrusted::Expired(NOW.minus(DAY)),
        ),
        (critical, Untrusted::Chain(unknown_critical)),
    ];
    for (parameters, expected) in cases {
        let leaf = root.sign(parameters);
        assert_eq!(verify(&root, &leaf, &[]), Err(expected));
    }
    let both = [
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    assert!(verify(&root, &root.sign(with_usage(&both)), &[]).is_ok());
    let itself = self_signed(client("sender"));
    let unknown = Untrusted::UnknownIssuer("CN=sender".to_owned());
    assert_eq!(verify(&root, &itself, &[&itself]), Err(unknown));
}

#[test]
fn usages_are_told_apart() {
    let cases: [(&[ExtendedKeyUsagePurpose], Usage); 4] = [
        (&[], Usage::Unstated),
        (&[ExtendedKeyUsagePurpose::ServerAuth], Usage::Other),
        (&[ExtendedKeyUsagePurpose::Any], Usage::Any),
        (
            &[
                ExtendedKeyUsagePurpose::Any,
                ExtendedKeyUsagePurpose::ClientAuth,
            ],
            Usage::Client,
        ),
    ];
    for (usages, expected) in cases {
        let made = self_signed(with_usage(usages));
        assert_eq!(certificate::parse(&made.der).unwrap().usage, expected);
    }
}

/// T57: chains that are incomplete, misused, out of date or too long.
#[test]
fn chains_that_lead_nowhere() {
    let root = self_signed(ca("root"));
    let middle = root.sign(ca("middle"));
    let leaf = middle.sign(client("sender"));
    let incomplete = Untrusted::UnknownIssuer("CN=middle".to_owned());
    assert_eq!(verify(&root, &leaf, &[]), Err(incomplete));

    let expired = {
        let mut parameters = ca("middle");
        valid(&mut parameters, NOW.minus(DAY * 2), NOW.minus(DAY));
        parameters
    };
    let servers_only = {
        let mut parameters = ca("middle");
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters
    };
    let middles = [
        (expired, "an intermediate certificate has expired"),
        (
            named("middle"),
            "a certificate that is no authority's signed it",
        ),
        (
            servers_only,
            "an intermediate authority may not issue client certificates",
        ),
    ];
    for (parameters, expected) in middles {
        let middle = root.sign(parameters);
        let leaf = middle.sign(client("sender"));
        let expected = Untrusted::Chain(expected.to_owned());
        assert_eq!(verify(&root, &leaf, &[&middle]), Err(expected));
    }

    let mut short = ca("short");
    short.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let short = root.sign(short);
    let below = short.sign(ca("below"));
    let leaf = below.sign(client("sender"));
    assert!(matches!(
        verify(&root, &leaf, &[&below, &short]),
        Err(Untrusted::Chain(_))
    ));
}

#[test]
fn an_authority_counts_only_within_its_own_validity() {
    let mut parameters = ca("root");
    valid(&mut parameters, NOW.minus(DAY * 2), NOW.minus(DAY));
    let root = self_signed(parameters);
    let leaf = root.sign(client("sender"));
    let expected = Untrusted::Chain("the authority is outside its validity".to_owned());
    assert_eq!(verify(&root, &leaf, &[]), Err(expected));
}

/// T57: depth 20, and chains in a circle.
#[test]
fn deep_and_cyclic_chains_end_quickly() {
    let root = self_signed(ca("root"));
    let deep: Vec<Made> = (0..20).fold(vec![root.sign(ca("0"))], |mut chain, n| {
        let last = chain.last().unwrap();
        chain.push(last.sign(ca(&(n + 1).to_string())));
        chain
    });
    let leaf = deep.last().unwrap().sign(client("sender"));
    let all: Vec<&Made> = deep.iter().collect();
    assert_eq!(verify(&root, &leaf, &all), Err(Untrusted::ChainTooLong));
    let last = &all[all.len() - limits::CERTIFICATE_CHAIN..];
    assert!(matches!(
        verify(&root, &leaf, last),
        Err(Untrusted::Chain(_) | Untrusted::UnknownIssuer(_))
    ));

    let (a, b) = (self_signed(ca("a")), self_signed(ca("b")));
    let circle = [
        a.cross_sign(&b),
        b.cross_sign(&a),
        a.der.clone(),
        b.der.clone(),
    ];
    let leaf = a.sign(client("sender"));
    let store = TrustStore::new([&root.der]);
    assert!(store.verify_client(&leaf.der, &circle, NOW).is_err());
}

/// T57: an authority that may only issue for some names.
#[test]
fn name_constraints_hold() {
    let constrained = |subtrees: Vec<GeneralSubtree>| {
        let mut parameters = ca("root");
        parameters.name_constraints = Some(NameConstraints {
            permitted_subtrees: subtrees,
            excluded_subtrees: vec![],
        });
        self_signed(parameters)
    };
    let root = constrained(vec![GeneralSubtree::DnsName("acme.example".to_owned())]);
    let with_host = |host: &str| {
        let mut parameters = client("sender");
        parameters.subject_alt_names = vec![SanType::DnsName(host.try_into().unwrap())];
        root.sign(parameters)
    };
    assert!(verify(&root, &with_host("a.acme.example"), &[]).is_ok());
    let expected = Untrusted::Chain("a name constraint forbids its names".to_owned());
    assert_eq!(
        verify(&root, &with_host("other.example"), &[]),
        Err(expected.clone())
    );
    // Constraints on distinguished names are not understood, so they forbid everything.
    let root = constrained(vec![GeneralSubtree::DirectoryName(
        named("x").distinguished_name,
    )]);
    assert_eq!(verify(&root, &root.sign(client("x")), &[]), Err(expected));
}

#[test]
fn authorities_that_cannot_be_trusted_are_left_out() {
    let root = self_signed(ca("root"));
    let leaf = root.sign(client("sender"));
    let nameless = self_signed(ca(""));
    let store = TrustStore::new([&root.der, &leaf.der, &nameless.der, &b"?".to_vec()]);
    assert_eq!(store.authorities().len(), 1);
    let problems: Vec<_> = store
        .unusable()
        .iter()
        .map(|(_, problem)| problem.clone())
        .collect();
    let malformed = NotAnAuthority::Unreadable(certificate::Error::Malformed);
    let expected = [NotAnAuthority::NotCa, NotAnAuthority::Nameless, malformed];
    assert_eq!(problems, expected);
    assert!(store.verify_client::<&[u8]>(&leaf.der, &[], NOW).is_ok());
    assert_eq!(
        check_authority(&root.der).unwrap().names.subject.text(),
        "CN=root"
    );
}

/// T57: RSA-1024, a curve that is not accepted, MD5, SHA-1.
#[test]
fn weak_certificates_are_refused() {
    let weak = include_str!("weak.pem");
    let expected = [
        Weakness::RsaBits(1024),
        Weakness::Key("1.2.840.10045.2.1 1.3.132.0.10".to_owned()),
        Weakness::Signature("MD5".to_owned()),
        Weakness::Signature("SHA-1".to_owned()),
    ];
    let texts: Vec<_> = weak
        .split_inclusive("-----END CERTIFICATE-----\n")
        .collect();
    assert_eq!(texts.len(), expected.len());
    for (text, weakness) in texts.iter().zip(expected) {
        let der = pem::read_one(text).unwrap();
        assert_eq!(
            certificate::parse(&der).unwrap().weakness,
            Some(weakness.clone())
        );
        let refused = TrustStore::default().verify_client::<&[u8]>(&der, &[], NOW);
        assert_eq!(refused, Err(Untrusted::Weak(weakness)));
    }
}
