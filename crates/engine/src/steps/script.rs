//! Groovy script: calls a function with the message.

use std::sync::Arc;

use async_trait::async_trait;
use lockgate_flow::plan::Script as Spec;
use lockgate_groovy::program::Program;

use super::{AsyncStep, Preparation};
use crate::error::StepError;
use crate::exchange::Exchange;
use crate::run::Visit;
use crate::scripts;

#[derive(Debug)]
pub(super) struct Script {
    from: From,
    function: Arc<str>,
}

/// Where the script is.
#[derive(Debug)]
enum From {
    /// In the flow's bundle, compiled.
    Bundle(Arc<Program>),
    /// Not in the flow's bundle, although it should be.
    Nowhere(String),
    /// In a script collection, which may be deployed later and again.
    Collection { id: String, file: String },
}

impl Script {
    pub(super) fn new(spec: &Spec, preparation: &Preparation<'_>) -> Result<Self, Vec<String>> {
        let from = match &spec.collection {
            Some(id) => From::Collection {
                id: id.clone(),
                file: spec.file.clone(),
            },
            None if !preparation.scripts.contains_key(&spec.file) => {
                From::Nowhere(spec.file.clone())
            }
            None => From::Bundle(Arc::new(scripts::compile(preparation.scripts, &spec.file)?)),
        };
        Ok(Self {
            from,
            function: spec.function.as_str().into(),
        })
    }
}

#[async_trait]
impl AsyncStep for Script {
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError> {
        let program = match &self.from {
            From::Bundle(program) => Arc::clone(program),
            From::Nowhere(file) if file.is_empty() => {
                return Err(StepError::new("The step names no script."));
            }
            From::Nowhere(file) => {
                let message = format!("The flow has no script {file}.");
                return Err(StepError::new(message));
            }
            From::Collection { id, file } => {
                let collection = visit.runtime.shared().collection(id);
                let collection = collection.map_err(StepError::new)?;
                collection.program(file).map_err(|problem| {
                    StepError::new(format!("In script collection {id}: {problem}"))
                })?
            }
        };
        scripts::run(program, Arc::clone(&self.function), exchange, visit).await
    }
}
