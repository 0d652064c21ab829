//! What an operator may set about outgoing calls.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::net::SharedAnchors;

/// Settings of all receivers.
#[derive(Clone, Debug, Default)]
pub struct AdaptersConfig {
    /// Certificates in PEM that are trusted besides those of the operating system.
    pub extra_ca_pem: Option<String>,
    /// Certificates that are trusted besides, while they change.
    pub anchors: SharedAnchors,
    /// Which addresses receivers may call.
    pub egress: EgressConfig,
    /// Where hosts really are: `host` or `host:port` as flows name them, in lower case, to `host`
    /// or `host:port`. For virtual hosts of an on-premise connector, and for tests of flows with
    /// fixed addresses. TLS still expects the certificate of the host that the flow names.
    pub hosts: BTreeMap<String, String>,
}

/// Which addresses receivers may call. Checked for every address a name resolves to and for every
/// redirect, so a name cannot lead where its address could not.
#[derive(Clone, Debug)]
pub struct EgressConfig {
    /// Loopback and private networks. A server inside a company calls little else.
    pub private_networks: bool,
    /// Link-local addresses and the metadata services of cloud providers, which hand credentials to
    /// whoever asks.
    pub link_local: bool,
}

impl Default for EgressConfig {
    fn default() -> Self {
        Self {
            private_networks: true,
            link_local: false,
        }
    }
}

impl EgressConfig {
    /// Whether receivers may call `address`. Multicast, broadcast and unspecified addresses never.
    pub(crate) fn permits(&self, address: IpAddr) -> bool {
        match kind(address) {
            Kind::Public => true,
            Kind::Private => self.private_networks,
            Kind::LinkLocal => self.link_local,
            Kind::NoHost => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Public,
    Private,
    LinkLocal,
    NoHost,
}

/// Metadata services outside the link-local ranges.
const METADATA_V4: [Ipv4Addr; 2] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
];
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(v4) => kind_v4(v4),
        IpAddr::V6(v6) => embedded(v6).map_or_else(|| kind_v6(v6), kind_v4),
    }
}

fn kind_v4(address: Ipv4Addr) -> Kind {
    // 100.64.0.0/10 is shared between a provider and its customers.
    let shared = address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64;
    if address.octets()[0] == 0 || address.is_multicast() || address.is_broadcast() {
        Kind::NoHost
    } else if address.is_link_local() || METADATA_V4.contains(&address) {
        Kind::LinkLocal
    } else if address.is_loopback() || address.is_private() || shared {
        Kind::Private
    } else {
        Kind::Public
    }
}

fn kind_v6(address: Ipv6Addr) -> Kind {
    if address.is_unspecified() || address.is_multicast() {
        Kind::NoHost
    } else if address.is_unicast_link_local() || address == METADATA_V6 {
        Kind::LinkLocal
    } else if address.is_loopback() || address.is_unique_local() {
        Kind::Private
    } else {
        Kind::Public
    }
}

/// The IPv4 address inside a mapped (`::ffff:0:0/96`), NAT64 (`64:ff9b::/96`) or 6to4 (`2002::/16`)
/// address.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let low = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, g, h] | [0x64, 0xff9b, 0, 0, 0, 0, g, h] => Some(low(g, h)),
        [0x2002, b, c, ..] => Some(low(b, c)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_by_kind() {
        let cases = [
            ("8.8.8.8", Kind::Public),
            ("2001:db8::1", Kind::Public),
            ("127.0.0.1", Kind::Private),
            ("10.1.2.3", Kind::Private),
            ("172.16.0.1", Kind::Private),
            ("192.168.1.1", Kind::Private),
            ("100.64.0.1", Kind::Private),
            ("::1", Kind::Private),
            ("fd12::1", Kind::Private),
            ("169.254.169.254", Kind::LinkLocal),
            ("100.100.100.200", Kind::LinkLocal),
            ("fe80::1", Kind::LinkLocal),
            ("fd00:ec2::254", Kind::LinkLocal),
            ("::ffff:169.254.169.254", Kind::LinkLocal),
            ("64:ff9b::a9fe:a9fe", Kind::LinkLocal),
            ("2002:a9fe:a9fe::1", Kind::LinkLocal),
            ("0.0.0.0", Kind::NoHost),
            ("0.1.2.3", Kind::NoHost),
            ("::", Kind::NoHost),
            ("255.255.255.255", Kind::NoHost),
            ("224.0.0.1", Kind::NoHost),
            ("ff02::1", Kind::NoHost),
        ];
        for (text, expected) in cases {
            assert_eq!(kind(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn metadata_services_are_out_of_reach_by_default() {
        let egress = EgressConfig::default();
        assert!(egress.permits("10.0.0.1".parse().unwrap()));
        assert!(!egress.permits("169.254.169.254".parse().unwrap()));
        let closed = EgressConfig {
            private_networks: false,
            ..egress
        };
        assert!(!closed.permits("127.0.0.1".parse().unwrap()));
        assert!(closed.permits("8.8.8.8".parse().unwrap()));
    }
}
