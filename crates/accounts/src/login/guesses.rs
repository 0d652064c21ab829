//! How often passwords may be tried.

use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use lockgate_core::limits;
use lockgate_web::throttle::{Budget, Throttle};
use tokio::time::Instant;

/// Counts attempts to log in. Clones share one count.
#[derive(Clone, Debug)]
pub(crate) struct Guesses(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    /// Per name and source, where the person logged in before.
    familiar: Throttle,
    /// Per name and source, elsewhere.
    unfamiliar: Throttle,
    /// Per name and part of the Internet, where the person did not log in before. This bounds what
    /// many sources can try together.
    parts: Throttle,
    /// Decides which network lies in which part, unpredictably.
    hasher: RandomState,
}

impl Default for Guesses {
    fn default() -> Self {
        let source = Budget {
            burst: limits::LOGIN_FAILURES_BURST,
            refill: limits::LOGIN_FAILURES_REFILL,
        };
        let part = Budget {
            burst: limits::LOGIN_FAILURES_PART_BURST,
            refill: limits::LOGIN_FAILURES_PART_REFILL,
        };
        Self(Arc::new(Counts {
            familiar: Throttle::new(source),
            unfamiliar: Throttle::new(source),
            parts: Throttle::new(part),
            hasher: RandomState::new(),
        }))
    }
}

impl Counts {
    /// Stands for the part of the Internet that a source lies in. Networks are taken as large as one
    /// attacker may have cheaply: an IPv4 /16 or an IPv6 /32.
    fn part(&self, source: IpAddr) -> IpAddr {
        let network = match source.to_canonical() {
            IpAddr::V4(address) => (4, address.to_bits() >> 16),
            IpAddr::V6(address) => (
                6,
                u32::try_from(address.to_bits() >> 96).unwrap_or_default(),
            ),
        };
        let part = self.hasher.hash_one(network) % u64::from(limits::LOGIN_PARTS);
        let part = u32::try_from(part).unwrap_or_default();
        IpAddr::V4(Ipv4Addr::from_bits(part))
    }
}

/// An attempt that was paid for.
#[derive(Debug)]
pub(crate) struct Attempt {
    counts: Arc<Counts>,
    name: String,
    source: IpAddr,
    familiar: bool,
}

impl Guesses {
    /// Pays for an attempt.
    ///
    /// # Errors
    /// How long to wait, when the budget is used up.
    pub(crate) fn attempt(
        &self,
        name: &str,
        source: IpAddr,
        familiar: bool,
        now: Instant,
    ) -> Result<Attempt, Duration> {
        let counts = &self.0;
        let name = name.to_lowercase();
        if familiar {
            counts.familiar.spend(&name, source, now)?;
        } else {
            counts.unfamiliar.spend(&name, source, now)?;
            let part = counts.part(source);
            if let Err(wait) = counts.parts.spend(&name, part, now) {
                counts.unfamiliar.refund(&name, source);
                return Err(wait);
            }
        }
        Ok(Attempt {
            counts: Arc::clone(counts),
            name,
            source,
            familiar,
        })
    }
}

impl Attempt {
    /// Gives the price back: the attempt was good, or was not made.
    pub(crate) fn refund(self) {
        let (counts, name) = (&self.counts, &self.name);
        if self.familiar {
            counts.familiar.refund(name, self.source);
        } else {
            counts.unfamiliar.refund(name, self.source);
            counts.parts.refund(name, counts.part(self.source));
        }
    }
}
