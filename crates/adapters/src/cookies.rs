//! Cookies that live as long as a flow's `httpSessionHandling` says.

use std::sync::{Mutex, PoisonError};

use cookie_store::{CookieStore, RawCookie};
use http::{HeaderMap, header};
use lockgate_core::limits;
use url::Url;

/// A cookie jar.
#[derive(Debug, Default)]
pub(crate) struct Cookies(Mutex<CookieStore>);

impl Cookies {
    /// The value of the `Cookie` header for `url`.
    pub(crate) fn header(&self, url: &Url) -> Option<String> {
        let store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<String> = store
            .get_request_values(url)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Keeps what an answer sets. A peer that sets ever new cookies makes the jar start over.
    pub(crate) fn store(&self, headers: &HeaderMap, url: &Url) {
        let cookies: Vec<RawCookie<'static>> = (headers.get_all(header::SET_COOKIE).iter())
            .filter_map(|value| value.to_str().ok())
            .filter_map(|value| RawCookie::parse(value.to_owned()).ok())
            .collect();
        if cookies.is_empty() {
            return;
        }
        let mut store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        store.store_response_cookies(cookies.into_iter(), url);
        if store.iter_any().count() > limits::SESSION_COOKIES {
            store.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_return_to_their_host_only() {
        let cookies = Cookies::default();
        let url = Url::parse("http://127.0.0.1:1/a").unwrap();
        let headers = HeaderMap::from_iter([(
            header::SET_COOKIE,
            "session=1; Path=/; HttpOnly".parse().unwrap(),
        )]);
        cookies.store(&headers, &url);
        assert_eq!(cookies.header(&url).as_deref(), Some("session=1"));
        assert_eq!(
            cookies.header(&Url::parse("http://127.0.0.2:1/a").unwrap()),
            None
        );
    }

    #[test]
    fn a_jar_that_grows_without_end_starts_over() {
        let cookies = Cookies::default();
        let url = Url::parse("http://127.0.0.1/").unwrap();
        for n in 0..=limits::SESSION_COOKIES {
            let value = format!("c{n}=1").parse().unwrap();
            cookies.store(&HeaderMap::from_iter([(header::SET_COOKIE, value)]), &url);
        }
        assert_eq!(cookies.header(&url), None);
    }
}
