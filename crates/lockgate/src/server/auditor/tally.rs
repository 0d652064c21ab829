//! Counts repeated refusals, so that nobody fills the audit log by asking again.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_web::audit::RefusedRequest;

/// How long refusals of one kind are counted together.
pub(super) const TOGETHER: Duration = Duration::from_secs(60);

/// What makes refusals the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Kind {
    source: Option<IpAddr>,
    status: u16,
    reason: String,
    /// Who asked for what, as long as the source does not ask for too many things.
    exactly: Option<(String, String)>,
}

impl Kind {
    fn of(refused: &RefusedRequest) -> Self {
        let who = refused.actor.who.name().to_owned();
        Self {
            source: refused.actor.source.map(network),
            status: refused.status,
            reason: refused.reason.clone(),
            exactly: Some((who, refused.request.clone())),
        }
    }
}

/// The address, or the part of it that one customer usually has: an IPv6 /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let host = u128::from(u64::MAX);
            Ipv6Addr::from_bits(address.to_bits() & !host).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// Refusals of one kind after the first.
#[derive(Debug)]
struct Repeats {
    since: Timestamp,
    count: u64,
    last: Line,
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// When the request was refused.
    pub(super) at: Timestamp,
    /// The request.
    pub(super) refused: RefusedRequest,
    /// Of how many it is the last; 0 for one that stands for itself.
    pub(super) repeated: u64,
}

/// What became of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// It is the first of its kind: this line is due.
    First(Line),
    /// It is counted; a line follows.
    Counted,
    /// There are too many kinds to count it.
    Lost,
}

/// Refusals of the last minute.
#[derive(Debug, Default)]
pub(super) struct Tally(HashMap<Kind, Repeats>);

impl Tally {
    /// Notes a refusal.
    pub(super) fn note(&mut self, at: Timestamp, refused: RefusedRequest) -> Noted {
        let mut kind = Kind::of(&refused);
        if !self.0.contains_key(&kind) && self.is_busy(kind.source) {
            kind.exactly = None;
        }
        let line = Line {
            at,
            refused,
            repeated: 0,
        };
        if let Some(repeats) = self.0.get_mut(&kind) {
            repeats.count += 1;
            repeats.last = line;
            return Noted::Counted;
        }
        if self.0.len() >= limits::AUDIT_REFUSALS {
            return Noted::Lost;
        }
        let repeats = Repeats {
            since: at,
            count: 0,
            last: line.clone(),
        };
        self.0.insert(kind, repeats);
        Noted::First(line)
    }

    /// Whether a source was refused so many different things that they are not told apart any more.
    fn is_busy(&self, source: Option<IpAddr>) -> bool {
        let exact = |kind: &&Kind| kind.source == source && kind.exactly.is_some();
        self.0.keys().filter(exact).count() >= limits::AUDIT_REFUSALS_OF_SOURCE
    }

    /// Ends the minutes that are over at `now`: one line for each kind that was repeated.
    pub(super) fn close(&mut self, now: Timestamp) -> Vec<Line> {
        self.end(|repeats| now.since(repeats.since) >= TOGETHER)
    }

    /// Ends every minute.
    pub(super) fn close_all(&mut self) -> Vec<Line> {
        self.end(|_| true)
    }

    /// Whether nothing is counted.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn end(&mut self, over: impl Fn(&Repeats) -> bool) -> Vec<Line> {
        let ended = self.0.extract_if(|_, repeats| over(repeats));
        let repeated = ended.filter(|(_, repeats)| repeats.count > 0);
        let mut lines: Vec<Line> = repeated
            .map(|(_, repeats)| Line {
                repeated: repeats.count,
                ..repeats.last
            })
            .collect();
        lines.sort_by_key(|line| line.at);
        lines
    }
}

#[cfg(test)]
pub(super) mod tests {
    use lockgate_core::audit::{Actor, Who};

    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn at(secs: u64) -> Timestamp {
        START.plus(Duration::from_secs(secs))
    }

    /// A request of nobody in particular from `source`.
    pub(in super::super) fn refused(source: &str, request: &str) -> RefusedRequest {
        RefusedRequest {
            actor: Actor {
                who: Who::Unknown { claimed: None },
                source: Some(source.parse().unwrap()),
                correlation: None,
            },
            thumbprint: None,
            request: request.to_owned(),
            status: 401,
            reason: "no-credential".to_owned(),
        }
    }

    /// The line of a refusal that is the first of its kind.
    fn first(noted: Noted) -> Line {
        match noted {
            Noted::First(line) => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn repetitions_become_one_line_after_a_minute() {
        let mut tally = Tally::default();
        let request = || refused("192.0.2.1", "GET /a");
        let line = first(tally.note(START, request()));
        assert_eq!((line.at, line.repeated), (START, 0));
        for secs in 1..=40 {
            assert_eq!(tally.note(at(secs), request()), Noted::Counted);
        }
        assert!(tally.close(at(59)).is_empty());
        let [line] = tally.close(at(60)).try_into().unwrap();
        assert_eq!((line.at, line.repeated), (at(40), 40));
        assert!(tally.is_empty());
        first(tally.note(at(61), request()));
        assert!(tally.close_all().is_empty(), "it was not repeated");
    }

    #[test]
    fn refusals_are_told_apart_by_source_name_request_and_reason() {
        let mut tally = Tally::default();
        let mut claimed = refused("192.0.2.1", "GET /a");
        claimed.actor.who = Who::Unknown {
            claimed: Some("eve".to_owned()),
        };
        let mut throttled = refused("192.0.2.1", "GET /a");
        throttled.status = 429;
        let cases = [
            (refused("192.0.2.1", "GET /a"), true),
            (refused("192.0.2.1", "GET /b"), true),
            (refused("::ffff:192.0.2.1", "GET /a"), false),
            (claimed, true),
            (throttled, true),
            (refused("192.0.2.2", "GET /a"), true),
            (refused("2001:db8::1", "GET /a"), true),
            (refused("2001:db8::ffff:1", "GET /a"), false),
            (refused("2001:db8:0:1::1", "GET /a"), true),
        ];
        for (refused, new) in cases {
            let noted = tally.note(START, refused.clone());
            assert_eq!(matches!(noted, Noted::First(_)), new, "{refused:?}");
        }
    }

    #[test]
    fn a_source_that_asks_for_everything_is_told_apart_no_more() {
        let mut tally = Tally::default();
        let request = |n: usize| refused("192.0.2.1", &format!("GET /{n}"));
        // The last of these stands for all that follow.
        for n in 0..=limits::AUDIT_REFUSALS_OF_SOURCE {
            first(tally.note(START, request(n)));
        }
        for n in 50..90 {
            assert_eq!(tally.note(at(1), request(n)), Noted::Counted);
        }
        assert_eq!(tally.note(at(1), request(0)), Noted::Counted);
        first(tally.note(at(1), refused("192.0.2.2", "GET /1")));
        let lines = tally.close(at(60));
        let lines: Vec<_> = lines
            .iter()
            .map(|line| (line.refused.request.as_str(), line.repeated))
            .collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.contains(&("GET /0", 1)), "{lines:?}");
        assert!(lines.contains(&("GET /89", 40)), "{lines:?}");
    }

    #[test]
    fn there_is_a_limit_to_what_is_told_apart() {
        let mut tally = Tally::default();
        let from = |n: usize| {
            let [_, b, c, d] = u32::try_from(n).unwrap().to_be_bytes();
            refused(&format!("10.{b}.{c}.{d}"), "GET /a")
        };
        for n in 0..limits::AUDIT_REFUSALS {
            first(tally.note(START, from(n)));
        }
        let one_more = || from(limits::AUDIT_REFUSALS);
        assert_eq!(tally.note(START, one_more()), Noted::Lost);
        assert_eq!(tally.note(START, from(0)), Noted::Counted);
        tally.close(at(60));
        first(tally.note(at(60), one_more()));
    }
}
