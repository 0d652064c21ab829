//! A run, as library code sees it: what it may ask of the running script.

use std::cmp::Ordering;
use std::rc::Rc;
use std::time::Duration;

use crate::class::{Class, ClassRef};
use crate::host::Host;
use crate::library;
use crate::limits::Limits;
use crate::meter;
use crate::ops;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Limit, Result, Thrown, Why};
use crate::value::Value;

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
}

impl Vm {
    /// A run in this world.
    #[must_use]
    pub fn new(host: Rc<dyn Host>, limits: Limits) -> Self {
        Self {
            host,
            limits,
            steps: 0,
            look_at: LOOK,
            depth: 0,
            memory_before: meter::live(),
            printed: 0,
            slept: Duration::ZERO,
        }
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

    /// Calls a closure, or anything else with a method `call`.
    ///
    /// # Errors
    /// What it throws.
    pub fn call(&mut self, callee: &Value, args: &[Value]) -> Result<Value> {
        match callee {
            Value::Closure(closure) => {
                self.step(1)?;
                self.depth += 1;
                if self.depth > self.limits.depth {
                    self.depth -= 1;
                    return Err(throw_bare("StackOverflowError"));
                }
                let result = closure.code.run(self, closure, args);
                self.depth -= 1;
                result
            }
            other => self.invoke(other, "call", args),
        }
    }

    /// Calls a method.
    ///
    /// # Errors
    /// What it throws; `MissingMethodException` when there is none.
    pub fn invoke(&mut self, object: &Value, name: &str, args: &[Value]) -> Result<Value> {
        self.step(1)?;
        if object.is_null()
            && !matches!(
                name,
                "equals" | "toString" | "is" | "asType" | "plus" | "with" | "iterator" | "each"
            )
        {
            let message = format!("Cannot invoke method {name}() on null object");
            return Err(throw("NullPointerException", message));
        }
        if let Value::Object(it) = object
            && let Some(result) = it.call(self, object, name, args)?
        {
            return Ok(result);
        }
        if let Some(method) = self.table(object).method(name) {
            match method(self, object, args) {
                Err(Thrown(why)) if matches!(*why, Why::Mismatch) => {}
                other => return other,
            }
        }
        if let Value::Object(it) = object
            && let Some(result) = it.call_missing(self, object, name, args)?
        {
            return Ok(result);
        }
        Err(throw(
            "MissingMethodException",
            format!(
                "No signature of method: {}.{name}() is applicable",
                object.class().name()
            ),
        ))
    }

    /// Reads a property.
    ///
    /// # Errors
    /// What its getter throws; `MissingPropertyException` when there is none.
    pub fn get(&mut self, object: &Value, name: &str) -> Result<Value> {
        self.step(1)?;
        if object.is_null() {
            return Err(throw(
                "NullPointerException",
                format!("Cannot get property '{name}' on null object"),
            ));
        }
        if let Value::Map(map) = object {
            return match map.get_str(name) {
                Some(value) => Ok(value),
                None => library::collection::lookup(self, map, &Value::text(name)),
            };
        }
        if let Value::Object(it) = object
            && let Some(value) = it.get(self, object, name)?
        {
            return Ok(value);
        }
        match self.table(object).getter(name) {
            Some(getter) => getter(self, object, &[]),
            None => Err(throw(
                "MissingPropertyException",
                format!(
                    "No such property: {name} for class: {}",
                    object.class().name()
                ),
            )),
        }
    }

    /// Sets a property.
    ///
    /// # Errors
    /// What its setter throws; `MissingPropertyException` when there is none.
    pub fn set(&mut self, object: &Value, name: &str, value: &Value) -> Result<()> {
        if let Value::Map(map) = object {
            map.put(Value::text(name), value.clone());
            return Ok(());
        }
        if let Value::Object(it) = object
            && it.set(self, object, name, value)?
        {
            return Ok(());
        }
        let setter = setter_name(name);
        self.invoke(object, &setter, std::slice::from_ref(value))
            .map(drop)
    }

    /// The table in which methods of a value are found.
    #[must_use]
    pub fn table(&self, value: &Value) -> &'static Class {
        match value {
            Value::List(list) => list.table(),
            Value::Map(map) => map.table(),
            Value::Set(set) => set.table_of_set(),
            other => match other.class() {
                ClassRef::Native(class) | ClassRef::Primitive(class) => class,
                _ => &library::object::OBJECT,
            },
        }
    }

    /// Groovy truth.
    ///
    /// # Errors
    /// What `asBoolean` of a script's class throws.
    pub fn truth(&mut self, value: &Value) -> Result<bool> {
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
        library::collection::items(self, value)
    }
}

/// `name` → `setName`.
fn setter_name(property: &str) -> String {
    let mut chars = property.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("set{}{}", first.unwrap_or_default(), chars.as_str())
}
