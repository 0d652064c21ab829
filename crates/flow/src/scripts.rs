//! Judges scripts without running them: whether they are Groovy, and what they use that is not
//! there.

use std::collections::{BTreeSet, HashMap};

use lockgate_groovy::ast::Pos;
use lockgate_groovy::program::{Options, Problem, Program};
use lockgate_groovy::syntax;
use serde::Serialize;

use crate::bundle::{Bundle, RESOURCES};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::plan::Scripts;

/// How many other files one script may use classes of.
const LIBRARIES: usize = 50;
/// How many findings are told of one script.
const FINDINGS: usize = 20;

/// A script, as far as it can be judged without running it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Script {
    /// File name below the folder of scripts.
    pub file: String,
    /// Whether it is Groovy, so that it runs up to where something is missing.
    pub compiles: bool,
    /// What it uses that is not there, each once.
    pub missing: BTreeSet<String>,
}

/// What is to be said about a script.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// In short.
    pub script: Script,
    /// At length, with places.
    pub findings: Vec<Diagnostic>,
}

/// The scripts of a bundle, ready to be compiled. A script may use classes that others declare.
#[derive(Debug)]
pub struct Sources<'a> {
    scripts: &'a Scripts,
    /// The files that seem to declare a class, by its simple name.
    declared: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Sources<'a> {
    /// Looks for the classes of these scripts.
    #[must_use]
    pub fn new(scripts: &'a Scripts) -> Self {
        let mut declared: HashMap<&str, Vec<&str>> = HashMap::new();
        for (file, source) in scripts {
            let mut names = BTreeSet::from([class_of(file)]);
            names.extend(declared_in(source));
            for name in names {
                declared.entry(name).or_default().push(file);
            }
        }
        Self { scripts, declared }
    }

    /// Compiles a script together with the files whose classes it mentions.
    ///
    /// # Errors
    /// The places that are not Groovy.
    pub fn compile(&self, file: &str, source: &str) -> Result<Program, Vec<Problem>> {
        let options = Options {
            libraries: self.libraries(file, source),
            ..Options::default()
        };
        Program::compile(file, source, &options)
    }

    /// The other files whose classes a script mentions, and those that these mention. What is not
    /// Groovy is of no use to others.
    fn libraries(&self, file: &str, source: &str) -> Vec<(String, String)> {
        let mut seen = BTreeSet::from([file]);
        let mut libraries: Vec<(String, String)> = Vec::new();
        let mut next = 0;
        let mut text = source.to_owned();
        loop {
            for word in words(&text) {
                for file in self.declared.get(word).into_iter().flatten() {
                    if libraries.len() < LIBRARIES
                        && seen.insert(file)
                        && let Some(source) = self.scripts.get(*file)
                        && syntax::parse(source, syntax::Limits::default()).is_ok()
                    {
                        libraries.push(((*file).to_owned(), (**source).to_owned()));
                    }
                }
            }
            let Some((_, source)) = libraries.get(next) else {
                return libraries;
            };
            text.clone_from(source);
            next += 1;
        }
    }
}

/// The class that a file is by itself.
fn class_of(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Names behind the words that declare classes.
fn declared_in(source: &str) -> impl Iterator<Item = &str> {
    let mut before = "";
    words(source)
        .filter(|word| !word.is_empty())
        .filter(move |word| {
            let declares = matches!(before, "class" | "interface" | "enum" | "trait");
            before = *word;
            declares
        })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
}

/// Judges a script that was compiled, or could not be.
#[must_use]
pub fn judge(file: &str, compiled: &Result<Program, Vec<Problem>>) -> Judgement {
    let mut missing = BTreeSet::new();
    let mut findings = Vec::new();
    match compiled {
        Err(problems) => {
            let errors = problems.iter().map(|problem| {
                let message = format!("the script is not Groovy 2.4: {}", problem.message);
                let error = Diagnostic::error(Code::ScriptSyntax, message);
                placed(error, &problem.file, problem.at)
            });
            findings.extend(errors.take(FINDINGS));
        }
        Ok(program) => {
            let found = program.findings();
            let warnings = found.iter().map(|finding| {
                let message = format!("in the script, {}", finding.what);
                let warning = Diagnostic::warning(Code::ScriptMember, message).hint(
                    "the step fails when it gets there; docs/script-members.md lists what there is",
                );
                placed(warning, &finding.file, finding.at)
            });
            findings.extend(warnings.take(FINDINGS));
            if found.len() > FINDINGS {
                let message = format!(
                    "in the script, {} more places use what is not there",
                    found.len() - FINDINGS
                );
                let path = path(file);
                findings.push(Diagnostic::warning(Code::ScriptMember, message).in_file(path));
            }
            missing.extend(found.iter().map(|finding| short(&finding.what)));
        }
    }
    Judgement {
        script: Script {
            file: file.to_owned(),
            compiles: compiled.is_ok(),
            missing,
        },
        findings,
    }
}

/// `class a.B is not available` → `class a.B`.
fn short(what: &str) -> String {
    what.strip_suffix(" is not available")
        .unwrap_or(what)
        .to_owned()
}

/// Judges every script of a bundle, such as a script collection.
#[must_use]
pub fn judge_all(bundle: &Bundle) -> Vec<Judgement> {
    let scripts = bundle.scripts();
    let sources = Sources::new(&scripts);
    let each = scripts.iter();
    each.map(|(file, source)| judge(file, &sources.compile(file, source)))
        .collect()
}

fn path(file: &str) -> String {
    format!("{RESOURCES}script/{file}")
}

fn placed(diagnostic: Diagnostic, file: &str, at: Pos) -> Diagnostic {
    Diagnostic {
        span: Some(Span {
            file: path(file),
            line: at.line,
            column: at.column,
        }),
        ..diagnostic
    }
}
