use std::sync::mpsc;

use lockgate_core::random::SeededRandom;

use super::*;

const CHEAP: HashSettings = HashSettings {
    memory_kib: 8,
    passes: 1,
    at_once: 1,
    waiting: 1,
};

fn password(text: &str) -> Secret<String> {
    Secret::from(text)
}

#[test]
fn the_default_costs_what_it_should() {
    let settings = HashSettings::default();
    let params = Hashing::new(settings).params;
    let hash = hash(&params, "correct horse", [7; 16], &mut Blocks::default());
    let head = "$argon2id$v=19$m=19456,t=2,p=1$";
    assert!(hash.starts_with(head), "{hash}");
}

#[tokio::test]
async fn a_hash_matches_its_password_only_and_none_matches_nothing() {
    let (hashing, random) = (Hashing::new(CHEAP), SeededRandom::new(1));
    let stored = hashing.hash(password("correct horse"), &random).await;
    let stored = stored.unwrap();
    let again = hashing.hash(password("correct horse"), &random).await;
    assert_ne!(stored, again.unwrap(), "salted");
    let lane = &hashing.unfamiliar;
    for (text, hash, expected) in [
        ("correct horse", Some(stored.clone()), true),
        ("Correct horse", Some(stored.clone()), false),
        ("", Some(stored.clone()), false),
        ("correct horse", None, false),
        ("correct horse", Some("nonsense".to_owned()), false),
    ] {
        let verdict = hashing.verify(lane, password(text), hash, &random).await;
        let verdict = verdict.unwrap();
        assert_eq!(verdict.matches, expected, "{text}");
        assert_eq!(verdict.renewed, None);
    }
}

#[tokio::test]
async fn a_hash_that_costs_too_little_is_renewed_when_the_password_is_right() {
    let random = SeededRandom::new(1);
    let before = Hashing::new(CHEAP);
    let stored = before.hash(password("correct horse"), &random).await;
    let stored = stored.unwrap();
    for (memory_kib, passes) in [(16, 1), (8, 2)] {
        let now = Hashing::new(HashSettings {
            memory_kib,
            passes,
            ..CHEAP
        });
        let verify = |text, hash: &str| {
            let hash = Some(hash.to_owned());
            now.verify(&now.familiar, password(text), hash, &random)
        };
        assert_eq!(verify("wrong", &stored).await.unwrap().renewed, None);
        let verdict = verify("correct horse", &stored).await.unwrap();
        let renewed = verdict.renewed.unwrap();
        assert!(renewed.contains(&format!("m={memory_kib},t={passes},")));
        let verdict = verify("correct horse", &renewed).await.unwrap();
        assert!(verdict.matches && verdict.renewed.is_none());
        // Falling parameters weaken nothing.
        let verdict = before.verify(
            &before.familiar,
            password("correct horse"),
            Some(renewed),
            &random,
        );
        assert_eq!(verdict.await.unwrap().renewed, None);
    }
}

#[tokio::test]
async fn one_works_one_waits_and_further_ones_are_refused() {
    let lane = Lane::new(CHEAP);
    let (release, released) = mpsc::channel::<()>();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let first = tokio::spawn({
        let lane = lane.clone();
        async move {
            let work = move |_: &mut Blocks| {
                begun.send(()).unwrap();
                released.recv().is_ok()
            };
            lane.run(work).await
        }
    });
    begins.await.unwrap();
    let second = lane.run(|_| 2);
    let third = lane.run(|_| 3);
    tokio::pin!(second);
    tokio::select! {
        biased;
        _ = &mut second => unreachable!("the second waits for the first"),
        refused = third => assert_eq!(refused, Err(Busy)),
    }
    // Whoever gives up waiting for work that has begun does not free its place.
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert_eq!(lane.run(|_| 4).await, Err(Busy));
    release.send(()).unwrap();
    assert_eq!(second.await, Ok(2));
    assert_eq!(lane.run(|_| 5).await, Ok(5));
}

/// Threads come and go; what hashes need stays what runs at the same time.
#[tokio::test]
async fn memory_is_lent_to_one_hash_after_another() {
    let random = SeededRandom::new(1);
    let hashing = Hashing::new(HashSettings {
        at_once: 2,
        waiting: 30,
        ..CHEAP
    });
    let stored = hashing.hash(password("correct horse"), &random).await;
    let stored = stored.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for seed in 0..30 {
        let (hashing, stored) = (hashing.clone(), Some(stored.clone()));
        tasks.spawn(async move {
            let (lane, random) = (&hashing.unfamiliar, SeededRandom::new(seed));
            let right = password("correct horse");
            hashing.verify(lane, right, stored, &random).await
        });
    }
    while let Some(verdict) = tasks.join_next().await {
        assert!(verdict.unwrap().unwrap().matches);
    }
    let lane = &hashing.unfamiliar;
    assert!((8..=16).contains(&lane.memory.kept()), "of 8 KiB each");
    assert_eq!(hashing.familiar.memory.kept(), 8);
}

#[test]
fn what_was_hashed_before_makes_no_difference() {
    let reference = |params: &Params, stored: &str| {
        use argon2::PasswordVerifier as _;
        let stored = PasswordHash::new(stored).unwrap();
        let argon2 = argon2::Argon2::from(params);
        argon2.verify_password(b"correct horse", &stored).is_ok()
    };
    let memory = Memory::default();
    for memory_kib in [64, 8, 32] {
        let params = Hashing::new(HashSettings {
            memory_kib,
            ..CHEAP
        })
        .params;
        let stored = memory.lend(|blocks| hash(&params, "correct horse", [7; 16], blocks));
        assert!(reference(&params, &stored), "{stored}");
        let parsed = PasswordHash::new(&stored).unwrap();
        assert!(memory.lend(|blocks| blocks.verify("correct horse", &parsed)));
        assert!(!memory.lend(|blocks| blocks.verify("wrong horse", &parsed)));
    }
    for broken in [
        "$argon2id$v=19$m=8,t=1,p=1",
        "$scrypt$m=8$c2FsdHNhbHQ$aGFzaA",
    ] {
        let parsed = PasswordHash::new(broken);
        let matches = |parsed| memory.lend(|blocks| blocks.verify("", &parsed));
        assert!(!parsed.is_ok_and(matches), "{broken}");
    }
}
