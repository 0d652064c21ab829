//! What is to be done about signing keys: pure decisions.

use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lockgate_store::signing_keys::{SigningKey, State};
use thiserror::Error;

use crate::config::Phases;

/// A successor is already published, so another rotation would only pile up keys.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("signing key {kid:?} is already published and will take over in its time")]
pub struct PendingKey {
    /// The waiting key.
    pub kid: String,
}

/// One change to the stored keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Make a key.
    Create(State),
    /// Move a key on.
    Move { kid: String, from: State, to: State },
    /// Remove a key: nothing it signed is accepted any more.
    Remove(String),
}

impl Step {
    fn shift(key: &SigningKey, to: State) -> Self {
        Self::Move {
            kid: key.kid.clone(),
            from: key.state,
            to,
        }
    }
}

/// What the time demands. Between two calls any amount of time may pass.
pub(super) fn due(keys: &[SigningKey], now: Timestamp, phases: &Phases) -> Vec<Step> {
    let over = |key: &SigningKey, phase: Duration| now.since(key.changed_at) >= phase;
    let mut steps: Vec<Step> = of(keys, State::Retiring)
        .filter(|key| over(key, phases.retiring))
        .chain(of(keys, State::Retired))
        .map(|key| Step::Remove(key.kid.clone()))
        .collect();
    let active = of(keys, State::Active).last();
    let pending = of(keys, State::Pending).next();
    match (active, pending) {
        (None, None) => steps.push(Step::Create(State::Active)),
        // Signing with a key that is hardly known yet is better than not signing.
        (None, Some(next)) => steps.push(Step::shift(next, State::Active)),
        (Some(_), Some(next)) if over(next, phases.pending) => {
            steps.extend(of(keys, State::Active).map(|key| Step::shift(key, State::Retiring)));
            steps.push(Step::shift(next, State::Active));
        }
        (Some(active), None) if !phases.active.is_zero() && over(active, phases.active) => {
            steps.push(Step::Create(State::Pending));
        }
        (Some(_), _) => {}
    }
    steps
}

/// Publishes a successor before its time.
pub(super) fn planned(keys: &[SigningKey]) -> Result<Vec<Step>, PendingKey> {
    if let Some(pending) = of(keys, State::Pending).next() {
        return Err(PendingKey {
            kid: pending.kid.clone(),
        });
    }
    let first = of(keys, State::Active).next().is_none();
    let state = if first { State::Active } else { State::Pending };
    Ok(vec![Step::Create(state)])
}

/// Trusts no key of before.
pub(super) fn emergency(keys: &[SigningKey]) -> Vec<Step> {
    let remove = keys.iter().map(|key| Step::Remove(key.kid.clone()));
    remove.chain([Step::Create(State::Active)]).collect()
}

fn of(keys: &[SigningKey], state: State) -> impl Iterator<Item = &SigningKey> {
    keys.iter().filter(move |key| key.state == state)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_790_000_000);
    const HOUR: Duration = Duration::from_secs(3600);
    const PHASES: Phases = Phases {
        pending: HOUR,
        active: Duration::from_secs(10 * 3600),
        retiring: Duration::from_secs(5 * 3600),
    };

    fn key(kid: &str, state: State, changed_hours: u32) -> SigningKey {
        SigningKey {
            kid: kid.to_owned(),
            state,
            created_at: START,
            changed_at: START.plus(HOUR * changed_hours),
            public_der: vec![],
            sealed_private: vec![],
        }
    }

    fn due_at(keys: &[SigningKey], hours: u32) -> Vec<Step> {
        due(keys, START.plus(HOUR * hours), &PHASES)
    }

    fn moved(kid: &str, from: State, to: State) -> Step {
        let kid = kid.to_owned();
        Step::Move { kid, from, to }
    }

    #[test]
    fn a_fresh_server_makes_one_key_that_signs_at_once() {
        assert_eq!(due_at(&[], 0), [Step::Create(State::Active)]);
        assert_eq!(planned(&[]).unwrap(), [Step::Create(State::Active)]);
    }

    #[test]
    fn a_key_passes_through_its_phases() {
        let old = key("old", State::Active, 0);
        assert_eq!(due_at(std::slice::from_ref(&old), 9), []);
        let steps = due_at(std::slice::from_ref(&old), 10);
        assert_eq!(steps, [Step::Create(State::Pending)]);

        let new = key("new", State::Pending, 10);
        let keys = [old, new];
        assert_eq!(
            due(
                &keys,
                START.plus(HOUR * 11).minus(Duration::from_micros(1)),
                &PHASES
            ),
            []
        );
        let takeover = [
            moved("old", State::Active, State::Retiring),
            moved("new", State::Pending, State::Active),
        ];
        assert_eq!(due_at(&keys, 11), takeover);

        let keys = [
            key("old", State::Retiring, 11),
            key("new", State::Active, 11),
        ];
        assert_eq!(due_at(&keys, 15), []);
        assert_eq!(due_at(&keys, 16), [Step::Remove("old".to_owned())]);
    }

    #[test]
    fn zero_leaves_rotation_to_the_operator() {
        let phases = Phases {
            active: Duration::ZERO,
            ..PHASES
        };
        let keys = [key("old", State::Active, 0)];
        assert_eq!(due(&keys, START.plus(HOUR * 100_000), &phases), []);
    }

    #[test]
    fn without_an_active_key_the_waiting_one_takes_over() {
        let keys = [key("next", State::Pending, 0)];
        assert_eq!(
            due_at(&keys, 0),
            [moved("next", State::Pending, State::Active)]
        );
    }

    #[test]
    fn a_clock_set_back_moves_nothing() {
        let keys = [key("a", State::Active, 100), key("p", State::Pending, 100)];
        assert_eq!(due_at(&keys, 0), []);
    }

    #[test]
    fn rotations_on_demand() {
        let active = key("a", State::Active, 0);
        let steps = planned(std::slice::from_ref(&active)).unwrap();
        assert_eq!(steps, [Step::Create(State::Pending)]);
        let keys = [
            active,
            key("p", State::Pending, 0),
            key("r", State::Retiring, 0),
        ];
        assert_eq!(planned(&keys).unwrap_err().kid, "p");
        let expected = ["a", "p", "r"].map(|kid| Step::Remove(kid.to_owned()));
        let steps = emergency(&keys);
        assert_eq!(steps[..3], expected);
        assert_eq!(steps[3..], [Step::Create(State::Active)]);
    }
}
