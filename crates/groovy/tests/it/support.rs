//! Running snippets.

use std::rc::Rc;
use std::time::Duration;

use lockgate_groovy::class::ClassRef;
use lockgate_groovy::host::{Host, Level};
use lockgate_groovy::limits::Limits;
use lockgate_groovy::program::{Options, Program};
use lockgate_groovy::run::{Failure, Run};
use lockgate_groovy::thrown::Limit;
use lockgate_groovy::value::Value;

/// A world without anything in it, where time stands still.
pub(crate) struct Nowhere;

impl Host for Nowhere {
    fn now(&self) -> i64 {
        1_700_000_000_000
    }

    fn nanos(&self) -> i64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }

    fn print(&self, _text: &str) {}

    fn log(&self, _level: Level, _logger: &str, _message: &str) {}

    fn sleep(&self, _time: Duration) -> Result<(), Limit> {
        Ok(())
    }
}

/// Bounds that a snippet does not reach, unless it runs away.
pub(crate) fn limits() -> Limits {
    Limits {
        steps: 5_000_000,
        memory: 64 << 20,
        ..Limits::default()
    }
}

/// A run of a script called `Script1`.
pub(crate) fn start(source: &str) -> Result<Run, String> {
    let program = Program::compile("Script1.groovy", source, &Options::default());
    let program = program.map_err(|problems| {
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        all.join("; ")
    })?;
    Ok(program.run(Rc::new(Nowhere), limits()))
}

/// Class and text of what a script gives, as an exception has them when it throws.
pub(crate) fn outcome(source: &str) -> (String, String) {
    let mut run = match start(source) {
        Ok(run) => run,
        Err(problems) => {
            let class = "THROWS org.codehaus.groovy.control.MultipleCompilationErrorsException";
            return (class.to_owned(), problems);
        }
    };
    let result = run.evaluate().and_then(|value| {
        if value.is_null() {
            return Ok(("null".to_owned(), "null".to_owned()));
        }
        let class = value.class();
        let shown = match &class {
            ClassRef::Array(_) => Value::list(run.vm().items(&value)?),
            _ => value,
        };
        let text = run.vm().invoke(&shown, "toString", &[])?;
        let text = run.vm().text(&text)?;
        Ok((class.name(), text.to_string()))
    });
    match result {
        Ok(outcome) => outcome,
        Err(thrown) => match run.failure(thrown) {
            Failure::Exception(data) => {
                let message = data
                    .message
                    .as_ref()
                    .map_or("null", |message| message.as_str());
                let lines: Vec<&str> = message.lines().take(2).collect();
                (format!("THROWS {}", data.class), lines.join(" / "))
            }
            Failure::Limit(limit) => ("LIMIT".to_owned(), limit.to_string()),
        },
    }
}
