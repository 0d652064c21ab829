//! What `MarkupBuilder` writes: where it breaks lines depends on what came before.

use std::cell::Cell;
use std::rc::Rc;

use crate::library::indent_printer::IndentPrinter;
use crate::map::Map;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::escape::escape;

/// What was written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing.
    Nothing,
    /// A start tag, not closed: `<a x='1'`.
    Tag,
    /// A start tag and text.
    Text,
    /// An element, or its end.
    Element,
}

/// The text of a builder.
pub(super) struct Writer {
    pub(super) printer: Rc<IndentPrinter>,
    state: Cell<State>,
    empty: Cell<bool>,
    pub(super) double_quotes: Cell<bool>,
    pub(super) omit_null: Cell<bool>,
    pub(super) omit_empty: Cell<bool>,
    pub(super) expand: Cell<bool>,
    pub(super) escape: Cell<bool>,
}

impl Writer {
    pub(super) fn new(printer: Rc<IndentPrinter>) -> Self {
        Self {
            printer,
            state: Cell::new(State::Nothing),
            empty: Cell::new(true),
            double_quotes: Cell::default(),
            omit_null: Cell::default(),
            omit_empty: Cell::default(),
            expand: Cell::default(),
            escape: Cell::new(true),
        }
    }

    /// The start of an element, and its text.
    pub(super) fn begin(
        &self,
        vm: &mut Vm,
        name: &str,
        attributes: Option<&Rc<Map>>,
        value: Option<&Value>,
    ) -> Result<()> {
        let value = match value {
            None | Some(Value::Null) => None,
            Some(value) => Some(vm.to_string(value)?),
        };
        match (attributes, value) {
            (None, None) => {
                self.start(name, State::Tag);
                self.empty.set(true);
            }
            (None, Some(text)) => {
                self.start(name, State::Text);
                self.empty.set(false);
                self.printer.push(">");
                self.text(&text);
            }
            (Some(attributes), text) => {
                self.start(name, State::Tag);
                self.attributes(vm, attributes)?;
                match text {
                    Some(text) => self.put(&text, true),
                    None => self.empty.set(true),
                }
            }
        }
        Ok(())
    }

    fn attributes(&self, vm: &mut Vm, attributes: &Map) -> Result<()> {
        for (key, value) in attributes.to_vec() {
            let null = value.is_null();
            let text = if null {
                "".into()
            } else {
                vm.to_string(&value)?
            };
            let omitted = if null {
                &self.omit_null
            } else {
                &self.omit_empty
            };
            if omitted.get() && text.is_empty() {
                continue;
            }
            let key = vm.to_string(&key)?;
            let double = self.double_quotes.get();
            let quote = if double { '"' } else { '\'' };
            self.printer.change(|out| {
                out.push(' ');
                out.push_str(&key);
                out.push('=');
                out.push(quote);
                if self.escape.get() {
                    escape(
                        out,
                        &text,
                        |byte| in_attribute(byte, double),
                        |_| false,
                        false,
                    );
                } else {
                    out.push_str(&text);
                }
                out.push(quote);
            });
        }
        Ok(())
    }

    fn text(&self, text: &str) {
        self.printer
            .change(|out| escape(out, text, in_text, |_| false, false));
    }

    /// Text inside of the element that is open.
    pub(super) fn put(&self, text: &str, escaped: bool) {
        if self.state.get() == State::Tag {
            self.state.set(State::Text);
            self.empty.set(false);
            self.printer.push(">");
        }
        match (self.state.get(), escaped) {
            (State::Nothing, _) => {}
            (_, true) => self.text(text),
            (_, false) => self.printer.push(text),
        }
    }

    /// `<?name … ?>`
    pub(super) fn instruction(&self, vm: &mut Vm, name: &str, attributes: &Map) -> Result<()> {
        self.start(&format!("?{name}"), State::Tag);
        self.attributes(vm, attributes)?;
        self.empty.set(true);
        self.state.set(State::Text);
        self.printer.push("?>");
        self.printer.line();
        Ok(())
    }

    fn start(&self, name: &str, next: State) {
        let out = &self.printer;
        match self.state.get() {
            State::Nothing => {}
            State::Tag => {
                out.push(">");
                self.line(1);
            }
            State::Text if self.empty.get() => {}
            State::Text => self.line(1),
            State::Element => self.line(0),
        }
        out.push("<");
        out.push(name);
        self.state.set(next);
    }

    fn line(&self, deeper: i32) {
        self.printer.line();
        self.printer.deeper(deeper);
        self.printer.spaces();
    }

    /// The end of an element.
    pub(super) fn complete(&self, name: &str) {
        let out = &self.printer;
        match self.state.get() {
            State::Tag if self.empty.get() && self.expand.get() => {
                out.push("></");
                out.push(name);
                out.push(">");
            }
            State::Tag if self.empty.get() => out.push(" />"),
            State::Tag | State::Nothing => {}
            before @ (State::Text | State::Element) => {
                if before == State::Element {
                    self.line(-1);
                }
                out.push("</");
                out.push(name);
                out.push(">");
            }
        }
        self.state.set(State::Element);
    }
}

fn in_text(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        _ => None,
    }
}

fn in_attribute(byte: u8, double: bool) -> Option<&'static str> {
    match byte {
        b'\n' => Some("&#10;"),
        b'\r' => Some("&#13;"),
        b'\t' => Some("&#09;"),
        b'"' if double => Some("&quot;"),
        b'\'' if !double => Some("&apos;"),
        other => in_text(other),
    }
}
