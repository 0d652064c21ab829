//! A run of a program.

use std::rc::Rc;
use std::sync::Arc;

use crate::code::Unit;
use crate::cycles;
use crate::data::{Data, ExceptionData};
use crate::host::Host;
use crate::limits::Limits;
use crate::thrown::{Limit, Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::loaded::Loaded;

/// How a run failed, to be kept beyond it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// An exception that the script did not catch.
    #[error("{}", describe(.0))]
    Exception(Arc<ExceptionData>),
    /// A bound was reached.
    #[error(transparent)]
    Limit(#[from] Limit),
}

/// `Class: message`, as Java shows an exception.
fn describe(data: &ExceptionData) -> String {
    match &data.message {
        Some(message) => format!("{}: {message}", data.class),
        None => data.class.to_string(),
    }
}

/// A run: its own variables, its own script object. It stays on one thread; when it is dropped,
/// what it made is taken apart.
pub struct Run {
    vm: Vm,
    loaded: Rc<Loaded>,
    script: Option<Value>,
}

impl Run {
    pub(crate) fn new(unit: Arc<Unit>, host: Rc<dyn Host>, limits: Limits) -> Self {
        let loaded = Loaded::new(unit);
        let mut vm = Vm::new(host, limits);
        vm.load(&loaded);
        Self {
            vm,
            loaded,
            script: None,
        }
    }

    /// Sets a variable that the script sees as a name of its own, such as a service of the host.
    pub fn set_variable(&mut self, name: &str, value: Value) {
        self.vm.binding().put(Value::text(name), value);
    }

    /// A variable of the script.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<Value> {
        self.vm.binding().get_str(name)
    }

    /// Runs the statements outside functions; the value of the last one.
    ///
    /// # Errors
    /// What the script throws.
    pub fn evaluate(&mut self) -> Result<Value> {
        self.call("run", &[])
    }

    /// Calls a function of the script. Statements outside functions do not run, except the values
    /// of `@Field` variables.
    ///
    /// # Errors
    /// What the script throws; `MissingMethodException` when there is no such function.
    pub fn call(&mut self, name: &str, args: &[Value]) -> Result<Value> {
        let script = self.script()?;
        self.vm.invoke(&script, name, args)
    }

    /// The running machine, to make and read values with.
    pub fn vm(&mut self) -> &mut Vm {
        &mut self.vm
    }

    /// What was thrown, to be kept beyond the run.
    pub fn failure(&mut self, thrown: Thrown) -> Failure {
        let value = match *thrown.0 {
            Why::Limit(limit) => return Failure::Limit(limit),
            Why::Mismatch => Value::Null,
            Why::Exception(value) => value,
        };
        match self.vm.export(&value) {
            Ok(Data::Exception(data)) => Failure::Exception(data),
            Err(Thrown(why)) if matches!(*why, Why::Limit(_)) => match *why {
                Why::Limit(limit) => Failure::Limit(limit),
                _ => Failure::Limit(Limit::Depth),
            },
            _ => Failure::Exception(Arc::new(ExceptionData {
                class: value.class().name().into(),
                message: None,
                cause: Data::Null,
                frames: Vec::new(),
                details: Vec::new(),
            })),
        }
    }

    fn script(&mut self) -> Result<Value> {
        if let Some(script) = &self.script {
            return Ok(script.clone());
        }
        let class = self.loaded.class(0);
        let script = class.make(&mut self.vm, &[], &Value::Null, Box::default(), None)?;
        self.script = Some(script.clone());
        Ok(script)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let Some(Value::Object(script)) = self.script.take() {
            script.release();
        }
        drop(self.vm.binding().take());
        self.loaded.release();
        self.vm.release_nested();
        cycles::release();
    }
}
