//! Generated passwords and secrets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_core::random::Random;
use lockgate_core::secret::Secret;

/// 32 letters and digits that nobody mistakes for one another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of a generated password: 125 random bits.
const PASSWORD_CHARS: usize = 25;

/// A password that can be typed: five groups of five characters.
pub(crate) fn password(random: &dyn Random) -> Secret<String> {
    let bytes = Secret::new(random.bytes::<PASSWORD_CHARS>());
    let character = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
    let groups = bytes.expose().chunks(5);
    let groups: Vec<String> = groups
        .map(|group| group.iter().map(character).collect())
        .collect();
    Secret::new(groups.join("-"))
}

/// A secret for a program: 32 random bytes, URL-safe. Never begins with a dash, which command lines
/// take for an option.
pub(crate) fn secret(random: &dyn Random) -> Secret<String> {
    let mut bytes: [u8; 32] = random.bytes();
    bytes[0] &= 0x7f;
    let bytes = Secret::new(bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(bytes.expose()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use lockgate_core::random::SeededRandom;

    use super::*;

    #[test]
    fn passwords_are_typable_and_differ() {
        let random = SeededRandom::new(1);
        let mut seen = HashSet::new();
        for _ in 0..100 {
            let password = password(&random).expose().clone();
            assert_eq!(password.len(), 29);
            let legal = |c: char| c == '-' || ALPHABET.contains(&(c as u8));
            assert!(password.chars().all(legal), "{password}");
            assert!(seen.insert(password));
        }
    }

    #[test]
    fn secrets_have_256_bits_but_one_and_are_no_option() {
        let random = SeededRandom::new(1);
        for _ in 0..1_000 {
            let secret = secret(&random);
            assert_eq!(secret.expose().len(), 43);
            assert!(!secret.expose().starts_with('-'));
        }
    }
}
