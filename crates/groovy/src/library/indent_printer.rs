//! `groovy.util.IndentPrinter`: what the builders and printers of XML write through.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::io::write_text;
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `groovy.util.IndentPrinter`
pub(crate) static INDENT_PRINTER: Class = Class::new("groovy.util.IndentPrinter")
    .constructor(construct)
    .methods(&[
        ("print", print),
        ("println", println),
        ("printIndent", print_indent),
        ("incrementIndent", increment),
        ("decrementIndent", decrement),
        ("getIndentLevel", get_level),
        ("setIndentLevel", set_level),
        ("getAutoIndent", get_auto),
        ("setAutoIndent", set_auto),
        ("flush", flush),
    ]);

pub(super) static CLASSES: &[&Class] = &[&INDENT_PRINTER];

/// Text with levels of indentation, on its way to a writer.
pub(crate) struct IndentPrinter {
    /// `null` for standard output.
    writer: Value,
    indent: Str,
    newlines: bool,
    auto: Cell<bool>,
    level: Cell<i32>,
    waiting: RefCell<String>,
}

impl IndentPrinter {
    pub(crate) fn new(writer: Value, indent: Str) -> Rc<Self> {
        Rc::new(Self {
            writer,
            indent,
            newlines: true,
            auto: Cell::new(false),
            level: Cell::new(0),
            waiting: RefCell::default(),
        })
    }

    /// Appends to what waits to be written.
    pub(crate) fn change(&self, change: impl FnOnce(&mut String)) {
        change(&mut self.waiting.borrow_mut());
    }

    pub(crate) fn push(&self, text: &str) {
        self.waiting.borrow_mut().push_str(text);
    }

    /// A line end, unless it writes none.
    pub(crate) fn line(&self) {
        if self.newlines {
            self.push("\n");
        }
    }

    /// The indentation of this level.
    pub(crate) fn spaces(&self) {
        let mut waiting = self.waiting.borrow_mut();
        for _ in 0..self.level.get() {
            waiting.push_str(&self.indent);
        }
    }

    pub(crate) fn deeper(&self, by: i32) {
        self.level.set(self.level.get().wrapping_add(by));
    }

    /// What waits, instead of writing it.
    pub(crate) fn take(&self) -> String {
        self.waiting.take()
    }

    /// Hands what waits to the writer.
    pub(crate) fn send(&self, vm: &mut Vm) -> Result<()> {
        let text = self.waiting.take();
        if text.is_empty() {
            return Ok(());
        }
        vm.step(text.len() as u64 / 64)?;
        if self.writer.is_null() {
            vm.host().print(&text);
            return Ok(());
        }
        write_text(vm, &self.writer, &text)
    }
}

impl Object for IndentPrinter {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&INDENT_PRINTER)
    }
}

fn construct(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (writer, rest) = match args {
        [] => (Value::Null, args),
        [writer @ Value::Object(_), rest @ ..] => (writer.clone(), rest),
        _ => return Err(Thrown::mismatch()),
    };
    let indent = rest
        .first()
        .map_or_else(|| Ok("  ".into()), |indent| vm.text(indent))?;
    let flag = |at: usize| match rest.get(at) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(Thrown::mismatch()),
    };
    let (newlines, auto) = (flag(1)?.unwrap_or(true), flag(2)?.unwrap_or(false));
    let printer = IndentPrinter::new(writer, indent);
    let Some(mut printer) = Rc::into_inner(printer) else {
        return Err(Thrown::mismatch());
    };
    printer.newlines = newlines;
    printer.auto.set(auto);
    Ok(Value::object(printer))
}

fn printer(this: &Value) -> Result<Rc<IndentPrinter>> {
    this.downcast_rc().ok_or_else(Thrown::mismatch)
}

fn print(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let (printer, text) = (printer(this)?, vm.text(value)?);
    printer.push(&text);
    printer.send(vm)?;
    Ok(Value::Null)
}

fn println(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let printer = printer(this)?;
    if let [value] = args {
        let text = vm.text(value)?;
        if printer.auto.get() {
            printer.spaces();
        }
        printer.push(&text);
    }
    printer.line();
    printer.send(vm)?;
    Ok(Value::Null)
}

fn print_indent(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let printer = printer(this)?;
    vm.step(u64::from(printer.level.get().unsigned_abs()))?;
    vm.reserve(
        printer
            .indent
            .len()
            .saturating_mul(printer.level.get().unsigned_abs() as usize),
    )?;
    printer.spaces();
    printer.send(vm)?;
    Ok(Value::Null)
}

fn increment(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    printer(this)?.deeper(1);
    Ok(Value::Null)
}

fn decrement(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    printer(this)?.deeper(-1);
    Ok(Value::Null)
}

fn get_level(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Int(printer(this)?.level.get()))
}

fn set_level(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::Int(level)] = args else {
        return Err(Thrown::mismatch());
    };
    printer(this)?.level.set(*level);
    Ok(Value::Null)
}

fn get_auto(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(printer(this)?.auto.get()))
}

fn set_auto(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::Bool(auto)] = args else {
        return Err(Thrown::mismatch());
    };
    printer(this)?.auto.set(*auto);
    Ok(Value::Null)
}

fn flush(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let printer = printer(this)?;
    printer.send(vm)?;
    if !printer.writer.is_null() {
        vm.invoke(&printer.writer, "flush", &[])?;
    }
    Ok(Value::Null)
}
