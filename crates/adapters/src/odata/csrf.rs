//! CSRF tokens: fetched before the first modifying call, kept as long as the cookies they belong to.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use lockgate_core::limits;

/// Tokens by service root.
#[derive(Debug, Default)]
pub(super) struct CsrfTokens(Mutex<HashMap<String, String>>);

impl CsrfTokens {
    pub(super) fn get(&self, root: &str) -> Option<String> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(root).cloned()
    }

    /// Keeps a token. Should the roots be ever new ones, old tokens are forgotten; they can be
    /// fetched again.
    pub(super) fn put(&self, root: &str, token: String) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= limits::SESSION_COOKIES {
            tokens.clear();
        }
        tokens.insert(root.to_owned(), token);
    }
}
