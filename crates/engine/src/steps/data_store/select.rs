//! Data Store Select: several entries become one document.

use async_trait::async_trait;
use lockgate_core::crypto::Vault;
use lockgate_core::limits;
use lockgate_store::data_stores::Entry;
use lockgate_xml::Source;

use super::{DataStore, failed, load};
use crate::error::StepError;
use crate::exchange::{Body, Exchange};
use crate::names;
use crate::run::Visit;
use crate::steps::AsyncStep;
use crate::steps::xml::SAX;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

#[derive(Debug)]
pub(super) struct Select {
    pub(super) store: DataStore,
    pub(super) limit: u32,
    pub(super) delete: bool,
}

#[async_trait]
impl AsyncStep for Select {
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError> {
        let store = self.store.find(exchange, visit)?;
        let limit = self.limit_for(exchange)?;
        let found = visit
            .transaction
            .oldest(&store.scope, &store.name, limit)
            .await;
        let entries = found.map_err(|error| failed(&error))?.ok_or_else(|| {
            StepError::new(format!(
                "The entries of the data store {:?} have more than {} bytes together. Select fewer.",
                store.name,
                limits::DATA_STORE_SELECTION
            ))
        })?;
        let heads: Vec<_> = entries.iter().map(|entry| entry.head.clone()).collect();
        let size = heads.iter().map(|head| head.size).sum();
        let vault = visit.runtime.vault().clone();
        let work = move || combined(entries, &vault);
        exchange.body = Body::Text(visit.compute(load(size), work).await?.into());
        if self.delete {
            heads
                .iter()
                .for_each(|head| visit.transaction.delete_at_end(head));
        }
        Ok(())
    }
}

impl Select {
    fn limit_for(&self, exchange: &Exchange) -> Result<u32, StepError> {
        let Some(value) = exchange.headers.get(names::DATA_STORE_LIMIT) else {
            return Ok(self.limit);
        };
        let text = exchange.value_text(value)?.unwrap_or_default();
        match text.trim().parse::<u64>() {
            Ok(number) if number > 0 => {
                let most = limits::DATA_STORE_ENTRIES;
                Ok(u32::try_from(number).unwrap_or(most).min(most))
            }
            _ => Err(StepError::new(format!(
                "The header {} has to be a whole number above 0.",
                names::DATA_STORE_LIMIT
            ))),
        }
    }
}

/// One document of all entries, each without its declaration.
fn combined(entries: Vec<Entry>, vault: &Vault) -> Result<String, StepError> {
    if entries.is_empty() {
        return Ok(format!("{DECLARATION}<messages/>"));
    }
    let mut text = format!("{DECLARATION}<messages>");
    for Entry { head, content } in entries {
        let plain = content.unpack(&head.key, vault);
        let plain = plain.map_err(|error| failed(&error))?;
        text.push_str("<message id=\"");
        push_attribute(&mut text, &head.key.id);
        text.push_str("\">");
        push_root(&mut text, &plain.body).map_err(|error| {
            StepError::of_class(
                SAX,
                format!(
                    "The entry {:?} is not an XML document, and only those can be selected: {error}",
                    head.key.id
                ),
            )
        })?;
        text.push_str("</message>");
    }
    text.push_str("</messages>");
    Ok(text)
}

/// Adds the document element as it stands in `body`. Nothing is no document, but flows keep it: a timer
/// starts messages without a body.
fn push_root(text: &mut String, body: &[u8]) -> Result<(), lockgate_xml::XmlError> {
    if body.trim_ascii().is_empty() {
        return Ok(());
    }
    let source = Source::from_bytes(body)?;
    let document = source.document()?;
    let root = document.tree().root_element().range();
    text.push_str(document.text().get(root).unwrap_or_default());
    Ok(())
}

/// Adds text inside quotation marks. Characters that XML does not have become U+FFFD.
fn push_attribute(text: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '"' => text.push_str("&quot;"),
            '\t' => text.push_str("&#9;"),
            '\n' => text.push_str("&#10;"),
            '\r' => text.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => text.push('\u{fffd}'),
            c => text.push(c),
        }
    }
}
