//! The content of entries: what flows write and read, and how it is kept.

use lockgate_core::crypto::Vault;
use thiserror::Error;

use super::EntryKey;

/// The content of an entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Whether the parts are sealed.
    pub sealed: bool,
    /// Headers that were kept with the body: a JSON list of names and values.
    pub headers: Option<Vec<u8>>,
    /// The body.
    pub body: Vec<u8>,
}

/// The content of an entry as flows know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plain {
    /// Headers that are kept with the body, by name.
    pub headers: Option<Vec<(String, String)>>,
    /// The body.
    pub body: Vec<u8>,
}

/// The content of an entry cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("its content cannot be read: it was sealed under another master key, or altered")]
pub struct Unopened;

impl Plain {
    /// The bytes of body and headers.
    #[must_use]
    pub fn size(&self) -> u64 {
        let headers = self.headers.iter().flatten();
        let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
        (headers + self.body.len()) as u64
    }

    /// The content of the entry `key`, as it is kept: sealed if there is a vault.
    #[must_use]
    pub fn pack(self, key: &EntryKey, vault: Option<&Vault>) -> Content {
        let headers = self.headers.map(|headers| {
            serde_json::to_vec(&headers).expect("invariant: pairs of texts can be written as JSON")
        });
        let Some(vault) = vault else {
            return Content {
                sealed: false,
                headers,
                body: self.body,
            };
        };
        Content {
            sealed: true,
            headers: headers.map(|headers| vault.seal(&context(key, "headers"), &headers)),
            body: vault.seal(&context(key, "body"), &self.body),
        }
    }
}

impl Content {
    /// The content of the entry `key`, as flows know it.
    ///
    /// # Errors
    /// When it was sealed under another master key, for another entry, or altered.
    pub fn unpack(self, key: &EntryKey, vault: &Vault) -> Result<Plain, Unopened> {
        let open = |part: &str, bytes: Vec<u8>| match self.sealed {
            false => Ok(bytes),
            true => vault
                .open(&context(key, part), &bytes)
                .map(|plain| plain.expose().clone())
                .map_err(|_| Unopened),
        };
        let headers = self.headers.map(|headers| open("headers", headers));
        let headers = headers.transpose()?;
        Ok(Plain {
            headers: headers
                .map(|headers| serde_json::from_slice(&headers).map_err(|_| Unopened))
                .transpose()?,
            body: open("body", self.body)?,
        })
    }
}

/// Binds a sealed part to its entry. Quoted, because names may have anything in them.
fn context(key: &EntryKey, part: &str) -> String {
    let (flow, store, id) = (key.scope.flow_id(), &key.store, &key.id);
    format!("data-store-entry/{:?}", (flow, store, id, part))
}

#[cfg(test)]
mod tests {
    use lockgate_core::crypto::MasterKey;
    use lockgate_core::random::SeededRandom;

    use super::*;
    use crate::variables::Scope;

    fn key(store: &str, id: &str) -> EntryKey {
        EntryKey {
            scope: Scope::Global,
            store: store.to_owned(),
            id: id.to_owned(),
        }
    }

    #[test]
    fn a_sealed_content_opens_for_its_entry_only() {
        let vault = MasterKey::generate(&SeededRandom::new(1)).vault();
        let plain = Plain {
            headers: Some(vec![("a".to_owned(), "b".to_owned())]),
            body: b"secret".to_vec(),
        };
        assert_eq!(plain.size(), 8);
        let own = key("s", "1");
        let sealed = plain.clone().pack(&own, Some(&vault));
        assert!(sealed.sealed);
        assert!(!sealed.body.windows(6).any(|part| part == b"secret"));
        assert_eq!(sealed.clone().unpack(&own, &vault), Ok(plain.clone()));
        for other in [key("s", "2"), key("s\", \"1", ""), key("1", "s")] {
            assert_eq!(sealed.clone().unpack(&other, &vault), Err(Unopened));
        }
        let swapped = Content {
            body: sealed.headers.clone().unwrap_or_default(),
            ..sealed.clone()
        };
        assert_eq!(swapped.unpack(&own, &vault), Err(Unopened));
        let stranger = MasterKey::generate(&SeededRandom::new(2)).vault();
        assert_eq!(sealed.unpack(&own, &stranger), Err(Unopened));
        let open = plain.clone().pack(&own, None);
        assert_eq!(open.body, b"secret");
        assert_eq!(open.unpack(&own, &stranger), Ok(plain));
    }
}
