//! T55, T60: bytes that nobody should send.

use lockgate_core::limits;
use lockgate_pki::certificate::{Error, parse};
use lockgate_pki::dn::InvalidName;
use lockgate_pki::pem;
use lockgate_pki::trust::TrustStore;
use proptest::prelude::*;
use rcgen::{CustomExtension, DnType, SerialNumber};

use crate::made::{NOW, ca, client, self_signed};

/// The only place of `found` in `der`, replaced by something of the same length.
fn replaced(der: &[u8], found: &[u8], by: &[u8]) -> Vec<u8> {
    assert_eq!(found.len(), by.len());
    let at = der.windows(found.len()).position(|window| window == found);
    let at = at.expect("the bytes are in the certificate");
    [&der[..at], by, &der[at + found.len()..]].concat()
}

#[test]
fn serial_numbers_are_shown_or_refused() {
    let with = |octets: &[u8]| {
        let mut parameters = client("sender");
        parameters.serial_number = Some(SerialNumber::from_slice(octets));
        self_signed(parameters).der
    };
    let fine = with(&[0x11, 0x22, 0x33, 0x44, 0x55]);
    assert_eq!(parse(&fine).unwrap().serial, "0x1122334455");
    let serial = [2, 5, 0x11, 0x22, 0x33, 0x44, 0x55];
    for (hostile, expected) in [
        ([2, 5, 0x91, 0x22, 0x33, 0x44, 0x55], Error::Serial),
        ([2, 5, 0x00, 0x22, 0x33, 0x44, 0x55], Error::Serial),
        ([2, 5, 0xff, 0xff, 0x33, 0x44, 0x55], Error::Serial),
        ([4, 5, 0x11, 0x22, 0x33, 0x44, 0x55], Error::Malformed),
    ] {
        assert_eq!(parse(&replaced(&fine, &serial, &hostile)), Err(expected));
    }
    assert_eq!(parse(&with(&[0x7f; 21])), Err(Error::Serial));
    assert_eq!(parse(&with(&[0x7f; 9000])), Err(Error::Serial));
}

#[test]
fn extensions_appear_once() {
    let mut parameters = client("sender");
    let extension = || CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    parameters.custom_extensions = vec![extension(), extension()];
    let twice = self_signed(parameters).der;
    assert_eq!(parse(&twice), Err(Error::DuplicateExtension));
    assert!(
        TrustStore::default()
            .verify_client::<&[u8]>(&twice, &[], NOW)
            .is_err()
    );
}

#[test]
fn names_have_limits() {
    let named = |length: usize| {
        let mut parameters = client("sender");
        let name = "x".repeat(length);
        parameters
            .distinguished_name
            .push(DnType::OrganizationName, name);
        self_signed(parameters).der
    };
    assert_eq!(parse(&named(64 * 1024)), Err(Error::TooLong));
    let long = Error::Name(InvalidName::TooLong);
    assert_eq!(parse(&named(limits::DISTINGUISHED_NAME)), Err(long));
    let empty = parse(&self_signed(client("")).der).unwrap();
    assert!(empty.names.subject.is_empty());
}

#[test]
fn exactly_one_certificate_is_read() {
    let der = self_signed(client("sender")).der;
    assert_eq!(parse(&[&der[..], &[0]].concat()), Err(Error::TrailingBytes));
    assert_eq!(parse(&[&der[..], &der].concat()), Err(Error::TrailingBytes));
    assert_eq!(parse(&[]), Err(Error::Malformed));
    assert_eq!(
        parse(&vec![0x30; limits::CERTIFICATE + 1]),
        Err(Error::TooLong)
    );
    for length in 0..der.len() {
        assert!(parse(&der[..length]).is_err(), "{length}");
    }
    // Version 2, and version 1 with extensions.
    let version = [0xa0, 3, 2, 1, 2];
    for wrong in [1, 0, 3] {
        let other = replaced(&der, &version, &[0xa0, 3, 2, 1, wrong]);
        assert!(matches!(
            parse(&other),
            Err(Error::Version | Error::Malformed)
        ));
    }
}

#[test]
fn a_validity_that_ends_before_it_begins_is_none() {
    let mut parameters = client("sender");
    std::mem::swap(&mut parameters.not_before, &mut parameters.not_after);
    assert_eq!(parse(&self_signed(parameters).der), Err(Error::Validity));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Flipped bits anywhere: read or refused, but never a panic, and never trusted.
    #[test]
    fn flipped_bits_do_no_harm(flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..4)) {
        thread_local!(static MADE: (TrustStore, Vec<u8>) = {
            let root = self_signed(ca("root"));
            let leaf = root.sign(client("sender")).der;
            (TrustStore::new([root.der]), leaf)
        });
        MADE.with(|(store, leaf)| {
            let mut der = leaf.clone();
            for (index, bit) in flips {
                let at = index.index(der.len());
                der[at] ^= 1 << bit;
            }
            let _ = parse(&der);
            let _ = store.issuer_of(&der);
            let verified = store.verify_client(&der, &[&der], NOW);
            prop_assert!(der == *leaf || verified.is_err());
            Ok(())
        })?;
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes);
        let _ = TrustStore::new([&bytes]);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*|(-----BEGIN [A-Z ]*-*)?[A-Za-z0-9+/=\\\\nr -]*") {
        let _ = pem::read_one(&text);
    }
}
