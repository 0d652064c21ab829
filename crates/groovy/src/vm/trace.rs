//! Tells a host that watches what the statements of a script give.

use crate::host::TraceLine;
use crate::script_class::Instance;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::frame::Frame;

/// How many characters of a value are told.
const SHOWN: usize = 500;

impl Vm {
    /// Tells what a statement gave. Costs next to nothing while nobody watches.
    #[inline]
    pub(crate) fn trace(&mut self, f: &Frame<'_>, line: u32, value: &Value) {
        if self.watched {
            self.tell(f, line, value);
        }
    }

    /// The text of a value may run code of the script, which is not told of, and must not end the
    /// run.
    #[cold]
    fn tell(&mut self, f: &Frame<'_>, line: u32, value: &Value) {
        let class = match value {
            Value::Null => "null".to_owned(),
            other => other.class().name(),
        };
        let text = match value {
            Value::Null | Value::Closure(_) => None,
            Value::Object(_) if value.downcast::<Instance>().is_some() => None,
            other => {
                self.watched = false;
                let text = self.text(other);
                self.watched = true;
                text.ok()
            }
        };
        let file = f.loaded.unit.files.get(f.function.file as usize);
        self.host().trace(&TraceLine {
            file: file.map_or("", |file| file),
            function: &f.function.name,
            line,
            class: &class,
            text: text.map(|text| text.chars().take(SHOWN).collect()),
        });
    }
}
