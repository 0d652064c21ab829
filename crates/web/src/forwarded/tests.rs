use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::random::SeededRandom;
use lockgate_core::secret::Secret;
use lockgate_pki::authority::{Authority, KeySize, Subject};
use lockgate_pki::pem;
use lockgate_pki::trust::TrustStore;
use std::sync::LazyLock;
use std::time::Duration;

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const DAY: Duration = Duration::from_secs(86_400);
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const PROXY: &str = "10.0.0.5:4000";
const PINNED: Thumbprint = Thumbprint([7; 32]);
const XFCC: &str = "x-forwarded-client-cert";

/// Certificates as a header carries them: Base64 of DER.
struct Certificates {
    trust: SharedTrust,
    trusted: String,
    also_trusted: String,
    untrusted: String,
    server: String,
}

static MADE: LazyLock<Certificates> = LazyLock::new(|| {
    let random = SeededRandom::new(1);
    let named = |name: &str| Subject {
        common_name: name.to_owned(),
        ..Subject::default()
    };
    let authority = |name| Authority::generate(&named(name), DAY * 365, NOW, &random).unwrap();
    let (own, other) = (authority("own"), authority("other"));
    let client = |authority: &Authority, name| {
        let issued = authority.issue_client(&named(name), KeySize::Bits2048, 30, NOW, &random);
        BASE64_STANDARD.encode(issued.unwrap().certificate)
    };
    let server = own.issue_server(&["proxy.example"], 30, NOW, &random);
    Certificates {
        trust: SharedTrust::new(TrustStore::new([own.certificate()])),
        trusted: client(&own, "sender"),
        also_trusted: client(&own, "forger"),
        untrusted: client(&other, "sender"),
        server: BASE64_STANDARD.encode(server.unwrap().certificate),
    }
});

fn proxy(certificate: Option<Thumbprint>, secret: Option<&str>) -> Proxy {
    Proxy {
        name: "edge".to_owned(),
        addresses: vec!["10.0.0.0/24".parse().unwrap()],
        certificate,
        secret: secret.map(Secret::from),
        header: CLIENT_CERTIFICATE,
    }
}

fn proxies(proxy: Proxy, now: Timestamp) -> Proxies {
    let clock = Arc::new(ManualClock::at(now));
    Proxies::new([proxy], MADE.trust.clone(), clock).unwrap()
}

fn by_secret() -> Proxies {
    proxies(proxy(None, Some(SECRET)), NOW)
}

/// Header fields of a request.
type Fields<'a> = &'a [(&'a str, &'a str)];
/// Values of the proxy's header, and whose certificate they have.
type Sent<'a> = (&'a [&'a str], Result<Option<&'a str>, Reason>);

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let fields = fields.iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, value.parse().unwrap())
    });
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(name, value);
    }
    headers
}

fn arrival(peer: &str) -> Arrival {
    Arrival::plain(peer.parse().unwrap())
}

/// What came of a request: its headers and its arrival.
fn receive(
    proxies: &Proxies,
    mut arrival: Arrival,
    fields: &[(&str, &str)],
) -> Result<(HeaderMap, Arrival), Reason> {
    let mut headers = headers(fields);
    proxies.receive(&mut headers, &mut arrival)?;
    Ok((headers, arrival))
}

fn subject(arrival: &Arrival) -> Option<&str> {
    let certificate = arrival.certificate.as_ref();
    certificate.map(|held| held.names.subject.text())
}

/// T15, T17, E11: from anybody else, under any name, in any case.
#[test]
fn headers_of_strangers_are_removed_and_ignored() {
    let names = [
        XFCC,
        "X-Forwarded-Client-Cert",
        "x_forwarded_client_cert",
        "X-SSL-Client-Cert",
        "SSL_CLIENT_CERT",
        "X-Client-Cert",
        "Client-Cert",
        "Client-Cert-Chain",
        "X-SSL-Client-Verify",
        "X-Forwarded-Tls-Client-Cert-Info",
        "X-ARR-ClientCert",
        "X-Amzn-Mtls-Clientcert-Leaf",
        "X-Lockgate-Proxy-Secret",
        "x_lockgate_proxy_secret",
    ];
    for name in names {
        let fields = [
            ("Accept", "*/*"),
            (name, &*MADE.trusted),
            ("X-Certain", "1"),
            (name, "x"),
        ];
        let (headers, arrived) = receive(&by_secret(), arrival("10.9.9.9:1"), &fields).unwrap();
        assert_eq!(arrived, arrival("10.9.9.9:1"), "{name}");
        let left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["accept", "x-certain"], "{name}");
    }
}

/// T17: a header may not be taken away on its way to somebody who decides by it.
#[test]
fn connection_fields_that_name_such_headers_are_refused() {
    for value in [
        "X-Forwarded-Client-Cert",
        "close, x_forwarded_client_cert",
        "keep-alive,X-SSL-CLIENT-CERT",
        "X-Lockgate-Proxy-Secret",
    ] {
        for peer in [PROXY, "10.9.9.9:1"] {
            let fields = [("Connection", "close"), ("connection", value)];
            let refused = receive(&by_secret(), arrival(peer), &fields).unwrap_err();
            assert_eq!(refused, Reason::ConnectionHeader, "{value}");
        }
    }
    let fields = [("Connection", "keep-alive, upgrade"), ("Upgrade", "h2c")];
    assert!(receive(&by_secret(), arrival(PROXY), &fields).is_ok());
}

/// T19: an address alone proves nothing, nor does half of what is configured.
#[test]
fn only_a_proved_proxy_is_believed() {
    let secret = ("x-lockgate-proxy-secret", SECRET);
    let wrong = (
        "x-lockgate-proxy-secret",
        "0123456789abcdef0123456789abcdeg",
    );
    let xfcc = (XFCC, &*MADE.trusted);
    let by_secret = || proxy(None, Some(SECRET));
    let by_both = || proxy(Some(PINNED), Some(SECRET));
    let anywhere = || Proxy {
        addresses: vec![],
        ..proxy(Some(PINNED), None)
    };
    let cases: [(Proxy, &str, Option<Thumbprint>, Fields<'_>, bool); 12] = [
        (by_secret(), PROXY, None, &[secret, xfcc], true),
        (
            by_secret(),
            "[::ffff:10.0.0.9]:1",
            None,
            &[secret, xfcc],
            true,
        ),
        (by_secret(), PROXY, None, &[xfcc], false),
        (by_secret(), PROXY, None, &[wrong, xfcc], false),
        (by_secret(), PROXY, None, &[secret, secret, xfcc], false),
        (by_secret(), PROXY, None, &[secret, wrong, xfcc], false),
        (by_secret(), "10.0.1.5:4000", None, &[secret, xfcc], false),
        (anywhere(), "192.0.2.1:1", Some(PINNED), &[xfcc], true),
        (anywhere(), PROXY, Some(Thumbprint([8; 32])), &[xfcc], false),
        (anywhere(), PROXY, None, &[xfcc], false),
        (by_both(), PROXY, Some(PINNED), &[secret, xfcc], true),
        (by_both(), PROXY, Some(PINNED), &[xfcc], false),
    ];
    for (index, (proxy, peer, presented, fields, believed)) in cases.into_iter().enumerate() {
        let mut arrival = arrival(peer);
        // A pinned certificate needs no authority.
        arrival.rejected = presented.map(|thumbprint| {
            let reason = Untrusted::NotForClients;
            Arc::new(RejectedCertificate { thumbprint, reason })
        });
        let (headers, arrival) = receive(&proxies(proxy, NOW), arrival, fields).unwrap();
        let expected = believed.then_some("CN=sender");
        assert_eq!(subject(&arrival), expected, "{index}");
        assert!(headers.is_empty(), "{index}");
    }
}

#[test]
fn a_proxys_own_certificate_is_not_its_senders() {
    let pinned = Proxy {
        addresses: vec![],
        ..proxy(Some(PINNED), None)
    };
    let proxies = proxies(pinned, NOW);
    let mut from_proxy = arrival(PROXY);
    let reason = Untrusted::NotForClients;
    from_proxy.rejected = Some(Arc::new(RejectedCertificate {
        thumbprint: PINNED,
        reason,
    }));
    let (_, arrived) = receive(&proxies, from_proxy, &[]).unwrap();
    assert_eq!(arrived, arrival(PROXY));
}

/// T16, T18: what a proved proxy may send. `None`: no certificate, `Some`: that of this subject.
#[test]
fn what_a_proxy_sends_is_read_strictly() {
    let Certificates {
        trusted,
        also_trusted,
        ..
    } = &*MADE;
    let der = BASE64_STANDARD.decode(trusted).unwrap();
    let escaped = pem::encode(&der).replace('\n', "%0A").replace('+', "%2B");
    let envoy = format!(
        "Hash={};Cert=\"{escaped}\";Subject=\"CN=x\"",
        Thumbprint::of(&der)
    );
    let appended = format!("{also_trusted},{envoy}");
    let changed = BASE64_STANDARD.encode([&der[..der.len() - 1], &[0]].concat());
    let garbage = BASE64_STANDARD.encode([0x30, 3, 1, 2, 3]);
    let subject_only = "Subject=\"CN=sender\";Hash=00";
    let unreadable = Err(Reason::ForwardedCertificate);
    let cases: [Sent<'_>; 10] = [
        (&[], Ok(None)),
        (&[""], Ok(None)),
        (&[trusted], Ok(Some("CN=sender"))),
        (&[&envoy], Ok(Some("CN=sender"))),
        (&[&appended], Ok(Some("CN=sender"))),
        (&[trusted, trusted], Err(Reason::DuplicateHeader)),
        (&[subject_only], unreadable),
        (&[&garbage], unreadable),
        (&["\u{e4}"], unreadable),
        (&[&changed], Ok(None)),
    ];
    for (values, expected) in cases {
        let secret = ("x-lockgate-proxy-secret", SECRET);
        let mut fields = vec![secret, ("SSL_CLIENT_CERT", &**also_trusted)];
        fields.extend(values.iter().map(|value| (XFCC, *value)));
        let found = receive(&by_secret(), arrival(PROXY), &fields);
        let found = found.as_ref().map(|(_, arrival)| subject(arrival));
        assert_eq!(
            found,
            expected.as_ref().map(|subject| *subject),
            "{values:.80?}"
        );
    }
}

/// E7, E8 behind a proxy: verified as if it was presented here, and otherwise absent.
#[test]
fn a_forwarded_certificate_has_to_be_trusted() {
    let Certificates {
        trusted,
        untrusted,
        server,
        ..
    } = &*MADE;
    let unknown = Untrusted::UnknownIssuer("CN=other".to_owned());
    let cases = [
        (untrusted, NOW, unknown),
        (server, NOW, Untrusted::NotForClients),
        (
            trusted,
            NOW.plus(DAY * 31),
            Untrusted::Expired(NOW.plus(DAY * 30)),
        ),
    ];
    for (value, now, reason) in cases {
        let proxies = proxies(proxy(None, Some(SECRET)), now);
        let fields = [("x-lockgate-proxy-secret", SECRET), (XFCC, &**value)];
        let (_, arrival) = receive(&proxies, arrival(PROXY), &fields).unwrap();
        assert_eq!(arrival.certificate, None);
        let rejected = arrival.rejected.unwrap();
        assert_eq!(rejected.reason, reason);
        let der = BASE64_STANDARD.decode(value).unwrap();
        assert_eq!(rejected.thumbprint, Thumbprint::of(&der));
        assert!(
            rejected
                .to_string()
                .starts_with("a certificate was presented (")
        );
    }
}

/// What was verified once is not verified with every request, and is when trust or time move on.
#[test]
fn a_remembered_certificate_holds_no_longer_than_its_reasons() {
    let secret = ("x-lockgate-proxy-secret", SECRET);
    let fields = [secret, (XFCC, &*MADE.trusted)];
    let clock = Arc::new(ManualClock::at(NOW));
    let trust = SharedTrust::new((*MADE.trust.snapshot()).clone());
    let known = proxy(None, Some(SECRET));
    let proxies = Proxies::new([known], trust.clone(), clock.clone()).unwrap();
    let ask = || receive(&proxies, arrival(PROXY), &fields).unwrap().1;
    let first = ask().certificate.unwrap();
    assert!(Arc::ptr_eq(&first, &ask().certificate.unwrap()));
    clock.advance(DAY);
    let again = ask().certificate.unwrap();
    assert!(!Arc::ptr_eq(&first, &again));
    assert_eq!(first, again);
    trust.replace(TrustStore::default());
    let withdrawn = ask();
    assert_eq!(withdrawn.certificate, None);
    assert!(withdrawn.rejected.is_some());
    trust.replace((*MADE.trust.snapshot()).clone());
    assert!(ask().certificate.is_some());
    clock.advance(DAY * 30);
    let ended = ask();
    assert_eq!(ended.certificate, None);
    assert_eq!(
        ended.rejected.unwrap().refusal(),
        Reason::CertificateExpired
    );
}

#[test]
fn the_sender_is_the_last_hop_that_is_no_proxy() {
    let secret = ("x-lockgate-proxy-secret", SECRET);
    let cases: [(&[&str], &str); 10] = [
        (&[], PROXY),
        (&["192.0.2.1"], "192.0.2.1:0"),
        (&["192.0.2.1:55"], "192.0.2.1:55"),
        (&["[2001:db8::1]:55"], "[2001:db8::1]:55"),
        (&["2001:db8::1"], "[2001:db8::1]:0"),
        (&["198.51.100.9, 192.0.2.1, 10.0.0.7"], "192.0.2.1:0"),
        (&["198.51.100.9", "192.0.2.1 , 10.0.0.7"], "192.0.2.1:0"),
        (&["10.0.0.8,10.0.0.7"], "10.0.0.8:0"),
        (&["unknown, 10.0.0.7"], "10.0.0.7:0"),
        (&["192.0.2.1, unknown"], PROXY),
    ];
    for (values, expected) in cases {
        let forwarded: Vec<_> = values
            .iter()
            .map(|value| ("x-forwarded-for", *value))
            .collect();
        let proved = [&[secret][..], &forwarded].concat();
        let (_, arrived) = receive(&by_secret(), arrival(PROXY), &proved).unwrap();
        assert_eq!(arrived.peer, expected.parse().unwrap(), "{values:?}");
        let (_, arrived) = receive(&by_secret(), arrival(PROXY), &forwarded).unwrap();
        assert_eq!(arrived.peer, PROXY.parse().unwrap(), "{values:?}");
    }
}

/// T19: what a server refuses to start with.
#[test]
fn proxies_that_anybody_could_be_are_refused() {
    let named = |name: &str| name.to_owned();
    let own_header = |header: &'static str| Proxy {
        header: HeaderName::from_static(header),
        ..proxy(Some(PINNED), None)
    };
    let wrong_header = |header: &'static str| InvalidProxy::Header {
        name: named("edge"),
        header: HeaderName::from_static(header),
    };
    let nowhere = Proxy {
        addresses: vec![],
        ..proxy(None, Some(SECRET))
    };
    let cases = [
        (
            proxy(None, None),
            Some(InvalidProxy::NoProof(named("edge"))),
        ),
        (nowhere, Some(InvalidProxy::NoAddress(named("edge")))),
        (
            proxy(None, Some(&SECRET[1..])),
            Some(InvalidProxy::ShortSecret(named("edge"))),
        ),
        (
            own_header("authorization"),
            Some(wrong_header("authorization")),
        ),
        (
            own_header("x-lockgate-proxy-secret"),
            Some(wrong_header("x-lockgate-proxy-secret")),
        ),
        (own_header("x-ssl-client-cert"), None),
        (proxy(None, Some(SECRET)), None),
    ];
    for (proxy, expected) in cases {
        let clock = Arc::new(ManualClock::at(NOW));
        let made = Proxies::new([proxy], SharedTrust::default(), clock);
        assert_eq!(made.err(), expected);
    }
}
