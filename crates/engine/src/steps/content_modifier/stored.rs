//! Rows that read from the store: variables and number ranges.

use async_trait::async_trait;
use lockgate_flow::expr::Template;
use lockgate_flow::plan::{Datatype, Row as RowSpec, ValueSource};
use lockgate_store::variables::Scope;
use lockgate_store::{Store, number_ranges};

use super::{Target, convert};
use crate::error::StepError;
use crate::eval;
use crate::exchange::Exchange;
use crate::run::{VariableKey, Visit};
use crate::steps::AsyncStep;
use crate::value::Value;

/// A row whose value comes from the store.
#[derive(Debug)]
pub(super) struct StoredRow {
    target: Target,
    name: String,
    stored: Stored,
    datatype: Datatype,
}

/// A value from the store.
#[derive(Debug)]
enum Stored {
    Local(Template, Option<String>),
    Global(Template, Option<String>),
    NumberRange(String, Option<Template>),
}

impl StoredRow {
    /// The row, if it reads from the store.
    pub(super) fn of(target: Target, row: &RowSpec) -> Option<Self> {
        let RowSpec::Create {
            name,
            source,
            datatype,
        } = row
        else {
            return None;
        };
        let stored = match source.clone() {
            ValueSource::LocalVariable { name, default } => Stored::Local(name, default),
            ValueSource::GlobalVariable { name, default } => Stored::Global(name, default),
            ValueSource::NumberRange { name, correlation } => {
                Stored::NumberRange(name, correlation)
            }
            _ => return None,
        };
        Some(Self {
            target,
            name: name.clone(),
            stored,
            datatype: *datatype,
        })
    }
}

#[async_trait]
impl AsyncStep for StoredRow {
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError> {
        let value = self.stored.load(exchange, visit).await?;
        let value = convert(value, self.datatype, exchange)?;
        self.target.set(exchange, &self.name, value);
        Ok(())
    }
}

impl Stored {
    async fn load(&self, exchange: &Exchange, visit: &Visit<'_>) -> Result<Value, StepError> {
        let store = visit.runtime.store();
        let context = visit.eval();
        let result = match self {
            Self::Local(name, default) => {
                let scope = Scope::Local(visit.pipeline.flow.id.clone());
                let name = eval::text(name, exchange, &context)?;
                variable(visit, (scope, name), default.as_deref()).await
            }
            Self::Global(name, default) => {
                let name = eval::text(name, exchange, &context)?;
                variable(visit, (Scope::Global, name), default.as_deref()).await
            }
            Self::NumberRange(name, correlation) => {
                let correlation = correlation
                    .as_ref()
                    .map(|template| eval::text(template, exchange, &context));
                number(store, name, correlation.transpose()?.as_deref()).await
            }
        };
        result.map_err(|error| {
            StepError::new(format!("The step could not read from the store: {error}."))
        })
    }
}

async fn variable(
    visit: &Visit<'_>,
    key: VariableKey,
    default: Option<&str>,
) -> lockgate_store::Result<Value> {
    let found = visit.transaction.variable(&key).await?;
    Ok(match found {
        Some(value) => Value::from(String::from_utf8_lossy(&value).as_ref()),
        None => default.map_or(Value::Null, Value::from),
    })
}

async fn number(
    store: &Store,
    name: &str,
    correlation: Option<&str>,
) -> lockgate_store::Result<Value> {
    let mut tx = store.begin().await?;
    let number = number_ranges::next(&mut tx, name, correlation).await?;
    tx.commit().await?;
    Ok(Value::from(number))
}
