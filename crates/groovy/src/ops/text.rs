//! How values become text.

use std::rc::Rc;

use crate::class::ClassRef;
use crate::closure::Closure;
use crate::gstring::GString;
use crate::library::{io, number};
use crate::list::{List, ListKind};
use crate::map::Map;
use crate::ops::{NESTING, float};
use crate::range::Range;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// Whose form text takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `[a:1]`; arrays as lists.
    Groovy,
    /// `{a=1}`; arrays as `[I@1f`.
    Java,
}

/// The text of a value as `println`, string concatenation and `GString`s show it: collections in
/// Groovy's form (`[a:1]`, `[1, 2]`), `null` as `null`.
///
/// # Errors
/// What `toString` of a script's class throws.
pub fn to_text(vm: &mut Vm, value: &Value) -> Result<Str> {
    one(vm, value, Form::Groovy)
}

/// `toString()` as Java has it: maps as `{a=1}`.
///
/// # Errors
/// What `toString` of a script's class throws.
pub fn java_to_string(vm: &mut Vm, value: &Value) -> Result<Str> {
    one(vm, value, Form::Java)
}

fn one(vm: &mut Vm, value: &Value, form: Form) -> Result<Str> {
    if let Value::Str(text) = value {
        return Ok(text.clone());
    }
    let mut out = String::new();
    write(vm, &mut out, value, form, 0)?;
    Ok(out.into())
}

/// Adds the text of a value, as [`to_text`] gives it.
///
/// # Errors
/// What `toString` of a script's class throws.
pub fn write_text(vm: &mut Vm, out: &mut String, value: &Value) -> Result<()> {
    write(vm, out, value, Form::Groovy, 0)
}

fn write(vm: &mut Vm, out: &mut String, value: &Value, form: Form, depth: u32) -> Result<()> {
    if depth > NESTING {
        return Err(throw_bare("StackOverflowError"));
    }
    match value {
        Value::Str(text) => out.push_str(text),
        Value::GString(text) => write_gstring(vm, out, text, depth)?,
        Value::List(list) => write_list(vm, out, list, form, depth)?,
        Value::Map(map) => write_map(vm, out, map, form, depth)?,
        Value::Set(set) => {
            let me = |item: &Value| matches!(item, Value::Set(it) if Rc::ptr_eq(it, set));
            write_items(vm, out, &set.keys(), me, form, depth)?;
        }
        Value::Range(range) => write_range(vm, out, range, form, depth)?,
        Value::Bytes(bytes) if form == Form::Groovy => {
            let bytes = bytes.borrow().clone();
            let items: Vec<Value> = bytes.iter().map(|b| Value::Byte(b.cast_signed())).collect();
            write_items(vm, out, &items, |_| false, form, depth)?;
        }
        Value::Object(object) => match object.to_text(vm, value)? {
            Some(text) => out.push_str(&text),
            None => {
                let hash = crate::object::identity(object);
                out.push_str(&format!("{}@{hash:x}", object.class().name()));
            }
        },
        other => match plain(other) {
            Some(text) => out.push_str(&text),
            None => {
                let hash = crate::ops::hash::java_hash(other);
                out.push_str(&format!("{}@{hash:x}", other.class().name()));
            }
        },
    }
    Ok(())
}

/// The text of what is neither nested nor an object.
#[must_use]
pub fn plain(value: &Value) -> Option<Str> {
    Some(match value {
        Value::Null => "null".into(),
        Value::Bool(yes) => if *yes { "true" } else { "false" }.into(),
        Value::Byte(n) => n.to_string().into(),
        Value::Short(n) => n.to_string().into(),
        Value::Int(n) => n.to_string().into(),
        Value::Long(n) => n.to_string().into(),
        Value::Float(n) => float::float_text(*n).into(),
        Value::Double(n) => float::double_text(*n).into(),
        Value::Char(unit) => String::from_utf16_lossy(&[*unit]).into(),
        Value::BigInteger(n) => n.to_string().into(),
        Value::Decimal(n) => n.to_string().into(),
        Value::Str(text) => text.clone(),
        Value::GString(text) => text.plain()?.into(),
        Value::Class(class) => class_text(class).into(),
        _ => return None,
    })
}

/// `class java.lang.String`, `interface java.util.List`, `int`.
pub(crate) fn class_text(class: &ClassRef) -> String {
    match class {
        ClassRef::Primitive(_) => class.name(),
        ClassRef::Native(native) if native.interface => format!("interface {}", native.name),
        other => format!("class {}", other.name()),
    }
}

/// Adds the text of a `GString`.
pub(crate) fn write_gstring(
    vm: &mut Vm,
    out: &mut String,
    text: &GString,
    depth: u32,
) -> Result<()> {
    let mut values = text.values.iter();
    for string in &*text.strings {
        out.push_str(string);
        let Some(value) = values.next() else { continue };
        let given;
        let value = match value {
            Value::Closure(closure) => {
                given = given_by(vm, closure)?;
                &given
            }
            Value::Range(_) => {
                given = Value::list(vm.items(value)?);
                &given
            }
            other => other,
        };
        grown(vm, out)?;
        write(vm, out, value, Form::Groovy, depth + 1)?;
    }
    Ok(())
}

/// What a closure in a text gives: its result when it has no parameter, what it writes when it
/// takes a writer.
fn given_by(vm: &mut Vm, closure: &Rc<Closure>) -> Result<Value> {
    let callee = Value::Closure(Rc::clone(closure));
    let takes = closure.arity().max(usize::from(closure.code.implicit_it()));
    match takes {
        0 => vm.call(&callee, &[]),
        1 => {
            let writer = io::string_writer();
            vm.call(&callee, std::slice::from_ref(&writer))?;
            Ok(writer)
        }
        many => Err(throw(
            "GroovyRuntimeException",
            format!("Trying to evaluate a GString containing a Closure taking {many} parameters"),
        )),
    }
}

fn write_list(
    vm: &mut Vm,
    out: &mut String,
    list: &Rc<List>,
    form: Form,
    depth: u32,
) -> Result<()> {
    if let ListKind::Primitives(class) = list.kind()
        && std::ptr::eq(class, &raw const number::CHARACTER)
        && (form == Form::Groovy || depth == 0)
    {
        out.push_str(&chars_text(list));
        return Ok(());
    }
    if list.is_array() && form == Form::Java {
        let hash = crate::ops::hash::java_hash(&Value::List(Rc::clone(list)));
        out.push_str(&format!("{}@{hash:x}", list.class().name()));
        return Ok(());
    }
    let me = |item: &Value| matches!(item, Value::List(it) if Rc::ptr_eq(it, list));
    write_items(vm, out, &list.to_vec(), me, form, depth)
}

/// The text of a `char[]`.
#[must_use]
pub fn chars_text(list: &List) -> String {
    let units: Vec<u16> = list
        .items()
        .iter()
        .filter_map(|item| match item {
            Value::Char(unit) => Some(*unit),
            _ => None,
        })
        .collect();
    String::from_utf16_lossy(&units)
}

fn write_items(
    vm: &mut Vm,
    out: &mut String,
    items: &[Value],
    is_self: impl Fn(&Value) -> bool,
    form: Form,
    depth: u32,
) -> Result<()> {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        grown(vm, out)?;
        if is_self(item) {
            out.push_str("(this Collection)");
        } else {
            write(vm, out, item, form, depth + 1)?;
        }
    }
    out.push(']');
    Ok(())
}

fn write_map(vm: &mut Vm, out: &mut String, map: &Rc<Map>, form: Form, depth: u32) -> Result<()> {
    let entries = map.to_vec();
    let (open, between, close) = match form {
        Form::Groovy if entries.is_empty() => {
            out.push_str("[:]");
            return Ok(());
        }
        Form::Groovy => ('[', ':', ']'),
        Form::Java => ('{', '=', '}'),
    };
    out.push(open);
    for (index, (key, value)) in entries.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        grown(vm, out)?;
        for (side, item) in [key, value].into_iter().enumerate() {
            if side == 1 {
                out.push(between);
            }
            if matches!(item, Value::Map(it) if Rc::ptr_eq(it, map)) {
                out.push_str("(this Map)");
            } else {
                write(vm, out, item, form, depth + 1)?;
            }
        }
    }
    out.push(close);
    Ok(())
}

fn write_range(vm: &mut Vm, out: &mut String, range: &Range, form: Form, depth: u32) -> Result<()> {
    write(vm, out, &range.from, form, depth + 1)?;
    if range.is_empty() {
        out.push_str("..<");
        return write(vm, out, &range.to, form, depth + 1);
    }
    let integers = matches!((&range.from, &range.to), (Value::Int(_), Value::Int(_)));
    out.push_str(if range.exclusive && integers {
        "..<"
    } else {
        ".."
    });
    if range.exclusive && !integers {
        let name = if vm.compare(&range.from, &range.to)?.is_gt() {
            "next"
        } else {
            "previous"
        };
        let last = vm.invoke(&range.to, name, &[])?;
        return write(vm, out, &last, form, depth + 1);
    }
    write(vm, out, &range.to, form, depth + 1)
}

/// Counts an element of a text that grows.
fn grown(vm: &mut Vm, out: &str) -> Result<()> {
    vm.step(1)?;
    vm.reserve(out.len())
}
