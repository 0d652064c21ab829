//! How often passwords may be tried.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use lockgate_core::limits;
use lockgate_web::throttle::{Budget, Throttle};
use tokio::time::Instant;

/// Stands for all sources together.
const EVERYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// Counts attempts to log in. Clones share one count.
#[derive(Clone, Debug)]
pub(crate) struct Guesses(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    /// Per name and source, where the person logged in before.
    familiar: Throttle,
    /// Per name and source, elsewhere.
    unfamiliar: Throttle,
    /// Per name, from everywhere the person did not log in before.
    names: Throttle,
}

impl Default for Guesses {
    fn default() -> Self {
        let source = Budget {
            burst: limits::LOGIN_FAILURES_BURST,
            refill: limits::LOGIN_FAILURES_REFILL,
        };
        let name = Budget {
            burst: limits::LOGIN_FAILURES_NAME_BURST,
            refill: limits::LOGIN_FAILURES_NAME_REFILL,
        };
        Self(Arc::new(Counts {
            familiar: Throttle::new(source),
            unfamiliar: Throttle::new(source),
            names: Throttle::new(name),
        }))
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
            if let Err(wait) = counts.names.spend(&name, EVERYWHERE, now) {
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
            counts.names.refund(name, EVERYWHERE);
        }
    }
}
