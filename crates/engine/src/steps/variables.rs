//! Write Variables: values that later messages read, written all or none.

use std::sync::Arc;

use async_trait::async_trait;
use lockgate_core::limits;
use lockgate_flow::expr::Template;
use lockgate_flow::plan::{Datatype, StoreScope, VariableRow};
use lockgate_store::variables::Scope;

use super::content_modifier::{Source, source};
use super::{AsyncStep, Preparation, data_store, xml};
use crate::error::StepError;
use crate::eval::{self, EvalContext};
use crate::exchange::Exchange;
use crate::pipeline::Op;
use crate::run::{Load, Visit, Written};
use crate::value::Value;

/// Writes variables.
#[derive(Debug)]
struct WriteVariables(Arc<[Row]>);

#[derive(Debug)]
struct Row {
    name: Template,
    source: Source,
    datatype: Datatype,
    scope: StoreScope,
}

/// Who sees a variable, its name, and its value.
type Evaluated = (StoreScope, String, Vec<u8>);

pub(super) fn prepare(
    rows: &[VariableRow],
    preparation: &Preparation<'_>,
) -> Result<Op, Vec<String>> {
    let (mut problems, mut prepared) = (Vec::new(), Vec::new());
    for row in rows {
        match source(&row.source, preparation) {
            Ok(source) => prepared.push(Row {
                name: row.name.clone(),
                source,
                datatype: row.datatype,
                scope: row.scope,
            }),
            Err(problem) => problems.push(format!("row {:?}: {problem}", row.name.source)),
        }
    }
    match problems.is_empty() {
        true => Ok(Op::Wait(Box::new(WriteVariables(prepared.into())))),
        false => Err(problems),
    }
}

/// Who sees what a step keeps.
pub(super) fn scope(scope: StoreScope, visit: &Visit<'_>) -> Scope {
    match scope {
        StoreScope::Flow => Scope::Local(visit.pipeline.flow.id.clone()),
        StoreScope::Tenant => Scope::Global,
    }
}

#[async_trait]
impl AsyncStep for WriteVariables {
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError> {
        let (rows, message) = (Arc::clone(&self.0), exchange.clone());
        let flow = Arc::clone(&visit.pipeline.flow);
        let clock = Arc::clone(visit.runtime.clock());
        let evaluate = move || {
            let context = EvalContext {
                flow: &flow,
                clock: &clock,
            };
            evaluate(&rows, &message, &context)
        };
        let written = visit.compute(self.load(exchange), evaluate).await?;
        if written.is_empty() {
            return Ok(());
        }
        let written = written.into_iter().map(|(visibility, name, value)| {
            let key = (scope(visibility, visit), name);
            (key, Some(value))
        });
        let written = visit.transaction.set_variables(written.collect()).await;
        match written {
            Ok(Written::TooMuch) => Err(data_store::too_much()),
            Ok(Written::Yes | Written::Taken) => Ok(()),
            Err(error) => Err(StepError::new(format!(
                "The variables could not be written: {error}."
            ))),
        }
    }
}

impl WriteVariables {
    fn load(&self, exchange: &Exchange) -> Load {
        let mut xpaths = self.0.iter().filter_map(|row| row.source.xpath());
        let is_heavy = xpaths.any(|xpath| xml::is_heavy(xpath, &exchange.body));
        let mut xpaths = self.0.iter().filter_map(|row| row.source.xpath());
        Load {
            is_heavy,
            is_superlinear: xpaths.any(xml::is_superlinear),
        }
    }
}

/// The values of all rows. What is null is not written: there is no variable without a value.
fn evaluate(
    rows: &[Row],
    exchange: &Exchange,
    context: &EvalContext<'_>,
) -> Result<Vec<Evaluated>, StepError> {
    let all = |document: Option<&lockgate_xml::Document<'_>>| {
        let rows = rows.iter().map(|row| {
            let value = row
                .source
                .value(row.datatype, exchange, context, document)?;
            let name = eval::text(&row.name, exchange, context)?;
            check_name(&name)?;
            let value = bytes(value, exchange)?;
            check_size(&name, value.as_deref())?;
            Ok(value.map(|value| (row.scope, name, value)))
        });
        rows.filter_map(Result::transpose)
            .collect::<Result<Vec<_>, StepError>>()
    };
    match rows.iter().any(|row| row.source.xpath().is_some()) {
        true => xml::with_document(&exchange.body, |document| all(Some(document))),
        false => all(None),
    }
}

fn bytes(value: Value, exchange: &Exchange) -> Result<Option<Vec<u8>>, StepError> {
    Ok(match value {
        Value::Bytes(bytes) => Some(bytes.to_vec()),
        value => exchange
            .value_text(&value)?
            .map(|text| text.into_owned().into_bytes()),
    })
}

fn check_name(name: &str) -> Result<(), StepError> {
    if !name.trim().is_empty() && name.chars().count() <= limits::NAME {
        return Ok(());
    }
    Err(StepError::new(format!(
        "The name of a variable has 1 to {} characters, but this one has {}.",
        limits::NAME,
        name.chars().count()
    )))
}

fn check_size(name: &str, value: Option<&[u8]>) -> Result<(), StepError> {
    let size = value.map_or(0, <[u8]>::len);
    if size <= limits::VARIABLE {
        return Ok(());
    }
    Err(StepError::new(format!(
        "The variable {name:?} would have {size} bytes; {} are allowed. Keep it in a data store.",
        limits::VARIABLE
    )))
}
