//! Addresses that a proxy may have.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

/// An address, or a block of them such as `10.1.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

/// The text is neither an address nor a block of acceptable size.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "'{0}' is neither an IP address nor a block such as 10.1.0.0/16; blocks wider than /8 (IPv4) or \
     /32 (IPv6) are refused, since everybody is in them"
)]
pub struct InvalidNetwork(String);

impl Network {
    /// Whether `address` is in it. An IPv4 address that is written as IPv6 is that IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let same_kind = address.is_ipv4() == self.first.is_ipv4();
        same_kind && masked(address, self.prefix) == masked(self.first, self.prefix)
    }
}

/// The first bits of an address.
fn masked(address: IpAddr, prefix: u8) -> u128 {
    let (bits, width) = match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    bits.checked_shr(width - u32::from(prefix)).unwrap_or(0)
}

impl FromStr for Network {
    type Err = InvalidNetwork;
    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let invalid = || InvalidNetwork(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().map_err(|_| invalid())?;
        let first = written.to_canonical();
        let (widest, all) = if first.is_ipv4() { (8, 32) } else { (32, 128) };
        let prefix = match prefix {
            None => all,
            // The prefix of a mapped address would count from another start.
            Some(_) if first != written => return Err(invalid()),
            Some(prefix) => prefix.parse().map_err(|_| invalid())?,
        };
        let fits = (widest..=all).contains(&prefix) && !first.is_unspecified();
        fits.then_some(Self { first, prefix }).ok_or_else(invalid)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_contains_its_addresses_and_no_other() {
        let cases = [
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "::ffff:10.1.2.3", true),
            ("::ffff:10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.1.0.0/16", "10.1.255.255", true),
            ("10.1.99.99/16", "10.1.0.1", true),
            ("10.1.0.0/16", "10.2.0.0", false),
            ("fd00:1::/32", "fd00:1:2::3", true),
            ("fd00:1::/32", "fd00:2::", false),
            ("::1", "::1", true),
            ("10.0.0.0/8", "::a00:1", false),
        ];
        for (network, address, expected) in cases {
            let network: Network = network.parse().unwrap();
            let found = network.contains(address.parse().unwrap());
            assert_eq!(found, expected, "{network} {address}");
        }
    }

    /// T19: nobody is believed only because of some address.
    #[test]
    fn blocks_that_contain_everybody_are_refused() {
        let wrong = [
            "",
            "*",
            "0.0.0.0",
            "0.0.0.0/0",
            "0.0.0.0/8",
            "::",
            "::/0",
            "10.0.0.0/7",
            "fd00::/31",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0",
            "proxy.example",
            "::ffff:10.0.0.0/104",
        ];
        for text in wrong {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
