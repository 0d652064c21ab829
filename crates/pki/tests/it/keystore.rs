//! Key pairs, chains as they are sent, and requests to authorities.

use aws_lc_rs::signature::{ECDSA_P521_SHA512_ASN1, UnparsedPublicKey};
use lockgate_core::random::SeededRandom;
use lockgate_core::secret::Secret;
use lockgate_pki::authority::{Authority, KeySize, Subject};
use lockgate_pki::certificate::{self, Curve, Digest, PublicKey, fingerprint};
use lockgate_pki::chain::{self, InvalidChain};
use lockgate_pki::key_pair::{self, InvalidKey, Kind, Pair, RsaDigest};
use lockgate_pki::pem;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;

use crate::made::{DAY, NOW};

fn subject() -> Subject {
    Subject {
        common_name: "flow".to_owned(),
        organization: Some("Acme".to_owned()),
        state: Some("Hessen".to_owned()),
        country: Some("DE".to_owned()),
        email: Some("ops@example.org".to_owned()),
        ..Subject::default()
    }
}

fn pair(kind: Kind) -> Pair {
    let random = SeededRandom::new(1);
    key_pair::generate(&subject(), kind, (NOW, NOW.plus(DAY)), &random).unwrap()
}

const P256: Kind = Kind::Curve(Curve::P256);

#[test]
fn each_kind_of_key_signs_its_certificate_and_a_request() {
    let rsa = Kind::Rsa(KeySize::Bits2048, RsaDigest::Sha512);
    for (kind, key, signature) in [
        (rsa, PublicKey::Rsa(2048), "SHA512withRSA"),
        (P256, PublicKey::Curve(Curve::P256), "SHA256withECDSA"),
        (
            Kind::Curve(Curve::P384),
            PublicKey::Curve(Curve::P384),
            "SHA384withECDSA",
        ),
        (
            Kind::Curve(Curve::P521),
            PublicKey::Curve(Curve::P521),
            "SHA512withECDSA",
        ),
    ] {
        let pair = pair(kind);
        let parsed = certificate::parse(&pair.certificate).unwrap();
        assert_eq!((&parsed.public_key, &*parsed.signature), (&key, signature));
        assert_eq!((parsed.version, parsed.not_after), (3, NOW.plus(DAY)));
        let name = "emailAddress=ops@example.org,CN=flow,O=Acme,ST=Hessen,C=DE";
        assert_eq!(parsed.names.subject.text(), name);

        let request = key_pair::signing_request(&pair.certificate, &pair.key).unwrap();
        let request = request.replace("CERTIFICATE REQUEST", "CERTIFICATE");
        let request = pem::read_one(&request).unwrap();
        let (_, request) = X509CertificationRequest::from_der(&request).unwrap();
        let info = &request.certification_request_info;
        let verified = match key {
            // The library that reads requests does not verify signatures of this curve.
            PublicKey::Curve(Curve::P521) => {
                let point = &info.subject_pki.subject_public_key.data;
                UnparsedPublicKey::new(&ECDSA_P521_SHA512_ASN1, point)
                    .verify(info.raw, &request.signature_value.data)
                    .is_ok()
            }
            _ => request.verify_signature().is_ok(),
        };
        assert!(verified, "{key}");
        assert_eq!(info.subject.to_string().matches("flow").count(), 1);
    }
}

#[test]
fn keys_belong_to_their_certificates_only() {
    let (one, other) = (pair(P256), pair(P256));
    assert!(key_pair::check(&one.certificate, &one.key).is_ok());
    for key in [&other.key, &Secret::new(b"nonsense".to_vec())] {
        let refused = key_pair::check(&one.certificate, key);
        assert!(matches!(refused, Err(InvalidKey::WrongKey)), "{refused:?}");
    }
    for text in [
        "",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ] {
        assert!(key_pair::read_key(&Secret::from(text)).is_err(), "{text}");
    }
}

/// A client certificate, its authority, and somebody else's.
fn certificates() -> [Vec<u8>; 3] {
    let random = SeededRandom::new(1);
    let authority = |name: &str| {
        let subject = Subject {
            common_name: name.to_owned(),
            ..Subject::default()
        };
        Authority::generate(&subject, DAY * 30, NOW, &random).unwrap()
    };
    let (ours, other) = (authority("ours"), authority("other"));
    let issued = ours
        .issue_client(&subject(), KeySize::Bits2048, 1, NOW, &random)
        .unwrap();
    [
        issued.certificate,
        ours.certificate().to_vec(),
        other.certificate().to_vec(),
    ]
}

#[test]
fn chains_are_read_in_every_form_and_put_in_order() {
    let [leaf, authority, stranger] = certificates();
    let pem: String = [&stranger, &authority, &leaf]
        .map(|der| pem::encode(der))
        .concat();
    let joined = [leaf.clone(), authority.clone()].concat();
    let pkcs7 = chain::pkcs7(&joined);
    assert!(pkcs7.starts_with("-----BEGIN PKCS7-----\n"));
    let binary = pem::read_one(&pkcs7.replace("PKCS7", "CERTIFICATE")).unwrap();
    let ders = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let read = chain::read(bytes).unwrap();
        read.into_iter().map(|(der, _)| der).collect()
    };
    let sent = [stranger.clone(), authority.clone(), leaf.clone()];
    assert_eq!(ders(format!("comment\n{pem}").as_bytes()), sent);
    assert_eq!(ders(&leaf), std::slice::from_ref(&leaf));
    for form in [pkcs7.as_bytes(), &binary] {
        assert_eq!(ders(form), [authority.clone(), leaf.clone()]);
    }

    let key = certificate::parse(&leaf).unwrap().key;
    let ordered = chain::ordered(chain::read(pem.as_bytes()).unwrap(), |one| one.key == key);
    let ordered: Vec<_> = ordered.unwrap().into_iter().map(|(der, _)| der).collect();
    assert_eq!(ordered, [leaf.clone(), authority.clone()]);
    assert!(chain::ordered(chain::read(&leaf).unwrap(), |_| false).is_none());
    assert_eq!(
        chain::split(&joined).collect::<Vec<_>>(),
        [&leaf, &authority]
    );

    assert!(chain::is_issued_by(&leaf, &authority));
    assert!(chain::is_issued_by(&authority, &authority));
    for (certificate, issuer) in [(&leaf, &stranger), (&authority, &leaf), (&leaf, &leaf)] {
        assert!(!chain::is_issued_by(certificate, issuer));
    }
}

#[test]
fn what_is_no_chain_is_refused() {
    let [leaf, ..] = certificates();
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let with_key = format!("{}{key}", pem::encode(&leaf));
    let empty = chain::pkcs7(&[]);
    let cases: [(&[u8], &str); 7] = [
        (b"", "empty"),
        (&[0xff, 0xfe], "neither DER"),
        (b"hello", "incomplete"),
        (with_key.as_bytes(), "PRIVATE KEY"),
        (empty.as_bytes(), "no certificate in it"),
        (&[0x30, 0], "certificate 1"),
        (&leaf[..leaf.len() - 1], "neither DER"),
    ];
    for (bytes, message) in cases {
        let error = chain::read(bytes).unwrap_err();
        assert!(error.to_string().contains(message), "{message}: {error}");
    }
    let error = chain::read(&[leaf, vec![0]].concat()).unwrap_err();
    assert_eq!(error, InvalidChain::Unknown);
}

#[test]
fn fingerprints_are_pairs_of_digits() {
    let cases = [
        (
            Digest::Sha1,
            "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D",
        ),
        (Digest::Sha256, "BA:78:16:BF:8F:01:CF:EA"),
        (Digest::Sha512, "DD:AF:35:A1:93:61:7A:BA"),
    ];
    for (digest, start) in cases {
        assert!(fingerprint(b"abc", digest).starts_with(start), "{digest:?}");
    }
}

#[test]
fn a_chain_is_split_by_the_lengths_it_tells_and_ends_where_they_are_wrong() {
    let split = |bytes: &'static [u8]| chain::split(bytes).collect::<Vec<_>>();
    assert_eq!(
        split(&[0x30, 2, 7, 8, 0x30, 0]),
        [&[0x30, 2, 7, 8][..], &[0x30, 0]]
    );
    for broken in [
        &[][..],
        &[0x30],
        &[0x30, 3, 1],
        &[0x30, 0x85, 1, 1, 1, 1, 1],
        &[0x30, 0x84, 255, 255, 255, 255],
    ] {
        assert!(split(broken).is_empty(), "{broken:?}");
    }
}
