//! Exceptions that the language itself throws, and where they were thrown.

use std::rc::Rc;

use crate::class::ClassRef;
use crate::closure::Closure;
use crate::code::Construct;
use crate::script_class::Instance;
use crate::throwable::{Frame as Place, Throwable, throw};
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::frame::Frame;

/// How many places of a trace are kept.
const PLACES: usize = 64;
/// How many characters of the arguments a message shows.
const SHOWN: usize = 60;

impl Vm {
    /// Notes the line that runs.
    #[inline]
    pub(crate) fn at_line(&mut self, line: u32) {
        if let Some(last) = self.lines.last_mut() {
            last.1 = line;
        }
    }

    /// Gives an exception its trace when it has none.
    #[cold]
    pub(crate) fn traced(&mut self, thrown: Thrown) -> Thrown {
        if let Why::Exception(value) = &*thrown.0 {
            self.fill_trace(value);
        }
        thrown
    }

    /// Notes in an exception where the script is.
    pub(crate) fn fill_trace(&self, value: &Value) {
        let of_script = value.downcast::<Instance>().and_then(Instance::throwable);
        let own = value.downcast::<Throwable>();
        let (Some(throwable), Some(loaded)) = (own.or(of_script.as_deref()), &self.loaded) else {
            return;
        };
        if !throwable.frames.borrow().is_empty() {
            return;
        }
        let place = |(id, line): &(u32, u32)| {
            let function = loaded.unit.functions.get(*id as usize)?;
            let file = loaded.unit.files.get(function.file as usize);
            Some(Place {
                function: function.name.to_string(),
                file: file.map(ToString::to_string).unwrap_or_default(),
                line: *line,
            })
        };
        let places = self.lines.iter().rev().filter_map(place).take(PLACES);
        *throwable.frames.borrow_mut() = places.collect();
    }

    /// `throw value`
    pub(crate) fn thrown(&mut self, value: Value) -> Thrown {
        let is_throwable = value.downcast::<Throwable>().is_some()
            || value
                .downcast::<Instance>()
                .is_some_and(|instance| instance.throwable().is_some());
        if is_throwable {
            return Thrown::exception(value);
        }
        if value.is_null() {
            return crate::throwable::throw_bare("NullPointerException");
        }
        let class = value.class().name();
        let message = format!("{class} cannot be cast to java.lang.Throwable");
        throw("ClassCastException", message)
    }

    /// The exception for a method that nobody has.
    pub(crate) fn missing_method(&mut self, object: &Value, name: &str, args: &[Value]) -> Thrown {
        let (of_class, class) = match object {
            Value::Class(class) => ("static ", class.name()),
            Value::Closure(closure) => ("", closure.this.class().name()),
            other => ("", other.class().name()),
        };
        self.no_signature(&format!("{of_class}{class}.{name}()"), args)
    }

    /// The exception for a closure that does not take these arguments.
    pub(crate) fn missing_call(
        &mut self,
        closure: &Rc<Closure>,
        name: &str,
        args: &[Value],
    ) -> Thrown {
        let class = closure.code.class_name();
        self.no_signature(&format!("{class}.{name}()"), args)
    }

    fn no_signature(&mut self, what: &str, args: &[Value]) -> Thrown {
        let types: Vec<String> = args.iter().map(type_name).collect();
        let values = match self.shown(args) {
            Ok(values) => values,
            Err(thrown) => return thrown,
        };
        let types = types.join(", ");
        throw(
            "MissingMethodException",
            format!(
                "No signature of method: {what} is applicable for argument types: ({types}) \
                 values: {values}"
            ),
        )
    }

    /// Arguments as messages show them: cut off when long.
    fn shown(&mut self, args: &[Value]) -> Result<String> {
        let mut shown = String::from("[");
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                shown.push_str(", ");
            }
            if shown.len() > SHOWN {
                shown.push_str("...");
                break;
            }
            let text = self.text(arg)?;
            shown.push_str(&text);
        }
        shown.push(']');
        Ok(shown)
    }

    /// The exception for a property that nobody has.
    pub(crate) fn missing_property(&self, object: &Value, name: &str) -> Thrown {
        let class = match object {
            Value::Class(class) => class.name(),
            Value::Closure(closure) => match &closure.this {
                Value::Class(class) => class.name(),
                other => other.class().name(),
            },
            other => other.class().name(),
        };
        let message = format!("No such property: {name} for class: {class}");
        throw("MissingPropertyException", message)
    }

    /// The exception for arguments that no constructor takes.
    pub(crate) fn no_constructor(&self, class: &ClassRef, args: &[Value]) -> Thrown {
        throw("GroovyRuntimeException", no_constructor_text(class, args))
    }

    /// `super(…)` and `this(…)` in a constructor.
    pub(crate) fn construct_above(&mut self, f: &Frame<'_>, construct: &Construct) -> Result<()> {
        let class = f.loaded.class(f.function.class);
        self.with_args(f, &construct.args, |vm, args| {
            if construct.to_super {
                class.initialise_above(vm, f.this, args)?;
                class.initialise_fields(vm, f.this)
            } else {
                class.initialise(vm, f.this, args)
            }
        })
    }
}

/// The message for arguments that no constructor takes.
pub(crate) fn no_constructor_text(class: &ClassRef, args: &[Value]) -> String {
    let types: Vec<String> = args.iter().map(type_name).collect();
    format!(
        "Could not find matching constructor for: {}({})",
        class.name(),
        types.join(", ")
    )
}

fn type_name(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Closure(closure) => closure.code.class_name().to_owned(),
        other => other.class().name(),
    }
}
