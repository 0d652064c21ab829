//! Metrics: each part registers its own handles, and `/metrics` renders them all.

use prometheus_client::encoding::text::encode;
/// Where parts register their metrics while the server starts.
pub use prometheus_client::registry::Registry;

/// The media type of [`render`]'s text.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The registry that names every metric `lockgate_…`.
#[must_use]
pub fn registry() -> Registry {
    Registry::with_prefix("lockgate")
}

/// All metrics in the OpenMetrics text format.
#[must_use]
pub fn render(registry: &Registry) -> String {
    let mut text = String::new();
    encode(&mut text, registry).expect("invariant: writing to a string does not fail");
    text
}
