//! Steps that call scripts: whether what they name is there and can run.

use std::collections::BTreeSet;

use super::Lowering;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Element, Position};
use crate::plan::{Script, Scripts};
use crate::scripts::{self, Sources};

/// A step that calls a script.
pub(super) struct Call<'m> {
    element: &'m str,
    position: Position,
    script: Script,
}

impl<'m> Call<'m> {
    pub(super) fn new(element: &'m Element, script: &Script) -> Self {
        Self {
            element: &element.id,
            position: element.position,
            script: script.clone(),
        }
    }
}

impl Lowering<'_> {
    /// Judges the scripts that steps call, those of other artifacts excepted.
    pub(super) fn check_scripts(&mut self, all: &Scripts) {
        let sources = Sources::new(all);
        let mut judged = BTreeSet::new();
        for call in std::mem::take(&mut self.calls) {
            let Script {
                collection: None,
                file,
                function,
            } = &call.script
            else {
                continue;
            };
            let Some(source) = all.get(file) else {
                self.report(call.element, call.position, no_file(file));
                continue;
            };
            let program = sources.compile(file, source);
            if let Ok(program) = &program
                && !program.defines(function)
            {
                let warning = no_function(file, function);
                self.report(call.element, call.position, warning);
            }
            if judged.insert(file.clone()) {
                let judgement = scripts::judge(file, &program);
                for finding in judgement.findings {
                    let element = Some(call.element.to_owned());
                    self.diagnostics.push(Diagnostic { element, ..finding });
                }
                self.usage.scripts.push(judgement.script);
            }
        }
    }
}

fn no_file(file: &str) -> Diagnostic {
    let message = match file {
        "" => "the step names no script".to_owned(),
        file => format!("the bundle has no script '{file}'"),
    };
    Diagnostic::warning(Code::ScriptMissing, message)
        .hint("the step fails when it runs: add the file below src/main/resources/script")
}

fn no_function(file: &str, function: &str) -> Diagnostic {
    let message = format!("the script '{file}' has no function '{function}'");
    Diagnostic::warning(Code::ScriptMissing, message)
        .hint("the step fails when it runs: name a function of the script that takes the message")
}
