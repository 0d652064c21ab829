//! What the token server counts.

use lockgate_web::metrics::Registry;
use prometheus_client::metrics::counter::Counter;

/// Counters of the token server. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    pub(crate) issued: Counter,
    pub(crate) failed: Counter,
    pub(crate) throttled: Counter,
    pub(crate) query_credentials: Counter,
}

impl Metrics {
    /// Counters that `registry` shows.
    #[must_use]
    pub fn registered(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let shown = [
            ("tokens_issued", "Access tokens issued", &metrics.issued),
            (
                "token_authentication_failures",
                "Client authentications that failed at the token server",
                &metrics.failed,
            ),
            (
                "token_requests_throttled",
                "Token requests answered with 429",
                &metrics.throttled,
            ),
            (
                "token_query_credentials",
                "Token requests with a secret in the query string",
                &metrics.query_credentials,
            ),
        ];
        for (name, help, counter) in shown {
            registry.register(name, help, counter.clone());
        }
        metrics
    }
}
