//! Steps on data stores: what they have in common, which is how they find store and entry.

mod delete;
mod get;
mod select;
mod write;

use std::sync::Arc;

use lockgate_core::limits;
use lockgate_flow::expr::Template;
use lockgate_flow::plan::{DataStore as Spec, DataStoreStep, EntryId as IdSpec, StoreScope};
use lockgate_store::data_stores::EntryKey;
use lockgate_store::variables::Scope;
use lockgate_xml::xpath::XPath;

use super::{HEAVY_BYTES, Preparation, variables, xml};
use crate::error::StepError;
use crate::eval;
use crate::exchange::Exchange;
use crate::names;
use crate::pipeline::Op;
use crate::run::{Load, Visit, Written};

/// The store that the original keeps variables in. Flows delete variables there.
const OF_VARIABLES: &str = "sap_global_store";

pub(super) fn prepare(
    spec: &DataStoreStep,
    preparation: &Preparation<'_>,
) -> Result<Op, Vec<String>> {
    Ok(Op::Wait(match spec {
        DataStoreStep::Write(spec) => Box::new(write::Write::new(spec, preparation)?),
        DataStoreStep::Get {
            store,
            id,
            delete,
            fail_if_missing,
        } => Box::new(get::Get {
            store: DataStore::new(store),
            id: EntryId::new(id, preparation)?,
            delete: *delete,
            fail_if_missing: *fail_if_missing,
        }),
        DataStoreStep::Select {
            store,
            limit,
            delete,
        } => Box::new(select::Select {
            store: DataStore::new(store),
            limit: *limit,
            delete: *delete,
        }),
        DataStoreStep::Delete { store, id } => Box::new(delete::Delete {
            store: DataStore::new(store),
            id: EntryId::new(id, preparation)?,
        }),
    }))
}

/// What kind of step it is, for people who read the message log.
pub(super) const fn kind(spec: &DataStoreStep) -> &'static str {
    match spec {
        DataStoreStep::Write(_) => "Data Store Write",
        DataStoreStep::Get { .. } => "Data Store Get",
        DataStoreStep::Select { .. } => "Data Store Select",
        DataStoreStep::Delete { .. } => "Data Store Delete",
    }
}

/// A data store, by an expression.
#[derive(Debug)]
struct DataStore {
    name: Template,
    scope: StoreScope,
}

/// A data store, by its name.
#[derive(Debug)]
struct Named {
    scope: Scope,
    name: String,
}

impl DataStore {
    fn new(spec: &Spec) -> Self {
        Self {
            name: spec.name.clone(),
            scope: spec.scope,
        }
    }

    /// The store for this message; one that keeps variables counts too.
    fn find_any(&self, exchange: &Exchange, visit: &Visit<'_>) -> Result<Named, StepError> {
        let name = eval::text(&self.name, exchange, &visit.eval())?;
        let name = name.trim();
        let length = name.chars().count();
        if length == 0 || length > limits::DATA_STORE_NAME || name.contains(char::is_whitespace) {
            return Err(StepError::new(format!(
                "The name of a data store has 1 to {} characters and no blanks, but {:?} gives {:?}.",
                limits::DATA_STORE_NAME,
                self.name.source,
                name.chars().take(100).collect::<String>()
            )));
        }
        Ok(Named {
            scope: variables::scope(self.scope, visit),
            name: name.to_owned(),
        })
    }

    /// The store for this message.
    fn find(&self, exchange: &Exchange, visit: &Visit<'_>) -> Result<Named, StepError> {
        let found = self.find_any(exchange, visit)?;
        match found.name == OF_VARIABLES {
            false => Ok(found),
            true => Err(StepError::new(format!(
                "The data store {OF_VARIABLES:?} holds variables, which only can be deleted in it. Use Write Variables and Content Modifiers to write and read them."
            ))),
        }
    }
}

impl Named {
    fn key(&self, id: &str) -> EntryKey {
        EntryKey {
            scope: self.scope.clone(),
            store: self.name.clone(),
            id: id.to_owned(),
        }
    }
}

/// Where the id of an entry comes from.
#[derive(Debug)]
enum EntryId {
    /// The message says it: a header, or else its body.
    OfMessage,
    Template(Template),
    XPath(Arc<XPath>),
}

impl EntryId {
    fn new(spec: &IdSpec, preparation: &Preparation<'_>) -> Result<Self, Vec<String>> {
        Ok(match spec {
            IdSpec::Template(template) if template.parts.is_empty() => Self::OfMessage,
            IdSpec::Template(template) => Self::Template(template.clone()),
            IdSpec::XPath(text) => {
                let xpath = preparation.xpath(text).map_err(|problem| vec![problem])?;
                Self::XPath(Arc::new(xpath))
            }
        })
    }

    /// The ids that the step's own setting gives. `None` when it has no setting.
    async fn own(
        &self,
        exchange: &Exchange,
        visit: &Visit<'_>,
    ) -> Result<Option<Vec<String>>, StepError> {
        let ids = match self {
            Self::OfMessage => return Ok(None),
            Self::Template(template) => vec![eval::text(template, exchange, &visit.eval())?],
            Self::XPath(xpath) => {
                let load = Load {
                    is_heavy: xml::is_heavy(xpath, &exchange.body),
                    is_superlinear: xml::is_superlinear(xpath),
                };
                let (xpath, message) = (Arc::clone(xpath), exchange.clone());
                visit
                    .compute(load, move || selected(&xpath, &message))
                    .await?
            }
        };
        Ok(Some(ids))
    }

    /// The ids of entries that are looked for: the step's own, else the header's, else the body. What
    /// cannot be an id is left out, because no entry has it.
    async fn looked_for(
        &self,
        exchange: &Exchange,
        visit: &Visit<'_>,
    ) -> Result<Vec<String>, StepError> {
        let mut ids = match self.own(exchange, visit).await? {
            Some(ids) => ids,
            None => vec![match in_header(exchange)? {
                Some(id) => id,
                None => in_body(exchange)?,
            }],
        };
        ids.retain(|id| is_id(id));
        ids.truncate(limits::DATA_STORE_ENTRIES as usize);
        Ok(ids)
    }
}

fn selected(xpath: &XPath, exchange: &Exchange) -> Result<Vec<String>, StepError> {
    xml::with_document(&exchange.body, |document| {
        let variables = |name: &str| xml::variable(exchange, name);
        xpath
            .evaluate_strings(document, &variables)
            .map_err(|error| xml::failed(&error))
    })
}

fn in_header(exchange: &Exchange) -> Result<Option<String>, StepError> {
    let Some(value) = exchange.headers.get(names::DATA_STORE_ID) else {
        return Ok(None);
    };
    let text = exchange.value_text(value)?;
    Ok(text
        .filter(|text| !text.is_empty())
        .map(std::borrow::Cow::into_owned))
}

/// The body as an id; empty when it is too long to be one.
fn in_body(exchange: &Exchange) -> Result<String, StepError> {
    const BYTES_OF_CHAR: usize = 4;
    if exchange.body.size() > limits::DATA_STORE_ENTRY_ID * BYTES_OF_CHAR {
        return Ok(String::new());
    }
    Ok(exchange.body_text()?.unwrap_or_default().into_owned())
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.chars().count() <= limits::DATA_STORE_ENTRY_ID
}

/// How long it takes to read or write so many bytes.
const fn load(bytes: u64) -> Load {
    Load {
        is_heavy: bytes >= HEAVY_BYTES as u64,
        is_superlinear: false,
    }
}

/// The store of this server failed, or what is in it cannot be read.
fn failed(problem: &dyn std::fmt::Display) -> StepError {
    StepError::new(format!("The data store could not be used: {problem}."))
}

/// What came of a write that cannot meet another entry.
fn done(written: Written) -> Result<(), StepError> {
    match written {
        Written::Yes | Written::Taken => Ok(()),
        Written::TooMuch => Err(too_much()),
    }
}

/// More waits for the end of the message than may be in memory.
pub(super) fn too_much() -> StepError {
    StepError::new(format!(
        "The message would write more than {} bytes in one transaction. Write less, or make the process not transactional.",
        limits::TRANSACTION
    ))
}
