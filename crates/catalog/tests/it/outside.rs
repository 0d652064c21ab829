//! An authority that is none of the server's, and what it signs.

use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lockgate_core::random::SeededRandom;
use lockgate_pki::authority::{Authority, KeySize, Subject};
use lockgate_pki::pem;

use crate::server::NOW;

/// One day.
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// An authority of somebody else.
pub(crate) struct Outside {
    authority: Authority,
    random: SeededRandom,
}

impl Outside {
    /// An authority with this name that begins now and is valid for some days.
    pub(crate) fn new(name: &str, days: u32) -> Self {
        let random = SeededRandom::new(days.into());
        let authority = Authority::generate(&subject(name), DAY * days, NOW, &random);
        Self {
            authority: authority.unwrap(),
            random,
        }
    }

    /// Its certificate as PEM.
    pub(crate) fn pem(&self) -> String {
        pem::encode(self.authority.certificate())
    }

    /// The DER of a client certificate for 30 days.
    pub(crate) fn client(&self, name: &str, from: Timestamp) -> Vec<u8> {
        let subject = subject(name);
        let size = KeySize::Bits2048;
        let issued = self
            .authority
            .issue_client(&subject, size, 30, from, &self.random);
        issued.unwrap().certificate
    }

    /// The DER of a certificate that only servers may use.
    pub(crate) fn server(&self) -> Vec<u8> {
        let issued = self
            .authority
            .issue_server(&["a.example.org"], 30, NOW, &self.random);
        issued.unwrap().certificate
    }
}

fn subject(name: &str) -> Subject {
    Subject {
        common_name: name.to_owned(),
        organization: Some("partner".to_owned()),
        ..Subject::default()
    }
}
