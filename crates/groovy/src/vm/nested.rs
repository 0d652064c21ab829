//! Scripts that a script runs: `evaluate`, `Eval.me`.

use std::rc::Rc;

use crate::map::{Map, MapKind};
use crate::program::{Options, Program};
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::loaded::Loaded;

/// Stack that reading a source may need.
const READING: usize = 1024 * 1024;

impl Vm {
    /// Runs a source with these variables, or with those of the script when there are none.
    pub(crate) fn evaluate(&mut self, source: &str, variables: &[(&str, &Value)]) -> Result<Value> {
        self.step(source.len() as u64)?;
        let compile = || Program::compile("Script1.groovy", source, &Options::default());
        let program = stacker::maybe_grow(READING, 4 * READING, compile);
        let program = program.map_err(|problems| {
            let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
            let message = format!("startup failed:\n{}", all.join("\n"));
            throw("MultipleCompilationErrorsException", message)
        })?;
        let loaded = Loaded::new(program.unit());
        self.nested.push(Rc::clone(&loaded));
        let before = self.loaded.replace(Rc::clone(&loaded));
        let binding = Rc::clone(&self.binding);
        if !variables.is_empty() {
            self.binding = Map::new(MapKind::Linked);
            for (name, value) in variables {
                self.binding.put(Value::text(*name), (*value).clone());
            }
        }
        let class = loaded.class(0);
        let result = class
            .make(self, &[], &Value::Null, Box::default(), None)
            .and_then(|script| self.invoke(&script, "run", &[]));
        self.binding = binding;
        self.loaded = before;
        result
    }

    /// Forgets what nested scripts hold, when the run is over.
    pub(crate) fn release_nested(&mut self) {
        for loaded in self.nested.drain(..) {
            loaded.release();
        }
    }
}
