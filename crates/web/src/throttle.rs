//! Slows down guessing without locking anybody out.
//!
//! Only failures count, per client id and source, and in total. A correct secret is never
//! throttled, so an attacker who knows a client id cannot stop its owner. Where trying is dear, as with
//! passwords, an attempt is paid before it is made, and refunded when it was good.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lockgate_core::limits;
use lru::LruCache;
use tokio::time::Instant;

/// Where calls come from, as coarse as one customer usually is: an IPv4 address or an IPv6 /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    V4([u8; 4]),
    V6([u8; 8]),
}

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let [a, b, c, d, e, f, g, h, ..] = address.octets();
                Self::V6([a, b, c, d, e, f, g, h])
            }
        }
    }
}

/// How many failures in a row are let through, and how often one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Failures in a row.
    pub burst: u32,
    /// Time for one more.
    pub refill: Duration,
}

/// Counts failed attempts. Memory is bounded: the bucket that was used longest ago is forgotten,
/// and attackers who rotate ids to be forgotten run into the total.
#[derive(Debug)]
pub struct Throttle {
    hasher: RandomState,
    each: Budget,
    total: Budget,
    buckets: Mutex<Buckets>,
}

#[derive(Debug)]
struct Buckets {
    /// When each bucket will be full again, by client id (hashed, ids may be long) and source.
    full_at: LruCache<(u64, Source), Instant>,
    total_full_at: Option<Instant>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new(Budget {
            burst: limits::FAILURES_BURST,
            refill: limits::FAILURES_REFILL,
        })
    }
}

impl Throttle {
    /// A throttle with a budget for each pair of client and source, and the usual total.
    #[must_use]
    pub fn new(each: Budget) -> Self {
        let capacity = NonZeroUsize::new(limits::THROTTLE_BUCKETS).unwrap_or(NonZeroUsize::MIN);
        Self {
            hasher: RandomState::new(),
            each,
            total: Budget {
                burst: limits::FAILURES_TOTAL_BURST,
                refill: limits::FAILURES_TOTAL_REFILL,
            },
            buckets: Mutex::new(Buckets {
                full_at: LruCache::new(capacity),
                total_full_at: None,
            }),
        }
    }

    /// Spends one of what `client` may do from `source`. `now` comes from a monotonic clock, so setting
    /// the wall clock changes nothing.
    ///
    /// # Errors
    /// How long to wait, when the budget is used up.
    pub fn spend(&self, client: &str, source: IpAddr, now: Instant) -> Result<(), Duration> {
        let key = self.key(client, source);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let total = buckets.total_full_at.unwrap_or(now);
        let each = buckets.full_at.get(&key).copied().unwrap_or(now);
        let total = self.total.take(total, now)?;
        let each = self.each.take(each, now)?;
        buckets.total_full_at = Some(total);
        buckets.full_at.put(key, each);
        Ok(())
    }

    /// Gives back what [`Throttle::spend`] took for an attempt that was good, or not made.
    pub fn refund(&self, client: &str, source: IpAddr) {
        let key = self.key(client, source);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = buckets.full_at.get_mut(&key) {
            self.each.give_back(full_at);
        }
        if let Some(full_at) = &mut buckets.total_full_at {
            self.total.give_back(full_at);
        }
    }

    fn key(&self, client: &str, source: IpAddr) -> (u64, Source) {
        (self.hasher.hash_one(client), Source::from(source))
    }
}

impl Budget {
    /// Takes one from a bucket that is full again at `full_at`: when it is full again then.
    fn take(self, full_at: Instant, now: Instant) -> Result<Instant, Duration> {
        let full_at = full_at.max(now) + self.refill;
        let missing = full_at - now;
        match missing.checked_sub(self.refill * self.burst) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => Ok(full_at),
        }
    }

    fn give_back(self, full_at: &mut Instant) {
        *full_at = full_at.checked_sub(self.refill).unwrap_or(*full_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    /// How many failures in a row are let through.
    fn allowed(throttle: &Throttle, client: &str, source: IpAddr, now: Instant) -> usize {
        (0..1_000)
            .take_while(|_| throttle.spend(client, source, now).is_ok())
            .count()
    }

    #[test]
    fn g3_a_burst_then_one_a_second_per_client_and_source() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        assert_eq!(allowed(&throttle, "a", A, now), 10);
        assert_eq!(throttle.spend("a", A, now), Err(Duration::from_secs(1)));
        assert_eq!(allowed(&throttle, "a", B, now), 10, "another source");
        assert_eq!(allowed(&throttle, "b", A, now), 10, "another client");
        assert_eq!(allowed(&throttle, "a", A, now + Duration::from_secs(2)), 2);
        assert_eq!(
            allowed(&throttle, "a", A, now + Duration::from_secs(60)),
            10
        );
    }

    #[test]
    fn what_was_spent_for_a_good_attempt_comes_back() {
        let budget = Budget {
            burst: 2,
            refill: Duration::from_secs(10),
        };
        let (throttle, now) = (Throttle::new(budget), Instant::now());
        for _ in 0..1_000 {
            throttle.spend("a", A, now).unwrap();
            throttle.refund("a", A);
        }
        assert_eq!(allowed(&throttle, "a", A, now), 2);
        throttle.refund("a", A);
        throttle.refund("b", A);
        assert_eq!(allowed(&throttle, "a", A, now), 1);
        let wait = throttle.spend("a", A, now);
        assert_eq!(wait, Err(Duration::from_secs(10)));
    }

    #[test]
    fn a_rotating_attacker_meets_the_total() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let passed = (0..1_000)
            .filter(|n| throttle.spend(&n.to_string(), A, now).is_ok())
            .count();
        assert_eq!(passed, 200);
        let later = now + Duration::from_millis(50);
        let passed = (0..1_000)
            .filter(|n| throttle.spend(&n.to_string(), A, later).is_ok())
            .count();
        assert_eq!(passed, 10);
    }

    #[test]
    fn buckets_are_bounded() {
        let (throttle, mut now) = (Throttle::default(), Instant::now());
        for n in 0..limits::THROTTLE_BUCKETS + 100 {
            now += limits::FAILURES_TOTAL_REFILL;
            throttle.spend(&n.to_string(), A, now).unwrap();
        }
        let buckets = throttle.buckets.lock().unwrap();
        assert_eq!(buckets.full_at.len(), limits::THROTTLE_BUCKETS);
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        assert_eq!(
            allowed(&throttle, "a", "2001:db8::1".parse().unwrap(), now),
            10
        );
        assert_eq!(
            allowed(&throttle, "a", "2001:db8::2".parse().unwrap(), now),
            0
        );
        assert_eq!(
            allowed(&throttle, "a", "2001:db8:0:1::1".parse().unwrap(), now),
            10
        );
        assert_eq!(allowed(&throttle, "c", A, now), 10);
        assert_eq!(
            allowed(&throttle, "c", "::ffff:192.0.2.1".parse().unwrap(), now),
            0
        );
    }
}
