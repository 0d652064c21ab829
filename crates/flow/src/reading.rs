//! Reading a bundle from front to back.

use std::collections::BTreeMap;

use crate::bundle::Bundle;
use crate::diagnostic::{Code, Diagnostic};
use crate::lower;
use crate::manifest::BundleKind;
use crate::model::{self, Model};
use crate::params::{Parameter, Parameters};
use crate::plan::Plan;
use crate::usage::Usage;

/// What became of a bundle.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What the flow means; present if and only if no diagnostic is an error.
    pub plan: Option<Plan>,
    /// Everything found, ordered by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The flow as drawn, if it could be read that far.
    pub model: Option<Model>,
    /// Externalised parameters with their values.
    pub parameters: Vec<Parameter>,
    /// What the flow uses.
    pub usage: Usage,
}

/// Reads an integration flow with these parameter values over the bundle's defaults.
#[must_use]
pub fn read(bundle: &Bundle, configured: &BTreeMap<String, String>) -> Reading {
    let mut diagnostics = Vec::new();
    let parameters = Parameters::read(bundle, configured, &mut diagnostics);
    let model = match find_model(bundle) {
        Ok(model) => Some(model),
        Err(problem) => {
            diagnostics.push(problem);
            None
        }
    };
    let mut lowered = None;
    if let Some(model) = &model
        && parameters.check(model, &mut diagnostics)
    {
        lowered = Some(lower::lower(bundle, model, &parameters));
    }
    let (plan, usage) = match lowered {
        Some(lowered) => {
            diagnostics.extend(lowered.diagnostics);
            (lowered.plan, lowered.usage)
        }
        None => (None, Usage::default()),
    };
    diagnostics.sort_by(|a, b| (&a.span, a.code, &a.message).cmp(&(&b.span, b.code, &b.message)));
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    Reading {
        plan: plan.filter(|_| !failed),
        diagnostics,
        model,
        parameters: parameters.into_list(),
        usage,
    }
}

fn find_model(bundle: &Bundle) -> Result<Model, Diagnostic> {
    if bundle.manifest.kind != BundleKind::IntegrationFlow {
        let message = format!(
            "'{}' is not an integration flow but a different kind of artifact: {}",
            bundle.manifest.symbolic_name, bundle.manifest.kind
        );
        return Err(Diagnostic::error(Code::NotAFlow, message));
    }
    let mut models = bundle.paths().filter(|path| path.ends_with(".iflw"));
    match (models.next(), models.next()) {
        (Some(path), None) => {
            let bytes = bundle.file(path).unwrap_or_default();
            model::read(path, bytes)
        }
        (None, _) => Err(Diagnostic::error(
            Code::ModelFile,
            "the bundle has no model (.iflw) below src/main/resources",
        )),
        (Some(one), Some(other)) => Err(Diagnostic::error(
            Code::ModelFile,
            format!("the bundle has more than one model: '{one}' and '{other}'"),
        )),
    }
}
