//! T55: names in certificates that come close to those that a channel lists.

use std::sync::Arc;

use lockgate_core::certificate::{CertificateNames, Name};
use lockgate_pki::dn;

use crate::certificates::named;
use crate::credentials::Credential;
use crate::support::Server;

const UTF8: u8 = 0x0c;
const PRINTABLE: u8 = 0x13;
const TELETEX: u8 = 0x14;
const IA5: u8 = 0x16;
const BMP: u8 = 0x1e;

const CN: &[u8] = &[0x55, 4, 3];
const O: &[u8] = &[0x55, 4, 10];
const OU: &[u8] = &[0x55, 4, 11];

/// A DER value of at most 65,535 bytes.
fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    let head = match contents.len() {
        short @ 0..128 => vec![tag, u8::try_from(short).unwrap()],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [&head, contents].concat()
}

fn attribute(kind: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
    der(0x30, &[der(6, kind), der(tag, value)].concat())
}

/// A name of relative names of one attribute each, the most general first.
fn name(parts: &[(&[u8], u8, &[u8])]) -> Vec<u8> {
    let parts = parts
        .iter()
        .map(|(kind, tag, value)| der(0x31, &attribute(kind, *tag, value)));
    der(0x30, &parts.collect::<Vec<_>>().concat())
}

/// What the server answers to the holder of a certificate with this subject.
async fn answer(server: &Server, subject: Name) -> u16 {
    let listed = named("listed");
    let certificate = lockgate_core::certificate::PeerCertificate {
        names: CertificateNames {
            subject,
            issuer: listed.names.issuer,
        },
        ..listed
    };
    let credential = Credential {
        certificate: Some(Arc::new(certificate)),
        ..Credential::default()
    };
    server.call(&credential, "POST /http/cert", "").await.status
}

/// What is tried, the subject, and the answer of a channel that lists `CN=listed` in `O=Acme`.
fn rows() -> Vec<(&'static str, Vec<u8>, u16)> {
    let acme = (O, UTF8, b"Acme".as_slice());
    let cn = |tag, value: &'static [u8]| (CN, tag, value);
    vec![
        ("itself", name(&[acme, cn(UTF8, b"listed")]), 200),
        (
            "PrintableString",
            name(&[acme, cn(PRINTABLE, b"listed")]),
            200,
        ),
        ("in capitals", name(&[acme, cn(UTF8, b"LISTED")]), 200),
        (
            "white space around",
            name(&[acme, cn(UTF8, b" listed ")]),
            200,
        ),
        ("Teletex", name(&[acme, cn(TELETEX, b"listed")]), 403),
        ("IA5", name(&[acme, cn(IA5, b"listed")]), 403),
        ("BMP", name(&[acme, cn(BMP, b"\0l\0i\0s\0t\0e\0d")]), 403),
        ("NUL", name(&[acme, cn(UTF8, b"listed\0")]), 403),
        (
            "NUL and more",
            name(&[acme, cn(UTF8, b"listed\0.evil.example")]),
            403,
        ),
        (
            "Cyrillic letter",
            name(&[acme, cn(UTF8, "l\u{456}sted".as_bytes())]),
            403,
        ),
        (
            "white space inside",
            name(&[acme, cn(UTF8, b"list ed")]),
            403,
        ),
        ("escaped comma", name(&[cn(UTF8, b"listed,O=Acme")]), 403),
        (
            "everything in one",
            name(&[(O, UTF8, b"Acme,CN=listed")]),
            403,
        ),
        (
            "one attribute more",
            name(&[acme, (OU, UTF8, b"x"), cn(UTF8, b"listed")]),
            403,
        ),
        ("one attribute less", name(&[cn(UTF8, b"listed")]), 403),
        (
            "twice",
            name(&[acme, cn(UTF8, b"listed"), cn(UTF8, b"listed")]),
            403,
        ),
        (
            "other types",
            name(&[(OU, UTF8, b"Acme"), cn(UTF8, b"listed")]),
            403,
        ),
        (
            "swapped values",
            name(&[(O, UTF8, b"listed"), cn(UTF8, b"Acme")]),
            403,
        ),
        ("empty", name(&[]), 403),
    ]
}

#[tokio::test]
async fn t55_no_other_name_passes_for_a_listed_one() {
    let server = Server::start().await;
    let acme = (O, UTF8, b"Acme".as_slice());
    for (what, der, expected) in rows() {
        let subject = dn::from_der(&der).unwrap();
        assert_eq!(answer(&server, subject).await, expected, "{what}");
    }
    // One relative name of two attributes is not two relative names.
    let both = [attribute(CN, UTF8, b"listed"), attribute(O, UTF8, b"Acme")].concat();
    let multi = dn::from_der(&der(0x30, &der(0x31, &both))).unwrap();
    assert_eq!(answer(&server, multi).await, 403, "multi-valued");
    // Read at all only within bounds.
    let huge = name(&[acme, (CN, UTF8, &[b'x'; 60_000])]);
    assert!(dn::from_der(&huge).is_err());
}

/// Either order is understood where people write names, not where certificates carry them: the whole
/// sequence has to be turned.
#[tokio::test]
async fn t55_names_match_in_the_order_in_which_they_were_written_or_turned() {
    let server = Server::start().await;
    let (acme, listed) = (
        (O, UTF8, b"Acme".as_slice()),
        (CN, UTF8, b"listed".as_slice()),
    );
    let subject = |parts: &[_]| dn::from_der(&name(parts)).unwrap();
    assert_eq!(answer(&server, subject(&[acme, listed])).await, 200);
    assert_eq!(answer(&server, subject(&[listed, acme])).await, 200);
}
