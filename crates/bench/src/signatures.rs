//! The yardstick for tokens: bare RSA-2048 signatures on every core.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

/// About as long as the signed part of a token.
const MESSAGE: [u8; 900] = [b'x'; 900];

/// A key to sign with.
pub(crate) fn key() -> anyhow::Result<Arc<RsaKeyPair>> {
    Ok(Arc::new(RsaKeyPair::generate(KeySize::Rsa2048)?))
}

/// Signatures per second on `threads` threads during `time`.
pub(crate) fn rate(key: &Arc<RsaKeyPair>, threads: usize, time: Duration) -> f64 {
    let start = Instant::now();
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let key = Arc::clone(key);
            thread::spawn(move || sign_until(&key, start + time))
        })
        .collect();
    let signatures: u64 = workers
        .into_iter()
        .map(|worker| worker.join().unwrap_or(0))
        .sum();
    signatures as f64 / start.elapsed().as_secs_f64()
}

fn sign_until(key: &RsaKeyPair, until: Instant) -> u64 {
    let (random, mut signature) = (SystemRandom::new(), [0; 256]);
    let mut done = 0;
    while Instant::now() < until {
        key.sign(&RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature)
            .expect("invariant: signing in memory works");
        done += 1;
    }
    done
}
