//! Randomness as a parameter.

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;

use aws_lc_rs::digest;
use uuid::Uuid;

/// Where random bytes come from.
pub trait Random: Send + Sync + fmt::Debug {
    /// Fills `bytes` with random data.
    fn fill(&self, bytes: &mut [u8]);
}

/// A source of randomness that can be shared between tasks.
pub type SharedRandom = Arc<dyn Random>;

impl dyn Random + '_ {
    /// An array of random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random (version 4) UUID.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

/// The operating system's cryptographic generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("invariant: the operating system has randomness");
    }
}

/// A reproducible stream of bytes for tests: SHA-256 over a seed and a counter.
#[derive(Debug, Default)]
pub struct SeededRandom {
    seed: u64,
    counter: Mutex<u64>,
}

impl SeededRandom {
    /// The stream that belongs to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            counter: Mutex::new(0),
        }
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut counter = self
            .counter
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in bytes.chunks_mut(digest::SHA256_OUTPUT_LEN) {
            let mut block = digest::Context::new(&digest::SHA256);
            block.update(&self.seed.to_be_bytes());
            block.update(&counter.to_be_bytes());
            chunk.copy_from_slice(&block.finish().as_ref()[..chunk.len()]);
            *counter += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_stream() {
        let (a, b): (SharedRandom, SharedRandom) = (
            Arc::new(SeededRandom::new(7)),
            Arc::new(SeededRandom::new(7)),
        );
        assert_eq!(a.bytes::<40>(), b.bytes::<40>());
        assert_ne!(a.uuid(), a.uuid());
        assert_eq!(a.uuid().get_version_num(), 4);
    }
}
