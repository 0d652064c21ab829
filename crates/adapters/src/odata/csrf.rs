//! CSRF tokens: fetched before the first modifying call, kept as long as the cookies they belong to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lockgate_core::limits;
use lockgate_engine::receiver::Call;
use lockgate_flow::plan::HttpSession;

/// Tokens by service root.
#[derive(Debug, Default)]
pub(super) struct CsrfTokens(Mutex<HashMap<String, String>>);

impl CsrfTokens {
    /// The tokens of the session, or a place for those of this call.
    pub(super) fn of(call: &Call<'_>) -> Arc<Self> {
        match call.flow.http_session {
            HttpSession::None => Arc::default(),
            HttpSession::Exchange | HttpSession::Flow => call.session.get::<Self>(),
        }
    }

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
