//! Compiled scripts.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crate::ast::Pos;
use crate::class::Class;
use crate::code::Unit;
use crate::compile::{self, Source};
use crate::host::Host;
use crate::limits::Limits;
use crate::run::Run;
use crate::syntax;

/// What a program is compiled with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Other files whose classes it may use: name and source.
    pub libraries: Vec<(String, String)>,
    /// Classes of the host.
    pub classes: Vec<&'static Class>,
    /// Bounds on the sources.
    pub limits: syntax::Limits,
}

/// Why a source is no program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: line {}, column {}: {message}", at.line, at.column)]
pub struct Problem {
    /// File.
    pub file: String,
    /// Where in it.
    pub at: Pos,
    /// What is wrong and what to do.
    pub message: String,
}

/// Something a program mentions that is not there. Running it throws only when it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// File.
    pub file: String,
    /// Where in it.
    pub at: Pos,
    /// What is missing.
    pub what: String,
}

/// A compiled script: immutable, small, shared between threads.
#[derive(Clone)]
pub struct Program {
    unit: Arc<Unit>,
    findings: Arc<[Finding]>,
}

impl Program {
    /// Compiles a script and the files it uses.
    ///
    /// # Errors
    /// The places that are not Groovy 2.4.
    pub fn compile(name: &str, source: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        let libraries = options.libraries.iter();
        let libraries = libraries.map(|(name, source)| (name.as_str(), source.as_str()));
        let mut sources = Vec::new();
        let mut problems = Vec::new();
        for (file, text) in std::iter::once((name, source)).chain(libraries) {
            match syntax::parse(text, options.limits) {
                Ok(script) => sources.push(Source {
                    name: file.into(),
                    script,
                }),
                Err(errors) => problems.extend(errors.into_iter().map(|error| Problem {
                    file: file.to_owned(),
                    at: error.at,
                    message: error.message,
                })),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let (unit, findings) = compile::compile(&sources, &options.classes);
        Ok(Self {
            unit: Arc::new(unit),
            findings: findings.into(),
        })
    }

    /// What it mentions that is not there.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub(crate) fn unit(&self) -> Arc<Unit> {
        Arc::clone(&self.unit)
    }

    /// Whether the script has a function with this name.
    #[must_use]
    pub fn defines(&self, function: &str) -> bool {
        let script = self.unit.classes.first();
        let name = self.unit.id(function);
        script
            .zip(name)
            .is_some_and(|(script, name)| script.methods.contains_key(&name))
    }

    /// Begins a run with variables of its own.
    #[must_use]
    pub fn run(&self, host: Rc<dyn Host>, limits: Limits) -> Run {
        Run::new(Arc::clone(&self.unit), host, limits)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.unit.files.first();
        f.debug_tuple("Program").field(&file).finish()
    }
}
