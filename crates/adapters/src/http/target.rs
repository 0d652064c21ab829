//! Where an HTTP receiver sends its request.

use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_engine::receiver::Call;
use url::Url;

use crate::address;
use crate::settings::{Dynamic, Settings};

/// Replaces the address.
const URI: &str = "CamelHttpUri";
/// Is the query when the channel has none.
const QUERY: &str = "CamelHttpQuery";
/// Is appended to the path.
const PATH: &str = "CamelHttpPath";

#[derive(Debug)]
pub(super) struct Target {
    address: Dynamic,
    query: Dynamic,
}

impl Target {
    pub(super) fn read(settings: &mut Settings<'_>) -> Self {
        Self {
            address: settings.dynamic("httpAddressWithoutQuery"),
            query: settings.dynamic("httpAddressQuery"),
        }
    }

    /// The address to call. `CamelHttpUri` cannot come from outside; `CamelHttpQuery` and
    /// `CamelHttpPath` of the sender's request are ignored: they count only when a step set them.
    pub(super) fn url(&self, exchange: &Exchange, call: &Call<'_>) -> Result<Url, StepError> {
        let address = match set_by_step(exchange, URI)? {
            Some(address) => address,
            None => self.address.word(exchange, call)?,
        };
        let mut url = address::parse(&address)?;
        url.set_fragment(None);
        if let Some(path) = set_by_step(exchange, PATH)? {
            append_path(&mut url, &path)?;
        }
        let query = match self.query.word(exchange, call)? {
            query if query.is_empty() => set_by_step(exchange, QUERY)?.unwrap_or_default(),
            query => query,
        };
        address::add_query(&mut url, &address::query(&query));
        Ok(url)
    }
}

/// The text of a header that a step has set, unless it is empty.
fn set_by_step(exchange: &Exchange, name: &str) -> Result<Option<String>, StepError> {
    let value = exchange.headers.get(name);
    let Some(value) = value.filter(|_| !exchange.headers.is_received(name)) else {
        return Ok(None);
    };
    let text = exchange.value_text(value)?.unwrap_or_default();
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

fn append_path(url: &mut Url, path: &str) -> Result<(), StepError> {
    address::check_path(path)?;
    let base = url.path().trim_end_matches('/');
    let joined = format!("{base}/{}", address::path(path.trim_start_matches('/')));
    url.set_path(&joined);
    Ok(())
}
