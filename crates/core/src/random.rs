//! Randomness as a parameter.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;

use aws_lc_rs::digest;
use uuid::Uuid;
use zeroize::Zeroize as _;

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
///
/// Asking it costs more than what an id needs from it, so each thread draws a block at a time and
/// serves small requests from that. Bytes handed out are wiped from the block.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

/// Bytes drawn at a time.
const BLOCK: usize = 512;
/// A larger request is not served from the block.
const SMALL: usize = 32;

/// Random bytes, of which those before `used` are gone.
struct Block {
    bytes: [u8; BLOCK],
    used: usize,
}

thread_local! {
    static DRAWN: RefCell<Block> = const {
        RefCell::new(Block { bytes: [0; BLOCK], used: BLOCK })
    };
}

impl Block {
    fn take(&mut self, bytes: &mut [u8]) {
        if self.used + bytes.len() > BLOCK {
            draw(&mut self.bytes);
            self.used = 0;
        }
        let taken = &mut self.bytes[self.used..self.used + bytes.len()];
        bytes.copy_from_slice(taken);
        taken.zeroize();
        self.used += bytes.len();
    }
}

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > SMALL {
            return draw(bytes);
        }
        DRAWN.with_borrow_mut(|block| block.take(bytes));
    }
}

fn draw(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).expect("invariant: the operating system has randomness");
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
    use std::collections::HashSet;

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

    #[test]
    fn what_comes_from_a_block_never_comes_again() {
        let random: SharedRandom = Arc::new(OsRandom);
        let ids: HashSet<Uuid> = (0..BLOCK).map(|_| random.uuid()).collect();
        assert_eq!(ids.len(), BLOCK);
        let mut block = Block {
            bytes: [1; BLOCK],
            used: 0,
        };
        let mut taken = [0; 20];
        block.take(&mut taken);
        assert_eq!(taken, [1; 20]);
        assert_eq!(block.bytes[..20], [0; 20]);
        block.used = BLOCK - 19;
        block.take(&mut taken);
        assert_eq!(block.used, 20);
        assert_ne!(taken, [1; 20]);
        assert_ne!(random.bytes::<SMALL>(), random.bytes::<SMALL>());
        assert_ne!(random.bytes::<100>(), random.bytes::<100>());
    }
}
