//! `StringBuilder` and `StringBuffer`.

use std::cell::RefCell;

use crate::class::{Class, ClassRef, Method};
use crate::library::object::COMPARABLE;
use crate::library::params;
use crate::library::string::CHAR_SEQUENCE;
use crate::library::string::index::{byte_near, out_of_range, position};
use crate::meter;
use crate::object::Object;
use crate::ops::text::chars_text;
use crate::text::{Str, units_of};
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.lang.StringBuilder`
pub(crate) static STRING_BUILDER: Class = Class::new("java.lang.StringBuilder")
    .extends(&[&CHAR_SEQUENCE, &COMPARABLE])
    .constructor(|vm, args| new(vm, args, &STRING_BUILDER))
    .methods(METHODS);
/// `java.lang.StringBuffer`
pub(crate) static STRING_BUFFER: Class = Class::new("java.lang.StringBuffer")
    .extends(&[&CHAR_SEQUENCE, &COMPARABLE])
    .constructor(|vm, args| new(vm, args, &STRING_BUFFER))
    .methods(METHODS);

static METHODS: &[(&str, Method)] = &[
    ("append", append),
    ("leftShift", append),
    ("insert", insert),
    ("delete", delete),
    ("deleteCharAt", delete_char_at),
    ("replace", replace),
    ("reverse", reverse),
    ("setLength", set_length),
    ("setCharAt", set_char_at),
    ("putAt", put_at),
    ("capacity", |_, this, _| {
        Ok(Value::Int(position(of(this)?.text().units()).max(16)))
    }),
    ("ensureCapacity", |_, _, _| Ok(Value::Null)),
    ("trimToSize", |_, _, _| Ok(Value::Null)),
    ("substring", super::jdk::substring),
    ("indexOf", super::jdk::index_of),
    ("lastIndexOf", super::jdk::last_index_of),
    ("plus", |vm, this, args| match args {
        [other] => crate::ops::arith::concat(vm, this, other),
        _ => Err(Thrown::mismatch()),
    }),
];

/// A text that grows.
pub(crate) struct Builder {
    class: &'static Class,
    text: RefCell<String>,
    /// The text as it was last asked for, so that loops over positions copy it once.
    shown: RefCell<Option<Str>>,
}

impl Builder {
    /// Its text now.
    pub(crate) fn text(&self) -> Str {
        let shown = || self.text.borrow().as_str().into();
        self.shown.borrow_mut().get_or_insert_with(shown).clone()
    }

    /// Adds text.
    pub(crate) fn push(&self, vm: &mut Vm, text: &str) -> Result<()> {
        vm.step(1 + text.len() as u64 / 64)?;
        vm.reserve(text.len())?;
        self.change(|mine| mine.push_str(text));
        Ok(())
    }

    fn change(&self, edit: impl FnOnce(&mut String)) {
        self.shown.take();
        let mut text = self.text.borrow_mut();
        meter::sub(text.capacity());
        edit(&mut text);
        meter::add(text.capacity());
    }

    /// Replaces what lies between two units.
    fn splice(&self, from: i32, to: i32, with: &str) -> Result<()> {
        let text = self.text();
        let at = |unit: i32| {
            usize::try_from(unit)
                .ok()
                .and_then(|at| byte_near(&text, at))
        };
        let (Some(start), Some(end)) = (at(from), at(to)) else {
            return Err(out_of_range(from));
        };
        if start > end {
            return Err(throw_bare("StringIndexOutOfBoundsException"));
        }
        self.change(|mine| mine.replace_range(start..end, with));
        Ok(())
    }

    fn len(&self) -> i32 {
        position(units_of(&self.text.borrow()))
    }
}

impl Drop for Builder {
    fn drop(&mut self) {
        meter::sub(self.text.get_mut().capacity());
    }
}

impl Object for Builder {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.text()))
    }

    fn truth(&self) -> bool {
        !self.text.borrow().is_empty()
    }

    fn items(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Vec<Value>>> {
        Ok(Some(super::letters(&self.text())))
    }
}

/// A `StringBuilder` or `StringBuffer` with a text.
pub(crate) fn made(class: &'static Class, text: &str) -> Value {
    let text = text.to_owned();
    meter::add(text.capacity());
    Value::object(Builder {
        class,
        text: RefCell::new(text),
        shown: RefCell::default(),
    })
}

fn new(vm: &mut Vm, args: &[Value], class: &'static Class) -> Result<Value> {
    match args {
        [] => Ok(made(class, "")),
        [Value::Null] => Err(throw_bare("NullPointerException")),
        [text] if params::is_text(text) => {
            let text = params::text(vm, text)?;
            vm.reserve(text.len())?;
            Ok(made(class, &text))
        }
        [capacity] => match params::code(capacity)? {
            0.. => Ok(made(class, "")),
            negative => {
                let message = negative.to_string();
                Err(throw("NegativeArraySizeException", message))
            }
        },
        _ => Err(Thrown::mismatch()),
    }
}

fn of(value: &Value) -> Result<&Builder> {
    value.downcast().ok_or_else(Thrown::mismatch)
}

/// `append(x)`: by Java's `String.valueOf`.
fn append(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = match args {
        [Value::List(list)]
            if list.is_array() && matches!(list.items().first(), Some(Value::Char(_))) =>
        {
            chars_text(list).into()
        }
        [value] => vm.to_string(value)?,
        [text, from, to] => {
            let text = params::text(vm, text)?;
            super::index::substring(&text, params::int(from)?, params::int(to)?)?
        }
        _ => return Err(Thrown::mismatch()),
    };
    of(this)?.push(vm, &text)?;
    Ok(this.clone())
}

fn insert(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at, value] = args else {
        return Err(Thrown::mismatch());
    };
    let (at, text) = (params::int(at)?, vm.to_string(value)?);
    let builder = of(this)?;
    vm.step(1 + builder.len() as u64 / 64)?;
    vm.reserve(text.len())?;
    builder.splice(at, at, &text)?;
    Ok(this.clone())
}

fn delete(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [from, to] = args else {
        return Err(Thrown::mismatch());
    };
    cut(vm, this, params::int(from)?, params::int(to)?, "")
}

fn replace(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [from, to, text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = params::text(vm, text)?;
    cut(vm, this, params::int(from)?, params::int(to)?, &text)
}

fn cut(vm: &mut Vm, this: &Value, from: i32, to: i32, with: &str) -> Result<Value> {
    let builder = of(this)?;
    let len = builder.len();
    vm.step(1 + len as u64 / 64)?;
    vm.reserve(with.len())?;
    if from < 0 || from > len {
        return Err(out_of_range(from));
    }
    builder.splice(from, to.min(len), with)?;
    Ok(this.clone())
}

fn delete_char_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at] = args else {
        return Err(Thrown::mismatch());
    };
    let at = params::int(at)?;
    if at < 0 || at >= of(this)?.len() {
        return Err(out_of_range(at));
    }
    cut(vm, this, at, at + 1, "")
}

fn reverse(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    let builder = of(this)?;
    vm.step(1 + builder.len() as u64 / 16)?;
    builder.change(|text| *text = text.chars().rev().collect());
    Ok(this.clone())
}

fn set_length(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [wanted] = args else {
        return Err(Thrown::mismatch());
    };
    let wanted = params::int(wanted)?;
    if wanted < 0 {
        return Err(out_of_range(wanted));
    }
    let builder = of(this)?;
    let len = builder.len();
    vm.step(1 + len as u64 / 256)?;
    if wanted <= len {
        builder.splice(wanted, len, "")?;
    } else {
        let more = usize::try_from(wanted - len).unwrap_or(0);
        vm.reserve(more)?;
        builder.push(vm, &"\0".repeat(more))?;
    }
    Ok(Value::Null)
}

fn set_char_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [at, Value::Char(unit)] = args else {
        return Err(Thrown::mismatch());
    };
    let at = params::int(at)?;
    if at < 0 || at >= of(this)?.len() {
        return Err(out_of_range(at));
    }
    cut(vm, this, at, at + 1, &String::from_utf16_lossy(&[*unit]))?;
    Ok(Value::Null)
}

/// `builder[from..to] = value`
fn put_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [Value::Range(range), value] = args else {
        return Err(Thrown::mismatch());
    };
    let len = usize::try_from(of(this)?.len()).unwrap_or(0);
    let from = super::index::from_end(params::int(&range.from)?, len)?;
    let to = super::index::from_end(params::int(&range.to)?, len)?;
    let text = vm.to_string(value)?;
    let (from, to) = (from.min(to), from.max(to));
    let end = to.saturating_add(i32::from(!range.exclusive));
    cut(vm, this, from, end, &text)?;
    Ok(Value::Null)
}
