//! The memory that hashes are computed in.
//!
//! A hash takes 19 MiB. Allocated each time, on whatever thread has the turn, it would stay with the
//! allocator, which keeps some for each thread: many times what is used at the same time. So it is
//! kept here, and lent to one hash after another.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::{
    Error as HashError, Output, ParamsString, PasswordHash, Result as HashResult, Salt,
};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// Room for as many hashes as were ever computed at the same time. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<Mutex<Vec<Blocks>>>);

impl Memory {
    /// Lends `work` what nobody else has at the moment.
    pub(super) fn lend<T>(&self, work: impl FnOnce(&mut Blocks) -> T) -> T {
        let idle = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut blocks = idle().pop().unwrap_or_default();
        let done = work(&mut blocks);
        blocks.clear();
        idle().push(blocks);
        done
    }

    /// How much is kept, in KiB.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.iter().map(|blocks| blocks.0.len()).sum()
    }
}

/// Blocks of 1 KiB for one hash at a time.
#[derive(Debug, Default)]
pub(super) struct Blocks(Vec<Block>);

impl Blocks {
    /// The hash of a password under a salt.
    ///
    /// # Errors
    /// When the salt or the password is too long or too short.
    pub(super) fn hash<'s>(
        &mut self,
        params: &Params,
        password: &str,
        salt: Salt<'s>,
    ) -> HashResult<PasswordHash<'s>> {
        let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
        let argon2 = Argon2::new(algorithm, version, params.clone());
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(params)?,
            salt: Some(salt),
            hash: Some(self.output(&argon2, password, salt, length)?),
        })
    }

    /// Whether `stored` is the hash of a password. The time it takes says nothing about where they
    /// differ.
    pub(super) fn verify(&mut self, password: &str, stored: &PasswordHash<'_>) -> bool {
        let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else {
            return false;
        };
        let mut computed = || -> HashResult<Output> {
            let algorithm = Algorithm::try_from(stored.algorithm)?;
            let version = stored
                .version
                .map_or(Ok(Version::V0x13), Version::try_from)?;
            let argon2 = Argon2::new(algorithm, version, Params::try_from(stored)?);
            self.output(&argon2, password, salt, expected.len())
        };
        computed().is_ok_and(|computed| computed == expected)
    }

    fn output(
        &mut self,
        argon2: &Argon2<'_>,
        password: &str,
        salt: Salt<'_>,
        length: usize,
    ) -> HashResult<Output> {
        let mut bytes = [0; Salt::MAX_LENGTH];
        let salt = salt.decode_b64(&mut bytes)?;
        let needed = argon2.params().block_count();
        if self.0.len() < needed {
            self.0.resize(needed, Block::default());
        }
        let blocks = &mut self.0[..needed];
        Output::init_with(length, |output| {
            let hashed =
                argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, blocks);
            hashed.map_err(HashError::from)
        })
    }

    /// Leaves nothing of a password behind.
    fn clear(&mut self) {
        self.0.fill(Block::default());
    }
}
