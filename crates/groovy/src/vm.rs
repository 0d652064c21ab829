//! A run, as library code sees it: what it may ask of the running script.

mod assert;
mod assign;
pub(crate) mod call;
mod category;
pub(crate) mod error;
mod eval;
mod exec;
pub(crate) mod frame;
mod invoke;
pub(crate) mod loaded;
pub(crate) mod member;
mod nested;
mod trace;

use std::cmp::Ordering;
use std::rc::Rc;
use std::time::Duration;

use crate::class::ClassRef;
use crate::code::FunctionId;
use crate::compile::{RED_ZONE, STACK};
use crate::host::Host;
use crate::library;
use crate::limits::Limits;
use crate::map::{Map, MapKind};
use crate::meter;
use crate::ops;
use crate::script_class::Instance;
use crate::text::Str;
use crate::throwable::throw_bare;
use crate::thrown::{Limit, Result, Thrown};
use crate::value::Value;
use frame::SharedCell;
use loaded::Loaded;

/// How many steps pass between two looks at memory and at the host.
const LOOK: u64 = 4096;

/// A run.
pub struct Vm {
    host: Rc<dyn Host>,
    limits: Limits,
    steps: u64,
    look_at: u64,
    depth: u32,
    memory_before: usize,
    printed: usize,
    slept: Duration,
    /// Variables of running functions.
    stack: Vec<Value>,
    /// Variables of running functions that closures share.
    cells: Vec<Rc<SharedCell>>,
    /// Running functions and the lines they are at.
    lines: Vec<(FunctionId, u32)>,
    binding: Rc<Map>,
    loaded: Option<Rc<Loaded>>,
    /// Classes of `use`, the innermost last.
    categories: Vec<ClassRef>,
    /// Units that `evaluate` has made.
    nested: Vec<Rc<Loaded>>,
    /// Columns and values noted for the message of an `assert`.
    notes: Vec<(u32, Value)>,
    /// Whether the host wants to know what statements give.
    watched: bool,
}

impl Vm {
    /// A run in this world.
    #[must_use]
    pub fn new(host: Rc<dyn Host>, limits: Limits) -> Self {
        Self {
            watched: host.watches(),
            host,
            limits,
            steps: 0,
            look_at: LOOK,
            depth: 0,
            memory_before: meter::live(),
            printed: 0,
            slept: Duration::ZERO,
            stack: Vec::new(),
            cells: Vec::new(),
            lines: Vec::new(),
            binding: Map::new(MapKind::Linked),
            loaded: None,
            categories: Vec::new(),
            nested: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Makes the unit known whose code runs.
    pub(crate) fn load(&mut self, loaded: &Rc<Loaded>) {
        self.loaded = Some(Rc::clone(loaded));
    }

    /// The world.
    #[must_use]
    pub fn host(&self) -> Rc<dyn Host> {
        Rc::clone(&self.host)
    }

    /// Its bounds.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Counts `n` steps. Library code calls it in proportion to what it does.
    ///
    /// # Errors
    /// When a bound is reached.
    #[inline]
    pub fn step(&mut self, n: u64) -> Result<()> {
        self.steps = self.steps.saturating_add(n);
        if self.steps >= self.look_at {
            return self.look();
        }
        Ok(())
    }

    #[cold]
    fn look(&mut self) -> Result<()> {
        self.look_at = self.steps.saturating_add(LOOK);
        if self.steps >= self.limits.steps {
            return Err(Thrown::limit(Limit::Steps));
        }
        if self.host.stopped() {
            return Err(Thrown::limit(Limit::Stopped));
        }
        self.reserve(0)
    }

    /// To be called before a value of a size that the script chooses is made.
    ///
    /// # Errors
    /// When it would be too much.
    pub fn reserve(&mut self, bytes: usize) -> Result<()> {
        let held = meter::live().saturating_sub(self.memory_before);
        if held.saturating_add(bytes) > self.limits.memory {
            return Err(Thrown::limit(Limit::Memory));
        }
        Ok(())
    }

    /// Counts text that is about to be printed or logged.
    ///
    /// # Errors
    /// When it is too much.
    pub fn count_output(&mut self, text: &str) -> Result<()> {
        self.printed = self.printed.saturating_add(text.len());
        if self.printed > self.limits.output {
            return Err(Thrown::limit(Limit::Output));
        }
        Ok(())
    }

    /// Prints.
    ///
    /// # Errors
    /// When too much was printed.
    pub fn print(&mut self, text: &str) -> Result<()> {
        self.count_output(text)?;
        self.host.print(text);
        Ok(())
    }

    /// Sleeps.
    ///
    /// # Errors
    /// When it slept too long altogether, or the run is given up meanwhile.
    pub fn sleep(&mut self, time: Duration) -> Result<()> {
        self.slept = self.slept.saturating_add(time);
        if self.slept > self.limits.sleep {
            return Err(Thrown::limit(Limit::Sleep));
        }
        self.host.sleep(time).map_err(Thrown::limit)
    }

    /// Groovy truth.
    ///
    /// # Errors
    /// What `asBoolean` of a script's class throws.
    pub fn truth(&mut self, value: &Value) -> Result<bool> {
        if let Some(instance) = value.downcast::<Instance>()
            && let Some(truth) = instance.truth_of(self)?
        {
            return Ok(truth);
        }
        Ok(ops::truth::truth(value))
    }

    /// `a == b`
    ///
    /// # Errors
    /// What `equals` of a script's class throws.
    pub fn equals(&mut self, a: &Value, b: &Value) -> Result<bool> {
        ops::equal::equals(self, a, b)
    }

    /// `a <=> b`
    ///
    /// # Errors
    /// When they cannot be compared.
    pub fn compare(&mut self, a: &Value, b: &Value) -> Result<Ordering> {
        ops::compare::compare(self, a, b)
    }

    /// The text of a value as `println` and `GString`s show it.
    ///
    /// # Errors
    /// What `toString` of a script's class throws.
    pub fn text(&mut self, value: &Value) -> Result<Str> {
        ops::text::to_text(self, value)
    }

    /// `toString()` as Java has it.
    ///
    /// # Errors
    /// What `toString` of a script's class throws.
    pub fn to_string(&mut self, value: &Value) -> Result<Str> {
        ops::text::java_to_string(self, value)
    }

    /// What a loop over a value sees: the items of a collection, the entries of a map, the
    /// characters of a text, one thing otherwise, nothing for `null`.
    ///
    /// # Errors
    /// What iterating throws.
    pub fn items(&mut self, value: &Value) -> Result<Vec<Value>> {
        if let Value::Class(ClassRef::Script(class)) = value
            && class.is_enum()
            && let Some(values) = class.call_static(self, "values", &[])?
        {
            return library::collection::items(self, &values);
        }
        library::collection::items(self, value)
    }

    /// The variables that scripts of the run share.
    #[must_use]
    pub fn binding(&self) -> Rc<Map> {
        Rc::clone(&self.binding)
    }

    /// Runs something one call deeper, so that recursion ends.
    pub(crate) fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.step(1)?;
        if self.depth >= self.limits.depth {
            return Err(throw_bare("StackOverflowError"));
        }
        self.depth += 1;
        let result = stacker::maybe_grow(RED_ZONE, STACK, || run(self));
        self.depth -= 1;
        result
    }
}
