//! Client certificates as the server reads them, by the names that the tables use.

use std::time::Duration;

use lockgate_core::certificate::{CertificateNames, PeerCertificate, Thumbprint};
use lockgate_pki::dn;
use lockgate_pki::trust::Untrusted;
use lockgate_web::caller::RejectedCertificate;

use crate::clients::NOW;

const DAY: Duration = Duration::from_secs(86_400);
const MINUTE: u64 = 60;

/// A certificate for `CN=<name>` of the tests' authority, issued a day and `renewed` minutes later
/// than ten days before [`NOW`].
pub(crate) fn presented(name: &str, renewed: u64) -> PeerCertificate {
    let issued = NOW
        .minus(DAY * 10)
        .plus(Duration::from_secs(renewed * MINUTE));
    PeerCertificate {
        thumbprint: Thumbprint::of(format!("{name} {renewed}").as_bytes()),
        names: CertificateNames {
            subject: dn::parse_text(&format!("CN={name},O=Acme")).unwrap(),
            issuer: dn::parse_text("CN=Authority,O=Acme").unwrap(),
        },
        issuer_key: [1; 32],
        not_before: issued,
        not_after: issued.plus(DAY * 365),
    }
}

/// The certificate that a table calls `name`, if it is one that counts as absent.
pub(crate) fn rejected(name: &str) -> Option<RejectedCertificate> {
    let reason = match name {
        "without authority" => Untrusted::UnknownIssuer("CN=Partner's\nown".to_owned()),
        "of a server" => Untrusted::NotForClients,
        "expired before" => Untrusted::Expired(NOW.minus(DAY)),
        _ => return None,
    };
    let thumbprint = Thumbprint::of(name.as_bytes());
    Some(RejectedCertificate { thumbprint, reason })
}

/// The certificate that a table calls `name`. Channels list `sender`, `listed` and `twin`.
pub(crate) fn named(name: &str) -> PeerCertificate {
    let outside = |name: &str| PeerCertificate {
        not_after: NOW.minus(DAY),
        ..presented(name, 0)
    };
    match name {
        "sender" | "guest" | "listed" | "unknown" | "deleted" | "twin" | "renewing"
        | "expired key" => presented(name, 0),
        "api" | "without grant" => presented(name, 0),
        "sender, reissued" => presented("sender", 1),
        "sender, expired" => outside("sender"),
        "unknown, expired" => outside("unknown"),
        "listed, expired" => outside("listed"),
        "sender, not yet valid" => PeerCertificate {
            not_before: NOW.plus(DAY),
            ..presented("sender", 0)
        },
        "renewing, newer" => presented("renewing", 60),
        "renewing, older" => PeerCertificate {
            not_before: presented("renewing", 0).not_before.minus(DAY),
            ..presented("renewing", 2)
        },
        "renewing, at the same time" => PeerCertificate {
            not_before: presented("renewing", 0)
                .not_before
                .minus(Duration::from_secs(10 * MINUTE)),
            ..presented("renewing", 3)
        },
        "renewing, other authority" => PeerCertificate {
            issuer_key: [2; 32],
            ..presented("renewing", 60)
        },
        other => panic!("no certificate is called {other:?}"),
    }
}
